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

from qnet.circuit import Bools, Floats
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


def double(N: Complex, is_super: Bools, alpha: Complex, phase: Floats) -> Doubled:
    """Join an island's electrons and holes at its superconductors.

    Parameters
    ----------
    N : (..., 2n, 2n)
        Scattering outside the superconductors, all electrons first, then all holes;
        rows and columns are the same channels.
    is_super : (n,)
        Channels that end in a superconductor.
    alpha : (..., 1) or (..., s)
        Andreev amplitude of each superconducting channel.
    phase : (..., 1) or (..., s)
        Phase of its condensate, rad.

    Returns
    -------
    Doubled
    """
    normal, condensed = np.flatnonzero(~is_super), np.flatnonzero(is_super)
    n, s = len(is_super), len(condensed)
    batch = np.broadcast_shapes(N.shape[:-2], alpha.shape[:-1], phase.shape[:-1])
    N = np.broadcast_to(N, (*batch, 2 * n, 2 * n))
    outer = np.concatenate([normal, n + normal])
    inner = np.concatenate([condensed, n + condensed])

    turned = np.zeros((*batch, 2 * s, 2 * s), complex)
    k = np.arange(s)
    turned[..., s + k, k] = alpha * np.exp(-1j * phase)
    turned[..., k, s + k] = alpha * np.exp(1j * phase)
    passed = np.sqrt(np.clip(1 - abs(alpha) ** 2, 0, None))
    passed = np.where(abs(alpha.imag) > 0, 0.0, passed)
    passed = np.broadcast_to(passed, (*batch, s))
    through = np.concatenate([passed, passed], -1)

    N_ss = N[..., inner[:, None], inner]
    N_sn = N[..., inner[:, None], outer]
    loop = np.eye(2 * s) - N_ss @ turned
    # both legs of the loop at once: what normal channels and quasiparticles feed in
    fed = np.concatenate([N_sn, N_ss * through[..., None, :]], -1)
    reached = np.linalg.solve(loop, fed)
    S = np.zeros((*batch, 2 * n, 2 * n), complex)
    into = np.concatenate([outer, inner])
    S[..., outer[:, None], into] = N[..., outer[:, None], inner] @ turned @ reached
    S[..., outer[:, None], outer] += N[..., outer[:, None], outer]
    S[..., outer[:, None], inner] += (
        N[..., outer[:, None], inner] * through[..., None, :]
    )
    S[..., inner[:, None], into] = through[..., :, None] * reached
    is_open = (through > 0).astype(float)
    mirrored = -np.swapaxes(turned.conj(), -1, -2) * is_open[..., None, :]
    S[..., inner[:, None], inner] += mirrored
    return Doubled(S)
