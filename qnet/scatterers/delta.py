"""Delta barrier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port, unvaried


@scatterer("delta")
@dataclass(frozen=True, eq=False, kw_only=True)
class Delta:
    r"""Point-like barrier or well, with the phases of the Schrödinger equation.

         left  ───│───  right

    .. math:: t = \frac{1}{1 + iZ}, \qquad r = t - 1 = \frac{-iZ}{1 + iZ},

    with Z = m λ/ħ²k for the potential λ δ(x); negative for a well.

    References
    ----------
    D. J. Griffiths, Introduction to Quantum Mechanics, 2nd ed. (2005), section 2.5.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    Z: Real = param(doc="strength; its sign tells a barrier from a well")

    ports = ("left", "right")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at both ends."""
        return both_ways(self.N, 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        Z = (np.asarray(self.Z) + unvaried(energy))[..., None] * np.ones(self.N)
        # 1 + iZ by size and direction: finite also where Z² overflows.
        size = np.hypot(1.0, Z)
        t = (1 / size) * (1 / size - 1j * (Z / size))
        return two_port(r=t * (-1j * Z), t=t)
