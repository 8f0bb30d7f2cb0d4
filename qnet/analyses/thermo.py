"""Thermoelectric response: Onsager matrix, thermopower, figure of merit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from qnet.registry import analysis, param
from qnet.results import Labels, Quantity, Result
from qnet.solved import Solved
from qnet.transport.conductance import dense_conductance


@analysis("thermo")
@dataclass(frozen=True, kw_only=True)
class Thermo:
    """Linear charge and heat response between two terminals, all others floating.

    Conductance, Seebeck and Peltier coefficients, thermal conductance at zero current,
    Lorenz ratio in units of (π²/3)(k_B/e)² and ZT; and the Onsager matrices of all
    reservoirs, I = L_IV V + L_IT ΔT/T and J = L_JV V + L_JT ΔT/T.
    """

    positional: ClassVar[tuple[str, ...]] = ("terminals",)

    terminals: tuple[str, ...] = param(
        kind="reservoirs", doc="the warmed terminal and the cooled one"
    )

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        a, b = (solved.find(name) for name in self.terminals)
        found = solved.thermoelectric(a, b)
        between = {
            "conductance": (found.conductance, "S"),
            "seebeck": (found.seebeck, "V/K"),
            "peltier": (found.peltier, "V"),
            "kappa": (found.kappa, "W/K"),
            "lorenz ratio": (found.lorenz, ""),
            "ZT": (found.merit, ""),
        }
        quantities = {
            name: Quantity(name, values, (), unit)
            for name, (values, unit) in between.items()
        }
        onsager = solved.onsager(range(len(solved.circuit.reservoirs)))
        names = tuple(solved.circuit.reservoirs.names)
        labels: Labels = {"to": names, "from": names}
        for name, part, unit in (
            ("L_IV", onsager.charge, "S"),
            ("L_IT", onsager.charge_heat, "A"),
            ("L_JV", onsager.heat_charge, "A"),
            ("L_JT", onsager.heat, "W"),
        ):
            if len(part.rows):
                matrix = dense_conductance(part)
                quantities[name] = Quantity(name, matrix, ("to", "from"), unit, labels)
        title = (
            f"Thermoelectric response of {self.terminals[0]} and {self.terminals[1]}"
        )
        return Result("thermo", quantities, title=f"{title} (.thermo)")
