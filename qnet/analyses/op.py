"""Operating point: voltage, temperature and current of every reservoir."""

from __future__ import annotations

from dataclasses import dataclass

from qnet.registry import analysis
from qnet.results import Quantity, Result
from qnet.solved import Solved


@analysis("op")
@dataclass(frozen=True, kw_only=True)
class Op:
    """Voltages, temperatures and currents at the netlist's own sources.

    Currents are positive into the device; those of lumped elements flow from the
    first node to the second.
    """

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        circuit, solution = solved.circuit, solved.solution
        reservoirs = circuit.reservoirs
        labels = {
            "reservoir": tuple(reservoirs.names),
            "node": tuple(circuit.nodes[node] for node in reservoirs.nodes),
        }
        found = {
            name: Quantity(name, values, ("reservoir",), unit, labels)
            for name, values, unit in (
                ("voltage", solution.voltage, "V"),
                ("current", solution.current, "A"),
                ("heat", solution.heat, "W"),
                ("temperature", solution.temperature, "K"),
            )
        }
        for part in circuit.lumped:
            name = f"current of {part.kind}"
            names = {"element": tuple(part.names)}
            values = solution.lumped[part.kind]
            found[name] = Quantity(name, values, ("element",), "A", names)
        return Result("op", found, title="Operating point (.op)")
