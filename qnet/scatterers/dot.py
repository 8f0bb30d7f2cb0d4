"""Quantum dot: discrete levels between two leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.registry import Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, resonant


@scatterer("dot", letter="D")
@dataclass(frozen=True, eq=False, kw_only=True)
class Dot:
    r"""Breit-Wigner levels between one channel on each side.

         left  ──┆ ═ ┆──  right

    .. math:: S = 1 - 2\pi i\, W^\dagger (E - H + i\pi W W^\dagger)^{-1} W, \qquad
        W_{j} = \left(\sqrt{\Gamma^L_j/2\pi},\; s_j\sqrt{\Gamma^R_j/2\pi}\right),

    for one level :math:`t = -i\sqrt{\Gamma_L\Gamma_R}/(E - E_0 + i\Gamma/2)`. Lists
    give several levels; `signs` are the relative parities :math:`s_j` of their wave
    functions, and decide whether t vanishes between them.

    References
    ----------
    G. Breit and E. Wigner, Phys. Rev. 49, 519 (1936).
    H.-W. Lee, Phys. Rev. Lett. 82, 2358 (1999).
    A. Silva, Y. Oreg and Y. Gefen, Phys. Rev. B 66, 195316 (2002).
    """

    E0: Real = param(unit="eV", axes=("level",), doc="energies of the levels")
    GL: Real = param(unit="eV", low=0, axes=("level",), doc="widths to the left")
    GR: Real = param(unit="eV", low=0, axes=("level",), doc="widths to the right")
    signs: Real = param(1.0, low=-1, high=1, axes=("level",), doc="relative parities")
    ref: None = param(None, kind="weights", doc="lever arms")

    ports = ("left", "right")

    def __post_init__(self) -> None:
        levels = np.shape(np.atleast_1d(self.E0))[-1]
        for key in ("GL", "GR", "signs"):
            listed = np.shape(np.atleast_1d(getattr(self, key)))[-1]
            if listed not in {1, levels}:
                message = f"'E0' lists {levels} levels, '{key}' {listed}"
                cure = f"give one '{key}' for all, or one for each"
                raise refuse(NetlistError, "QN344", message, help=cure)

    def channels(self) -> Counts:
        """Give one channel both ways at both ends."""
        return both_ways(1, 2)

    def softness(self) -> Float:
        """Width of the sharpest level in eV, without the levels' own axis."""
        widths = np.asarray(self.GL, float) + np.asarray(self.GR, float)
        return np.asarray(np.atleast_1d(widths).min(-1))

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes between the two sides."""
        E0 = np.atleast_1d(np.asarray(self.E0, float))
        levels = E0.shape[-1]
        left = np.sqrt(np.atleast_1d(self.GL) / (2 * np.pi))
        right = np.atleast_1d(self.signs) * np.sqrt(
            np.atleast_1d(self.GR) / (2 * np.pi)
        )
        W = np.stack(np.broadcast_arrays(left, right, np.zeros(levels))[:2], -1)
        H = E0[..., None] * np.eye(levels)
        return resonant(energy, H.astype(complex), W.astype(complex))
