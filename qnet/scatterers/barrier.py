"""Tunnel barrier: a fixed transmission probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.modelling.partition import counted_by, divide, refuse_unless_one
from qnet.phases import phase_factor
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port


@scatterer("barrier", letter="B")
@dataclass(frozen=True, eq=False, kw_only=True)
class Barrier:
    r"""Barrier of fixed transmission, the same at every energy.

         left  ───┃───  right

    .. math:: t = i\sqrt{T}\,e^{i\phi}, \qquad r = \sqrt{1-T}\,e^{i\phi},

    with T given channel by channel (`Tn`), or for all (`T`, or R = 1 - T, or the
    strength Z of Blonder, Tinkham and Klapwijk, T = 1/(1 + Z²)).

    References
    ----------
    R. Landauer, IBM J. Res. Dev. 1, 223 (1957).
    G. E. Blonder, M. Tinkham and T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    T: Real | None = param(None, low=0, high=1, doc="transmission probability")
    R: Real | None = param(None, low=0, high=1, doc="reflection probability")
    Z: Real | None = param(None, low=0, doc="strength, T = 1/(1 + Z²)")
    Tn: Real | None = param(
        None, low=0, high=1, axes=("channel",), doc="transmission of each channel"
    )
    phase: Real = param(0.0, unit="rad", doc="common phase of all amplitudes")
    ref: None = param(None, kind="weights", doc="lever arms")

    ports = ("left", "right")
    diagonal = True

    def __post_init__(self) -> None:
        refuse_unless_one(T=self.T, R=self.R, Z=self.Z, Tn=self.Tn)

    def channels(self) -> Counts:
        """Give N both ways at both ends; the length of `Tn` says it, too."""
        return both_ways(counted_by(self.N, self.Tn), 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of each channel."""
        T, R = divide(energy, self.N, T=self.T, R=self.R, Z=self.Z, Tn=self.Tn)
        turn = phase_factor(self.phase)[..., None]
        return two_port(r=np.sqrt(R) * turn, t=1j * np.sqrt(T) * turn)
