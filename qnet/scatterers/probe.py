"""Büttiker's probe in line with a wire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnet.limits import within
from qnet.modelling.imported import port_pattern
from qnet.registry import (
    INFER,
    Counts,
    OwnReservoir,
    Real,
    ReservoirKind,
    both_ways,
    counted,
    param,
    scatterer,
)
from qnet.smatrix import Bool, Complex, Float, spread, unvaried

KINDS = {
    "voltage": ReservoirKind.NORMAL,
    "thermal": ReservoirKind.THERMAL,
    "dephasing": ReservoirKind.DEPHASING,
}


@scatterer("probe", letter="P", flags={"forward": {"forward": True}})
@dataclass(frozen=True, eq=False, kw_only=True)
class InLineProbe:
    r"""Probe that takes part of what passes, and gives it back without its phase.

                 (P)
                  │
         left  ───┴───  right

    Each passing channel leaks with probability :math:`\epsilon` into a reservoir:

    .. math:: \begin{pmatrix} b_{out} \\ b_P \end{pmatrix} =
        \begin{pmatrix} \sqrt{1-\epsilon} & \sqrt{\epsilon} \\
        \sqrt{\epsilon} & -\sqrt{1-\epsilon} \end{pmatrix}
        \begin{pmatrix} a_{in} \\ a_P \end{pmatrix}

    once for left to right and once for right to left. One reservoir for both directions
    re-emits both ways and so randomises momentum; with the flag ``forward`` each
    direction has its own. ``mix=0`` gives each channel its own, and each spin in a
    spin-resolved circuit.

    References
    ----------
    M. Büttiker, Phys. Rev. B 33, 3020 (1986); IBM J. Res. Dev. 32, 63 (1988).
    J. L. D'Amato and H. M. Pastawski, Phys. Rev. B 41, 7411 (1990).
    """

    N: int = param(
        INFER, low=1, kind="int", structural=True, doc="channels (1 with mix=0)"
    )
    eps: Real = param(low=0, high=1, doc="probability to leak, each passage")
    type: str = param(
        "voltage",
        kind="choice",
        choices=tuple(KINDS),
        structural=True,
        doc="what the reservoir is",
    )
    mix: int = param(
        1, low=0, high=1, kind="int", structural=True, doc="0: a reservoir per channel"
    )
    forward: bool = param(
        False, kind="flag", structural=True, doc="each direction has a reservoir"
    )
    temp: Real | None = param(None, unit="K", low=0, doc="temperature, else .temp")
    spin: int | str = param(1, state="spin", structural=True)
    reversed: bool = param(False, state="reversed", structural=True)

    @property
    def spinful(self) -> bool:
        """Whether the spins of a channel have reservoirs of their own."""
        return self.spin == "full" and not self.mix

    @property
    def ports(self) -> tuple[str, ...]:
        """Both pins, then the ports to the reservoirs: onward all, then back all."""
        if self.mix:
            return ("left", "right", "onward", "back")
        onward = (f"onward{n + 1}" for n in range(self._count))
        return ("left", "right", *onward, *(f"back{n + 1}" for n in range(self._count)))

    @property
    def diagonal(self) -> bool:
        """Whether channel n couples to channel n only, at every port."""
        return bool(self.mix) or self._count == 1

    def channels(self) -> Counts:
        """Give N at the pins; with ``mix=0`` it is 1 when left out."""
        if self.mix:
            return both_ways(self.N, 4)
        within("port channels", self._count)
        return (*both_ways(self._count, 2), *both_ways(1, 2 * self._count))

    def pattern(self) -> Bool:
        """Couple the two directions to themselves only."""
        if self.mix:
            return self._directions()
        counts = [outgoing or 0 for _, outgoing in self.channels()]
        return port_pattern(self.coupling(), counts)

    def coupling(self) -> Bool:
        """Couple each channel to itself only, within its direction."""
        couples = np.kron(self._directions(), np.eye(self._count, dtype=bool))
        return couples[np.ix_(self._order, self._order)]

    def own_reservoirs(self) -> tuple[OwnReservoir, ...]:
        """Give the reservoirs inside, by direction with ``forward``."""
        kind = KINDS[self.type]
        count = 1 if self.mix else self._count
        found = []
        for n in range(count):
            name = "" if self.mix else f"{n + 1}"
            onward, back = 2 + n, 2 + count + n
            if self.forward:
                dot = "." if name else ""
                found.append(OwnReservoir(f"{name}{dot}f", (onward,), kind, self.temp))
                found.append(OwnReservoir(f"{name}{dot}b", (back,), kind, self.temp))
            else:
                found.append(OwnReservoir(name, (onward, back), kind, self.temp))
        return tuple(found)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes; reversed in time, a reservoir serves the other direction."""
        eps = np.asarray(self.eps) + unvaried(energy)
        wide = np.ones((*eps.shape, self._count))
        leaks = np.sqrt(eps)[..., None] * wide
        stays = np.sqrt(1 - eps)[..., None] * wide
        none = 0 * wide
        S = spread(
            [
                [none, stays, none, leaks],
                [stays, none, leaks, none],
                [leaks, none, -stays, none],
                [none, leaks, none, -stays],
            ]
        )
        if not self.reversed:
            return S
        return np.swapaxes(S, -1, -2)[..., self._order, :][..., self._order]

    @property
    def _order(self) -> NDArray[np.intp]:
        """Channels, those to the reservoirs of either spin exchanged when reversed.

        Reversed in time a spin points the other way, but its reservoir keeps its name.
        """
        order = np.arange(4 * self._count)
        if self.spinful and self.reversed:
            order[2 * self._count :] ^= 1
        return order

    def _directions(self) -> Bool:
        """Couplings [out, in] of left, right, onward and back."""
        onward_out = np.array([False, True, True, False])
        onward_in = np.array([True, False, True, False])
        couples = onward_out[:, None] == onward_in
        return couples.T if self.reversed else couples

    @property
    def _count(self) -> int:
        return counted(self.N) * (2 if self.spinful else 1)
