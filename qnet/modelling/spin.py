"""Amplitudes of an electron's spin: 2 × 2 matrices on every channel."""

from __future__ import annotations

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.registry import Counts, Infer, Real, both_ways
from qnet.smatrix import Complex, Float

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], complex)
"""Pauli matrices x, y, z."""


def along(axis: Real) -> Complex:
    """Spin along a direction, n·σ.

    Parameters
    ----------
    axis : (..., 3)
        Any length but zero.

    Returns
    -------
    (..., 2, 2)

    Raises
    ------
    NetlistError
        QN348 when it is no direction.
    """
    n = np.asarray(axis, float)
    length = np.linalg.norm(n, axis=-1, keepdims=True) if n.shape[-1:] == (3,) else 0.0
    if not np.all(length):
        message = "an axis has three components that are not all zero"
        raise refuse(NetlistError, "QN348", message, help="axis=(0,0,1)")
    return np.einsum("...k,kij->...ij", n / length, SIGMA)


def rotation(angle: Float, spin: Complex) -> Complex:
    """Rotation exp(-iθ n·σ/2) by an angle (...) about n·σ (..., 2, 2)."""
    half = np.asarray(angle)[..., None, None] / 2
    return np.cos(half) * np.eye(2) - 1j * np.sin(half) * spin


def both_spins(n: int | Infer) -> Counts:
    """N channels with two spins, both ways at both ends."""
    return both_ways(2 * n if isinstance(n, int) else n, 2)


def spin_two_port(r: Complex, t: Complex, t_back: Complex, n: int) -> Complex:
    """S of a two-port that treats the spin of every channel alike.

    Parameters
    ----------
    r, t, t_back : (..., 2, 2)
        Reflection at either end, transmission onward and back.
    n : int
        Channels without spin.

    Returns
    -------
    (..., 4n, 4n)
        Ports first, then channels, then spin.
    """
    r, t, t_back = np.broadcast_arrays(r, t, t_back)
    ports = np.stack([np.stack([r, t_back], -3), np.stack([t, r], -3)], -4)
    # (out port, in port, out spin, in spin), the same for each channel
    whole = np.einsum("...pqst,mk->...pmsqkt", ports, np.eye(n))
    return whole.reshape(*r.shape[:-2], 4 * n, 4 * n)


def on_both_spins(S: Complex, spin: Complex | Float) -> Complex:
    """Amplitudes that do one thing to channels and another to spins.

    Parameters
    ----------
    S : (..., out, in)
        Between channels without spin.
    spin : (..., 2, 2)

    Returns
    -------
    (..., 2 out, 2 in)
        Spin runs fastest.
    """
    whole = np.asarray(S[..., :, None, :, None] * spin[..., None, :, None, :])
    return whole.reshape(*whole.shape[:-4], 2 * S.shape[-2], 2 * S.shape[-1])
