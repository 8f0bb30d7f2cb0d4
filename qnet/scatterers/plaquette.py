"""Node of the Chalker-Coddington network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.ensembles import random_phases
from qnet.phases import phase_factor
from qnet.registry import Counts, Real, param, scatterer
from qnet.smatrix import Bool, Complex, Float, assemble, unvaried


@scatterer("plaquette", pins=4)
@dataclass(frozen=True, eq=False, kw_only=True)
class Plaquette:
    r"""Saddle point of a smooth potential in a strong field, with two edges coming in.

         1 ──▶╲ ╱──▶ 3
               ╳
         2 ──▶╱ ╲──▶ 4

    .. math:: \begin{pmatrix} b_3 \\ b_4 \end{pmatrix} =
        \begin{pmatrix} e^{i\phi_3} & 0 \\ 0 & e^{i\phi_4} \end{pmatrix}
        \begin{pmatrix} t & r \\ -r & t \end{pmatrix}
        \begin{pmatrix} a_1 \\ a_2 \end{pmatrix}, \qquad
        t = \frac{1}{\sqrt{1 + e^{2x}}},

    with x the energy from the middle of the Landau level; x = 0 is the transition. The
    phases of the links behind are given, or drawn evenly for a `seed`. All four pins
    are one-way; the field turned round turns them round.

    References
    ----------
    J. T. Chalker and P. D. Coddington, J. Phys. C 21, 2665 (1988).
    """

    x: Real = param(0.0, doc="energy from the transition")
    phases: Real | None = param(
        None, unit="rad", axes=("link",), doc="phases of the links behind 3 and 4"
    )
    seed: Real | None = param(None, low=0, doc="whole number that draws the phases")
    sample: Real = param(0.0, low=0, state="sample")
    sign_B: int = param(1, kind="int", structural=True, state="sign B")
    reversed: bool = param(False, structural=True, state="reversed")

    ports = ("1", "2", "3", "4")
    diagonal = True

    def __post_init__(self) -> None:
        if self.phases is not None and self.seed is not None:
            message = "'phases' and 'seed' both fix the phases of the links"
            raise refuse(NetlistError, "QN341", message, help="keep one of them")
        if self.phases is not None and np.shape(self.phases)[-1] != 2:
            message = (
                f"two links leave, and {np.shape(self.phases)[-1]} phases are given"
            )
            raise refuse(NetlistError, "QN344", message, help="phases=(0.3 1.2)")

    @property
    def runs_back(self) -> bool:
        """Whether waves come in at 3 and 4; without a field only an audit turns it."""
        return self.sign_B < 0 or (self.sign_B == 0 and self.reversed)

    def channels(self) -> Counts:
        """Give half-channels: in at two pins, out at the others."""
        incoming, outgoing = ((1, 0),) * 2, ((0, 1),) * 2
        return outgoing + incoming if self.runs_back else incoming + outgoing

    def pattern(self) -> Bool:
        """Couple 1, 2 to 3, 4, the one way."""
        left = np.array([True, True, False, False])
        onward = np.outer(~left, left)
        return onward.T if self.runs_back else onward

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes from the two pins in to the two pins out."""
        from scipy.special import expit

        x = np.asarray(self.x) + unvaried(energy)
        t, r = np.sqrt(expit(-2 * x)), np.sqrt(expit(2 * x))
        turn = phase_factor(self._phases())
        S = turn[..., :, None] * assemble([[t, r], [-r, t]])
        return np.swapaxes(S, -1, -2) if self.runs_back else S

    def _phases(self) -> Float:
        if self.phases is not None:
            return np.asarray(self.phases, float)
        if self.seed is None:
            return np.zeros(2)
        return random_phases(self.seed, self.sample, 2)
