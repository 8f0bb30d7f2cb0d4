"""Three-way junction of one-channel wires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, spread, unvaried


@scatterer("junction", letter="Y", pins=3)
@dataclass(frozen=True, eq=False, kw_only=True)
class Junction:
    r"""Junction of a stem and two equal arms.

                   ╱── arm
         stem ────┤
                   ╲── arm

    .. math:: S = \begin{pmatrix} -(a+b) & \sqrt\epsilon & \sqrt\epsilon \\
        \sqrt\epsilon & a & b \\ \sqrt\epsilon & b & a \end{pmatrix}, \qquad
        a = \tfrac12(c-1),\; b = \tfrac12(c+1),\; c = \pm\sqrt{1-2\epsilon}.

    The coupling ε runs from 0 (the stem is cut off) to 1/2 (it reflects nothing);
    ε = 4/9 is the symmetric junction.

    References
    ----------
    M. Büttiker, Y. Imry and M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    eps: Real = param(4 / 9, low=0, high=0.5, doc="probability from the stem to an arm")
    sym: int = param(
        1, low=-1, high=1, kind="int", structural=True, doc="sign of c: +1 or -1"
    )

    ports = ("stem", "arm1", "arm2")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at all three pins."""
        return both_ways(self.N, 3)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        eps = (np.asarray(self.eps) + unvaried(energy))[..., None] * np.ones(self.N)
        root = np.sqrt(np.maximum(1 - 2 * eps, 0.0))
        c = -root if self.sym < 0 else root
        # The one that is small for weak coupling, without the cancellation in c - 1.
        small = eps / (1 + root)
        a, b = (-(1 + root) / 2, small) if self.sym < 0 else (-small, (1 + root) / 2)
        stem = np.sqrt(eps)
        return spread([[-c, stem, stem], [stem, a, b], [stem, b, a]])
