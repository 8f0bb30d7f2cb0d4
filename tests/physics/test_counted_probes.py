"""Distributions of counts with probes: closed forms, saddle points by search.

H. Förster, P. Samuelsson, S. Pilgram, M. Büttiker, Phys. Rev. B 75, 035340 (2007):
voltage and dephasing probes in full counting statistics.
"""

import numpy as np
import pytest
from scipy.optimize import root
from scipy.stats import binom

import qnet
from qnet.constants import h_eV

ATTEMPTS = 1e-3 / h_eV
"""Electrons that a channel offers in each second at 1 mV."""
OFFERED = 200


def distribution(text, offered=OFFERED):
    """Numbers along the current, and their probabilities."""
    report = qnet.run(f"{text}.fcs T1 time={offered / ATTEMPTS!r}s\n")
    P = report["fcs"]["P"]
    return (
        np.asarray(P.labels["electrons"]),
        P.values,
        report["fcs"]["cumulants"].values,
    )


def in_series(T1, T2, kind="voltage"):
    return f"T1 s V=1mV\nT2 d V=0\nB1 s m T={T1}\nB2 m d T={T2}\nP1 m type={kind}\n"


def transformed(logarithm, numbers, size=4001):
    """P(n) of ln χ(λ), given as far as |χ| matters."""
    angle = np.linspace(-np.pi, np.pi, size)
    chi = np.exp([logarithm(abs(a)) for a in angle])
    chi = np.where(angle < 0, chi.conj(), chi)
    phase = np.exp(-1j * angle * numbers[:, None])
    return np.trapezoid(phase * chi, angle, axis=-1).real / (2 * np.pi)


@pytest.mark.parametrize(("T1", "T2"), [(0.3, 0.3), (0.3, 0.6), (0.9, 0.2), (1.0, 0.5)])
def test_a_cold_voltage_probe_between_two_barriers(T1, T2):
    """Its level takes no part where both windows have one action:

    1 + T1 (z - 1) = 1 + T2 (w/z - 1), w = exp(iλ), a quadratic in z; then
    ln χ = (eVt/h) ln[1 + T1 (z - 1)]. Alike barriers pass halves of electrons.
    """

    def logarithm(angle):
        w = np.exp(1j * angle)
        half = (T1 - T2) / (2 * T1)
        root = np.sqrt(half**2 + T2 * w / T1)
        return OFFERED * np.log(1 + T1 * (half + root - 1))

    n, P, _ = distribution(in_series(T1, T2))
    np.testing.assert_allclose(P, transformed(logarithm, n), atol=1e-9)


def test_alike_barriers_pass_halves_of_electrons():
    """ln χ = (eVt/h) ln[1 + T(e^{iλ/2} - 1)]: of twice the count, a binomial law."""
    T = 0.4
    n, P, _ = distribution(in_series(T, T))
    halves = binom.pmf(np.arange(OFFERED + 1), OFFERED, T)
    even = np.interp(n, np.arange(0, OFFERED + 1, 2) / 2, halves[::2])
    # sinc interpolation of the half-integer law at whole numbers, without its odd ones
    odd = halves[1::2]
    at = np.arange(1, OFFERED + 1, 2) / 2
    np.testing.assert_allclose(P, even + np.sinc(n[:, None] - at) @ odd, atol=1e-9)


def junction(T, left, right):
    """ln det of one channel between (f, ξ) on either side."""
    (f, x), (g, y) = left, right
    ahead = f * (1 - g) * (np.exp(y - x) - 1)
    back = g * (1 - f) * (np.exp(x - y) - 1)
    return np.log(1 + T * (ahead + back))


@pytest.mark.parametrize(("T1", "T2"), [(0.3, 0.6), (0.8, 0.5)])
def test_a_cold_dephasing_probe_sits_where_a_search_finds_it(T1, T2):
    """Occupation and field of the node stationary at complex values, by SciPy."""
    state = np.array([T1 / (T1 + T2), 0.0, 0.0, 0.0])
    known = {}

    def action(node, angle):
        return junction(T1, (1.0, 0.0), node) + junction(T2, node, (0.0, 1j * angle))

    def slope(packed, angle):
        f, x = packed[0] + 1j * packed[1], packed[2] + 1j * packed[3]
        step = 1e-6
        by_f = action((f + step, x), angle) - action((f - step, x), angle)
        by_x = action((f, x + step), angle) - action((f, x - step), angle)
        both = np.array([by_f, by_x]) / (2 * step)
        return [both[0].real, both[0].imag, both[1].real, both[1].imag]

    angles = np.linspace(0, np.pi, 301)
    for angle in angles:
        state = root(slope, state, args=(angle,), tol=1e-10).x
        node = state[0] + 1j * state[1], state[2] + 1j * state[3]
        known[angle] = OFFERED * action(node, angle)

    n, P, _ = distribution(in_series(T1, T2, "dephasing"))
    values = np.array(list(known.values()))

    def logarithm(angle):
        return np.interp(angle, angles, values.real) + 1j * np.interp(
            angle, angles, values.imag
        )

    whole = transformed(logarithm, n, 601)
    np.testing.assert_allclose(P, whole, atol=1e-6 * P.max())


WARM = {
    "voltage": ".temp 5K\n" + in_series(0.3, 0.6),
    "dephasing": ".temp 5K\n" + in_series(0.3, 0.6, "dephasing"),
    "cool voltage": ".temp 0.4K\n" + in_series(0.3, 0.6),
    "contact and level": """
.temp 5K
T1 s V=1mV
T2 d V=0
Q1 s m hwx=0.3meV hwy=1meV V0=-0.5meV
P1 m
D1 m d E0=0.1meV GL=0.2meV GR=0.3meV
""",
    "resistor": """
.temp 0.5K
V1 in 0 1mV
R1 in s 20k temp=2K
B1 s d T=0.4
T1 d V=0
""",
    "two probes": """
.temp 4K
T1 s V=1mV
T2 d V=0.2mV
S1 s m1 m2 d cavity nch=(1 1 1 1) beta=2 seed=3
P1 m1
P2 m2 type=dephasing
""",
}


@pytest.mark.parametrize("text", WARM.values(), ids=WARM)
def test_moments_of_the_distribution_are_the_cumulants(text):
    """The circle of complex saddle points against a series at its centre."""
    offered = 60
    n, P, rates = distribution(text, offered)
    mean = n @ P
    away = n - mean
    second, third = away**2 @ P, away**3 @ P
    fourth = away**4 @ P - 3 * second**2
    assert P.sum() == pytest.approx(1, abs=1e-9)
    expected = rates * offered / ATTEMPTS
    np.testing.assert_allclose([mean, second, third], expected[:3], rtol=1e-6)
    assert fourth == pytest.approx(expected[3], abs=1e-4 * second)


@pytest.mark.parametrize("kind", ["voltage", "dephasing"])
def test_a_distribution_with_probes_obeys_the_fluctuation_theorem(kind):
    """Tobiska and Nazarov, Phys. Rev. B 72, 235328 (2005): at one temperature
    P(n)/P(-n) = exp(n eV/k_BT), probes at their saddle points included."""
    V, T = 0.2e-3, 4.0
    text = f".temp {T}K\n" + in_series(0.5, 0.7, kind).replace("1mV", "0.2mV")
    n, P, _ = distribution(text, 60)
    by_number = dict(zip(n.astype(int).tolist(), P.tolist(), strict=True))
    kT = 8.617333262e-5 * T
    for k in range(1, 6):
        ratio = by_number[k] / by_number[-k]
        assert np.log(ratio) == pytest.approx(k * V / kT, rel=1e-4)


def test_a_distribution_along_a_sweep_is_that_of_its_points():
    text = ".param v=1mV\n.temp 3K\n" + in_series(0.3, 0.6).replace("V=1mV", "V={v}")
    n, P, _ = distribution(text + ".step v list 1mV 1.4mV\n", 40)
    for row, volts in zip(P, ("1mV", "1.4mV"), strict=True):
        own, alone, _ = distribution(text.replace("v=1mV", f"v={volts}"), 40)
        here = np.searchsorted(n, own)
        np.testing.assert_allclose(row[here], alone, atol=1e-9)


def test_a_probe_cut_off_at_one_point_still_answers_at_the_others():
    """Each point of a sweep is counted with the voltages that float there."""
    text = """
.temp 1K
.param x=1
T1 a V=1mV
T2 b V=0
Y1 a b c eps=0.4
B2 c p T={x}
P3 p
.fcs T1
"""
    swept = qnet.run(text + ".step x list 0 0.5 1\n")["fcs"]
    for k, x in enumerate(("0.5", "1"), 1):
        alone = qnet.run(text, overrides={"x": x})["fcs"]
        for name in alone.quantities:
            found, expected = swept[name].values[k], alone[name].values
            np.testing.assert_allclose(found, expected, rtol=1e-9)
