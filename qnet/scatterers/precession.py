"""Larmor precession of spins in a wire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.modelling.spin import along, both_spins, rotation, spin_two_port
from qnet.registry import INFER, Counts, Real, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("precession")
@dataclass(frozen=True, eq=False, kw_only=True)
class Precession:
    r"""Wire in a field that turns spins about an axis.

         left  ──↺──  right

    .. math:: U = e^{-i\theta\,\mathbf{n}\cdot\boldsymbol\sigma/2}

    both ways: a field does not care which way the electron goes. The angle changes its
    sign with the field.

    References
    ----------
    J. J. Sakurai, Modern Quantum Mechanics, revised ed. (1994), section 3.2.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="orbital channels")
    angle: Real = param(unit="rad", odd=True, doc="angle of rotation")
    axis: Real = param((0.0, 0.0, 1.0), axes=("component",), doc="axis of rotation")

    ports = ("left", "right")
    spinful = True

    def __post_init__(self) -> None:
        along(self.axis)

    def channels(self) -> Counts:
        """Give 2N both ways at both ends."""
        return both_spins(self.N)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes; spin runs fastest."""
        turn = rotation(np.asarray(self.angle) + unvaried(energy), along(self.axis))
        return spin_two_port(0 * turn, turn, turn, self.N)
