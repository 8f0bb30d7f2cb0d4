import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_networks import (
    KELVIN,
    NOISE_UNIT,
    HandIsland,
    constant,
    heat_noise_of,
    island,
    load,
    noise_of,
    probe_chain,
    two_terminal,
)
from scipy.stats import unitary_group

from qnet.constants import Gq
from qnet.transport.fluctuations import conservation_defect, negativity
from qnet.transport.noise import (
    equilibrium_noise,
    noise_kernel,
    transmission,
)
from qnet.transport.occupations import Occupations
from qnet.transport.thermal import shared_breaks

NETWORKS = load()
BY_NAME = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
LAST = np.array([3])


def in_units(noise):
    return noise.charge / NOISE_UNIT


def x_coth_x(x):
    """Shot noise crosses over from thermal noise as (eV/2k_BT) coth(eV/2k_BT)."""
    return x / np.tanh(x) if x else 1.0


def buttiker(S, reservoirs, occupations, n):
    """Büttiker's formula as it stands: four indices, one energy."""
    ends = np.asarray(reservoirs)
    project = [np.diag((ends == a).astype(complex)) for a in range(n)]
    A = [P - S.conj().T @ P @ S for P in project]
    f = np.asarray(occupations)[ends]
    weight = f[:, None] * (1 - f)[None, :]
    return np.array(
        [[(weight * A[a] * A[b].T).sum().real for b in range(n)] for a in range(n)]
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_the_kernel_is_buttikers_formula(seed, filling):
    S = unitary_group.rvs(6, random_state=seed)
    reservoirs = [0, 2, 1, 0, 1, 2]
    f = np.array(filling)
    held = Occupations(f[None], 1 - f[None], f[None] - f[0])
    kernel = noise_kernel([island(S[None], reservoirs)], held, 3)[0]
    plain = buttiker(S, reservoirs, f, 3)
    np.testing.assert_allclose(kernel, (plain + plain.T) / 2, atol=1e-13)


@BY_NAME
def test_noise_at_finite_bias_agrees_with_the_other_solver(network):
    answer = network.answers["bias"]
    temperature = np.array(answer["T"]) * KELVIN
    noise = noise_of(network.islands, np.array(network.answers["mus"]), temperature)
    np.testing.assert_allclose(in_units(noise), answer["noise"], atol=1e-9)
    assert noise.excess <= 1
    assert conservation_defect(noise.charge) < 1e-14
    assert negativity(noise.charge) < 1e-14


@BY_NAME
def test_a_dephasing_probe_answers_at_each_energy(network):
    temperature = np.full(4, network.answers["kT"] * KELVIN)
    mu = np.array(network.answers["mus"])
    noise = noise_of(network.islands, mu, temperature, dephasing=LAST)
    np.testing.assert_allclose(
        in_units(noise), network.answers["dephasing3"]["noise"], atol=1e-9
    )
    assert conservation_defect(noise.charge) < 1e-13


@BY_NAME
def test_a_cold_dephasing_probe_has_a_distribution_of_two_steps(network):
    mu = np.array([1.0, 0.0, 0.0, np.nan])
    noise = noise_of(network.constant_islands, mu, np.zeros(4), dephasing=LAST)
    np.testing.assert_allclose(
        in_units(noise), network.answers["zeroT_const_S_deph3"]["noise"], atol=1e-12
    )


@BY_NAME
@pytest.mark.parametrize("probes", [[], [3], [2, 3]])
def test_equilibrium_noise_is_that_of_nyquist(network, probes):
    T, kT = 0.08 * KELVIN, 0.08
    mu, gone = np.full(4, 0.1), np.array(probes, int)
    noise = heat_noise_of(network.islands, mu, np.full(4, T), dephasing=gone)
    if not probes:
        G = np.array(network.answers["G_T_mu0.1"]) * Gq
        nyquist = equilibrium_noise(G, np.array(T))
        np.testing.assert_allclose(
            noise.charge, nyquist, rtol=0, atol=1e-8 * NOISE_UNIT
        )
        # heat fluctuates as Onsager's heat conductance: S_JJ = 4 k_BT L2
        L2 = np.array(network.answers["L2_mu0.1"])
        np.testing.assert_allclose(
            noise.heat / NOISE_UNIT, 2 * kT * (L2 + L2.T), atol=1e-8
        )
        L1 = np.array(network.answers["L1_mu0.1"])
        np.testing.assert_allclose(
            noise.charge_heat / NOISE_UNIT, -2 * kT * (L1 + L1.T), atol=1e-8
        )
    else:
        assert conservation_defect(noise.charge) < 1e-13
    assert negativity(noise.charge) < 1e-13
    assert negativity(noise.heat) < 1e-13


def test_charge_and_heat_correlations_together_are_positive():
    network = NETWORKS[0]
    noise = heat_noise_of(
        network.islands,
        np.array(network.answers["mus"]),
        np.array(network.answers["bias"]["T"]) * KELVIN,
    )
    scale = np.sqrt(np.diag(noise.block))
    assert np.linalg.eigvalsh(noise.block / np.outer(scale, scale)).min() > -1e-12


def test_without_temperature_and_bias_noise_is_exactly_zero():
    noise = heat_noise_of(NETWORKS[0].islands, np.zeros(4), np.zeros(4))
    assert not noise.charge.any()
    assert not noise.heat.any()
    probed = noise_of(NETWORKS[0].islands, np.zeros(4), np.zeros(4), dephasing=LAST)
    assert not probed.charge.any()


@pytest.mark.parametrize("V", [0.0, 0.3, 1.0, 5.0])
def test_thermal_noise_crosses_over_to_shot_noise(V):
    # Khlus 1987; Lesovik 1989; Büttiker 1990
    passed, kT = np.array([0.9, 0.4, 0.1]), 0.2
    noise = in_units(
        noise_of(
            constant(*two_terminal(passed)), np.array([0, -V]), np.full(2, kT * KELVIN)
        )
    )
    thermal = 2 * kT * (passed**2).sum()
    shot = 2 * kT * x_coth_x(V / (2 * kT)) * (passed * (1 - passed)).sum()
    assert noise[0, 0] == pytest.approx(2 * (thermal + shot), rel=1e-9)
    listed = {0.0: 1.12, 0.3: 1.18075733, 1.0: 1.63539654, 5.0: 4.984}[V]
    assert noise[0, 0] == pytest.approx(listed, rel=1e-6)


@pytest.mark.parametrize(("g", "fano"), [(0.5, 0.5), (1.5, 1 / 6), (2.5, 0.1)])
def test_only_the_partly_open_channel_of_a_point_contact_is_noisy(g, fano):
    # Reznikov et al. 1995; Kumar et al. 1996
    passed = np.clip(g - np.arange(3), 0, 1)
    noise = noise_of(
        constant(*two_terminal(passed)), np.array([0.0, -1.0]), np.zeros(2)
    )
    assert in_units(noise)[0, 0] / (2 * g) == pytest.approx(fano, rel=1e-12)


@pytest.mark.parametrize(("ensemble", "fano"), [("cavity", 1 / 4), ("wire", 1 / 3)])
def test_bimodal_transmissions_give_the_universal_fano_factors(ensemble, fano):
    # Jalabert, Pichard, Beenakker 1994; Beenakker and Büttiker 1992
    nodes, weight = np.polynomial.legendre.leggauss(200)
    u = (nodes + 1) / 2
    passed = {
        "cavity": np.sin(np.pi * u / 2) ** 2,
        "wire": 1 / np.cosh(15 * u) ** 2,
    }[ensemble]
    S = np.stack([two_terminal([T])[0] for T in passed])
    bias = np.broadcast_to([0.0, -1.0], (200, 2))
    noise = in_units(noise_of(constant(S, [0, 1]), bias, np.zeros((200, 2))))
    found = weight @ noise[:, 0, 0] / (2 * weight @ passed)
    assert found == pytest.approx(fano, rel=1e-6)


def test_a_diffusive_wire_crosses_over_as_nagaev_found():
    # Nagaev 1992; Steinbach, Martinis, Devoret 1996: (2/3) G [4kT + V coth(V/2kT)]
    nodes, weight = np.polynomial.legendre.leggauss(60)
    x = 10 * (nodes + 1)
    weight = weight * 10
    S = np.stack([two_terminal([1 / np.cosh(v) ** 2])[0] for v in x])
    noise = noise_of(
        constant(S, [0, 1]),
        np.broadcast_to([0.0, -1.0], (60, 2)),
        np.full((1, 2), 0.2 * KELVIN),
    )
    total = weight @ in_units(noise)[:, 0, 0] / (weight @ (1 / np.cosh(x) ** 2))
    assert total == pytest.approx(1.209044873, rel=1e-8)


def splitter(T):
    """Four one-way ends: 0, 1 in, 2, 3 out (and back)."""
    t, r = np.sqrt(T), 1j * np.sqrt(1 - T)
    M = np.array([[t, r], [r, t]])
    return np.block([[np.zeros((2, 2)), M.T], [M, np.zeros((2, 2))]])


def test_beams_behind_a_splitter_are_anticorrelated():
    # Büttiker 1990; Henny et al. and Oliver et al. 1999
    V = 1.0
    mu = np.array([V, 0.0, 0.0, 0.0])
    cold = in_units(noise_of(constant(splitter(0.3), range(4)), mu, np.zeros(4)))
    assert cold[2, 3] == pytest.approx(-2 * 0.3 * 0.7 * V, rel=1e-12)
    assert cold[2, 3] == pytest.approx(-0.42, rel=1e-12)
    warm = in_units(
        noise_of(constant(splitter(0.3), range(4)), mu, np.full(4, 0.25 * KELVIN))
    )
    crossover = -2 * 0.21 * (2 * 0.25 * x_coth_x(V / 0.5) - 2 * 0.25)
    assert warm[2, 3] == pytest.approx(float(crossover), rel=1e-9)
    assert warm[2, 3] == pytest.approx(-0.2256721827, rel=1e-9)


def test_two_equal_beams_of_fermions_make_no_partition_noise():
    mu = np.array([1.0, 1.0, 0.0, 0.0])
    noise = in_units(noise_of(constant(splitter(0.3), range(4)), mu, np.zeros(4)))
    np.testing.assert_allclose(noise, 0, atol=1e-15)


@pytest.mark.parametrize(
    ("count", "fano"), [(1, 0.125), (5, 0.2734375), (60, 0.33225754)]
)
def test_a_chain_of_dephasing_probes_tends_to_one_third(count, fano):
    # de Jong and Beenakker 1996
    S, reservoirs = probe_chain(count, 0.5)
    n = count + 2
    mu = np.zeros(n)
    mu[1] = -1.0
    noise = in_units(
        noise_of(constant(S, reservoirs), mu, np.zeros(n), dephasing=np.arange(2, n))
    )
    G = 1 / (1 + count * 0.5 / 1.5)
    assert noise[0, 0] / (2 * G) == pytest.approx(fano, rel=1e-7)


def mach_zehnder(TA, TB, phase, leak):
    """Ends: sources 0, 1; drains 2, 3; probe 4, in one arm, one-way."""
    first, second = splitter(TA)[2:, :2], splitter(TB)[2:, :2]
    t, r = np.sqrt(1 - leak), np.sqrt(leak)
    S = np.zeros((5, 5), complex)
    arms = np.zeros((2, 3), complex)
    arms[:, :2] = np.diag([t * np.exp(1j * phase), 1]) @ first
    arms[0, 2] = -r * np.exp(1j * phase)
    S[2:4, [0, 1, 4]] = second @ arms
    S[4, :2] = r * first[0]
    S[4, 4] = t
    S[0, 2], S[1, 3] = 1, 1
    return S


def test_a_probe_in_one_arm_dephases_a_mach_zehnder_interferometer():
    # Ji et al. 2003
    S = mach_zehnder(0.5, 0.5, 0.9, 0.4)
    P = transmission([island(S, range(5))], 5)
    G = P[2, 0] + P[2, 4] * P[4, 0] / (1 - P[4, 4])
    assert pytest.approx(0.5 - 0.5 * np.sqrt(0.6) * np.cos(0.9), rel=1e-12) == G
    mu = np.array([-1.0, 0.0, 0.0, 0.0, np.nan])
    noise = noise_of(constant(S, range(5)), mu, np.zeros(5), dephasing=np.array([4]))
    assert in_units(noise)[2, 2] == pytest.approx(0.2840803142, rel=1e-9)
    assert in_units(noise)[2, 3] == pytest.approx(-0.2840803142, rel=1e-9)


def test_sweeps_share_a_mesh_and_amplitudes():
    network = NETWORKS[1]
    bias = np.linspace(0, 0.3, 4)
    mu = np.zeros((4, 4))
    mu[:, 0] = bias
    temperature = np.full((1, 4), 0.05 * KELVIN)
    own = noise_of(network.islands, mu, temperature)
    asked = []

    def islands(energy):
        asked.append(energy.shape)
        return network.islands(energy)

    common = noise_of(
        islands, mu, temperature, breaks=shared_breaks(mu, temperature, (0,))
    )
    assert {shape[0] for shape in asked} == {1}
    np.testing.assert_allclose(
        common.charge, own.charge, rtol=1e-8, atol=1e-9 * NOISE_UNIT
    )


def test_islands_are_independent_sources():
    S, reservoirs = two_terminal([0.3])
    mu, temperature = np.array([0.0, -0.1, -0.4]), np.full(3, 0.1 * KELVIN)

    def both(energy):
        return [
            island(S[None], reservoirs),
            island(S[None], [1, 2]),
        ]

    one = noise_of(lambda E: both(E)[:1], mu, temperature).charge
    other = noise_of(lambda E: both(E)[1:], mu, temperature).charge
    total = noise_of(both, mu, temperature).charge
    np.testing.assert_allclose(total, one + other, rtol=1e-12, atol=1e-15 * NOISE_UNIT)


def test_equal_islands_run_as_one_batch():
    S, _ = two_terminal([0.3])
    mu, temperature = np.array([0.0, -0.1, -0.4]), np.full(3, 0.1 * KELVIN)
    ends = np.array([[0, 1], [1, 2]])
    batch = HandIsland(np.stack([S, S])[:, None], ends, ends)
    together = noise_of(lambda _: [batch], mu, temperature).charge
    apart = noise_of(
        lambda _: [island(S[None], pair) for pair in ends], mu, temperature
    ).charge
    np.testing.assert_allclose(together, apart, rtol=1e-13, atol=1e-15 * NOISE_UNIT)


@BY_NAME
@pytest.mark.parametrize("dephasing", [[], [3]])
def test_overlaps_of_occupations_replace_energies(network, dephasing):
    # energy-independent islands by overlaps, and energy by energy
    mu = np.array(network.answers["mus"])
    temperature = np.array([0.05, 0.08, 0.0, 0.1]) * KELVIN

    def spelled_out(energy):
        (one,) = network.constant_islands(energy)
        S = np.broadcast_to(one.S, (1, *energy.shape, *one.S.shape[-2:]))
        return [island(S[0], network.reservoirs)]

    few = noise_of(network.constant_islands, mu, temperature, dephasing)
    many = noise_of(spelled_out, mu, temperature, dephasing)
    np.testing.assert_allclose(in_units(few), in_units(many), atol=1e-10)


def test_degeneracy_multiplies_noise():
    S, ends = two_terminal([0.3])
    mu = np.array([0.0, -1.0])
    one = noise_of(constant(S, ends), mu, np.zeros(2)).charge
    two = noise_of(constant(S, ends), mu, np.zeros(2), degeneracy=2).charge
    np.testing.assert_allclose(two, 2 * one)


def test_frozen_probes_lose_charge():
    S, reservoirs = probe_chain(1, 0.5)
    mu = np.array([0.0, -1.0, np.nan])
    gone = np.array([2])
    frozen = noise_of(
        constant(S, reservoirs), mu, np.zeros(3), dephasing=gone, is_frozen=True
    ).charge
    assert abs(frozen[:2, :2].sum()) > 1e-3 * NOISE_UNIT


def test_a_wildly_different_temperature_alone_makes_noise():
    # delta-T noise of one channel, Lumbroso et al. 2018: at T2 = 0 the partition part
    # is 2 T(1-T) k_B T1 (2 ln 2 - 1)
    passed, kT = 0.4, 0.3
    noise = in_units(
        noise_of(
            constant(*two_terminal([passed])), np.zeros(2), np.array([kT * KELVIN, 0.0])
        )
    )
    thermal = 2 * kT * passed
    partition = 2 * passed * (1 - passed) * kT * (2 * np.log(2) - 1)
    assert noise[0, 0] == pytest.approx(thermal + partition, rel=1e-9)
