"""Whose a mark is: the loop that a wave hardly leaves, or what gives no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats
from qnet.diagnostics import Span
from qnet.network.channels import Cell
from qnet.network.compose import CellMatrix
from qnet.network.dense import wave_matrix
from qnet.network.islands import Shape, Species
from qnet.network.matrix import ILL, Mark, amplitudes, island_matrix
from qnet.network.topology import Topology
from qnet.smatrix import Complex

SOUGHT: Final = 600
"""Internal waves up to which singular values tell where the wave lives: a second."""

FAINT: Final = 1e-3
"""Amplitude, beside the largest, of a wave that is not on the loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """What a wave goes through that hardly leaves.

    Attributes
    ----------
    scatterers, nodes : tuple of str
        Those it meets, and the joints between them, in the order of the circuit.
    span : Span, optional
        Where the first of the scatterers stands.
    is_exact : bool
        Whether the wave lives on all of these; else somewhere among them.
    """

    scatterers: tuple[str, ...]
    nodes: tuple[str, ...]
    span: Span | None
    is_exact: bool


def find_loop(
    circuit: Circuit,
    topology: Topology,
    cells: Sequence[CellMatrix],
    place: tuple[int, ...],
    mark: Mark,
) -> Loop | None:
    """Name the loop for whose sake a point was marked; None if no island has the mark.

    Parameters
    ----------
    circuit : Circuit
        The names.
    topology : Topology
    cells : sequence of CellMatrix
        Matrices of all cells of the circuit.
    place : tuple of int
        Sweep and energy indices of the point.
    """
    here = [_at(cell, place) for cell in cells]
    for composer, as_network in zip(
        topology.composers, topology.pattern.networks, strict=True
    ):
        shape = composer.shape
        if as_network or shape.species is Species.HOLES:
            continue
        marked = island_matrix(composer, here).marked.reshape(shape.islands)
        for island in np.flatnonzero(marked == mark)[:1].tolist():
            is_exact = shape.internal <= SOUGHT
            lives = np.ones(shape.internal, bool)
            if is_exact:
                amplitude = amplitudes(shape, here, island, np.zeros(1, np.intp))
                lives = _lasting(shape, amplitude)
            return _named(circuit, topology.cells, shape, island, lives, is_exact)
    return None


def find_endless(
    circuit: Circuit,
    parts: Sequence[Cell],
    cells: Sequence[CellMatrix],
    place: tuple[int, ...],
) -> tuple[str, Span | None] | None:
    """Name and place of the first scatterer whose matrix is not finite at a point."""
    for part, cell in zip(parts, cells, strict=True):
        is_finite = np.isfinite(_at(cell, place).values).all(axis=(1, 2))
        for k in part.instances[np.flatnonzero(~is_finite)[:1]].tolist():
            group = circuit.groups[part.group]
            return group.names[k], group.spans[k]
    return None


def _at(cell: CellMatrix, place: tuple[int, ...]) -> CellMatrix:
    """Matrices of a cell at one point alone."""
    own = [0 if n == 1 else k for n, k in zip(cell.axes, place, strict=True)]
    point = int(np.ravel_multi_index(own, cell.axes)) if own else 0
    return CellMatrix(cell.values[:, point : point + 1], (1,) * len(cell.axes))


def _lasting(shape: Shape, amplitude: Complex) -> Bools:
    """Internal waves (internal,) that take part in what all but stays for ever."""
    n = shape.internal
    T = wave_matrix(shape, amplitude)[0, :n, :n]
    _, s, vh = np.linalg.svd(np.eye(n) - T)
    stays = s <= max(s[0] / ILL, s[-1])
    # All of them at once: among several any superposition is as good as another.
    share: Floats = np.linalg.norm(vh[stays], axis=0)
    lives: Bools = share > FAINT * share.max()
    return lives


def _named(
    circuit: Circuit,
    parts: Sequence[Cell],
    shape: Shape,
    island: int,
    lives: Bools,
    is_exact: bool,
) -> Loop:
    """Scatterers that some internal waves enter, and the joints between these."""
    is_met = np.concatenate([lives, np.zeros(shape.entering, bool)])
    met = set()
    for run in shape.runs:
        part = parts[run.cell]
        entered = run.instance[island][is_met[shape.col[run.entries]]]
        met |= {(part.group, k) for k in part.instances[np.unique(entered)].tolist()}
    order = sorted(met)
    pins = [circuit.groups[group].nodes[k] for group, k in order]
    nodes, first, count = np.unique(
        np.concatenate(pins), return_index=True, return_counts=True
    )
    joints = nodes[count > 1][np.argsort(first[count > 1])]
    group, k = order[0]
    return Loop(
        tuple(circuit.groups[group].names[k] for group, k in order),
        tuple(circuit.nodes[node] for node in joints.tolist()),
        circuit.groups[group].spans[k],
        is_exact,
    )
