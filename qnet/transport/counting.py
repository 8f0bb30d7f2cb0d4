r"""Counting statistics: cumulants and distribution of the transferred charge.

Electrons are counted where a reservoir receives them, so that the first cumulant is
I/e, positive into the device.

References
----------
L. S. Levitov and G. B. Lesovik, JETP Lett. 58, 230 (1993).
L. S. Levitov, H. Lee, G. B. Lesovik, J. Math. Phys. 37, 4845 (1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev

from qnet.circuit import Ints
from qnet.constants import h_eV, kB_eV
from qnet.diagnostics import PhysicsError
from qnet.smatrix import Complex, Float
from qnet.transport.circuit_action import Conductor
from qnet.transport.continued import Saddle, lost
from qnet.transport.noise import Island, witness
from qnet.transport.occupations import fermi_occupations
from qnet.transport.panels import Values
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.saddle import settle
from qnet.transport.thermal import fermi, thermal_breaks

WINDINGS: Final = 16
"""Counting fields for each turn that a determinant can make: its phase is then
followed in steps far below π."""
FAINT: Final = 9.0
"""Standard deviations at which a Gaussian χ(λ) is below rounding."""
DEGREES: Final = (12, 24, 48)
"""Degrees of the Chebyshev series that are tried for the rate of the count."""
SMOOTH: Final = 1e-10
"""Last coefficients of a series that has converged, relative to the largest."""
ROUGH: Final = 1e-6
"""The same of one that cannot be used."""
LEFT_OUT: Final = 1e-7
"""Largest χ that may be left out."""
SHORTER: Final = 0.9
NEEDED: Final = 5.0
"""Where a saddle point is lost the circle is cut shorter, but not below this many
standard deviations of a Gaussian χ(λ)."""
WIDTH: Final = 12.0
"""Standard deviations on either side of the mean that a distribution covers."""


@dataclass(frozen=True, slots=True, eq=False)
class Cumulants:
    """Cumulants of the electrons that are received, each per unit of time.

    Attributes
    ----------
    value : (*sweep, order)
        C1, C2, … in 1/s. Current is e C1, noise 2 e² C2.
    excess : (*sweep,)
        Certificate of the energy integrals: error over tolerance.
    """

    value: Float
    excess: Float


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Probability of each number of transferred electrons.

    Attributes
    ----------
    first : (*sweep,)
        Number that the first probability belongs to.
    probability : (*sweep, numbers)
    excess : (*sweep,)
        Certificate of the energy integrals: error over tolerance.
    floor : float
        Probabilities below this are not resolved.
    """

    first: Ints
    probability: Float
    excess: Float
    floor: float = 0.0


def cumulants(
    conductor: Conductor, counted: Float, order: int = 4, rtol: float = 1e-10
) -> Cumulants:
    """Cumulants of the charge that held reservoirs receive.

    Dephasing probes, floating reservoirs and resistors answer at the saddle point.

    Parameters
    ----------
    conductor : Conductor
    counted : (n,)
        Weight of each reservoir in the count: 1 at one reservoir counts its electrons.
    order : int
        Highest cumulant, 1 to 4.
    rtol : float
        Tolerance of the energy integrals.

    Raises
    ------
    PhysicsError
        QN560, see `qnet.transport.saddle.settle`.
    """
    settled = settle(conductor, counted, order, rtol)
    factors = np.array([factorial(k) for k in range(order + 1)])
    value = np.moveaxis(settled.value, 0, -1) * factors / h_eV
    return Cumulants(value[..., 1:], settled.excess)


def log_generating(
    islands: Sequence[Island], filling: Float, counted: Float, angles: Float
) -> Complex:
    """Logarithm ln det[1 + F (S†ΛSΛ⁻¹ - 1)] along a path of counting fields.

    Parameters
    ----------
    islands : sequence of Island
    filling : (*sweep, nE, n)
    counted : (n,)
        Weight of each reservoir.
    angles : (k,)
        Counting fields λ, ascending from 0 in steps small enough to follow the phase.

    Returns
    -------
    (*sweep, nE, k)
        The branch that is continuous from ln 1 = 0 on.
    """
    total = np.zeros((), complex)
    for island in islands:
        total = total + _island_logarithm(island, filling, counted, angles)
    return total


def _island_logarithm(
    island: Island, filling: Float, counted: Float, angles: Float
) -> Complex:
    out = np.exp(1j * counted[island.outgoing] * angles[:, None, None])
    into = np.exp(-1j * counted[island.incoming] * angles[:, None, None])
    S = island.S[None]
    lead = (1,) * (S.ndim - 4)
    received = out.reshape(*out.shape[:2], *lead, -1, 1)
    emitted = into.reshape(*into.shape[:2], *lead, 1, -1)
    W = np.swapaxes(S.conj(), -1, -2) @ (received * S) * emitted
    filled = np.moveaxis(filling[..., island.incoming], -2, 0)[..., None]
    one = np.eye(W.shape[-1])
    sign, size = np.linalg.slogdet(one + filled * (W - one))
    phase = np.unwrap(np.angle(sign), axis=0)
    return np.moveaxis((size + 1j * phase).sum(1), 0, -1)


def distribution(
    conductor: Conductor, counted: Float, time: float, rtol: float = 1e-10
) -> Distribution:
    """Probability that reservoirs have received n electrons after some time.

    Parameters
    ----------
    conductor : Conductor
        Dephasing probes and floating voltages take the saddle point that continues
        their mean values, see `qnet.transport.continued`.
    counted : (n,)
        Whole numbers: the weight of each reservoir in the count.
    time : float
        s; long compared with h/eV and h/k_BT.
    rtol : float
        Tolerance of the energy integrals.

    Raises
    ------
    PhysicsError
        QN560 as for cumulants; QN561 where a saddle point cannot be followed.
    """
    floor = 0.0
    has_probes = len(conductor.floating) or len(conductor.dephasing)
    rates = cumulants(conductor, counted, 2, rtol).value * time
    mean, spread = rates[..., 0], np.sqrt(np.maximum(rates[..., 1], 0.0))
    reach = int(np.ceil(WIDTH * spread.max() + WIDTH))
    if has_probes:
        numbers = 2 * reach + 1
        angles = 2 * np.pi * np.arange(numbers // 2 + 1) / numbers
        logarithm, excess, floor = _continued(
            conductor, counted, time, angles, spread, rtol
        )
    else:
        numbers = 2 * max(reach, WINDINGS * _channels(conductor)) + 1
        angles = 2 * np.pi * np.arange(numbers // 2 + 1) / numbers
        logarithm, excess = _held(conductor, counted, time, angles, rtol)
    first = np.rint(mean).astype(np.intp) - numbers // 2
    chi = np.exp(logarithm - 1j * angles * first[..., None])
    # χ(-λ) = χ(λ)*, so that the probabilities are real
    probability = np.fft.irfft(chi.conj(), numbers, axis=-1)
    return Distribution(first, probability, excess, floor)


def _held(
    conductor: Conductor, counted: Float, time: float, angles: Float, rtol: float
) -> tuple[Complex, Float]:
    """Ln χ (*sweep, k) between held reservoirs, energy by energy; quadrature error."""
    mu, temperature = conductor.mu, conductor.temperature
    scale = conductor.degeneracy * time / h_eV

    def integrand(energy: Float) -> tuple[Values, Complex]:
        sources = conductor.islands(energy)
        held = fermi_occupations(energy, mu, temperature)
        logarithm = log_generating(sources, held.filled, counted, angles)
        return scale * logarithm, held.activity[..., None] * witness(sources)

    integral = integrate_guarded(
        integrand,
        thermal_breaks(mu, temperature),
        rtol=rtol,
        atol=rtol,
        entries=8 * len(angles) * _channels(conductor) ** 2,
    )
    return np.asarray(integral.value, complex), integral.excess


def _continued(
    conductor: Conductor,
    counted: Float,
    time: float,
    angles: Float,
    spread: Float,
    rtol: float,
) -> tuple[Complex, Float, float]:
    """The same with probes as far as χ matters, and χ where it was left out.

    From Chebyshev nodes of the rate. Beyond a point of the circle where the saddle
    point is lost, as where a dephasing probe's action branches, χ is left out if it is
    small there.
    """
    saddle = Saddle(conductor, counted, rtol)
    end = min(np.pi, FAINT / max(float(spread.min()), 1e-300))
    astray: PhysicsError | None = None
    while True:
        try:
            rate = _series(saddle, end)
        except PhysicsError as error:
            astray, end = error, SHORTER * end
            if end * spread.min() < NEEDED:
                raise
            continue
        grown = chebyshev.chebint(rate, lbnd=-1, scl=end / 2)
        last = (1j * time / h_eV * grown.sum(0)).real.max(initial=-np.inf)
        if end >= np.pi or last < -(FAINT**2) / 4 or astray is not None:
            break
        end = min(np.pi, 1.5 * end)
    floor = 0.0 if end >= np.pi else float(np.exp(last))
    if astray is not None and floor > LEFT_OUT:
        raise astray
    logarithm = 1j * time / h_eV * chebyshev.chebval(2 * angles / end - 1, grown)
    return np.where(angles <= end, logarithm, -np.inf), saddle.excess, floor


def _series(saddle: Saddle, end: float) -> Complex:
    """Chebyshev coefficients (degree + 1, *sweep) of the rate of the count on 0 … λ."""
    for degree in DEGREES:
        nodes = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))[::-1]
        rates = saddle.rates(end * (nodes + 1) / 2)
        flat = rates.reshape(-1, degree + 1).T
        coefficients = chebyshev.chebfit(nodes, flat, degree)
        size = np.maximum(abs(coefficients).max(0), 1e-300)
        tail = (abs(coefficients[-2:]).max(0) / size).max(initial=0.0)
        if tail < SMOOTH:
            break
    if tail > ROUGH:
        raise lost(
            "the generating function is not smooth along the circle of counting fields",
            "count for a longer time, which needs smaller ones",
        )
    return np.asarray(coefficients.reshape(-1, *rates.shape[:-1]), complex)


def _channels(conductor: Conductor) -> int:
    """Channels of the largest island."""
    energy = conductor.mu[..., :1]
    return max(island.S.shape[-1] for island in conductor.islands(energy))


def fluctuation_theorem_defect(
    islands: Sequence[Island],
    turned: Sequence[Island],
    energy: Float,
    mu: Float,
    temperature: Float,
) -> Float:
    """Largest failure of the fluctuation theorem at given energies, an audit.

    At one temperature P(n; B) / P(-n; -B) = exp(-Σ n_a μ_a / k_BT) for the electrons
    that reservoirs receive, energy by energy: the action for real fields ξ equals that
    for μ/k_BT - ξ at the reversed magnetic field.

    Parameters
    ----------
    islands, turned : sequence of Island
        All islands at B and all at -B, so that every reservoir receives as many
        channels as it emits; S (island, *sweep, nE, out, in).
    energy : (*sweep, nE)
        eV.
    mu : (*sweep, n)
        eV; some k_BT apart at most, or the weights leave the range of numbers.
    temperature : (*sweep,)
        K, of all reservoirs.

    Returns
    -------
    (*sweep,)
        Difference of the logarithms.

    References
    ----------
    J. Tobiska and Yu. V. Nazarov, Phys. Rev. B 72, 235328 (2005).
    K. Saito and Y. Utsumi, Phys. Rev. B 78, 115429 (2008).
    """
    T = np.asarray(temperature)[..., None]
    reduced = mu / (kB_eV * T)
    filling = fermi(energy[..., None], mu[..., None, :], T[..., None])
    fields = np.linspace(-0.5, 0.5, mu.shape[-1])
    ahead = _real_logarithm(islands, fields, filling)
    back = _real_logarithm(turned, reduced - fields, filling)
    return np.abs(ahead - back).max(-1)


def _real_logarithm(islands: Sequence[Island], fields: Float, filling: Float) -> Float:
    """Action at real counting fields ξ, (*sweep, nE), where no determinant vanishes."""
    # a common shift of all fields changes nothing
    fields = fields - fields.mean(-1, keepdims=True)
    total = np.zeros(())
    for island in islands:
        S, out, into = island.S, island.outgoing, island.incoming
        received = np.moveaxis(np.exp(fields[..., out]), -2, 0)[..., None, :, None]
        emitted = np.moveaxis(np.exp(-fields[..., into]), -2, 0)[..., None, None, :]
        W = np.swapaxes(S.conj(), -1, -2) @ (received * S) * emitted
        filled = np.moveaxis(filling[..., into], -2, 0)[..., None]
        one = np.eye(W.shape[-1])
        total = total + np.linalg.slogdet(one + filled * (W - one))[1].sum(0)
    return total
