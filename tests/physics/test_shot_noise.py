"""Noise from netlists against closed forms: shot, thermal, partition, probes."""

import numpy as np
import pytest

import qnet
from qnet.constants import Gq, e, kB

MEV = 1e-3
UNIT = Gq * e * MEV
"""A²/Hz for each (e²/h) meV."""


def noise(text, *pair):
    """S in units of (e²/h) meV."""
    report = qnet.run(f"{text}.options response=full\n.meas s S({','.join(pair)})\n")
    return report.measures["s"].values / UNIT


def fano(text, terminal="T1"):
    report = qnet.run(f"{text}.options response=full\n.meas f F({terminal})\n")
    return float(report.measures["f"])


def biased(scatterer, V="1mV", kT=0.0):
    return f".temp {{{kT}*1meV/kB}}\nT1 s V={V}\nT2 d V=0\n{scatterer}\n"


@pytest.mark.parametrize(
    ("V", "expected"), [(0, 1.12), (0.3, 1.18075733), (1, 1.63539654), (5, 4.984)]
)
def test_thermal_noise_crosses_over_to_shot_noise(V, expected):
    """Row N1: Khlus, Sov. Phys. JETP 66, 1243 (1987); Lesovik, JETP Lett. 49, 592
    (1989); Büttiker, Phys. Rev. Lett. 65, 2901 (1990)."""
    text = biased("B1 s d Tn=(0.9 0.4 0.1)", f"{V}mV", 0.2)
    assert noise(text, "T1", "T1") == pytest.approx(expected, rel=3e-8)
    assert noise(text, "T1", "T2") == pytest.approx(-expected, rel=3e-8)


def test_without_temperature_and_bias_there_is_none():
    """Row NEG10: exactly zero."""
    assert noise(biased("B1 s d Tn=(0.9 0.4 0.1)", "0"), "T1", "T1") == 0
    probed = "P1 s m eps=0.4 type={}\nB1 m d T=0.3"
    for kind in ("voltage", "dephasing", "thermal"):
        assert noise(biased(probed.format(kind), "0"), "T1", "T1") == 0


@pytest.mark.parametrize(
    ("g", "Tn", "expected"),
    [(0.5, "0.5", 1 / 2), (1.5, "1 0.5", 1 / 6), (2.5, "1 1 0.5", 0.1)],
)
def test_only_the_partly_open_channel_is_noisy(g, Tn, expected):
    """Row N6: Reznikov et al., Phys. Rev. Lett. 75, 3340 (1995); Kumar et al., Phys.
    Rev. Lett. 76, 2778 (1996)."""
    assert fano(biased(f"B1 s d Tn=({Tn})")) == pytest.approx(expected, rel=1e-9)
    assert expected == pytest.approx(0.25 / g)


@pytest.mark.parametrize(("ensemble", "expected"), [("cavity", 1 / 4), ("wire", 1 / 3)])
def test_universal_fano_factors(ensemble, expected):
    """Row N3: Jalabert, Pichard and Beenakker, Europhys. Lett. 27, 255 (1994);
    Beenakker and Büttiker, Phys. Rev. B 46, 1889 (1992).

    Channels stand at equal steps of the variable in which each density is uniform.
    """
    u = (np.arange(400) + 0.5) / 400
    T = np.sin(np.pi * u / 2) ** 2 if ensemble == "cavity" else 1 / np.cosh(12 * u) ** 2
    channels = " ".join(f"{t!r}" for t in T.tolist())
    found = fano(biased(f"B1 s d Tn=({channels})"))
    assert found == pytest.approx(expected, rel=1e-9 if ensemble == "cavity" else 1e-6)


def test_a_diffusive_wire_crosses_over():
    """Row N5: Nagaev, Phys. Lett. A 169, 103 (1992); Steinbach, Martinis and Devoret,
    Phys. Rev. Lett. 76, 3806 (1996): (2/3) G [4kT + V coth(V/2kT)], G = 1."""
    x = (np.polynomial.legendre.leggauss(48)[0] + 1) / 2
    weight = np.polynomial.legendre.leggauss(48)[1] / 2
    total = np.zeros(2)
    for t, w in zip(1 - x**2, weight / (1 - x**2), strict=True):
        text = biased(f"B1 s d T={float(t)!r}", "1mV", 0.2)
        report = qnet.run(f"{text}.options response=full\n.meas s S(T1,T1)\n.op\n")
        current = report["op"]["current"].values[0] / Gq / MEV
        total += w * np.array([float(report.measures["s"]) / UNIT, current])
    assert total[1] == pytest.approx(1, rel=1e-12)
    assert total[0] == pytest.approx(1.209044873, rel=1e-8)


SPLITTER = """
.temp {{{kT}*1meV/kB}}
.field 1T
T1 s V={V1}
T2 s2 V={V2}
T3 d1 V=0
T4 d2 V=0
E1 s a1
E2 s2 a2
B1 a1 a2 o1 o2 T=0.3
E3 o1 d1
E4 o2 d2
E5 d1 s
E6 d2 s2
"""


@pytest.mark.parametrize(("kT", "expected"), [(0.0, -0.42), (0.25, -0.2256721827)])
def test_beams_behind_a_splitter_are_anticorrelated(kT, expected):
    """Row HBT1: Büttiker, Phys. Rev. B 46, 12485 (1992); Henny et al., Science 284, 296
    (1999); Oliver et al., Science 284, 299 (1999)."""
    text = SPLITTER.format(kT=kT, V1="-1mV", V2="0")
    assert noise(text, "T3", "T4") == pytest.approx(expected, rel=1e-8)


def test_two_equal_beams_of_fermions_make_no_partition_noise():
    """Row HBT1: the antibunching of Liu, Odom, Yamamoto and Tarucha, Nature 391, 263
    (1998)."""
    text = SPLITTER.format(kT=0.0, V1="-1mV", V2="-1mV")
    assert abs(noise(text, "T3", "T4")) < 1e-12


def chain(count, kind, leak="0.5"):
    cards = [f"P{k} n{k} n{k + 1} eps={leak} type={kind}" for k in range(count)]
    return "\n".join(["T1 n0 V=1mV", f"T2 n{count} V=0", *cards, ""])


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 0.125), (5, 0.2734375), (60, 0.33225754)]
)
def test_a_chain_of_dephasing_probes_tends_to_one_third(count, expected):
    """Row QE1: de Jong and Beenakker, Physica A 230, 219 (1996)."""
    assert fano(chain(count, "dephasing")) == pytest.approx(expected, rel=2e-8)


def test_a_chain_of_thermal_probes_is_a_hot_electron_wire():
    """Row HOT2: Nagaev, Phys. Rev. B 52, 4740 (1995); Kozub and Rudin, Phys. Rev. B 52,
    7853 (1995): 40 probes, each on the whole wire, are near √3/4 = .4330."""
    found = [fano(chain(count, "thermal", "1")) for count in (10, 40)]
    assert found[1] == pytest.approx(0.431269, rel=1e-6)
    assert found[0] < found[1] < np.sqrt(3) / 4


def test_a_probe_in_one_arm_of_an_interferometer():
    """Row MZ3: Marquardt and Bruder, Phys. Rev. Lett. 92, 056805 (2004), with the probe
    of de Jong and Beenakker: G = (1 - √(1-α) cos φ)/2, noise S = .2840803142."""
    text = """
.field 5T
T1 s  V=-1mV
T2 s2 V=0
T3 d1 V=0
T4 d2 V=0
Ea s  a1
Eb s2 a2
B1 a1 a2 u0 l0 T=0.5
Eu u0 u1
P1 u1 u2 eps=0.4 type=dephasing
Ev u2 u3 phase=0.9
El l0 l3
B2 u3 l3 o1 o2 T=0.5
E1 o1 d1
E2 o2 d2
E3 d1 s
E4 d2 s2
.meas g -G(T3,T1)/Gq
.meas s S(T3,T3)
.options response=full
"""
    report = qnet.run(text)
    assert float(report.measures["g"]) == pytest.approx(0.2592514945, rel=1e-9)
    assert float(report.measures["s"]) / UNIT == pytest.approx(0.2840803142, rel=1e-9)


def test_a_chaotic_cavity_makes_a_quarter_of_poisson():
    """Row RM2: Jalabert, Pichard and Beenakker, Europhys. Lett. 27, 255 (1994).

    The mean of ΣT(1-T) over the mean of ΣT, for N = 50 channels a side.
    """
    N, samples = 50, 40
    text = f"""
.param seed=1
T1 s V=1mV
T2 d V=0
S1 s d cavity nch=({N} {N}) beta=2 seed={{seed}}
.step seed lin {samples} 1 {samples}
.options response=full
.meas s S(T1,T1)
.meas i I(T1)
"""
    report = qnet.run(text)
    S, I = (report.measures[name].values for name in ("s", "i"))
    ratio = S.mean() / (2 * e * I.mean())
    spread = np.std(S / (2 * e * I)) / np.sqrt(samples)
    # CUE: ⟨ΣT(1-T)⟩/⟨ΣT⟩ = N²/(4N² - 1) exactly
    assert abs(ratio - N**2 / (4 * N**2 - 1)) < 5 * spread


def test_two_temperatures_alone_make_noise():
    """Delta-T noise: Lumbroso et al., Nature 562, 240 (2018). Through transmission T,
    S = 2 (e²/h)[T² (kT_h + kT_c) + T(1-T) ∫(f_h + f_c - 2 f_h f_c)]; the integral for
    T_c = 0 is 2 ln 2 kT_h."""
    T = 0.3
    report = qnet.run(
        f".options response=full\nT1 h V=0 temp={{1meV/kB}}\nT2 c V=0\nB1 h c T={T}\n"
        ".meas s S(T1,T1)\n.meas i I(T1)\n"
    )
    assert abs(float(report.measures["i"])) < 1e-12 * Gq * MEV
    expected = 2 * (T**2 + T * (1 - T) * 2 * np.log(2))
    assert float(report.measures["s"]) / UNIT == pytest.approx(expected, rel=1e-8)


def test_a_resistor_brings_its_own_noise():
    """Nyquist, Phys. Rev. 32, 110 (1928): 4kT/R across 10 kΩ beside nothing else, as
    seen by a voltmeter: 4kTR."""
    report = qnet.run(
        ".temp 2K\nT1 a V=0\nT2 b V=0\nB1 a b T=1\nP1 m\nR1 m 0 10k\n"
        "B2 m n T=1\nT3 n V=0\n.noise\n.options response=full\n"
    )
    S = report["noise"]["voltage noise"]
    k = list(S.labels["reservoir"]).index("P1")
    R = 1 / (1 / 10e3 + Gq)
    assert S.values[k] == pytest.approx(4 * kB * 2 * R, rel=1e-9)


def test_excess_noise_leaves_the_thermal_part_out():
    """Fex subtracts 4kTG: at V = 0 nothing is left, and no current to divide by."""
    text = biased("B1 s d T=0.3", "5mV", 0.05)
    report = qnet.run(f"{text}.options response=full\n.meas f Fex(T1)\n")
    V, kT, T = 5.0, 0.05, 0.3
    expected = (1 - T) * (1 / np.tanh(V / 2 / kT) - 2 * kT / V)
    assert float(report.measures["f"]) == pytest.approx(expected, rel=1e-8)
