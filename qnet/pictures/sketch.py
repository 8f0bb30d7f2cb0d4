"""What a drawing shows: reservoirs, elements and their ends, without any geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Circuit, Group, Ints
from qnet.registry import ReservoirKind, registered_models
from qnet.transport.equations import Solution
from qnet.variants import pins_of


@dataclass(frozen=True, slots=True)
class Sea:
    """A reservoir on the ring.

    `voltage` in V and `current` in A are None where nothing is known; `look` is
    ``terminal``, ``probe``, ``node``, ``ground`` or ``superconductor``.
    """

    name: str
    look: str
    kind: ReservoirKind
    voltage: float | None
    current: float | None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A scatterer or a lumped element.

    Attributes
    ----------
    look : str
        Name of its model, or the letter of a lumped element.
    ends : tuple of int
        Vertex that each pin meets: a reservoir, or another element.
    sense : int
        Of a chiral edge: +1 from its first pin to its second, -1 back.
    lines : int
        Channels of an edge.
    voltage : float, optional
        Of the reservoir inside an in-line probe, V.
    """

    name: str
    look: str
    ends: tuple[int, ...]
    sense: int = 0
    lines: int = 1
    voltage: float | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """Reservoirs are the first vertices, elements follow."""

    title: str
    seas: tuple[Sea, ...]
    symbols: tuple[Symbol, ...]

    @property
    def size(self) -> int:
        """Number of vertices."""
        return len(self.seas) + len(self.symbols)

    @property
    def links(self) -> Ints:
        """Vertices that touch, (m, 2), each pair as often as it does."""
        first = len(self.seas)
        found = [
            (first + number, end)
            for number, symbol in enumerate(self.symbols)
            for end in symbol.ends
            if end < first + number
        ]
        return np.array(found, np.intp).reshape(-1, 2)


def sketch(circuit: Circuit, solution: Solution | None) -> Sketch:
    """Say what a circuit looks like at its first point."""
    own = {
        int(node)
        for group in circuit.groups
        for node in group.nodes[:, pins_of(group) :].ravel()
    }
    rows = circuit.reservoirs
    outer = [k for k in range(len(rows)) if int(rows.nodes[k]) not in own]
    number = {int(rows.nodes[k]): place for place, k in enumerate(outer)}
    pinned, plain = _elements(circuit)
    start = len(outer)
    meets: dict[int, list[int]] = {}
    for place, (_, nodes) in enumerate([*pinned, *plain]):
        for node in nodes:
            meets.setdefault(node, []).append(start + place)

    def other(node: int, place: int) -> int:
        if node in number:
            return number[node]
        left = list(meets[node])
        left.remove(start + place)
        return left[0] if left else start + place

    symbols = [
        _symbol(circuit, group, instance, solution, [other(n, place) for n in nodes])
        for place, ((group, instance), nodes) in enumerate(pinned)
    ]
    for place, ((letter, name), nodes) in enumerate(plain, len(pinned)):
        ends = tuple(other(node, place) for node in nodes)
        symbols.append(Symbol(name, letter, ends))
    seas = tuple(_sea(circuit, k, solution) for k in outer)
    return Sketch(circuit.title, seas, tuple(symbols))


def _elements(
    circuit: Circuit,
) -> tuple[
    list[tuple[tuple[Group, int], list[int]]], list[tuple[tuple[str, str], list[int]]]
]:
    """Scatterers and lumped elements, with the nodes of their pins."""
    pinned = [
        ((group, k), group.nodes[k, : pins_of(group)].tolist())
        for group in circuit.groups
        for k in range(len(group))
    ]
    plain = [
        ((part.kind, part.names[k]), circuit.reservoirs.nodes[part.ends[k]].tolist())
        for part in circuit.lumped
        for k in range(len(part))
    ]
    return pinned, plain


def _symbol(
    circuit: Circuit,
    group: Group,
    instance: int,
    solution: Solution | None,
    ends: list[int],
) -> Symbol:
    model = group.model
    looks = {entry.model: name for name, entry in registered_models().items()
             if entry.trouble is None}  # fmt: skip
    inner = group.nodes[instance, pins_of(group) :]
    voltage = None
    if len(inner) and solution is not None:
        sea = int(circuit.reservoir_of[inner[0]])
        voltage = _first(solution.voltage, sea)
    return Symbol(
        group.names[instance],
        looks.get(type(model), type(model).__name__),
        tuple(ends),
        int(getattr(model, "sense", 0)),
        int(getattr(model, "nu", 1)),
        voltage,
    )


def _sea(circuit: Circuit, k: int, solution: Solution | None) -> Sea:
    rows = circuit.reservoirs
    kind = ReservoirKind(int(rows.kind[k]))
    name, node = rows.names[k], circuit.nodes[rows.nodes[k]]
    if node == "0":
        look = "ground"
    elif kind == ReservoirKind.SUPERCONDUCTOR:
        look = "superconductor"
    elif rows.is_terminal[k]:
        look = "terminal"
    else:
        look = "node" if name == node else "probe"
    if solution is None:
        return Sea(name, look, kind, None, None)
    current = _first(solution.current, k)
    return Sea(name, look, kind, _first(solution.voltage, k), current)


def _first(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], k: int) -> float:
    return float(values.reshape(-1, values.shape[-1])[0, k])
