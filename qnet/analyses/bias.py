"""Current-voltage characteristics: sources swept beyond linear response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from qnet.circuit import Axis
from qnet.registry import analysis, param
from qnet.results import Quantity, Result
from qnet.solved import Solved


@analysis("dc")
@dataclass(frozen=True, kw_only=True)
class Dc:
    """Sweep sources: current, voltage and heat at every terminal, and dI/dV.

    ``.dc SRC start stop step [SRC2 …]`` sweeps the value of a V, I or T card, the
    voltage of a P; several nest, the first outermost. Answers are energy by energy at
    the full voltages, floating reservoirs found by Newton's method. The potential of
    the device itself is not solved for: levels stay where the netlist puts them, or
    follow their lever arms ``ref=``.
    """

    positional: ClassVar[tuple[str, ...]] = ("sources",)

    sources: tuple[Axis, ...] = param(kind="axes", doc="what is swept, and how")

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        solution = solved.solution
        names = tuple(solved.circuit.reservoirs.names)
        labels = {"reservoir": names}
        found = {
            name: Quantity(name, values, ("reservoir",), unit, labels)
            for name, values, unit in (
                ("voltage", solution.voltage, "V"),
                ("current", solution.current, "A"),
                ("heat", solution.heat, "W"),
                ("temperature", solution.temperature, "K"),
            )
        }
        for axis in self.sources:
            if axis.name.casefold() in solved.places:
                k = solved.find(axis.name)
                name = f"didv({axis.name})"
                found[name] = Quantity(name, solved.differential(k, k), (), "S")
        return Result("dc", found, title="Sweep of sources (.dc)")
