"""A loop that holds a wave is named by what the wave goes through, and by no more."""

import pytest

import qnet
from qnet.network import loops

RINGS = """
T1 a V=1mV
T2 b V=0
B1 a m T=0.5
Y1 m x y eps=0.2
W1 x y phi=ONE
W2 z n phi=0.3
B2 z b T=0.5
Y2 n u v eps=0.2
W3 u w phi=0.1
W4 w v phi={TWO - 0.1}
.op
"""


def said(one, two):
    """What is said of the only ring that is shut: the odd state of no phase is."""
    text = RINGS.replace("ONE", str(one)).replace("TWO", str(two))
    found = qnet.run(text).diagnostics
    (told,) = (each for each in found if each.code in {"QN541", "QN542"})
    return told


def test_a_decoupled_state_is_named_by_the_ring_that_it_lives_on():
    first, second = said(0, 0.4), said(0.4, 0)
    assert first.code == second.code == "QN542"
    assert "a loop of 'Y1', 'W1' at nodes 'x', 'y' for ever" in first.why
    assert "a loop of 'Y2', 'W3', 'W4' at nodes 'u', 'v', 'w' for ever" in second.why
    assert first.primary.span.text.startswith("Y1")
    assert second.primary.span.text.startswith("Y2")


def test_a_narrow_resonance_is_named_by_its_ring():
    told = said(3e-11, 0.4)
    assert told.code == "QN541"
    assert "go round a loop of 'Y1', 'W1' at nodes 'x', 'y' come back" in told.why


def test_of_a_large_island_the_first_scatterers_stand_for_all(monkeypatch):
    monkeypatch.setattr(loops, "SOUGHT", 1)
    assert "a loop somewhere among 'B1', 'Y1', 'W1'" in said(0, 0.4).why


@pytest.mark.parametrize("spin", ["1", "full"])
def test_a_sweep_tells_the_loop_of_its_first_marked_point(spin):
    text = RINGS.replace("ONE", "{one}").replace("TWO", "{0.4 - one}")
    sweep = f".options spin={spin}\n.param one=0.1\n.step one list 0.1 0 0.4"
    text = text.replace(".op", sweep + "\n.meas g G(T1,T1)")
    found = [each for each in qnet.run(text).diagnostics if each.code == "QN542"]
    assert ["'Y1', 'W1'" in each.why for each in found] == [True]


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_what_gives_no_number_is_named():
    endless = RINGS.replace("W2 z n phi=0.3", "W2 z n tau=1e300s\n.fermi 1e300eV")
    text = endless.replace("ONE", "0.4").replace("TWO", "0.4")
    (told,) = (each for each in qnet.run(text).diagnostics if each.code == "QN543")
    assert told.why == "'W2' gives infinity or no number here"
    assert told.primary.span.text.startswith("W2")
