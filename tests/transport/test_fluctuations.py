import numpy as np
import pytest
from reference_networks import (
    KELVIN,
    NOISE_UNIT,
    constant,
    heat_noise_of,
    load,
    noise_of,
    probe_chain,
    two_terminal,
)

import qnet
from qnet.constants import Gq, kB
from qnet.transport.fluctuations import (
    conservation_defect,
    fano_factor,
    floating_unknowns,
    johnson_noise,
    negativity,
    resistor_admittance,
    respond,
)
from qnet.transport.noise import equilibrium_noise, transmission
from qnet.transport.quadrature import integrate
from qnet.transport.thermal import fermi_heating, fermi_slope, thermal_breaks
from qnet.transport.transmission import eliminate

NETWORKS = load()
BY_NAME = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
NO_PROBES = np.zeros(0, int)


def differential_response(islands, mu, temperature, dephasing=NO_PROBES):
    """[[∂I/∂V, ∂I/∂T], [∂J/∂V, ∂J/∂T]] at the working point, from S(E) alone."""
    n = len(mu)
    kept = np.setdiff1d(np.arange(n), dephasing)
    mu = np.where(np.isnan(mu), 0.0, mu)

    def integrand(energy):
        P = eliminate(transmission(islands(energy), n), dephasing).P
        K = np.zeros((*P.shape[:-2], n, n))
        K[..., kept[:, None], kept] = -P
        K[..., kept, kept] = 0
        K[..., kept, kept] = -K.sum(-1)[..., kept]
        E = energy[..., None]
        by_voltage = K * fermi_slope(E, mu, temperature)[..., None, :]
        by_heat = K * fermi_heating(E, mu, temperature)[..., None, :] * KELVIN
        carried = (E - mu)[..., :, None]
        return np.stack(
            [by_voltage, -by_heat, -carried * by_voltage, carried * by_heat], -3
        )

    value = Gq * integrate(integrand, thermal_breaks(mu[kept], temperature[kept])).value
    a, b, c, d = value
    return np.block([[a, b / KELVIN], [c, d / KELVIN]])


def voltages_of(L):
    n = len(L) // 2
    return L[:n, :n]


@BY_NAME
def test_cold_voltage_probes_feed_back(network):
    answer = network.answers["zeroT_const_S"]
    G = np.array(network.answers["G_T0"]) * Gq
    noise = noise_of(network.constant_islands, np.array(answer["mu"]), np.zeros(4))
    probe = floating_unknowns(np.array([False, False, False, True]))
    found = respond(noise.charge, G, probe).current
    np.testing.assert_allclose(found / NOISE_UNIT, answer["noise"], atol=1e-12)


@BY_NAME
def test_a_voltage_probe_follows_at_finite_bias_and_temperature(network):
    answers = network.answers
    mu = np.array([*answers["mus"][:3], answers["vprobe3"]["mu3"]])
    temperature = np.full(4, answers["kT"] * KELVIN)
    noise = noise_of(network.islands, mu, temperature)
    G = voltages_of(differential_response(network.islands, mu, temperature))
    probe = floating_unknowns(np.array([False, False, False, True]))
    found = respond(noise.charge, G, probe)
    expected = answers["vprobe3"]["noise"]
    np.testing.assert_allclose(found.current / NOISE_UNIT, expected, atol=1e-9)
    assert conservation_defect(found.current) < 1e-9
    assert negativity(found.current) < 1e-12
    assert found.voltage[3, 3] > 0
    assert np.count_nonzero(found.voltage) == 1


@BY_NAME
def test_voltage_and_dephasing_probes_answer_together(network):
    answers = network.answers
    mu = np.array([*answers["mus"][:2], answers["vprobe2_dephasing3"]["mu2"], np.nan])
    temperature = np.full(4, answers["kT"] * KELVIN)
    gone = np.array([3])
    noise = noise_of(network.islands, mu, temperature, dephasing=gone)
    L = differential_response(network.islands, mu, temperature, gone)
    probe = floating_unknowns(np.array([False, False, True, False]))
    found = respond(noise.charge, voltages_of(L), probe).current
    expected = answers["vprobe2_dephasing3"]["noise"]
    np.testing.assert_allclose(found / NOISE_UNIT, expected, atol=1e-9)


@BY_NAME
@pytest.mark.parametrize("kind", ["voltage", "thermal", "dephasing"])
def test_every_kind_of_probe_keeps_the_fluctuation_dissipation_theorem(network, kind):
    T = 0.08 * KELVIN
    mu, temperature = np.full(4, 0.1), np.full(4, T)
    gone = np.array([3]) if kind == "dephasing" else NO_PROBES
    noise = heat_noise_of(network.islands, mu, temperature, dephasing=gone)
    L = differential_response(network.islands, mu, temperature, gone)
    floats = np.array([False, False, False, kind != "dephasing"])
    unknown = floating_unknowns(floats, floats & (kind == "thermal"))
    found = respond(noise.block, L, unknown)
    held, free = np.flatnonzero(unknown < 0), np.flatnonzero(unknown >= 0)
    reduced = L[np.ix_(held, held)]
    if len(free):
        inner = np.linalg.solve(L[np.ix_(free, free)], L[np.ix_(free, held)])
        reduced = reduced - L[np.ix_(held, free)] @ inner
    G = reduced[:3, :3]
    nyquist = equilibrium_noise(G, np.array(T))
    np.testing.assert_allclose(
        found.current[:3, :3], nyquist, rtol=0, atol=1e-8 * np.abs(nyquist).max()
    )
    assert conservation_defect(found.current[:4, :4]) < 1e-8


def test_a_thermal_probe_takes_up_neither_charge_nor_heat():
    network = NETWORKS[2]
    answers = network.answers
    probe = answers["tprobe3_thermal"]
    mu = np.array([*answers["mus"][:3], probe["mu3"]])
    temperature = np.array([*[answers["kT"]] * 3, probe["T3"]]) * KELVIN
    noise = heat_noise_of(network.islands, mu, temperature)
    L = differential_response(network.islands, mu, temperature)
    floats = np.array([False, False, False, True])
    found = respond(noise.block, L, floating_unknowns(floats, floats))
    scale = np.sqrt(np.outer(np.diag(noise.block), np.diag(noise.block)))
    relative = found.current / scale
    np.testing.assert_allclose(relative[[3, 7]], 0, atol=1e-12)
    assert conservation_defect(found.current[:4, :4]) < 1e-8
    assert negativity(relative) < 1e-12
    assert found.voltage[7, 7] > 0


def ladder_temperatures(count, leak):
    """k_B T_p / eV along a chain of thermal probes between cold ends, V = 1."""
    S, reservoirs = probe_chain(count, leak)
    n = count + 2
    P = transmission(constant(S, reservoirs)(np.zeros(1)), n)[0]
    K = np.diag(P.sum(-1)) - P
    inner, ends = np.arange(2, n), [0, 1]
    mu = np.zeros(n)
    mu[1] = -1.0
    mu[inner] = np.linalg.solve(K[2:, 2:], -K[2:, ends] @ mu[ends])
    # heat: Σ_b P_ab [(μ_a - μ_b)²/2 + (π²/6)((kT_b)² - (kT_a)²)] = 0
    joule = (P * (mu[:, None] - mu) ** 2 / 2).sum(-1)
    squares = np.zeros(n)
    squares[inner] = np.linalg.solve(K[2:, 2:], joule[inner]) * 6 / np.pi**2
    return S, reservoirs, mu, np.sqrt(squares), K


@pytest.mark.parametrize(("count", "fano"), [(8, None), (40, 0.431269)])
def test_a_chain_of_thermal_probes_is_a_hot_electron_wire(count, fano):
    # Nagaev 1995; Kozub and Rudin 1995: F tends to √3/4
    S, reservoirs, mu, kT, K = ladder_temperatures(count, 1.0)
    noise = noise_of(constant(S, reservoirs), mu, kT * KELVIN, rtol=1e-8)
    floats = np.arange(count + 2) >= 2
    found = respond(noise.charge, K * Gq, floating_unknowns(floats)).current
    # perfect links between reservoirs are Johnson noise at their mean temperature
    links = 2 * (np.concatenate([[0], kT[2:], [0]])).sum() * 2 / (count + 1) ** 2
    F = found[0, 0] / NOISE_UNIT / (2 / (count + 1))
    assert pytest.approx(links / (2 / (count + 1)), rel=1e-7) == F
    if fano is not None:
        assert pytest.approx(fano, rel=1e-6) == F


def test_resistors_in_series_divide_the_noise_of_an_island():
    # reservoirs: source 0, node 1, ground 2; island 0-1, resistor 1-2
    S, _ = two_terminal([0.4])
    kT, V = 0.05, 1.0
    R = 0.7 / Gq
    G = np.zeros((3, 3))
    G[:2, :2] = 0.4 * Gq * np.array([[1, -1], [-1, 1]])
    middle = V * 0.4 / (0.4 + 1 / 0.7)
    mu = np.array([-V, -middle, 0.0])
    temperature = np.full(3, kT * KELVIN)
    noise = noise_of(constant(S, [0, 1]), mu, temperature).charge
    ends = np.array([[1, 2]])
    found = respond(
        noise,
        G,
        floating_unknowns(np.array([False, True, False])),
        outside=resistor_admittance(ends, np.array([R]), 3),
        outside_sources=johnson_noise(ends, np.array([R]), np.array([0.3 * KELVIN]), 3),
    )
    r = 1 / (0.4 * Gq)
    johnson = 4 * kB * 0.3 * KELVIN / R
    current = (noise[0, 0] * r**2 + johnson * R**2) / (r + R) ** 2
    assert found.current[0, 0] == pytest.approx(current, rel=1e-10)
    voltage = (noise[0, 0] + johnson) * (r * R / (r + R)) ** 2
    assert found.voltage[1, 1] == pytest.approx(voltage, rel=1e-10)


def test_a_circuit_in_equilibrium_shows_nyquists_voltage_noise():
    ends = np.array([[0, 1], [1, 2], [2, 0]])
    R, T = np.array([1e3, 2e3, 5e3]), np.full(3, 4.2)
    Y = resistor_admittance(ends, R, 3)
    found = respond(
        np.zeros((3, 3)),
        np.zeros((3, 3)),
        floating_unknowns(np.array([False, True, True])),
        outside=Y,
        outside_sources=johnson_noise(ends, R, T, 3),
    )
    Z = np.linalg.inv(Y[1:, 1:])
    np.testing.assert_allclose(found.voltage[1:, 1:], 4 * kB * 4.2 * Z, rtol=1e-12)


def test_nodes_tied_by_a_voltage_source_move_together():
    ends = np.array([[0, 1], [2, 0]])
    R = np.array([1e3, 1e3])
    found = respond(
        np.zeros((3, 3)),
        np.zeros((3, 3)),
        np.array([-1, 0, 0]),
        outside=resistor_admittance(ends, R, 3),
        outside_sources=johnson_noise(ends, R, np.full(2, 1.0), 3),
    )
    np.testing.assert_allclose(found.voltage[1:, 1:], 4 * kB * 500, rtol=1e-12)


def test_frozen_probes_leave_the_sources_alone():
    network = NETWORKS[0]
    temperature = np.full(4, 0.08 * KELVIN)
    noise = noise_of(network.islands, np.array(network.answers["mus"]), temperature)
    G = np.array(network.answers["G_T0"]) * Gq
    frozen = respond(noise.charge, G, np.full(4, -1))
    np.testing.assert_array_equal(frozen.current, noise.charge)
    assert not frozen.voltage.any()


def test_the_fano_factor_has_no_value_without_current():
    factor = fano_factor(np.array([1e-26, 1e-26]), np.array([1e-8, 0.0]))
    assert factor[0] == pytest.approx(1e-26 / (2 * 1.602176634e-19 * 1e-8))
    assert np.isnan(factor[1])


@pytest.mark.parametrize(
    "probes", ["P3 p", "P3 p type=thermal", "P3 p\nB3 p q T=0.3\nP4 q"]
)
def test_a_probe_cut_off_at_one_point_follows_at_all_others(probes):
    """B2 shut at x = 0: each point of the sweep has the noise that it has alone."""
    netlist = (
        "{cards}\n.temp 1K\nT1 a V=1mV\nT2 b V=0\nY1 a b c eps=0.4\nB2 c p T={{x}}\n"
        f"{probes}\n.noise T1\n"
    )
    swept = qnet.run(netlist.format(cards=".param x=1\n.step x list 0 0.5"))
    assert swept.passed
    for k, x in enumerate((0.0, 0.5)):
        held = probes if x else "T3 p V=0"
        alone = netlist.format(cards=f".param x={x}").replace(probes, held)
        expected = qnet.run(alone)["noise"]["S"].values
        assert swept["noise"]["S"].values[k] == pytest.approx(expected, rel=1e-9)


def test_a_cold_thermal_probe_is_as_noisy_as_a_voltage_probe():
    """Without a temperature heat is of second order, and the probe takes up none."""
    netlist = (
        ".step temp list 0 1K\nT1 a V=1mV\nT2 b V=0\nY1 p a b eps=0.3\nP3 p type={}\n"
        ".noise T1\n"
    )
    thermal, plain = (qnet.run(netlist.format(kind)) for kind in ("thermal", "voltage"))
    assert thermal.passed
    found, expected = (r["noise"]["S"].values[0] for r in (thermal, plain))
    assert found == pytest.approx(expected, rel=1e-12)


def test_no_heat_is_asked_of_a_thermal_probe_that_resistors_alone_reach():
    netlist = (
        ".temp 1K\nT1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\nR1 a p 1k\nR2 p b 1k\n"
        "P3 p type={}\n.noise T1\n"
    )
    thermal, plain = (qnet.run(netlist.format(kind)) for kind in ("thermal", "voltage"))
    found, expected = (r["noise"]["S"].values for r in (thermal, plain))
    assert found == pytest.approx(expected, rel=1e-12)
