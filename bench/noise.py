"""Noise with 100 floating probes at 100 bias points, beside Büttiker's formula.

The reference sums every pair of reservoirs at every energy. qnet answers from text.
"""

from __future__ import annotations

import numpy as np
from beside import Row, agree, median, show

import qnet
from qnet.constants import Gq, e
from qnet.transport.fluctuations import floating_unknowns, respond
from qnet.transport.quadrature import integrate
from qnet.transport.thermal import fermi, thermal_breaks

PROBES, POINTS, SEED, TEMPERATURE = 100, 100, 1, 600.0
FEW = 12
"""Probes of the device at which all numbers are compared."""
SAMPLE = 20
"""Energies at which the reference is timed: its cost is the same at each."""


def random_unitary(n):
    rng = np.random.default_rng(SEED)
    Q, R = np.linalg.qr(rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n)))
    phase = np.diag(R)
    return Q * (phase / np.abs(phase))


def netlist(S, points):
    """One channel in each reservoir; from the first to the second goes the bias."""
    n = len(S)
    rows = (", ".join(f"{z.real!r}{z.imag:+.17g}j" for z in row) for row in S.tolist())
    cards = [f".temp {TEMPERATURE}K", ".param v=0", "T1 n1 V=0", "T2 n2 V={v*1V}"]
    cards += [f"P{k} n{k}" for k in range(3, n + 1)]
    nodes = " ".join(f"n{k}" for k in range(1, n + 1))
    cards += [f"S1 {nodes} matrix S=[{', '.join(f'[{row}]' for row in rows)}]"]
    return "\n".join([*cards, f".step v lin {points} 0 1", ".noise", ""])


def by_qnet(text):
    return qnet.run(text)["noise"]["S"].values[:, :2, :2]


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


def reference(S, bias):
    """Noise between the held reservoirs at one bias in V, and energies that it took.

    Probes float as S has it, and their fluctuations are fed back.
    """
    n = len(S)
    G = np.eye(n) - np.abs(S) ** 2
    mu = np.zeros(n)
    mu[1] = -bias
    mu[2:] = np.linalg.solve(G[2:, 2:], -G[2:, :2] @ mu[:2])
    breaks = thermal_breaks(mu, np.full(n, TEMPERATURE))
    found = integrate(
        lambda E: all_pairs(S, fermi(E[:, None], mu, TEMPERATURE)), breaks
    )
    noise = Gq * e * (found.value + found.value.T)
    probes = floating_unknowns(np.arange(n) >= 2)
    return respond(noise, G * Gq, probes).current[:2, :2], found.evaluations


def rows():
    few = random_unitary(FEW + 2)
    ours = by_qnet(netlist(few, 3))
    expected = np.stack([reference(few, bias)[0] for bias in (0, 0.5, 1)])
    work = f"noise with {PROBES} floating probes at {POINTS} bias points"
    apart = agree(np.abs(ours - expected).max() / np.abs(expected).max(), work)
    S = random_unitary(PROBES + 2)
    text = netlist(S, POINTS)
    seconds, _ = median(lambda: by_qnet(text))
    filled = np.random.default_rng(SEED).random((SAMPLE, PROBES + 2))
    sampled, _ = median(lambda: all_pairs(S, filled))
    energies = reference(few, 1.0)[1]
    theirs = sampled / SAMPLE * energies * POINTS
    note = f"compared at {FEW} probes; the reference from {SAMPLE} energies"
    return [Row(work, "all pairs, dense", seconds, theirs, 20, apart, note)]


if __name__ == "__main__":
    show(rows())
