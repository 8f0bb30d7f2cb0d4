"""What a drawing shows: reservoirs, elements and their ends, without any geometry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Circuit, Group, Ints
from qnet.registry import ReservoirKind, registered_models
from qnet.transport.equations import Solution
from qnet.variants import pins_of

ON_THE_RING: Final = frozenset({"terminal", "probe", "superconductor"})
"""Reservoirs that a drawing sets round it; nodes and earths stand where they serve."""

_SLICE: Final = re.compile(r"(.+)\.([wpq])(\d+)")
"""Names of the slices of a conductor, ``w``, and of the probes between them."""


@dataclass(frozen=True, slots=True)
class Sea:
    """A reservoir, or an earth: one of the places where node 0 is touched.

    `voltage` in V and `current` in A are None where nothing is known; `look` is
    ``terminal``, ``probe``, ``superconductor``, ``node`` or ``ground``.
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
    current : float, optional
        Through a lumped element, from its first node to its second, A.
    leaks : bool
        Whether probes stand along it: a conductor with `lphi` or `leq`.
    """

    name: str
    look: str
    ends: tuple[int, ...]
    sense: int = 0
    lines: int = 1
    voltage: float | None = None
    current: float | None = None
    leaks: bool = False


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
    def ring(self) -> Ints:
        """Vertices that stand round the drawing."""
        looks = [sea.look in ON_THE_RING for sea in self.seas]
        return np.flatnonzero(looks)

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


@dataclass(slots=True)
class _Element:
    """An element on its way into a sketch: its nodes are numbers of the circuit."""

    name: str
    look: str
    nodes: list[int]
    traits: dict[str, Any] = field(default_factory=dict)


def sketch(circuit: Circuit, solution: Solution | None) -> Sketch:
    """Say what a circuit looks like at its first point."""
    rows = circuit.reservoirs
    own = _inner_nodes(circuit)
    elements = [*_scatterers(circuit, solution), *_lumped(circuit, solution)]
    touched = {node for element in elements for node in element.nodes}
    seas: list[Sea] = []
    vertex: dict[int, int] = {}
    for k in range(len(rows)):
        node = int(rows.nodes[k])
        if node in own or (_is_earth(circuit, k) and node in touched):
            continue
        vertex[node] = len(seas)
        seas.append(_sea(circuit, k, solution))
    # Every touch of node 0 has an earth of its own, as on any circuit diagram.
    for element in elements:
        for pin, node in enumerate(element.nodes):
            k = int(circuit.reservoir_of[node])
            if k >= 0 and node not in vertex:
                element.nodes[pin] = earth = -1 - len(seas)
                vertex[earth] = len(seas)
                seas.append(_sea(circuit, k, solution))
    meets: dict[int, list[int]] = {}
    for place, element in enumerate(elements, len(seas)):
        for node in element.nodes:
            meets.setdefault(node, []).append(place)

    def other(node: int, place: int) -> int:
        if node in vertex:
            return vertex[node]
        left = list(meets[node])
        left.remove(place)
        return left[0] if left else place

    symbols = tuple(
        Symbol(
            element.name,
            element.look,
            tuple(other(node, place) for node in element.nodes),
            **element.traits,
        )
        for place, element in enumerate(elements, len(seas))
    )
    return Sketch(circuit.title, tuple(seas), symbols)


def _inner_nodes(circuit: Circuit) -> set[int]:
    """Nodes of the reservoirs that are inside an element."""
    return {
        int(node)
        for group in circuit.groups
        for node in group.nodes[:, pins_of(group) :].ravel()
    }


def _is_earth(circuit: Circuit, k: int) -> bool:
    rows = circuit.reservoirs
    return circuit.nodes[rows.nodes[k]] == "0" and not rows.is_terminal[k]


def _scatterers(circuit: Circuit, solution: Solution | None) -> Iterator[_Element]:
    """Scatterers as cards name them: the slices of a conductor are one line."""
    sliced: dict[str, dict[int, _Element]] = {}
    for group in circuit.groups:
        for instance in range(len(group)):
            one = _scatterer(circuit, group, instance, solution)
            slice_ = _SLICE.fullmatch(one.name)
            if slice_ is None or slice_[1].rpartition(".")[2][0] in "xX":
                yield one
            elif slice_[2] == "w":
                sliced.setdefault(slice_[1], {})[int(slice_[3])] = one
    for name, slices in sliced.items():
        first, last = slices[min(slices)], slices[max(slices)]
        traits = first.traits | {"leaks": True}
        yield _Element(name, first.look, [first.nodes[0], last.nodes[-1]], traits)


def _scatterer(
    circuit: Circuit, group: Group, instance: int, solution: Solution | None
) -> _Element:
    model = group.model
    looks = {entry.model: name for name, entry in registered_models().items()
             if entry.trouble is None}  # fmt: skip
    pins = pins_of(group)
    inner = group.nodes[instance, pins:]
    traits: dict[str, Any] = {
        "sense": int(getattr(model, "sense", 0)),
        "lines": int(getattr(model, "nu", 1)),
    }
    if len(inner) and solution is not None:
        sea = int(circuit.reservoir_of[inner[0]])
        traits["voltage"] = _first(solution.voltage, sea)
    look = looks.get(type(model), type(model).__name__)
    nodes = group.nodes[instance, :pins].tolist()
    return _Element(group.names[instance], look, nodes, traits)


def _lumped(circuit: Circuit, solution: Solution | None) -> Iterator[_Element]:
    for part in circuit.lumped:
        for k in range(len(part)):
            nodes = circuit.reservoirs.nodes[part.ends[k]].tolist()
            traits = {}
            if solution is not None:
                traits["current"] = _first(solution.lumped[part.kind], k)
            yield _Element(part.names[k], part.kind, nodes, traits)


def _sea(circuit: Circuit, k: int, solution: Solution | None) -> Sea:
    rows = circuit.reservoirs
    kind = ReservoirKind(int(rows.kind[k]))
    name, node = rows.names[k], circuit.nodes[rows.nodes[k]]
    if _is_earth(circuit, k):
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


def _first(values: NDArray[np.float64], k: int) -> float:
    return float(values.reshape(-1, values.shape[-1])[0, k])
