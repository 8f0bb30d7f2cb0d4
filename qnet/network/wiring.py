"""Waves of some islands and where they go, read from the nodes of the circuit anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Ints
from qnet.network.channels import Cell
from qnet.network.condensate import condensate_index, is_superconductor
from qnet.network.connected import components
from qnet.network.islands import Shape
from qnet.network.numbering import numbered
from qnet.network.stripes import cut

WORK: Final = 40_000
"""Amplitudes of scatterers and of S, in the islands that are solved again."""
WAVES: Final = 2000
"""Waves that enter the scatterers of these islands."""


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """Where the waves of some islands go, read from the nodes of the circuit.

    Attributes
    ----------
    shape : tuple
        How many waves leave and how many enter the scatterers.
    rows, cols : (entry,)
        An amplitude goes from wave `cols` to wave `rows`.
    places : tuple
        For each cell: instances and places in its matrix of these amplitudes.
    inner, crossing : (k,)
        Waves that enter at a joint, and the wave that leaves the other port there.
    stripes : tuple of int
        Where stripes of these end that touch their neighbours alone.
    fed, fed_from : (k,)
        Waves that reservoirs emit, and which reservoir of `reservoirs` does.
    taken, taken_by : (k,)
        Waves that reservoirs take up.
    reservoirs : (r,)
        Those that these islands touch.
    is_settled : (r, r)
        Between which of them no other island carries anything.
    mirrored, returned : (m,)
        Waves of electrons that reach a superconductor, and those by which they come
        back; neither are among those taken up and fed.
    mirror : (m,)
        Which reservoir of the circuit that is.
    """

    shape: tuple[int, int]
    rows: Ints
    cols: Ints
    places: tuple[tuple[Ints, Ints], ...]
    inner: Ints
    crossing: Ints
    stripes: tuple[int, ...]
    fed: Ints
    fed_from: Ints
    taken: Ints
    taken_by: Ints
    reservoirs: Ints
    is_settled: Bools
    mirrored: Ints
    returned: Ints
    mirror: Ints


def read_wiring(
    circuit: Circuit,
    cells: Sequence[Cell],
    shapes: Sequence[Shape],
    networks: Sequence[bool],
) -> Wiring | None:
    """Number waves, pair ports at joints, and choose the islands that are solved.

    Parameters
    ----------
    circuit, cells
        As they were compiled.
    shapes : sequence of Shape
        Which channels reservoirs feed and take up; nothing else is read from them.
    networks : sequence of bool
        Shapes whose inner waves are vertices: nothing is composed there.

    Returns
    -------
    Wiring or None
        None where every island is too large.
    """
    waves = _number(circuit, cells)
    composed = [s for s, apart in zip(shapes, networks, strict=True) if not apart]
    vertices = [s for s, apart in zip(shapes, networks, strict=True) if apart]
    fed = _leads(waves.into, [(s.in_channels, s.incoming) for s in composed])
    taken = _leads(waves.out, [(s.out_channels, s.outgoing) for s in composed])
    chosen = _choose(waves, fed.wave, taken.wave)
    is_super = is_superconductor(circuit)
    enters, leaves = chosen[waves.into.island], chosen[waves.out.island]
    column, row = np.cumsum(enters) - 1, np.cumsum(leaves) - 1
    within = fed.some(enters[fed.wave]), taken.some(leaves[taken.wave])
    normal = [side.some(~is_super[side.home]) for side in within]
    turned = [side.some(is_super[side.home]) for side in within]
    if not len(normal[0].wave):
        return None
    reservoirs, place = numbered(np.concatenate([side.home for side in normal]))
    elsewhere = fed.home[~enters[fed.wave]], *(s.incoming.ravel() for s in vertices)
    is_elsewhere = np.zeros(len(circuit.reservoirs), bool)
    is_elsewhere[np.concatenate(elsewhere)] = True
    is_whole = ~is_elsewhere[reservoirs]
    home = condensate_index(circuit)
    is_plain = reservoirs != (-1 if home is None else home)
    back, reach = turned[0].beside(turned[1]), turned[1].beside(turned[0])
    inner = np.flatnonzero(enters & (waves.across >= 0))
    entries = [entry[:, enters[entry[1]]] for entry in waves.entries]
    rows, cols = np.concatenate([np.zeros((4, 0), np.intp), *entries], 1)[:2]
    stripes = _across(waves, inner, rows, cols)
    inner = inner[np.concatenate([_NONE, *stripes]).astype(np.intp)]
    return Wiring(
        (int(leaves.sum()), int(enters.sum())),
        row[rows],
        column[cols],
        tuple((entry[2], entry[3]) for entry in entries),
        column[inner],
        row[waves.across[inner]],
        tuple(np.cumsum([len(stripe) for stripe in stripes]).tolist()),
        column[normal[0].wave],
        place[: len(normal[0].wave)],
        row[normal[1].wave],
        place[len(normal[0].wave) :],
        reservoirs,
        (is_whole[:, None] | is_whole) & is_plain[:, None] & is_plain,
        row[reach.wave],
        column[back.wave],
        reach.home,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Waves that enter, or leave: port, and island of the scatterer, of each.

    `first` (port,) is the number of the first wave of each port.
    """

    first: Ints
    port: Ints
    island: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    """All waves of a circuit, numbered over cells, instances, ports and channels.

    `across` (entering,) is the wave that leaves the other port of a joint, negative
    where there is none; `entries` (4, entry) of each cell are rows, columns, instances
    and places in the cell's matrix.
    """

    into: _Side
    out: _Side
    across: Ints
    entries: tuple[Ints, ...]


_NONE: Final = np.zeros(0, np.intp)


def _number(circuit: Circuit, cells: Sequence[Cell]) -> _Waves:
    """Number waves, ports being numbered over groups, instances and pins."""
    node = np.concatenate([_NONE, *(group.nodes.ravel() for group in circuit.groups)])
    starts = np.cumsum([0, *(group.nodes.size for group in circuit.groups)])
    element, count_in, count_out, first_in, first_out = np.zeros((5, len(node)), int)
    entries, elements, ins, outs = [], 0, 0, 0
    for cell in cells:
        width, each = len(cell.entering), np.arange(len(cell.instances))[:, None]
        port = starts[cell.group] + cell.instances[:, None] * width + np.arange(width)
        enter, leave = ins + each * cell.incoming, outs + each * cell.outgoing
        element[port] = elements + each
        count_in[port], count_out[port] = cell.entering, cell.leaving
        first_in[port] = enter + np.cumsum(cell.entering) - cell.entering
        first_out[port] = leave + np.cumsum(cell.leaving) - cell.leaving
        columns = (leave + cell.out, enter + cell.into, each, cell.source)
        entry = np.stack(np.broadcast_arrays(*columns))
        entries.append(entry.reshape(4, -1))
        elements += each.size
        ins, outs = ins + each.size * cell.incoming, outs + each.size * cell.outgoing
    partner = np.full(len(node), -1)
    joint = np.flatnonzero(circuit.reservoir_of[node] < 0)
    pairs = joint[np.argsort(node[joint], kind="stable")].reshape(-1, 2)
    partner[pairs] = pairs[:, ::-1]
    island = components(elements, *element[pairs].T)[element]
    into, out = (
        _side(first, count, island)
        for first, count in ((first_in, count_in), (first_out, count_out))
    )
    channel = np.arange(ins) - first_in[into.port]
    other = partner[into.port]
    is_met = (other >= 0) & (channel < count_out[other])
    across = np.where(is_met, first_out[other] + channel, -1)
    return _Waves(into, out, across, tuple(entries))


def _side(first: Ints, count: Ints, island: Ints) -> _Side:
    """Waves in their order; `first`, `count` and `island` (port,)."""
    order = np.lexsort((count, first))
    port = np.repeat(order, count[order])
    return _Side(first, port, island[port])


@dataclass(frozen=True, slots=True, eq=False)
class _Leads:
    """Waves at reservoirs: which reservoir, port and channel (k,) of each."""

    wave: Ints
    home: Ints
    channel: Ints

    def some(self, chosen: Bools | Ints) -> _Leads:
        """Those of some rows."""
        return _Leads(self.wave[chosen], self.home[chosen], self.channel[chosen])

    def beside(self, other: _Leads) -> _Leads:
        """Sorted so that waves and those of `other` that turn into them are in line.

        Both are of one port and channel, wherever that takes waves and gives them;
        edges bring waves by one port of a reservoir and take them along by another,
        first by first.
        """
        shared = set(map(tuple, other.channel.tolist()))
        keys = map(tuple, self.channel.tolist())
        is_lone = np.array([key not in shared for key in keys], bool)
        port, channel = self.channel.T
        return self.some(np.lexsort((channel, port, self.home, is_lone)))


def _leads(side: _Side, leads: Sequence[tuple[Ints, Ints]]) -> _Leads:
    """Waves at reservoirs, by (island, k, 2) ports and channels."""
    channels = np.concatenate(
        [np.zeros((0, 2), np.intp), *(c.reshape(-1, 2) for c, _ in leads)]
    )
    homes = np.concatenate([_NONE, *(home.ravel() for _, home in leads)])
    return _Leads(side.first[channels[:, 0]] + channels[:, 1], homes, channels)


def _across(waves: _Waves, inner: Ints, rows: Ints, cols: Ints) -> list[list[int]]:
    """Stripes of the waves that enter at joints, by their place among these."""
    to, by = np.full(len(waves.out.port), -1), np.full(len(waves.into.port), -1)
    to[waves.across[inner]] = by[inner] = np.arange(len(inner))
    left, right = to[rows], by[cols]
    within = (left >= 0) & (right >= 0)
    return cut(len(inner), left[within], right[within])


def _choose(waves: _Waves, fed: Ints, taken: Ints) -> Bools:
    """Islands, in the order of their cards, that are solved at little cost together."""
    into, out = waves.into.island, waves.out.island
    size = int(max(into.max(initial=-1), out.max(initial=-1))) + 1
    entries = np.concatenate([_NONE, *(into[entry[1]] for entry in waves.entries)])
    width, amplitudes, entering, leaving = (
        np.bincount(island, minlength=size)
        for island in (into, entries, into[fed], out[taken])
    )
    work = amplitudes + entering * leaving
    fits = np.flatnonzero((width <= WAVES) & (work <= WORK) & (entering > 0))
    within = (np.cumsum(width[fits]) <= WAVES) & (np.cumsum(work[fits]) <= WORK)
    chosen = np.zeros(size, bool)
    chosen[fits[within]] = True
    return chosen
