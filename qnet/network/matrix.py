"""S of coherent islands with its certificate: route, pivots, unitarity, second look."""

from __future__ import annotations

import enum
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Floats, Ints
from qnet.diagnostics import LimitError, refuse
from qnet.limits import LIMITS
from qnet.network.compose import CellMatrix, Stretch, batch_axes, compose, gather
from qnet.network.dense import join
from qnet.network.islands import Shape
from qnet.network.plan import Plan, make_plan
from qnet.network.sparse import factorise
from qnet.smatrix import Complex

WEAK_PIVOT = 1e-6
"""Pivots below this lose more than six digits in a fixed order: solve again, pivoting."""

UNITARY = 1e3 * float(np.finfo(float).eps)
"""Unitarity defect per channel that rounding explains."""

ILL = 1e10
"""Condition from which a point is marked."""

GROWTH = 100
"""How far composition may amplify a defect that the inputs bring along."""

PATIENCE = 60
"""Elimination is given up for a sparse factorisation when it multiplies this often for
each entry: the fill-in of a large two-dimensional lattice."""

LARGE = 3000
"""Internal waves up to which elimination is never given up."""


class Mark(enum.IntEnum):
    """What is to be said about S at a point."""

    GOOD = 0
    """Nothing."""
    ILL_CONDITIONED = 1
    """The loop condition exceeds 1e10: a very narrow resonance."""
    SINGULAR = 2
    """An internal state is decoupled: the minimum-norm solution was taken."""
    NOT_FINITE = 3
    """A model gave NaN or infinity, or the factorisation met an exact zero."""


@dataclass(frozen=True, eq=False)
class Composer:
    """A shape of islands and how to join it.

    Not slotted: the plan is made when first asked for and kept.
    """

    shape: Shape

    @cached_property
    def plan(self) -> Plan | None:
        """Order of elimination; None where a sparse factorisation takes less."""
        limit = PATIENCE * len(self.shape.row) if self.shape.internal > LARGE else None
        return make_plan(self.shape, limit)


@dataclass(frozen=True, slots=True, eq=False)
class IslandMatrix:
    """Scattering matrices of all islands of one shape.

    Attributes
    ----------
    S : (island, *sweep, E, out, in)
        Sweep and energy axes on which S does not depend are of length 1.
    outgoing, incoming : (island, out), (island, in)
        Reservoir index of each channel.
    out_channels, in_channels : (island, out, 2), (island, in, 2)
        Port number and channel of each.
    defect : (island, *sweep, E)
        Departure from unitarity, a lower estimate of the spectral norm of S†S - 1.
    condition : (island, *sweep, E)
        Loop condition: an estimate for 1 - S_ii; exact where it is large.
    marked : (island, *sweep, E)
        `Mark` values.
    """

    S: Complex
    outgoing: Ints
    incoming: Ints
    out_channels: Ints
    in_channels: Ints
    defect: Floats
    condition: Floats
    marked: NDArray[np.int8]


def island_matrix(composer: Composer, cells: Sequence[CellMatrix]) -> IslandMatrix:
    """Join the scatterers of all islands of a shape, and look twice where it is needed.

    Raises
    ------
    LimitError
        QN814 where S would take more than three quarters of the free memory.
    """
    shape = composer.shape
    axes = batch_axes(shape, cells)
    _check_memory(shape, axes)
    if composer.plan is None:
        S, pivot = factorise(shape, cells)
    else:
        S, pivot = compose(shape, composer.plan, cells)
    condition = np.maximum(1, 1 / pivot)
    marked = np.where(condition > ILL, Mark.ILL_CONDITIONED, Mark.GOOD).astype(np.int8)
    defect = unitarity_estimate(S)
    tolerance = UNITARY * max(shape.entering, 1)
    doubtful = (pivot < WEAK_PIVOT) | ~(defect <= tolerance)
    for island in np.flatnonzero(doubtful.any(axis=1)).tolist():
        points = np.flatnonzero(doubtful[island])
        _look_again(
            shape, cells, island, points, S[island], defect[island], condition[island],
            marked[island],
        )  # fmt: skip
    batch = (shape.islands, *axes)
    return IslandMatrix(
        S.reshape(*batch, shape.leaving, shape.entering),
        shape.outgoing,
        shape.incoming,
        shape.out_channels,
        shape.in_channels,
        defect.reshape(batch),
        condition.reshape(batch),
        marked.reshape(batch),
    )


def unitarity_estimate(S: Complex) -> Floats:
    """Lower estimate of the spectral norm of S†S - 1, at the cost of two products.

    The norm of every column is tested, and that of one fixed superposition of all.
    Closed channels, whose columns are zero, are left out.

    Parameters
    ----------
    S : (..., out, in)

    Returns
    -------
    (...)
    """
    if S.shape[-1] == 0:
        return np.zeros(S.shape[:-2])
    with np.errstate(invalid="ignore", over="ignore"):
        columns = np.sum(S.real**2 + S.imag**2, axis=-2)
        is_open = columns > 0
        # Irrational phases: no symmetry of a device hides a defect from them.
        mixture = np.exp(1j * np.sqrt(2) * np.arange(S.shape[-1]) ** 2)
        total = np.abs(S @ mixture) ** 2
        count = np.maximum(is_open.sum(-1), 1)
        mixed = np.abs(total.sum(-1) - is_open.sum(-1)) / count
        return np.maximum(np.abs(columns - is_open).max(-1), mixed)


def _look_again(
    shape: Shape,
    cells: Sequence[CellMatrix],
    island: int,
    points: Ints,
    S: Complex,
    defect: Floats,
    condition: Floats,
    marked: NDArray[np.int8],
) -> None:
    """Solve doubtful points of one island with pivoting, and write them in place."""
    amplitude = _amplitudes(shape, cells, island, points)
    finite = np.isfinite(amplitude).all(axis=0)
    marked[points[~finite]] = Mark.NOT_FINITE
    S[points[~finite]] = np.nan
    brought = np.zeros(len(points))
    brought[finite] = _input_defect(shape, amplitude[:, finite])
    worth = finite & (
        ~(defect[points] <= GROWTH * shape.blocks * brought)
        | (condition[points] > 1 / WEAK_PIVOT)
    )
    if shape.internal > LARGE:
        marked[points[finite & ~np.isfinite(S[points]).all((-2, -1))]] = Mark.NOT_FINITE
        return
    at_once = max(1, 2**24 // max(shape.internal**2, 1))
    chosen = np.flatnonzero(worth)
    for start in range(0, len(chosen), at_once):
        here = chosen[start : start + at_once]
        target = points[here]
        S[target], condition[target], singular = join(shape, amplitude[:, here])
        defect[target] = unitarity_estimate(S[target])
        marked[target] = np.where(
            singular,
            Mark.SINGULAR,
            np.where(condition[target] > ILL, Mark.ILL_CONDITIONED, Mark.GOOD),
        )


def _amplitudes(
    shape: Shape, cells: Sequence[CellMatrix], island: int, points: Ints
) -> Complex:
    """Entries (entry, point) of one island at some points."""
    axes = batch_axes(shape, cells)
    amplitude = np.empty((len(shape.row), len(points)), complex)
    whole = Stretch(slice(island, island + 1), points)
    for entries, values in gather(shape, cells, axes, whole):
        amplitude[entries] = values[:, 0]
    return amplitude


def _input_defect(shape: Shape, amplitude: Complex) -> Floats:
    """Largest departure from one of a column's norm among the scatterers (point,)."""
    norm = np.zeros((shape.internal + shape.entering, amplitude.shape[1]))
    np.add.at(norm, shape.col, np.abs(amplitude) ** 2)
    return np.abs(norm - (norm > 0)).max(axis=0, initial=0)


def _check_memory(shape: Shape, axes: tuple[int, ...]) -> None:
    points = shape.islands * int(np.prod(axes, dtype=object))
    need = 16 * points * shape.leaving * shape.entering
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if need > LIMITS["matrix memory"].value * free:
        raise refuse(
            LimitError,
            "QN814",
            f"a coherent island of {shape.entering} channels at {points} points needs "
            f"{need / 2**30:.1f} GiB for its scattering matrices, "
            f"{free / 2**30:.1f} GiB are free",
            help="fewer points at a time, or probes that cut the island at reservoirs",
        )
