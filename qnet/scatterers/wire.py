"""Coherent wire: a stretch of conductor that only turns phases."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qnet.constants import hbar_eV
from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.parts import leak, with_probes
from qnet.phases import phase_factor
from qnet.registry import (
    INFER,
    Counts,
    Part,
    Real,
    both_ways,
    counted,
    param,
    scatterer,
)
from qnet.smatrix import Bool, Complex, Float, two_port, unvaried


@scatterer(
    "wire",
    letter="W",
    flags={"forward": {"randomise": False}, "randomise": {"randomise": True}},
)
@dataclass(frozen=True, eq=False, kw_only=True)
class Wire:
    r"""Coherent wire.

         left  ────────  right

    A wave gathers

    .. math:: \varphi = \phi + kL + \frac{E L}{\hbar v} + \frac{E \tau}{\hbar}

    either way, and :math:`\pm 2\pi\Phi/\Phi_0` from the vector potential, plus from
    left to right. With `lphi` the wire has `slices` dephasing probes: each direction
    its own, which re-emit onward (``forward``), so that phase is lost and no momentum;
    with the flag ``randomise`` they re-emit both ways and the wire gains a resistance.

    References
    ----------
    Y. Aharonov and D. Bohm, Phys. Rev. 115, 485 (1959).
    M. Büttiker, Phys. Rev. B 33, 3020 (1986).
    """

    N: int = param(
        INFER, low=1, kind="int", structural=True, doc="channels (1 with lphi)"
    )
    phi: Real = param(0.0, unit="rad", doc="phase either way")
    k: Real | None = param(None, unit="1/m", doc="wave number")
    L: Real | None = param(None, unit="m", low=0, doc="length")
    v: Real | None = param(None, unit="m/s", above=0, doc="velocity: phase E L/ħv")
    tau: Real = param(0.0, unit="s", low=0, doc="time of flight: phase E tau/ħ")
    flux: Real = param(0.0, unit="Phi0", odd=True, doc="Aharonov-Bohm flux")
    lphi: Real | None = param(
        None, unit="m", above=0, doc="decay length of coherent probability"
    )
    slices: int = param(
        1, low=1, high=100_000, kind="int", structural=True, doc="dephasing probes"
    )
    randomise: bool = param(
        False, kind="flag", structural=True, doc="probes scatter back, too"
    )

    ports = ("left", "right")
    diagonal = True
    only_turns = True

    def __post_init__(self) -> None:
        if self.L is None:
            for key in ("k", "v", "lphi"):
                if getattr(self, key) is not None:
                    message = f"'{key}' needs the length of the wire"
                    raise refuse(NetlistError, "QN340", message, help="add L=")

    def channels(self) -> Counts:
        """Give N both ways at both ends; with `lphi` it is 1 when left out."""
        return both_ways(self.N if self.lphi is None else counted(self.N), 2)

    def pattern(self) -> Bool:
        """Couple each end to the other only."""
        return np.array([[False, True], [True, False]])

    def parts(self) -> tuple[Part, ...]:
        """Give the slices and their probes; nothing without `lphi`."""
        if self.L is None or self.lphi is None:
            return ()
        fields = {
            "N": counted(self.N),
            "eps": leak(self.L, self.lphi, self.slices),
            "type": "dephasing",
            "mix": 0,
            "forward": not self.randomise,
        }
        return with_probes(self._fraction, {"p": fields}, self.slices)

    def softness(self) -> Float:
        """Energy in eV over which the phase turns by one, infinite if it does not."""
        time = np.atleast_1d(np.asarray(self.tau, float))
        if self.v is not None:
            time = time + np.asarray(self.L) / np.asarray(self.v)
        return np.divide(hbar_eV, time, out=np.full(time.shape, np.inf), where=time > 0)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes e^{i(φ ± 2πΦ)}."""
        phase = self.phi + unvaried(energy)
        if self.k is not None:
            phase = phase + np.asarray(self.k) * np.asarray(self.L)
        if self.v is not None:
            phase = phase + energy * (np.asarray(self.L) / (hbar_eV * self.v))
        if np.any(self.tau):
            phase = phase + energy * (np.asarray(self.tau) / hbar_eV)
        t = t_back = self._in_all_channels(phase)
        if np.any(self.flux):
            turn = 2 * np.pi * np.asarray(self.flux)
            t = self._in_all_channels(phase + turn)
            t_back = self._in_all_channels(phase - turn)
        return two_port(r=0.0, t=t, t_back=t_back)

    def _in_all_channels(self, phase: Float) -> Complex:
        t = phase_factor(phase)[..., None]
        return np.broadcast_to(t, (*t.shape[:-1], counted(self.N)))

    def _fraction(self, share: float) -> Wire:
        return replace(
            self,
            N=counted(self.N),
            phi=np.multiply(self.phi, share),
            L=None if self.L is None else np.multiply(self.L, share),
            tau=np.multiply(self.tau, share),
            flux=np.multiply(self.flux, share),
            lphi=None,
            slices=1,
        )
