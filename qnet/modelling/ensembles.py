"""Random scattering matrices: the circular ensembles, and barriers in front of them.

References
----------
F. J. Dyson, J. Math. Phys. 3, 140 (1962).
F. Mezzadri, Notices Amer. Math. Soc. 54, 592 (2007): Haar measure by QR.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qnet.modelling.streams import stream_bits
from qnet.registry import Real
from qnet.smatrix import Complex, Float

Entry = TypeVar("Entry", bound=np.generic)


def haar(random: np.random.Generator, n: int, *count: int) -> Complex:
    """Unitary (*count, n, n) matrices, evenly distributed over the unitary group."""
    parts = random.standard_normal((2, *count, n, n))
    q, r = np.linalg.qr(parts[0] + 1j * parts[1])
    # QR alone favours some phases; those of r's diagonal make the measure even.
    diagonal = np.diagonal(r, axis1=-2, axis2=-1)
    return q * (diagonal / np.abs(diagonal))[..., None, :]


def dual(S: Complex) -> Complex:
    """Time-reversed matrix of channels with spin, σ_y Sᵀ σ_y; spin runs fastest."""
    n = S.shape[-1] // 2
    flip = np.kron(np.eye(n), np.array([[0.0, -1j], [1j, 0.0]]))
    return flip @ np.swapaxes(S, -1, -2) @ flip


def mirrored(u: Complex, beta: int) -> Complex:
    """Matrix on the way back, for symmetry index `beta` 1 or 4."""
    return dual(u) if beta == 4 else np.swapaxes(u, -1, -2)


def circular(random: np.random.Generator, n: int, beta: int) -> Complex:
    """S of a chaotic cavity with ideal leads.

    Parameters
    ----------
    random : Generator
    n : int
        Channels of all leads; with ``beta=4`` Kramers pairs.
    beta : {1, 2, 4}
        Time reversal holds (COE), is broken (CUE), or holds with spin-orbit coupling
        (CSE).

    Returns
    -------
    (n, n), or (2n, 2n) for ``beta=4``, spin running fastest
    """
    u = haar(random, 2 * n if beta == 4 else n)
    return u if beta == 2 else mirrored(u, beta) @ u


def behind_barriers(S: Complex, T: Float) -> Complex:
    """S seen through a barrier of transmission T in each channel (Poisson kernel).

    Parameters
    ----------
    S : (..., channel, channel)
    T : (..., channel)

    References
    ----------
    P. W. Brouwer, Phys. Rev. B 51, 16878 (1995).
    """
    r, t = np.sqrt(1 - T), np.sqrt(T)
    inner = np.linalg.solve(np.eye(S.shape[-1]) + S * r[..., None, :], S)
    through = t[..., :, None] * inner * t[..., None, :]
    return through + r[..., None] * np.eye(S.shape[-1])


def drawn(
    draw: Callable[[np.random.SeedSequence], NDArray[Entry]], seed: Real, sample: Real
) -> NDArray[Entry]:
    """One random array for each seed and sample; equal ones are drawn once.

    Parameters
    ----------
    draw : callable
        Gives the array that belongs to a stream's seed.
    seed, sample : (...)
        Whole numbers; the stream depends on these two alone.

    Returns
    -------
    (..., axes of one draw)
    """
    seeds, samples = np.broadcast_arrays(seed, sample)
    pairs, place = np.unique(
        np.stack([seeds.ravel(), samples.ravel()], -1).astype(np.int64),
        axis=0,
        return_inverse=True,
    )
    arrays = [
        draw(np.random.SeedSequence(int(s), spawn_key=(int(k),))) for s, k in pairs
    ]
    held = np.stack(arrays)[place.ravel()]
    return held.reshape(*seeds.shape, *held.shape[1:])


def random_phases(seed: Real, sample: Real, count: int) -> Float:
    """Phases (..., count) spread evenly over 2π, straight from the bits of the seed.

    Parameters
    ----------
    seed, sample : (...)
        Whole numbers; the phases depend on these two alone.
    """
    bits = stream_bits(seed, sample, count)
    return (bits >> np.uint64(11)).astype(np.float64) * (2 * np.pi / 2**53)
