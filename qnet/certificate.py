"""What makes a number trustworthy: defects, their thresholds, and the verdict on them.

A certificate is a defect at every sweep point, graded by a threshold that grows with
the size of the problem: silent, flagged, refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from qnet.smatrix import Float

Grade = Literal["good", "flagged", "refused"]

EPSILON: Final = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits of one certificate.

    Attributes
    ----------
    name, meaning : str
    silent : float
        Good up to here, times `growth` of the size.
    refused : float
        Above it the answer is withheld.
    growth : str
        How the silent limit grows with size n: ``constant``, ``root`` or ``linear``.
    withholds : bool
        Whether the numbers of a refused point are withheld; else an audit fails.
    """

    name: str
    meaning: str
    silent: float
    refused: float
    growth: Literal["constant", "root", "linear"] = "constant"
    withholds: bool = False

    def silent_at(self, size: int) -> float:
        """Silent limit for a problem of `size` channels or unknowns."""
        n = max(size, 1)
        factor = {"constant": 1.0, "root": n**0.5, "linear": float(n)}[self.growth]
        return min(self.silent * factor, self.refused)

    def grade(self, defect: float, size: int = 1) -> Grade:
        """Verdict on a defect; NaN is refused."""
        if defect <= self.silent_at(size):
            return "good"
        return "flagged" if defect <= self.refused else "refused"


THRESHOLDS: Final = {
    t.name: t
    for t in (
        Threshold(
            "input unitarity",
            "spectral norm of S†S-1 over imported S matrices",
            1e-12,
            1e-6,
            "root",
        ),
        Threshold(
            "composed unitarity",
            "the same for the S of each island",
            1e3 * EPSILON,
            1e-8,
            "linear",
            withholds=True,
        ),
        Threshold(
            "wave matching",
            "|P - P'| / condition, P' from all waves of the scatterers at once",
            1e3 * EPSILON,
            1e-8,
            "linear",
            withholds=True,
        ),
        Threshold(
            "loop condition",
            "condition of the equations that join the scatterers",
            1e10,
            1e14,
        ),
        Threshold(
            "backward error",
            "|b-Ax| / (ε n |A||x|) of the circuit equations",
            30.0,
            1e3,
            withholds=True,
        ),
        Threshold(
            "current conservation",
            "|ΣI| / Σ|I|, and |I| / Σ|I| of every floating reservoir",
            1e-12,
            1e-8,
            "linear",
            withholds=True,
        ),
        Threshold(
            "sum rules",
            "rows and columns of G in units of its largest entry",
            1e-12,
            1e-8,
            "linear",
            withholds=True,
        ),
        Threshold(
            "weak conductances",
            "what a reservoir gives against what it receives, over both",
            1e-8,
            1e-3,
            withholds=True,
        ),
        Threshold(
            "quadrature error",
            "error estimate of the energy integrals over the tolerance",
            1.0,
            100.0,
            withholds=True,
        ),
        Threshold(
            "reciprocity",
            "|G(B) - G(-B)ᵀ| in units of the largest entry",
            1e-10,
            1e-6,
        ),
        Threshold(
            "fluctuation-dissipation",
            "|S - 2kT(G + Gᵀ)| in units of the largest entry, without bias",
            1e-9,
            1e-6,
            "linear",
        ),
        Threshold(
            "noise error",
            "error estimate of the noise integrals over the tolerance",
            1.0,
            100.0,
        ),
        Threshold(
            "noise conservation",
            "largest row sum of S in units of its largest entry",
            1e-10,
            1e-6,
            "linear",
        ),
        Threshold(
            "noise positivity",
            "lowest eigenvalue of S below zero in units of its largest entry",
            1e-10,
            1e-6,
            "linear",
        ),
        Threshold(
            "fluctuation theorem",
            "ln P(n; B)/P(-n; -B) against -Σnμ/kT, energy by energy",
            1e-9,
            1e-6,
            "linear",
        ),
        Threshold(
            "first law",
            "|ΣJ + ΣIV| over the power that is turned over",
            1e-9,
            1e-5,
            "linear",
        ),
        Threshold(
            "second law",
            "entropy that is lost over the entropy that flows",
            1e-9,
            1e-5,
            "linear",
        ),
    )
}
"""Every certificate by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """One defect along the sweep.

    `defect` (*sweep, or length-1 axes) in the unit its threshold states; `size` is
    what the silent limit grows with.
    """

    name: str
    defect: Float
    size: int = 1

    @property
    def worst(self) -> float:
        """Largest defect; NaN counts as worst."""
        if self.defect.size == 0:
            return 0.0
        return float(np.max(self.defect))

    @property
    def grade(self) -> Grade:
        """Verdict on the worst point."""
        return THRESHOLDS[self.name].grade(self.worst, self.size)
