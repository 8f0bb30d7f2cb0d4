"""Families of networks whose answer can be written down, some two hundred of them.

Each case is a netlist and what one expression in it has to be; tolerances are rounding.
"""

from fractions import Fraction
from itertools import product
from math import cos, pi, sqrt

import numpy as np
import pytest

import qnet
from qnet.constants import RK, Gq

CASES = {}


def family(*choices):
    """Register a case for every combination of `choices`."""

    def register(make):
        for chosen in product(*choices):
            CASES[f"{make.__name__} {' '.join(map(str, chosen))}"] = make(*chosen)
        return make

    return register


CONTACTS = "T1 s V=1mV\nT2 d V=0\n"


def hall_bar(nu, count, sense):
    """A ring of contacts tied by edges."""
    cards = ["T0 n0 V=0", *(f"P{k} n{k}" for k in range(1, count))]
    cards += [f"E{k} n{k} n{(k + 1) % count} nu={nu}" for k in range(count)]
    return "\n".join([f".field {5 * sense}T", *cards, ""])


def ring_transmission(flux, phi):
    """Sum over the waves in the arms, eight of them."""
    stem = np.full(2, sqrt(0.5))
    back = np.array([[-0.5, 0.5], [0.5, -0.5]])
    turn = np.exp(1j * pi * flux)
    onward = np.exp(1j * phi) * np.diag([turn, 1 / turn])
    homeward = np.exp(1j * phi) * np.diag([1 / turn, turn])
    once = back @ homeward @ back @ onward
    wave = np.linalg.solve(np.eye(2) - once, stem)
    return abs(stem @ onward @ wave) ** 2


@family((1, 2, 5), (0.1, 0.5, 0.9, 1.0), (1, 2))
def one_barrier(N, T, spin):
    """Landauer: G = g N T."""
    text = f"{CONTACTS}B1 s d T={T} N={N}\n.options spin={spin}\n"
    return text, "G(T1,T1)/Gq", spin * N * T


@family((2, 3, 7, 20), (0.2, 0.5, 0.8), ("voltage", "dephasing", "thermal"))
def series_with_probes(count, T, kind):
    """Reservoirs between barriers: resistances add up, contacts included."""
    cards = [f"B{k} n{k} n{k + 1} T={T} N=1" for k in range(count)]
    cards += [f"P{k} n{k} type={kind}" for k in range(1, count)]
    text = "\n".join(["T1 n0 V=1mV", f"T2 n{count} V=0", *cards, ""])
    return text, "R(T1,T2,T1,T2)/RK", count / T


@family((0.1, 0.6, 0.9), (0.3, 0.8), (0.0, 0.4, 1.9, pi))
def fabry_perot(T1, T2, theta):
    """Two barriers and a phase: T = T1 T2 / |1 - r1 r2 e^{2iθ}|²."""
    text = f"{CONTACTS}B1 s a T={T1}\nW1 a b phi={theta!r}\nB2 b d T={T2}\n"
    r = sqrt((1 - T1) * (1 - T2))
    return text, "T(T2,T1)", T1 * T2 / (1 + r * r - 2 * r * cos(2 * theta))


@family((1, 3, 10, 40), (0.1, 0.5, 0.9))
def dephased_wire(count, eps):
    """D'Amato and Pastawski 1990: R = RK (1 + N eps/(2 - eps))."""
    cards = [f"P{k} n{k} n{k + 1} eps={eps} type=dephasing N=1" for k in range(count)]
    text = "\n".join(["T1 n0 V=1mV", f"T2 n{count} V=0", *cards, ""])
    return text, "R(T1,T2,T1,T2)/RK", 1 + count * eps / (2 - eps)


@family((1, 2, 3, 4, 6), (4, 6, 9, 12), (1, -1))
def hall_bar_across(nu, count, sense):
    """Any contact pair on opposite banks: the Hall resistance, RK/nu."""
    half = count // 2
    text = hall_bar(nu, count, sense)
    return text, f"R(T0,P{half},P1,P{half + 1})/RK", sense / nu


@family((1, 2, 5), (5, 8), (1, -1))
def hall_bar_along(nu, count, sense):
    """Along one bank nothing drops (current through contacts not between them)."""
    return hall_bar(nu, count, sense), "R(T0,P3,P1,P2)/RK", 0.0


@family((4, 5, 6, 8, 11), (1, 2, 3))
def spin_hall_bar(count, apart):
    """Every segment is RK: current divides between both ways round."""
    cards = [f"P{k} n{k}" for k in range(1, count)]
    cards += [f"H{k} n{k} n{(k + 1) % count}" for k in range(count)]
    text = "\n".join(["T0 n0 V=0", *cards, ""])
    share = Fraction(count - apart, count)
    return text, f"R(T0,P{apart},T0,P{apart})/RK", float(share * apart)


@family((2, 3, 5, 9), (0.0, 0.7))
def griffith_star(count, phi):
    """Ideal junction: |2/n|² between any two arms, whatever their lengths."""
    arms = [f"W{k} n{k} j{k} phi={phi * (k + 1)}" for k in range(count)]
    ends = [f"T{k} n{k} V={k}mV" for k in range(count)]
    pins = " ".join(f"j{k}" for k in range(count))
    text = "\n".join([*ends, *arms, f"S1 {pins} griffith N=1", ""])
    return text, "T(T1,T0)", (2 / count) ** 2


@family((0.0, 0.1, 0.25, 0.5, 0.8), (0.3, 1.1))
def ring_in_a_flux(flux, phi):
    """Two BIA junctions with eps = 1/2 couple fully: closed form by 2 x 2 algebra."""
    text = f"""{CONTACTS}Y1 s u l eps=0.5
W1 u v phi={phi} flux={flux / 2}
W2 l m phi={phi} flux={-flux / 2}
Y2 d v m eps=0.5
"""
    return text, "T(T2,T1)", ring_transmission(flux, phi)


@family((1, 2, 6), (1, 3, 6), (0.3, 1.0))
def mixed_pn_junction(left, right, share):
    """Edges of two fillings mix at one reservoir node (Abanin and Levitov 2007).

    A probe shared by contacts of `left` and `right` channels: in series.
    """
    text = f"""{CONTACTS}P1 m type=dephasing
B1 s m T={share} N={left}
B2 m d T={share} N={right}
"""
    return text, "G(T1,T1)/Gq", share * left * right / (left + right)


@family((1, 2, 4), ("1k", "25.8k"), (0.2, 1.0))
def ladder_of_resistors(count, ohm, T):
    """Line resistors on both sides of a conductor."""
    steps = [f"R{k} m{k} m{k + 1} {ohm}" for k in range(count)]
    text = "\n".join(
        ["V1 m0 0 1m", *steps, f"B1 m{count} d T={T} N=1", f"Rd d 0 {ohm}", ""]
    )
    total = (count + 1) * float(ohm[:-1]) * 1e3 + RK / T
    return text, "-I(V1)/1nA", 1e-3 / total / 1e-9


@family((0.1, 0.36, 0.9), (0.0, 0.2, 0.5))
def mach_zehnder(leak, flux):
    """Dephasing by leakage: fringes with visibility sqrt(1 - leak)."""
    text = f"""
.field 5T
T1 s V=10uV
T2 s2 V=0
T3 d1 V=0
T4 d2 V=0
Ea s a1
Eb s2 a2
B1 a1 a2 u0 l0 T=0.5
Eu u0 u1
P1 u1 u2 eps={leak} type=dephasing
Ev u2 u3 phase={2 * pi * flux!r}
El l0 l3
B2 u3 l3 o1 o2 T=0.5
E1 o1 d1
E2 o2 d2
E3 d1 s
E4 d2 s2
"""
    fringe = sqrt(1 - leak) * cos(2 * pi * flux)
    return text, "-G(T3,T1)/Gq", (1 - fringe) / 2


def test_there_are_two_hundred():
    assert len(CASES) >= 200


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_answer_is_the_closed_form(case):
    text, expression, expected = case
    report = qnet.run(f"{text}.meas found {expression}\n")
    assert float(report.measures["found"]) == pytest.approx(expected, abs=3e-12)
    assert report.passed


def test_units_of_the_table_are_those_of_the_field():
    assert pytest.approx(1 / Gq) == RK
