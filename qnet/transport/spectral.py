"""Probabilities between reservoirs as functions of energy, dephasing eliminated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools, Floats
from qnet.constants import Gq
from qnet.limits import free_memory, within
from qnet.smatrix import Complex
from qnet.transport.conductance import energy_stamp
from qnet.transport.equations import number_trees, pick
from qnet.transport.groups import connections
from qnet.transport.kirchhoff import DENSE_LIMIT
from qnet.transport.quasiparticles import condensed_matrices
from qnet.transport.response import currents_of, follow
from qnet.transport.transmission import (
    Flows,
    dense_probabilities,
    eliminate,
    energy_conductance,
)

FlowsAt = Callable[[Floats, Floats | None], Flows]
"""Energies (*sweep, nE) in eV and voltages (*sweep, n) in V or None to flows.

Voltages move levels along their lever arms; without them levels stay.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Transport between the kept reservoirs at each energy.

    Attributes
    ----------
    K : (*sweep, nE, kept, kept)
        N δ - P, with detours through the eliminated probes.
    share : (*sweep, nE, gone, kept)
        Weights of the kept reservoirs in what each dephasing probe receives.
    is_shut : (*sweep, nE, gone)
        Where a dephasing probe receives nothing.
    witness : (*sweep, nE, k)
        Amplitudes that show narrow resonances.
    energy : (*sweep, nE, kept, kept)
        K of the energy counted from a condensate; K itself where there is none.
    """

    K: Floats
    share: Floats
    is_shut: Bools
    witness: Complex
    energy: Floats


def spectrum(flows: Flows, dephasing: Bools) -> Spectrum:
    """Eliminate inner vertices and dephasing probes at each energy.

    Parameters
    ----------
    dephasing : (n,)
        Reservoirs that emit at each energy what they receive.
    """
    if flows.excitations is not None:
        K, energy, share, is_shut = condensed_matrices(flows.excitations(), dephasing)
        return Spectrum(K, share, is_shut, flows.witness, energy)
    if flows.size > DENSE_LIMIT:
        return _sparse_spectrum(flows, dephasing)
    n = flows.size - flows.inner
    kept, probes = np.flatnonzero(~dephasing), np.flatnonzero(dephasing)
    gone = np.concatenate([probes, np.arange(n, flows.size)])
    left = eliminate(dense_probabilities(flows), gone)
    g = len(probes)
    K = energy_conductance(left.P, flows.fed[..., kept])
    return Spectrum(K, left.share[..., :g, :], left.is_shut[..., :g], flows.witness, K)


def _sparse_spectrum(flows: Flows, dephasing: Bools) -> Spectrum:
    """The same for networks too large for dense matrices: few reservoirs are kept."""
    kept, probes = np.flatnonzero(~dephasing), np.flatnonzero(dephasing)
    k, vertices = len(kept), np.arange(flows.size)
    each = energy_stamp(flows)
    shape = each.values.shape[:-1]
    need = 8 * prod(shape) * flows.size * k
    within("matrix memory", need / free_memory())
    drive = np.zeros((flows.size, k))
    drive[kept, np.arange(k)] = 1.0
    K = np.empty((*shape, k, k))
    share = np.empty((*shape, len(probes), k))
    is_shut = np.empty((*shape, len(probes)), bool)
    for points, group in connections(each, vertices, shape):
        is_free = np.isin(group, group[kept])
        is_free[kept] = False
        part = replace(each, values=pick(each.values, shape, points))
        filled = follow(part, number_trees(vertices, is_free), drive)
        chosen: Bools | EllipsisType = ... if points is None else points
        K[chosen] = currents_of(part, kept, filled) / Gq
        share[chosen] = filled[..., probes, :]
        is_shut[chosen] = ~is_free[probes]
    return Spectrum(K, share, is_shut, flows.witness, K)


def energy_axes(
    flows_at: FlowsAt, energy: Floats, voltage: Floats | None = None
) -> tuple[tuple[int, ...], bool]:
    """Sweep axes on which scattering depends, and whether it depends on energy.

    Parameters
    ----------
    energy : (*sweep, 1)
        Any energy of interest, eV.
    voltage : (*sweep, n), optional
        Voltages that move levels.

    Returns
    -------
    lead : tuple of int
        Lengths of the sweep axes, 1 where scattering is the same all along.
    is_flat : bool
        Whether no element depends on energy.
    """
    # the same energy twice: whatever depends on energy answers with two values
    single = energy[tuple(slice(0, 1) for _ in energy.shape)]
    flows = flows_at(np.concatenate([single, single], -1), voltage)
    lead = np.broadcast_shapes(
        flows.values.shape[:-2], flows.fed.shape[:-2], flows.witness.shape[:-2]
    )
    return lead, flows.values.shape[-2] == 1


def along_shared(values: Floats, lead: tuple[int, ...]) -> Floats:
    """Gather what varies along shared sweep axes into the last axis.

    Parameters
    ----------
    values : (*sweep, m)
    lead : tuple of int
        Axes of the mesh: 1 where all points share it.

    Returns
    -------
    (*lead or 1, m times the lengths of the shared axes)
    """
    rank = len(lead)
    shared = [k for k in range(rank) if lead[k] == 1]
    own = [k for k in range(rank) if lead[k] != 1]
    moved = values.transpose(*own, *shared, rank)
    flat = moved.reshape(*moved.shape[: len(own)], -1)
    shape = [1] * rank
    for place, k in enumerate(own):
        shape[k] = flat.shape[place]
    return flat.reshape(*shape, flat.shape[-1])


def pack(columns: Sequence[NDArray[Any]], own: Sequence[int]) -> Floats:
    """Put arrays (*batch, own axes) of one batch side by side as (*batch, columns).

    Parameters
    ----------
    own : sequence of int
        Number of trailing axes that are each array's own.
    """
    leads = [c.shape[: c.ndim - k] for c, k in zip(columns, own, strict=True)]
    shape = np.broadcast_shapes(*leads)
    flat = []
    for column, lead in zip(columns, leads, strict=True):
        width = prod(column.shape[len(lead) :])
        flat.append(np.broadcast_to(column.reshape(*lead, width), (*shape, width)))
    return np.concatenate(flat, -1)


def unpack(values: Floats, shapes: Sequence[tuple[int, ...]]) -> list[Floats]:
    """Undo `pack`: arrays of the given own shapes out of (*batch, columns)."""
    ends = np.cumsum([prod(shape) for shape in shapes])
    parts = np.split(values, ends[:-1], -1)
    return [
        part.reshape(*values.shape[:-1], *shape)
        for part, shape in zip(parts, shapes, strict=True)
    ]
