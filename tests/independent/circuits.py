"""Currents, voltages, resistances and noise from the dense amplitudes.

Cold circuits read S at the Fermi energy; warm ones integrate by plain composite
Gauss-Legendre panels, fine enough for every width that is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.independent.dense import Dense, Gq, e, eliminate, kB, kB_eV

APART = 1e9
"""Condition beyond which groups of reservoirs have no path to one another."""


@dataclass(frozen=True)
class Answer:
    """Voltages (V), currents into the device (A), and what they are good to."""

    voltage: np.ndarray
    current: np.ndarray
    condition: float


def resistors(dense: Dense) -> np.ndarray:
    """Admittance of the R cards, in S."""
    n = len(dense.places)
    Y = np.zeros((n, n))
    for one in dense.network.lumped:
        if one.name[0] == "R":
            a, b = (dense.index(node) for node in one.nodes)
            pair = np.array([[1, -1], [-1, 1]]) / one.value
            Y[np.ix_([a, b], [a, b])] += pair
    return Y


def cold_conductance(dense: Dense, digits: int = 0) -> np.ndarray:
    """G between all reservoirs, in units of e²/h."""
    energy = np.array([dense.network.fermi])
    return dense.network.spin * dense.laplacian(energy, digits)[0]


def linear(dense: Dense, G: np.ndarray) -> Answer:
    """Solve Kirchhoff's equations; G in S, all else from the netlist."""
    n = len(dense.places)
    whole = G + resistors(dense)
    sources = [one for one in dense.network.lumped if one.name[0] == "V"]
    size = n + len(sources)
    A, b = np.zeros((size, size)), np.zeros(size)
    A[:n, :n] = whole
    for one in dense.network.lumped:
        if one.name[0] == "I":
            a, c = (dense.index(node) for node in one.nodes)
            b[a] -= one.value
            b[c] += one.value
    for k, one in enumerate(sources):
        a, c = (dense.index(node) for node in one.nodes)
        A[a, n + k], A[c, n + k] = Gq, -Gq
        A[n + k, a], A[n + k, c] = Gq, -Gq
        b[n + k] = Gq * one.value
    for k, place in enumerate(dense.places.values()):
        if place.voltage is not None:
            A[k] = 0
            A[k, k] = Gq
            b[k] = Gq * place.voltage
        else:
            b[k] += place.current
    A, b = A / Gq, b / Gq
    V = np.linalg.solve(A, b)[:n]
    return Answer(V, G @ V, float(np.linalg.cond(A)))


def four_terminal(
    dense: Dense, G: np.ndarray, nodes: tuple[int, ...]
) -> tuple[float, float]:
    """R(i, j, k, l) in Ohm with every source taken away, and its condition.

    The condition is infinite where the reservoirs fall into groups without a path.
    """
    i, j, k, l = nodes
    A = (G + resistors(dense)) / Gq
    b = np.zeros(len(A))
    b[i] = 1
    A[j], b[j] = 0, 0
    A[j, j] = 1
    condition = float(np.linalg.cond(A))
    if condition > APART:
        return 0.0, np.inf
    V = np.linalg.solve(A, b)
    return (V[k] - V[l]) / Gq, condition


def panels(
    dense: Dense, voltage: np.ndarray, count: int = 160
) -> tuple[np.ndarray, np.ndarray]:
    """Energies and weights from 38 kT below the lowest μ to 38 kT above the highest."""
    width = 38 * kB_eV * dense.network.temperature
    mu = dense.network.fermi - voltage
    edges = np.linspace(mu.min() - width, mu.max() + width, count + 1)
    x, w = np.polynomial.legendre.leggauss(12)
    half = np.diff(edges)[:, None] / 2
    middle = (edges[1:] + edges[:-1])[:, None] / 2
    return (middle + half * x).ravel(), (half * w).ravel()


def fermi(dense: Dense, energy: np.ndarray, voltage: np.ndarray) -> np.ndarray:
    """Occupations (nE, n)."""
    mu = dense.network.fermi - voltage
    x = (energy[:, None] - mu) / (kB_eV * dense.network.temperature)
    return 0.5 * (1 - np.tanh(x / 2))


def warm_conductance(dense: Dense) -> np.ndarray:
    """∫(-f')(N δ - T) with dephasing probes gone at each energy, in S."""
    n = len(dense.places)
    energy, weight = panels(dense, np.zeros(n))
    K, _ = eliminate(dense.laplacian(energy), dense.of_kind("dephasing"))
    f = fermi(dense, energy, np.zeros(n))
    slope = f * (1 - f) / (kB_eV * dense.network.temperature)
    return dense.network.spin * Gq * np.einsum("e,eb,eab->ab", weight, slope, K)


@dataclass(frozen=True)
class Biased:
    """A working point beyond linear response: voltages, currents, noise of currents."""

    voltage: np.ndarray
    current: np.ndarray
    noise: np.ndarray


def biased(dense: Dense) -> Biased:
    """Newton's method for voltage probes; dephasing probes float at each energy.

    Terminals hold their voltages; resistors and sources are left out.
    """
    places = list(dense.places.values())
    g = dense.network.spin
    given = np.array([p.voltage if p.voltage is not None else 0.0 for p in places])
    dephasing = dense.of_kind("dephasing")
    floats = dense.of_kind("voltage")
    held = np.array([p.voltage for p in places if p.voltage is not None])
    spread = np.array([held.min(), held.max()])
    energy, weight = panels(dense, spread)
    K, M = eliminate(dense.laplacian(energy), dephasing)
    V = given.copy()
    V[floats] = held.mean()
    for _ in range(60):
        f = fermi(dense, energy, V)
        current = -g * Gq * np.einsum("e,eab,eb->a", weight, K, f)
        slope = f * (1 - f) / (kB_eV * dense.network.temperature)
        G = g * Gq * np.einsum("e,eab,eb->ab", weight, K, slope)
        if floats.size == 0:
            break
        step = np.linalg.solve(G[np.ix_(floats, floats)], current[floats])
        V[floats] -= step
        if np.max(np.abs(step)) < 1e-15:
            break
    return Biased(V, current, _noise(dense, energy, weight, V, M, floats, G))


def _noise(dense, energy, weight, V, M, floats, G) -> np.ndarray:
    """Büttiker's formula, all amplitudes, then the answer of the probes."""
    n = len(dense.places)
    f = fermi(dense, energy, V)
    gone = dense.of_kind("dephasing")
    if gone.size:
        K = dense.laplacian(energy)
        stay = np.setdiff1d(np.arange(n), gone)
        drive = -np.einsum("eps,es->ep", K[:, gone[:, None], stay], f[:, stay])
        f[:, gone] = np.linalg.solve(K[:, gone[:, None], gone], drive[..., None])[
            ..., 0
        ]
    S = dense.amplitudes(energy)
    A = []
    for a in range(n):
        rows = S[:, dense.place_out == a]
        own = np.diag((dense.place_in == a).astype(float))
        A.append(own - np.swapaxes(rows, -1, -2).conj() @ rows)
    A = np.array(A)
    occupied = f[:, dense.place_in]
    pair = occupied[:, :, None] * (1 - occupied[:, None, :])
    s = np.einsum("aeij,beji,eij->eab", A, A, pair).real
    s = M @ s @ np.swapaxes(M, -1, -2)
    total = 2 * dense.network.spin * Gq * e * np.einsum("e,eab->ab", weight, s)
    total = (total + total.T) / 2
    if floats.size:
        _, answer = eliminate(G, floats)
        total = answer @ total @ answer.T
    return total


def equilibrium_noise(G: np.ndarray, kelvin: float) -> np.ndarray:
    """2kT(G + Gᵀ)."""
    return 2 * kB * kelvin * (G + G.T)
