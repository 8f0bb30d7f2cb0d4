"""How many waves each port carries: inference across joints, and kinds of scatterer.

A *cell* is all scatterers of one model with one channel count. Its local structure -
which outgoing channel is coupled to which incoming one, and the independent blocks
that follow - is worked out once, for one instance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Circuit, Group, Ints
from qnet.diagnostics import Diagnostic, Label, LimitError, NetlistError, refuse
from qnet.limits import LIMITS, free_memory
from qnet.network.connected import components
from qnet.network.graph import Ports
from qnet.network.numbering import distinct
from qnet.registry import Counts, Scatterer, parameters

ENTRY = 128
"""Bytes that one amplitude takes with all that tells where it belongs."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Scatterers of one model and one channel count.

    Channels of one instance are numbered port by port, separately for those that come
    in and those that go out. With ``spin=full`` a model that knows no spin has two
    `copies` of each: channel 2 c + spin of the network is channel c of the model.
    Beside a Majorana state the copies are electrons and holes, whose amplitudes the
    cell's matrix holds one after the other.

    Attributes
    ----------
    group : int
        Number of its group in the circuit.
    instances : (k,)
        Which instances of the group.
    channels : int or None
        Inferred count for `with_channels`; None: the model knew it.
    copies : int
        1, or 2 for the two spins, or for electrons and holes.
    entering, leaving : (ports,)
        Channels of each port, copies included.
    out, into : (entry,)
        Coupled pairs of channels, sorted by block.
    block_of_out, block_of_in : (channels,)
        Block of each channel.
    has_holes : bool
        Whether the second copy are holes.
    """

    group: int
    instances: Ints
    channels: int | None
    copies: int
    entering: Ints
    leaving: Ints
    out: Ints
    into: Ints
    block_of_out: Ints
    block_of_in: Ints
    has_holes: bool = False

    @property
    def blocks(self) -> int:
        """Number of independent blocks of one instance."""
        tops = [int(b.max()) for b in (self.block_of_out, self.block_of_in) if len(b)]
        return max(tops, default=-1) + 1

    @property
    def incoming(self) -> int:
        """Channels that enter one instance."""
        return len(self.block_of_in)

    @property
    def outgoing(self) -> int:
        """Channels that leave one instance."""
        return len(self.block_of_out)

    @property
    def source(self) -> Ints:
        """Place of each entry in the cell's flattened matrix."""
        width = self.incoming // self.copies
        place = (self.out // self.copies) * width + self.into // self.copies
        if self.has_holes:
            place += (self.out % 2) * (self.outgoing // 2) * width
        return place

    def entries_of(self, block: Ints) -> Ints:
        """Entries (..., entry) of local blocks that have equally many."""
        first = np.searchsorted(self.block_of_out[self.out], np.arange(self.blocks + 1))
        count = int(np.diff(first)[block.flat[0]])
        return first[block][..., None] + np.arange(count)

    def block_keys(self) -> Iterator[tuple[bytes, ...]]:
        """Yield for each block what tells its kind: ports and coupled channels.

        Blocks that differ in nothing but the channel they stand for have equal keys;
        electrons and holes are told apart.
        """
        ports = np.arange(len(self.entering))
        out_port, in_port = (np.repeat(ports, n) for n in (self.leaving, self.entering))
        out_rank, out_by_block = _by_block(self.block_of_out, self.blocks)
        in_rank, in_by_block = _by_block(self.block_of_in, self.blocks)
        owner = self.block_of_out[self.out]
        first = np.searchsorted(owner, np.arange(self.blocks + 1))
        for block in range(self.blocks):
            here = slice(first[block], first[block + 1])
            yield (
                self._species(block),
                out_port[out_by_block[block]].tobytes(),
                in_port[in_by_block[block]].tobytes(),
                out_rank[self.out[here]].tobytes(),
                in_rank[self.into[here]].tobytes(),
            )

    def _species(self, block: int) -> bytes:
        return bytes([block % 2]) if self.has_holes else b""

    def model(self, circuit: Circuit) -> Scatterer:
        """Return the model with its channels set and its own instances only."""
        group = circuit.groups[self.group]
        model = group.model
        if self.channels is not None:
            model = model.with_channels(self.channels)
        return _restrict(model, self.instances, len(group))


def make_cells(ports: Ports) -> tuple[Cell, ...]:
    """Infer channel counts and split groups by them.

    Raises
    ------
    NetlistError
        QN404 where the two ends of a joint carry different numbers of channels.
    LimitError
        QN814 where the matrix of one scatterer would not fit into memory.
    """
    circuit = ports.circuit
    declared = [group.model.channels() for group in circuit.groups]
    waves = waves_per_channel(circuit)
    inferred = _infer(ports, declared, waves)
    cells = []
    for number, (group, counts) in enumerate(
        zip(circuit.groups, declared, strict=True)
    ):
        start = int(ports.element[ports.first[number]]) if len(group) else 0
        if not _is_open(counts):
            everyone = np.arange(len(group))
            _check_size(group, counts, waves)
            cells.append(_cell(number, group.model, everyone, None, waves))
            continue
        here = inferred.count[start : start + len(group)]
        for n in distinct(here).tolist():
            model = group.model.with_channels(n)
            _check_size(group, model.channels(), waves)
            chosen = np.flatnonzero(here == n)
            cells.append(_cell(number, model, chosen, n, waves))
    _check_joints(ports, cells, inferred)
    if has_holes(circuit):
        cells = [
            dataclasses.replace(cell, has_holes=cell.copies == 2) for cell in cells
        ]
    return tuple(cells)


def _check_size(group: Group, counts: Counts, waves: int) -> None:
    """Count the amplitudes of a scatterer before they are made.

    Raises
    ------
    LimitError
        QN814: they would not fit into memory.
    """
    entering, leaving = (
        sum(n or 1 for n in side) for side in zip(*counts, strict=True)
    )
    need = ENTRY * entering * leaving * waves
    free = free_memory()
    if need > LIMITS["matrix memory"].value * free:
        raise refuse(
            LimitError,
            "QN814",
            f"the matrix of '{group.names[0]}' joins {entering} channels with "
            f"{leaving}, which takes {need / 2**30:.1f} GiB; {free / 2**30:.1f} GiB "
            "are free",
            group.spans[0],
            help="several smaller scatterers, or a probe where coherence is lost",
        )


def port_numbers(ports: Ports, cell: Cell) -> Ints:
    """Global numbers (instance, port) of a cell's ports."""
    width = int(ports.width[cell.group])
    first = int(ports.first[cell.group])
    return first + cell.instances[:, None] * width + np.arange(width)


def channels_by_port(ports: Ports, cells: Sequence[Cell]) -> tuple[Ints, Ints]:
    """(entering, leaving) channels of every port."""
    entering = np.zeros(len(ports), dtype=np.intp)
    leaving = np.zeros(len(ports), dtype=np.intp)
    for cell in cells:
        numbers = port_numbers(ports, cell)
        entering[numbers] = cell.entering
        leaving[numbers] = cell.leaving
    return entering, leaving


def _by_block(block: Ints, blocks: int) -> tuple[Ints, list[Ints]]:
    """Rank of each channel in its block; the channels of each block."""
    order = np.argsort(block, kind="stable")
    first = np.searchsorted(block[order], np.arange(blocks + 1))
    rank = np.empty(len(block), dtype=np.intp)
    rank[order] = np.arange(len(block)) - first[block[order]]
    return rank, np.split(order, first[1:-1])


def _copies(model: Scatterer, waves: int) -> int:
    known = getattr(model, "spinful", False) or getattr(model, "nambu", False)
    return 1 if known else waves


def has_holes(circuit: Circuit) -> bool:
    """Whether some scatterer turns electrons into holes by itself."""
    return any(getattr(group.model, "nambu", False) for group in circuit.groups)


def waves_per_channel(circuit: Circuit) -> int:
    """2 where both spins, or electrons and holes, are followed one by one."""
    return 2 if circuit.spin == "full" or has_holes(circuit) else 1


def _is_open(counts: Counts) -> bool:
    return any(n is None for pair in counts for n in pair)


@dataclass(frozen=True, slots=True, eq=False)
class _Inferred:
    """Counts of the elements that leave them open, and who told.

    `count` (element,); `teller` (element,) is the port of a neighbour of known count
    that decided it, -1 where nobody did.
    """

    count: Ints
    teller: Ints


def _infer(ports: Ports, declared: list[Counts], waves: int) -> _Inferred:
    """Spread known counts across joints; 1 where nothing says."""
    entering, leaving, scale = _declared(ports, declared, waves)
    size = int(ports.element[-1]) + 1 if len(ports) else 0
    here = np.flatnonzero(ports.partner >= 0)
    there = ports.partner[here]
    mine, theirs = ports.element[here], ports.element[there]
    both_open = ((entering[here] < 0) & (leaving[there] < 0)) | (
        (leaving[here] < 0) & (entering[there] < 0)
    )
    tie = both_open & (here < there)  # each joint once
    piece = components(size, mine[tie], theirs[tie])
    told = np.ones(int(piece.max(initial=-1)) + 1, dtype=np.intp)
    teller = np.full(len(told), -1)
    for own, other in ((entering, leaving), (leaving, entering)):
        fact = np.flatnonzero((own[here] < 0) & (other[there] > 0))
        count = other[there[fact]] // scale[here[fact]]
        # The largest count wins: it is the one that has to find room.
        fact = fact[np.argsort(count, kind="stable")]
        at, count = piece[mine[fact]], np.sort(count)
        larger = count >= told[at]
        told[at[larger]] = count[larger]
        teller[at[larger]] = there[fact[larger]]
    return _Inferred(told[piece], teller[piece])


def _declared(
    ports: Ports, declared: list[Counts], waves: int
) -> tuple[Ints, Ints, Ints]:
    """(entering, leaving) of each port in waves, -1 if open; waves a channel."""
    circuit = ports.circuit
    entering, leaving, scale = (np.zeros(len(ports), dtype=np.intp) for _ in range(3))
    for group, counts, first, width in zip(
        circuit.groups, declared, ports.first, ports.width, strict=False
    ):
        own = slice(int(first), int(first) + len(group) * int(width))
        known = np.array([[-1 if n is None else n for n in pair] for pair in counts])
        known = np.where(known < 0, -1, known * _copies(group.model, waves))
        entering[own] = np.tile(known[:, 0], len(group))
        leaving[own] = np.tile(known[:, 1], len(group))
        scale[own] = waves
    return entering, leaving, scale


def _cell(
    number: int, model: Scatterer, instances: Ints, n: int | None, waves: int
) -> Cell:
    copies = _copies(model, waves)
    counts = np.array(model.channels(), dtype=np.intp).reshape(-1, 2)
    out, into = _entries(model, counts)
    n_in, n_out = (int(k) for k in counts.sum(0))
    label = components(n_out + n_in, out, n_out + into)
    spins = np.arange(copies)
    # Copies share nothing: copy s of block b is block copies * b + s.
    block_of_out, block_of_in = (
        (b[:, None] * copies + spins).ravel() for b in (label[:n_out], label[n_out:])
    )
    out, into = ((k[:, None] * copies + spins).ravel() for k in (out, into))
    order = np.lexsort((into, out, block_of_out[out]))
    return Cell(
        number, instances, n, copies,
        counts[:, 0] * copies, counts[:, 1] * copies,
        out[order], into[order], block_of_out, block_of_in,
    )  # fmt: skip


def _entries(model: Scatterer, counts: Ints) -> tuple[Ints, Ints]:
    """Coupled pairs (out, in) of channels, by the declared pattern."""
    declared = getattr(model, "coupling", None)
    if declared is not None:
        coupled = np.argwhere(np.asarray(declared(), bool))
        return coupled[:, 0], coupled[:, 1]
    first_in, first_out = (np.cumsum(counts[:, k]) - counts[:, k] for k in (0, 1))
    rows: list[Ints] = [np.zeros(0, dtype=np.intp)]
    cols: list[Ints] = [np.zeros(0, dtype=np.intp)]
    for leave, enter in np.argwhere(model.pattern()):
        n_out, n_in = int(counts[leave, 1]), int(counts[enter, 0])
        if model.diagonal:
            each = np.arange(min(n_out, n_in))
            o, i = each, each
        else:
            o, i = (k.ravel() for k in np.indices((n_out, n_in)))
        rows.append(first_out[leave] + o)
        cols.append(first_in[enter] + i)
    return np.concatenate(rows), np.concatenate(cols)


def _check_joints(ports: Ports, cells: Sequence[Cell], inferred: _Inferred) -> None:
    entering, leaving = channels_by_port(ports, cells)
    here = np.flatnonzero(ports.partner > np.arange(len(ports)))
    there = ports.partner[here]
    clash = np.zeros(len(here), bool)
    for a, b in ((leaving[here], entering[there]), (entering[here], leaving[there])):
        # None on one side is the block rule's business: a one-way joint.
        clash |= (a != b) & (a > 0) & (b > 0)
    carried = np.maximum(entering, leaving)
    faults = [_clash(ports, port, carried, inferred) for port in here[clash].tolist()]
    if faults:
        raise NetlistError(faults)


def _clash(ports: Ports, port: int, carried: Ints, inferred: _Inferred) -> Diagnostic:
    """Show both ends of a joint, and who told an end that asks its neighbours."""
    other = int(ports.partner[port])
    node = ports.circuit.nodes[int(ports.node[port])]
    labels: list[Label] = []
    tales = []
    for end in (other, port):
        count = _channels(int(carried[end]))
        labels += ports.label(end, count)
        teller = int(inferred.teller[ports.element[end]])
        if teller in {-1, port, other}:
            tales.append(f"'{ports.element_name(end)}' carries {count}")
        else:
            told = ports.element_name(teller)
            tales.append(f"'{ports.element_name(end)}' carries {count} like '{told}'")
            labels += ports.label(teller, f"{count} from here")
    return Diagnostic(
        "QN404",
        f"{' and '.join(reversed(tales))} where they meet at node '{node}'",
        primary=labels[0] if labels else None,
        others=tuple(labels[1:]),
        why="every wave that leaves one scatterer enters the other",
        help="give them the same N, or leave it out where it should follow",
    )


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def _restrict(model: Scatterer, instances: Ints, total: int) -> Scatterer:
    """Return the model with the rows of some instances; whatever they share stays."""
    if len(instances) == total:
        return model
    rows: dict[str, NDArray[np.generic]] = {}
    for parameter in parameters(type(model)):
        value = getattr(model, parameter.name)
        varies = isinstance(value, np.ndarray) and value.ndim > 0
        if varies and value.shape[0] == total > 1:
            rows[parameter.name] = value[instances]
    return dataclasses.replace(model, **rows)  # type: ignore[type-var]
