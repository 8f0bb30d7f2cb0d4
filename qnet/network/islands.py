"""Coherent islands, and which of them are alike.

An island is a connected set of kept blocks: channels that do not mix fall apart into
islands of their own. Islands with the same sequence of blocks and the same wiring have
one *shape*: one plan, and arrays with a leading island axis.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.network.andreev import mirror_pairs
from qnet.network.channels import has_holes, waves_per_channel
from qnet.network.connected import components
from qnet.network.numbering import numbered
from qnet.network.waves import Side, Waves
from qnet.registry import ReservoirKind

LONG = 1000
"""Numbers that tell an island from others, up to which they are compared as they are;
more are told by a digest, which takes no memory."""

DIGEST = 32
"""Bytes of it."""


class Species(enum.Enum):
    """Who moves in an island of a circuit that follows holes apart from electrons."""

    ELECTRONS = "electrons"
    HOLES = "holes"
    MIXED = "electrons and holes in turn"


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
    mirrored : bool
        Whether it touches a superconductor, which turns electrons into holes.
    species : Species
        Who moves in it.
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
    mirrored: bool
    species: Species = Species.ELECTRONS

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
        """Whether no two paths join the same waves: amplitudes never interfere.

        Where electrons turn into holes, probabilities alone would lose their charges.
        """
        turns = self.mirrored or self.species is Species.MIXED
        return self.internal == self.blocks - 1 and not turns


def make_shapes(waves: Waves) -> tuple[Shape, ...]:
    """Find the islands and gather them by shape."""
    island = _islands(waves)
    alive = np.flatnonzero(waves.kept)
    order = alive[np.lexsort((alive, waves.kind[alive], island[alive]))]
    out, into = _sides(waves, island, order)
    return tuple(
        _shape(waves, blocks, island, out, into)
        for blocks in _alike(waves.kind, island, order, out, into)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Numbered:
    """Living channels of one side, numbered within their island.

    `order` lists them by block, `inner` those that go on at a joint; `outer` those that
    end in reservoirs, by island, port and channel; `local` is the row or column of each
    channel.
    """

    side: Side
    order: Ints
    inner: Ints
    outer: Ints
    local: Ints
    inner_count: Ints
    outer_count: Ints

    def crossings(self, island: int) -> Ints:
        """Ports of one island where waves go on at a joint, in the order of `local`."""
        first = int(self.inner_count[:island].sum())
        here = self.inner[first : first + int(self.inner_count[island])]
        return self.side.port[here]

    def leads(self, islands: Ints) -> Ints:
        """(island, channel, 2) port and channel of what ends in reservoirs."""
        start = np.cumsum(self.outer_count) - self.outer_count
        width = int(self.outer_count[islands[0]])
        here = self.outer[start[islands][:, None] + np.arange(width)]
        return np.stack([self.side.port[here], self.side.channel[here]], -1)


def _sides(waves: Waves, island: Ints, order: Ints) -> tuple[_Numbered, _Numbered]:
    """Number what leaves and what enters, the blocks of an island in some order."""
    rank = np.zeros(len(island), dtype=np.intp)
    rank[order] = np.arange(len(order))
    out = _numbered(waves.out, waves.kept, rank, island)
    into = _numbered(waves.into, waves.kept, rank, island)
    # An internal wave has one number, that of the channel it leaves by.
    into.local[into.inner] = out.local[waves.into.across[into.inner]]
    return out, into


def _numbered(side: Side, kept: Bools, rank: Ints, island: Ints) -> _Numbered:
    alive = np.flatnonzero(kept[side.block])
    order = alive[np.argsort(rank[side.block[alive]], kind="stable")]
    size = int(island.max(initial=-1)) + 1
    where = island[side.block]
    local = np.zeros(len(where), dtype=np.intp)
    inner = order[side.across[order] >= 0]
    local[inner], inner_count = _count_up(where[inner], size)
    outer = order[side.across[order] < 0]
    outer = outer[np.lexsort((side.channel[outer], side.port[outer], where[outer]))]
    place, outer_count = _count_up(where[outer], size)
    local[outer] = place + inner_count[where[outer]]
    return _Numbered(side, order, inner, outer, local, inner_count, outer_count)


def _count_up(label: Ints, size: int) -> tuple[Ints, Ints]:
    """Position of each item among those of its (sorted) label; the counts."""
    count = np.bincount(label, minlength=size)
    start = np.cumsum(count) - count
    return np.arange(len(label)) - start[label], count


def _islands(waves: Waves) -> Ints:
    """Island of each block; dropped blocks are islands nobody asks for."""
    out, into = waves.out, waves.into
    inner = np.flatnonzero((out.across >= 0) & waves.kept[out.block])
    tied_left, tied_right = _mirror_ties(waves)
    return components(
        int(waves.first_block[-1]),
        np.concatenate([out.block[inner], tied_left]),
        np.concatenate([into.block[out.across[inner]], tied_right]),
    )


def _mirror_ties(waves: Waves) -> tuple[Ints, Ints]:
    """Blocks that share a channel at a superconductor.

    What leaves there comes back as a hole in the same channel, so the two belong to
    one island; with ``spin=full`` in the channel of the other spin, beside a Majorana
    state in that of the holes.
    """
    circuit = waves.ports.circuit
    mirrors = circuit.reservoirs.kind == ReservoirKind.SUPERCONDUCTOR
    if not mirrors.any():
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    out, into = (_at_mirrors(waves, side, mirrors) for side in (waves.out, waves.into))
    here, there = mirror_pairs(out[:, :3], into[:, :3])
    left, right = [out[here, 3]], [into[there, 3]]
    if waves_per_channel(circuit) == 2:
        for side in (out, into):
            rows = side[np.lexsort((side[:, 2], side[:, 1]))]
            ahead, behind = rows[:-1], rows[1:]
            same = (ahead[:, 1] == behind[:, 1]) & (ahead[:, 2] + 1 == behind[:, 2])
            same &= ahead[:, 2] % 2 == 0
            left.append(ahead[same, 3])
            right.append(behind[same, 3])
    return np.concatenate(left), np.concatenate(right)


def _at_mirrors(waves: Waves, side: Side, mirrors: Bools) -> Ints:
    """Reservoir, port, channel and block of all waves that meet superconductors."""
    node = waves.ports.reservoir[side.port]
    here = np.flatnonzero((node >= 0) & mirrors[node] & waves.kept[side.block])
    return np.column_stack(
        [node[here], side.port[here], side.channel[here], side.block[here]]
    )


def _alike(
    kind: Ints, island: Ints, order: Ints, out: _Numbered, into: _Numbered
) -> Iterator[Ints]:
    """Yield the blocks (island, block) of each shape."""
    size = int(island.max(initial=-1)) + 1
    width = [
        np.bincount(island[order], minlength=size),
        *(side.inner_count + side.outer_count for side in (out, into)),
    ]
    first = [np.cumsum(count) - count for count in width]
    leads = out.outer_count + into.outer_count
    # An island without leads is a closed wave that nobody feeds: no part of S.
    open_ = np.flatnonzero((width[0] > 0) & (leads > 0))
    sizes = np.stack([*width, out.inner_count, out.outer_count], 1)
    for chosen in _equal_rows(sizes[open_]):
        islands = open_[chosen]
        alike: Iterable[Ints] = [np.arange(1)]
        if len(islands) > 1:
            starts = [start[islands] for start in first]
            counts = [int(count[islands[0]]) for count in width]
            # No name for the columns: they would live as long as this walk.
            alike = _equal_rows(
                _told(
                    [kind[order], out.local[out.order], into.local[into.order]],
                    starts,
                    counts,
                )
            )
        blocks = np.arange(width[0][islands[0]])
        for same in alike:
            yield order[first[0][islands[same]][:, None] + blocks]


def _told(columns: list[Ints], starts: list[Ints], counts: list[int]) -> Ints:
    """Table with equal rows for islands with equal stretches of all columns."""
    stretches = list(zip(columns, starts, counts, strict=True))
    if sum(counts) <= LONG:
        parts = [column[at[:, None] + np.arange(n)] for column, at, n in stretches]
        return np.concatenate(parts, axis=1)
    digests = []
    for island in range(len(starts[0])):
        digest = blake2b(digest_size=DIGEST)
        for column, at, count in stretches:
            digest.update(column[at[island] : at[island] + count].data)
        digests.append(np.frombuffer(digest.digest(), np.intp))
    return np.stack(digests)


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


def _shape(
    waves: Waves, blocks: Ints, island: Ints, out: _Numbered, into: _Numbered
) -> Shape:
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
        out_slot = waves.out.first[number] + place * cell.outgoing
        in_slot = waves.into.first[number] + place * cell.incoming
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
    reservoirs = waves.ports.circuit.reservoirs
    mirrors = reservoirs.kind == ReservoirKind.SUPERCONDUCTOR
    crossing = out.crossings(int(islands[0]))
    pair = np.minimum(crossing, waves.ports.partner[crossing])
    out_channels, in_channels = out.leads(islands), into.leads(islands)
    outgoing = waves.ports.reservoir[out_channels[..., 0]]
    return Shape(
        internal=int(out.inner_count[islands[0]]),
        blocks=blocks.shape[1],
        joint=numbered(pair)[1],
        row=np.concatenate(rows),
        col=np.concatenate(cols),
        runs=tuple(runs),
        outgoing=outgoing,
        incoming=waves.ports.reservoir[in_channels[..., 0]],
        out_channels=out_channels,
        in_channels=in_channels,
        mirrored=bool(mirrors[outgoing].any()),
        species=_species(waves, in_channels[0, :, 1]),
    )


def _species(waves: Waves, channel: Ints) -> Species:
    """Who enters an island by some channels."""
    is_hole = channel % 2 == 1
    if not (has_holes(waves.ports.circuit) and is_hole.any()):
        return Species.ELECTRONS
    return Species.HOLES if is_hole.all() else Species.MIXED
