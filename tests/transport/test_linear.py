"""Linear response at finite temperature against networks of another solver."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hand_made import circuit, constant_flows, flows_of_islands
from reference_networks import KELVIN, island, load

import qnet
from qnet.constants import L0, Gq
from qnet.registry import ReservoirKind
from qnet.transport.conductance import dense_conductance
from qnet.transport.linear import solve_linear
from qnet.transport.onsager import onsager_stamps
from qnet.transport.thermoelectric import onsager_matrix

NETWORKS = load()
FOUR = ("T0", "T1", "T2", "T3")
everyone = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)


def device(network, fermi=0.1, **more):
    kT = network.answers["kT"]
    terminals = {name: {"V": 0.0} for name in FOUR}
    made = circuit(terminals, temperature=kT * KELVIN, **more)
    made.fermi[...] = fermi
    return made


@everyone
def test_onsager_matrices_of_random_networks(network):
    found = onsager_stamps(device(network), flows_of_islands(network.islands, 4))
    answers = network.answers
    for stamp, name, sign in (
        (found.charge, "G_T_mu0.1", 1),
        (found.charge_heat, "L1_mu0.1", -1),
        (found.heat_charge, "L1_mu0.1", -1),
        (found.heat, "L2_mu0.1", 1),
    ):
        L = dense_conductance(stamp) / Gq
        assert pytest.approx(sign * np.array(answers[name]), abs=1e-9) == L
    assert found.error.max() <= 1


def test_wiedemann_franz_without_energy_dependence():
    """TH1: N = 3 channels, heat by a temperature difference alone is L0 T G ΔT."""
    kT = 0.1
    warm = {"T1": 1.01 * kT * KELVIN, "T2": kT * KELVIN}
    made = circuit({"T1": {"V": 0}, "T2": {"V": 0}}, temperature=warm)
    made.temperature[...] = kT * KELVIN
    flows_at = constant_flows([[0, 3], [3, 0]])
    found = solve_linear(made, onsager_stamps(made, flows_at))
    T, difference = kT * KELVIN, 0.01 * kT * KELVIN
    assert found.heat[0] == pytest.approx(L0 * T * 3 * Gq * difference, rel=1e-9)
    assert not found.current.any()


def test_thermal_probe_takes_the_mean_temperature_of_what_it_sees():
    T = np.array([[1, 1, 2], [1, 2, 1], [2, 1, 1]])
    warm = {"T1": 1.1, "T2": 0.9}
    made = circuit(
        {"T1": {"V": 1e-6}, "T2": {"V": 0}},
        probes=("P3",),
        kinds={"P3": ReservoirKind.THERMAL},
        temperature=warm,
    )
    made.temperature[...] = 1.0
    found = solve_linear(made, onsager_stamps(made, constant_flows(T)))
    assert found.temperature[2] == pytest.approx(0.9 + 0.2 * 2 / 3, rel=1e-12)
    assert found.voltage[2] == pytest.approx(2e-6 / 3, rel=1e-12)
    assert found.heat[2] == pytest.approx(0, abs=1e-25)


def test_dephasing_probe_follows_heat_as_well_without_energy_dependence():
    T = np.array([[1, 1, 2], [1, 2, 1], [2, 1, 1]])
    warm = {"T1": 1.1, "T2": 0.9}
    heats = []
    for kind in (ReservoirKind.THERMAL, ReservoirKind.DEPHASING):
        made = circuit(
            {"T1": {"V": 0}, "T2": {"V": 0}},
            probes=("P3",),
            kinds={"P3": kind},
            temperature=warm,
        )
        made.temperature[...] = 1.0
        found = solve_linear(made, onsager_stamps(made, constant_flows(T)))
        heats.append(found.heat)
    assert heats[0] == pytest.approx(heats[1])


def test_zero_temperature_reads_the_fermi_energy_alone():
    flows_at = flows_of_islands(NETWORKS[0].islands, 4)
    four = circuit({f"T{k}": {"V": 0} for k in range(4)})
    four.fermi[...] = NETWORKS[0].answers["E0"]
    found = onsager_stamps(four, flows_at)
    G = dense_conductance(found.charge) / Gq
    assert pytest.approx(np.array(NETWORKS[0].answers["G_T0"]), abs=1e-12) == G
    assert not solve_linear(four, found).heat.any()


def test_sweep_of_temperature_from_zero_shares_its_energies():
    """Each point equals itself alone; the first is exact at one energy."""
    network = NETWORKS[1]
    flows_at = flows_of_islands(network.islands, 4)
    T = np.array([0.0, 0.02, 0.3]) * KELVIN

    def made(temperature, sweep=()):
        device = circuit({f"T{k}": {"V": 0} for k in range(4)}, sweep=sweep)
        return replace(device, temperature=temperature)

    together = onsager_stamps(made(T, (3,)), flows_at)
    for k in range(3):
        alone = onsager_stamps(made(np.array(T[k])), flows_at)
        G = dense_conductance(together.charge)[k]
        assert pytest.approx(dense_conductance(alone.charge), abs=1e-9 * Gq) == G


@pytest.mark.parametrize(("channels", "accuracy"), [(0, 1e-6), (1, 1e-3)])
def test_narrow_resonance_is_found(channels, accuracy):
    """Γ = 1e-6 k_BT, alone or behind an open channel: the trigamma form.

    C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991), in the tunnelling limit; behind a
    channel 1e-10 of the whole is 5e-4 of the peak.
    """
    width, kT = 1e-6, 1.0
    position = 0.3

    def islands(energy):
        away = (energy - position)[..., None, None] + 0.5j * width
        n = 2 + 2 * channels
        S = np.zeros((*energy.shape, n, n), complex)
        S[..., :2, :2] = np.eye(2) - 1j * width * np.full((2, 2), 0.5) / away
        if channels:
            S[..., 2, 3] = S[..., 3, 2] = 1.0
        return [island(S, [0, 1] * (1 + channels))]

    made = circuit({"T1": {"V": 0}, "T2": {"V": 0}}, temperature=kT * KELVIN)
    found = onsager_stamps(made, flows_of_islands(islands, 2))
    G = -dense_conductance(found.charge)[0, 1] / Gq
    with mpmath.workdps(30):
        half = mpmath.mpf(width) / 2 + 1j * position
        slope = mpmath.re(mpmath.psi(1, 0.5 + half / (2 * mpmath.pi)))
        level = float(slope * width / (4 * mpmath.pi))
    assert pytest.approx(level, rel=accuracy) == G - channels


def test_named_probe_acts_as_a_voltage_probe():
    made = device(NETWORKS[2], kinds={"T3": ReservoirKind.DEPHASING})
    flows_at = flows_of_islands(NETWORKS[2].islands, 4)
    plain = onsager_stamps(device(NETWORKS[2]), flows_at)
    named = onsager_stamps(made, flows_at, as_voltage=np.array([3]))
    assert dense_conductance(named.charge) == pytest.approx(
        dense_conductance(plain.charge), abs=1e-12 * Gq
    )


def test_a_warm_contact_drives_no_current_through_what_is_flat_in_energy():
    """One contact holds the voltage, all else floats: every current is zero.

    Contacts of unequal temperatures exchange heat, and rounding is no current to be
    conserved.
    """
    report = qnet.run(
        ".temp 0.7K\nT1 a V=-144.1056uV temp=0.82K\nP2 b temp=0.48K\n"
        "S1 a levels nch=(1) H=[[1e-3]] W=[[0.02]]\nP3 c b eps=0.795571 N=2\n"
        "B1 a c a b T=0.312918 N=2\n"
        ".op\n"
    )
    assert report.passed
    voltage = report["op"]["voltage"].values
    assert voltage == pytest.approx([-144.1056e-6] * 3, rel=1e-12)


@pytest.mark.parametrize("phi", [0.3, 1.9])
def test_wires_without_resonance_have_no_thermopower_and_the_universal_heat(phi):
    """Flat transmission: S = 0 and κ = (π²/3)(k_B²T/h) T, rounding left aside.

    The closed loop at the stem makes amplitudes depend on energy, and no probability.
    """
    found = qnet.run(
        ".temp 1.2K\nT1 a V=1mV\nT2 b V=0\nY1 c a c eps=0.2 N=2\n"
        f"W1 a b N=2 phi={phi} tau=0.48ps flux=0.1\nP2 a b eps=0.8 N=1\n"
        ".meas S seebeck(T2,T1)/1V*1K\n.meas L kappa(T2,T1)/(G(T1,T1)*L0*temp)\n"
    ).measures
    assert abs(float(found["S"].values)) < 1e-15
    assert found["L"].values == pytest.approx(1, rel=1e-10)


def test_between_what_nothing_connects_there_is_no_thermopower():
    found = qnet.run(
        ".temp 1K\nT1 a V=1mV\nT2 b V=0\nT3 c V=0\nT4 d V=0\n"
        "D1 a b E0=0.1meV GL=0.1meV GR=0.1meV\nB1 c d T=0.5\n"
        ".meas S seebeck(T1,T3)\n.meas kappa_13 kappa(T1,T3)\n"
    ).measures
    assert np.isnan(found["S"].values)
    assert np.isnan(found["kappa_13"].values)


def test_flat_transmission_has_a_diagonal_onsager_matrix():
    """No thermopower, and heat over (k_BT/e)² conducts π²/3 as well as charge does.

    P. N. Butcher, J. Phys.: Condens. Matter 2, 4869 (1990).
    """
    made = circuit({"T1": {"V": 0}, "T2": {"V": 0}}, temperature=2.0)
    found = onsager_matrix(onsager_stamps(made, constant_flows([[0, 3], [3, 0]])))
    G = 3 * Gq * np.array([[1, -1], [-1, 1]])
    none = np.zeros((2, 2))
    expected = np.block([[G, none], [none, np.pi**2 / 3 * G]])
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-25)
