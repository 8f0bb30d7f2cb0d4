"""Noise with 100 floating probes at 100 bias points, beside Büttiker's formula.

The reference sums every pair of reservoirs at every energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from qnet.constants import Gq, e, kB_eV
from qnet.transport.fluctuations import floating_unknowns, respond
from qnet.transport.island_noise import Bias, island_noise
from qnet.transport.quadrature import integrate
from qnet.transport.thermal import fermi, fermi_slope, thermal_breaks

PROBES, POINTS, SEED, KT = 100, 100, 1, 0.05
SAMPLE = 20
"""Energies at which the reference is timed: its cost is the same at each."""


@dataclass(frozen=True, eq=False)
class Ring:
    """A random unitary scatterer with one channel in each reservoir."""

    S: np.ndarray
    outgoing: np.ndarray
    incoming: np.ndarray


def random_unitary(n):
    rng = np.random.default_rng(SEED)
    Q, R = np.linalg.qr(rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n)))
    phase = np.diag(R)
    return Q * (phase / np.abs(phase))


def working_points(S, points):
    """μ (points, n) with the probes floating, linear as S does not depend on E."""
    n = len(S)
    G = np.eye(n) - np.abs(S) ** 2
    mu = np.zeros((points, n))
    mu[:, 1] = -np.linspace(0, 1, points)
    mu[:, 2:] = np.linalg.solve(G[2:, 2:], -G[2:, :2] @ mu[:, :2].T).T
    return mu, G * Gq


def with_feedback(noise, G):
    probes = np.arange(len(G)) >= 2
    return respond(noise, G, floating_unknowns(probes)).current[..., :2, :2]


def qnet_noise(S, mu, G):
    n = len(S)
    ends = np.arange(n)[None]
    ring = Ring(S[None, None, None], ends, ends)
    bias = Bias(lambda _: [ring], mu, np.full((1, n), KT / kB_eV), np.zeros(0, np.intp))
    return with_feedback(island_noise(bias).charge, G)


def all_pairs(S, f):
    """Σ_cd A^a_cd A^b_dc f_c (1 - f_d) at energies f (nE, n)."""
    n = len(S)
    A = -np.einsum("ac,ad->acd", S.conj(), S)
    A[np.arange(n), np.arange(n), np.arange(n)] += 1
    flat, turned = A.reshape(n, -1), np.swapaxes(A, 1, 2).reshape(n, -1)
    found = np.empty((len(f), n, n))
    for k, filled in enumerate(f):
        weight = (filled[:, None] * (1 - filled)).ravel()
        found[k] = ((flat * weight) @ turned.T).real
    return found


def reference_noise(S, mu, G):
    """One bias point, all energies."""
    T = KT / kB_eV
    breaks = thermal_breaks(mu, np.full(len(mu), T))
    found = integrate(lambda E: all_pairs(S, fermi(E[:, None], mu, T)), breaks).value
    noise = Gq * e * (found + found.T)
    return with_feedback(noise, G)


def agreement():
    """Largest difference on a conductor small enough for the reference."""
    S = random_unitary(14)
    mu, G = working_points(S, 3)
    ours = qnet_noise(S, mu, G)
    theirs = np.stack([reference_noise(S, row, G) for row in mu])
    return np.abs(ours - theirs).max() / np.abs(theirs).max()


def energies(mu):
    """Energies that one bias point takes at the same tolerance."""
    T = np.full(len(mu), KT / kB_eV)
    kernel = integrate(
        lambda E: fermi_slope(E[:, None], mu, KT / kB_eV), thermal_breaks(mu, T)
    )
    return kernel.evaluations


def main():
    S = random_unitary(PROBES + 2)
    mu, G = working_points(S, POINTS)
    start = perf_counter()
    qnet_noise(S, mu, G)
    ours = perf_counter() - start
    start = perf_counter()
    all_pairs(S, np.random.default_rng(SEED).random((SAMPLE, PROBES + 2)))
    theirs = (perf_counter() - start) / SAMPLE * energies(mu[-1]) * POINTS
    print(f"agreement on 12 probes      {agreement():.1e}")
    print(f"qnet, {PROBES} probes × {POINTS} points  {ours:8.2f} s")
    print(f"reference (from {SAMPLE} energies) {theirs:8.2f} s")
    print(f"ratio                       {theirs / ours:8.1f}")


if __name__ == "__main__":
    main()
