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

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from qnet.circuit import Ints
from qnet.constants import kB
from qnet.smatrix import Complex, Float, amplitude_witness
from qnet.transport.occupations import Occupations
from qnet.transport.transmission import eliminate, sum_by


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
    return exchange_laplacian(islands, held.variance, held.excess, size)


def exchange_laplacian(
    islands: Sequence[Island], variance: Float, excess: Float, size: int
) -> Float:
    """Noise from thermal variances and differences of occupations.

    Parameters
    ----------
    islands : sequence of Island
    variance, excess : (*sweep, nE, n)
        f (1 - f), and f minus a common reference; the two are independent sources.
    size : int
        Number of reservoirs, n.

    Returns
    -------
    (*sweep, nE, n, n)
    """
    weight = np.zeros(())
    for island in islands:
        weight = weight + _pair_weights(island, variance, excess, size)
    shape = np.broadcast_shapes(
        weight.shape[:-2], variance.shape[:-1], excess.shape[:-1]
    )
    kernel = -np.broadcast_to(weight, (*shape, size, size))
    diagonal = np.arange(size)
    kernel[..., diagonal, diagonal] = 0.0
    kernel[..., diagonal, diagonal] = -kernel.sum(-1)
    return kernel


def _pair_weights(island: Island, variance: Float, excess: Float, size: int) -> Float:
    """What each pair of reservoirs exchanges through some islands, (..., n, n)."""
    S, out = island.S, island.outgoing
    received = _by_pair(_square(S), out, island.incoming, size)
    thermal = received * variance[..., None, :]
    spread = np.moveaxis(excess[..., island.incoming], -2, 0)
    mixed = (S * spread[..., None, :]) @ np.swapaxes(S.conj(), -1, -2)
    partition = _by_pair(_square(mixed), out, out, size)
    return thermal + np.swapaxes(thermal, -1, -2) + partition


def _square(amplitude: Complex) -> Float:
    return amplitude.real**2 + amplitude.imag**2


def _by_pair(weights: Float, rows: Ints, cols: Ints, size: int) -> Float:
    """Sum weights (island, ..., channel, channel) by pairs of reservoirs."""
    together = np.moveaxis(weights, 0, -3)
    flat = together.reshape(*together.shape[:-3], -1)
    pairs = (rows[:, :, None] * size + cols[:, None, :]).ravel()
    if np.array_equal(pairs, np.arange(size * size)):
        return flat.reshape(*flat.shape[:-1], size, size)
    summed = sum_by(flat, pairs, size * size)
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
