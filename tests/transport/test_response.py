"""Conductances and resistances as an experiment sees them."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import circuit, doubly_balanced, flows, flows_of_islands, nothing
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_networks import load

import qnet
from qnet.circuit import Lumped
from qnet.constants import RK, Gq, kB_eV
from qnet.transport.conductance import conductance_stamp, dense_conductance
from qnet.transport.equations import solve_circuit
from qnet.transport.response import four_terminal_resistance, reduced_conductance

WIRE = [[0, 1], [1, 0]]
"""A perfect channel between two reservoirs."""


def stamp(T):
    return conductance_stamp(flows(T))


def seeds():
    return st.integers(0, 2**31).map(np.random.default_rng)


def hall_bar(nu, gate=None):
    """Edges 0→1→…→5→0; with a gate across 1-2 | 5-4 only `gate` of them pass."""
    T = np.zeros((6, 6))
    for k in range(6):
        T[(k + 1) % 6, k] = nu
    if gate is not None:
        T[2, 1] = T[5, 4] = gate
        T[5, 1] = T[2, 4] = nu - gate
    return T


SIX = {f"T{k}": {} for k in range(1, 7)}


def test_quantised_hall_resistances_turn_with_the_field():
    """QH1: nu = 2, Rxx = 0, RH = 1/2, R2t = 1/2."""
    R = {}
    for sense, T in ((1, hall_bar(2)), (-1, hall_bar(2).T)):
        quads = np.array([[0, 3, 1, 2], [0, 3, 1, 5], [0, 3, 0, 3]])
        R[sense] = four_terminal_resistance(circuit(SIX), stamp(T), quads) / RK
    assert R[1] == pytest.approx([0, 0.5, 0.5], abs=1e-14)
    assert R[-1] == pytest.approx([0, -0.5, 0.5], abs=1e-14)


def test_gate_across_a_hall_bar():
    """QH2: nu = 4, nu_g = 2; Haug et al. and Washburn et al. 1988, Büttiker 1988."""
    T = hall_bar(4, 2)
    quads = np.array(
        [[0, 3, 1, 2], [0, 3, 5, 4], [0, 3, 1, 5], [0, 3, 1, 4], [0, 3, 5, 2],
         [0, 3, 0, 3]]
    )  # fmt: skip
    found = four_terminal_resistance(circuit(SIX), stamp(T), quads) / RK
    expected = [1 / 4, 1 / 4, 1 / 4, 1 / 2, 0, 1 / 2]
    assert found == pytest.approx(expected, abs=1e-14)


def test_helical_edges_show_non_local_resistance():
    """QSH1: Roth et al. 2009."""

    def ring(n):
        T = np.zeros((n, n))
        for k in range(n):
            T[(k + 1) % n, k] = T[k, (k + 1) % n] = 1
        return stamp(T)

    four = circuit({f"T{k}": {} for k in range(1, 5)})
    found = four_terminal_resistance(
        four, ring(4), np.array([[0, 3, 0, 3], [0, 3, 1, 2]])
    )
    assert found / RK == pytest.approx([3 / 4, 1 / 4], rel=1e-14)
    quads = np.array([[0, 3, 0, 3], [0, 3, 1, 2], [0, 2, 0, 2], [0, 2, 4, 3]])
    found = four_terminal_resistance(circuit(SIX), ring(6), quads)
    assert found / RK == pytest.approx([3 / 2, 1 / 2, 4 / 3, 1 / 3], rel=1e-14)


@given(seeds(), st.integers(4, 6))
@settings(max_examples=30, deadline=None)
def test_four_terminal_resistances_are_reciprocal(rng, n):
    """R_ij,kl(B) = R_kl,ij(-B), Büttiker 1986; a resistor stays in the netlist."""
    T = doubly_balanced(rng, n)
    device = circuit(
        {f"T{k}": {"V": 0} for k in range(n)}, lumped=[("R", "R1", "T0", "T2", 1e4)]
    )
    quads = np.array([rng.permutation(n)[:4] for _ in range(8)])
    turned = quads[:, [2, 3, 0, 1]]
    forward = four_terminal_resistance(device, stamp(T), quads)
    back = four_terminal_resistance(device, stamp(T.T), turned)
    assert forward == pytest.approx(back, rel=1e-9, abs=1e-9 * RK)


def test_resistance_is_what_a_measurement_in_the_netlist_gives():
    """The same R from currents and voltages of a driven circuit."""
    T = doubly_balanced(np.random.default_rng(5), 5)
    device = circuit({"T0": {"I": 1e-9}, "T1": {"V": 0}}, probes=("P2", "P3", "P4"))
    found = solve_circuit(device, stamp(T))
    (R,) = four_terminal_resistance(device, stamp(T), np.array([[0, 1, 2, 4]]))
    assert pytest.approx(R) == (found.voltage[2] - found.voltage[4]) / 1e-9


def test_resistance_without_a_path_is_infinite_or_undefined():
    T = np.zeros((4, 4))
    T[:2, :2] = T[2:, 2:] = WIRE
    device = circuit({f"T{k}": {} for k in range(4)})
    quads = np.array([[0, 2, 0, 2], [0, 2, 3, 1], [0, 1, 0, 2], [0, 2, 0, 1],
                      [0, 1, 2, 3], [0, 1, 0, 1]])  # fmt: skip
    found = four_terminal_resistance(device, stamp(T), quads) / RK
    expected = [np.inf, -np.inf, np.nan, np.nan, 0, 1]
    assert found == pytest.approx(expected, nan_ok=True)


def test_differential_conductance_holds_terminals_and_lets_probes_follow():
    """∂I_a/∂V_b by differences of the solved circuit; resistors stay."""
    rng = np.random.default_rng(6)
    T = doubly_balanced(rng, 4)
    lumped = [("R", "R1", "P2", "0", 1e4), ("V", "V1", "P3", "x", 1.0),
              ("R", "R2", "x", "T0", 2e4)]  # fmt: skip
    wide = np.zeros((6, 6))
    wide[:4, :4] = T

    def device(*V):
        terminals = {"T0": {"V": V[0]}, "T1": {"V": V[1]}}
        return circuit(terminals, probes=("P2", "P3"), bare=("x", "0"), lumped=lumped)

    G = reduced_conductance(device(0, 0), stamp(wide), np.array([0, 1]))
    base = solve_circuit(device(0, 0), stamp(wide)).current[:2]
    for b, raised in enumerate(((1, 0), (0, 1))):
        step = solve_circuit(device(*raised), stamp(wide)).current[:2] - base
        assert G[:, b] == pytest.approx(step, rel=1e-9, abs=1e-9 * Gq)


def test_current_driven_terminals_are_held_for_a_differential_conductance():
    T = doubly_balanced(np.random.default_rng(7), 4)
    device = circuit({"T0": {"V": 0}, "T1": {"I": 1e-9}}, probes=("P2", "P3"))
    G = reduced_conductance(device, stamp(T), np.array([0, 2]))
    full = dense_conductance(stamp(T))
    keep, gone = [0, 2], [3]
    schur = full[np.ix_(keep, keep)] - full[np.ix_(keep, gone)] @ np.linalg.solve(
        full[np.ix_(gone, gone)], full[np.ix_(gone, keep)]
    )
    assert pytest.approx(schur, rel=1e-12) == G


def test_kept_probe_is_freed_from_its_voltage_source():
    """A battery between two floating probes ties one to the other."""
    T = doubly_balanced(np.random.default_rng(8), 3)
    device = circuit(
        {"T0": {"V": 0}}, probes=("P1", "P2"), lumped=[("V", "V1", "P1", "P2", 1.0)]
    )
    G = reduced_conductance(device, stamp(T), np.array([0, 1]))
    full = dense_conductance(stamp(T))
    assert G[:, 1] == pytest.approx(full[:2, 1] + full[:2, 2])


def test_probes_cut_off_do_not_disturb_a_conductance():
    T = np.zeros((2, 3, 3))
    T[:, :2, :2] = WIRE
    T[0] = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    T[1, 2, 2] = 1
    device = circuit({"T0": {"V": 0}, "T1": {"V": 0}}, probes=("P2",), sweep=(2,))
    G = reduced_conductance(device, stamp(T), np.array([0, 1])) / Gq
    assert G[:, 0, 0] == pytest.approx([0.75, 1])


def grid(side):
    """A square grid of resistors of 1 Ω, as sites of a stamp."""
    site = np.arange(side * side).reshape(side, side)
    across = np.stack([site[:, :-1].ravel(), site[:, 1:].ravel()], 1)
    down = np.stack([site[:-1].ravel(), site[1:].ravel()], 1)
    return np.concatenate([across, down])


def test_infinite_grid_of_resistors_across_one_bond():
    """R = 1/2 Ω between neighbours, by symmetry; the edge of 101 × 101 is far."""
    side = 101
    ends = grid(side)
    names = [str(k + 1) for k in range(side * side)]
    ones = np.ones(len(ends))
    resistors = Lumped("R", names, ends, ones, 0 * ones, [None] * len(ends))
    wide = circuit({}, bare=names)
    device = replace(wide, lumped=(resistors,))
    middle = side * side // 2
    (R,) = four_terminal_resistance(
        device, nothing(side * side), np.array([[middle, middle + 1] * 2])
    )
    assert pytest.approx(0.5, abs=1e-4) == R


@pytest.mark.parametrize("network", load(), ids=lambda n: n.name)
def test_resistances_and_conductances_of_random_networks(network):
    answers = network.answers
    energy = np.array([answers["E0"]])
    found = conductance_stamp(flows_of_islands(network.islands, 4)(energy, None))
    device = circuit({f"T{k}": {"V": 0} for k in range(4)})
    assert dense_conductance(found) / Gq == pytest.approx(
        np.array(answers["G_T0"]), abs=1e-12
    )
    names = answers["R4"]
    quads = np.array([[int(c) for c in name.replace(",", "")] for name in names])
    R = four_terminal_resistance(device, found, quads) / RK
    assert pytest.approx(list(names.values()), abs=1e-9) == R
    probed = circuit({"T0": {"V": 0}, "T1": {"V": 0}}, probes=("P2", "P3"))
    G = reduced_conductance(probed, found, np.array([0, 1])) / Gq
    assert pytest.approx(np.array(answers["G_T0_probe23_reduced"]), abs=1e-12) == G


@pytest.mark.parametrize("order", ["T1 T2 P1", "P1 T1 T2", "T1 P1 T2"])
@pytest.mark.parametrize("kelvin", [0.05, 1.0])
def test_a_dephasing_probe_is_no_ground_for_a_resistance(order, kelvin):
    """Two steps in series, warm: 1/R = (e²/h) ∫(-f') T1 T2/(T1 + T2) dE.

    Dephased at each energy, resistances add energy by energy, and their inverse is
    averaged; P1 is named nowhere. Thermopower and heat follow from the moments of the
    same T(E). (M. J. M. de Jong and C. W. J. Beenakker,
    Physica A 230, 219 (1996).)
    """
    cards = {"T1": "T1 a V=1uV", "T2": "T2 b V=0", "P1": "P1 c type=dephasing"}
    report = qnet.run(
        f".temp {kelvin}K\n"
        + "\n".join(cards[name] for name in order.split())
        + "\nQ1 a c N=1 hwx=0.1meV hwy=0.2meV V0=-0.05meV\n"
        "Q2 c b N=1 hwx=0.1meV hwy=0.2meV V0=-0.2meV\n"
        ".meas R R(T1,T2,T1,T2)/RK\n.meas G G(T1,T1)/Gq\n"
        ".meas S seebeck(T1,T2)/1V*1K\n.meas k kappa(T1,T2)/(Gq*1V*1V)*1K\n"
    )
    energy = np.linspace(-60, 60, 200_001) * kB_eV * kelvin
    steps = [1 / (1 + np.exp(-2 * np.pi * (energy - e) / 1e-4)) for e in (5e-5, -1e-4)]
    slope = 1 / (4 * kB_eV * kelvin * np.cosh(energy / (2 * kB_eV * kelvin)) ** 2)
    both = steps[0] * steps[1] / (steps[0] + steps[1])
    expected, first, second = (
        np.trapezoid(slope * both * energy**n, energy) for n in range(3)
    )
    assert report.measures["G"].values == pytest.approx(expected, rel=1e-8)
    assert report.measures["R"].values == pytest.approx(1 / expected, rel=1e-8)
    S, kappa = (float(report.measures[name].values) for name in ("S", "k"))
    assert pytest.approx(-first / expected / kelvin, rel=1e-8) == S
    heat = (second - first**2 / expected) / kelvin
    assert kappa == pytest.approx(heat, rel=1e-8)


def test_resistances_of_a_sweep_are_those_of_its_points_where_a_gate_closes():
    """A barrier t between two ideal wires, cut at the second and the last point."""
    t = np.array([1.0, 0.0, 0.5, 0.25, 0.0])
    T = np.zeros((5, 3, 3))
    T[:, 0, 1] = T[:, 1, 0] = t
    T[:, 1, 2] = T[:, 2, 1] = 1.0
    device = circuit({"T0": {}, "T1": {}, "T2": {}}, sweep=(5,))
    quads = np.array([[0, 2, 0, 2], [1, 2, 1, 2], [0, 2, 0, 1]])
    found = four_terminal_resistance(device, stamp(T), quads) / RK
    with np.errstate(divide="ignore"):
        barrier = 1 / t
    expected = np.stack([barrier + 1, np.ones(5), barrier], -1)
    assert found == pytest.approx(expected, rel=1e-14)


def test_currents_do_not_depend_on_how_many_are_reckoned_at_a_time(monkeypatch):
    rng = np.random.default_rng(8)
    device = circuit({f"T{k}": {"V": 0} for k in range(4)})
    T, every = doubly_balanced(rng, 4), np.arange(4)
    whole = reduced_conductance(device, stamp(T), every)
    monkeypatch.setattr("qnet.transport.response.DIFFERENCES", 1)
    assert (reduced_conductance(device, stamp(T), every) == whole).all()
    assert whole == pytest.approx(Gq * (3 * np.eye(4) - T), abs=1e-18)
