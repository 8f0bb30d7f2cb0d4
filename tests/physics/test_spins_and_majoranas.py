"""Spin-dependent scatterers and Majorana states."""

import numpy as np
import pytest

from qnet.diagnostics import NetlistError
from qnet.discovery import models

AT_FERMI = np.array(0.0)


def model(name, **keys):
    return models()[name].model(**keys)


def onward(scatterer):
    """2 × 2 transmission in spin space of one channel."""
    return scatterer.smatrix(AT_FERMI)[2:, :2]


def test_filters_in_series_give_julliere_magnetoresistance():
    """Julliere, Phys. Lett. A 54, 225 (1975), P = .4 and .5: TMR = 2P²/(1 - P²) kin.

    Weak barriers in series: currents are products of the transmissions, spin by spin.
    """

    def passed(P, sign=1):
        axis = np.array([0.0, 0.0, float(sign)])
        T = 1e-3 * np.array([1 + P, 1 - P])
        return np.abs(onward(model("filter", N=1, Tup=T[0], Tdn=T[1], axis=axis))) ** 2

    parallel = np.trace(passed(0.4) @ passed(0.5))
    antiparallel = np.trace(passed(0.4) @ passed(0.5, sign=-1))
    assert (parallel - antiparallel) / antiparallel == pytest.approx(0.5)
    assert (parallel - antiparallel) / parallel == pytest.approx(1 / 3)


@pytest.mark.parametrize("angle", [0.0, 0.4, 2.0, np.pi])
def test_a_filter_sees_the_angle_to_its_axis(angle):
    """Slonczewski, Phys. Rev. B 39, 6995 (1989): (1 + cos θ)/2 for full filters."""
    axis = np.array([np.sin(angle), 0.0, np.cos(angle)])
    analyser = onward(model("filter", N=1, Tup=1.0, Tdn=0.0, axis=axis))
    up = np.array([1.0, 0.0])
    passed = np.linalg.norm(analyser @ up) ** 2
    assert passed == pytest.approx((1 + np.cos(angle)) / 2, abs=1e-15)


def test_the_datta_das_transistor():
    """Datta and Das, Appl. Phys. Lett. 56, 665 (1990): m* = .05, α = 1e-11 eV m."""
    wire = model("rashba", N=1, alpha=1e-11, L=0.5e-6, mass=0.05)
    U = onward(wire)
    up_x = np.array([1.0, 1.0]) / np.sqrt(2)
    passed = abs(up_x @ U @ up_x) ** 2
    assert passed == pytest.approx(np.cos(6.5617106 / 2) ** 2, rel=1e-6)
    assert passed == pytest.approx(0.980730969, rel=1e-6)


def test_rashba_turns_back_what_it_turned_and_larmor_does_not():
    rashba = model("rashba", N=1, alpha=1e-11, L=1e-7, mass=0.05)
    larmor = model("precession", N=1, angle=0.7, axis=np.array([0.0, 1.0, 0.0]))
    for wire, product in [(rashba, 0.0), (larmor, 1.4)]:
        S = wire.smatrix(AT_FERMI)
        there_and_back = S[:2, 2:] @ S[2:, :2]
        np.testing.assert_allclose(
            np.trace(there_and_back) / 2, np.cos(product / 2), atol=1e-15
        )


def test_spin_runs_fastest_and_all_channels_are_alike():
    S = model("filter", N=2, Tup=1.0, Tdn=0.25).smatrix(AT_FERMI)
    np.testing.assert_allclose(S[4:, :4], 1j * np.diag([1, 0.5, 1, 0.5]))
    np.testing.assert_allclose(S[:4, :4], np.diag([0, np.sqrt(0.75)] * 2))


@pytest.mark.parametrize("axis", [(0.0, 0.0, 0.0), (1.0, 0.0)])
def test_an_axis_is_a_direction(axis):
    with pytest.raises(NetlistError, match="QN348"):
        model("precession", angle=1.0, axis=np.array(axis))


def test_a_majorana_state_reflects_electrons_as_holes():
    """Law, Lee and Ng, Phys. Rev. Lett. 103, 237001 (2009): 2Γ²/(E² + Γ²), Γ = .2."""
    E = np.array([0.0, 0.1, 0.2, 0.5])
    S = model("majorana", G=0.2, pins=1).smatrix(E)
    G = 2 * np.abs(S[:, 1, 0]) ** 2
    np.testing.assert_allclose(G, [2, 1.6, 1, 0.27586207], rtol=1e-8)


def test_majorana_states_that_touch_split():
    """Flensberg, Phys. Rev. B 82, 180516 (2010): nothing at E = 0, 2e²/h near ±E_M."""
    S = model("majorana", G=0.01, EM=0.5, pins=1).smatrix(np.array([0.0, 0.5]))
    assert abs(S[0, 1, 0]) ** 2 < 1e-15
    assert abs(S[1, 1, 0]) ** 2 == pytest.approx(1, abs=1e-4)


def test_crossed_andreev_reflection_of_a_majorana_pair():
    """Nilsson, Akhmerov and Beenakker, PRL 101, 120403 (2008): Γ ≪ E_M, E = 0.

    An electron at one end is as likely to come out at the other as a hole as it is to
    come out there as an electron, and local Andreev reflection is suppressed.
    """
    S = model("majorana", G=np.array([0.01, 0.01]), EM=0.5, pins=2).smatrix(AT_FERMI)
    T = np.abs(S) ** 2
    crossed, local = T[3, 0], T[1, 0]
    assert crossed == pytest.approx((0.01 / 0.5) ** 2, rel=1e-2)
    assert crossed == pytest.approx(T[2, 0])
    assert local < 1e-3 * crossed


def test_majorana_amplitudes_mirror_electrons_and_holes():
    """S(E) = τ_x S(-E)* τ_x."""
    E = np.array([-0.3, 0.3])
    S = model("majorana", G=np.array([0.1, 0.2]), EM=0.15, pins=2).smatrix(E)
    swap = np.kron(np.eye(2), [[0, 1], [1, 0]])
    np.testing.assert_allclose(S[0], swap @ S[1].conj() @ swap, atol=1e-15)


def test_widths_go_with_pins():
    with pytest.raises(NetlistError, match="QN344: 'G' lists 2 widths for 1 pins"):
        model("majorana", G=np.array([0.1, 0.2]), pins=1)


@pytest.mark.parametrize(
    ("axis", "conductance"),
    [("(0,0,1)", 0.9946524064), ("(0,0,-1)", 0.5806451613)],
)
def test_two_currents_in_series(axis, conductance):
    """T. Valet and A. Fert, Phys. Rev. B 48, 7099 (1993): spins in parallel channels.

    Two filters, .9 and .3, phase lost between them but neither momentum nor spin:
    1/T = 1/T1 + 1/T2 - 1 for each spin.
    """
    import qnet

    report = qnet.run(
        f"""
        .options spin=full
        T1 a V=1mV
        T2 b V=0
        S1 a m filter Tup=0.9 Tdn=0.3
        P1 m n eps=1 type=dephasing mix=0 forward
        S2 n b filter Tup=0.9 Tdn=0.3 axis={axis}
        .meas G G(T1,T1)/Gq
        """
    )
    assert report.passed
    assert float(report.measures["G"].values) == pytest.approx(conductance, rel=1e-9)
