"""Hard-wall constriction between wide leads, by matching modes at its two mouths."""

from __future__ import annotations

import numpy as np

from qnet.diagnostics import PhysicsError, refuse
from qnet.smatrix import Complex, Float

NARROW_MODES = 48
"""Modes kept in the constriction; the wide side keeps as many per width. Twice as many
move the first plateaus by 3e-4 where it is as long as wide, by 3e-3 for a mere hole."""


def abrupt_constriction(energy: Float, n: int, wide: float, aspect: Float) -> Complex:
    r"""S between the modes of two wide leads joined by a narrow one.

    With :math:`C` the overlaps of wide with narrow modes and :math:`K` their wave
    numbers, continuity of ψ and of its slope across the mouth give

    .. math:: (K_d + C^T K_W C)\,b_d = 2 C^T K_W a_W + (K_d - C^T K_W C)\,a_d,

    and the mirror symmetry splits the rest into an even and an odd problem.

    Parameters
    ----------
    energy : (...)
        In units of the constriction's lowest threshold ħ²π²/2md².
    n : int
        Channels kept in each lead.
    wide : float
        Width of the leads over that of the constriction.
    aspect : (...)
        Length of the constriction over its width.

    Returns
    -------
    (..., 2n, 2n)
        A channel below its threshold reflects with -1.

    Raises
    ------
    PhysicsError
        QN526 when more than `n` modes of the lead are open.

    References
    ----------
    A. Szafer and A. D. Stone, Phys. Rev. Lett. 62, 300 (1989).
    """
    total = max(int(np.ceil(wide * NARROW_MODES)), n)
    K_wide = _wave_numbers(energy, np.arange(1, total + 1) / wide)
    K_narrow = _wave_numbers(energy, np.arange(1, NARROW_MODES + 1.0))
    opened = K_wide.real > 0
    if np.any(opened[..., n:]):
        most = int(np.max(np.sum(opened, -1)))
        message = f"{most} channels of the leads are open, and N is {n}"
        raise refuse(PhysicsError, "QN526", message, help=f"N={most}, or less energy")
    C = _overlaps(total, NARROW_MODES, wide)
    admittance = np.swapaxes(C, -1, -2) @ (K_wide[..., None] * C)
    root: Complex = np.where(opened, np.sqrt(K_wide), 0j)[..., :n]
    feed: Complex = np.swapaxes(root[..., None] * C[:n], -1, -2)
    length = np.asarray(aspect, float)[..., None]
    there = np.exp(1j * K_narrow * length)
    even = _one_parity(K_narrow * (1 - there), 1 + there, admittance, feed)
    # The odd problem over K: at a threshold both of its terms would vanish.
    at_threshold = np.abs(K_narrow * length) < 1e-7
    slope = (1 - there) / np.where(at_threshold, 1.0, K_narrow)
    slope = np.where(at_threshold, -1j * length, slope)
    odd = _one_parity(1 + there, slope, admittance, feed)
    r, t = (even + odd) / 2, (even - odd) / 2
    return np.concatenate([np.concatenate([r, t], -1), np.concatenate([t, r], -1)], -2)


def _one_parity(
    inside: Complex, mouth: Complex, admittance: Complex, feed: Complex
) -> Complex:
    """Reflection of one mouth, for waves even or odd about the middle.

    `inside` and `mouth` are slope and value of the constriction's modes at the mouth,
    up to a common factor for each.
    """
    matrix = inside[..., None] * np.eye(inside.shape[-1])
    matrix = matrix + admittance * mouth[..., None, :]
    field = mouth[..., None] * np.linalg.solve(matrix, feed)
    return 2 * np.swapaxes(feed, -1, -2) @ field - np.eye(feed.shape[-1])


def _wave_numbers(energy: Float, thresholds: Float) -> Complex:
    """Wave number times width, positive or positive imaginary."""
    squares = np.asarray(energy)[..., None] - thresholds**2
    return np.pi * np.sqrt(squares.astype(complex))


def _overlaps(wide_modes: int, narrow_modes: int, wide: float) -> Float:
    """∫ sine of a lead × sine of the constriction, both normalised, centred."""
    m = np.arange(1, wide_modes + 1)[:, None]
    n = np.arange(1, narrow_modes + 1)
    start = m * np.pi * (1 - 1 / wide) / 2

    def mean_cosine(p: Float) -> Float:
        """Mean of cos(pu + start) for u from 0 to 1."""
        return np.cos(start + p / 2) * np.sinc(p / (2 * np.pi))

    difference, total = np.pi * (m / wide - n), np.pi * (m / wide + n)
    return (mean_cosine(difference) - mean_cosine(total)) / np.sqrt(wide)
