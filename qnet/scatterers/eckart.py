"""Eckart barrier, or Pöschl-Teller well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import hbar2_2me
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, two_port


@scatterer("eckart")
@dataclass(frozen=True, eq=False, kw_only=True)
class Eckart:
    r"""Smooth barrier V0/cosh²(x/a), solved in closed form.

                  ╭──╮
         left  ───╯  ╰───  right

    With :math:`\hbar^2k^2/2m = E` from the bottom of the band and
    :math:`\lambda(\lambda + 1) = -2mV_0a^2/\hbar^2`,

    .. math:: t = \frac{\Gamma(1 + \lambda - ika)\,\Gamma(-\lambda - ika)}
        {\Gamma(1 - ika)\,\Gamma(-ika)}, \qquad
        r = \frac{i\sin\pi\lambda}{\sinh\pi ka}\,t,

    phases counted from the middle. Below the bottom nothing moves: r = -1.

    References
    ----------
    C. Eckart, Phys. Rev. 35, 1303 (1930).
    L. D. Landau and E. M. Lifshitz, Quantum Mechanics, 3rd ed. (1977), section 25.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    V0: Real = param(unit="eV", doc="height; negative for a well")
    a: Real = param(unit="m", above=0, doc="width")
    mass: Real = param(1.0, above=0, doc="effective mass in electron masses")
    bottom: Real = param(0.0, unit="eV", doc="bottom of the band")

    ports = ("left", "right")
    diagonal = True

    def channels(self) -> Counts:
        """Give N both ways at both ends."""
        return both_ways(self.N, 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes, the same in every channel."""
        from scipy.special import expit, loggamma

        above = np.asarray(energy) - np.asarray(self.bottom)
        scale = np.asarray(self.mass) * np.asarray(self.a) ** 2 / hbar2_2me
        opened = above > 0
        ka = np.sqrt(np.where(opened, above, 1.0) * scale)
        under = 0.25 - np.asarray(self.V0) * scale
        mu = np.sqrt(np.abs(under))
        lam = np.where(under < 0, -0.5 + 1j * mu, mu - 0.5 + 0j)
        # T = 1/(1 + y) by ln y: both hyperbolic functions overflow.
        sign, log_sine = _sine(under, mu)
        log_ratio = 2 * (log_sine - np.pi * ka - np.log(-np.expm1(-2 * np.pi * ka) / 2))
        turn = np.exp(
            1j
            * np.imag(
                loggamma(1 + lam - 1j * ka)
                + loggamma(-lam - 1j * ka)
                - loggamma(1 - 1j * ka)
                - loggamma(-1j * ka)
            )
        )
        t = np.where(opened, np.sqrt(expit(-log_ratio)) * turn, 0.0)
        r = np.where(opened, 1j * sign * np.sqrt(expit(log_ratio)) * turn, -1.0)
        wide = np.ones(self.N)
        return two_port(r=r[..., None] * wide, t=t[..., None] * wide)


def _sine(under: Float, mu: Float) -> tuple[Float, Float]:
    """Sign of sin πλ, and the logarithm of its size: -cosh πμ, or -cos πμ."""
    log_cosh = np.pi * mu + np.log1p(np.exp(-2 * np.pi * mu)) - np.log(2)
    cosine = np.cos(np.pi * mu)
    with np.errstate(divide="ignore"):  # no reflection at all is -inf, and right
        log_cosine = np.log(np.abs(cosine))
    barrier = under < 0
    sign = np.where(barrier | (cosine > 0), -1.0, 1.0)
    return sign, np.where(barrier, log_cosh, log_cosine)
