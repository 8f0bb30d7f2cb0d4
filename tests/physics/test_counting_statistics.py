"""Counting statistics asked from netlists: cumulants, distributions, probes."""

import numpy as np
import pytest
from scipy.stats import binom

import qnet
from qnet.constants import Gq, e, h_eV

TWO_CHANNELS = """
T1 s V=-1mV
T2 d V=0
B1 s d Tn=(0.7 0.2)
"""
ATTEMPTS = 1e-3 / h_eV
"""Electrons that a channel offers in each second at 1 mV."""


def cumulants(text, sign=-1):
    """Cumulants along the current, for each electron offered."""
    values = qnet.run(text)["fcs"]["cumulants"].values
    return values * float(sign) ** np.arange(1, values.shape[-1] + 1) / ATTEMPTS


def test_two_channels_transfer_binomially():
    """Levitov and Lesovik, JETP Lett. 58, 230 (1993)."""
    found = cumulants(f"{TWO_CHANNELS}.fcs T1\n")
    np.testing.assert_allclose(found, [0.9, 0.37, 0.012, -0.0482], rtol=1e-9)


def test_normalized_cumulants_do_not_know_the_sense_of_the_current():
    """Their second is the Fano factor; 0.37/0.9 either way."""
    for voltage in ("-1mV", "1mV"):
        report = qnet.run(f"{TWO_CHANNELS}.fcs T1\n".replace("-1mV", voltage))
        found = report["fcs"]["normalized cumulants"].values
        expected = np.array([0.9, 0.37, 0.012, -0.0482]) / 0.9
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_channel_transfers_a_binomial_number_of_electrons():
    """Levitov, Lee and Lesovik, J. Math. Phys. 37, 4845 (1996), eq. (37)."""
    time = 20 / ATTEMPTS
    text = "T1 s V=1mV\nT2 d V=0\nB1 s d T=0.3\n"
    P = qnet.run(f"{text}.fcs T1 time={time!r}s\n")["fcs"]["P"]
    numbers = P.labels["electrons"]
    expected = binom.pmf(numbers, 20, 0.3)
    np.testing.assert_allclose(P.values, expected, atol=1e-9)
    assert P.values.sum() == pytest.approx(1, abs=1e-9)


def test_a_time_between_two_attempts_is_remarked():
    text = "T1 s V=1mV\nT2 d V=0\nB1 s d T=0.3\n"
    report = qnet.run(f"{text}.fcs T1 time={4.5 / ATTEMPTS!r}s\n")
    assert any("rings" in note for note in report["fcs"].notes)


def test_a_distribution_along_a_sweep_stands_on_common_numbers():
    text = "T1 s V={v}\nT2 d V=0\nB1 s d T=0.3\n.param v=1mV\n.step v list 1mV 2mV\n"
    P = qnet.run(f"{text}.fcs T1 time={10 / ATTEMPTS!r}s\n")["fcs"]["P"]
    numbers = P.labels["electrons"]
    for row, attempts in zip(P.values, (10, 20), strict=True):
        np.testing.assert_allclose(row, binom.pmf(numbers, attempts, 0.3), atol=1e-9)


@pytest.mark.parametrize(
    ("ensemble", "third", "fourth"), [("cavity", 0.0, None), ("wire", 1 / 15, -1 / 105)]
)
def test_universal_cumulants_of_bimodal_ensembles(ensemble, third, fourth):
    """Lee, Levitov and Yakovets, Phys. Rev. B 51, 4079 (1995): wire. Jalabert, Pichard
    and Beenakker, Europhys. Lett. 27, 255 (1994): cavity. Channels sample the density
    of transmissions at Gauss points, so that averages are exact."""
    nodes, weight = np.polynomial.legendre.leggauss(24)
    x = (nodes + 1) / 2
    if ensemble == "cavity":  # T = sin²(π u/2) is uniform in u
        T, share = np.sin(np.pi * x / 2) ** 2, weight / 2
    else:  # T = 1 - tanh² y with y uniform, weighted onto x = tanh y
        T, share = 1 - x**2, weight / 2 / (1 - x**2)
    total = np.zeros(4)
    cards = [f"T{k} n{k} V=-1mV\nB{k} n{k} 0 T={float(t)!r}" for k, t in enumerate(T)]
    asked = [f".fcs T{k}" for k in range(len(T))]
    report = qnet.run("\n".join([*cards, *asked, ""]))
    for part, result in zip(share, report.analyses, strict=True):
        total += part * result["cumulants"].values * [-1, 1, -1, 1] / ATTEMPTS
    normal = total / total[0]
    assert normal[1] == pytest.approx(1 / 4 if ensemble == "cavity" else 1 / 3)
    assert normal[2] == pytest.approx(third, abs=1e-9)
    if fourth is not None:
        assert normal[3] == pytest.approx(fourth, rel=1e-8)


@pytest.mark.parametrize("kind", ["voltage", "dephasing"])
def test_current_and_noise_are_the_first_two_cumulants(kind):
    """With a probe that answers, at a finite temperature and beyond linear response."""
    report = qnet.run(
        f"""
.temp 0.5K
.options response=full
T1 s V=0.3mV
T2 d V=0
Q1 s m hwx=0.3meV hwy=1meV V0=-0.5meV
P1 m n eps=0.4 type={kind}
D1 n d E0=0.1meV GL=0.1meV GR=0.2meV
.fcs T1
.noise
.op
"""
    )
    C = report["fcs"]["cumulants"].values
    assert C[0] * e == pytest.approx(report["op"]["current"].values[0], rel=1e-8)
    assert 2 * e**2 * C[1] == pytest.approx(report["noise"]["S"].values[0, 0], rel=1e-8)


def test_a_resistor_in_series_feeds_back_on_the_third_cumulant():
    """Kindermann, Nazarov and Beenakker, Phys. Rev. B 69, 035336 (2004).

    (1 + GR)³ C3 = C3⁰ - 3 e R/(1 + GR) C2⁰ dC2⁰/dV, with the cumulants at a constant
    voltage: an electron that passes lowers the voltage that drives the others.
    """
    g, RG = 0.4, 0.7
    report = qnet.run(
        f"""
.temp 5mK
V1 in 0 -10mV
R1 in s {{{RG}/({g}*Gq)}} temp=0
B1 s d T={g}
T2 d V=0
.fcs T2 order=3
.print V(s)
"""
    )
    C = report["fcs"]["cumulants"].values
    V = 10e-3 / (1 + RG)
    per_volt = Gq / e  # attempts in each second and volt
    bare = per_volt * V * np.array([g, g * (1 - g), g * (1 - g) * (1 - 2 * g)])
    mean, second, third = bare
    slope = per_volt * g * (1 - g)
    R = RG / (g * Gq)
    feedback = -3 * e * R / (1 + RG) * second * slope
    assert abs(C[0]) == pytest.approx(mean, rel=1e-6)
    assert C[1] == pytest.approx(second / (1 + RG) ** 2, rel=1e-3)
    expected = (third + feedback) / (1 + RG) ** 3
    assert C[2] * np.sign(C[0]) == pytest.approx(expected, rel=1e-3)
