"""Zero-frequency noise of currents and voltages, probes included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from qnet.registry import ReservoirKind, analysis, param
from qnet.results import Labels, Quantity, Result
from qnet.solved import Solved
from qnet.transport.fluctuations import fano_factor

UNHEATED: Final = (
    "thermal probes are not heated by the bias in linear response: hot-electron noise "
    "needs .options response=full"
)
"""What is said of noise beside a thermal probe."""


@analysis("noise")
@dataclass(frozen=True, kw_only=True)
class Noise:
    """Correlations of terminal currents, Fano factors, noise of floating voltages.

    One-sided spectral densities at zero frequency, S_ab = 2 ∫dt ⟨ΔI_a(t) ΔI_b(0)⟩: 4
    k_BT G in equilibrium, 2e|I| for independent electrons. Floating probes follow the
    fluctuations, or are held at their mean voltage with ``probes=frozen``.
    """

    positional: ClassVar[tuple[str, ...]] = ("terminals",)

    terminals: tuple[str, ...] = param(
        (), kind="reservoirs", doc="terminals to show; all if left out"
    )
    probes: str = param(
        "floating",
        kind="choice",
        choices=("floating", "frozen"),
        doc="whether floating voltages follow the fluctuations",
    )

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        names = tuple(solved.circuit.reservoirs.names)
        chosen = [solved.find(name) for name in self.terminals]
        shown = np.array(chosen or range(len(names)), np.intp)
        told, is_frozen = solved.fluctuations, self.probes == "frozen"
        S = told.current(shown, is_frozen=is_frozen)
        labelled = tuple(names[k] for k in shown)
        both: Labels = {"to": labelled, "from": labelled}
        own: Labels = {"reservoir": labelled}
        own_noise = np.diagonal(S, axis1=-2, axis2=-1)
        current = solved.solution.current[..., shown]
        fano = np.where(solved.carries(shown), fano_factor(own_noise, current), np.nan)
        swing = told.voltage(shown, is_frozen=is_frozen)
        quantities = {
            "S": Quantity("S", S, ("to", "from"), "A^2/Hz", both),
            "Fano factor": Quantity("Fano factor", fano, ("reservoir",), "", own),
            "voltage noise": Quantity(
                "voltage noise", swing, ("reservoir",), "V^2/Hz", own
            ),
        }
        is_thermal = solved.circuit.reservoirs.kind == ReservoirKind.THERMAL
        is_unheated = is_thermal.any() and not solved.is_full
        return Result(
            "noise",
            quantities,
            title=f"Noise (.noise, probes {self.probes})",
            notes=(UNHEATED,) if is_unheated else (),
        )
