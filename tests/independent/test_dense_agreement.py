"""Random networks: the library against every amplitude at once.

The bound, stated and held: amplitudes and probabilities to 1e-13 times the condition of
the wave equations; voltages and currents to 1e-13 times that of the circuit equations,
too.
"""

from itertools import count, islice

import numpy as np
import pytest

import qnet
from tests.independent.circuits import (
    biased,
    cold_conductance,
    equilibrium_noise,
    four_terminal,
    linear,
    warm_conductance,
)
from tests.independent.dense import Dense, Gq
from tests.independent.drawn import cold, is_sound, warm

BOUND = 1e-13
QUADRATURE = 1e-8
"""Of the library's energy integrals, with what its tolerance allows."""


def seeds(draw, start, number):
    """Seeds of the first sound networks."""
    return list(islice((s for s in count(start) if is_sound(draw(s))), number))


FEW_COLD, FEW_WARM = seeds(cold, 0, 80), seeds(warm, 0, 15)
BLOCKS = range(100_000, 220_000, 10_000)
"""Where blocks of further seeds begin."""


def solve(network, *questions):
    return qnet.run(network.netlist(*questions))


def order(dense, report):
    """Where the library's reservoirs stand among the dense ones, and itself."""
    found = report["op"]["voltage"].labels["reservoir"]
    return [dense.names.index(name) for name in found]


def agree_cold(seed):
    network = cold(seed)
    dense = Dense(network)
    names = dense.names
    picked = np.random.default_rng(seed).integers(0, len(names), (3, 4))
    asked = [q for q in picked if q[0] != q[1] and q[2] != q[3]]
    report = solve(
        network,
        ".op",
        ".gmatrix",
        ".tmatrix",
        *(
            f".meas r{k} R({','.join(names[i] for i in q)})"
            for k, q in enumerate(asked)
        ),
    )
    where = order(dense, report)
    assert sorted(where) == list(range(len(names)))
    square = np.ix_(where, where)
    G = cold_conductance(dense)
    scale = BOUND * dense.condition * max(1, dense.counts.max())
    T = dense.transmission(np.array([network.fermi]))[0]
    assert abs(report["tmatrix"]["T"].values - T[square]).max() < scale
    found = report["gmatrix"]["all reservoirs"].values
    assert abs(found - G[square]).max() < scale * network.spin
    expected = linear(dense, G * Gq)
    loss = scale * expected.condition
    volts = abs(expected.voltage).max() + 1e-30
    voltage = report["op"]["voltage"].values
    assert abs(voltage - expected.voltage[where]).max() < loss * volts
    current = report["op"]["current"].values
    top = Gq * volts * network.spin * dense.counts.max()
    assert abs(current - expected.current[where]).max() < loss * top
    for k, q in enumerate(asked):
        R, condition = four_terminal(dense, G * Gq, tuple(q))
        if np.isfinite(condition):
            loss = scale * condition * (abs(R) + 1 / Gq)
            assert abs(float(report.measures[f"r{k}"]) - R) < loss


def agree_warm(seed):
    network = warm(seed)
    dense = Dense(network)
    report = solve(network, ".op", ".gmatrix")
    where = order(dense, report)
    G = warm_conductance(dense)
    square = np.ix_(where, where)
    kept = [k for k in where if k not in dense.of_kind("dephasing")]
    if len(kept) == len(where):
        found = report["gmatrix"]["all reservoirs"].values * Gq
        assert abs(found - G[square]).max() < QUADRATURE * Gq
    report = solve(network, ".options response=full", ".op", ".noise")
    expected = biased(dense)
    of_interest = [k for k, w in enumerate(where) if w in kept]
    theirs = [where[k] for k in of_interest]
    op = report["op"]
    voltage = op["voltage"].values[of_interest]
    assert abs(voltage - expected.voltage[theirs]).max() < QUADRATURE * 1e-3
    current = op["current"].values[of_interest]
    assert abs(current - expected.current[theirs]).max() < QUADRATURE * Gq * 1e-3
    noise = report["noise"]["S"]
    listed = [dense.names.index(name) for name in noise.labels[noise.axes[-1]]]
    quantum = np.array(1e-3 * Gq)
    thermal = abs(equilibrium_noise(G, network.temperature)).max()
    thermal += equilibrium_noise(quantum, network.temperature)
    wanted = expected.noise[np.ix_(listed, listed)]
    assert abs(noise.values - wanted).max() < 10 * QUADRATURE * thermal


@pytest.mark.parametrize("seed", FEW_COLD)
def test_cold_networks_agree_with_all_amplitudes_at_once(seed):
    agree_cold(seed)


@pytest.mark.parametrize("seed", FEW_WARM)
def test_warm_and_biased_networks_agree_with_plain_quadrature(seed):
    agree_warm(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", BLOCKS)
def test_twelve_hundred_cold_networks_agree(start):
    for seed in seeds(cold, start, 100):
        agree_cold(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", BLOCKS)
def test_hundreds_of_warm_networks_agree(start):
    for seed in seeds(warm, start, 25):
        agree_warm(seed)
