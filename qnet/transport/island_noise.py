"""Energy integrals of noise: what islands alone drive into their reservoirs.

Where amplitudes do not depend on energy, only overlaps ∫(f_c - f_0)(f_d - f_0) dE of
the occupations enter. Their matrix is positive and of low rank: a few of its
eigenvectors replace hundreds of energies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from qnet.circuit import Ints
from qnet.constants import Gq, e, kB_eV
from qnet.smatrix import Complex, Float
from qnet.transport.noise import (
    Island,
    dephased_kernel,
    exchange_laplacian,
    noise_kernel,
    transmission,
    witness,
)
from qnet.transport.occupations import Occupations, fermi_occupations
from qnet.transport.panels import Mesh, Values
from qnet.transport.quadrature import BUDGET, integrate, integrate_guarded
from qnet.transport.thermal import thermal_breaks
from qnet.transport.transmission import eliminate

WORKSPACE: Final = 8
"""Arrays of all pairs of reservoirs that are held at once for each energy."""
NEGLIGIBLE_MODE: Final = 1e-3
"""Eigenvalues of the overlaps below this share of the tolerance are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Bias:
    """Islands between reservoirs at given voltages and temperatures.

    Attributes
    ----------
    islands : callable
        Energies (*points, nE) in eV to islands; ``sample.smatrix`` is one.
    mu, temperature : (*sweep, n)
        eV, K of every reservoir; those of dephasing probes are not read.
    dephasing : (g,)
        Reservoirs that take up no current at any energy.
    is_frozen : bool
        Dephasing probes keep their mean occupations, and charge is lost to them.
    degeneracy : int
        Channels counted as one in the netlist.
    """

    islands: Callable[[Float], Sequence[Island]]
    mu: Float
    temperature: Float
    dephasing: Ints
    is_frozen: bool = False
    degeneracy: int = 1

    @property
    def size(self) -> int:
        """Number of reservoirs."""
        return self.mu.shape[-1]

    @property
    def kept(self) -> Ints:
        """Reservoirs that have a voltage."""
        return np.setdiff1d(np.arange(self.size), self.dephasing)

    def breaks(self) -> Float:
        """Break points (*sweep, k) of the Fermi functions, eV."""
        mu, temperature = np.broadcast_arrays(self.mu, self.temperature)
        return thermal_breaks(mu[..., self.kept], temperature[..., self.kept])

    def occupations(
        self, energy: Float, share: Float | None
    ) -> tuple[Occupations, Float]:
        """Occupations (*sweep, nE, n), and the weight (*sweep, nE) of an energy."""
        # whatever stands at the probes, finite or not, must not reach the arithmetic
        every = np.arange(self.size)
        stand_in = np.where(np.isin(every, self.dephasing), self.kept[0], every)
        mu, temperature = np.broadcast_arrays(self.mu, self.temperature)
        held = fermi_occupations(energy, mu[..., stand_in], temperature[..., stand_in])
        weight = held.activity
        if share is not None:
            held = held.with_probes(share, self.dephasing)
        return held, weight

    def probes_share(self, P: Float) -> Float | None:
        """Weights of the other reservoirs in each dephasing probe."""
        return eliminate(P, self.dephasing).share if len(self.dephasing) else None

    def answered(self, kernel: Float, P: Float) -> Float:
        """Noise between the kept reservoirs, dephasing probes answering."""
        if len(self.dephasing) and not self.is_frozen:
            return dephased_kernel(kernel, P, self.dephasing)
        return kernel[..., self.kept[:, None], self.kept]

    def in_si(self, integral: Values) -> Float:
        """Integrals between kept reservoirs, in eV, as A²/Hz between all."""
        found = 2 * self.degeneracy * Gq * e * np.asarray(integral, float)
        whole = np.zeros((*found.shape[:-2], self.size, self.size))
        whole[..., self.kept[:, None], self.kept] = found
        return whole


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Correlations of the currents that islands drive into fixed reservoirs.

    Attributes
    ----------
    charge : (*sweep, n, n)
        S_ab of charge currents, A²/Hz, one-sided; zero at dephasing probes.
    excess : (*sweep,)
        Certificate of the energy integral: error over tolerance.
    """

    charge: Float
    excess: Float


@dataclass(frozen=True, slots=True, eq=False)
class HeatNoise:
    """Correlations of charge and heat currents into fixed reservoirs.

    Attributes
    ----------
    charge : (*sweep, n, n)
        S_ab of charge currents, A²/Hz, one-sided; zero at dephasing probes.
    charge_heat : (*sweep, n, n)
        Charge current at the first, heat current at the second index, A W/Hz.
    heat : (*sweep, n, n)
        Heat currents, W²/Hz.
    excess : (*sweep,)
        Certificate of the energy integral: error over tolerance.
    """

    charge: Float
    charge_heat: Float
    heat: Float
    excess: Float

    @property
    def block(self) -> Float:
        """Correlations (*sweep, 2n, 2n) of all charge and then all heat currents."""
        return np.block(
            [
                [self.charge, self.charge_heat],
                [np.swapaxes(self.charge_heat, -1, -2), self.heat],
            ]
        )


def island_noise(
    bias: Bias, *, breaks: Float | None = None, rtol: float = 1e-10
) -> Noise:
    """Noise of all islands at given voltages, dephasing probes answering.

    Voltage probes and resistors answer afterwards, in
    `qnet.transport.fluctuations`.

    Parameters
    ----------
    bias : Bias
    breaks : (*points, k), optional
        Break points in eV; left out, those of the Fermi functions. Length-1 sweep
        axes share one mesh, see `qnet.transport.thermal.shared_breaks`.
    rtol : float
        Tolerance relative to the largest correlation.
    """
    breaks = bias.breaks() if breaks is None else breaks
    # a model shows that it does not depend on energy by an axis of length 1
    sample = bias.islands(breaks[..., [0, -1]])
    if all(island.S.shape[-3] == 1 for island in sample):
        return _noise_by_overlaps(bias, sample, breaks, rtol)

    integral = integrate_guarded(
        partial(_kernel, bias), breaks, rtol=rtol, entries=_workspace(bias, sample)
    )
    return Noise(bias.in_si(integral.value), integral.excess)


def island_heat_noise(
    bias: Bias, *, breaks: Float | None = None, rtol: float = 1e-10
) -> HeatNoise:
    """Noise of charge and heat of all islands, for thermal probes to answer.

    Parameters
    ----------
    bias, breaks, rtol
        As for `island_noise`.
    """
    breaks = bias.breaks() if breaks is None else breaks
    mu = bias.mu[..., bias.kept]
    scale = _energy_scale(mu, bias.temperature[..., bias.kept])

    def integrand(energy: Float) -> tuple[Values, Complex]:
        kernel, hint = _kernel(bias, energy)
        heat = (energy[..., None] - mu[..., None, :]) / scale[..., None, None]
        moments = [
            kernel,
            kernel * heat[..., None, :],
            kernel * heat[..., None, :] * heat[..., :, None],
        ]
        return np.stack(moments, -3), hint

    sample = bias.islands(breaks[..., :1])
    integral = integrate_guarded(
        integrand, breaks, rtol=rtol, entries=_workspace(bias, sample)
    )
    moment = bias.in_si(integral.value)
    unit = scale[..., None, None]
    return HeatNoise(
        charge=moment[..., 0, :, :],
        # electrons are negative: their heat flows against their charge current
        charge_heat=-moment[..., 1, :, :] * unit,
        heat=moment[..., 2, :, :] * unit**2,
        excess=integral.excess,
    )


def _kernel(bias: Bias, energy: Float) -> tuple[Float, Complex]:
    """Noise per energy between kept reservoirs, and a witness of resonances."""
    sources = bias.islands(energy)
    P = transmission(sources, bias.size)
    held, weight = bias.occupations(energy, bias.probes_share(P))
    kernel = bias.answered(noise_kernel(sources, held, bias.size), P)
    return kernel, weight[..., None] * witness(sources)


def _workspace(bias: Bias, islands: Sequence[Island]) -> int:
    """Numbers in the hand at one energy."""
    amplitudes = sum(len(island.S) * island.S.shape[-1] ** 2 for island in islands)
    return WORKSPACE * max(bias.size**2, amplitudes)


def _noise_by_overlaps(
    bias: Bias, islands: Sequence[Island], breaks: Float, rtol: float
) -> Noise:
    """Noise of energy-independent islands, from overlaps of occupations."""
    n = bias.size
    P = transmission(islands, n)
    share = bias.probes_share(P)

    def squares(energy: Float) -> Values:
        held, _ = bias.occupations(energy, share)
        return np.concatenate([held.excess**2, held.variance], -1)

    integral = integrate(squares, breaks, rtol=rtol, entries=4 * n)
    variance = np.asarray(integral.value[..., None, n:], float)
    overlaps = _overlaps(bias, share, integral.mesh)
    power, modes = np.linalg.eigh(overlaps)
    matters = power > NEGLIGIBLE_MODE * rtol * power[..., -1:]
    count = max(1, int(matters.sum(-1).max()))
    strength = np.sqrt(np.maximum(power, 0.0))[..., None] * np.swapaxes(modes, -1, -2)
    nothing = np.zeros_like(variance)
    kernel = exchange_laplacian(islands, variance, nothing, n)
    points = int(np.prod(power.shape[:-1]))
    step = max(1, BUDGET // (points * _workspace(bias, islands)))
    for start in range(n - count, n, step):
        part = strength[..., start : start + step, :]
        mixed = exchange_laplacian(islands, nothing, part, n)
        kernel = kernel + mixed.sum(-3, keepdims=True)
    kernel = bias.answered(kernel, P)
    return Noise(bias.in_si(kernel[..., 0, :, :]), integral.excess)


def _overlaps(bias: Bias, share: Float | None, mesh: Mesh) -> Float:
    """Overlaps ∫(f_c - f_0)(f_d - f_0) dE, (*sweep, n, n), eV."""
    energy, weight = mesh.energy, mesh.weight
    points = int(np.prod(bias.mu.shape[:-1]))
    step = max(1, BUDGET // (WORKSPACE * points * bias.size))
    total = np.zeros(())
    for start in range(0, energy.shape[-1], step):
        part = slice(start, start + step)
        held, _ = bias.occupations(energy[..., part], share)
        weighted = held.excess * weight[..., part, None]
        total = total + np.swapaxes(weighted, -1, -2) @ held.excess
    return total


def _energy_scale(mu: Float, temperature: Float) -> Float:
    """Width (*sweep,) of the energies that matter, eV, never zero."""
    scale = kB_eV * temperature.max(-1) + mu.max(-1) - mu.min(-1)
    return np.where(scale > 0, scale, 1.0)
