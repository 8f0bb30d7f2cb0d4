"""Normal conductors beside superconductors, from netlists against closed forms."""

import numpy as np
import pytest

import qnet
from qnet.constants import Gq

MEV = 1e-3


def measured(text, *bodies):
    cards = "".join(f".meas m{k} {body}\n" for k, body in enumerate(bodies))
    report = qnet.run(f"{text}{cards}")
    return [report.measures[f"m{k}"].values for k in range(len(bodies))]


@pytest.mark.parametrize(("T", "expected"), [(1.0, 4), (0.5, 4 / 9), (0.1, 0.01108033)])
def test_a_contact_doubles_what_it_transmits(T, expected):
    """Row NS1: Beenakker, Phys. Rev. B 46, 12841 (1992): 4 e²/h T²/(2-T)²."""
    text = f".options spin=2\nT1 n V=0\nT2 s type=sc Delta=1meV\nB1 n s T={T}\n"
    (g,) = measured(text, "G(T1,T1)/Gq")
    assert float(g) == pytest.approx(expected, rel=1e-6)


def test_a_resonant_level_beside_a_superconductor():
    """Row NS4: Beenakker, Phys. Rev. B 46, 12841 (1992), eq. (4.8):
    4 e²/h (2 Γ_1 Γ_2/(Γ_1² + Γ_2²))² on resonance, spin included."""
    text = (
        ".options spin=2\nT1 n V=0\nT2 s type=sc Delta=1eV\n"
        "D1 n s E0=0 GL=0.3meV GR=0.2meV\n"
    )
    (g,) = measured(text, "G(T1,T1)/Gq")
    assert float(g) == pytest.approx(3.408284024, rel=1e-6)


@pytest.mark.parametrize(
    ("V", "expected"), [(0.0, 2), (0.1, 1.6), (0.2, 1), (0.52, 0.25773196)]
)
def test_a_majorana_state_shows_twice_the_quantum(V, expected):
    """Row MZM1: Law, Lee and Ng, Phys. Rev. Lett. 103, 237001 (2009): 2Γ²/(E² + Γ²)."""
    text = f".options response=full\nT1 n V={V}mV\nS1 n majorana G=0.2meV\n"
    (g,) = measured(text, "didv(T1)/Gq")
    assert float(g) == pytest.approx(2 * 0.04 / (V**2 + 0.04), rel=1e-6)
    assert float(g) == pytest.approx(expected, rel=1e-6)


def test_a_warm_majorana_state():
    """Row MZM1 at kT = .3: Flensberg, Phys. Rev. B 82, 180516 (2010)."""
    text = ".temp {0.3meV/kB}\nT1 n V=0\nS1 n majorana G=0.2meV\n"
    (g,) = measured(text, "G(T1,T1)/Gq")
    assert float(g) == pytest.approx(0.7589091009, rel=1e-7)


CAR = """
T1 a V=0
T2 b V=0
T3 s type=sc Delta=1keV
S1 a b s levels H=[[0]] W=[[{w1}, {w2}, {ws}]] unit=1meV
.param w1={sqrt(0.3/(2*pi))} w2={sqrt(0.2/(2*pi))} ws={sqrt(GS/(2*pi))} GS=0.2
"""


def proximitised(GL, GR, D):
    """G_ij of a level with pairing D between two leads, for one spin.

    Amplitudes of a 2×2 Green function at zero energy, g = [iΓ/2, -D; -D, iΓ/2]⁻¹.
    """
    gamma = np.array([GL, GR])
    total = gamma.sum() / 2
    g = np.linalg.inv(np.array([[1j * total, -D], [-D, 1j * total]]))
    electron = np.eye(2) - 1j * np.sqrt(np.outer(gamma, gamma)) * g[0, 0]
    hole = np.sqrt(np.outer(gamma, gamma)) * abs(g[1, 0])
    return np.eye(2) - abs(electron) ** 2 + hole**2


def test_crossed_andreev_reflection_through_a_proximitised_dot():
    """Row CAR1: Falci, Feinberg and Hekking, Europhys. Lett. 54, 255 (2001); Dominguez
    and Yeyati, Physica E 75, 322 (2016). Pairing D = Γ_S/2: columns do not sum to 0."""
    expected = [[1.17003567, -0.59928656], [-0.59928656, 0.97978597]]
    np.testing.assert_allclose(proximitised(0.3, 0.2, 0.1), expected, rtol=1e-8)
    bodies = [f"G(T{i},T{j})/Gq" for i in (1, 2) for j in (1, 2)]
    found = measured(CAR, *bodies)
    np.testing.assert_allclose(np.reshape(found, (2, 2)), expected, rtol=1e-6)


def test_crossed_reflection_cancels_what_passes_directly():
    """Row CAR1: the nonlocal conductance vanishes at D = (Γ_L + Γ_R)/2."""
    text = CAR.replace("GS=0.2", "GS=0.5")
    (g,) = measured(text, "G(T1,T2)/Gq")
    assert abs(float(g)) < 1e-6


@pytest.mark.parametrize(("T", "doubled"), [(0.01, 2.0), (0.4, None)])
def test_shot_noise_doubles(T, doubled):
    """de Jong and Beenakker, Phys. Rev. B 49, 16070 (1994): with R_A = T²/(2-T)²
    F = 2 (1 - R_A), 2 for a tunnel junction."""
    text = (
        ".options response=full\nT1 n V=0.01mV\nT2 s type=sc Delta=10meV\n"
        f"B1 n s T={T}\n"
    )
    (f,) = measured(text, "F(T1)")
    andreev = T**2 / (2 - T) ** 2
    assert float(f) == pytest.approx(2 * (1 - andreev), rel=1e-5)
    if doubled is not None:
        assert float(f) == pytest.approx(doubled, rel=1e-4)


def test_current_of_a_transparent_contact_in_excess():
    """Blonder, Tinkham and Klapwijk, Phys. Rev. B 25, 4515 (1982): twice the
    conductance inside the gap, and far outside I_exc = (4/3) Δ/(e R)."""
    text = (
        ".options response=full\nT1 n V={v}\nT2 s type=sc Delta=1meV\nB1 n s T=1\n"
        ".param v=1mV\n.step v list 0.5mV 100mV\n"
    )
    (current,) = measured(text, "I(T1)")
    inside, outside = current / Gq / MEV
    assert inside == pytest.approx(1.0, rel=1e-9)
    assert outside - 100 == pytest.approx(4 / 3, rel=1e-2)


@pytest.mark.parametrize("V", [0.1, 0.16, 0.4])
def test_a_tunnel_junction_shows_the_density_of_states(V):
    """Giaever, Phys. Rev. Lett. 5, 147 (1960): dI/dV = G ∫ n_s(E) (-f'(E - eV)) dE,
    n_s = |E|/√(E² - Δ²), to first order in T."""
    T, gap, kT = 1e-6, 0.18, 0.02
    text = (
        f".options spin=2 response=full\n.temp {{{kT}meV/kB}}\n"
        f"T1 n V={V}mV\nT2 s type=sc V=0 Delta={gap}meV\nB1 n s T={T}\n"
    )
    (g,) = measured(text, "didv(T1)/Gq")
    E = gap * np.cosh(np.linspace(0, 4, 20_001))  # n_s dE = E du
    slope = sum(1 / (4 * kT * np.cosh((s * E - V) / (2 * kT)) ** 2) for s in (1, -1))
    expected = 2 * T * np.trapezoid(E * slope, dx=4 / 20_000)
    assert float(g) == pytest.approx(expected, rel=1e-4)
