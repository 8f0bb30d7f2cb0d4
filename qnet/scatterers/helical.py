"""Helical pair of edge channels of a quantum spin Hall insulator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.parts import leak, with_probes
from qnet.registry import Counts, Part, Real, both_ways, param, scatterer
from qnet.smatrix import Bool, Complex, Float, two_port, unvaried


@scatterer(
    "helical",
    letter="H",
    flags={"forward": {"randomise": False}, "randomise": {"randomise": True}},
)
@dataclass(frozen=True, eq=False, kw_only=True)
class HelicalPair:
    r"""Two channels that run against each other with opposite spins.

         left  ──↑──▶  right
               ◀──↓──

    .. math:: t = \sqrt{1-G}, \qquad r = i\sqrt{G}

    with G the probability of scattering back, zero as long as time reversal protects
    the pair. With `lphi` each direction loses its phase to a probe of its own, and the
    conductance stays (``forward``); with the flag ``randomise`` the probe is shared,
    flips spins, and the pair gains a resistance. Both partners are counted: one channel
    in and one out at each end.

    References
    ----------
    A. Roth et al., Science 325, 294 (2009).
    """

    G: Real | None = param(None, low=0, high=1, doc="backscattering probability (0)")
    L: Real | None = param(None, unit="m", low=0, doc="length")
    lphi: Real | None = param(
        None, unit="m", above=0, doc="decay length of coherent probability"
    )
    slices: int = param(
        1, low=1, high=100_000, kind="int", structural=True, doc="dephasing probes"
    )
    randomise: bool = param(
        False, kind="flag", structural=True, doc="probes flip spins, too"
    )

    ports = ("left", "right")
    diagonal = True
    spin_counted = True

    def __post_init__(self) -> None:
        if self.lphi is not None and self.L is None:
            message = "'lphi' needs the length of the pair"
            raise refuse(NetlistError, "QN340", message, help="add L=")

    def channels(self) -> Counts:
        """Give one in and one out at each end."""
        return both_ways(1, 2)

    def pattern(self) -> Bool:
        """Couple the ends; back to the same end only when `G` is given."""
        return np.array([[self.G is not None, True], [True, self.G is not None]])

    def parts(self) -> tuple[Part, ...]:
        """Give the slices and their probes; nothing without `lphi`."""
        if self.L is None or self.lphi is None:
            return ()
        fields = {
            "N": 1,
            "eps": leak(self.L, self.lphi, self.slices),
            "type": "dephasing",
            "mix": 0,
            "forward": not self.randomise,
        }
        return with_probes(self._fraction, {"p": fields}, self.slices)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of the pair."""
        G = 0.0 if self.G is None else np.asarray(self.G)
        back = (G + unvaried(energy))[..., None]
        return two_port(r=1j * np.sqrt(back), t=np.sqrt(1 - back))

    def _fraction(self, share: float) -> HelicalPair:
        """Incoherent shares of G/(1-G) add up to that of the whole."""
        G = None
        if self.G is not None:
            G = share * self.G / (1 - self.G + share * self.G)
        return replace(self, G=G, L=None, lphi=None, slices=1)
