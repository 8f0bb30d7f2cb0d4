"""Quantum point contact: a saddle-shaped constriction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import e, hbar_eV, me, muB_eV
from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.mode_matching import abrupt_constriction
from qnet.modelling.partition import counted_by, refuse_unless_one
from qnet.modelling.spin import along, both_spins, on_both_spins
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port, unvaried


@scatterer("qpc", letter="Q", flags={"abrupt": {"abrupt": True}})
@dataclass(frozen=True, eq=False, kw_only=True)
class PointContact:
    r"""Saddle-point constriction between two leads.

         left  ═════  )(  ═════  right

    With :math:`\varepsilon_n = (E - V_0 - \hbar\omega_y(n + 1/2))/\hbar\omega_x`
    channel n passes with

    .. math:: t_n = \frac{e^{i\chi}}{\sqrt{1 + e^{-2\pi\varepsilon_n}}}, \qquad
        r_n = \frac{-i\,e^{i\chi}}{\sqrt{1 + e^{2\pi\varepsilon_n}}}, \qquad
        \chi = \varepsilon\ln|\varepsilon| - \varepsilon
        - \arg\Gamma(\tfrac12 + i\varepsilon),

    phases counted from the turning points. ``hwx=0`` is a sharp step. With `mass` the
    field of the netlist bends the orbits: :math:`\hbar\omega_y \to E_2` and
    :math:`\hbar\omega_x \to 2E_1` of Fertig and Halperin. `Tn` gives the transmissions
    themselves instead.

    Hard walls have subbands at :math:`V_0 + n^2 \hbar\omega_y`, n = 1, 2, …: with
    `taper`, the radius of their curvature over the width of the neck, adiabatic,

    .. math:: T_n = \left[1 + e^{-\pi^2 z_n\sqrt{2R/d}}\right]^{-1}, \qquad
        z_n = \sqrt{(E - V_0)/\hbar\omega_y} - n,

    or with the flag ``abrupt`` a channel `aspect` widths long between leads `wide`
    times as wide, whose N modes it mixes.

    With resolved spins, `gfactor` or `EZ` splits every step: spin
    :math:`\sigma = \pm 1` along `axis` meets a saddle higher by
    :math:`\sigma E_Z/2`, :math:`E_Z = g\mu_B B`, odd in the field.

    References
    ----------
    M. Büttiker, Phys. Rev. B 41, 7906 (1990); its ε is twice this one.
    H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987).
    K. W. Ford, D. L. Hill, M. Wakano and J. A. Wheeler, Ann. Phys. 7, 239 (1959).
    L. I. Glazman, G. B. Lesovik, D. E. Khmelnitskii and R. I. Shekhter, JETP Lett. 48,
    238 (1988).
    A. Szafer and A. D. Stone, Phys. Rev. Lett. 62, 300 (1989).
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    V0: Real = param(0.0, unit="eV", doc="height of the saddle")
    hwx: Real | None = param(None, unit="eV", low=0, doc="curvature along the flow")
    hwy: Real | None = param(None, unit="eV", above=0, doc="curvature across the flow")
    Tn: Real | None = param(
        None, low=0, high=1, axes=("channel",), doc="transmission of each channel"
    )
    mass: Real | None = param(
        None, above=0, doc="effective mass in electron masses, for a field"
    )
    B: Real = param(0.0, unit="T", state="B")
    taper: Real | None = param(
        None, low=0, doc="radius of the walls over the width of the neck"
    )
    abrupt: bool = param(
        False, kind="flag", structural=True, doc="hard walls with sharp corners"
    )
    wide: float = param(
        5.0, low=1, high=100, structural=True, doc="width of the leads (abrupt)"
    )
    aspect: Real = param(1.0, low=0, doc="length over width (abrupt)")
    gfactor: Real | None = param(None, doc="splits the spins by g µB B")
    EZ: Real | None = param(
        None, unit="eV", odd=True, doc="distance of the spins' steps, up minus down"
    )
    axis: Real = param(
        (0.0, 0.0, 1.0), axes=("component",), doc="direction of `gfactor` and `EZ`"
    )
    ref: None = param(None, kind="weights", doc="lever arms")

    ports = ("left", "right")

    def __post_init__(self) -> None:
        refuse_unless_one(
            hwx=self.hwx, Tn=self.Tn, taper=self.taper, abrupt=self.abrupt or None
        )
        self._check_splitting()
        if self.Tn is None and self.hwy is None:
            message = "'hwy' is missing: nothing sets the distance of the steps"
            raise refuse(NetlistError, "QN343", message, help="add hwy=")

    @property
    def spinful(self) -> bool:
        """Whether the spins are split, and channels come with both."""
        return self.gfactor is not None or self.EZ is not None

    @property
    def diagonal(self) -> bool:
        """Whether channel n couples to channel n only: unless abrupt or split."""
        return not (self.abrupt or self.spinful)

    def channels(self) -> Counts:
        """Give N both ways at both ends, twice with split spins; `Tn` counts, too."""
        count = counted_by(self.N, self.Tn)
        return both_spins(count) if self.spinful else both_ways(count, 2)

    def softness(self) -> Float:
        """Energy in eV over which the first channel opens."""
        if self.Tn is not None:
            return np.full(1, np.inf)
        if self.hwx is not None:
            return self._curvatures()[0]
        across = np.asarray(self.hwy, float)
        if self.taper is None:
            return across
        steepness = np.pi**2 * np.sqrt(2 * np.asarray(self.taper))
        return across * np.minimum(1.0, 2 / np.maximum(steepness, 2.0))

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of each channel; where spins are split, spin runs fastest."""
        if not self.spinful:
            return self._orbital(energy)
        spin, half = along(self.axis), self._splitting() / 2
        up, down = (self._orbital(np.asarray(energy) - s * half) for s in (1, -1))
        mean, difference = (up + down) / 2, (up - down) / 2
        return on_both_spins(mean, np.eye(2)) + on_both_spins(difference, spin)

    def _check_splitting(self) -> None:
        """Refuse a splitting given twice, or of transmissions that are fixed."""
        if not self.spinful:
            return
        along(self.axis)
        if self.gfactor is not None and self.EZ is not None:
            message = "'gfactor' and 'EZ' both split the spins"
            raise refuse(NetlistError, "QN341", message, help="keep one of them")
        if self.Tn is not None:
            key = "gfactor" if self.EZ is None else "EZ"
            message = f"'{key}' cannot shift the transmissions that 'Tn' fixes"
            raise refuse(NetlistError, "QN341", message, help="give hwx= and hwy=")

    def _splitting(self) -> Float:
        """E_Z in eV: by how much the step of spin up is higher."""
        if self.gfactor is None:
            return np.asarray(self.EZ, float)
        return np.asarray(self.gfactor) * muB_eV * np.asarray(self.B)

    def _orbital(self, energy: Float) -> Complex:
        """Amplitudes of each channel without spin."""
        if self.Tn is not None:
            T = np.asarray(self.Tn) + unvaried(energy)[..., None]
            return two_port(r=-1j * np.sqrt(1 - T), t=np.sqrt(T))
        along, across = self._curvatures()
        if self.taper is not None or self.abrupt:
            return self._hard_walls(energy)
        bottoms = np.asarray(self.V0)[..., None] + across[..., None] * (
            np.arange(self.N) + 0.5
        )
        return two_port(**_parabola(np.asarray(energy)[..., None] - bottoms, along))

    def _hard_walls(self, energy: Float) -> Complex:
        """Amplitudes of a taper, or of the mouths of a channel."""
        above = (np.asarray(energy) - np.asarray(self.V0)) / np.asarray(self.hwy)
        if self.abrupt:
            return abrupt_constriction(
                above, self.N, self.wide, np.asarray(self.aspect)
            )
        from scipy.special import expit

        z = np.sqrt(np.maximum(above, 0.0))[..., None] - np.arange(1, self.N + 1)
        steepness = np.pi**2 * np.sqrt(2 * np.asarray(self.taper))[..., None]
        T, R = expit(steepness * z), expit(-steepness * z)
        # Below the band nothing moves, and no tail of the formula either.
        closed = above[..., None] <= 0
        T, R = np.where(closed, 0.0, T), np.where(closed, 1.0, R)
        return two_port(r=-1j * np.sqrt(R), t=np.sqrt(T))

    def _curvatures(self) -> tuple[Float, Float]:
        """ħω_x and ħω_y, or what a field makes of them, eV."""
        along, across = np.asarray(self.hwx, float), np.asarray(self.hwy, float)
        if self.mass is None:
            return along, across
        cyclotron = hbar_eV * e * np.asarray(self.B) / (np.asarray(self.mass) * me)
        omega2 = cyclotron**2 + across**2 - along**2
        root = np.hypot(omega2, 2 * along * across)
        # The smaller of root ± Ω² by their product 4ω_x²ω_y²: no cancellation.
        large = root + np.abs(omega2)
        small = (2 * along * across) ** 2 / large
        grows = omega2 >= 0
        across = np.sqrt(np.where(grows, large, small) / 2)
        return np.sqrt(np.where(grows, small, large) / 2), across


def _parabola(above: Float, curvature: Float) -> dict[str, Complex]:
    """Amplitudes of a parabolic barrier at an energy `above` its top."""
    from scipy.special import expit

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eps = above / curvature[..., None]
    eps = np.where(np.isnan(eps), 0.0, eps)  # at the very top of a sharp step
    turn = np.exp(1j * _phase(eps))
    with np.errstate(over="ignore"):
        T, R = expit(2 * np.pi * eps), expit(-2 * np.pi * eps)
    return {"t": np.sqrt(T) * turn, "r": -1j * np.sqrt(R) * turn}


def _phase(eps: Float) -> Float:
    """χ = ε ln|ε| - ε - arg Γ(½ + iε), by Stirling's series where it is small."""
    from scipy.special import loggamma

    far = np.abs(eps) > 8
    y = 1 / np.where(far, eps, np.inf)
    y2 = y**2
    phase = -y * (1 / 24 + y2 * (7 / 2880 + y2 * (31 / 40320 + y2 * 127 / 430080)))
    is_near = ~far & (eps != 0)
    near = eps[is_near]
    exact = near * np.log(np.abs(near)) - near - loggamma(0.5 + 1j * near).imag
    phase[is_near] = exact
    return phase
