"""Polarised terminals and contacts that let part of an edge pass."""

import pytest

import qnet
from qnet.constants import RK


def conductance(text):
    return float(qnet.run(text + ".meas g G(T1,T1)/Gq\n").measures["g"])


@pytest.mark.parametrize("p", [0.0, 0.4, -0.5, 1.0])
def test_a_polarised_terminal_injects_a_current_of_its_polarisation(p):
    """One spin passes freely, the other with (1-|p|)/(1+|p|): (I↑-I↓)/(I↑+I↓) = p."""
    found = conductance(
        f".options spin=full\nT1 a V=1mV pol={p}\nT2 b V=0\nS1 a b griffith\n"
    )
    minority = (1 - abs(p)) / (1 + abs(p))
    assert found == pytest.approx(1 + minority)
    assert (1 - minority) / found == pytest.approx(abs(p))


HALL = """
.field 1T
T1 c1 V=1mV
T4 c4 V=0
P2 c2
T3 c3 I=0 {keys}
P5 c5
P6 c6
E12 c1 c2
E23 c2 c3
E34 c3 c4
E45 c4 c5
E56 c5 c6
E61 c6 c1
.meas R R(T1,T4,P2,T3)
.meas Rxy R(T1,T4,P2,P6)
"""


@pytest.mark.parametrize("absorb", [1.0, 0.6, 0.1])
def test_a_leaky_contact_sees_the_potential_of_its_edge(absorb):
    report = qnet.run(HALL.format(keys=f"absorb={absorb}"))
    assert float(report.measures["R"]) == pytest.approx(0, abs=1e-9 * RK)
    assert float(report.measures["Rxy"]) == pytest.approx(RK)
    assert report.passed


def test_a_leaky_current_contact_passes_part_of_the_edge():
    """Two terminals on a loop of one edge: T = absorb on both, interference aside."""
    text = """
.field {B}T
T1 a V=1mV absorb={alpha}
T2 b V=0
E1 a b
E2 b a
.meas g G(T1,T1)/Gq
"""
    for B in (1, -1):
        report = qnet.run(text.format(B=B, alpha=0.3))
        assert float(report.measures["g"]) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("T1 a V=1mV pol=0.3\nT2 b V=0\nB1 a b T=0.5\n", "QN408"),
        ("T1 a V=1mV absorb=0.3\nT2 b V=0\nB1 a b T=0.5\n", "QN409"),
    ],
)
def test_contacts_without_meaning_are_refused(text, code):
    with pytest.raises(qnet.NetlistError, match=code):
        qnet.run(text)


def test_a_half_metal_blocks_the_other_spin():
    open_, blocked = (
        conductance(
            f".options spin=full\nT1 a V=1mV pol=1\nT2 b V=0 pol={p}\nS1 a b griffith\n"
        )
        for p in (1, -1)
    )
    assert open_ == pytest.approx(1)
    assert blocked == pytest.approx(0, abs=1e-12)
