"""The circuit equations against circuits worked out by hand."""

import numpy as np
import pytest
from hand_made import circuit, doubly_balanced, flows, nothing
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.constants import RK, Gq
from qnet.diagnostics import PhysicsError
from qnet.transport import kirchhoff
from qnet.transport.conductance import conductance_stamp
from qnet.transport.equations import solve_circuit

WIRE = [[0, 1], [1, 0]]
"""A perfect channel between two reservoirs."""


def stamp(T, **more):
    return conductance_stamp(flows(T, **more))


def seeds():
    return st.integers(0, 2**31).map(np.random.default_rng)


def test_current_enters_the_device_at_the_higher_voltage():
    found = solve_circuit(circuit({"T1": {"V": 1e-3}, "T2": {"V": 0}}), stamp(WIRE))
    assert found.current == pytest.approx([Gq * 1e-3, -Gq * 1e-3], rel=1e-15)


def test_what_does_not_vary_is_told_at_every_point_of_a_sweep():
    T = np.array([[0, 0.2], [0.2, 0]]) * np.linspace(0.1, 1, 5)[:, None, None]
    device = circuit({"T1": {"V": 1e-3}, "T2": {"V": 0}}, sweep=(5,))
    found = solve_circuit(device, stamp(T))
    assert found.voltage.shape == found.current.shape == found.heat.shape == (5, 2)
    assert found.temperature.shape == (5, 2)
    assert not found.grounded.any()
    np.testing.assert_array_equal(found.voltage, [[1e-3, 0.0]] * 5)
    np.testing.assert_allclose(found.current[:, 0], Gq * T[:, 0, 1] * 1e-3, rtol=1e-15)
    # with a terminal between that floats in vain: the same by the equations
    longer = np.zeros((5, 3, 3))
    longer[:, :2, :2], longer[:, 2, 2] = T, 1.0
    cards = {"T1": {"V": 1e-3}, "T2": {"V": 0}, "T3": {}}
    general = solve_circuit(circuit(cards, sweep=(5,)), stamp(longer))
    np.testing.assert_array_equal(general.current[:, :2], found.current)


def test_grounded_and_floating_third_arm_of_a_symmetric_junction():
    """Y1 of the closed forms: T = 4/9 between arms, Griffith 1953."""
    T = np.full((3, 3), 4 / 9) - np.eye(3) / 3
    held = {"T1": {"V": 1.0}, "T2": {"V": 0.0}}
    grounded = solve_circuit(circuit(held | {"T3": {"V": 0.0}}), stamp(T))
    assert grounded.current / Gq == pytest.approx([8 / 9, -4 / 9, -4 / 9], abs=1e-14)
    floating = solve_circuit(circuit(held, probes=("P3",)), stamp(T))
    assert floating.voltage[2] == pytest.approx(0.5, abs=1e-15)
    assert floating.current[0] / Gq == pytest.approx(2 / 3, rel=1e-14)


def test_floating_arm_of_an_asymmetric_junction():
    """Y2: Büttiker, Imry, Azbel 1984 with eps = 0.3; stem, arm, arm."""
    eps = 0.3
    b = (np.sqrt(1 - 2 * eps) + 1) / 2
    a = b - 1
    S = np.array(
        [
            [-(a + b), eps**0.5, eps**0.5],
            [eps**0.5, a, b],
            [eps**0.5, b, a],
        ]
    )
    device = circuit({"T1": {"V": 1.0}, "T2": {"V": 0.0}}, probes=("P3",))
    found = solve_circuit(device, stamp(S**2))
    assert found.current[0] / Gq == pytest.approx(0.5068542603, rel=1e-9)
    assert found.voltage[2] == pytest.approx(0.3104857991, rel=1e-9)
    arms = circuit({"T2": {"V": 1.0}, "T3": {"V": 0.0}}, probes=("P1",))
    order = [1, 2, 0]
    found = solve_circuit(arms, stamp((S**2)[np.ix_(order, order)]))
    assert found.current[0] / Gq == pytest.approx(0.816227766, rel=1e-9)


def leaky_wire(n, a):
    """A perfect channel, each pass of n probes leaks a; waves between are inner.

    Each probe has a channel for either direction. Vertices: T1, T2, the probes, then
    right-movers and left-movers between neighbours.
    """
    right = 2 + n + np.arange(n + 1)
    left = right + n + 1
    T = np.zeros((2 + n + 2 * (n + 1),) * 2)
    T[right[0], 0] = T[left[n], 1] = T[1, right[n]] = T[0, left[0]] = 1
    for k in range(n):
        for source, target in ((right[k], right[k + 1]), (left[k + 1], left[k])):
            T[target, source] = 1 - a
            T[2 + k, source] += a
            T[target, 2 + k] += a
        T[2 + k, 2 + k] = 2 * (1 - a)
    return flows(T, inner=2 * (n + 1))


def test_probe_on_a_perfect_wire_adds_resistance():
    """VP1: G = 1 - a/2, Büttiker 1986."""
    for a in (0.4, 1.0):
        device = circuit({"T1": {"V": 1.0}, "T2": {"V": 0.0}}, probes=("P1",))
        found = solve_circuit(device, conductance_stamp(leaky_wire(1, a)))
        assert found.current[0] / Gq == pytest.approx(1 - a / 2, rel=1e-14)


def test_full_probe_between_barriers_makes_them_ohmic():
    """VP2: R = 1/T1 + 1/T2 when momentum is randomised."""
    T = [[0.7, 0, 0.3], [0, 0.4, 0.6], [0.3, 0.6, 1.1]]
    device = circuit({"T1": {"V": 1.0}, "T2": {"V": 0.0}}, probes=("P1",))
    found = solve_circuit(device, stamp(T))
    assert Gq / found.current[0] == pytest.approx(5, rel=1e-14)


def test_chain_of_probes_is_ohmic_with_contact_resistance():
    """OHM3: D'Amato and Pastawski 1990, n = 12, a = 0.3."""
    probes = tuple(f"P{k}" for k in range(1, 13))
    device = circuit({"T1": {"V": 1.0}, "T2": {"V": 0.0}}, probes=probes)
    found = solve_circuit(device, conductance_stamp(leaky_wire(12, 0.3)))
    assert Gq / found.current[0] == pytest.approx(3.117647059, rel=1e-9)
    assert found.voltage[2] == pytest.approx(0.8113207547, rel=1e-9)
    assert found.voltage[-1] == pytest.approx(0.1886792453, rel=1e-9)


def test_line_resistors_ammeter_and_source_of_a_real_measurement():
    """V1, R1, Q1, R2 in series: signs of SPICE, I(V1) negative when it delivers."""
    T = 2 * np.array([[0.6, 2.4], [2.4, 0.6]])
    device = circuit(
        {},
        bare=("s", "d", "in", "0"),
        lumped=[("V", "V1", "in", "0", 1e-3), ("R", "R1", "in", "s", 1e4),
                ("R", "R2", "d", "0", 50.0)],
    )  # fmt: skip
    wide = np.zeros((4, 4))
    wide[:2, :2] = T
    found = solve_circuit(device, stamp(wide))
    current = 1e-3 / (1e4 + 50 + RK / 4.8)
    assert found.lumped["V"] == pytest.approx([-current], rel=1e-13)
    assert found.lumped["R"] == pytest.approx([current, current], rel=1e-13)
    assert found.current[:2] == pytest.approx([current, -current], rel=1e-13)
    assert found.voltage[0] == pytest.approx(1e-3 - 1e4 * current, rel=1e-13)
    assert not found.grounded.any()


def test_current_source_takes_from_its_first_node():
    """`I1 a 0 1n` flows from a through the source to 0: it pulls a down."""
    device = circuit({}, bare=("a", "0"), lumped=[("I", "I1", "a", "0", 1e-9)])
    found = solve_circuit(device, stamp(WIRE))
    assert found.voltage[0] == pytest.approx(-1e-9 * RK, rel=1e-14)
    assert found.lumped["I"] == pytest.approx([1e-9])
    driven = circuit({"T1": {"I": 1e-9}, "T2": {"V": 0}})
    found = solve_circuit(driven, stamp(WIRE))
    assert found.voltage[0] == pytest.approx(1e-9 * RK, rel=1e-14)


def test_voltage_source_between_floating_reservoirs():
    """A battery of 1 mV in series with a wire and a resistor drives a loop."""
    device = circuit(
        {},
        probes=("P1", "P2"),
        bare=("0",),
        lumped=[("V", "V1", "P1", "P2", 1e-3), ("R", "R1", "P2", "0", 1e3)],
    )
    wide = np.zeros((3, 3))
    wide[:2, :2] = WIRE
    found = solve_circuit(device, stamp(wide))
    assert found.voltage == pytest.approx([1e-3, 0, 0], abs=1e-18)
    assert found.lumped["V"] == pytest.approx([-1e-3 * Gq], rel=1e-13)
    assert found.lumped["R"] == pytest.approx([0], abs=1e-20)


def test_chain_of_voltage_sources_adds_up_whichever_way_they_point():
    cells = [("V", "V1", "a", "0", 1.0), ("V", "V2", "a", "b", -2.0),
             ("V", "V3", "c", "b", 4.0), ("R", "R1", "c", "0", 7.0)]  # fmt: skip
    device = circuit({}, bare=("a", "b", "c", "0"), lumped=cells)
    found = solve_circuit(device, nothing(4))
    assert found.voltage == pytest.approx([1, 3, 7, 0])
    assert found.lumped["V"] == pytest.approx([-1, 1, -1])


def test_two_voltage_sources_that_contradict_are_refused():
    loops = [("V", "V1", "a", "0", 1.0), ("V", "V2", "0", "a", 2.0)]
    with pytest.raises(PhysicsError, match="QN532: voltage source 'V2' closes"):
        solve_circuit(circuit({}, bare=("a", "0"), lumped=loops), nothing(2))
    tied = circuit(
        {"T1": {"V": 1}, "T2": {"V": 0}}, lumped=[("V", "V1", "T1", "T2", 1)]
    )
    with pytest.raises(PhysicsError, match="between 'T1' and 'T2'"):
        solve_circuit(tied, stamp(WIRE))


def test_resistor_of_zero_ohm_is_refused():
    device = circuit({}, bare=("a", "0"), lumped=[("R", "R1", "a", "0", 0.0)])
    with pytest.raises(PhysicsError, match="QN533: resistor 'R1'"):
        solve_circuit(device, nothing(2))


def test_last_terminal_of_a_group_without_reference_is_set_to_zero():
    device = circuit({"T1": {"I": 1e-9}, "T2": {"I": -1e-9}}, probes=("P1",))
    T = doubly_balanced(np.random.default_rng(1), 3)
    found = solve_circuit(device, stamp(T))
    assert found.grounded.tolist() == [False, True, False]
    assert found.voltage[1] == 0
    assert found.current == pytest.approx([1e-9, -1e-9, 0], abs=1e-22)


def test_reference_inside_a_tree_of_voltage_sources():
    device = circuit(
        {"T1": {}, "T2": {}}, bare=("b",), lumped=[("V", "V1", "T2", "b", 3.0)]
    )
    T = doubly_balanced(np.random.default_rng(2), 3)
    found = solve_circuit(device, stamp(T))
    assert found.voltage[1:] == pytest.approx([0, -3])
    assert found.current[0] == pytest.approx(0, abs=1e-18)
    assert found.current[1] == pytest.approx(-found.current[2])


def test_driven_currents_that_cannot_return_are_refused_by_name():
    device = circuit({"T1": {"I": 2e-9}, "T2": {"I": -1e-9}})
    with pytest.raises(PhysicsError, match=r"QN531: .* into 'T1', 'T2'"):
        solve_circuit(device, stamp(WIRE))


def test_an_undriven_terminal_takes_back_what_others_drive_in():
    device = circuit({"T1": {}, "T2": {"I": 2e-9}})
    found = solve_circuit(device, stamp(WIRE))
    assert found.grounded.tolist() == [True, False]
    assert found.voltage == pytest.approx([0, 2e-9 * RK])
    assert found.current == pytest.approx([-2e-9, 2e-9])


def test_current_that_returns_at_one_point_of_a_sweep_marks_the_others():
    sweep = np.array([0.0, 1e-9, 2e-9])
    device = circuit({"T1": {"I": sweep}, "T2": {"I": -1e-9}}, sweep=(3,))
    found = solve_circuit(device, stamp([WIRE]))
    assert np.isnan(found.voltage[:, 0]).tolist() == [True, False, True]
    assert found.voltage[1, 0] == pytest.approx(1e-9 * RK)
    assert [m.diagnostic.code for m in found.marks] == ["QN531"]
    assert found.marks[0].where.tolist() == [True, False, True]


def test_probe_behind_zero_transmission_is_refused_by_name():
    T = np.diag([0.0, 0.0, 2.0])
    T[:2, :2] = WIRE
    device = circuit({"T1": {"V": 1}, "T2": {"V": 0}}, probes=("P1",))
    with pytest.raises(PhysicsError, match="QN530: probe 'P1' is disconnected"):
        solve_circuit(device, stamp(T))


def test_island_of_probes_is_refused_by_name():
    T = np.zeros((4, 4))
    T[:2, :2] = T[2:, 2:] = WIRE
    device = circuit({"T1": {"V": 1}, "T2": {"V": 0}}, probes=("P1", "P2"))
    with pytest.raises(PhysicsError, match="probes 'P1', 'P2' are disconnected"):
        solve_circuit(device, stamp(T))


def test_probe_cut_off_at_some_points_is_marked_there_and_the_rest_solved():
    through = np.array([0.5, 0.0, 1e-20, 1e-40])
    T = np.zeros((4, 3, 3))
    T[:, :2, :2] = WIRE
    T[:, 0, 1] = T[:, 0, 2] = T[:, 2, 1] = 0.5
    T[:, 2, 0], T[:, 2, 1] = through, 0
    T[:, 0, 2], T[:, 2, 2], T[:, 0, 0] = through, 1 - through, 0
    T[:, 0, 1] = 1 - through
    T[:, 1, 0] = 1 - through
    T[:, 1, 1] = through
    device = circuit({"T1": {"V": 1}, "T2": {"V": 0}}, probes=("P1",), sweep=(4,))
    found = solve_circuit(device, stamp(T))
    assert found.voltage[[0, 2], 2] == pytest.approx([1, 1], rel=1e-13)
    assert np.isnan(found.voltage[[1, 3], 2]).all()
    assert found.current[:, 0] / Gq == pytest.approx(1 - through, rel=1e-13)
    (mark,) = found.marks
    assert mark.where.tolist() == [False, True, False, True]
    assert "'P1' is disconnected" in mark.diagnostic.message


def test_very_weak_probe_keeps_full_relative_accuracy():
    """A probe coupled by 1e-20 measures the mean of what it sees, 2:1."""
    w = 1e-20
    T = np.array([[0, 1, 2 * w], [1, 0, w], [2 * w, w, 1 - 3 * w]])
    device = circuit({"T1": {"V": 1}, "T2": {"V": 0}}, probes=("P1",))
    found = solve_circuit(device, stamp(T, fed=[1 + 2 * w, 1 + w, 1]))
    assert found.voltage[2] == pytest.approx(2 / 3, rel=1e-14)


@given(seeds(), st.integers(3, 7))
@settings(max_examples=40, deadline=None)
def test_common_voltage_changes_no_current(rng, n):
    T = doubly_balanced(rng, n)
    V = rng.normal(size=2) * 1e-6
    probes = tuple(f"P{k}" for k in range(2, n))
    found = [
        solve_circuit(
            circuit({"T0": {"V": V[0] + up}, "T1": {"V": V[1] + up}}, probes=probes),
            stamp(T),
        )
        for up in (0.0, 1.0)
    ]
    scale = abs(V).max() * n * Gq
    assert found[1].current == pytest.approx(found[0].current, abs=1e-9 * scale)
    assert found[1].voltage - 1 == pytest.approx(found[0].voltage, abs=1e-15)
    assert found[0].conservation < 1e-12
    assert found[0].backward_error < 30


@given(seeds(), st.integers(3, 8))
@settings(max_examples=30, deadline=None)
def test_dense_and_sparse_routes_agree(rng, n):
    T = np.stack([doubly_balanced(rng, n) for _ in range(3)])
    probes = tuple(f"P{k}" for k in range(2, n))
    device = circuit(
        {"T0": {"V": rng.normal(size=3)}, "T1": {"V": 0}},
        probes=probes,
        sweep=(3,),
        lumped=[("R", "R1", "P2", "T0", 1e4)],
    )
    with pytest.MonkeyPatch.context() as patch:
        dense = solve_circuit(device, stamp(T))
        patch.setattr(kirchhoff, "DENSE_LIMIT", 0)
        sparse = solve_circuit(device, stamp(T))
    assert sparse.voltage == pytest.approx(dense.voltage, abs=1e-13)


@given(seeds(), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_equations_hold_in_a_random_circuit(rng, n):
    """Kirchhoff's law at every node, written out once more with dense matrices."""
    T = doubly_balanced(rng, n)
    terminals = {"T0": {"V": rng.normal()}}
    probes = tuple(f"P{k}" for k in range(1, n))
    lumped = [
        ("R", "R1", "P1", "0", rng.uniform(1e3, 1e5)),
        ("I", "I1", "P1", "x", rng.normal() * 1e-5),
        ("R", "R2", "x", "0", rng.uniform(1e3, 1e5)),
        ("V", "V1", "y", "x", rng.normal()),
        ("R", "R3", "y", "T0", rng.uniform(1e3, 1e5)),
    ]
    device = circuit(terminals, probes=probes, bare=("x", "y", "0"), lumped=lumped)
    wide = np.zeros((n + 3, n + 3))
    wide[:n, :n] = T
    found = solve_circuit(device, stamp(wide))
    names = device.reservoirs.names
    G = Gq * (np.diag(wide.sum(0)) - wide)
    out = G @ found.voltage
    assert found.current == pytest.approx(out, abs=1e-17)
    for letter, name, first, second, value in lumped:
        a, b = names.index(first), names.index(second)
        through = found.lumped[letter][int(name[1]) - 1]
        if letter == "R":
            expected = (found.voltage[a] - found.voltage[b]) / value
            assert through == pytest.approx(expected, abs=1e-17)
        if letter == "V":
            rise = found.voltage[a] - found.voltage[b]
            assert rise == pytest.approx(value, rel=1e-12)
        out[a] += through
        out[b] -= through
    free = [k for k, name in enumerate(names) if name not in ("T0", "0")]
    assert out[free] == pytest.approx(0, abs=1e-16)


def test_sweep_of_a_source_reuses_the_matrix():
    T = doubly_balanced(np.random.default_rng(3), 4)
    V = np.linspace(-1, 1, 5)
    device = circuit({"T0": {"V": V}, "T1": {"V": 0}}, probes=("P1", "P2"), sweep=(5,))
    found = solve_circuit(device, stamp([T]))
    assert found.voltage.shape == (5, 4)
    alone = circuit({"T0": {"V": 1.0}, "T1": {"V": 0}}, probes=("P1", "P2"))
    one = solve_circuit(alone, stamp(T))
    assert found.voltage == pytest.approx(V[:, None] * one.voltage, abs=1e-15)


def test_resistors_that_cancel_leave_a_voltage_undetermined():
    """R and -R at one node: singular where they cancel, solved where they do not."""
    R = np.array([-1e3, -2e3])
    lumped = [("V", "V1", "a", "0", 1.0), ("R", "R1", "a", "b", 1e3),
              ("R", "R2", "b", "0", R)]  # fmt: skip
    device = circuit({}, bare=("a", "b", "0"), lumped=lumped, sweep=(2,))
    found = solve_circuit(device, nothing(3))
    assert np.isnan(found.voltage[0, 1])
    assert found.voltage[1, 1] == pytest.approx(2.0)
    assert [m.diagnostic.code for m in found.marks] == ["QN534"]
    assert "the voltage at 'b' floats free" in found.marks[0].diagnostic.why
    parts = [*lumped[:2], (*lumped[2][:4], -1e3)]
    alone = circuit({}, bare=("a", "b", "0"), lumped=parts)
    with pytest.raises(PhysicsError, match="QN534"):
        solve_circuit(alone, nothing(3))
