"""Arrays S[..., out, in]: what every model builds and every room reads.

Amplitudes are joined entry by entry along the sweep: matrices made here hold each
entry's column of points in one piece, whatever the order of their axes says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]
Complex = NDArray[np.complex128]
Bool = NDArray[np.bool_]


def unvaried(energy: ArrayLike) -> Float:
    """Zeros of the rank of `energy`, of length 1 along every axis.

    Added to what does not depend on energy, it gives the rank without the length.
    """
    return np.zeros((1,) * np.ndim(energy))


def assemble(entries: list[list[ArrayLike]]) -> Complex:
    """Stack amplitudes of one shape, or broadcastable to one, into S[..., out, in].

    Parameters
    ----------
    entries : nested list
        Row `out`, column `in`; each entry an array over the batch.

    Returns
    -------
    (..., out, in)
    """
    width = len(entries[0])
    flat = [np.asarray(entry) for row in entries for entry in row]
    S = _empty((len(entries), width), np.broadcast_shapes(*(f.shape for f in flat)))
    for k, entry in enumerate(flat):
        if not _is_nothing(entry):
            S[divmod(k, width)] = entry
    return _entries_last(S)


def two_port(*, r: ArrayLike, t: ArrayLike, t_back: ArrayLike | None = None,
             r_back: ArrayLike | None = None) -> Complex:  # fmt: skip
    """S of a two-port whose channels do not mix.

    Parameters
    ----------
    r, t : (..., channel)
        Reflection at the first port and transmission from first to second.
    t_back, r_back : (..., channel)
        From second to first, and reflection at the second; equal to `t`, `r` if left
        out.

    Returns
    -------
    (..., 2 channels, 2 channels)
        Channels of the first port come first.
    """
    r, t = np.asarray(r, complex), np.asarray(t, complex)
    back = t if t_back is None else np.asarray(t_back, complex)
    right = r if r_back is None else np.asarray(r_back, complex)
    return spread([[r, back], [t, right]])


def spread(blocks: list[list[ArrayLike]]) -> Complex:
    """S from per-channel amplitudes: entry [out port][in port] is (..., channel).

    Channel n couples to channel n only; ports come before channels in the order.
    """
    count, width = len(blocks), len(blocks[0])
    flat = [np.asarray(block) for row in blocks for block in row]
    *batch, channels = np.broadcast_shapes(*(f.shape for f in flat))
    S = np.empty((count * channels, width * channels, *batch), complex)
    if channels > 1:  # the blocks alone do not fill it
        S.fill(0.0)
    for k, block in enumerate(flat):
        i, j = divmod(k, width)
        several = block.ndim > 0 and block.shape[-1] > 1
        for n in range(channels):
            column = block[..., n if several else 0] if block.ndim else block
            S[i * channels + n, j * channels + n] = column
    return _entries_last(S)


def _empty(matrix: tuple[int, int], batch: tuple[int, ...]) -> Complex:
    """Room for amplitudes (out, in, *batch), all zero: entries come first."""
    return np.zeros((*matrix, *batch), complex)


def _entries_last(S: Complex) -> Complex:
    """View of (out, in, *batch) as (*batch, out, in)."""
    return S.transpose(*range(2, S.ndim), 0, 1)


def _is_nothing(amplitude: NDArray[np.generic]) -> bool:
    """Whether an amplitude is the plain number zero."""
    return amplitude.ndim == 0 and not amplitude


def in_series(first: Complex, second: Complex) -> Complex:
    """S of two two-ports one behind the other, with as many channels at all ends.

    Parameters
    ----------
    first, second : (..., 2n, 2n)
        Batch axes broadcast.

    Returns
    -------
    (..., 2n, 2n)

    References
    ----------
    S. Datta, Electronic Transport in Mesoscopic Systems (1995), section 3.2.
    """
    n = first.shape[-1] // 2
    r, t_back, t, r_inner = _quarters(first, n)
    other_inner, other_back, other_t, other_r = _quarters(second, n)
    # Waves at the joint for waves from either side: to the right, then to the left.
    sources = np.broadcast_arrays(t, r_inner @ other_back)
    onward = np.linalg.solve(
        np.eye(n) - r_inner @ other_inner, np.concatenate(sources, -1)
    )
    back = other_inner @ onward
    back[..., n:] += other_back
    outside = np.zeros((*back.shape[:-2], 2 * n, 2 * n), complex)
    outside[..., :n, :n], outside[..., n:, n:] = r, other_r
    return outside + np.concatenate([t_back @ back, other_t @ onward], -2)


def _quarters(S: Complex, n: int) -> tuple[Complex, Complex, Complex, Complex]:
    return S[..., :n, :n], S[..., :n, n:], S[..., n:, :n], S[..., n:, n:]


def resonant(energy: Float, H: Complex, W: Complex) -> Complex:
    r"""S of discrete levels coupled to channels.

    .. math:: S = 1 - 2\pi i\, W^\dagger (E - H + i\pi W W^\dagger)^{-1} W

    A level without coupling drops out, also at its own energy.

    Parameters
    ----------
    energy : (...)
    H : (..., level, level)
        Hermitian, in the unit of energy.
    W : (..., level, channel)
        Couplings, in the square root of that unit.

    Returns
    -------
    (..., channel, channel)

    References
    ----------
    C. Mahaux and H. A. Weidenmüller, Shell-Model Approach to Nuclear Reactions (1969).
    C. W. J. Beenakker, Rev. Mod. Phys. 69, 731 (1997).
    """
    levels, channels = W.shape[-2:]
    coupling = np.sqrt(np.pi) * W
    gap = np.asarray(energy)[..., None, None] * np.eye(levels) - H
    if levels == 1:
        return _one_level(gap, coupling)
    # Equilibrated: levels of very different widths would spoil the elimination.
    width = np.sum(np.abs(coupling) ** 2, -1)
    size = np.maximum(np.abs(np.diagonal(gap, axis1=-2, axis2=-1)), width)
    scale = 1 / np.sqrt(np.where(size > 0, size, 1.0))
    gap = scale[..., :, None] * gap * scale[..., None, :]
    coupling = np.broadcast_to(
        scale[..., :, None] * coupling, (*gap.shape[:-1], channels)
    )
    # Levels and channels in one system: W W† squares what W may well lose to rounding.
    joint = np.zeros((*gap.shape[:-2], levels + channels, levels + channels), complex)
    joint[..., :levels, :levels] = gap
    joint[..., :levels, levels:] = 1j * coupling
    joint[..., levels:, :levels] = np.swapaxes(coupling.conj(), -1, -2)
    joint[..., levels:, levels:] = -np.eye(channels)
    drive = np.concatenate(
        [coupling, np.zeros((*gap.shape[:-2], channels, channels))], axis=-2
    )
    try:
        inner = np.linalg.solve(joint, drive)
    except np.linalg.LinAlgError:
        inner = np.linalg.pinv(joint) @ drive
    return np.eye(channels, dtype=complex) - 2j * inner[..., levels:, :]


def _one_level(gap: Complex, coupling: Complex) -> Complex:
    """Breit and Wigner's S; nothing of a level without width, at its energy too."""
    width = np.sum(np.abs(coupling) ** 2, -1, keepdims=True)
    bare = (gap == 0) & (width == 0)
    S = np.swapaxes(coupling.conj(), -1, -2) @ coupling
    S = S * (-2j / np.where(bare, 1.0, gap + 1j * width))
    diagonal = np.arange(S.shape[-1])
    S[..., diagonal, diagonal] += 1
    return S


def unitarity_defect(S: Complex) -> Float:
    """Spectral norm of S†S - 1.

    Parameters
    ----------
    S : (..., out, in)

    Returns
    -------
    (...)
    """
    if S.shape[-1] == 0:
        return np.zeros(S.shape[:-2])
    gram = np.swapaxes(S.conj(), -1, -2) @ S - np.eye(S.shape[-1])
    return abs(np.linalg.eigvalsh(gram)).max(-1)


def sum_defect(P: Float | Complex) -> Float:
    """Largest departure of a row or column of probabilities from a sum of one.

    Parameters
    ----------
    P : (..., out, in)

    Returns
    -------
    (...)
    """
    rows, columns = (abs(P.sum(axis) - 1).max(-1, initial=0.0) for axis in (-1, -2))
    return np.maximum(rows, columns)


def amplitude_witness(S: Complex) -> Complex:
    """One smooth combination of all amplitudes, in which every resonance shows.

    Parameters
    ----------
    S : (..., out, in)

    Returns
    -------
    (..., 1)
        Σ u_i S_ij v_j with fixed unit-modulus phases u, v. A resonance of width Γ
        appears with a residue of the order of Γ. Its phase winds with the longest path
        alone; that of det S, which would serve too, with the sum of all.
    """
    golden = (np.sqrt(5.0) - 1) / 2
    left, right = (
        np.exp(2j * np.pi * golden * np.arange(n) ** 2) for n in S.shape[-2:]
    )
    return np.einsum("i,...ij,j->...", left, S, right.conj())[..., None]
