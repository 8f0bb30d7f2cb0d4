"""Noise beside superconductors against explicit sums over electrons and holes.

Everything is written out here: the interface with its quasiparticles, its joint with
the sample, Büttiker's four-index formula, energies on a plain grid.

M. P. Anantram and S. Datta, Phys. Rev. B 53, 16390 (1996); G. E. Blonder, M. Tinkham,
T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982).
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import unitary_group

import qnet
from qnet.constants import Gq, e, kB

K_EV = kB / e
GAP = 0.2e-3


def symmetric_unitary(n, seed):
    U = unitary_group.rvs(n, random_state=seed)
    return U @ U.T


def as_text(S):
    rows = (", ".join(f"{z.real:.17g}{z.imag:+.17g}j" for z in row) for row in S)
    return "[[" + "], [".join(rows) + "]]"


def netlist(S, V, T, spin=2):
    n = len(S) - 1
    terminals = "\n".join(f"T{k} n{k} V={v!r}V" for k, v in enumerate(V))
    nodes = " ".join(f"n{k}" for k in range(n))
    return f"""
.temp {T}K
.options spin={spin} response=full
{terminals}
T9 s type=sc V=0 Delta={GAP!r}eV
S1 {nodes} s matrix S={as_text(S)}
.noise
.op
"""


def nambu(S, energy):
    """Electrons and holes of the normal leads, then two quasiparticles."""
    n = len(S) - 1
    x = energy / GAP
    if abs(x) < 1:
        alpha = np.exp(-1j * np.arccos(x))
    else:
        alpha = x - np.sign(x) * np.sqrt(x * x - 1)
    rest = np.sqrt(max(0.0, 1 - abs(alpha) ** 2))
    M = alpha * np.array([[0, 1], [1, 0]])
    zero = np.zeros((n, n))
    own, leave, enter = S[:n, :n], S[:n, n:], S[n:, :n]
    ee = np.block([[own, zero], [zero, own.conj()]])
    wall = np.zeros((n, 1))
    out = np.block([[leave, wall], [wall, leave.conj()]])
    into = np.block([[enter, wall.T], [wall.T, enter.conj()]])
    back = np.diag([S[n, n], S[n, n].conj()])
    turned = np.linalg.inv(np.eye(2) - M @ back)
    top = np.hstack([ee + out @ turned @ M @ into, out @ turned * rest])
    Q = rest * (np.eye(2) + back @ turned @ M) @ into
    bottom = np.hstack([Q, -M.conj().T + rest * back @ turned * rest])
    return np.vstack([top, bottom])


def expected(S, V, T, spin=2):
    """Current noise between the normal leads, A²/Hz, and their currents, A."""
    n = len(S) - 1
    kT = K_EV * T
    reach = max(abs(np.array(V))) + 2 * GAP + 36 * kT
    edges = np.unique([-reach, reach, -GAP, GAP, *V, *(-np.array(V))])
    # panels crowd where there are square roots and Fermi edges
    x, w = np.polynomial.legendre.leggauss(40)
    noise, current = np.zeros((n, n)), np.zeros(n)
    sign = np.repeat([1.0, -1.0], n)
    for low, high in pairwise(edges):
        for a, b in zip(*_graded(low, high), strict=True):
            for node, weight in zip(x, w, strict=True):
                E = (a + b) / 2 + (b - a) / 2 * node
                W = (b - a) / 2 * weight
                total = nambu(S, E)
                away = np.concatenate([E + np.array(V), E - np.array(V), [E, E]])
                f = 0.5 * (1 - np.tanh(away / (2 * kT)))
                A = []
                for k in range(2 * n):
                    row = total[k : k + 1]
                    own = np.zeros((2 * n + 2,) * 2, complex)
                    own[k, k] = 1
                    A.append(own - row.conj().T @ row)
                pair = f[:, None] * (1 - f)
                full = np.array([[(p * q.T * pair).sum().real for q in A] for p in A])
                full = full * sign * sign[:, None]
                full = full[:n, :n] + full[:n, n:] + full[n:, :n] + full[n:, n:]
                noise += W * full
                P = abs(total[: 2 * n]) ** 2
                flow = sign * (f[: 2 * n] - P @ f)
                current -= W * (flow[:n] + flow[n:])
    noise = 2 * spin * Gq * e * (noise + noise.T) / 2 / 2
    return noise, spin * Gq * current / 2


def _graded(low, high):
    """Panels that crowd at both ends."""
    u = np.linspace(0, 1, 13)
    at = low + (high - low) * u**5 / (u**5 + (1 - u) ** 5)
    return at[:-1], at[1:]


@pytest.mark.parametrize(
    ("seed", "V", "T"),
    [
        (1, (0.1e-3, 0.0), 0.3),
        (2, (0.1e-3, -0.05e-3), 0.1),
        (3, (0.3e-3, 0.1e-3), 0.5),
        (4, (0.0, 0.0), 1.0),
        (5, (0.25e-3,), 0.4),
    ],
)
def test_noise_is_the_sum_over_electrons_and_holes(seed, V, T):
    S = symmetric_unitary(len(V) + 1, seed)
    report = qnet.run(netlist(S, V, T))
    told, flow = expected(S, V, T)
    n = len(V)
    S_ab = report["noise"]["S"].values
    scale = abs(told).max()
    np.testing.assert_allclose(S_ab[:n, :n], told, rtol=0, atol=1e-6 * scale)
    np.testing.assert_allclose(S_ab.sum(0), 0, atol=1e-9 * scale)
    current = report["op"]["current"].values[:n]
    np.testing.assert_allclose(current, flow, atol=1e-6 * max(abs(flow).max(), 1e-12))


def test_two_beams_split_from_pairs_may_be_positively_correlated():
    """Two leads weakly joined to a superconductor through one opaque channel: pairs
    that split arrive together. Anantram and Datta (1996); Torrès and Martin, Eur.
    Phys. J. B 12, 319 (1999): reflectionless splitter, S12 > 0 for ε below √2 - 1."""
    eps = 0.2
    a = np.sqrt(eps)
    b, c = (np.sqrt(1 - 2 * eps) - 1) / 2, (np.sqrt(1 - 2 * eps) + 1) / 2
    # pins: two leads, then the stem at the superconductor
    S = np.array([[b, c, a], [c, b, a], [a, a, -(b + c)]])
    V = (0.02e-3, 0.02e-3)
    report = qnet.run(netlist(S, V, 1e-4))
    told, _ = expected(S, V, 1e-4)
    cross = report["noise"]["S"].values[0, 1]
    assert cross == pytest.approx(told[0, 1], rel=1e-5)
    assert cross > 0


@pytest.mark.parametrize("T", [0.02, 0.5])
def test_a_dephasing_probe_is_filled_apart_above_and_below_the_condensate(T):
    """Its electrons at E and its holes, which are missing electrons at -E, are two
    unknowns: no current enters at either energy."""
    S, V = symmetric_unitary(3, 7), 0.1e-3
    text = netlist(S, (V, 0.0), T).replace("T1 n1 V=0.0V", "P1 n1 type=dephasing")
    report = qnet.run(text)
    kT = K_EV * T
    reach = 2 * GAP + V + 36 * kT
    edges = np.unique([-reach, reach, -GAP, GAP, V, -V, 0])
    x, w = np.polynomial.legendre.leggauss(40)
    current = noise = 0.0
    probe, rest, lead = [1, 3], [0, 2, 4, 5], [0, 2]
    for low, high in pairwise(edges):
        for a, b in zip(*_graded(low, high), strict=True):
            for node, weight in zip(x, w, strict=True):
                E, W = (a + b) / 2 + (b - a) / 2 * node, (b - a) / 2 * weight
                total = nambu(S, E)
                P = abs(total) ** 2
                f = 0.5 * (1 - np.tanh(np.array([E + V, 0, E - V, 0, E, E]) / 2 / kT))
                K = np.eye(6) - P
                f[probe] = np.linalg.solve(
                    K[np.ix_(probe, probe)], -K[np.ix_(probe, rest)] @ f[rest]
                )
                flow = K @ f
                current -= W * (flow[0] - flow[2])
                A = []
                for k in range(4):
                    own = np.zeros((6, 6), complex)
                    own[k, k] = 1
                    A.append(own - np.outer(total[k].conj(), total[k]))
                pair = f[:, None] * (1 - f)
                s = np.array([[(p * q.T * pair).sum().real for q in A] for p in A])
                M = np.zeros((2, 4))
                M[[0, 1], lead] = 1
                M[:, probe] = -np.linalg.solve(
                    K[np.ix_(probe, probe)].T, K[np.ix_(lead, probe)].T
                ).T
                s = M @ s @ M.T
                noise += W * (s[0, 0] + s[1, 1] - s[0, 1] - s[1, 0])
    told = report["op"]["current"].values[0]
    assert told == pytest.approx(2 * Gq * current / 2, rel=1e-6)
    S00 = report["noise"]["S"].values[0, 0]
    assert pytest.approx(2 * 2 * Gq * e * noise / 2, rel=1e-6) == S00


@pytest.mark.parametrize("response", ["linear", "full"])
@pytest.mark.parametrize("kelvin", [0.0, 0.5])
def test_noise_does_not_know_where_the_condensate_is_grounded(response, kelvin):
    def noise(common):
        return qnet.run(f"""
.options response={response}
.temp {kelvin}K
T1 n V={0.5e-3 + common!r}V
T2 m V={0.1e-3 + common!r}V
T9 s type=sc V={common!r}V Delta=0.7meV
Y1 n m j eps=0.4
B1 j s T=0.4
.noise
""")["noise"]["S"].values

    grounded = noise(0.0)
    for common in (3e-4, -5e-4):
        assert noise(common) == pytest.approx(grounded, rel=1e-7, abs=1e-33)


def test_linear_noise_follows_the_condensate_and_leaves_levels_alone():
    """At no bias but that of the condensate; its potential is also what arms follow."""

    def noise(response, common, ref=""):
        return qnet.run(f"""
.options response={response}
T1 n V={1e-5 + common!r}V
T9 s type=sc V={common!r}V Delta=0.7meV
D1 n s E0=0.1meV GL=0.2meV GR=0.3meV {ref}
.noise
""")["noise"]["S"].values

    fixed = noise("full", 2e-4)
    assert noise("linear", 2e-4) == pytest.approx(fixed, rel=1e-9)
    assert noise("linear", 2e-4, "ref=(s:1)") == pytest.approx(fixed, rel=1e-9)
    followed = noise("full", 2e-4, "ref=(s:1)")
    assert followed == pytest.approx(noise("linear", 0.0), rel=1e-9)
    assert abs(followed[0, 0] / fixed[0, 0] - 1) > 0.1
