"""Finite bias against networks of another solver, and closed forms."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import circuit, constant_flows, flows, flows_of_islands
from reference_networks import CURRENT_UNIT, KELVIN, island, load

import qnet
from qnet.circuit import Lever
from qnet.diagnostics import PhysicsError
from qnet.registry import ReservoirKind
from qnet.transport import sampled
from qnet.transport.bias import solve_bias
from qnet.transport.linear import solve_linear
from qnet.transport.onsager import onsager_stamps
from qnet.transport.response import reduced_conductance

NETWORKS = load()
everyone = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
KINDS = {"vprobe": ReservoirKind.NORMAL, "tprobe": ReservoirKind.THERMAL,
         "dephasing": ReservoirKind.DEPHASING}  # fmt: skip
NAMES = ("T0", "T1", "T2", "T3")


def device(network, floating=None):
    """The network at its bias; what floats is a probe of the given kind.

    The file's carriers are positive: V = -μ.
    """
    answers = network.answers
    floating = floating or {}
    terminals = {
        name: {"V": -mu}
        for k, (name, mu) in enumerate(zip(NAMES, answers["mus"], strict=True))
        if k not in floating
    }
    probes = [NAMES[k] for k in floating]
    warm = (
        answers["kT"] * KELVIN
        if floating
        else dict(zip(NAMES, np.array(answers["bias"]["T"]) * KELVIN, strict=True))
    )
    kinds = {NAMES[k]: kind for k, kind in floating.items()}
    return circuit(terminals, probes=probes, kinds=kinds, temperature=warm)


def solved(network, floating=None):
    found = solve_bias(device(network, floating), flows_of_islands(network.islands, 4))
    assert found.working.excess.max() <= 1
    assert found.solution.conservation < 1e-9
    assert not found.solution.marks
    return found.solution


@everyone
def test_currents_and_heat_of_random_networks_at_finite_bias(network):
    found = solved(network)
    expected = network.answers["bias"]
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_voltage_probe_at_finite_bias(network):
    expected = network.answers["vprobe3"]
    found = solved(network, {3: ReservoirKind.NORMAL})
    assert -found.voltage[3] == pytest.approx(expected["mu3"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_thermal_probe_at_finite_bias(network):
    expected = network.answers["tprobe3_thermal"]
    found = solved(network, {3: ReservoirKind.THERMAL})
    assert -found.voltage[3] == pytest.approx(expected["mu3"], abs=1e-9)
    assert found.temperature[3] / KELVIN == pytest.approx(expected["T3"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_dephasing_probe_at_finite_bias(network):
    found = solved(network, {3: ReservoirKind.DEPHASING})
    expected = network.answers["dephasing3"]["I"]
    assert -found.current / CURRENT_UNIT == pytest.approx(expected, abs=1e-9)


@everyone
def test_voltage_probe_beside_a_dephasing_probe(network):
    kinds = {2: ReservoirKind.NORMAL, 3: ReservoirKind.DEPHASING}
    found = solved(network, kinds)
    expected = network.answers["vprobe2_dephasing3"]
    assert -found.voltage[2] == pytest.approx(expected["mu2"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)


def level(position, widths):
    """Breit-Wigner level between reservoirs, each coupled by its partial width."""
    amplitude = np.sqrt(np.asarray(widths))
    total = np.sum(widths)

    def islands(energy):
        away = (energy - np.asarray(position)[..., None])[..., None, None]
        residue = 1j * np.outer(amplitude, amplitude)
        return [
            island(
                np.eye(len(amplitude)) - residue / (away + 0.5j * total),
                range(len(amplitude)),
            )
        ]

    return flows_of_islands(islands, len(amplitude))


@pytest.mark.parametrize(
    ("kT", "expected"),
    [
        (0.0, [0.03788314, 0.16607231, 0.34129356, 0.43077519]),
        (0.05, [0.03985015, 0.16335979, 0.33600084, 0.43061644]),
    ],
)
def test_current_through_a_level(kT, expected):
    """BW3: Γ = 0.3 and 0.1 at 0.2, bias ±V/2."""
    V = np.array([0.1, 0.4, 1, 3])
    device = circuit(
        {"T1": {"V": V / 2}, "T2": {"V": -V / 2}}, temperature=kT * KELVIN, sweep=(4,)
    )
    # the closed form has positive carriers: mirror the level instead of the charge
    found = solve_bias(device, level(-0.2, [0.3, 0.1])).solution
    assert found.current[:, 0] / CURRENT_UNIT == pytest.approx(expected, abs=1e-8)


def test_quantum_of_heat():
    """TH4: J = (π²/6)(T1² - T2²) through one channel."""
    warm = {"T1": 0.3 * KELVIN, "T2": 0.1 * KELVIN}
    device = circuit({"T1": {"V": 0}, "T2": {"V": 0}}, temperature=warm)
    found = solve_bias(device, constant_flows([[0, 1], [1, 0]])).solution
    assert found.heat / CURRENT_UNIT == pytest.approx(
        [0.1315947253, -0.1315947253], rel=1e-9
    )


def test_open_circuit_voltage_of_a_hot_step():
    """TH11: a step at 1, hot side at kT = 1, cold side at 1/2."""

    def step(energy, voltage):
        T = (energy > 1.0)[..., None] * np.array([0, 1, 1, 0]) + (energy <= 1.0)[
            ..., None
        ] * np.array([1, 0, 0, 1])
        plain = flows(np.eye(2))
        return replace(
            plain,
            values=T.astype(float),
            fed=np.ones((*energy.shape, 2)),
            witness=np.zeros((*energy.shape, 0), complex),
        )

    device = circuit(
        {"T1": {"V": 0}, "T2": {"I": 0}}, temperature={"T1": KELVIN, "T2": KELVIN / 2}
    )
    found = solve_bias(device, step).solution
    assert -found.voltage[1] == pytest.approx(0.930997402, abs=1e-8)


def test_hot_electrons_in_a_chain_of_thermal_probes():
    """(π²/3)(kT)² = V_p (V - V_p): Joule heat against Wiedemann-Franz, cold leads."""
    n = 6
    T = np.zeros((n, n))
    for k in range(n - 1):
        T[k, k + 1] = T[k + 1, k] = 1
    T[0, 0] = T[-1, -1] = 1
    probes = [f"P{k}" for k in range(1, n - 1)]
    order = [0, n - 1, *range(1, n - 1)]
    device = circuit(
        {"T1": {"V": 1e-3}, "T2": {"V": 0}},
        probes=probes,
        kinds=dict.fromkeys(probes, ReservoirKind.THERMAL),
    )
    found = solve_bias(device, constant_flows(T[np.ix_(order, order)])).solution
    V = found.voltage[2:]
    assert pytest.approx(1e-3 * (1 - np.arange(1, n - 1) / (n - 1)), rel=1e-8) == V
    kT = found.temperature[2:] / KELVIN
    assert np.pi**2 / 3 * kT**2 == pytest.approx(V * (1e-3 - V), rel=1e-7)


@pytest.mark.parametrize("width", [1.0, 1e-2, 1e-4])
def test_probe_on_a_narrow_level_at_zero_temperature(width):
    """atan((μ_p - ε)/(Γ/2)) is the mean of those of the leads, by their widths."""
    partial = width * np.array([0.2, 0.5, 0.3])
    V = np.array([[-1.0], [0.3], [0.9]])
    position = np.linspace(-1, 1, 7)[None, :]
    device = circuit({"T1": {"V": V}, "T2": {"V": 0}}, probes=("P3",), sweep=(3, 7))
    found = solve_bias(device, level(position, partial)).solution

    def angle(mu):
        return np.arctan((mu - position) / (width / 2))

    mean = (0.2 * angle(-V) + 0.5 * angle(0.0)) / 0.7
    assert not found.marks
    # where a lead's step stands on the peak itself, 1e-10 of the peak is 4e-7 of this
    assert angle(-found.voltage[..., 2]) == pytest.approx(mean, abs=1e-6)


def test_narrow_level_between_warm_leads_is_the_zero_temperature_one_far_from_them():
    """The window is sampled once; a level 1e-3 k_BT wide deep inside it is found."""
    kT = 1e-3
    device = circuit(
        {"T1": {"V": 0.5}, "T2": {"V": -0.5}}, temperature=kT * KELVIN, sweep=(1, 3)
    )
    position = np.array([[-0.2, 0.0, 0.31]])
    found = solve_bias(device, level(position, [2e-7, 3e-7])).solution
    expected = 2 * np.pi * 2e-7 * 3e-7 / 5e-7
    assert found.current[..., 0] / CURRENT_UNIT == pytest.approx(
        np.full((1, 3), expected), rel=1e-5
    )


def test_resistor_and_current_source_at_finite_bias():
    """A level in series with a resistor; the same driven by a current."""
    kT, V = 0.02 * KELVIN, 0.7
    parts = [("R", "R1", "a", "0", 0.5 / CURRENT_UNIT)]
    flows_at = level(0.1, [0.3, 0.1, 0.0])
    device = circuit({"T2": {"V": V}}, bare=("a", "0"), lumped=parts, temperature=kT)
    series = solve_bias(device, flows_at).solution
    current = series.current[0]
    assert series.lumped["R"] == pytest.approx([current], rel=1e-9)
    across = V - current * 0.5 / CURRENT_UNIT
    assert series.voltage[0] - series.voltage[1] == pytest.approx(across, rel=1e-9)

    shifted = circuit(
        {"T2": {"V": V}, "a": {"V": V - across}}, bare=("0",), temperature=kT
    )
    assert solve_bias(shifted, flows_at).solution.current[0] == pytest.approx(
        current, rel=1e-8
    )
    driven = circuit(
        {"T2": {"I": current}, "a": {"V": V - across}}, bare=("0",), temperature=kT
    )
    assert solve_bias(driven, flows_at).solution.voltage[0] == pytest.approx(
        V, rel=1e-7
    )


def test_battery_between_floating_reservoirs_at_finite_bias():
    kT = 0.05 * KELVIN
    device = circuit(
        {"T1": {"V": 0.2}},
        probes=("P2", "P3"),
        lumped=[("V", "V1", "P2", "P3", 0.4)],
        temperature=kT,
    )
    found = solve_bias(device, level(0.0, [0.1, 0.2, 0.3])).solution
    assert found.voltage[1] - found.voltage[2] == pytest.approx(0.4)
    assert found.current[0] == pytest.approx(0, abs=1e-12 * CURRENT_UNIT)
    assert found.lumped["V"] == pytest.approx([-found.current[1]], rel=1e-9)


@everyone
def test_small_bias_is_linear_response(network):
    """Mixed probes against the Onsager route, which shares no integral with it."""
    kT = network.answers["kT"] * KELVIN
    small = 1e-5
    kinds = {"T2": ReservoirKind.THERMAL, "T3": ReservoirKind.DEPHASING}
    flows_at = flows_of_islands(network.islands, 4)
    warm = {"T0": kT * (1 + small), "T1": kT, "T2": kT, "T3": kT}
    made = circuit(
        {"T0": {"V": small}, "T1": {"V": 0}},
        probes=("T2", "T3"),
        kinds=kinds,
        temperature=warm,
    )
    made.temperature[...] = kT
    full = solve_bias(made, flows_at).solution
    linear = solve_linear(made, onsager_stamps(made, flows_at))
    scale = small * CURRENT_UNIT
    assert linear.current == pytest.approx(full.current, abs=1e-3 * scale)
    assert linear.heat == pytest.approx(full.heat, abs=1e-3 * scale)
    assert linear.voltage == pytest.approx(full.voltage, abs=1e-3 * small)
    assert linear.temperature - kT == pytest.approx(
        full.temperature - kT, abs=2e-3 * small * kT / 0.08
    )


@everyone
def test_differential_conductance_is_the_slope_of_the_current(network):
    """A thermal probe follows with its voltage and its temperature."""
    kinds = {"T2": ReservoirKind.THERMAL}
    kT = network.answers["kT"] * KELVIN
    flows_at = flows_of_islands(network.islands, 4)

    def device(V):
        return circuit(
            {"T0": {"V": V}, "T1": {"V": 0}, "T3": {"V": -0.1}},
            probes=("T2",),
            kinds=kinds,
            temperature=kT,
            sweep=(3,),
        )

    h = 1e-4
    V = 0.3 + h * np.array([-1, 0, 1])
    found = solve_bias(device(V), flows_at)
    G = reduced_conductance(device(V), found.differential, np.array([0, 1]))
    slope = np.diff(found.solution.current[::2, :2], axis=0)[0] / (2 * h)
    assert G[1, :, 0] == pytest.approx(slope, abs=1e-6 * CURRENT_UNIT)


def test_sampled_and_adaptive_energies_agree(monkeypatch):
    network = NETWORKS[0]
    device_ = device(network, {2: ReservoirKind.NORMAL, 3: ReservoirKind.THERMAL})
    flows_at = flows_of_islands(network.islands, 4)
    fast = solve_bias(device_, flows_at).solution
    monkeypatch.setattr(sampled, "PANELS", 0)
    slow = solve_bias(device_, flows_at).solution
    assert fast.voltage == pytest.approx(slow.voltage, abs=1e-10)
    assert fast.temperature == pytest.approx(slow.temperature, rel=1e-9)
    assert fast.heat == pytest.approx(slow.heat, abs=1e-10 * CURRENT_UNIT)


def with_lever(made, weights):
    """The circuit with one element whose levels follow reservoirs by `weights`."""
    lever = Lever(np.array([list(weights)]), np.array([list(weights.values())]))
    group = SimpleNamespace(lever=lever, model=None)
    return replace(made, groups=(group,))


def gated(position, widths, weights):
    """A level that moves with voltages."""

    def flows_at(energy, voltage):
        lift = 0.0
        if voltage is not None:
            lift = sum(w * voltage[..., k] for k, w in weights.items())
        return level(position - lift, widths)(energy, None)

    return flows_at


def test_level_that_follows_its_leads_ignores_a_common_voltage():
    weights = {0: 0.3, 1: 0.3, 2: 0.4}
    found = []
    for common in (0.0, 5.0):
        made = circuit(
            {"T1": {"V": common + 0.4}, "T2": {"V": common - 0.2}},
            probes=("P3",),
            temperature=0.02 * KELVIN,
        )
        flows_at = gated(0.05, [0.1, 0.2, 0.05], weights)
        found.append(solve_bias(with_lever(made, weights), flows_at))
    rest, lifted = (f.solution for f in found)
    assert lifted.current == pytest.approx(rest.current, abs=1e-9 * CURRENT_UNIT)
    assert lifted.voltage - 5.0 == pytest.approx(rest.voltage, abs=1e-8)
    assert not rest.marks


def test_slope_of_a_current_counts_the_motion_of_the_level():
    weights = {0: 0.5, 2: 0.5}
    h = 1e-4

    def made(V):
        return with_lever(
            circuit(
                {"T1": {"V": V}, "T2": {"V": 0}},
                probes=("P3",),
                temperature=0.05 * KELVIN,
                sweep=(3,),
            ),
            weights,
        )

    V = 0.3 + h * np.array([-1, 0, 1])
    found = solve_bias(made(V), gated(0.05, [0.1, 0.2, 0.05], weights))
    G = reduced_conductance(made(V), found.differential, np.array([0, 1]))
    slope = np.diff(found.solution.current[::2, 0])[0] / (2 * h)
    assert G[1, 0, 0] == pytest.approx(slope, rel=1e-5)


def test_probe_that_nothing_reaches_is_refused_beyond_linear_response():
    T = np.diag([0.0, 0, 1])
    T[:2, :2] = [[0, 1], [1, 0]]
    device_ = circuit(
        {"T1": {"V": 1e-3}, "T2": {"V": 0}}, probes=("P3",), temperature=0.1
    )
    with pytest.raises(PhysicsError, match="probe 'P3' is disconnected"):
        solve_bias(device_, constant_flows(T))


def test_equilibrium_carries_no_current_and_keeps_its_probes():
    kinds = {"P2": ReservoirKind.THERMAL}
    device_ = circuit(
        {"T1": {"V": 0.3}, "T2": {"V": 0.3}},
        probes=("P2",),
        kinds=kinds,
        temperature=0.1,
    )
    found = solve_bias(device_, level(0.0, [0.1, 0.1, 0.1])).solution
    assert not found.current.any()
    assert not found.heat.any()
    assert found.voltage[2] == pytest.approx(0.3)
    assert found.temperature[2] == pytest.approx(0.1)


@pytest.mark.parametrize("bias", ["1mV", "20mV"])
def test_a_dephasing_probe_that_sees_one_contact_takes_its_voltage(bias):
    """f_p = f_T1 at each energy, so that -∫(f_p - f_EF)dE = eV1, at any temperature.

    A resonance makes K depend on energy; the probe stands before it on an edge. At the
    larger bias the Fermi edges are narrow beside the window.
    """
    report = qnet.run(
        ".options response=full\n.temp 2K\n.field 5T\n.fermi 0.1meV\n"
        f"T1 s V={bias} temp=3K\nT2 d V=-0.3mV\nT3 out V=0\n"
        "E1 s m\nP1 m n eps=0.3 type=dephasing\nE2 n out\nE3 out s\n"
        "D1 out d E0=0.2meV GL=0.3meV GR=0.4meV\n.meas off (V(P1)-V(T1))/V(T1)\n"
    )
    assert abs(float(report.measures["off"].values)) < 1e-9


def test_a_thermal_probe_behind_a_resonance_is_found_by_turning_up_the_source():
    """A driven current through a loop; the probe sees it through two levels.

    From linear response at the Fermi energy Newton's method wanders off to some 200 K.
    The numbers are those of plain Gauss quadrature and another root finder.
    """
    report = qnet.run(
        ".options response=full\n.temp 0.1K\n.fermi 0.15meV\n"
        "T1 r0 V=116uV\nT2 r1 I=-1.2148nA\nP3 r2 type=thermal\n"
        "B0 j r1 a b T=0.46\nB2 a r1 c b T=0.8\n"
        "Q1 c r0 N=1 V0=0.24meV hwx=0.26meV hwy=0.17meV\n"
        "D3 j r2 E0=(-0.13meV -0.41meV) GL=(0.26meV 0.23meV) GR=(0.76meV 0.34meV)"
        " signs=(1 -1)\n.op\n"
    )
    op = report["op"]
    assert op["temperature"].values[2] == pytest.approx(0.29860041, rel=1e-7)
    assert op["voltage"].values[1:] == pytest.approx([-1.9692e-4, -1.7599e-4], rel=1e-4)
    assert op["heat"].values[:2] == pytest.approx([-3.2143760e-13, -5.8694348e-14])
    assert abs(op["heat"].values[2]) < 1e-20


@pytest.mark.parametrize("bias", [1e-3, 20e-3])
def test_a_dephasing_probe_between_equal_arms_takes_the_mean_of_their_voltages(bias):
    """f_p = (f_a + f_b)/2 at each energy, whatever temperatures and bias are."""
    report = qnet.run(
        f".options response=full\n.temp 1K\nT1 a V={bias}V temp=3K\nT2 b V=0\n"
        "P3 p type=dephasing\nY1 p a b eps=0.3\n.meas mean V(P3)\n"
    )
    assert report.measures["mean"].values == pytest.approx(bias / 2, rel=1e-12)
