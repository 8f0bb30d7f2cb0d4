r"""Andreev reflection: islands that touch superconductors, as electrons and holes.

At excitation energy ε the electrons of an island scatter with S(μ_s + ε), its holes
with S*(μ_s - ε). An ideal interface in each superconducting channel turns one into the
other,

.. math:: r_{he} = \alpha e^{-i\varphi}, \quad r_{eh} = \alpha e^{i\varphi}, \quad
          \alpha = e^{-i \arccos(\varepsilon/\Delta)}
          \ \text{or}\ (\varepsilon - \mathrm{sgn}(\varepsilon)
          \sqrt{\varepsilon^2 - \Delta^2})/\Delta,

below and above the gap; above it the rest leaves as quasiparticles.

References
----------
C. W. J. Beenakker, Phys. Rev. B 46, 12841 (1992); Rev. Mod. Phys. 69, 731 (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.smatrix import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Doubled:
    """Scattering of electrons and holes of one island.

    Attributes
    ----------
    S : (..., 2 out, 2 in)
        All electrons first, then all holes. A superconducting channel stands for the
        quasiparticles of its condensate: below the gap they are shut, and their rows
        and columns zero.
    """

    S: Complex

    def blocks(self) -> tuple[Complex, Complex, Complex, Complex]:
        """S_ee, S_eh, S_he and S_hh, (..., out, in) each; he: hole out, electron in."""
        rows, cols = self.S.shape[-2] // 2, self.S.shape[-1] // 2
        upper, lower = self.S[..., :rows, :], self.S[..., rows:, :]
        return (
            upper[..., :cols],
            upper[..., cols:],
            lower[..., :cols],
            lower[..., cols:],
        )


def andreev_amplitude(excitation: Floats, gap: Floats) -> Complex:
    """Amplitude α of Andreev reflection at an ideal interface.

    Parameters
    ----------
    excitation, gap : (...)
        ε and Δ in eV; both signs of ε.

    Returns
    -------
    (...)
    """
    x = np.asarray(excitation / gap, complex)
    above = abs(x.real) > 1
    root = np.sqrt(np.where(above, x.real**2 - 1, 1 - x.real**2))
    # (x - sgn x √(x²-1)) without its cancellation
    outside = np.sign(x.real) / (abs(x.real) + root)
    return np.where(above, outside, x.real - 1j * root)


def side_by_side(electrons: Complex, holes: Complex) -> Complex:
    """Electrons and holes that do not mix, (..., 2n, 2n).

    Parameters
    ----------
    electrons : (..., n, n)
        S at μ_s + ε.
    holes : (..., n, n)
        The hole block at ε: the conjugate of S at μ_s - ε (with spin, its
        time-reversed partner).
    """
    n = electrons.shape[-1]
    batch = np.broadcast_shapes(electrons.shape[:-2], holes.shape[:-2])
    N = np.zeros((*batch, 2 * n, 2 * n), complex)
    N[..., :n, :n], N[..., n:, n:] = electrons, holes
    return N


@dataclass(frozen=True, slots=True, eq=False)
class Mirrors:
    """Where an island ends in superconductors.

    Attributes
    ----------
    out, into : (s,)
        Channels that leave the island there, and those by which it comes back.
    channels : int
        All channels that leave the island; as many enter it.
    """

    out: Ints
    into: Ints
    channels: int

    @property
    def normal_out(self) -> Ints:
        """Channels that leave elsewhere."""
        return np.delete(np.arange(self.channels), self.out)

    @property
    def normal_into(self) -> Ints:
        """Channels that enter elsewhere."""
        return np.delete(np.arange(self.channels), self.into)


def mirror_pairs(out: Ints, into: Ints) -> tuple[Ints, Ints]:
    """Pair the channels that leave at superconductors with those that enter there.

    A wave comes back by the channel it left by. Edges bring waves by one pin and take
    them along by another: at each superconductor the first of these goes with the
    first of those.

    Parameters
    ----------
    out, into : (n, 3)
        Reservoir, port and channel.

    Returns
    -------
    (n,), (n,)
        Rows of `out` and of `into`, in pairs.
    """
    returns = {key: k for k, key in enumerate(map(tuple, into.tolist()))}
    pairs, lone = [], []
    for k, key in enumerate(map(tuple, out.tolist())):
        if key in returns:
            pairs.append((k, returns.pop(key)))
        else:
            lone.append((key, k))
    taken = sorted(returns.items())
    pairs += [
        (k, other) for (_, k), (_, other) in zip(sorted(lone), taken, strict=True)
    ]
    left, right = zip(*sorted(pairs), strict=True) if pairs else ((), ())
    return np.array(left, np.intp), np.array(right, np.intp)


def double(N: Complex, mirrors: Mirrors, alpha: Complex, phase: Floats) -> Doubled:
    """Join an island's electrons and holes at its superconductors.

    Parameters
    ----------
    N : (..., 2n, 2n)
        Scattering outside the superconductors, all electrons first, then all holes.
    mirrors : Mirrors
        Channels that end in superconductors.
    alpha : (..., 1) or (..., s)
        Andreev amplitude of each superconducting channel.
    phase : (..., 1) or (..., s)
        Phase of its condensate, rad.

    Returns
    -------
    Doubled
    """
    n, s = mirrors.channels, len(mirrors.out)
    batch = np.broadcast_shapes(N.shape[:-2], alpha.shape[:-1], phase.shape[:-1])
    N = np.broadcast_to(N, (*batch, 2 * n, 2 * n))
    outer, outer_in, inner, inner_in = (
        np.concatenate([k, n + k])
        for k in (mirrors.normal_out, mirrors.normal_into, mirrors.out, mirrors.into)
    )

    turned = np.zeros((*batch, 2 * s, 2 * s), complex)
    k = np.arange(s)
    turned[..., s + k, k] = alpha * np.exp(-1j * phase)
    turned[..., k, s + k] = alpha * np.exp(1j * phase)
    passed = np.sqrt(np.clip(1 - abs(alpha) ** 2, 0, None))
    passed = np.where(abs(alpha.imag) > 0, 0.0, passed)
    passed = np.broadcast_to(passed, (*batch, s))
    through = np.concatenate([passed, passed], -1)

    N_ss = N[..., inner[:, None], inner_in]
    N_sn = N[..., inner[:, None], outer_in]
    N_ns = N[..., outer[:, None], inner_in]
    loop = np.eye(2 * s) - N_ss @ turned
    # both legs of the loop at once: what normal channels and quasiparticles feed in
    fed = np.concatenate([N_sn, N_ss * through[..., None, :]], -1)
    reached = np.linalg.solve(loop, fed)
    S = np.zeros((*batch, 2 * n, 2 * n), complex)
    into = np.concatenate([outer_in, inner_in])
    S[..., outer[:, None], into] = N_ns @ turned @ reached
    S[..., outer[:, None], outer_in] += N[..., outer[:, None], outer_in]
    S[..., outer[:, None], inner_in] += N_ns * through[..., None, :]
    S[..., inner[:, None], into] = through[..., :, None] * reached
    is_open = (through > 0).astype(float)
    mirrored = -np.swapaxes(turned.conj(), -1, -2) * is_open[..., None, :]
    S[..., inner[:, None], inner_in] += mirrored
    return Doubled(S)
