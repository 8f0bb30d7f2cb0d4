"""Beam splitter: four pins, no reflection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.modelling.partition import counted_by, divide, refuse_unless_one
from qnet.phases import phase_factor
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Bool, Complex, Float, spread


@scatterer("splitter", letter="B", pins=4)
@dataclass(frozen=True, eq=False, kw_only=True)
class Splitter:
    r"""Beam splitter; between edge channels, a quantum point contact.

         1 ───╲ ╱─── 3
               ╳
         2 ───╱ ╲─── 4

    Waves pass from 1, 2 to 3, 4 and back, and are never reflected:

    .. math:: \begin{pmatrix} b_3 \\ b_4 \end{pmatrix} = e^{i\phi}
        \begin{pmatrix} \sqrt{T} & i\sqrt{R} \\ i\sqrt{R} & \sqrt{T} \end{pmatrix}
        \begin{pmatrix} a_1 \\ a_2 \end{pmatrix},

    and the same from 3, 4 to 1, 2. Between edge channels only one of the two blocks is
    fed; the other one does not exist.

    References
    ----------
    M. Büttiker, Phys. Rev. B 46, 12485 (1992).
    Y. Ji et al., Nature 422, 415 (2003).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    T: Real | None = param(None, low=0, high=1, doc="probability of 1 → 3 and 2 → 4")
    R: Real | None = param(None, low=0, high=1, doc="probability of 1 → 4 and 2 → 3")
    Z: Real | None = param(None, low=0, doc="strength, T = 1/(1 + Z²)")
    Tn: Real | None = param(
        None, low=0, high=1, axes=("channel",), doc="T of each channel"
    )
    phase: Real = param(0.0, unit="rad", doc="common phase of all amplitudes")
    ref: None = param(None, kind="weights", doc="lever arms")

    ports = ("1", "2", "3", "4")
    diagonal = True

    def __post_init__(self) -> None:
        refuse_unless_one(T=self.T, R=self.R, Z=self.Z, Tn=self.Tn)

    def channels(self) -> Counts:
        """Give N both ways at all four pins; the length of `Tn` says it, too."""
        return both_ways(counted_by(self.N, self.Tn), 4)

    def pattern(self) -> Bool:
        """Couple 1, 2 to 3, 4 and back: two blocks."""
        left = np.array([True, True, False, False])
        return left[:, None] != left

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of each channel."""
        T, R = divide(energy, self.N, T=self.T, R=self.R, Z=self.Z, Tn=self.Tn)
        turn = phase_factor(self.phase)[..., None]
        straight, across = np.sqrt(T) * turn, 1j * np.sqrt(R) * turn
        none = 0.0
        return spread(
            [
                [none, none, straight, across],
                [none, none, across, straight],
                [straight, across, none, none],
                [across, straight, none, none],
            ]
        )
