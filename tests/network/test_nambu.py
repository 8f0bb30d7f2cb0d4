"""Circuits in which electrons and holes move in turn, against an independent route.

The independent route writes all electrons and holes of a small device into one matrix
and joins the pieces by the textbook formula for two scatterers in series.
"""

import numpy as np
import pytest

import qnet
from qnet.discovery import models


def joined(lower, upper, inner):
    """S of a two-port `lower` (left, inner) that ends in a one-port `upper`."""
    outer = lower.shape[-1] - inner
    ll, li = lower[:outer, :outer], lower[:outer, outer:]
    il, ii = lower[outer:, :outer], lower[outer:, outer:]
    return ll + li @ upper @ np.linalg.solve(np.eye(inner) - ii @ upper, il)


def both(S_electron, S_hole):
    """(e, h) of each port in turn from S at ε and S at -ε."""
    n = len(S_electron)
    S = np.zeros((2 * n, 2 * n), complex)
    S[::2, ::2], S[1::2, 1::2] = S_electron, S_hole.conj()
    return S


def level(energy, E0, GL, GR):
    columns = {"E0": np.array(E0), "GL": np.array(GL), "GR": np.array(GR)}
    return models()["dot"].model(**columns).smatrix(np.array(energy))


def majorana(energy, *widths, EM=0.0):
    keys = {"G": np.array(widths), "EM": EM, "pins": len(widths)}
    return models()["majorana"].model(**keys).smatrix(np.array(energy))


def charge(S, out, into):
    """|ee|² - |he|² between two ports."""
    return abs(S[2 * out, 2 * into]) ** 2 - abs(S[2 * out + 1, 2 * into]) ** 2


def measured(netlist, *names):
    report = qnet.run(netlist)
    assert report.passed, [audit for audit in report.audits if not audit.passed]
    return [np.array(report.measures[name].values) for name in names]


@pytest.mark.parametrize("bias", [0.0, 0.3, -0.3, 0.8])
def test_a_level_in_front_of_a_majorana_state(bias):
    """Electrons see the level at eV, holes at -eV."""
    energy = -bias
    dot = both(level(energy, 0.25, 0.4, 0.3), level(-energy, 0.25, 0.4, 0.3))
    S = joined(dot, majorana(energy, 0.2), 2)
    (found,) = measured(
        f"""
        .options response=full
        T1 a V={bias}V
        D1 a m E0=0.25eV GL=0.4eV GR=0.3eV
        S1 m majorana G=0.2eV
        .meas g didv(T1)/Gq
        """,
        "g",
    )
    assert found == pytest.approx(1 - charge(S, 0, 0), rel=1e-9)


def test_the_energy_counts_from_the_condensate():
    """A level at the Fermi energy is resonant wherever that is."""
    netlist = """
        .fermi 0.7eV
        T1 a V=0.3V
        D1 a m E0=0.7eV GL=0.4eV GR=0.3eV
        S1 m majorana G=0.2eV
        .options response=full
        .meas g didv(T1)/Gq
        """
    (moved,) = measured(netlist, "g")
    (still,) = measured(netlist.replace("0.7eV", "0eV"), "g")
    assert moved == pytest.approx(still, rel=1e-12)


def test_two_ends_share_their_pair():
    """Local and non-local conductances of a pair behind two barriers."""
    widths, EM, energy = (0.2, 0.3), 0.15, -0.1
    dots = np.zeros((8, 8), complex)
    left, right = (
        both(*(level(e, [E0, -0.2], [0.4, 0.1], [0.3, 0.2]) for e in (energy, -energy)))
        for E0 in (0.25, -0.1)
    )
    for place, dot in (([0, 1, 4, 5], left), ([2, 3, 6, 7], right)):
        dots[np.ix_(place, place)] = dot
    S = joined(dots, majorana(energy, *widths, EM=EM), 4)
    found = measured(
        """
        .options response=full
        T1 a V=0.1V
        T2 b V=0.1V
        D1 a m E0=(0.25eV -0.2eV) GL=(0.4eV 0.1eV) GR=(0.3eV 0.2eV)
        D2 b n E0=(-0.1eV -0.2eV) GL=(0.4eV 0.1eV) GR=(0.3eV 0.2eV)
        S1 m n majorana G=(0.2eV 0.3eV) EM=0.15eV
        .meas g11 didv(T1,T1)/Gq
        .meas g12 didv(T1,T2)/Gq
        .meas g21 didv(T2,T1)/Gq
        """,
        "g11",
        "g12",
        "g21",
    )
    expected = [1 - charge(S, 0, 0), -charge(S, 0, 1), -charge(S, 1, 0)]
    assert found == pytest.approx(expected, rel=1e-9)
    assert min(abs(np.array(found))) > 1e-3


def test_the_condensate_takes_the_rest_at_node_zero():
    """Node 0 as the netlist's own reservoir: its normal leads and the condensate."""
    current, ground = measured(
        """
        T1 a V=1mV
        Y1 a b c
        S1 b majorana G=1meV
        W1 c 0
        .meas I1 I(T1)
        .meas I0 I(0)
        """,
        "I1",
        "I0",
    )
    assert ground == pytest.approx(-current, rel=1e-12)


def test_beside_a_superconducting_terminal_both_turn_electrons():
    """The pair belongs to the terminal's condensate; S of both is one matrix."""
    T = 0.4
    t, r = 1j * np.sqrt(T), np.sqrt(1 - T)
    c = np.sqrt(1 - 2 * 0.3)
    a, b, e = (c - 1) / 2, (c + 1) / 2, np.sqrt(0.3)
    fork = np.array([[-(a + b), e, e], [e, a, b], [e, b, a]])
    # barrier on the second arm, composed by hand
    inner = 1 / (1 - fork[2, 2] * r)
    through = np.zeros((3, 3), complex)
    through[:2, :2] = fork[:2, :2] + np.outer(fork[:2, 2], fork[2, :2]) * r * inner
    through[2, :2] = t * inner * fork[2, :2]
    through[:2, 2] = fork[:2, 2] * inner * t
    through[2, 2] = r + t * fork[2, 2] * inner * t
    pair = both(through, through)
    ends = np.zeros((4, 4), complex)
    ends[:2, :2] = majorana(0.0, 0.2)
    phase = 0.6
    ends[2:, 2:] = [
        [0, -1j * np.exp(1j * phase)],
        [-1j * np.exp(-1j * phase), 0],
    ]
    S = joined(pair, ends, 4)
    (found,) = measured(
        """
        T1 a V=1mV
        T2 s type=sc V=0 Delta=1meV phase=0.6
        Y1 a b c eps=0.3
        S1 b majorana G=0.2eV
        B1 c s T=0.4
        .meas g I(T1)/V(T1)/Gq
        """,
        "g",
    )
    assert found == pytest.approx(1 - charge(S, 0, 0), rel=1e-9)


def test_circuits_elsewhere_do_not_notice():
    """A wire with many probes beside the pair is counted once, and as electrons."""
    wire = """
        T1 n0 V=1mV
        T2 n80 V=0
        .for k in 1:80
        P{k} n{k-1} n{k} eps=0.1 type=dephasing
        .endfor
        .meas R R(T1,T2,T1,T2)/RK
        """
    (alone,) = measured(wire, "R")
    (beside,) = measured(wire + "T9 z V=0\nS9 z majorana G=1meV\n", "R")
    assert alone == pytest.approx(1 + 80 * 0.1 / 1.9, rel=1e-9)
    assert beside == pytest.approx(alone, rel=1e-12)


def test_noise_in_equilibrium_is_that_of_the_conductance():
    """Johnson and Nyquist: S = 4kT G, condensate included."""
    netlist = """
        .temp 1K
        T1 a V=0
        T2 b V=0
        B1 a c T=0.3
        W1 c m phi=0.3 tau=5ps
        S1 m n majorana G=(0.05meV 0.1meV) EM=0.02meV
        W2 n d phi=0.9 tau=3ps
        B2 d b T=0.2
        .meas S1 S(T1,T1)/(4*kB*temp*G(T1,T1))
        .meas S12 S(T1,T2)/(2*kB*temp*(G(T1,T2)+G(T2,T1)))
        """
    assert measured(netlist, "S1", "S12") == pytest.approx([1, 1], rel=1e-8)


def test_a_split_pair_carries_correlated_noise():
    """Nilsson, Akhmerov, Beenakker, PRL 101, 120403 (2008): eV, Γ ≪ E_M.

    Only crossed Andreev reflection is left: each event draws one electron from either
    end, so that S11 = S12 = 2eI.
    """
    S1, S12, G12 = measured(
        """
        .options response=full
        T1 a V=1uV
        T2 b V=1uV
        S1 a b majorana G=(0.01meV 0.01meV) EM=1meV
        .meas S1 F(T1)
        .meas S12 S(T1,T2)/S(T1,T1)
        .meas G12 G(T1,T2)/G(T1,T1)
        """,
        "S1",
        "S12",
        "G12",
    )
    assert pytest.approx(1, abs=1e-3) == S1
    assert pytest.approx(1, abs=1e-3) == S12
    assert abs(G12) < 1e-3


@pytest.mark.parametrize("probes", [10, 20, 70])
def test_a_long_line_of_probes_keeps_the_charge_of_holes(probes):
    """What a Majorana state turns into a hole is one whoever dephases it: 2e²/h."""
    text = f"""
T1 n0 V=10uV
.for k in 1:{probes}
P{{k}} n{{k-1}} n{{k}} eps=0.01 type=dephasing forward
.endfor
S1 n{probes} majorana G=10ueV
.meas g G(T1,T1)/Gq
"""
    report = qnet.run(text)
    assert float(report.measures["g"].values) == pytest.approx(2, rel=1e-9)
