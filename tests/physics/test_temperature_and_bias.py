"""Thermal averages, bias and heat from netlists against closed forms."""

import numpy as np
import pytest
from scipy.special import digamma, polygamma

import qnet
from qnet.constants import L0, RK, Gq, kB_eV

MEV = 1e-3
LEVEL = """
T1 s V={v}
T2 d V=0
D1 s d E0=0.2meV GL=0.3meV GR=0.1meV
"""


def level_current(voltage, kT, E0=0.2, GL=0.3, GR=0.1):
    """Current through a level between ±V/2, in e/h times energies.

    Jauho, Wingreen and Meir, Phys. Rev. B 50, 5528 (1994), eq. (29).
    """
    gamma = GL + GR
    if kT == 0:
        angle = [np.arctan((s * voltage / 2 - E0) / (gamma / 2)) for s in (1, -1)]
        return 2 * GL * GR / gamma * (angle[0] - angle[1])

    def smeared(mu):
        return digamma(0.5 + (gamma / 2 + 1j * (E0 - mu)) / (2 * np.pi * kT)).imag

    return 2 * GL * GR / gamma * (smeared(-voltage / 2) - smeared(voltage / 2))


@pytest.mark.parametrize("kT", [0.0, 0.05])
def test_current_through_one_level(kT):
    """Row BW3: numbers of Jauho, Wingreen and Meir's formula at T = 0 and kT = .05."""
    report = qnet.run(
        f"""
.temp {{{kT}*1meV/kB}}
.param v=0V
.options response=full
T1 s V={{v/2}}
T2 d V={{-v/2}}
D1 s d E0=0.2meV GL=0.3meV GR=0.1meV
.step v list 0.1mV 0.4mV 1mV 3mV
.meas i I(T1)
"""
    )
    found = report.measures["i"].values / Gq / MEV
    listed = {
        0.0: [0.03788314, 0.16607231, 0.34129356, 0.43077519],
        0.05: [0.03985015, 0.16335979, 0.33600084, 0.43061644],
    }
    np.testing.assert_allclose(found, listed[kT], atol=1e-8)
    exact = [level_current(v, kT) for v in (0.1, 0.4, 1, 3)]
    np.testing.assert_allclose(found, exact, rtol=1e-8)


def test_a_level_saturates():
    """Row BW3: I = 2π Γ_L Γ_R/Γ once the level is deep in the window."""
    report = qnet.run(
        ".options response=full\nT1 s V=3V\nT2 d V=-3V\n"
        "D1 s d E0=0.2meV GL=0.3meV GR=0.1meV\n.meas i I(T1)\n"
    )
    found = float(report.measures["i"]) / Gq / MEV
    assert found == pytest.approx(0.471238898, rel=1e-4)


def test_breit_wigner_line():
    """Row BW1: Breit and Wigner, Phys. Rev. 49, 519 (1936)."""
    report = qnet.run(
        "T1 s V=1uV\nT2 d V=0\nD1 s d E0=0 GL=0.3meV GR=0.1meV\n"
        ".step EF list 0 0.05meV 0.2meV 0.5meV\n.meas g G(T1,T1)/Gq\n"
    )
    expected = [0.75, 0.70588235, 0.375, 0.10344828]
    np.testing.assert_allclose(report.measures["g"].values, expected, rtol=1e-7)


@pytest.mark.parametrize("detuning", [0.0, 1.3, -4.0])
def test_a_resonance_far_narrower_than_temperature(detuning):
    """Γ = 1e-6 k_BT: the trigamma function that is the slope of the current above, and
    the limit of sequential tunnelling, Beenakker, Phys. Rev. B 44, 1646 (1991)."""
    T = 1.0
    kT = kB_eV * T
    gamma = 1e-6 * kT
    left, right = 0.25 * gamma, 0.75 * gamma
    report = qnet.run(
        f".temp {T}K\nT1 s V=1uV\nT2 d V=0\n"
        f"D1 s d E0={detuning * kT!r}eV GL={left!r}eV GR={right!r}eV\n"
        ".meas g G(T1,T1)/Gq\n"
    )
    z = 0.5 + (gamma / 2 + 1j * detuning * kT) / (2 * np.pi * kT)
    width = 2 * left * right / gamma / (2 * np.pi * kT)
    trigamma = complex(_trigamma(z)).real
    assert float(report.measures["g"]) == pytest.approx(width * trigamma, rel=1e-6)
    rate = left * right / gamma * np.pi / 2 / kT / np.cosh(detuning / 2) ** 2
    assert float(report.measures["g"]) == pytest.approx(rate, rel=2e-6)


def _trigamma(z):
    """ψ' of complex argument, by recurrence and its asymptotic series."""
    total, z = 0j, complex(z)
    while z.real < 12:
        total += 1 / z**2
        z += 1
    series = 1 / z + 1 / (2 * z**2) + 1 / (6 * z**3) - 1 / (30 * z**5)
    return total + series + 1 / (42 * z**7) - 1 / (30 * z**9)


def test_the_trigamma_function_of_these_tests():
    assert _trigamma(0.7) == pytest.approx(float(polygamma(1, 0.7)), rel=1e-13)


def test_staircase_of_a_point_contact():
    """Row QPC1: Büttiker, Phys. Rev. B 41, 7906 (1990)."""
    report = qnet.run(
        "T1 s V=1uV\nT2 d V=0\nQ1 s d N=5 hwx=1meV hwy=3meV\n"
        ".step EF list 1.5meV 3meV 4.5meV 6meV 7meV\n.meas g G(T1,T1)/Gq\n"
    )
    expected = [0.5, 1, 1.5, 2, 2.04142368]
    np.testing.assert_allclose(report.measures["g"].values, expected, atol=1e-7)


def test_ohmic_resistances_in_series():
    """Row OHM1: R = 1 + Σ (1-T)/T; Datta, Electronic Transport (1995), sec. 2.2."""
    report = qnet.run(
        """
T1 a V=1mV
T2 e V=0
B1 a b T=0.9
P1 b c eps=1 forward type=dephasing
B2 c d T=0.5
P2 d f eps=1 forward type=dephasing
B3 f e T=0.7
.meas r R(T1,T2,T1,T2)/RK
"""
    )
    expected = 1 + sum((1 - T) / T for T in (0.9, 0.5, 0.7))
    assert float(report.measures["r"]) == pytest.approx(expected, rel=1e-9)
    assert expected == pytest.approx(2.53968254, rel=1e-8)


def test_diffusive_wire_in_two_dimensions():
    """Row OHM2: R = (h/2e²N)(1 + L/l'), l' = πl/2; Datta (1995); de Jong, Phys. Rev. B
    49, 7778 (1994). N channels through barriers of 1/(1 + δ), fully mixed between."""
    N, L, free, slices = 40, 10.0, 0.5 * np.pi / 2, 8
    T = 1 / (1 + L / free / slices)
    cards = [
        f"B{k} n{k} m{k} N={N} T={T!r}\nP{k} m{k} n{k + 1} eps=1 forward"
        for k in range(slices - 1)
    ]
    last = f"B{slices} n{slices - 1} d N={N} T={T!r}"
    ends = ".options spin=2\nT1 n0 V=1mV\nT2 d V=0\n.meas r R(T1,T2,T1,T2)"
    report = qnet.run("\n".join([ends, *cards, last, ""]))
    found = float(report.measures["r"])
    assert found == pytest.approx(4430.895995, rel=1e-9)
    assert pytest.approx(322.66, abs=1e-2) == RK / 2 / N


def test_voltage_profile_along_a_dephased_channel():
    """Row OHM3: D'Amato and Pastawski, Phys. Rev. B 41, 7411 (1990)."""
    cards = [f"P{k} n{k} n{k + 1} eps=0.3" for k in range(12)]
    text = "\n".join(["T1 n0 V=1V", "T2 n12 V=0", *cards, ".op", ""])
    report = qnet.run(f"{text}.meas r R(T1,T2,T1,T2)/RK\n")
    assert float(report.measures["r"]) == pytest.approx(3.117647059, rel=1e-9)
    voltage = dict(
        zip(
            report["op"]["voltage"].labels["reservoir"],
            report["op"]["voltage"].values,
            strict=True,
        )
    )
    assert voltage["P0"] == pytest.approx(0.8113207547, rel=1e-9)
    assert voltage["P11"] == pytest.approx(0.1886792453, rel=1e-9)


@pytest.mark.parametrize(("leak", "expected"), [(0.4, 0.8), (1.0, 0.5)])
def test_a_probe_adds_resistance_to_a_perfect_wire(leak, expected):
    """Row VP1: Büttiker, Phys. Rev. B 33, 3020 (1986)."""
    text = f"T1 a V=1mV\nT2 b V=0\nP1 a b eps={leak}\n.meas g G(T1,T1)/Gq\n"
    assert float(qnet.run(text).measures["g"]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("how", "expected"), [("", 5), ("forward", 4)])
def test_what_a_probe_does_to_momentum(how, expected):
    """Row VP2: Büttiker, IBM J. Res. Dev. 32, 63 (1988)."""
    text = (
        f"T1 a V=1mV\nT2 d V=0\nB1 a b T=0.3\nP1 b c eps=1 {how}\nB2 c d T=0.6\n"
        ".meas r R(T1,T2,T1,T2)/RK\n"
    )
    assert float(qnet.run(text).measures["r"]) == pytest.approx(expected, rel=1e-9)


def test_heat_follows_charge_where_nothing_depends_on_energy():
    """Row TH1: Wiedemann and Franz for three open channels."""
    report = qnet.run(
        ".temp 0.3K\nT1 a V=0\nT2 b V=0\nB1 a b Tn=(1 1 1)\n.thermo T1 T2\n"
    )
    found = report["thermo"]
    kappa, G = float(found["kappa"]), float(found["conductance"])
    assert kappa == pytest.approx(L0 * G * 0.3, rel=1e-9)
    assert kappa / 0.3 == pytest.approx(3 * 9.464311516e-13, rel=1e-9)
    assert float(found["lorenz ratio"]) == pytest.approx(1, rel=1e-9)
    assert abs(float(found["seebeck"])) < 1e-12 * kB_eV


def test_thermopower_of_a_point_contact():
    """Row TH2: Lunde and Flensberg, J. Phys.: Condens. Matter 17, 3879 (2005); Cutler
    and Mott, Phys. Rev. 181, 1336 (1969). Electrons: negative."""
    report = qnet.run(
        ".temp {0.005meV/kB}\n.fermi 0.1meV\nT1 a V=0\nT2 b V=0\n"
        "Q1 a b N=1 V0=-1.5meV hwx=1meV hwy=3meV\n.meas s seebeck(T1,T2)\n"
    )
    found = float(report.measures["s"]) / kB_eV
    assert found == pytest.approx(-0.03593280, abs=1e-8)
    mott = np.pi**2 / 3 * 0.005 * 2 * np.pi / (1 + np.exp(0.2 * np.pi))
    assert mott == pytest.approx(0.03595611, abs=1e-8)
    assert found == pytest.approx(-mott, rel=1e-3)


def test_quantum_of_heat():
    """Row TH4: Pendry, J. Phys. A 16, 2161 (1983); Jezouin et al., Science 342, 601
    (2013). J = (π²/6h)((kT_h)² - (kT_c)²) through one open channel."""
    report = qnet.run(
        ".options response=full\nT1 a V=0 temp={0.3meV/kB}\nT2 b V=0 temp={0.1meV/kB}\n"
        "B1 a b T=1\n.meas j J(T1)\n"
    )
    found = float(report.measures["j"]) / Gq / MEV**2
    assert found == pytest.approx(0.1315947253, rel=1e-9)


@pytest.mark.parametrize(
    ("width", "merit", "seebeck"),
    [(0.01, 275.66, 2.39098), (0.1, 27.275, 2.31263), (1.0, 2.39745, 1.73007)],
)
def test_a_narrow_level_is_the_best_thermoelectric(width, merit, seebeck):
    """Row TH7: Mahan and Sofo, Proc. Natl. Acad. Sci. 93, 7436 (1996), level 2.4 kT
    above EF; electrons above EF: negative."""
    report = qnet.run(
        f".temp {{1meV/kB}}\nT1 a V=0\nT2 b V=0\n"
        f"D1 a b E0=2.4meV GL={width / 2}meV GR={width / 2}meV\n.thermo T1 T2\n"
    )
    found = report["thermo"]
    assert float(found["ZT"]) == pytest.approx(merit, rel=3e-5)
    assert float(found["seebeck"]) / kB_eV == pytest.approx(-seebeck, rel=3e-6)


def test_open_circuit_voltage_of_a_hot_step():
    """Row TH11: a sharp step 1 above the hot μ, k_BT = 1 and 0.5; ln(1+e^-x) T equal
    on both sides where no current flows."""
    report = qnet.run(
        ".options response=full\nT1 a V=0 temp={1meV/kB}\nT2 b I=0 temp={0.5meV/kB}\n"
        "S1 a b boxcar N=1 E1=1meV\n.meas v V(T2)\n"
    )
    found = float(report.measures["v"]) / MEV
    assert abs(found) == pytest.approx(0.930997402, rel=1e-8)
    # the cold side fills up with electrons from the hot one
    assert found < 0
    hot = np.log1p(np.exp(-1.0))
    cold = 0.5 * np.log1p(np.exp(-(1 + found) / 0.5))
    assert hot == pytest.approx(cold, rel=1e-8)


def test_levels_that_follow_their_leads_ignore_a_common_voltage():
    """Lever arms that sum to one: only differences of voltage matter."""
    device = (
        ".options response=full\n.temp 0.1K\n.param v=0V\n"
        "T1 s V={v+0.3mV}\nT2 d V={v}\n"
        "D1 s d E0=0.1meV GL=0.05meV GR=0.02meV ref=(s:0.6 d:0.4)\n"
        ".step v list 0V 1mV -5mV\n.meas i I(T1)\n"
    )
    current = qnet.run(device).measures["i"].values
    np.testing.assert_allclose(current, current[0], rtol=1e-9)
    assert abs(current[0]) > 1e-12
    # half an arm: the common voltage moves the level through the window
    loose = qnet.run(device.replace("d:0.4", "d:0.1")).measures["i"].values
    assert abs(loose[1] / loose[0] - 1) > 0.1


def test_a_lever_arm_shifts_the_level_by_its_share():
    """I-V of a level that follows one lead by w is that of a level at E0 - e w V."""
    shape = ".options response=full\nT1 s V=0.4mV\nT2 d V=0\n"
    tied = f"{shape}D1 s d E0=0.2meV GL=0.05meV GR=0.02meV ref=(s:0.5)\n"
    moved = f"{shape}D1 s d E0=0meV GL=0.05meV GR=0.02meV\n"
    one, other = (
        float(qnet.run(f"{text}.meas i I(T1)\n").measures["i"])
        for text in (tied, moved)
    )
    assert one == pytest.approx(other, rel=1e-9)


def test_linear_response_does_not_move_levels():
    text = "T1 s V=0.4mV\nT2 d V=0\nD1 s d E0=0.2meV GL=0.05meV GR=0.02meV"
    one, other = (
        float(qnet.run(f"{text} {ref}\n.meas i I(T1)\n").measures["i"])
        for ref in ("", "ref=(s:0.5 d:0.5)")
    )
    assert one == pytest.approx(other, rel=1e-12)


def test_sources_swept_by_dc_give_the_level_current():
    report = qnet.run(
        LEVEL.replace("{v}", "0.1mV") + ".dc T1 0.1mV 0.5mV 0.1mV\n.meas i I(T1)\n"
    )
    volts = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    # μ_d = 0: the same window as ±V/2 with the level moved by V/2
    expected = [level_current(v, 0.0, E0=0.2 + v / 2) for v in volts]
    np.testing.assert_allclose(
        report.measures["i"].values / Gq / MEV, expected, rtol=1e-9
    )


def test_power_of_a_heat_engine_stays_below_carnot():
    """Esposito, Lindenberg and Van den Broeck, EPL 85, 60010 (2009): a level between a
    hot and a cold terminal reaches Carnot's efficiency at the stopping voltage."""
    hot, cold, E0 = 1.0, 0.6, 2.0
    stop = E0 * (1 - cold / hot)
    report = qnet.run(
        f"""
.options response=full
.param v=0V
T1 h V=0 temp={{{hot}*1meV/kB}}
T2 c V={{v}} temp={{{cold}*1meV/kB}}
D1 h c E0={E0}meV GL=1e-5meV GR=1e-5meV
.step v list {-0.5 * stop}mV {-0.999 * stop}mV
.meas power -I(T2)*V(T2)
.meas eta power/J(T1)
"""
    )
    efficiency = report.measures["eta"].values / (1 - cold / hot)
    assert (report.measures["power"].values > 0).all()
    np.testing.assert_allclose(efficiency, [0.5, 0.999], rtol=2e-2)
    assert (efficiency < 1).all()


def codes(text):
    return {d.code for d in qnet.run(text).diagnostics}


def test_a_bias_beyond_the_width_of_a_fixed_level_is_remarked():
    device = "T1 s V={}mV\nT2 d V=0\nD1 s d E0=0 GL=0.1meV GR=0.2meV{}\n.op\n"
    full = f".options response=full\n{device}"
    assert "QN551" in codes(full.format(0.4, ""))
    assert "QN551" not in codes(full.format(0.2, ""))
    assert "QN551" not in codes(device.format(0.4, ""))
    assert not codes(full.format(0.4, " ref=(s:0.5 d:0.5)")) & {"QN550", "QN551"}
    assert "QN550" in codes(full.format(0.4, " ref=(s:0.5 d:0.4)"))
