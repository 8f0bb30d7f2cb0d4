"""Explanations: weights that add up, ways that waves can go, changes that are legal."""

import json
from pathlib import Path

import pytest

import qnet
from qnet.cli import main
from qnet.constants import RK
from qnet.diagnostics import NetlistError
from qnet.reasons.why import why

ROOT = Path(__file__).parents[2]
NETLISTS = ROOT / "netlists"
DIVIDER = """\
T1 a V=3mV
T2 b V=1mV
P1 m
B1 a m T=0.5
B2 m b T=0.25
"""
CHAIN = """\
V1 in 0 1m
R1 in s 10k
Q1 s d Tn=(1 1 0.4)
R2 d 0 50
.options spin=2
"""


def weights(told):
    return {share.source: share.weight for share in told.shares}


def test_a_probe_weighs_its_contacts_by_their_transmissions():
    told = why(DIVIDER, "V(P1)")
    assert weights(told) == pytest.approx({"T1": 2 / 3, "T2": 1 / 3})
    assert told.value == pytest.approx((2 * 3e-3 + 1e-3) / 3)


@pytest.mark.parametrize("name", ["05_voltage_probe", "08_hall_bar", "09_spin_hall"])
def test_the_weights_of_a_voltage_sum_to_one_and_its_parts_to_the_voltage(name):
    told = why(NETLISTS / f"{name}.qnet", "V(P1)" if name.startswith("05") else "V(P2)")
    held = [share for share in told.shares if share.unit == ""]
    assert sum(share.weight for share in held) == pytest.approx(1)
    assert sum(share.part for share in told.shares) == pytest.approx(told.value)


def test_a_node_behind_a_voltage_source_counts_as_held():
    told = why(CHAIN, "V(s)")
    point = 12906.403729 / 2.4
    below = (point + 50) / (10_000 + point + 50)
    assert weights(told) == pytest.approx({"in": below, "0": 1 - below})


def test_the_current_through_a_source_follows_its_voltage():
    told = why(CHAIN, "I(V1)")
    total = 10_050 + RK / 4.8
    assert weights(told)["V1"] == pytest.approx(-1 / total)
    assert told.value == pytest.approx(-1e-3 / total)


def test_weights_of_a_current_sum_to_zero():
    told = why(DIVIDER, "I(T1)")
    assert sum(weights(told).values()) == pytest.approx(0, abs=1e-18)
    series = 1 / (2 + 4) / RK
    assert weights(told)["T1"] == pytest.approx(series)


def test_a_driven_current_weighs_as_a_resistance():
    told = why(DIVIDER.replace("V=3mV", "I=2nA"), "V(T1)")
    assert weights(told)["T1"] == pytest.approx(6 * RK)
    assert told.value == pytest.approx(1e-3 + 6 * RK * 2e-9)


def test_a_resistance_is_a_difference_of_weights_times_the_two_terminal_one():
    told = why(NETLISTS / "09_spin_hall.qnet", "R(T1,T4,P2,P3)")
    upper, lower = (share.weight for share in told.shares)
    assert (upper, lower) == pytest.approx((2 / 3, -1 / 3))
    assert (upper + lower) * 3 / 4 * RK == pytest.approx(told.value)


def test_a_difference_of_temperatures_is_a_source():
    told = why(
        """\
.temp 1K
T1 a V=0 temp=1.1K
T2 b
D1 a b E0=0.1meV GL=0.1meV GR=0.1meV
.options response=linear
""",
        "V(T2)",
    )
    by = {share.source: share.part for share in told.shares}
    assert by["temperatures"] == pytest.approx(told.value)
    assert told.value != 0


def test_a_noise_is_that_without_bias_and_what_bias_adds():
    told = why(DIVIDER + ".temp 1K\n", "S(T1,T1)")
    calm, bias = (share.part for share in told.shares)
    assert calm + bias == pytest.approx(told.value)
    assert sum(share.weight for share in told.shares) == pytest.approx(1)
    # Two barriers with a probe between them: 4 k_B T G, G = 1/(1/Ta + 1/Tb).
    G = 3.874045865e-5 / (1 / 0.5 + 1 / 0.25)
    assert calm == pytest.approx(4 * 1.380649e-23 * G, rel=1e-9)
    assert bias > 0


def test_a_noise_tells_what_held_voltages_would_make_of_it():
    (remark,) = why(DIVIDER + ".temp 1K\n", "S(T1,T1)").remarks
    assert "with floating voltages held" in remark


def test_the_strongest_path_comes_first_and_others_beside_it():
    ring = """\
T1 a V=1mV
T2 b V=0
Y1 a u l
W1 u v
B1 v w T=0.6
W2 l m
B2 m n T=0.9
Y2 b w n
"""
    (arrival,) = why(ring, "I(T2)").arrivals
    assert arrival.through == ("Y1", "W2", "B2", "Y2")
    assert arrival.beside[0] == ("Y1", "W1", "B1", "Y2")


def test_an_arm_cut_out_of_a_ring_is_closed_by_walls():
    ring = """\
T1 a V=1mV
T2 b V=0
Y1 a u l
W1 u v phi=0.4
W2 l n phi=0.9
Y2 b v n
"""
    told = {change.what: change.value for change in why(ring, "I(T1)").changes}
    cut = ring.replace("W2 l n phi=0.9", "S1 l wall\nS2 n wall")
    assert told["without W2"] == pytest.approx(why(cut, "I(T1)").value)


def test_electrons_arrive_the_way_the_edges_run():
    bar = NETLISTS / "08_hall_bar.qnet"
    (ahead,) = why(bar, "V(P2)").arrivals
    assert (ahead.origin, ahead.through) == ("T1", ("E12",))
    (back,) = why(bar, "V(P2)", overrides={"B": "-5T"}).arrivals
    assert (back.origin, back.through) == ("P3", ("E23",))


def test_no_way_leads_against_an_edge():
    told = why(NETLISTS / "12_mach_zehnder.qnet", "I(T3)")
    ways = {arrival.origin: arrival.through for arrival in told.arrivals}
    assert ways["T1"][0] == "Ea"
    assert "E3" not in ways["T1"]


def test_a_change_is_the_answer_of_the_netlist_without_the_card():
    told = why(DIVIDER.replace("P1 m", "P1 m\nP2 n\nB3 m n T=0.5\nB4 n b T=1"), "V(P1)")
    changes = {change.what: change for change in told.changes}
    without = qnet.run(DIVIDER + ".meas v V(P1)\n")
    cut = why(DIVIDER, "V(P1)")
    assert float(without.measures["v"]) == pytest.approx(cut.value)
    assert changes["without B3"].value == pytest.approx(cut.value)
    assert changes["without B2"].difference != 0


def test_a_probe_taken_out_leaves_a_coherent_joint():
    text = """\
T1 a V=1mV
T2 b V=0
P1 m
P2 n
W1 a m
B1 m n T=0.5
W2 n b
"""
    told = why(text, "V(P1)")
    changes = {change.what: change.value for change in told.changes}
    joined = qnet.run(text.replace("P2 n\n", "") + ".meas v V(P1)\n")
    assert changes["without P2"] == pytest.approx(float(joined.measures["v"]))


def test_an_in_line_probe_taken_out_restores_the_interference():
    told = why(NETLISTS / "12_mach_zehnder.qnet", "I(T3)")
    (change,) = [c for c in told.changes if c.what == "without P1"]
    assert change.value == pytest.approx(0, abs=1e-20)  # phi = 0: all goes to T4


def test_changes_that_leave_no_circuit_are_named_with_the_reason():
    told = why(NETLISTS / "08_hall_bar.qnet", "V(P2)")
    edges = [f"without E{k}" for k in (12, 23, 34, 45, 56, 61)]
    assert [what for what, _ in told.refused] == edges
    assert {reason[:5] for _, reason in told.refused} == {"QN406"}


def test_beyond_linear_response_weights_are_derivatives():
    told = why(DIVIDER + ".options response=full\n", "V(P1)")
    assert sum(weights(told).values()) == pytest.approx(1)
    assert all(share.part is None for share in told.shares)


@pytest.mark.parametrize("question", ["V(P9)", "V(P1)+1", "{V(P1)}*2", "V(P1,P1)", "x"])
def test_what_is_no_answer_is_refused(question):
    with pytest.raises(NetlistError):
        why(DIVIDER, question)


def test_a_held_step_takes_the_value_of_the_command_line(capsys):
    code = main(
        ["why", str(NETLISTS / "08_hall_bar.qnet"), "V(P2)", "-D", "B=-5T", "--json"]
    )
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["value"] == pytest.approx(0, abs=1e-12)
    assert {share["source"]: share["weight"] for share in told["shares"]} == (
        pytest.approx({"T1": 0, "T4": 1}, abs=1e-12)
    )


def test_the_text_names_sources_ways_and_changes(capsys):
    assert main(["why", str(NETLISTS / "12_mach_zehnder.qnet"), "I(T3)"]) == 0
    text = capsys.readouterr().out
    assert "Set by" in text
    assert "81 % from T2 through Eb, B1, El, B2, E1" in text
    assert "and, interfering, through Eb, B1, Eu, P1, Ev, B2" in text
    assert "no change without the phase of Ea, Eb" in text
    assert "no circuit without E3, E4 (QN406" in text
