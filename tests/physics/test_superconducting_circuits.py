"""Several superconductors in one circuit: phases, voltages, edges."""

import numpy as np
import pytest

import qnet
from qnet.diagnostics import NetlistError


def measured(netlist):
    report = qnet.run(netlist)
    assert [audit for audit in report.audits if not audit.passed] == []
    return {name: np.asarray(q.values) for name, q in report.measures.items()}


def test_a_normal_probe_sees_the_phase_between_two_superconductors():
    """Beenakker, Rev. Mod. Phys. 69, 731 (1997): a level between two condensates.

    A level of width Γ to a normal lead, and of widths Γ_S to each of two condensates
    whose phases are ±φ/2, is paired with Γ_S cos φ/2: at the Fermi energy
    G = 2(e²/h) (4ΓD/(Γ² + 4D²))², D = Γ_S cos(φ/2), and nothing at φ = π.
    """
    phi = np.linspace(0, np.pi, 7)
    G = measured(
        """
        .param phi=0 w={sqrt(0.3/(2*pi))} u={sqrt(0.2/(2*pi))}
        T1 a V=1uV
        T2 s type=sc Delta=1meV phase={phi/2}
        T3 q type=sc Delta=1meV phase={-phi/2}
        S1 a s q levels H=[[0]] W=[[{w}, {u}, {u}]]
        .step phi lin 7 0 {pi}
        .meas G I(T1)/V(T1)/Gq
        """
    )["G"]
    D = 0.2 * np.cos(phi / 2)
    expected = 2 * (4 * 0.3 * D / (0.3**2 + 4 * D**2)) ** 2
    np.testing.assert_allclose(G, expected, atol=1e-12)


def test_phases_turn_round_under_time_reversal():
    """G_ij(φ) = G_ji(-φ), and not G_ji(φ)."""
    found = measured(
        """
        .param p=0
        T1 a V=1uV
        T4 z V=0
        T2 s type=sc Delta=1meV phase={p}
        T3 q type=sc Delta=1meV
        S1 a s q z levels H=[[0.1, 0.2], [0.2, -0.3]]
        + W=[[0.2, 0.3, 0.3, 0.1], [0.2, -0.1, 0.3, 0.4]]
        .step p lin 5 -1 1
        .meas there G(T1,T4)/Gq
        .meas back G(T4,T1)/Gq
        .reciprocity
        """
    )
    np.testing.assert_allclose(found["there"], found["back"][::-1], atol=1e-12)
    assert abs(found["there"] - found["back"]).max() > 0.1


def test_above_the_gap_quasiparticles_pass():
    """Blonder, Tinkham and Klapwijk (1982), table II: 1 + A - B from 0 to 3Δ."""
    Z = 0.7
    x = np.array([0, 0.5, 0.99, 1.01, 1.5, 3.0])
    inside = 1 / (x**2 + (1 - x**2) * (1 + 2 * Z**2) ** 2)
    root = np.sqrt(abs(x**2 - 1)) / np.maximum(x, 1e-9)
    u2, v2 = (1 + root) / 2, (1 - root) / 2
    gamma = u2 + Z**2 * (u2 - v2)
    A = np.where(x < 1, inside, u2 * v2 / gamma**2)
    B = np.where(x < 1, 1 - inside, (u2 - v2) ** 2 * Z**2 * (1 + Z**2) / gamma**2)
    G = measured(
        f"""
        .options response=full
        .param x=0
        T1 a V={{x*1mV}}
        T2 s type=sc Delta=1meV
        B1 a s Z={Z}
        .step x list {" ".join(map(str, x))}
        .meas G didv(T1)/Gq
        """
    )["G"]
    np.testing.assert_allclose(G, 1 + A - B, rtol=1e-9)


@pytest.mark.parametrize("response", ["linear", "full"])
def test_superconductors_of_one_island_float_together(response):
    """Their supercurrent takes no voltage; the normal terminals draw none."""
    found = measured(
        f"""
        .options response={response}
        T1 a V=10uV
        T4 b V=0
        T2 s type=sc Delta=1meV I=0
        T3 q type=sc Delta=1meV I=0
        S1 a s q b levels H=[[0.1]] W=[[0.2, 0.3, 0.1, 0.1]]
        .meas V2 V(T2)
        .meas V3 V(T3)
        .meas I1 I(T1)/(Gq*10uV)
        .meas I4 I(T4)/(Gq*10uV)
        """
    )
    assert 0 < found["V2"] < 10e-6
    assert found["V3"] == pytest.approx(found["V2"], rel=1e-9)
    assert found["I4"] == pytest.approx(-found["I1"], rel=1e-9)
    assert abs(found["I1"]) > 0.01


def test_a_superconductor_behind_a_resistor():
    """The contact and the resistor in series: 4.5 RK and 10 kΩ."""
    found = measured(
        """
        T1 a V=1uV
        T2 s type=sc Delta=1meV I=0
        Rs s 0 10k
        B1 a s T=0.5
        .meas total V(T1)/I(T1)
        .meas contact R(T1,T2,T1,T2)
        """
    )
    RK = 25812.807459
    assert found["contact"] == pytest.approx(4.5 * RK, rel=1e-9)
    assert found["total"] == pytest.approx(4.5 * RK + 1e4, rel=1e-9)


def test_four_terminal_resistances_take_them_for_one():
    found = measured(
        """
        T1 a V=1uV
        T2 s type=sc Delta=1meV
        T3 q type=sc Delta=1meV
        S1 a s q levels H=[[0.1]] W=[[0.2, 0.3, 0.1]]
        .meas first R(T1,T2,T1,T2)
        .meas second R(T1,T3,T1,T2)
        """
    )
    assert found["second"] == pytest.approx(found["first"], rel=1e-12)


def test_superconductors_that_float_apart_are_refused():
    with pytest.raises(NetlistError, match="QN410"):
        qnet.run(
            """
            T1 a V=1mV
            T2 s type=sc Delta=1meV I=0
            T3 p V=0
            T4 q type=sc Delta=1meV
            B1 a s T=0.5
            B2 p q T=0.5
            .op
            """
        )


def test_an_edge_leaves_a_superconductor_as_holes():
    """Hoppe, Zülicke and Schön, Phys. Rev. Lett. 84, 1804 (2000): ideal interface.

    The edge that comes in as electrons goes on as holes: the next contact gets e²/h
    of the other sign, and the superconductor 2e²/h.
    """
    found = measured(
        """
        .field 5T
        T1 a V=1uV
        T4 b V=0
        T2 s type=sc Delta=1meV
        E1 a s
        E2 s b
        E3 b a
        .meas I1 I(T1)/(Gq*1uV)
        .meas I2 I(T2)/(Gq*1uV)
        .meas I4 I(T4)/(Gq*1uV)
        """
    )
    currents = [found["I1"], found["I2"], found["I4"]]
    assert currents == pytest.approx([1, -2, 1], rel=1e-12)
