"""The corridor from text to report."""

import numpy as np
import pytest

import qnet
from qnet.constants import RK, Gq

HALL = """
.title three contacts
T1 a V=1mV
T2 b V=0
P3 c
E1 a c
E2 c b
E3 b a
.op
.meas Rxy R(T1,T2,T1,P3)
.meas G G(T1,T1)
"""


def test_a_sweep_through_zero_field_marks_that_point_alone():
    report = qnet.run(HALL + ".field 1T\n.step B -1T 1T 1T\n")
    R = report.measures["Rxy"].values
    assert np.isnan(R[1])
    assert R[[0, 2]] == pytest.approx([RK, 0])
    marked = [d for d in report.diagnostics if d.code == "QN510"]
    assert len(marked) == 1
    assert "1 of 3 points" in marked[0].message
    assert "B = 0" in marked[0].message


def test_an_edge_without_a_field_is_refused():
    with pytest.raises(qnet.QnetError, match="QN510"):
        qnet.run(HALL)


def test_an_assert_that_touches_a_marked_point_fails():
    claim = ".assert abs(Rxy) >= 0\n"
    report = qnet.run(HALL + claim + ".field 1T\n.step B -1T 1T 1T\n")
    assert not report.asserts[0].passed
    assert report.asserts[0].where == "B = 0 T"


def test_a_sweep_of_several_tiles_equals_its_points():
    text = """
T1 a V=1mV
T2 b V=0
.param phi=0
B1 a x T=0.3
W1 x y phi={phi}
B2 y b T=0.6
.meas G G(T1,T1)/Gq
"""
    report = qnet.run(text + ".step phi lin 700 0 6\n")
    phi, G = report.axes[0].values, report.measures["G"].values
    closed = 0.3 * 0.6 / abs(1 - np.sqrt(0.7 * 0.4) * np.exp(2j * phi)) ** 2
    assert pytest.approx(closed, rel=1e-12) == G
    one = qnet.run(text, overrides={"phi": repr(float(phi[400]))})
    assert float(one.measures["G"]) == pytest.approx(G[400], rel=1e-14)


def test_nested_steps_are_an_outer_product():
    text = """
T1 a V=1mV
T2 b V=0
.param t=0.1 n=1
B1 a b T={t} N={n}
.step n list 1 2
.step t lin 3 0.2 0.6
.meas G G(T1,T1)/Gq
"""
    report = qnet.run(text)
    assert report.measures["G"].axes == ("n", "t")
    assert report.measures["G"].values == pytest.approx(
        np.array([[0.2, 0.4, 0.6], [0.4, 0.8, 1.2]])
    )


def test_the_audit_compares_with_the_reversed_field():
    """A splitter loop with flux is not symmetric, but reciprocal."""
    ring = """
.field 0.3T
T1 a V=1mV
T2 b V=0
T3 c V=0
S1 a u x griffith
S2 b v y griffith
S3 c w z griffith
W1 u v phi=0.4 flux={B/1T}
W2 y w phi=0.7
W3 z x phi=1.1
.gmatrix
.reciprocity
"""
    report = qnet.run(ring)
    G = report["gmatrix"]["all reservoirs"].values
    assert abs(G - G.T).max() > 1e-2
    assert float(report["reciprocity"]["G(B) - G(-B)ᵀ"]) < 1e-12
    assert report.passed


def test_a_group_without_reference_is_grounded_with_a_note():
    report = qnet.run("T1 a I=1nA\nT2 b I=-1nA\nB1 a b T=0.5\n.op\n")
    assert [d.code for d in report.diagnostics if d.severity == "note"] == ["QN540"]
    voltage = report["op"]["voltage"].values
    assert voltage == pytest.approx([2e-9 / Gq, 0])


def test_overrides_change_parameters_and_states():
    report = qnet.run(HALL, overrides={"B": "-2T"})
    assert float(report.measures["Rxy"]) == pytest.approx(RK)


def test_print_every_voltage():
    report = qnet.run(HALL + ".field 1T\n.print V(*)\n")
    (table,) = report.tables
    assert [float(q) for q in table.values()] == [1e-3, 0, 1e-3]


def test_progress_is_told_of_every_tile():
    told = []
    qnet.run(
        "T1 a V=1mV\nT2 b V=0\n.param t=0\nB1 a b T={t}\n.step t lin 40000 0 1\n",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(16384, 40000), (32768, 40000), (40000, 40000)]


def test_check_finds_the_joint_that_dangles(tmp_path):
    path = tmp_path / "loose.qnet"
    path.write_text("T1 a V=1mV\nB1 a b T=0.5\n")
    assert [d.code for d in qnet.check(path)] == ["QN401"]
