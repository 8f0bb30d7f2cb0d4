"""Energy filter with sharp edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port


@scatterer("boxcar")
@dataclass(frozen=True, eq=False, kw_only=True)
class Boxcar:
    """Filter that passes one window of energies and nothing else.

                 E2 ┄┄┄┄┄┄
         left  ──▶ passes ──▶  right
                 E1 ┄┄┄┄┄┄

    T = 1 between E1 and E2, 1/2 at either, 0 elsewhere; a bound left out is open. Of
    all conductors with a given output it makes heat into work at the best efficiency.

    References
    ----------
    R. S. Whitney, Phys. Rev. Lett. 112, 130601 (2014).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    E1: Real | None = param(None, unit="eV", doc="lower end of the window")
    E2: Real | None = param(None, unit="eV", doc="upper end of the window")
    ref: None = param(None, kind="weights", doc="lever arms")

    ports = ("left", "right")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at both ends."""
        return both_ways(self.N, 2)

    def softness(self) -> Float:
        """Width of its edges in eV: none, or no edge at all."""
        given = self.E1 is not None or self.E2 is not None
        return np.array([0.0 if given else np.inf])

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        T = np.ones_like(energy, float)
        if self.E1 is not None:
            T = T * np.heaviside(energy - np.asarray(self.E1), 0.5)
        if self.E2 is not None:
            T = T * np.heaviside(np.asarray(self.E2) - energy, 0.5)
        T = T[..., None] * np.ones(self.N)
        return two_port(r=-1j * np.sqrt(1 - T), t=np.sqrt(T))
