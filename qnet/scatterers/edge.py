"""Chiral edge channels of a quantum Hall conductor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qnet.constants import hbar_eV
from qnet.diagnostics import NetlistError, PhysicsError, refuse
from qnet.modelling.parts import leak, with_probes
from qnet.phases import phase_factor
from qnet.registry import Counts, Part, Real, param, scatterer
from qnet.smatrix import Bool, Complex, Float, spread, unvaried


@scatterer("edge", letter="E", flags={"anomalous": {"anomalous": True}, "forward": {}})
@dataclass(frozen=True, eq=False, kw_only=True)
class ChiralEdge:
    r"""Edge channels that run one way: for B > 0 from the first pin to the second.

         source  ═══▶═══  drain

    .. math:: s = e^{i(\phi + E L/\hbar v + 2\pi\Phi/\Phi_0)}

    in each of `nu` channels. The field turned round turns the edge round; with the
    flag ``anomalous`` the magnetization does. Phase is lost over `lphi`, channel by
    channel and ``forward``, as it cannot be otherwise; over `leq` the channels come to
    one distribution.

    References
    ----------
    M. Büttiker, Phys. Rev. B 38, 9375 (1988).
    """

    nu: int = param(1, low=1, kind="int", structural=True, doc="edge channels")
    phase: Real = param(0.0, unit="rad", doc="phase of each channel")
    flux: Real = param(0.0, unit="Phi0", odd=True, doc="Aharonov-Bohm flux")
    L: Real | None = param(None, unit="m", low=0, doc="length")
    v: Real | None = param(None, unit="m/s", above=0, doc="velocity: phase E L/ħv")
    lphi: Real | None = param(
        None, unit="m", above=0, doc="decay length of coherent probability"
    )
    leq: Real | None = param(
        None, unit="m", above=0, doc="equilibration length between the channels"
    )
    slices: int = param(
        1, low=1, high=100_000, kind="int", structural=True, doc="probes along the edge"
    )
    anomalous: bool = param(
        False, kind="flag", structural=True, doc="its sense follows the magnetization"
    )
    sign_B: int = param(1, kind="int", structural=True, state="sign B")
    sign_M: int = param(1, kind="int", structural=True, state="sign M")

    ports = ("source", "drain")
    diagonal = True
    only_turns = True

    def __post_init__(self) -> None:
        if self.L is None:
            for key in ("v", "lphi", "leq"):
                if getattr(self, key) is not None:
                    message = f"'{key}' needs the length of the edge"
                    raise refuse(NetlistError, "QN340", message, help="add L=")

    @property
    def sense(self) -> int:
        """+1 from the first pin to the second, -1 back.

        Raises
        ------
        PhysicsError
            QN510: nothing gives the edge a sense.
        """
        sense = self.sign_M if self.anomalous else self.sign_B
        if sense == 0:
            state, card = (
                ("magnetization", ".magnetization 1")
                if self.anomalous
                else ("field", ".field 5T")
            )
            raise refuse(
                PhysicsError,
                "QN510",
                f"a chiral edge has no sense without a {state}",
                help=f"add `{card}`, or use W for a channel that runs both ways",
            )
        return sense

    def channels(self) -> Counts:
        """Give half-channels: in at one end, out at the other."""
        incoming, outgoing = (self.nu, 0), (0, self.nu)
        return (incoming, outgoing) if self.sense > 0 else (outgoing, incoming)

    def pattern(self) -> Bool:
        """Couple one pin to the other, the one way."""
        onward = np.array([[False, False], [True, False]])
        return onward if self.sense > 0 else onward.T

    def parts(self) -> tuple[Part, ...]:
        """Give the slices and their probes; nothing without `lphi` and `leq`."""
        if self.L is None:
            return ()
        probes: dict[str, dict[str, Any]] = {}
        if self.lphi is not None:
            eps = leak(self.L, self.lphi, self.slices)
            probes["p"] = {"N": self.nu, "eps": eps, "type": "dephasing", "mix": 0}
        if self.leq is not None:
            eps = leak(self.L, self.leq, self.slices)
            probes["q"] = {"N": self.nu, "eps": eps, "type": "voltage", "mix": 1}
        return with_probes(self._fraction, probes, self.slices) if probes else ()

    def softness(self) -> Float:
        """Energy in eV over which the phase turns by one, infinite if it does not."""
        if self.v is None:
            return np.full(1, np.inf)
        time = np.atleast_1d(np.asarray(self.L) / np.asarray(self.v))
        return np.divide(hbar_eV, time, out=np.full(time.shape, np.inf), where=time > 0)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes from where the edge begins to where it ends."""
        turn = 2 * np.pi * self.sense * np.asarray(self.flux)
        phase = self.phase + turn + unvaried(energy)
        if self.v is not None:
            phase = phase + energy * (np.asarray(self.L) / (hbar_eV * self.v))
        return spread([[phase_factor(phase)[..., None] * np.ones(self.nu)]])

    def _fraction(self, share: float) -> ChiralEdge:
        return replace(
            self,
            phase=np.multiply(self.phase, share),
            flux=np.multiply(self.flux, share),
            L=None if self.L is None else np.multiply(self.L, share),
            lphi=None,
            leq=None,
            slices=1,
        )
