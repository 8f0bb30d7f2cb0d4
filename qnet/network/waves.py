"""Waves between scatterers, the block rule, and the balance of every reservoir.

Scatterers fall into independent blocks by their declared couplings. A block that lacks
one of its incoming waves is dropped whole, and so is whatever it alone fed; what is
left must be complete: every wave that leaves a scatterer at a joint enters the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.diagnostics import Diagnostic, Label, NetlistError
from qnet.network.channels import Cell, channels_by_port, port_numbers
from qnet.network.connected import reached
from qnet.network.graph import Ports


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Every channel of the network, in columns, and which of them live.

    Incoming channels are numbered over cells, instances, ports and channels, outgoing
    ones likewise; blocks over cells, instances and local blocks.

    Attributes
    ----------
    in_port, in_channel, in_block : (incoming,)
        Where each incoming channel is.
    out_port, out_channel, out_block : (outgoing,)
        Where each outgoing channel is.
    enters : (outgoing,)
        Incoming channel that it becomes at a joint; -1 at a reservoir, -2 nowhere.
    comes_from : (incoming,)
        Outgoing channel that feeds it at a joint; -1 at a reservoir, -2 nothing.
    first_block, first_in, first_out : (cells + 1,)
        Number of the first block and channels of each cell.
    kind : (block,)
        Equal for blocks of one cell with the same ports and couplings.
    kept : (block,)
        Whether the block rule keeps it.
    """

    ports: Ports
    cells: tuple[Cell, ...]
    in_port: Ints
    in_channel: Ints
    in_block: Ints
    out_port: Ints
    out_channel: Ints
    out_block: Ints
    enters: Ints
    comes_from: Ints
    first_block: Ints
    first_in: Ints
    first_out: Ints
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
    first_block, first_in, first_out = (
        _offsets([len(c.instances) * n for c, n in zip(cells, sizes, strict=True)])
        for sizes in (
            [c.blocks for c in cells],
            [c.incoming for c in cells],
            [c.outgoing for c in cells],
        )
    )
    entering, leaving = channels_by_port(ports, list(cells))
    in_port, in_channel = _columns(ports, cells, entering)
    out_port, out_channel = _columns(ports, cells, leaving)
    in_block = _owners(cells, first_block, lambda c: c.block_of_in)
    out_block = _owners(cells, first_block, lambda c: c.block_of_out)
    enters = _meets(ports, out_port, out_channel, entering, in_port, in_channel)
    comes_from = _meets(ports, in_port, in_channel, leaving, out_port, out_channel)
    kept = _kept(int(first_block[-1]), in_block, out_block, enters, comes_from)
    waves = Waves(
        ports, cells, in_port, in_channel, in_block, out_port, out_channel, out_block,
        enters, comes_from, first_block, first_in, first_out, _kinds(cells), kept,
    )  # fmt: skip
    faults = [*_untaken(waves), *_unbalanced(waves)]
    if faults:
        raise NetlistError(faults)
    return waves


def _offsets(counts: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)


def _columns(ports: Ports, cells: tuple[Cell, ...], count: Ints) -> tuple[Ints, Ints]:
    """Port and channel of each channel, cells in order."""
    numbers = np.concatenate(
        [np.zeros(0, np.intp), *[port_numbers(ports, c).ravel() for c in cells]]
    ).astype(np.intp)
    each = count[numbers]
    port = np.repeat(numbers, each)
    start = np.repeat(np.cumsum(each) - each, each)
    return port, np.arange(len(port)) - start


def _owners(
    cells: tuple[Cell, ...], first: Ints, local: Callable[[Cell], Ints]
) -> Ints:
    """Global block of each channel."""
    columns = [
        (start + np.arange(len(c.instances))[:, None] * c.blocks + local(c)).ravel()
        for start, c in zip(first, cells, strict=False)
    ]
    return np.concatenate([np.zeros(0, np.intp), *columns]).astype(np.intp)


def _kinds(cells: tuple[Cell, ...]) -> Ints:
    """Kind of each block, whatever the channel it stands for."""
    kinds: dict[tuple[object, ...], int] = {}
    columns = [np.zeros(0, np.intp)]
    for number, cell in enumerate(cells):
        local = [
            kinds.setdefault((number, *key), len(kinds)) for key in cell.block_keys()
        ]
        columns.append(np.tile(np.array(local, np.intp), len(cell.instances)))
    return np.concatenate(columns)


def _meets(
    ports: Ports, port: Ints, channel: Ints, there: Ints, far_port: Ints, far: Ints
) -> Ints:
    """Counterpart across the joint of each channel: -1 reservoir, -2 none.

    `there` counts the counterparts of each port; `far_port`, `far` list them.
    """
    start = np.zeros(len(ports), dtype=np.intp)
    start[far_port[far == 0]] = np.flatnonzero(far == 0)
    partner = ports.partner[port]
    found = np.where(channel < there[partner], start[partner] + channel, -2)
    return np.where(partner < 0, -1, found)


def _kept(
    blocks: int, in_block: Ints, out_block: Ints, enters: Ints, comes_from: Ints
) -> Bools:
    """Drop blocks with a starved channel, and all that waves lead to from there."""
    starved = np.unique(in_block[comes_from == -2])
    if len(starved) == 0:
        return np.ones(blocks, bool)
    inner = enters >= 0
    return ~reached(blocks, out_block[inner], in_block[enters[inner]], starved)


def _untaken(waves: Waves) -> list[Diagnostic]:
    """Name joints where a kept wave leaves and no kept channel takes it."""
    ports = waves.ports
    taken = (waves.enters >= 0) & waves.kept[waves.in_block[waves.enters]]
    lost = waves.kept[waves.out_block] & (waves.enters != -1) & ~taken
    faults = []
    for port in np.unique(waves.out_port[lost]).tolist():
        other = int(ports.partner[port])
        sender, taker = ports.element_name(port), ports.element_name(other)
        node = ports.circuit.nodes[int(ports.node[port])]
        labels = ports.label(port, "sends a wave out here")
        faults.append(
            Diagnostic(
                "QN405",
                f"'{sender}' sends a wave out at node '{node}', but no channel of "
                f"'{taker}' takes it",
                primary=labels[0] if labels else None,
                others=ports.label(other, "takes none"),
                why=f"what '{taker}' brings into '{sender}' is in part sent back, and "
                "a one-way channel cannot carry it away",
                help="let each wave go on: a scatterer without reflection (B with four "
                "pins), or a reservoir at this node",
            )
        )
    return faults


def _unbalanced(waves: Waves) -> list[Diagnostic]:
    """Name reservoirs that receive another number of channels than they emit."""
    ports = waves.ports
    names = ports.circuit.reservoirs.names
    received, emitted = (
        np.bincount(
            ports.reservoir[port[waves.kept[block] & (across == -1)]],
            minlength=len(names),
        )
        for port, block, across in (
            (waves.out_port, waves.out_block, waves.enters),
            (waves.in_port, waves.in_block, waves.comes_from),
        )
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
