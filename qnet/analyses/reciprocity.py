"""The audit of Onsager and Casimir: reverse the field and compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.registry import analysis
from qnet.results import Quantity, Result
from qnet.solved import Solved

MOST: Final = 12
"""Terminals that a table of all configurations takes in: 2211 rows."""

BEYOND: Final = (
    "of linear response alone: at a finite bias the current need not be even in the "
    "field (Sánchez and Büttiker 2004)"
)
"""What the audit says beside answers in full response."""


@analysis("reciprocity")
@dataclass(frozen=True, kw_only=True)
class Reciprocity:
    """G_ab(B) against G_ba(-B), and every R_ij,kl(B) against R_kl,ij(-B).

    The netlist is evaluated again with field, magnetization and all odd keys turned
    round; L is the matrix of charge and heat. Defects are relative to the largest
    entry. The audit speaks of linear response: beyond it, current need not be even in
    the field (D. Sánchez and M. Büttiker, Phys. Rev. Lett. 93, 106802 (2004)).
    """

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        found = {
            "G(B) - G(-B)ᵀ": solved.asymmetry,
            "L(B) - L(-B)ᵀ": solved.thermal_asymmetry,
            "R_ij,kl(B) - R_kl,ij(-B)": _resistances(solved),
        }
        quantities = {
            name: Quantity(name, defect, (), "") for name, defect in found.items()
        }
        title = "Reciprocity (.reciprocity), relative defects"
        notes = (BEYOND,) if solved.is_full else ()
        return Result("reciprocity", quantities, notes=notes, title=title)


@dataclass(frozen=True, kw_only=True)
class Configurations:
    """Every four-terminal resistance beside its reciprocity partner: ``R(*)``.

    R_ij,kl(B) and R_kl,ij(-B), current in at i and out at j, for all pairs of the
    first twelve terminals and probes.
    """

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        quadruples = solved.configurations(MOST)
        i, j, k, l = quadruples.T
        chosen = quadruples[(i < k) | ((i == k) & (j <= l))]
        names = solved.circuit.reservoirs.names
        labels = tuple(f"R({','.join(names[n] for n in row)})" for row in chosen)
        found = {
            "R(B)": solved.resistance(chosen),
            "partner at -B": solved.turned.resistance(chosen[:, [2, 3, 0, 1]]),
        }
        quantities = {
            name: Quantity(
                name, values, ("configuration",), "Ohm", {"configuration": labels}
            )
            for name, values in found.items()
        }
        return Result("R(*)", quantities, title="Four-terminal resistances, R(*)")


def _resistances(solved: Solved) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Largest difference of four-terminal resistances and their partners."""
    quadruples = solved.configurations()
    ours = solved.resistance(quadruples)
    theirs = solved.turned.resistance(quadruples[:, [2, 3, 0, 1]])
    both = np.isfinite(ours) & np.isfinite(theirs)
    agree_elsewhere = both | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    fault = abs(np.where(both, ours, 0.0) - np.where(both, theirs, 0.0)).max(
        -1, initial=0.0
    )
    scale = abs(np.where(both, ours, 0.0)).max(-1, initial=0.0)
    defect = fault / np.where(scale > 0, scale, 1.0)
    return np.where(agree_elsewhere.all(-1), defect, np.inf)
