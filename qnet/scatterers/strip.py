"""Strip of a two-dimensional conductor on a lattice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import Phi0
from qnet.diagnostics import NetlistError, refuse
from qnet.limits import within
from qnet.modelling.ensembles import drawn
from qnet.modelling.tight_binding import strip_smatrix
from qnet.registry import Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("strip")
@dataclass(frozen=True, eq=False, kw_only=True)
class Strip:
    r"""Tight-binding strip with hopping t on a square lattice of constant a.

         left  ┄┄┏━━━━━━━┓┄┄  right
               ┄┄┗━━━━━━━┛┄┄

    Near the bottom of its band it is a conductor of mass ħ²/2ta². Sites have energies
    spread evenly over `disorder`; a field is a phase :math:`2\pi B a^2 y/\Phi_0` on
    each step along the strip, x to the right, between its end faces. The channels are
    the sine modes of clean leads as wide as the strip, without a field: all of them,
    the closed ones reflecting.

    References
    ----------
    D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981).
    P. A. Lee and D. S. Fisher, Phys. Rev. Lett. 47, 882 (1981).
    """

    width: float = param(unit="m", above=0, structural=True, doc="width")
    length: float = param(unit="m", low=0, structural=True, doc="length")
    t: Real = param(1.0, unit="eV", above=0, doc="hopping")
    a: float = param(1e-9, unit="m", above=0, structural=True, doc="lattice constant")
    disorder: Real = param(0.0, unit="eV", low=0, doc="spread of the site energies")
    seed: Real | None = param(None, low=0, doc="whole number that fixes the disorder")
    bottom: Real = param(0.0, unit="eV", doc="bottom of the two-dimensional band")
    B: Real = param(0.0, unit="T", state="B")
    sample: Real = param(0.0, low=0, state="sample")

    ports = ("left", "right")

    def __post_init__(self) -> None:
        rows, columns = self._sites
        within("port channels", rows)
        within("elements", rows * columns)
        if np.any(self.disorder) and self.seed is None:
            message = "'disorder' without 'seed' would differ from run to run"
            raise refuse(NetlistError, "QN349", message, help="add seed=1")

    @property
    def _sites(self) -> tuple[int, int]:
        rows, columns = self.width / self.a, self.length / self.a
        return max(round(rows), 1), round(columns) + 1

    def channels(self) -> Counts:
        """Give one channel a row of sites, both ways at both ends."""
        return both_ways(self._sites[0], 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes between the modes of the leads."""
        rows, columns = self._sites
        hopping = np.asarray(self.t, float)
        sites = np.full((1,) * (np.ndim(energy) + 2), 4.0)
        if self.seed is not None:
            drawn_sites = drawn(
                lambda stream: np.random.default_rng(stream).uniform(
                    -0.5, 0.5, (columns, rows)
                ),
                np.asarray(self.seed) + unvaried(energy),
                self.sample,
            )
            spread = (np.asarray(self.disorder) / hopping)[..., None, None]
            sites = sites + spread * drawn_sites
        sites = np.broadcast_to(sites, (*sites.shape[:-2], columns, rows))
        middle = np.arange(rows) - (rows - 1) / 2
        turn = 2 * np.pi * self.a**2 / Phi0 * np.asarray(self.B)[..., None] * middle
        above = (np.asarray(energy) - np.asarray(self.bottom)) / hopping
        return strip_smatrix(above, sites, -np.exp(1j * turn))
