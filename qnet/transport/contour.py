"""Energies that pass through complex levels, and occupations along them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.constants import kB_eV
from qnet.smatrix import Complex, Float
from qnet.transport.thermal import merge_breaks, thermal_breaks

TOGETHER: Final = 4.0
"""Levels nearer than this many k_BT are passed at one imaginary part."""
STRIP: Final = 0.8 * np.pi
"""How far from a level, in k_BT, an energy may pass: poles stand at π."""


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """Occupations of reservoirs along a contour.

    Attributes
    ----------
    filled, rate, bend : (*sweep, nE, n)
        f, ∂f/∂μ and ∂²f/∂μ².
    stretch : (*sweep, nE)
        dE/dx.
    activity : (*sweep, nE)
        Weight of an energy in the noise.
    """

    filled: Complex
    rate: Complex
    bend: Complex
    stretch: Complex
    activity: Float


class Contour:
    """Complex energies E(x) = x + iη(x) that pass by all levels.

    Parameters
    ----------
    mu : (*sweep, n)
        Levels, eV.
    kT : (*sweep, n)
        eV.
    is_bent : bool
        Whether energies may leave the real axis.
    """

    def __init__(self, mu: Complex, kT: Float, is_bent: bool) -> None:
        self.mu, self.kT = np.broadcast_arrays(mu, kT)
        order = np.argsort(self.mu.real, -1, kind="stable")
        self.knot = np.take_along_axis(self.mu.real, order, -1)
        height = np.take_along_axis(self.mu.imag, order, -1)
        near = TOGETHER * self.kT.max(-1, keepdims=True)
        self.height = _levelled(self.knot, height, near) if is_bent else 0 * height
        off = abs(np.take_along_axis(self.mu.imag, order, -1) - self.height)
        width = STRIP * np.take_along_axis(self.kT, order, -1)
        scale = np.ptp(self.knot, axis=-1)[..., None] + near
        self.is_astray = bool((off > width + 1e-12 * scale).any())

    def breaks(self) -> Float:
        """Break points (*sweep, k), eV, those where the contour bends among them."""
        mu = self.mu.real
        return merge_breaks(thermal_breaks(mu, self.kT / kB_eV), mu)

    def occupied(self, x: Float) -> Passed:
        """Occupations at the energies that belong to real parameters (*sweep, nE)."""
        height, slope = self._path(x)
        energy = x + 1j * height
        filled = self.filled(energy[..., None], x[..., None])
        kT = self.kT[..., None, :]
        warm = np.where(kT > 0, kT, np.inf)
        variance = filled * (1 - filled)
        excess = filled - filled[..., :1]
        activity = (abs(variance) + abs(excess) ** 2).mean(-1)
        return Passed(
            filled,
            variance / warm,
            variance * (1 - 2 * filled) / warm**2,
            np.asarray(1 + 1j * slope, complex),
            activity,
        )

    def filled(self, energy: Complex, x: Float) -> Complex:
        """Fermi functions; cold ones are steps in the real part.

        Parameters
        ----------
        energy, x : (*sweep, nE, 1)
            Complex energies and their real parts, eV.
        """
        mu, kT = self.mu[..., None, :], self.kT[..., None, :]
        cold = kT == 0
        away = (energy - mu) / np.where(cold, 1.0, kT)
        away = np.clip(away.real, -700, 700) + 1j * away.imag
        above = away.real > 0
        small = np.exp(np.where(above, -away, away))
        warm = np.where(above, small, 1.0) / (1 + small)
        return np.where(cold, (x < mu.real).astype(float), warm)

    def _path(self, x: Float) -> tuple[Float, Float]:
        """η and dη/dx at real parameters (*sweep, nE)."""
        if not self.height.any():
            return np.zeros(x.shape), np.zeros(x.shape)
        knot, height = self.knot[..., None, :], self.height[..., None, :]
        n = knot.shape[-1]
        right = np.clip((knot <= x[..., None]).sum(-1), 1, n - 1)[..., None]
        shape = (*right.shape[:-1], n)
        at, value = np.broadcast_to(knot, shape), np.broadcast_to(height, shape)
        x0, x1 = (np.take_along_axis(at, k, -1)[..., 0] for k in (right - 1, right))
        y0, y1 = (np.take_along_axis(value, k, -1)[..., 0] for k in (right - 1, right))
        span = x1 - x0
        slope = np.where(span > 0, (y1 - y0) / np.where(span > 0, span, 1.0), 0.0)
        inside = (x > at[..., 0]) & (x < at[..., -1])
        slope = np.where(inside, slope, 0.0)
        y = np.where(x <= at[..., 0], value[..., 0], value[..., -1])
        return np.where(inside, y0 + slope * (x - x0), y), slope


def _levelled(knot: Float, height: Float, near: Float) -> Float:
    """Heights (*sweep, n), those of levels that stand together made equal."""
    n = knot.shape[-1]
    apart = np.diff(knot, axis=-1) > near
    cluster = np.concatenate(
        [np.zeros((*knot.shape[:-1], 1), int), np.cumsum(apart, -1)], -1
    )
    same = cluster[..., :, None] == cluster[..., None, :]
    return (same @ height[..., None])[..., 0] / same.sum(-1) if n > 1 else height
