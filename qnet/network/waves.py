"""Waves between scatterers, the block rule, and the balance of every reservoir.

Scatterers fall into independent blocks by their declared couplings. A block that lacks
one of its incoming waves is dropped whole, and so is whatever it alone fed; what is
left must be complete: every wave that leaves a scatterer at a joint enters the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.diagnostics import Diagnostic, Label, NetlistError
from qnet.network.channels import Cell, channels_by_port, port_numbers
from qnet.network.connected import reached
from qnet.network.graph import Ports
from qnet.network.numbering import distinct


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Outgoing or incoming channels of the network, in columns.

    They are numbered over cells, instances, ports and channels.

    Attributes
    ----------
    port, channel, block : (n,)
        Where each is.
    across : (n,)
        The channel of the other side that it is at a joint; -1 at a reservoir, -2
        where the other port has no such channel.
    first : (cells + 1,)
        Number of the first channel of each cell.
    """

    port: Ints
    channel: Ints
    block: Ints
    across: Ints
    first: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Every channel of the network, and which of them live.

    Blocks are numbered over cells, instances and local blocks.

    Attributes
    ----------
    out, into : Side
        Channels that leave scatterers, and that enter them.
    first_block : (cells + 1,)
        Number of the first block of each cell.
    kind : (block,)
        Equal for blocks of one cell with the same ports and couplings.
    kept : (block,)
        Whether the block rule keeps it.
    """

    ports: Ports
    cells: tuple[Cell, ...]
    out: Side
    into: Side
    first_block: Ints
    kind: Ints
    kept: Bools


def make_waves(ports: Ports, cells: tuple[Cell, ...]) -> Waves:
    """Number all channels, pair them at joints and apply the block rule.

    Raises
    ------
    NetlistError
        QN405 where a wave leaves a scatterer and nothing takes it; QN406 where a
        reservoir receives more channels than it emits, or fewer.
    """
    first_block = _offsets([c.blocks * len(c.instances) for c in cells])
    starts = list(zip(cells, first_block.tolist(), strict=False))
    entering, leaving = channels_by_port(ports, cells)
    out_blocks = [_owners(c, first, c.block_of_out) for c, first in starts]
    in_blocks = [_owners(c, first, c.block_of_in) for c, first in starts]
    out = _side(ports, cells, leaving, entering, out_blocks)
    into = _side(ports, cells, entering, leaving, in_blocks)
    kept = _kept(int(first_block[-1]), out, into)
    waves = Waves(ports, cells, out, into, first_block, _kinds(cells), kept)
    # A wave that nothing takes upsets balances too: the cause comes alone.
    faults = _untaken(waves) or _unbalanced(waves)
    if faults:
        raise NetlistError(faults)
    return waves


def _side(
    ports: Ports, cells: tuple[Cell, ...], own: Ints, others: Ints, blocks: list[Ints]
) -> Side:
    """Columns of one side; `own`, `others` count the channels of each port."""
    numbers = _all_ports(ports, cells)
    port = np.repeat(numbers, own[numbers])
    channel = np.arange(len(port)) - _starts(ports, numbers, own)[port]
    partner = ports.partner[port]
    # Channels of a port are consecutive: its first one tells the others.
    found = _starts(ports, numbers, others)[partner] + channel
    across = np.where(channel < others[partner], found, -2)
    across[partner < 0] = -1
    first = _offsets([column.size for column in blocks])
    return Side(port, channel, np.concatenate([_NONE, *blocks]), across, first)


_NONE = np.zeros(0, np.intp)


def _all_ports(ports: Ports, cells: tuple[Cell, ...]) -> Ints:
    """Ports in the order in which channels are numbered."""
    return np.concatenate([_NONE, *[port_numbers(ports, c).ravel() for c in cells]])


def _starts(ports: Ports, numbers: Ints, count: Ints) -> Ints:
    """Number of the first channel of each port."""
    start = np.zeros(len(ports), dtype=np.intp)
    start[numbers] = np.cumsum(count[numbers]) - count[numbers]
    return start


def _offsets(counts: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)


def _owners(cell: Cell, first: int, local: Ints) -> Ints:
    """Global block of each channel of a cell, instance by instance."""
    return (
        first + np.arange(len(cell.instances))[:, None] * cell.blocks + local
    ).ravel()


def _kinds(cells: tuple[Cell, ...]) -> Ints:
    """Kind of each block, whatever the channel it stands for."""
    kinds: dict[tuple[object, ...], int] = {}
    columns = [_NONE]
    for number, cell in enumerate(cells):
        local = [
            kinds.setdefault((number, *key), len(kinds)) for key in cell.block_keys()
        ]
        columns.append(np.tile(np.array(local, np.intp), len(cell.instances)))
    return np.concatenate(columns)


def _kept(blocks: int, out: Side, into: Side) -> Bools:
    """Drop blocks with a starved channel, and all that waves lead to from there."""
    starved = distinct(into.block[into.across == -2])
    if len(starved) == 0:
        return np.ones(blocks, bool)
    inner = out.across >= 0
    fed = into.block[out.across[inner]]
    return ~reached(blocks, out.block[inner], fed, starved)


def _untaken(waves: Waves) -> list[Diagnostic]:
    """Name joints where a kept wave leaves and no kept channel takes it."""
    ports, out = waves.ports, waves.out
    taken = (out.across >= 0) & waves.kept[waves.into.block[out.across]]
    lost = np.flatnonzero(waves.kept[out.block] & (out.across != -1) & ~taken)
    if len(lost) == 0:
        return []
    lost = lost[np.unique(out.port[lost], return_index=True)[1]]
    faults = []
    for wave in lost.tolist():
        port = int(out.port[wave])
        other = int(ports.partner[port])
        sender, taker = ports.element_name(port), ports.element_name(other)
        node = ports.circuit.nodes[int(ports.node[port])]
        labels = ports.label(port, "a wave leaves here")
        faults.append(
            Diagnostic(
                "QN405",
                f"'{sender}' brings a wave into '{taker}' at node '{node}', "
                + _why_lost(waves, wave),
                primary=labels[0] if labels else None,
                others=ports.label(other, "and is not taken here"),
                why="every wave that leaves a scatterer at a joint enters the other, "
                "and one-way channels carry nothing back",
                help="use a scatterer without reflection (B with four pins), or make "
                f"the node a reservoir: `T9 {node}`",
            )
        )
    return faults


def _why_lost(waves: Waves, wave: int) -> str:
    """Say what keeps an outgoing channel from being taken at its joint."""
    into, out = waves.into, waves.out
    if out.across[wave] < 0:
        return "which has no channel that enters there"
    block = into.block[out.across[wave]]
    sent = out.port[out.block == block]
    if (sent == waves.ports.partner[out.port[wave]]).any():
        return "which sends part of it back, but no channel leaves there"
    waits = into.port[(into.block == block) & (into.across == -2)]
    if len(waits):
        node = waves.ports.circuit.nodes[int(waves.ports.node[waits[0]])]
        return f"which lacks the wave that should enter it at node '{node}'"
    return "which lacks another wave that should enter it"


def _unbalanced(waves: Waves) -> list[Diagnostic]:
    """Name reservoirs that receive another number of channels than they emit."""
    ports = waves.ports
    names = ports.circuit.reservoirs.names
    received, emitted = (
        np.bincount(
            ports.reservoir[side.port[waves.kept[side.block] & (side.across == -1)]],
            minlength=len(names),
        )
        for side in (waves.out, waves.into)
    )
    faults = []
    for reservoir in np.flatnonzero(received != emitted).tolist():
        takes, gives = int(received[reservoir]), int(emitted[reservoir])
        node = ports.circuit.nodes[int(ports.circuit.reservoirs.nodes[reservoir])]
        span = ports.circuit.reservoirs.spans[reservoir]
        leads = np.flatnonzero(ports.reservoir == reservoir)
        labels = [label for p in leads[:4].tolist() for label in ports.label(p, "")]
        if span is not None:
            labels.insert(0, Label(span, ""))
        edge = f"E9 {node} n1" if takes > gives else f"E9 n1 {node}"
        faults.append(
            Diagnostic(
                "QN406",
                f"'{names[reservoir]}' receives {_count(takes)} and emits "
                f"{_count(gives)}",
                primary=labels[0] if labels else None,
                others=tuple(labels[1:]),
                why="an edge channel cannot end in a contact: with all voltages equal "
                "a current would flow",
                help=f"add an edge that goes on from here, for example `{edge}`",
            )
        )
    return faults


def _count(channels: int) -> str:
    return {0: "none", 1: "1 channel"}.get(channels, f"{channels} channels")
