"""Probabilities between reservoirs, and islands in which nothing interferes.

Where the wave network of an island is a forest, two waves are joined by one path at
most: probabilities multiply along it just as amplitudes do. A large island of this
kind - a wire with 10^5 in-line probes - is handed on as its network of |s|², in which
inner waves emit what they receive, instead of as a dense S.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools, Floats, Ints
from qnet.network.compose import CellMatrix, Stretch, batch_axes, gather
from qnet.network.condensate import Condensates, signed_probabilities
from qnet.network.entries import side_by_side, taken
from qnet.network.excitations import Excitations
from qnet.network.islands import Species
from qnet.network.matrix import Composer, island_matrix, squared
from qnet.network.nambu import charged_leads, charges
from qnet.smatrix import Complex, amplitude_witness

MANY_LEADS = 64
"""Leads from which an island without interference is handed on as a network."""


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Probabilities between vertices: reservoirs first, then inner waves.

    A vertex that floats has K f = 0 in its row, K = diag(fed) - P; inner vertices
    always do, at each energy.

    Attributes
    ----------
    rows, cols : (nnz,)
        From vertex `cols` to vertex `rows`; each pair once.
    values : (*sweep, E, nnz)
        Probability, summed over channels.
    fed : (*sweep, E, size)
        Open channels that each vertex emits.
    size, inner : int
        Number of vertices, and how many of them, at the end, are inner waves.
    witness : (*sweep, E, k)
        Combinations of the amplitudes themselves: a narrow resonance shows in them
        where its probabilities are lost in rounding.
    defect, condition : (*sweep, E)
        Worst departure from unitarity and worst loop condition of all islands.
    marked : (*sweep, E)
        Worst `Mark` of all islands.
    channels : int
        Channels of the largest island, those at its joints included.
    excitations : callable or None
        Beside a condensate, what electrons and holes do apart, once somebody asks.
    """

    rows: Ints
    cols: Ints
    values: Floats
    fed: Floats
    size: int
    inner: int
    witness: Complex
    defect: Floats
    condition: Floats
    marked: NDArray[np.int8]
    channels: int
    excitations: Callable[[], Excitations] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FlowPattern:
    """Where probabilities go, settled once.

    Attributes
    ----------
    networks : tuple of bool
        For each shape whether it is handed on as a network.
    order, starts : (n,), (nnz,)
        Sorting all contributions, equal pairs stand together from each start.
    is_in_order : bool
        Whether they are sorted as they come.
    rows, cols : (nnz,)
        The pair of each start.
    emitter : (k,)
        Vertex of each incoming channel or inner wave, shape after shape.
    """

    networks: tuple[bool, ...]
    order: Ints
    is_in_order: bool
    starts: Ints
    rows: Ints
    cols: Ints
    emitter: Ints
    size: int
    inner: int


def flow_pattern(
    composers: Sequence[Composer],
    reservoirs: int,
    condensate: int = -1,
    incoherent: Set[int] = frozenset(),
) -> FlowPattern:
    """Number the vertices, and sort all pairs of them that probabilities join.

    Where electrons and holes move apart only electrons are fed; an island in which
    they mix gets the `condensate` as one channel more, which takes up the charge. Of
    `incoherent` cells only probabilities are known.
    """
    networks = []
    rows, cols, emitters = ([np.zeros(0, np.intp)] for _ in range(3))
    size = reservoirs
    for shape in (composer.shape for composer in composers):
        leads = max(shape.leaving, shape.entering)
        is_large = leads > MANY_LEADS and shape.is_forest
        networks.append(is_large or any(run.cell in incoherent for run in shape.runs))
        if shape.species is Species.HOLES:
            continue
        if not networks[-1]:
            taken, fed = shape.outgoing, shape.incoming
            if shape.species is Species.MIXED:
                taken, fed = charged_leads(shape, condensate)
            to, by = taken[:, :, None], fed[:, None, :]
            pair = np.broadcast_shapes(to.shape, by.shape)
            rows.append(np.broadcast_to(to, pair).ravel())
            cols.append(np.broadcast_to(by, pair).ravel())
            emitters.append(fed.ravel())
            continue
        waves = shape.islands * shape.internal
        inner = size + np.arange(waves).reshape(shape.islands, shape.internal)
        size += waves
        emitter = np.concatenate([inner, shape.incoming], axis=1)
        taker = np.concatenate([inner, shape.outgoing], axis=1)
        rows.append(taker[:, shape.row].ravel())
        cols.append(emitter[:, shape.col].ravel())
        emitters.append(emitter.ravel())
    row, col = np.concatenate(rows), np.concatenate(cols)
    key = row * size + col
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    return FlowPattern(
        tuple(networks), order, bool((np.diff(order) == 1).all()), starts,
        row[order][starts], col[order][starts], np.concatenate(emitters), size,
        size - reservoirs,
    )  # fmt: skip


def flows_of(
    pattern: FlowPattern,
    composers: Sequence[Composer],
    cells: Sequence[CellMatrix],
    condensed: Condensates | None = None,
    *,
    with_witness: bool = True,
) -> Flows:
    """Probabilities of all islands, added up by pair of vertices.

    Where no integral will ask for it, the witness may be left without a column.
    """
    pieces = list(_pieces(pattern, composers, cells, condensed, with_witness))
    pieces = pieces or [_NOTHING]
    axes = np.broadcast_shapes(*(p.values.shape[:-1] for p in pieces))
    values = side_by_side([p.values for p in pieces], axes)
    if not pattern.is_in_order:
        values = taken(values, pattern.order)
    if len(pattern.starts) < len(pattern.order):
        values = np.add.reduceat(values, pattern.starts, axis=-1)
    steady = np.broadcast_shapes(*(p.is_open.shape[:-1] for p in pieces))
    emitted = side_by_side([p.is_open for p in pieces], steady)
    fed = _total_by(pattern.emitter, emitted, pattern.size)
    columns = [p.witness for p in pieces]
    shown = np.broadcast_shapes(*(c.shape[:-1] for c in columns))
    defect, condition, marked = (
        functools.reduce(np.maximum, parts)
        for parts in zip(*(p.certificate for p in pieces), strict=True)
    )
    return Flows(
        pattern.rows,
        pattern.cols,
        values,
        fed,
        pattern.size,
        pattern.inner,
        side_by_side(columns, shown),
        defect,
        condition,
        marked.astype(np.int8),
        max((c.shape.internal + c.shape.entering for c in composers), default=0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Islands of one shape: (*axes, pair), (*axes, emitter) and (*axes, k).

    The certificate is the worst defect, loop condition and mark of them, (*axes).
    """

    values: Floats
    is_open: Floats
    witness: Complex
    certificate: tuple[Floats, Floats, Floats]


_NO_WITNESS = np.zeros((1, 0), complex)

_NOTHING = _Piece(
    np.zeros((1, 0)),
    np.zeros((1, 0)),
    _NO_WITNESS,
    (np.zeros(1), np.ones(1), np.zeros(1)),
)


def _pieces(
    pattern: FlowPattern,
    composers: Sequence[Composer],
    cells: Sequence[CellMatrix],
    condensed: Condensates | None,
    with_witness: bool,
) -> Iterator[_Piece]:
    """Probabilities, open channels and amplitudes of each shape of island."""
    for composer, as_network in zip(composers, pattern.networks, strict=True):
        shape = composer.shape
        if shape.species is Species.HOLES:
            continue
        if as_network:
            axes = batch_axes(shape, cells)
            P, witness = _entry_probabilities(composer, cells, axes)
            emitted = _total_by(shape.col, P, shape.internal + shape.entering)
            lost = abs(emitted - (emitted > 0)).max((-2, -1), initial=0.0)
            certificate = (lost, np.ones_like(lost), np.zeros_like(lost))
        else:
            matrix = island_matrix(composer, cells)
            if condensed is not None and shape.species is Species.MIXED:
                P = charges(condensed, shape, matrix)
            elif condensed is not None and condensed.touch(matrix).any():
                mirrored = island_matrix(composer, condensed.mirrored)
                P = signed_probabilities(condensed, matrix, mirrored)
            else:
                P = islands_last(squared(matrix.S))
            emitted = P.sum(axis=-2)
            witness = _NO_WITNESS
            if with_witness:
                witness = amplitude_witness(matrix.S).sum(0)
            certificate = (
                matrix.defect.max(0),
                matrix.condition.max(0),
                matrix.marked.max(0).astype(float),
            )
        is_open = _steady(emitted > 0)
        axes = P.shape[: -2 if as_network else -3]
        yield _Piece(
            P.reshape(*axes, -1),
            is_open.reshape(*is_open.shape[: len(axes)], -1),
            witness,
            certificate,
        )


def _entry_probabilities(
    composer: Composer, cells: Sequence[CellMatrix], axes: tuple[int, ...]
) -> tuple[Floats, Complex]:
    """|s|² of all entries of a shape (*axes, island, entry), and their witness."""
    shape = composer.shape
    points = int(np.prod(axes))
    P = np.empty((points, shape.islands, len(shape.row)))
    witness = np.zeros((points, 1), complex)
    whole = Stretch(slice(0, shape.islands), slice(0, points))
    for entries, values in gather(shape, cells, axes, whole):
        amplitudes = np.moveaxis(values, -1, 0).swapaxes(1, 2)
        P[:, :, entries] = squared(amplitudes)
        witness += amplitude_witness(amplitudes)
    return P.reshape(*axes, shape.islands, len(shape.row)), witness.reshape(*axes, 1)


def islands_last(values: Floats) -> Floats:
    """View of (island, *axes, out, in) as (*axes, island, out, in)."""
    return values.transpose(*range(1, values.ndim - 2), 0, -2, -1)


def _steady(is_open: Bools) -> Floats:
    """Cut the axes (all but two) along which nothing opens or closes to length 1."""
    if is_open.all():
        return np.ones((*(1,) * (is_open.ndim - 2), *is_open.shape[-2:]))
    return is_open.astype(float)


def _total_by(key: Ints, values: Floats, size: int) -> Floats:
    """Sum values (..., k) of equal key: (..., size)."""
    total = np.zeros((*values.shape[:-1], size))
    if len(key):
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        sums = np.add.reduceat(values[..., order], starts, axis=-1)
        total[..., key[order[starts]]] = sums
    return total
