"""Where the electrons at a reservoir come from, and through what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Floats
from qnet.network.channels import Cell
from qnet.network.graph import connect
from qnet.reasons.explanation import ROUNDING, Arrival
from qnet.solved import Solved

if TYPE_CHECKING:
    import networkx as nx

BESIDE: Final = 0.05
"""Strength of a path, over that of the strongest, from which it is named as well."""
PATHS: Final = 3
"""Paths that are named between two reservoirs."""
MANY: Final = 2000
"""Ports beyond which only the strongest path is looked for."""


def arrivals_at(solved: Solved, arguments: Sequence[str]) -> Iterator[Arrival]:
    """Where the electrons at each reservoir of the question come from.

    Shares are those of the whole transmission, interference and all. Paths are ranked
    by the product of the probabilities of their single steps, no step taken twice.
    """
    T = solved.transmission[0]
    names = solved.circuit.reservoirs.names
    ways = wave_graph(solved)
    for about in dict.fromkeys(arguments):
        if about.casefold() not in solved.places:
            continue
        a = solved.find(about)
        row = np.where(np.arange(len(names)) == a, 0.0, T[a])
        for b in np.argsort(-row, kind="stable").tolist():
            if row[b] <= ROUNDING * max(row.sum(), 1.0):
                break
            through, beside = _strongest(ways, names, b, a)
            share = float(row[b] / row.sum())
            yield Arrival(about, names[b], share, through, beside)


def _strongest(
    ways: nx.DiGraph, names: Sequence[str], b: int, a: int
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Elements of the strongest path from b to a, and of those nearly as strong."""
    import networkx as nx

    ends = ("from", b), ("to", a)
    try:
        if len(ways) > MANY:
            found = [nx.shortest_path(ways, *ends, weight="loss")]
        else:
            paths = nx.shortest_simple_paths(ways, *ends, weight="loss")
            found = list(islice(paths, PATHS))
    except nx.NetworkXException:  # through a hole, which has no way of its own
        return (), ()
    losses = [nx.path_weight(ways, path, "loss") for path in found]
    near = [
        path
        for path, loss in zip(found, losses, strict=True)
        if loss - losses[0] < -np.log(BESIDE)
    ]
    first, *others = dict.fromkeys(
        tuple(
            dict.fromkeys(
                name
                for name in (ways.nodes[step]["element"] for step in path[1:-1])
                if name not in (names[a], names[b])  # a probe in line
            )
        )
        for path in near
    )
    return first, tuple(others)


def wave_graph(solved: Solved) -> nx.DiGraph:
    """Waves as vertices, entering and leaving each port, and how one becomes another.

    ``("from", a)`` and ``("to", a)`` are the two faces of reservoir a. The `loss` of a
    step is minus the logarithm of its probability at the Fermi energy.
    """
    import networkx as nx

    circuit = solved.circuit
    ports = connect(circuit)
    chance = _chances(solved)
    ways = nx.DiGraph()
    for port in range(len(ports)):
        group, instance, pin = ports.place(port)
        name = ports.element_name(port)
        ways.add_node(("in", port), element=name)
        ways.add_node(("out", port), element=name)
        for other in np.flatnonzero(circuit.groups[group].model.pattern()[:, pin]):
            passes = chance.get((group, instance, int(other), pin), 1.0)
            if passes > 0:
                ways.add_edge(
                    ("in", port), ("out", port - pin + int(other)),
                    loss=max(-float(np.log(passes)), 0.0),
                )  # fmt: skip
        sea = int(ports.reservoir[port])
        if sea < 0:
            ways.add_edge(("out", port), ("in", int(ports.partner[port])), loss=0.0)
        else:
            ways.add_edge(("from", sea), ("in", port), loss=0.0)
            ways.add_edge(("out", port), ("to", sea), loss=0.0)
    return ways


def _chances(solved: Solved) -> dict[tuple[int, int, int, int], float]:
    """Probability from pin to pin of each scatterer, summed over channels."""
    found = {}
    cells = solved.sample.topology.cells
    for cell, matrix in zip(cells, solved.cells, strict=True):
        for row, instance in enumerate(cell.instances.tolist()):
            values = matrix.values[row if len(matrix.values) > 1 else 0, 0]
            for (out, into), passes in np.ndenumerate(_between_pins(cell, values)):
                found[cell.group, instance, out, into] = float(passes)
    return found


def _between_pins(cell: Cell, values: NDArray[np.complex128]) -> Floats:
    """Probabilities [out pin, in pin] of one scatterer, its copies being alike."""
    leaving, entering = (
        np.asarray(count) // cell.copies for count in (cell.leaving, cell.entering)
    )
    size = int(leaving.sum() * entering.sum())
    passes = abs(values[:size]).reshape(leaving.sum(), entering.sum()) ** 2
    pins = np.arange(len(leaving))
    rows = np.repeat(pins, leaving)[:, None] == pins
    columns = np.repeat(pins, entering)[:, None] == pins
    found: Floats = rows.T @ passes @ columns
    # Per electron that enters by a pin, whichever of its channels it takes.
    return found / np.maximum(entering, 1)
