"""Islands in which nothing interferes, taken apart into their scatterers.

Where two waves are joined by one path at most, waves that meet at a scatterer come
from sources that have nothing in common: they are uncorrelated, and each scatterer
divides them on its own. Fluctuations of such an island are those of its blocks, with
inner waves that hand on at each energy what they receive.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.network.compose import CellMatrix, Stretch, batch_axes, gather
from qnet.network.connected import components
from qnet.network.flow import FlowPattern
from qnet.network.islands import Shape
from qnet.network.matrix import Composer, island_matrix
from qnet.smatrix import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """Alike blocks of an island, or alike islands.

    Attributes
    ----------
    S : (block, *sweep, E, out, in)
        Amplitudes.
    outgoing, incoming : (block, out), (block, in)
        Vertices: reservoirs first, then inner waves as `FlowPattern` numbers them.
    """

    S: Complex
    outgoing: Ints
    incoming: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Blocks of one size within a shape.

    Attributes
    ----------
    row, col : (block, out), (block, in)
        Rows and columns of the shape.
    entry : (block, out, in)
        Its entries; one past the last where a block has none.
    """

    row: Ints
    col: Ints
    entry: Ints


def branches(
    pattern: FlowPattern, composers: Sequence[Composer], cells: Sequence[CellMatrix]
) -> tuple[Branch, ...]:
    """Independent sources of fluctuations of a circuit without superconductors."""
    return tuple(_branches(pattern, composers, cells))


def _branches(
    pattern: FlowPattern, composers: Sequence[Composer], cells: Sequence[CellMatrix]
) -> Iterator[Branch]:
    size = pattern.size - pattern.inner
    for composer, as_network in zip(composers, pattern.networks, strict=True):
        shape = composer.shape
        if not as_network:
            matrix = island_matrix(composer, cells)
            yield Branch(matrix.S, matrix.outgoing, matrix.incoming)
            continue
        waves = shape.islands * shape.internal
        inner = size + np.arange(waves).reshape(shape.islands, shape.internal)
        size += waves
        taker = np.concatenate([inner, shape.outgoing], axis=1)
        emitter = np.concatenate([inner, shape.incoming], axis=1)
        amplitude = _entries(shape, cells)
        for alike in _blocks_of(shape):
            S = np.moveaxis(amplitude[alike.entry], (1, 2), (-2, -1))
            S = np.moveaxis(S, 1, 0)
            yield Branch(
                S.reshape(-1, *S.shape[2:]),
                taker[:, alike.row].reshape(-1, alike.row.shape[1]),
                emitter[:, alike.col].reshape(-1, alike.col.shape[1]),
            )


def _entries(shape: Shape, cells: Sequence[CellMatrix]) -> Complex:
    """Amplitudes (entry + 1, island, *axes) of a shape, the last one zero."""
    axes = batch_axes(shape, cells)
    points = int(np.prod(axes))
    found = np.zeros((len(shape.row) + 1, shape.islands, points), complex)
    whole = Stretch(slice(0, shape.islands), slice(0, points))
    for entries, values in gather(shape, cells, axes, whole):
        found[entries] = values
    return found.reshape(*found.shape[:2], *axes)


@functools.lru_cache(maxsize=64)
def _blocks_of(shape: Shape) -> tuple[_Blocks, ...]:
    """Blocks of a shape, those of one size together."""
    height = shape.internal + shape.leaving
    width = shape.internal + shape.entering
    block = components(height + width, shape.row, height + shape.col)
    of_row, of_col = block[:height], block[height:]
    count = int(block.max()) + 1
    outs, ins = (np.bincount(of, minlength=count) for of in (of_row, of_col))
    row_place, col_place = _place(of_row), _place(of_col)
    owner = of_row[shape.row]
    found = []
    for out, into in np.unique(np.stack([outs, ins], 1), axis=0).tolist():
        chosen = np.flatnonzero((outs == out) & (ins == into))
        if not (out and into):
            continue
        number = np.full(count, -1)
        number[chosen] = np.arange(len(chosen))
        row = np.empty((len(chosen), out), np.intp)
        col = np.empty((len(chosen), into), np.intp)
        for of, place, table in ((of_row, row_place, row), (of_col, col_place, col)):
            here = np.flatnonzero(number[of] >= 0)
            table[number[of[here]], place[here]] = here
        entry = np.full((len(chosen), out, into), len(shape.row))
        here = np.flatnonzero(number[owner] >= 0)
        at = row_place[shape.row[here]], col_place[shape.col[here]]
        entry[number[owner[here]], *at] = here
        found.append(_Blocks(row, col, entry))
    return tuple(found)


def _place(label: Ints) -> Ints:
    """Position of each item among those of its label."""
    order = np.argsort(label, kind="stable")
    ordered = label[order]
    start = np.searchsorted(ordered, ordered)
    place = np.empty(len(label), np.intp)
    place[order] = np.arange(len(label)) - start
    return place
