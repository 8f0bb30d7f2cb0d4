"""Chaotic cavity: a random scattering matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.ensembles import behind_barriers, circular, drawn
from qnet.registry import Counts, Real, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("cavity", pins=())
@dataclass(frozen=True, eq=False, kw_only=True)
class Cavity:
    """Chaotic cavity, S drawn from a circular ensemble, the same at every energy.

               ╭────────╮
         1  ───┤  chaos ├───  2
               ╰───┬────╯
                   3 …

    `beta` is 1 with time reversal (COE), 2 without (CUE), 4 with spin-orbit coupling
    (CSE; for spin-resolved circuits, `nch` counts orbital channels). Contacts that are
    not ideal stand as barriers before the leads: S follows the Poisson kernel. The same
    `seed` gives the same cavity; a Monte-Carlo run draws a new one each time.

    References
    ----------
    R. A. Jalabert, J.-L. Pichard and C. W. J. Beenakker, Europhys. Lett. 27, 255
    (1994).
    H. U. Baranger and P. A. Mello, Phys. Rev. Lett. 73, 142 (1994).
    P. W. Brouwer, Phys. Rev. B 51, 16878 (1995).
    """

    nch: tuple[int, ...] | None = param(
        None, low=1, kind="int", axes=("pin",), structural=True, doc="channels per pin"
    )
    beta: int = param(1, low=1, high=4, kind="int", structural=True, doc="1, 2 or 4")
    seed: Real = param(low=0, doc="whole number that fixes the cavity")
    contacts: Real = param(
        1.0, low=0, high=1, axes=("pin",), doc="transmission of each contact"
    )
    pins: int = param(2, low=1, kind="int", structural=True, state="pins")
    sample: Real = param(0.0, low=0, state="sample")
    reversed: bool = param(False, structural=True, state="opposite")

    def __post_init__(self) -> None:
        listed = np.shape(np.atleast_1d(self.contacts))[-1]
        if len(self._counts) != self.pins or listed not in {1, self.pins}:
            message = f"nch= and contacts= need one entry for each of {self.pins} pins"
            raise refuse(NetlistError, "QN344", message)
        if self.beta == 3:
            message = "beta=3 is no symmetry class"
            raise refuse(NetlistError, "QN347", message, help="1, 2 or 4")

    @property
    def spinful(self) -> bool:
        """Whether channels come with both spins."""
        return self.beta == 4

    @property
    def ports(self) -> tuple[str, ...]:
        """All pins, by number."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    def channels(self) -> Counts:
        """Give the channels of each pin, twice with spin."""
        spins = 2 if self.spinful else 1
        return tuple((spins * n, spins * n) for n in self._counts)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of this cavity."""
        total = sum(self._counts)
        seeds = np.asarray(self.seed) + unvaried(energy)
        S = drawn(
            lambda stream: circular(np.random.default_rng(stream), total, self.beta),
            seeds,
            self.sample,
        )
        if np.any(np.asarray(self.contacts) < 1):
            T = np.broadcast_to(
                self.contacts, (*np.shape(self.contacts)[:-1], self.pins)
            )
            spins = 2 if self.spinful else 1
            S = behind_barriers(S, np.repeat(T, np.multiply(spins, self._counts), -1))
        return np.swapaxes(S, -1, -2) if self.reversed and self.beta == 2 else S

    @property
    def _counts(self) -> tuple[int, ...]:
        return (1,) * self.pins if self.nch is None else tuple(self.nch)
