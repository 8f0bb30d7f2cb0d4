"""Wigner-Smith delay: derivatives of S by energy, to the accuracy that S allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from qnet.smatrix import Complex, Float

LEVELS: Final = 14
"""Steps tried for each energy, each a quarter of the one before."""

SHRINK: Final = 4.0

NOISE: Final = 16 * float(np.finfo(float).eps)
"""Rounding of a phase of S, in rad."""


Matrices = Callable[[Float], Sequence[Complex]]
"""S (island, ..., E, out, in) of each shape of island, at energies (..., E)."""


def density_of_states(matrices: Matrices, energy: Float) -> Float:
    """Density of states ν(E) = Tr(S† dS/dE) / 2πi, per eV.

    The trace is the slope of the phase of det S, whose central differences are taken
    at a ladder of steps. Each energy keeps the longest step, extrapolated after
    Richardson, with which all shorter ones agree: a step that leaps over a narrow
    level agrees with none that sees it.

    Parameters
    ----------
    matrices : callable
        S (island, ..., E, out, in) of each shape of island, at energies (..., E).
    energy : (..., E)
        In eV; the first step is the widest spacing.

    Returns
    -------
    (..., E)
        States per eV, without spin factor.

    References
    ----------
    F. T. Smith, Phys. Rev. 118, 349 (1960).
    """
    width = np.ptp(energy, axis=-1, keepdims=True) / max(energy.shape[-1] - 1, 1)
    first = np.where(width > 0, width, np.maximum(abs(energy), 1e-3) * 1e-3) / 2
    steps = [first / SHRINK**k for k in range(LEVELS)]
    slopes = [_phase_slope(matrices, energy, step) for step in steps]
    refined = [
        fine + (fine - coarse) / (SHRINK**2 - 1) for coarse, fine in pairwise(slopes)
    ]
    values = np.stack(refined)
    points = values.shape[1:]
    noise = np.stack([np.broadcast_to(NOISE / step, points) for step in steps[1:]])
    doubt = np.stack(
        [
            np.max(abs(values[k:] - values[k]) - noise[k:], axis=0).clip(0) + noise[k]
            for k in range(len(values))
        ]
    )
    best = doubt.argmin(axis=0)
    return np.take_along_axis(values, best[None], 0)[0] / (2 * np.pi)


def _phase_slope(matrices: Matrices, energy: Float, step: Float) -> Float:
    """Derivative of the phase of det S, from one pair of energies at each point."""
    turned = [
        np.angle(np.linalg.eigvals(above @ np.swapaxes(below.conj(), -1, -2)))
        for above, below in zip(
            matrices(energy + step), matrices(energy - step), strict=True
        )
        if above.shape[-1] == above.shape[-2]
    ]
    total = np.zeros(energy.shape)
    for angle in turned:
        total = total + angle.sum(-1).sum(0)
    return total / (2 * step)
