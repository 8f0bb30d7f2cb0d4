"""Spin filter: a magnetic barrier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.modelling.spin import along, both_spins, spin_two_port
from qnet.registry import INFER, Counts, Real, param, scatterer
from qnet.smatrix import Complex, Float, unvaried


@scatterer("filter")
@dataclass(frozen=True, eq=False, kw_only=True)
class SpinFilter:
    r"""Barrier with one transmission for each spin along its magnetization.

         left  ──┃↑┃──  right

    .. math:: t = i\sqrt{T_\uparrow}\,P_+ + i\sqrt{T_\downarrow}\,P_-, \qquad
        r = \sqrt{1-T_\uparrow}\,P_+ + \sqrt{1-T_\downarrow}\,P_-, \qquad
        P_\pm = \tfrac12(1 \pm \mathbf{n}\cdot\boldsymbol\sigma).

    References
    ----------
    M. Julliere, Phys. Lett. A 54, 225 (1975).
    J. C. Slonczewski, Phys. Rev. B 39, 6995 (1989).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="orbital channels")
    Tup: Real = param(low=0, high=1, doc="transmission of spin along the axis")
    Tdn: Real = param(low=0, high=1, doc="transmission of spin against it")
    axis: Real = param(
        (0.0, 0.0, 1.0), odd=True, axes=("component",), doc="magnetization"
    )

    ports = ("left", "right")
    spinful = True

    def __post_init__(self) -> None:
        along(self.axis)

    def channels(self) -> Counts:
        """Give 2N both ways at both ends."""
        return both_spins(self.N)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes; spin runs fastest."""
        rank = unvaried(energy)
        spin = along(self.axis)
        up, down = (np.eye(2) + spin) / 2, (np.eye(2) - spin) / 2
        Tup = (np.asarray(self.Tup) + rank)[..., None, None]
        Tdn = (np.asarray(self.Tdn) + rank)[..., None, None]
        t = 1j * (np.sqrt(Tup) * up + np.sqrt(Tdn) * down)
        r = np.sqrt(1 - Tup) * up + np.sqrt(1 - Tdn) * down
        return spin_two_port(r, t, t, self.N)
