"""Rectangular barrier or well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import hbar2_2me
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port


@scatterer("rectangular")
@dataclass(frozen=True, eq=False, kw_only=True)
class Rectangular:
    r"""Potential that is V0 over a length d.

                 ┌────┐
         left  ──┘ V0 └──  right

    With :math:`\hbar^2k^2/2m = E` and :math:`\hbar^2q^2/2m = E - V_0`, from the bottom
    of the band,

    .. math:: t = \left[\cos qd - \tfrac{i}{2}\left(\tfrac{k}{q} + \tfrac{q}{k}\right)
        \sin qd\right]^{-1}, \qquad
        r = \tfrac{i}{2}\left(\tfrac{q}{k} - \tfrac{k}{q}\right) t \sin qd,

    phases counted from the faces. Below the bottom nothing moves: r = -1.

    References
    ----------
    E. Merzbacher, Quantum Mechanics, 3rd ed. (1998), section 6.2.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    V0: Real = param(unit="eV", doc="height; negative for a well")
    d: Real = param(unit="m", low=0, doc="length")
    mass: Real = param(1.0, above=0, doc="effective mass in electron masses")
    bottom: Real = param(0.0, unit="eV", doc="bottom of the band")

    ports = ("left", "right")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at both ends."""
        return both_ways(self.N, 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        above = np.asarray(energy) - np.asarray(self.bottom)
        scale = np.asarray(self.mass) / hbar2_2me
        opened = above > 0
        k2 = np.where(opened, above, 1.0) * scale
        q2 = (np.asarray(above) - np.asarray(self.V0)) * scale
        # Times k, so that nothing is divided by a wave number that may vanish.
        cosine, sine_over_q, decay = _phases(q2, np.asarray(self.d))
        k = np.sqrt(k2)
        below = k * cosine - 0.5j * sine_over_q * (k2 + q2)
        t = np.where(opened, k * decay / below, 0.0)
        r = np.where(opened, 0.5j * sine_over_q * (q2 - k2) / below, -1.0)
        wide = np.ones(self.N)
        return two_port(r=r[..., None] * wide, t=t[..., None] * wide)


def _phases(q2: Float, d: Float) -> tuple[Float, Float, Float]:
    """Return cos qd, sin(qd)/q and 1 times exp(-|Im q| d): thick barriers overflow."""
    x = np.sqrt(np.abs(q2)) * d
    decay = np.where(q2 < 0, np.exp(-x), 1.0)
    square = np.where(q2 < 0, decay**2, 1.0)
    small = x < 1e-8
    safe = np.where(small, 1.0, x)
    hyperbolic = np.where(small, 1.0, -np.expm1(-2 * safe) / (2 * safe))
    circular = np.where(small, 1.0, np.sin(safe) / safe)
    return (
        np.where(q2 < 0, (1 + square) / 2, np.cos(x)),
        d * np.where(q2 < 0, hyperbolic, circular),
        decay,
    )
