import mpmath
import numpy as np
import pytest
from reference_networks import (
    KELVIN,
    NOISE_UNIT,
    constant,
    island,
    load,
    noise_of,
    probe_chain,
    two_terminal,
)
from scipy.stats import binom, unitary_group

from qnet.constants import RK, e, h_eV
from qnet.diagnostics import PhysicsError
from qnet.transport import counting
from qnet.transport.circuit_action import Conductor, Resistors
from qnet.transport.counting import (
    cumulants,
    distribution,
    fluctuation_theorem_defect,
)

NETWORKS = load()
BY_NAME = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
NONE = np.zeros(0, int)
FIRST = np.array([1.0, 0.0])


def held(islands, mu, temperature, dephasing=NONE, degeneracy=1):
    mu = np.asarray(mu, float)
    n = mu.shape[-1]
    return Conductor(
        islands,
        mu,
        np.asarray(temperature, float),
        dephasing,
        np.full(n, -1),
        degeneracy=degeneracy,
    )


def in_attempts(conductor, counted, **how):
    """Cumulants for 1 eV of window and a time h/eV."""
    return cumulants(conductor, np.asarray(counted, float), **how).value * h_eV


def test_two_channels_transfer_binomially():
    # Levitov and Lesovik 1993
    S = two_terminal([0.7, 0.2])
    found = in_attempts(held(constant(*S), [-1.0, 0.0], np.zeros(2)), FIRST)
    np.testing.assert_allclose(found, [0.9, 0.37, 0.012, -0.0482], rtol=1e-12)


@pytest.mark.parametrize(
    ("ensemble", "third", "fourth"), [("cavity", 0.0, None), ("wire", 1 / 15, -1 / 105)]
)
def test_universal_cumulants_of_bimodal_ensembles(ensemble, third, fourth):
    # Lee, Levitov, Yakovets 1995; Blanter, Schomerus, Beenakker 2001
    nodes, weight = np.polynomial.legendre.leggauss(200)
    u = (nodes + 1) / 2
    passed = {
        "cavity": np.sin(np.pi * u / 2) ** 2,
        "wire": 1 / np.cosh(15 * u) ** 2,
    }[ensemble]
    S = np.stack([two_terminal([T])[0] for T in passed])
    bias = np.broadcast_to([-1.0, 0.0], (200, 2))
    found = weight @ in_attempts(
        held(constant(S, [0, 1]), bias, np.zeros((200, 2))), FIRST
    )
    assert found[2] / found[0] == pytest.approx(third, abs=1e-6)
    if fourth is not None:
        assert found[3] / found[0] == pytest.approx(fourth, abs=1e-6)


def test_the_distribution_at_zero_temperature_is_binomial():
    conductor = held(constant(*two_terminal([0.7, 0.2])), [-1.0, 0.0], np.zeros(2))
    found = distribution(conductor, FIRST, 20 * h_eV)
    numbers = found.first + np.arange(found.probability.shape[-1])
    attempts = np.arange(21)
    expected = np.convolve(binom.pmf(attempts, 20, 0.7), binom.pmf(attempts, 20, 0.2))
    exact = np.where((numbers >= 0) & (numbers <= 40), expected[numbers.clip(0, 40)], 0)
    np.testing.assert_allclose(found.probability, exact, atol=1e-13)


def test_a_warm_distribution_has_the_moments_of_the_cumulants():
    network = NETWORKS[0]
    temperature = np.full(4, network.answers["kT"] * KELVIN)
    conductor = held(network.islands, network.answers["mus"], temperature)
    counted = np.eye(4)[0]
    time = 60 * h_eV
    found = distribution(conductor, counted, time, rtol=1e-8)
    numbers = found.first + np.arange(found.probability.shape[-1])
    P = found.probability
    assert P.sum() == pytest.approx(1, abs=1e-12)
    assert P.min() > -1e-9
    C = cumulants(conductor, counted).value * time
    mean = P @ numbers
    central = [P @ (numbers - mean) ** k for k in range(5)]
    assert mean == pytest.approx(C[0], rel=1e-7)
    assert central[2] == pytest.approx(C[1], rel=1e-7)
    assert central[3] == pytest.approx(C[2], rel=1e-6)
    assert central[4] - 3 * central[2] ** 2 == pytest.approx(C[3], rel=1e-5)


def test_a_distribution_obeys_the_fluctuation_theorem():
    # two terminals without a magnetic field: P(n)/P(-n) = exp(n eV / k_BT)
    kT, V = 0.5, 0.4
    conductor = held(constant(*two_terminal([0.6])), [-V, 0.0], np.full(2, kT * KELVIN))
    found = distribution(conductor, FIRST, 12 * h_eV, rtol=1e-12)
    middle = -int(found.first)
    for n in (1, 2, 4):
        ahead, back = found.probability[[middle + n, middle - n]]
        assert ahead / back == pytest.approx(np.exp(n * V / kT), rel=1e-6)


def test_sweeps_are_batched():
    V = np.linspace(0.2, 1.0, 3)
    mu = np.stack([-V, 0 * V], -1)
    conductor = held(constant(*two_terminal([0.7, 0.2])), mu, np.zeros((1, 2)))
    found = in_attempts(conductor, FIRST)
    np.testing.assert_allclose(
        found, V[:, None] * [0.9, 0.37, 0.012, -0.0482], rtol=1e-12
    )
    P = distribution(conductor, FIRST, 15 * h_eV)
    assert P.probability.shape[0] == 3
    mean = (P.probability * np.arange(P.probability.shape[-1])).sum(-1) + P.first
    np.testing.assert_allclose(mean, 15 * found[:, 0], rtol=1e-9)


@BY_NAME
def test_first_two_cumulants_are_current_and_noise(network):
    answers = network.answers
    temperature = np.array(answers["bias"]["T"]) * KELVIN
    conductor = held(network.islands, answers["mus"], temperature)
    for a in range(2):
        found = in_attempts(conductor, np.eye(4)[a])
        # the other solver's carriers are positive: its current is minus ours
        assert found[0] == pytest.approx(-answers["bias"]["I"][a], abs=1e-8)
        assert 2 * found[1] == pytest.approx(answers["bias"]["noise"][a][a], abs=1e-8)


@BY_NAME
def test_cross_cumulants_follow_from_weighted_counts(network):
    temperature = np.full(4, network.answers["kT"] * KELVIN)
    conductor = held(network.islands, network.answers["mus"], temperature)
    both = in_attempts(conductor, np.array([1.0, 1, 0, 0]), order=2)[1]
    apart = in_attempts(conductor, np.array([1.0, -1, 0, 0]), order=2)[1]
    noise = noise_of(network.islands, conductor.mu, temperature).charge
    assert (both - apart) / 2 == pytest.approx(noise[0, 1] / NOISE_UNIT, abs=1e-9)


@BY_NAME
def test_probes_at_the_saddle_point_give_the_noise_of_their_feedback(network):
    answers = network.answers
    temperature = np.full(4, answers["kT"] * KELVIN)
    dephased = in_attempts(
        held(
            network.islands, [*answers["mus"][:3], np.nan], temperature, np.array([3])
        ),
        np.eye(4)[0],
    )
    assert dephased[0] == pytest.approx(-answers["dephasing3"]["I"][0], abs=1e-8)
    assert 2 * dephased[1] == pytest.approx(
        answers["dephasing3"]["noise"][0][0], abs=1e-8
    )
    mu = np.array([*answers["mus"][:3], answers["vprobe3"]["mu3"]])
    follows = Conductor(
        network.islands, mu, temperature, NONE, np.array([-1, -1, -1, 0])
    )
    floating = in_attempts(follows, np.eye(4)[0], order=2)
    assert 2 * floating[1] == pytest.approx(answers["vprobe3"]["noise"][0][0], abs=1e-8)


def test_voltage_and_dephasing_probes_settle_together():
    answers = NETWORKS[0].answers
    mu = np.array([*answers["mus"][:2], answers["vprobe2_dephasing3"]["mu2"], np.nan])
    conductor = Conductor(
        NETWORKS[0].islands,
        mu,
        np.full(4, answers["kT"] * KELVIN),
        np.array([3]),
        np.array([-1, -1, 0, -1]),
    )
    found = in_attempts(conductor, np.eye(4)[0])
    expected = answers["vprobe2_dephasing3"]
    assert found[0] == pytest.approx(-expected["I"][0], abs=1e-8)
    assert 2 * found[1] == pytest.approx(expected["noise"][0][0], abs=1e-8)
    # what leaves one terminal enters the other: odd cumulants change sign, even do not
    other = in_attempts(conductor, np.eye(4)[1])
    np.testing.assert_allclose(other, found * [-1, 1, -1, 1], atol=1e-8)


def test_a_long_dephased_chain_has_the_cumulants_of_a_diffusive_wire():
    # Lee, Levitov, Yakovets 1995; de Jong 1996: phases do not matter
    S, reservoirs = probe_chain(24, 0.9)
    n = 26
    mu = np.full(n, np.nan)
    mu[:2] = [-1.0, 0.0]
    found = in_attempts(
        held(constant(S, reservoirs), mu, np.zeros(n), np.arange(2, n)), np.eye(n)[0]
    )
    assert found[1] / found[0] == pytest.approx(1 / 3, abs=0.01)
    assert found[2] / found[0] == pytest.approx(1 / 15, abs=0.01)
    assert found[3] / found[0] == pytest.approx(-1 / 105, abs=0.01)


def saddle_series(action, start, order=4):
    """Taylor coefficients of the stationary value of `action(u, y)`, by mpmath."""
    with mpmath.workdps(40):

        def stationary(u):
            def slope(*y):
                return [
                    mpmath.diff(
                        lambda v, k=k: action(u, [*y[:k], v, *y[k + 1 :]]), y[k]
                    )
                    for k in range(len(y))
                ]

            y = mpmath.findroot(slope, start, tol=1e-25)
            return action(u, list(y))

        step = mpmath.mpf("0.02")
        points = [step * k for k in range(-5, 6)]
        values = [stationary(u) for u in points]
        fit = mpmath.lu_solve(
            mpmath.matrix([[u**k for k in range(11)] for u in points]),
            mpmath.matrix(values),
        )
        return np.array(
            [float(fit[k] * mpmath.factorial(k)) for k in range(1, order + 1)]
        )


def test_a_dephasing_probe_settles_where_a_numerical_search_finds_it():
    S = unitary_group.rvs(3, random_state=4)

    def action(u, y):
        field, filling = y
        xi, f = [u, 0, field], [0, 1, filling]
        M = mpmath.eye(3)
        for i in range(3):
            for j in range(3):
                W = sum(
                    mpmath.conj(S[a, i]) * mpmath.exp(xi[a]) * mpmath.mpc(S[a, j])
                    for a in range(3)
                ) * mpmath.exp(-xi[j])
                M[i, j] += f[i] * (W - (i == j))
        return mpmath.re(mpmath.log(mpmath.det(M)))

    P = np.abs(S) ** 2
    expected = saddle_series(action, [0, P[2, 1] / (P[2, 0] + P[2, 1])])
    conductor = held(
        constant(S, [0, 1, 2]), [-1.0, 0.0, np.nan], np.zeros(3), np.array([2])
    )
    np.testing.assert_allclose(
        in_attempts(conductor, np.eye(3)[0]), expected, rtol=1e-8
    )


@pytest.mark.parametrize("tied", [False, True])
def test_a_resistor_in_series_cascades(tied):
    # Kindermann, Nazarov, Beenakker 2003; node 1 between island 0-1 and resistor 1-2
    T, r, kT = 0.4, 0.7, 0.3
    v = r * T / (1 + r * T)

    def action(u, y):
        xi, level = y
        x = u - xi
        island = mpmath.log(1 + T * (mpmath.exp(x) - 1)) * (1 - v + level)
        fall = -v + level
        return island + (kT * xi**2 - xi * fall) / r

    expected = saddle_series(action, [0, 0])
    # a fourth reservoir that a voltage source ties to the node changes nothing
    mu = np.array([-1.0, -v, 0.0, *([-v] if tied else [])])
    unknown = np.array([-1, 0, -1, *([0] if tied else [])])
    resistors = Resistors(
        np.array([[3 if tied else 1, 2]]), np.array([r * RK]), np.array([kT * KELVIN])
    )
    n = len(mu)
    conductor = Conductor(
        constant(*two_terminal([T])),
        mu,
        np.where(np.arange(n) == 3, KELVIN, 0.0),
        NONE,
        unknown,
        resistors,
    )
    np.testing.assert_allclose(
        in_attempts(conductor, np.eye(n)[0]), expected, rtol=1e-8
    )


@pytest.mark.parametrize("energy_dependent", [False, True])
def test_cold_floating_voltages_are_the_limit_of_cool_ones(energy_dependent):
    network = NETWORKS[2]
    islands = network.islands if energy_dependent else network.constant_islands
    mu = np.array(network.answers["zeroT_const_S"]["mu"])
    unknown = np.array([-1, -1, -1, 0])

    def at(kT):
        conductor = Conductor(islands, mu, np.full(4, kT * KELVIN), NONE, unknown)
        return in_attempts(conductor, np.eye(4)[0])

    # Richardson's extrapolation: thermal corrections go as kT, then (kT)²
    a, b, c = at(4e-3), at(2e-3), at(1e-3)
    first, second = 2 * b - a, 2 * c - b
    np.testing.assert_allclose(at(0.0), (4 * second - first) / 3, atol=3e-6)


def test_crossing_cold_edges_have_no_third_cumulant():
    S = unitary_group.rvs(4, random_state=1)
    mu = np.array([-1.0, 0.0, -0.5, -0.5])
    conductor = Conductor(
        constant(S, range(4)), mu, np.zeros(4), NONE, np.array([-1, -1, 0, 1])
    )
    assert np.isfinite(in_attempts(conductor, np.eye(4)[0], order=2)).all()
    with pytest.raises(PhysicsError, match="QN560"):
        in_attempts(conductor, np.eye(4)[0], order=3)


def test_without_temperature_and_bias_nothing_is_transferred():
    conductor = Conductor(
        NETWORKS[0].constant_islands,
        np.zeros(4),
        np.zeros(4),
        NONE,
        np.array([-1, -1, -1, 0]),
    )
    np.testing.assert_array_equal(in_attempts(conductor, np.eye(4)[0]), 0)


def test_degeneracy_multiplies_every_cumulant():
    S = constant(*two_terminal([0.3]))
    one = in_attempts(held(S, [-1.0, 0.0], np.zeros(2)), FIRST)
    two = in_attempts(held(S, [-1.0, 0.0], np.zeros(2), degeneracy=2), FIRST)
    np.testing.assert_allclose(two, 2 * one)


def test_a_cold_probe_beside_an_energy_dependent_scatterer_is_refused_by_name():
    def level(energy):
        passed = 1 / (1 + energy**2)
        t, r = np.sqrt(passed), 1j * np.sqrt(1 - passed)
        S = np.stack([np.stack([r, t], -1), np.stack([t, r], -1)], -2)
        return [island(S, [0, 1]), island(S, [1, 2])]

    mu = np.array([-1.0, -0.5, 0.0])
    conductor = Conductor(level, mu, np.zeros(3), NONE, np.array([-1, 0, -1]))
    with pytest.raises(PhysicsError, match="QN561"):
        distribution(conductor, np.array([1.0, 0.0, 0.0]), 1e-12)


def test_a_distribution_without_probes_has_two_routes():
    """Logarithms followed along the circle, and rates integrated along it."""
    conductor = held(
        constant(*two_terminal([0.3, 0.8])), [-1.0, 0.0], np.array([0.2, 0.1]) * KELVIN
    )
    time = 40 * h_eV
    followed = distribution(conductor, FIRST, time)
    angles = np.linspace(0, 1.5, 7)
    spread = np.sqrt(cumulants(conductor, FIRST, 2).value[1] * time)
    ours, _, _ = counting._continued(conductor, FIRST, time, angles, spread, 1e-10)
    theirs, _ = counting._held(conductor, FIRST, time, angles, 1e-10)
    np.testing.assert_allclose(ours, theirs, atol=1e-8)
    assert followed.probability.sum() == pytest.approx(1, abs=1e-9)


def test_the_fluctuation_theorem_joins_both_field_directions():
    ahead, back = NETWORKS[0], NETWORKS[1]
    energy = np.linspace(-0.4, 0.5, 7)
    mu, T = np.array([0.3, 0.0, -0.2, 0.05]), np.array(0.08 * KELVIN)
    here, turned = ahead.islands(energy), back.islands(energy)
    assert fluctuation_theorem_defect(here, turned, energy, mu, T) < 1e-11
    # an audit that cannot fail is none: the same field on both sides is wrong
    assert fluctuation_theorem_defect(here, here, energy, mu, T) > 1e-3


def test_noise_of_one_channel_in_si_units():
    # V = 1 mV through T = 0.5: I = 0.5 (e²/h) V, S = 2 e I (1 - T)
    S = constant(*two_terminal([0.5]))
    rates = cumulants(held(S, [-1e-3, 0.0], np.zeros(2)), FIRST).value
    current = 0.5 * 1e-3 / RK
    assert e * rates[0] == pytest.approx(current, rel=1e-12)
    assert 2 * e**2 * rates[1] == pytest.approx(2 * e * current * 0.5, rel=1e-12)
