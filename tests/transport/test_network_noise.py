"""Noise of large circuits by adjoint answers, beside all pairs of reservoirs."""

import numpy as np
import pytest

import qnet
from qnet import fluctuating
from qnet.constants import Gq, e
from qnet.network import flow


def chain(count, kinds, leak=0.4, end="T2 n{} V=0"):
    cards = ["T1 n0 V=1mV", end.format(count)]
    for k in range(count):
        kind = kinds[k % len(kinds)]
        cards.append(f"P{k} n{k} n{k + 1} eps={leak} type={kind}")
    return "\n".join([*cards, ""])


CIRCUIT = (
    chain(6, ["voltage", "dephasing"], end="P100 n{}")
    + """
R1 n6 m 10k temp=5K
B1 m o T=0.3
B2 o q T=0.5
P101 o
Q1 n6 i hwx=0.3meV hwy=1meV V0=-0.5meV
P102 i
D1 i q E0={level} GL=.1meV GR=.2meV
T3 q V=0.2mV
R7 n6 r 1k
V1 r 0 50uV
.param level=0.1meV
.step level list 0.1meV 0.3meV
.noise
"""
)

CIRCUITS = {
    "cold dephasing": chain(9, ["dephasing"]),
    "warm dephasing": chain(9, ["dephasing"]) + ".temp 3K\n",
    "cold voltage": chain(9, ["voltage"]),
    "warm voltage": chain(9, ["voltage"]) + ".temp 3K\n",
    "both beyond linear response": chain(9, ["voltage", "dephasing"])
    + ".temp 3K\n.options response=full spin=2\n",
    "hot electrons": chain(9, ["thermal", "dephasing"]) + ".options response=full\n",
    "frozen": chain(9, ["voltage", "dephasing"]) + ".temp 3K\n.noise probes=frozen\n",
    "two temperatures": chain(9, ["dephasing"], end="T2 n{} V=0 temp=1K")
    + ".temp 3K\n.options response=full\n",
    "levels and resistors": CIRCUIT + ".temp 3K\n",
    "the same beyond linear response": CIRCUIT + ".temp 3K\n.options response=full\n",
}


@pytest.mark.parametrize("circuit", CIRCUITS.values(), ids=CIRCUITS)
def test_answers_of_instruments_are_the_correlations_of_all_pairs(monkeypatch, circuit):
    monkeypatch.setattr(flow, "MANY_LEADS", 4)
    text = circuit if ".noise" in circuit else f"{circuit}.noise\n"
    found = []
    for limit in (10**6, 0):
        monkeypatch.setattr(fluctuating, "DENSE_LIMIT", limit)
        found.append(qnet.run(text)["noise"])
    for name in ("S", "voltage noise"):
        dense, sparse = (one[name].values for one in found)
        np.testing.assert_allclose(
            sparse, dense, rtol=1e-8, atol=1e-10 * (abs(dense).max() or 1e-300)
        )


def test_two_thousand_dephasing_probes_leave_a_third():
    """de Jong and Beenakker, Physica A 230, 219 (1996): m probes in a perfect channel,
    each with leak ε, have resistance 1 + mr, r = ε/(2 - ε), in units of h/e²; the Fano
    factor is 1/3 up to terms of the order of 1/m."""
    count, leak = 2000, 0.5
    text = f"""
.param N={count}
T1 n0 V=1mV
T2 n{{N}} V=0
.for k in 1:N
P{{k}} n{{k-1}} n{{k}} eps={leak} type=dephasing
.endfor
.noise T1 T2
.op
.meas f F(T1)
"""
    report = qnet.run(text)
    noise, current = report["noise"]["S"].values, report["op"]["current"].values
    resistance = 1 + count * leak / (2 - leak)
    assert current[0] == pytest.approx(1e-3 * Gq / resistance, rel=1e-9)
    np.testing.assert_allclose(noise, noise[0, 0] * np.array([[1, -1], [-1, 1]]))
    fano = noise[0, 0] / (2 * e * current[0])
    assert float(report.measures["f"]) == pytest.approx(fano)
    assert fano == pytest.approx(1 / 3, abs=5 / count**2)
    assert fano != pytest.approx(1 / 3, abs=1e-8)


def test_many_voltage_probes_make_a_noiseless_wire():
    """Cold inelastic scattering: F falls as the inverse number of probes.

    Beenakker and Büttiker, Phys. Rev. B 46, 1889 (1992): each of n full probes adds
    an independent source, and divides its voltage by n.
    """
    fano = []
    for count in (400, 800):
        text = chain(count, ["voltage"], 0.5) + ".meas f F(T1)\n"
        fano.append(float(qnet.run(text).measures["f"]))
    assert fano[0] / fano[1] == pytest.approx(2, rel=0.01)


def test_many_contacts_in_a_row_are_independent_sources():
    """n equal point contacts in series, floating reservoirs between them: voltages
    divide, F = (1 - T)/n."""
    count, T = 400, 0.3
    cards = [f"B{k} n{k} n{k + 1} T={T}" for k in range(count)]
    probes = [f"P{k} n{k}" for k in range(1, count)]
    text = "\n".join(
        ["T1 n0 V=1mV", f"T2 n{count} V=0", *cards, *probes, ".meas f F(T1)", ""]
    )
    assert float(qnet.run(text).measures["f"]) == pytest.approx((1 - T) / count)
