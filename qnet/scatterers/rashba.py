"""Wire with Rashba spin-orbit coupling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import hbar2_2me
from qnet.modelling.spin import SIGMA, both_spins, rotation, spin_two_port
from qnet.registry import INFER, Counts, Real, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("rashba")
@dataclass(frozen=True, eq=False, kw_only=True)
class RashbaWire:
    r"""Wire along x whose spins turn about y by an electric field across it.

         left  ──⤺──  right

    .. math:: U = e^{-i\theta\sigma_y/2}, \qquad \theta = \frac{2 m \alpha L}{\hbar^2},

    onward, and :math:`U^{-1}` back: the angle depends on the way, not on the energy.

    References
    ----------
    S. Datta and B. Das, Appl. Phys. Lett. 56, 665 (1990).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="orbital channels")
    alpha: Real = param(unit="eV m", doc="Rashba parameter")
    L: Real = param(unit="m", low=0, doc="length")
    mass: Real = param(1.0, above=0, doc="effective mass in electron masses")

    ports = ("left", "right")
    spinful = True

    def channels(self) -> Counts:
        """Give 2N both ways at both ends."""
        return both_spins(self.N)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes; spin runs fastest."""
        per_length = np.asarray(self.mass) * np.asarray(self.alpha) / hbar2_2me
        angle = per_length * np.asarray(self.L) + unvaried(energy)
        onward, back = rotation(angle, SIGMA[1]), rotation(-angle, SIGMA[1])
        return spin_two_port(0 * onward, onward, back, self.N)
