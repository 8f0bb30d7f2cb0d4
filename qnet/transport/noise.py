r"""Zero-frequency noise of coherent islands between reservoirs of any occupation.

Büttiker's formula,

.. math:: S_{ab} = \frac{2e^2}{h} \int\! dE \sum_{cd}
          \mathrm{Tr}[A^a_{cd} A^b_{dc}] f_c (1 - f_d), \qquad
          A^a_{cd} = \delta_{ac}\delta_{ad} - s_{ac}^\dagger s_{ad},

symmetrised, becomes for a unitary S and a ≠ b

.. math:: S_{ab} = -\frac{2e^2}{h} \int\! dE \Big[ v_a T_{ba} + v_b T_{ab}
          + \sum_{j \in a, k \in b} |(s F s^\dagger)_{jk}|^2 \Big],

with v = f(1 - f) and F the diagonal matrix of f_c - f_0, any f_0(E) common to all. The
diagonal is minus the rest of its row. So the cost at an energy is that of one product
of matrices over channels; charge is conserved, no element is a difference of large
numbers, the matrix is positive semidefinite as it stands, and without temperature and
bias it is zero.

References
----------
M. Büttiker, Phys. Rev. B 46, 12485 (1992), eqs. (3.7) and (3.12).
Ya. M. Blanter and M. Büttiker, Phys. Rep. 336, 1 (2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from qnet.circuit import Ints
from qnet.constants import Gq, e, kB, kB_eV
from qnet.smatrix import Complex, Float, amplitude_witness
from qnet.transport.occupations import Occupations, fermi_occupations
from qnet.transport.panels import Values
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.thermal import thermal_breaks
from qnet.transport.transmission import eliminate, sum_by

WORKSPACE: Final = 8
"""Arrays of all pairs of reservoirs that are held at once for each energy."""


class Island(Protocol):
    """Coherent islands of one shape, as the network room hands them out."""

    @property
    def S(self) -> Complex:  # noqa: N802  the field's letter
        """Amplitudes (island, *sweep, nE, out, in)."""

    @property
    def outgoing(self) -> Ints:
        """Reservoir of each outgoing channel, (island, out)."""

    @property
    def incoming(self) -> Ints:
        """Reservoir of each incoming channel, (island, in)."""


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Correlations of the currents that islands drive into fixed reservoirs.

    Attributes
    ----------
    charge : (*sweep, n, n)
        S_ab of charge currents, A²/Hz, one-sided.
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


def noise_kernel(islands: Sequence[Island], held: Occupations, size: int) -> Float:
    """Integrand of the current noise: correlations of particle currents per energy.

    Parameters
    ----------
    islands : sequence of Island
        Islands are independent sources.
    held : Occupations
        Of all reservoirs, (*sweep, nE, n).
    size : int
        Number of reservoirs, n.

    Returns
    -------
    (*sweep, nE, n, n)
        Dimensionless, in units in which S_ab = 2 e (e²/h) ∫ kernel dE/e: a Laplacian
        with rows that sum to zero.
    """
    weight = np.zeros(())
    for island in islands:
        weight = weight + _pair_weights(island, held, size)
    shape = np.broadcast_shapes(weight.shape[:-2], held.filled.shape[:-1])
    kernel = -np.broadcast_to(weight, (*shape, size, size))
    diagonal = np.arange(size)
    kernel[..., diagonal, diagonal] = 0.0
    kernel[..., diagonal, diagonal] = -kernel.sum(-1)
    return kernel


def _pair_weights(island: Island, held: Occupations, size: int) -> Float:
    """What each pair of reservoirs exchanges through some islands, (..., n, n)."""
    S, out = island.S, island.outgoing
    received = _by_pair(_square(S), out, island.incoming, size)
    thermal = received * held.variance[..., None, :]
    excess = _by_island(held.excess, island.incoming)
    mixed = (S * excess[..., None, :]) @ np.swapaxes(S.conj(), -1, -2)
    partition = _by_pair(_square(mixed), out, out, size)
    return thermal + np.swapaxes(thermal, -1, -2) + partition


def _square(amplitude: Complex) -> Float:
    return amplitude.real**2 + amplitude.imag**2


def _by_island(values: Float, reservoirs: Ints) -> Float:
    """Values (..., n) at the channels of each island, (island, ..., channel)."""
    return np.moveaxis(values[..., reservoirs], -2, 0)


def _by_pair(weights: Float, rows: Ints, cols: Ints, size: int) -> Float:
    """Sum weights (island, ..., channel, channel) by pairs of reservoirs."""
    together = np.moveaxis(weights, 0, -3)
    flat = together.reshape(*together.shape[:-3], -1)
    pairs = rows[:, :, None] * size + cols[:, None, :]
    summed = sum_by(flat, pairs.ravel(), size * size)
    return summed.reshape(*summed.shape[:-1], size, size)


def transmission(islands: Sequence[Island], size: int) -> Float:
    """Probabilities between reservoirs, summed over islands.

    Returns
    -------
    (*sweep, nE, n, n)
        [to, from], dimensionless.
    """
    total = np.zeros(())
    for island in islands:
        passed = _square(island.S)
        total = total + _by_pair(passed, island.outgoing, island.incoming, size)
    return total


def dephased_kernel(kernel: Float, P: Float, gone: Ints) -> Float:
    """Noise kernel once dephasing probes have answered, energy by energy.

    A probe takes up no current at any energy: what its islands push into it, it hands
    on at once, in the proportions in which its electrons leave.

    Parameters
    ----------
    kernel : (..., n, n)
        From `noise_kernel`, with the probes' own occupations.
    P : (..., n, n)
        Probabilities, [to, from].
    gone : (g,)
        The dephasing probes.

    Returns
    -------
    (..., n - g, n - g)
        Between the other reservoirs.

    References
    ----------
    M. J. M. de Jong and C. W. J. Beenakker, Physica A 230, 219 (1996).
    """
    n = P.shape[-1]
    kept = np.setdiff1d(np.arange(n), gone)
    handed = eliminate(np.swapaxes(P, -1, -2), gone).share
    spread = np.zeros((*P.shape[:-2], len(kept), n))
    spread[..., np.arange(len(kept)), kept] = 1.0
    spread[..., gone] = np.swapaxes(handed, -1, -2)
    return spread @ kernel @ np.swapaxes(spread, -1, -2)


def island_noise(
    islands: Callable[[Float], Sequence[Island]],
    mu: Float,
    temperature: Float,
    *,
    dephasing: Ints | None = None,
    is_frozen: bool = False,
    degeneracy: int = 1,
    breaks: Float | None = None,
    rtol: float = 1e-10,
) -> Noise:
    """Noise of all islands at given voltages, dephasing probes answering.

    Voltage and thermal probes and resistors answer afterwards, in
    `qnet.transport.fluctuations`.

    Parameters
    ----------
    islands : callable
        Energies (*points, nE) in eV to islands; ``sample.smatrix`` is one.
    mu, temperature : (*sweep, n)
        eV, K of every reservoir; those of dephasing probes are not read.
    dephasing : (g,), optional
        Reservoirs that take up no current at any energy.
    is_frozen : bool
        Dephasing probes keep their mean occupations, and charge is lost to them.
    degeneracy : int
        Channels counted as one in the netlist.
    breaks : (*points, k), optional
        Break points; left out, those of the Fermi functions. Length-1 sweep axes
        share one mesh.
    rtol : float
        Tolerance relative to the largest correlation.

    Returns
    -------
    Noise
        Rows and columns of dephasing probes are zero.
    """
    gone = np.zeros(0, np.intp) if dephasing is None else dephasing
    size = mu.shape[-1]
    mu, temperature = np.broadcast_arrays(mu, temperature)
    kept = np.setdiff1d(np.arange(size), gone)
    # whatever stands at the probes, finite or not, must not reach the arithmetic
    stand_in = np.where(np.isin(np.arange(size), gone), kept[0], np.arange(size))
    mu, temperature = mu[..., stand_in], temperature[..., stand_in]
    scale = _energy_scale(mu[..., kept], temperature[..., kept])
    if breaks is None:
        breaks = thermal_breaks(mu[..., kept], temperature[..., kept])

    def integrand(energy: Float) -> tuple[Values, Complex]:
        sources = islands(energy)
        held = fermi_occupations(energy, mu, temperature)
        weight = held.activity
        if len(gone):
            P = transmission(sources, size)
            held = held.with_probes(eliminate(P, gone).share, gone)
        kernel = noise_kernel(sources, held, size)
        if len(gone) and not is_frozen:
            kernel = dephased_kernel(kernel, P, gone)
        else:
            kernel = kernel[..., kept[:, None], kept]
        heat = (energy[..., None] - mu[..., None, kept]) / scale[..., None, None]
        moments = [
            kernel,
            kernel * heat[..., None, :],
            kernel * heat[..., None, :] * heat[..., :, None],
        ]
        return np.stack(moments, -3), weight[..., None] * witness(sources)

    integral = integrate_guarded(
        integrand, breaks, rtol=rtol, entries=WORKSPACE * size**2
    )
    found = 2 * degeneracy * Gq * e * np.asarray(integral.value, float)
    moment = np.zeros((*found.shape[:-2], size, size))
    moment[..., kept[:, None], kept] = found
    unit = scale[..., None, None]
    return Noise(
        charge=moment[..., 0, :, :],
        # electrons are negative: a heat current of hot electrons is a current out
        charge_heat=-moment[..., 1, :, :] * unit,
        heat=moment[..., 2, :, :] * unit**2,
        excess=integral.excess,
    )


def _energy_scale(mu: Float, temperature: Float) -> Float:
    """Width (*sweep,) of the energies that matter, eV, never zero."""
    scale = kB_eV * temperature.max(-1) + mu.max(-1) - mu.min(-1)
    return np.where(scale > 0, scale, 1.0)


def witness(islands: Sequence[Island]) -> Complex:
    """Witness of all resonances, for `integrate_guarded`.

    Returns
    -------
    (*sweep, nE, columns)
        A column for each shape of island that varies with energy.
    """
    varying = [island.S for island in islands if island.S.shape[-3] > 1]
    columns = [amplitude_witness(S).sum(0) for S in varying]
    if not columns:
        return np.zeros((*islands[0].S.shape[1:-2], 0), complex)
    return np.concatenate(np.broadcast_arrays(*columns), -1)


def equilibrium_noise(G: Float, temperature: Float) -> Float:
    """Nyquist's noise 2 k_BT (G + Gᵀ) that every circuit shows without bias.

    Parameters
    ----------
    G : (..., n, n)
        Conductance in siemens.
    temperature : (...)
        K, of all reservoirs.

    Returns
    -------
    (..., n, n)
        A²/Hz; 4 k_BT G where G is symmetric.
    """
    both = G + np.swapaxes(G, -1, -2)
    return 2 * kB * np.asarray(temperature)[..., None, None] * both
