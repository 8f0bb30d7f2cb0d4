"""Majorana bound states at the ends of a topological superconductor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.registry import Counts, Real, param, scatterer
from qnet.smatrix import Complex, Float, resonant


@scatterer("majorana", pins=(1, 2))
@dataclass(frozen=True, eq=False, kw_only=True)
class Majorana:
    r"""Pair of Majorana states, one at each end of a grounded superconductor.

         1 ──┆γ₁ ▒▒▒▒▒▒ γ₂┆── 2

    In the basis of γ₁, γ₂ and of electron and hole in each lead,

    .. math:: H = \begin{pmatrix} 0 & iE_M \\ -iE_M & 0 \end{pmatrix}, \qquad
        W_{j} = \sqrt{G_j/2\pi}\,(1, 1),

    .. math:: S = 1 - 2\pi i\, W^\dagger (E - H + i\pi W W^\dagger)^{-1} W,

    E from the condensate's chemical potential. One state alone, E_M = 0, reflects
    electrons as holes with probability G²/(E² + G²): its conductance at E = 0 is 2e²/h.
    Each pin has two channels, electron and hole in turn, without spin.

    References
    ----------
    K. T. Law, P. A. Lee and T. K. Ng, Phys. Rev. Lett. 103, 237001 (2009).
    K. Flensberg, Phys. Rev. B 82, 180516 (2010).
    J. Nilsson, A. R. Akhmerov and C. W. J. Beenakker, Phys. Rev. Lett. 101, 120403
    (2008).
    """

    G: Real = param(unit="eV", low=0, axes=("pin",), doc="width to each lead")
    EM: Real = param(0.0, unit="eV", doc="splitting, half the distance of the pair")
    pins: int = param(1, low=1, high=2, kind="int", structural=True, state="pins")
    reversed: bool = param(False, structural=True, state="reversed")

    spin_counted = True
    nambu = True

    def __post_init__(self) -> None:
        listed = np.shape(np.atleast_1d(self.G))[-1]
        if listed not in {1, self.pins}:
            message = f"'G' lists {listed} widths for {self.pins} pins"
            raise refuse(NetlistError, "QN344", message)

    @property
    def ports(self) -> tuple[str, ...]:
        """One pin for each state that a lead touches."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    def channels(self) -> Counts:
        """Give electron and hole, both ways at each pin."""
        return ((2, 2),) * self.pins

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes between electrons and holes."""
        width = np.atleast_1d(np.asarray(self.G, float))
        couplings = np.sqrt(
            np.broadcast_to(width, (*width.shape[:-1], self.pins)) / (2 * np.pi)
        )
        W = np.zeros((*couplings.shape[:-1], 2, 2 * self.pins), complex)
        for n in range(self.pins):
            W[..., n, 2 * n : 2 * n + 2] = couplings[..., n, None]
        EM = np.asarray(self.EM)[..., None, None]
        H = EM * np.array([[0, 1j], [-1j, 0]])
        return resonant(energy, H.conj() if self.reversed else H, W)
