"""Potential step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port


@scatterer("step")
@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    r"""Step of the potential: the bottom of the band is higher on the right by V0.

                 ┌──────  right
         left  ──┘

    .. math:: t = \frac{2\sqrt{kq}}{k + q}, \qquad r = \frac{k - q}{k + q},

    with :math:`k = \sqrt{E}`, :math:`q = \sqrt{E - V_0}` up to a common factor. Where
    one side is closed the other one reflects everything.

    References
    ----------
    E. Merzbacher, Quantum Mechanics, 3rd ed. (1998), section 6.1.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    V0: Real = param(unit="eV", doc="height of the right side over the left one")
    bottom: Real = param(0.0, unit="eV", doc="bottom of the band on the left")

    ports = ("left", "right")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at both ends."""
        return both_ways(self.N, 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel; -1 where a side is closed."""
        above = np.asarray(energy) - np.asarray(self.bottom)
        k = np.sqrt(np.asarray(above, complex))
        q = np.sqrt(np.asarray(above - np.asarray(self.V0), complex))
        total = np.where(k + q == 0, 1.0, k + q)
        left, right = k.real > 0, q.real > 0
        t = np.where(left & right, 2 * np.sqrt(k * q) / total, 0.0)
        r = np.where(left, (k - q) / total, -1.0)
        r_back = np.where(right, (q - k) / total, -1.0)
        wide = np.ones(self.N)
        return two_port(
            r=r[..., None] * wide,
            t=t[..., None] * wide,
            r_back=r_back[..., None] * wide,
        )
