"""Ports, joints and what hangs together: the network before any wave is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from qnet.circuit import Circuit, Ints
from qnet.diagnostics import Diagnostic, Label, NetlistError, Span
from qnet.network.connected import components

if TYPE_CHECKING:
    import networkx as nx

MOST_REPORTED = 20
"""Faults of one kind that are put into words; no more are shown."""

SORTED = 1000
"""Elements of a closed piece up to which the first in the text is looked for."""

JOINT_WHY = (
    "a coherent joint connects exactly two waves; a node is not an equipotential"
)


@dataclass(frozen=True, slots=True, eq=False)
class Ports:
    """Every port of every scatterer, in columns: groups, then instances, then ports.

    Attributes
    ----------
    first : (groups + 1,)
        Number of the first port of each group.
    width : (groups,)
        Ports of one instance of each group.
    node : (port,)
        Node number.
    reservoir : (port,)
        Reservoir index, -1 at a joint.
    partner : (port,)
        The port it meets at a joint, -1 at a reservoir.
    element : (port,)
        Number of its scatterer, counted over all groups.
    """

    circuit: Circuit
    first: Ints
    width: Ints
    node: Ints
    reservoir: Ints
    partner: Ints
    element: Ints

    def __len__(self) -> int:
        return len(self.node)

    def place(self, port: int) -> tuple[int, int, int]:
        """Group, instance and port number of one port."""
        group = int(np.searchsorted(self.first, port, side="right")) - 1
        instance, pin = divmod(port - int(self.first[group]), int(self.width[group]))
        return group, instance, pin

    def element_name(self, port: int) -> str:
        """Name of the scatterer that owns a port."""
        group, instance, _ = self.place(port)
        return self.circuit.groups[group].names[instance]

    def name(self, port: int) -> str:
        """Name of a port: ``B1.left``."""
        group, instance, pin = self.place(port)
        owner = self.circuit.groups[group]
        return f"{owner.names[instance]}.{owner.model.ports[pin]}"

    def span(self, port: int) -> Span | None:
        """Place of a port's node on the card of its scatterer, if there is a text."""
        group, instance, pin = self.place(port)
        card = self.circuit.groups[group].spans[instance]
        node = self.circuit.nodes[int(self.node[port])]
        return None if card is None else _pin_span(card, pin, node)

    def label(self, port: int, text: str) -> tuple[Label, ...]:
        """One label on a port, or none without a text."""
        span = self.span(port)
        return () if span is None else (Label(span, text),)


def connect(circuit: Circuit) -> Ports:
    """Number all ports and pair them at joints.

    Raises
    ------
    NetlistError
        QN401 one pin at a joint, QN402 three or more, QN403 no reservoir in reach:
        everything found, at once.
    """
    width = np.array([g.nodes.shape[1] for g in circuit.groups], dtype=np.intp)
    count = np.array([len(g) for g in circuit.groups], dtype=np.intp)
    first = np.concatenate([[0], np.cumsum(width * count)]).astype(np.intp)
    node = _joined([g.nodes.ravel() for g in circuit.groups])
    before = np.concatenate([[0], np.cumsum(count)])
    element = _joined(
        [
            start + np.repeat(np.arange(n), w)
            for start, n, w in zip(before[:-1], count, width, strict=True)
        ]
    )
    reservoir = circuit.reservoir_of[node]
    meeting = np.bincount(node, minlength=len(circuit.nodes))
    partner = _partners(node, reservoir, meeting)
    ports = Ports(circuit, first, width, node, reservoir, partner, element)
    faults = [*_joint_faults(ports), *_unreachable(ports)]
    if faults:
        raise NetlistError(faults)
    return ports


def element_islands(ports: Ports) -> Ints:
    """Island of each scatterer: connected through joints, cut at reservoirs."""
    size = int(ports.element[-1]) + 1 if len(ports) else 0
    here = np.flatnonzero(ports.partner > np.arange(len(ports)))  # each joint once
    return components(size, ports.element[here], ports.element[ports.partner[here]])


def circuit_graph(circuit: Circuit) -> nx.MultiGraph:
    """Network as a graph for people and drawings; nothing computes with it.

    Vertices are ``("element", name)`` and ``("reservoir", name)``. An edge is a bond
    between two elements, or a lead from an element to a reservoir; its key is the
    node's name, so that the two arms of a ring stay two edges.
    """
    import networkx as nx

    ports = connect(circuit)
    graph = nx.MultiGraph()
    for group in circuit.groups:
        graph.add_nodes_from(("element", name) for name in group.names)
    graph.add_nodes_from(("reservoir", name) for name in circuit.reservoirs.names)
    for port in range(len(ports)):
        other = int(ports.partner[port])
        node = circuit.nodes[int(ports.node[port])]
        here = ("element", ports.element_name(port))
        if other > port:
            graph.add_edge(here, ("element", ports.element_name(other)), key=node)
        elif other < 0:
            name = circuit.reservoirs.names[int(ports.reservoir[port])]
            graph.add_edge(here, ("reservoir", name), key=f"{node}:{ports.name(port)}")
    return graph


def interference_loops(graph: nx.MultiGraph) -> int:
    """Number of independent coherent loops: those that pass through no reservoir."""
    import networkx as nx

    inner = graph.subgraph(v for v in graph if v[0] == "element")
    return int(
        inner.number_of_edges()
        - inner.number_of_nodes()
        + nx.number_connected_components(inner)
    )


def _joined(columns: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.intp), *columns]).astype(np.intp)


def _partners(node: Ints, reservoir: Ints, meeting: Ints) -> Ints:
    partner = np.full(len(node), -1, dtype=np.intp)
    paired = np.flatnonzero((reservoir < 0) & (meeting[node] == 2))
    paired = paired[np.argsort(node[paired], kind="stable")]
    left, right = paired[0::2], paired[1::2]
    partner[left], partner[right] = right, left
    return partner


def _joint_faults(ports: Ports) -> list[Diagnostic]:
    lost = np.flatnonzero((ports.reservoir < 0) & (ports.partner < 0))
    faults = []
    for here in _by_key(lost, ports.node[lost])[:MOST_REPORTED]:
        name = ports.circuit.nodes[int(ports.node[here[0]])]
        if len(here) == 1:
            faults.append(_dangling(ports, int(here[0]), name))
        else:
            faults.append(_crowded(ports, here.tolist(), name))
    return faults


def _dangling(ports: Ports, port: int, node: str) -> Diagnostic:
    label = ports.label(port, "nothing else is here")
    return Diagnostic(
        "QN401",
        f"dangling end: '{ports.element_name(port)}' alone touches node '{node}'",
        primary=label[0] if label else None,
        why="a wave that arrives here has nowhere to go",
        help=f"add a terminal: `T9 {node}`   or close it: `S9 {node} wall`",
    )


def _crowded(ports: Ports, here: list[int], node: str) -> Diagnostic:
    ordinals = ("first", "second", "third", "fourth", "fifth", "sixth")
    words = {3: "three", 4: "four", 5: "five", 6: "six"}
    labels = [
        label
        for port, ordinal in zip(here, ordinals, strict=False)
        for label in ports.label(port, ordinal)
    ]
    return Diagnostic(
        "QN402",
        f"node '{node}' joins {words.get(len(here), len(here))} pins",
        primary=labels[2] if len(labels) > 2 else None,
        others=(*labels[:2], *labels[3:]),
        why=JOINT_WHY,
        help=(
            f"a splitter? `Y1 {node} n1 n2`   a contact? `T9 {node}`   "
            f"a probe? `P9 {node}`"
        ),
    )


def _unreachable(ports: Ports) -> list[Diagnostic]:
    if not len(ports):
        return []
    island = element_islands(ports)
    fed = np.zeros(int(island.max()) + 1, bool)
    # A dangling or crowded joint has its own message: it may hide the reservoir.
    fed[island[ports.element[ports.partner < 0]]] = True
    closed = np.flatnonzero(~fed[island[ports.element]])
    faults = []
    for inside in _by_key(closed, island[ports.element[closed]])[:MOST_REPORTED]:
        # One port of each element, as they stand in the text if that is soon found.
        firsts = inside[np.unique(ports.element[inside], return_index=True)[1]].tolist()
        if len(firsts) <= SORTED:
            firsts.sort(key=lambda p: span.start if (span := ports.span(p)) else 0)
        names = [f"'{ports.element_name(p)}'" for p in firsts[:3]]
        more = f" and {len(firsts) - 3} more" if len(firsts) > 3 else ""
        label = ports.label(firsts[0], "")
        faults.append(
            Diagnostic(
                "QN403",
                f"no reservoir in reach of {', '.join(names)}{more}",
                primary=label[0] if label else None,
                why="nothing feeds waves into a closed piece of network",
                help="add a terminal `T9 node` or a probe `P9 node` on it",
            )
        )
    return faults


def _by_key(items: Ints, key: Ints) -> list[Ints]:
    """Items of equal key together, keys in rising order."""
    if len(items) == 0:
        return []
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    return np.split(items[order], ends)


def _pin_span(card: Span, pin: int, node: str) -> Span:
    """Narrow the span of a card to the word of one of its nodes, where it stands."""
    local = node.rpartition(".")[2].casefold()
    likely = list(islice(re.finditer(r"\S+", card.text), pin + 1, pin + 2))
    for word in chain(likely, islice(re.finditer(r"\S+", card.text), 1, None)):
        said = word.group().casefold()
        if said == local or (word in likely and "{" in said):
            start = card.start + word.start()
            return Span(card.source, start, start + len(said), card.inside)
    return card
