"""Keys that cut an element into slices with probes: lphi and leq, from the netlist."""

import numpy as np
import pytest

import qnet


def measured(text):
    report = qnet.run(text)
    assert report.passed
    return {name: np.asarray(q.values) for name, q in report.measures.items()}


MACH_ZEHNDER = """
.title two edges of length L and coherence length lphi
.param phi=0
.field 5T
T1 s V=10uV
T2 s2 V=0
T3 d1 V=0
T4 d2 V=0
Ea s a1
Eb s2 a2
B1 a1 a2 u0 l0 T=0.5
Eu u0 u3 phase={{2*pi*phi}} L=1um lphi=0.7um slices={slices}
El l0 l3 L=1um lphi=0.7um slices={slices}
B2 u3 l3 o1 o2 T=0.5
E1 o1 d1
E2 o2 d2
E3 d1 s
E4 d2 s2
.step phi lin 21 0 1
.meas g31 -G(T3,T1)/Gq
.meas visibility (max(g31)-min(g31))/(max(g31)+min(g31))
"""


@pytest.mark.parametrize("slices", [1, 4])
def test_interference_of_equal_arms_decays_over_lphi(slices):
    """Two arms, each with amplitude exp(-L/2lphi) left: visibility exp(-L/lphi)."""
    visibility = measured(MACH_ZEHNDER.format(slices=slices))["visibility"]
    assert visibility == pytest.approx(np.exp(-1 / 0.7))


@pytest.mark.parametrize("slices", [1, 7])
def test_dephasing_alone_costs_no_resistance(slices):
    found = measured(
        f"T1 a V=1mV\nT2 b V=0\nW1 a b L=3um lphi=1um slices={slices} N=2\n"
        ".meas R2t R(T1,T2,T1,T2)/RK"
    )
    assert found["R2t"] == pytest.approx(1 / 2)


@pytest.mark.parametrize("slices", [1, 10, 400])
def test_randomised_momentum_is_ohmic(slices):
    """D'Amato and Pastawski, Phys. Rev. B 41, 7411 (1990): R = 1 + n ε/(2 - ε).

    Many slices: 1 + L/2lphi.
    """
    found = measured(
        f"T1 a V=1mV\nT2 b V=0\nW1 a b L=3um lphi=1um slices={slices} randomise\n"
        ".meas R2t R(T1,T2,T1,T2)/RK"
    )
    eps = 1 - np.exp(-3 / slices)
    assert found["R2t"] == pytest.approx(1 + slices * eps / (2 - eps))
    if slices == 400:
        assert found["R2t"] == pytest.approx(2.5, rel=1e-5)


@pytest.mark.parametrize(("flag", "conductance"), [("", 2.0), ("randomise", 1.5)])
def test_helical_edges_resist_only_when_spins_flip(flag, conductance):
    """One pair of length 2lphi gives 1/(1 + L/2lphi), the other one 1."""
    found = measured(
        f"T1 a V=1mV\nT2 b V=0\nH1 a b L=2um lphi=1um slices=200 {flag}\nH2 b a\n"
        ".meas G G(T1,T1)/Gq"
    )
    assert found["G"] == pytest.approx(conductance, rel=1e-5)


@pytest.mark.parametrize("slices", [1, 5])
def test_edge_channels_come_to_one_voltage_over_leq(slices):
    """Channels fed at two voltages: what tells them apart falls as exp(-L/leq)."""
    merge = "[[0,0,1,0],[0,0,0,1],[1,0,0,0],[0,1,0,0]]"
    found = measured(
        f"""
        .field 5T
        T1 s1 V=1mV
        T2 s2 V=0
        T3 d1 V=0
        T4 d2 V=0
        E1 s1 a1
        E2 s2 a2
        S1 a1 a2 a matrix S={merge} nch=(1 1 2)
        E3 a b nu=2 L=1um leq=2um slices={slices}
        S2 b1 b2 b matrix S={merge} nch=(1 1 2)
        E4 b1 d1
        E5 b2 d2
        E6 d1 s1
        E7 d2 s2
        .meas same -G(T3,T1)/Gq
        .meas other -G(T4,T1)/Gq
        """
    )
    assert found["same"] == pytest.approx((1 + np.exp(-0.5)) / 2)
    assert found["other"] == pytest.approx((1 - np.exp(-0.5)) / 2)


@pytest.mark.parametrize("letter", ["W", "H"])
def test_the_flag_forward_says_what_probes_along_a_wire_do_anyway(letter):
    """Dephasing that re-emits onward costs no conductance; ``randomise`` does."""
    text = "T1 a V=1mV\nT2 b V=0\n{}1 a b L=2um lphi=1um slices=3 {}\n.meas G I(T1)"
    found = {
        flag: float(measured(text.format(letter, flag) + "/Gq/1mV\n")["G"])
        for flag in ("", "forward", "randomise")
    }
    assert found["forward"] == found[""] == pytest.approx(1, rel=1e-12)
    assert found["randomise"] < 0.9
