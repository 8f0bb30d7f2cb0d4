r"""Join all scatterers of an island at once by a dense solve, point by point.

.. math:: S = S_{ee} + S_{ei} (1 - S_{ii})^{-1} S_{ie}

with waves labelled so that the joints are already in S_ii. Slow and safe: used for the
points where elimination in a fixed order comes near a zero pivot. Where an internal
state is exactly decoupled 1 - S_ii is singular; S is finite all the same, and the
solution of smallest norm gives it.
"""

from __future__ import annotations

import numpy as np

from qnet.circuit import Bools, Floats
from qnet.network.islands import Shape
from qnet.smatrix import Complex

SINGULAR = 1e-14
"""Singular values below this fraction of the largest, times the size, count as zero."""


def wave_matrix(shape: Shape, amplitude: Complex) -> Complex:
    """Amplitudes between all waves, as a matrix (point, row, col).

    Parameters
    ----------
    amplitude : (entry, point)
        In the order of the shape's entries.
    """
    n = shape.internal
    T = np.zeros((amplitude.shape[1], n + shape.leaving, n + shape.entering), complex)
    T[:, shape.row, shape.col] = amplitude.T
    return T


def join_moderate(shape: Shape, amplitude: Complex) -> tuple[Complex, Floats, Bools]:
    """S of one island at some points, by LU with partial pivoting.

    Parameters
    ----------
    amplitude : (entry, point)
        Finite.

    Returns
    -------
    S : (point, out, in)
    condition : (point,)
        A lower bound on the condition number of 1 - S_ii: how much it amplified the
        incoming waves.
    singular : (point,)
        All False.
    """
    n = shape.internal
    T = wave_matrix(shape, amplitude)
    waves = np.linalg.solve(np.eye(n) - T[:, :n, :n], T[:, :n, n:])
    S = T[:, n:, n:] + T[:, n:, :n] @ waves
    driven = np.linalg.norm(T[:, :n, n:], axis=(1, 2))
    amplified = np.linalg.norm(waves, axis=(1, 2)) / np.where(driven > 0, driven, 1)
    return S, np.maximum(amplified, 1), np.zeros(len(S), bool)


def join_singular(shape: Shape, amplitude: Complex) -> tuple[Complex, Floats, Bools]:
    """S of one island at some points, by singular values: right at any condition.

    Parameters
    ----------
    amplitude : (entry, point)
        Finite.

    Returns
    -------
    S : (point, out, in)
    condition : (point,)
        Condition number of 1 - S_ii, zero singular values left out.
    singular : (point,)
        Whether an internal state is decoupled, so that the smallest solution was taken.
    """
    n = shape.internal
    T = wave_matrix(shape, amplitude)
    u, s, vh = np.linalg.svd(np.eye(n) - T[:, :n, :n])
    small = s <= SINGULAR * n * s[:, :1]
    weight = np.where(small, 0, 1 / np.where(small, 1, s))
    fed = np.swapaxes(u.conj(), -1, -2) @ T[:, :n, n:]
    waves = np.swapaxes(vh.conj(), -1, -2) @ (weight[:, :, None] * fed)
    S = T[:, n:, n:] + T[:, n:, :n] @ waves
    lowest: Floats = np.min(np.where(small, np.inf, s), axis=1)
    singular: Bools = small[:, -1]
    return S, s[:, 0] / lowest, singular
