"""Coherent islands, and which of them are alike.

An island is a connected set of kept blocks: channels that do not mix fall apart into
islands of their own. Islands with the same sequence of blocks and the same wiring have
one *shape*: one plan, and arrays with a leading island axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.network.connected import components
from qnet.network.waves import Waves
from qnet.registry import ReservoirKind


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Consecutive entries of a shape that stand in the matrices of one cell.

    `instance` and `source` (island, entry) say where: the instance within the cell and
    the place in the model's flattened matrix.
    """

    cell: int
    entries: slice
    instance: Ints
    source: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Islands that are alike: their wave network and where its numbers come from.

    Rows 0 … internal-1 are internal waves, then come outgoing channels; columns are
    the same internal waves, then incoming channels.

    Attributes
    ----------
    internal : int
        Waves between scatterers.
    blocks : int
        Independent scatterer blocks.
    joint : (internal,)
        Joint at which each internal wave crosses over.
    row, col : (entry,)
        The amplitude of each entry goes from wave `col` to wave `row`.
    runs : tuple of Run
        Entries by cell.
    outgoing, incoming : (island, channel)
        Reservoir index of each channel.
    out_channels, in_channels : (island, channel, 2)
        Port and channel number of each.
    """

    internal: int
    blocks: int
    joint: Ints
    row: Ints
    col: Ints
    runs: tuple[Run, ...]
    outgoing: Ints
    incoming: Ints
    out_channels: Ints
    in_channels: Ints

    @property
    def islands(self) -> int:
        """How many islands have this shape."""
        return len(self.outgoing)

    @property
    def leaving(self) -> int:
        """Number of outgoing channels."""
        return self.outgoing.shape[1]

    @property
    def entering(self) -> int:
        """Number of incoming channels."""
        return self.incoming.shape[1]

    @property
    def is_forest(self) -> bool:
        """Whether no two paths join the same waves: amplitudes never interfere."""
        return self.internal == self.blocks - 1


def make_shapes(waves: Waves) -> tuple[Shape, ...]:
    """Find the islands and gather them by shape."""
    island = _islands(waves)
    alive = np.flatnonzero(waves.kept)
    order = alive[np.lexsort((alive, waves.kind[alive], island[alive]))]
    rank = np.zeros(len(island), dtype=np.intp)
    rank[order] = np.arange(len(order))
    out = _side(waves, rank, island, waves.out_port, waves.out_channel,
                waves.out_block, waves.enters)  # fmt: skip
    into = _side(waves, rank, island, waves.in_port, waves.in_channel,
                 waves.in_block, waves.comes_from)  # fmt: skip
    # An internal wave has one number, that of the channel it leaves by.
    inner = into.order[waves.comes_from[into.order] >= 0]
    into.local[inner] = out.local[waves.comes_from[inner]]
    return tuple(
        _shape(waves, blocks, island, out, into)
        for blocks in _alike(waves.kind, island, order, out, into)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Outgoing or incoming channels, numbered within their island.

    `order` lists living channels by block, `inner` those that go on at a joint; `outer`
    those that end in reservoirs, by island, port and channel; `local` is the row or
    column of each.
    """

    port: Ints
    channel: Ints
    island: Ints
    order: Ints
    inner: Ints
    outer: Ints
    local: Ints
    inner_count: Ints
    outer_count: Ints

    def crossings(self, island: int) -> Ints:
        """Channels of one island that go on at a joint, in the order of `local`."""
        first = int(self.inner_count[:island].sum())
        return self.inner[first : first + int(self.inner_count[island])]

    def leads(self, islands: Ints) -> Ints:
        """External channels (island, channel) of islands with equally many."""
        start = np.cumsum(self.outer_count) - self.outer_count
        width = int(self.outer_count[islands[0]])
        return self.outer[start[islands][:, None] + np.arange(width)]


def _side(
    waves: Waves, rank: Ints, island: Ints, port: Ints, channel: Ints, block: Ints,
    across: Ints,
) -> _Side:  # fmt: skip
    alive = np.flatnonzero(waves.kept[block])
    order = alive[np.argsort(rank[block[alive]], kind="stable")]
    size = int(island.max(initial=-1)) + 1
    where = island[block]
    local = np.zeros(len(port), dtype=np.intp)
    inner = order[across[order] >= 0]
    local[inner], inner_count = _count_up(where[inner], size)
    outer = order[across[order] < 0]
    outer = outer[np.lexsort((channel[outer], port[outer], where[outer]))]
    place, outer_count = _count_up(where[outer], size)
    local[outer] = place + inner_count[where[outer]]
    return _Side(
        port, channel, where, order, inner, outer, local, inner_count, outer_count
    )


def _count_up(label: Ints, size: int) -> tuple[Ints, Ints]:
    """Position of each item among those of its (sorted) label; the counts."""
    count = np.bincount(label, minlength=size)
    start = np.cumsum(count) - count
    return np.arange(len(label)) - start[label], count


def _islands(waves: Waves) -> Ints:
    """Island of each block; dropped blocks are islands nobody asks for."""
    inner = np.flatnonzero((waves.enters >= 0) & waves.kept[waves.out_block])
    left = waves.out_block[inner]
    right = waves.in_block[waves.enters[inner]]
    tied_left, tied_right = _mirror_ties(waves)
    return components(
        int(waves.first_block[-1]),
        np.concatenate([left, tied_left]),
        np.concatenate([right, tied_right]),
    )


def _mirror_ties(waves: Waves) -> tuple[Ints, Ints]:
    """Blocks that share a channel at a superconductor.

    What leaves there comes back as a hole in the same channel, so the two belong to
    one island; with ``spin=full`` in the channel of the other spin.
    """
    circuit = waves.ports.circuit
    mirrors = circuit.reservoirs.kind == ReservoirKind.SUPERCONDUCTOR
    if not mirrors.any():
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    spins = 2 if circuit.spin == "full" else 1
    port = np.concatenate([waves.out_port, waves.in_port])
    channel = np.concatenate([waves.out_channel, waves.in_channel]) // spins
    block = np.concatenate([waves.out_block, waves.in_block])
    node = waves.ports.reservoir[port]
    here = np.flatnonzero((node >= 0) & mirrors[node] & waves.kept[block])
    here = here[np.lexsort((channel[here], port[here]))]
    left, right = here[:-1], here[1:]
    same = (port[left] == port[right]) & (channel[left] == channel[right])
    return block[left][same], block[right][same]


def _alike(
    kind: Ints, island: Ints, order: Ints, out: _Side, into: _Side
) -> Iterator[Ints]:
    """Yield the blocks (island, block) of each shape."""
    size = int(island.max(initial=-1)) + 1
    columns = [
        (kind[order], island[order]),
        (out.local[out.order], out.island[out.order]),
        (into.local[into.order], into.island[into.order]),
    ]
    first = [np.searchsorted(where, np.arange(size)) for _, where in columns]
    width = [np.bincount(where, minlength=size) for _, where in columns]
    leads = out.outer_count + into.outer_count
    # An island without leads is a closed wave that nobody feeds: no part of S.
    open_ = np.flatnonzero((width[0] > 0) & (leads > 0))
    sizes = np.stack([*width, out.inner_count, out.outer_count], 1)
    for chosen in _equal_rows(sizes[open_]):
        islands = open_[chosen]
        reach = [np.arange(w[islands[0]]) for w in width]
        signature = [
            column[start[islands][:, None] + span]
            for (column, _), start, span in zip(columns, first, reach, strict=True)
        ]
        for same in _equal_rows(np.concatenate(signature, axis=1)):
            yield order[first[0][islands[same]][:, None] + reach[0]]


def _equal_rows(table: Ints) -> Iterator[Ints]:
    """Yield the indices of equal rows together, by first appearance."""
    if len(table) == 0:
        return
    if table.shape[1] == 0 or len(table) == 1:
        yield np.arange(len(table))
        return
    # As opaque bytes: NumPy's own comparison of rows makes a field of each column.
    rows = np.ascontiguousarray(table)
    opaque = rows.view(np.dtype((np.void, rows.strides[0]))).ravel()
    _, first, inverse = np.unique(opaque, return_index=True, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
    for k in np.argsort(first):
        yield pieces[k]


def _shape(waves: Waves, blocks: Ints, island: Ints, out: _Side, into: _Side) -> Shape:
    """Collect entries and leads of the islands of one shape.

    Blocks of one kind stand together, so that Python works per kind, not per block.
    """
    owner = np.searchsorted(waves.first_block, blocks[0], side="right") - 1
    ends = np.flatnonzero(np.diff(waves.kind[blocks[0]])) + 1
    pieces = np.split(np.arange(blocks.shape[1]), ends)
    rows, cols, runs, filled = [], [], [], 0
    for piece in pieces:
        number = int(owner[piece[0]])
        cell = waves.cells[number]
        instance, local = np.divmod(
            blocks[:, piece] - waves.first_block[number], cell.blocks
        )
        entry = cell.entries_of(local)
        place = instance[0, :, None]
        out_slot = waves.first_out[number] + place * cell.outgoing
        in_slot = waves.first_in[number] + place * cell.incoming
        rows.append(out.local[out_slot + cell.out[entry[0]]].ravel())
        cols.append(into.local[in_slot + cell.into[entry[0]]].ravel())
        count = entry[0].size
        where = np.broadcast_to(instance[:, :, None], entry.shape)
        runs.append(
            Run(
                number,
                slice(filled, filled + count),
                where.reshape(len(blocks), count),
                cell.source[entry].reshape(len(blocks), count),
            )
        )
        filled += count
    islands = island[blocks[:, 0]]
    crossing = out.port[out.crossings(int(islands[0]))]
    pair = np.minimum(crossing, waves.ports.partner[crossing])
    outgoing, incoming = out.leads(islands), into.leads(islands)
    return Shape(
        internal=int(out.inner_count[islands[0]]),
        blocks=blocks.shape[1],
        joint=np.unique(pair, return_inverse=True)[1],
        row=np.concatenate(rows),
        col=np.concatenate(cols),
        runs=tuple(runs),
        outgoing=waves.ports.reservoir[out.port[outgoing]],
        incoming=waves.ports.reservoir[into.port[incoming]],
        out_channels=np.stack([out.port[outgoing], out.channel[outgoing]], -1),
        in_channels=np.stack([into.port[incoming], into.channel[incoming]], -1),
    )
