"""End of a wire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.phases import phase_factor
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, spread, unvaried


@scatterer("wall", pins=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Wall:
    r"""Wall that reflects everything.

         wire  ───▌

    .. math:: r = e^{i\phi}, \qquad \phi = \pi \text{ for a hard wall.}
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    phase: Real = param(np.pi, unit="rad", doc="phase of the reflected wave")

    ports = ("wire",)
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways."""
        return both_ways(self.N, 1)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitude, the same in every channel."""
        r = phase_factor(self.phase + unvaried(energy))
        return spread([[r[..., None] * np.ones(self.N)]])
