"""Where the electrons at a reservoir come from, and through what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qnet.circuit import Circuit
from qnet.network.graph import connect
from qnet.reasons.explanation import ROUNDING, Arrival
from qnet.solved import Solved

if TYPE_CHECKING:
    import networkx as nx


def arrivals_at(solved: Solved, arguments: Sequence[str]) -> Iterator[Arrival]:
    """Where the electrons at each reservoir of the question come from."""
    import networkx as nx

    T = solved.transmission[0]
    names = solved.circuit.reservoirs.names
    ways = wave_graph(solved.circuit)
    for about in dict.fromkeys(arguments):
        if about.casefold() not in solved.places:
            continue
        a = solved.find(about)
        row = np.where(np.arange(len(names)) == a, 0.0, T[a])
        for b in np.argsort(-row, kind="stable").tolist():
            if row[b] <= ROUNDING * max(row.sum(), 1.0):
                break
            try:
                way = nx.shortest_path(ways, ("from", b), ("to", a))
            except nx.NetworkXException:  # through a hole, which has no way of its own
                way = []
            met = [ways.nodes[step]["element"] for step in way[1:-1]]
            share = float(row[b] / row.sum())
            yield Arrival(about, names[b], share, tuple(dict.fromkeys(met)))


def wave_graph(circuit: Circuit) -> nx.DiGraph:
    """Waves as vertices, entering and leaving each port, and how one becomes another.

    ``("from", a)`` and ``("to", a)`` are the two faces of reservoir a.
    """
    import networkx as nx

    ports = connect(circuit)
    ways = nx.DiGraph()
    for port in range(len(ports)):
        group, _, pin = ports.place(port)
        name = ports.element_name(port)
        ways.add_node(("in", port), element=name)
        ways.add_node(("out", port), element=name)
        for other in np.flatnonzero(circuit.groups[group].model.pattern()[:, pin]):
            ways.add_edge(("in", port), ("out", port - pin + int(other)))
        sea = int(ports.reservoir[port])
        if sea < 0:
            ways.add_edge(("out", port), ("in", int(ports.partner[port])))
        else:
            ways.add_edge(("from", sea), ("in", port))
            ways.add_edge(("out", port), ("to", sea))
    return ways
