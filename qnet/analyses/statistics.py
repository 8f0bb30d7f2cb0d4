"""Full counting statistics: cumulants and distribution of the transferred charge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from qnet.registry import analysis, param
from qnet.results import Quantity, Result
from qnet.solved import Solved
from qnet.transport.counting import Distribution

SHOWN: Final = 1e-12
"""Probabilities below this are left out at both ends of a distribution."""

RINGS: Final = 1e-6
"""A probability this far below zero is worth a remark."""


@analysis("fcs")
@dataclass(frozen=True, kw_only=True)
class CountingStatistics:
    """Cumulants of the charge that flows into the device at one terminal.

    ``.fcs T1 order=4``: per second, in units of e, positive like the current: C1 = I/e
    and S = 2e² C2. Normalized ones are divided by the first and count along the mean
    current, whatever its sign: the second is the Fano factor. ``time=`` asks for the
    distribution P(n) of the electrons transferred in that time as well. Always beyond
    linear response; floating and dephasing probes answer at the saddle point, which
    holds for times long enough that many electrons pass.
    """

    positional: ClassVar[tuple[str, ...]] = ("terminal",)

    terminal: tuple[str, ...] = param(
        kind="reservoirs", doc="where the charge is counted"
    )
    order: int = param(4, kind="int", low=1, high=4, doc="highest cumulant")
    time: float | None = param(
        None, unit="s", above=0.0, doc="how long is counted, for P(n)"
    )

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        counted = solved.find(self.terminal[0])
        found = solved.fluctuations.counting(counted, self.order).value
        along = np.sign(found[..., :1]) ** np.arange(1, self.order + 1)
        mean = abs(found[..., :1])
        per_electron = np.divide(
            found * along, mean, out=np.full_like(found, np.nan), where=mean > 0
        )
        own = {"cumulant": tuple(f"C{k}" for k in range(1, self.order + 1))}
        quantities = {
            name: Quantity(name, values, ("cumulant",), unit, own)
            for name, values, unit in (
                ("cumulants", found, "1/s"),
                ("normalized cumulants", per_electron, ""),
            )
        }
        notes: tuple[str, ...] = ()
        if self.time is not None:
            told = solved.fluctuations.distribution(counted, self.time)
            quantities["P"] = _probabilities(told)
            notes = _ringing(told)
        name = self.terminal[0]
        title = f"Electrons counted at {name} (.fcs {name})"
        return Result("fcs", quantities, notes, title)


def _ringing(told: Distribution) -> tuple[str, ...]:
    """A remark where the time is too short for probabilities."""
    lowest = -float(told.probability.min())
    if lowest < RINGS:
        return ()
    return (
        f"P(n) rings by {lowest:.1g}: the time is not long compared with h/eV and "
        "h/k_BT, for which the theory holds; without temperature, count for a whole "
        "number of h/eV",
    )


def _probabilities(told: Distribution) -> Quantity:
    """P(n) on numbers that all points share; zero where a point has none."""
    count = told.probability.shape[-1]
    start = int(told.first.min())
    shift = told.first - start
    P = np.zeros((*told.first.shape, count + int(shift.max())))
    place = shift[..., None] + np.arange(count)
    np.put_along_axis(P, place, told.probability, -1)
    matters = np.flatnonzero((max(SHOWN, told.floor) < P).any(tuple(range(P.ndim - 1))))
    kept = slice(matters[0], matters[-1] + 1)
    numbers = np.arange(start, start + P.shape[-1], dtype=float)[kept]
    return Quantity("P", P[..., kept], ("electrons",), "", {"electrons": numbers})
