"""Ideal junction of any number of wires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.registry import INFER, Counts, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("griffith", pins=())
@dataclass(frozen=True, eq=False, kw_only=True)
class Griffith:
    r"""Ideal junction: the wave function is continuous and its slopes add up to zero.

         ──┐ │ ┌──
           └─●─┘
         ────┴────

    .. math:: S_{ab} = \frac{2}{n} - \delta_{ab}

    for n wires of one width.

    References
    ----------
    J. S. Griffith, Trans. Faraday Soc. 49, 345 (1953).
    B. Shapiro, Phys. Rev. Lett. 50, 747 (1983).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    pins: int = param(3, low=1, kind="int", structural=True, state="pins")

    diagonal = True

    @property
    def ports(self) -> tuple[str, ...]:
        """All pins alike."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    def channels(self) -> Counts:
        """Give N both ways at every pin."""
        return both_ways(self.N, self.pins)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        S = np.full((self.pins, self.pins), 2 / self.pins) - np.eye(self.pins)
        return np.kron(S, np.eye(self.N)) + 0j * unvaried(energy)[..., None, None]
