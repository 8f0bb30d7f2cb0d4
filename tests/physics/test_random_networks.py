"""Five random multi-terminal networks against an independent dense solver.

The data use positive carriers, mu = +V, and units in which e = h = k_B = 1: `electrons`
turns voltages and currents round, and `UNIT` has one of each quantity.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import qnet
from qnet.constants import RK, Gq, e, hbar_eV, kB_eV

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "random_networks.json").read_text()
)["cases"]
POINTS = [
    pytest.param(case["net"], out, id=f"{case['id']}{out['b']:+g}")
    for case in CASES
    for out in case["outputs"]
]
FERMI = 0.1
UNIT = {"current": Gq, "heat": Gq, "noise": Gq * e, "temperature": 1 / kB_eV}
"""Per eV: A, W per eV, A²/Hz, K."""


def electrons(mu, current):
    """Voltages and currents of electrons, V = -mu/e and I -> -I, in V and A."""
    return -np.asarray(mu), -np.asarray(current) * UNIT["current"]


def number(z):
    return f"{z[0]!r}{z[1]:+.17g}j"


def matrix(rows):
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in rows) + "]"


def real_rows(rows):
    return matrix([[repr(float(x)) for x in row] for row in rows])


def netlist(net, terminals, cards=()):
    """The network as cards: one pin for each channel."""
    node = {}
    for t, ends in enumerate(net["terminals"]):
        node.update({tuple(end): f"t{t}" for end in ends})
    lines = list(terminals)
    for k, (left, right, phi, tau, ab) in enumerate(net["wires"]):
        node[tuple(left)], node[tuple(right)] = f"a{k}", f"b{k}"
        lines.append(
            f"W{k} a{k} b{k} phi={phi!r} tau={tau * hbar_eV!r}s "
            f"flux={{{ab!r}/(2*pi)*B/1T}}"
        )
    for i, part in enumerate(net["scatterers"]):
        count = part["n"] if part["type"] == "mw" else len(part["S"])
        pins = " ".join(node[i, k] for k in range(count))
        if part["type"] == "mw":
            keys = " ".join(
                f"{key}={real_rows(part[name])}"
                for key, name in (("H", "H0"), ("A", "A"), ("W", "W"))
            )
            lines.append(f"S{i} {pins} levels {keys}")
        else:
            S = matrix([[number(z) for z in row] for row in part["S"]])
            lines.append(f"S{i} {pins} matrix S={S}")
    return "\n".join([".title random network", *lines, *cards, ""])


def solve(net, out, terminals, *cards, fermi=FERMI):
    state = (f".field {out['b']!r}T", f".fermi {fermi!r}eV")
    return qnet.run(netlist(net, terminals, (*state, *cards)))


GROUNDED = [f"T{t} t{t} V=0" for t in range(4)]


def amplitudes(report, net):
    """S in the order of the data: channels of terminal after terminal."""
    S = report["smatrix"]["S"]
    order = []
    for t, ends in enumerate(net["terminals"]):
        for i, k in ends:
            order.append((f"T{t}", i, k))
    out, into = (list(S.labels[axis]) for axis in ("out", "in"))

    def place(labels, terminal, i, k):
        found = [
            n
            for n, label in enumerate(labels)
            if label.startswith(f"{terminal}:S{i}.") and label.endswith(f"{k + 1}.0")
        ]
        assert len(found) == 1, (labels, terminal, i, k)
        return found[0]

    rows = [place(out, *one) for one in order]
    cols = [place(into, *one) for one in order]
    return S.values[np.ix_(rows, cols)]


@pytest.mark.parametrize(("net", "out"), POINTS)
def test_amplitudes_agree(net, out):
    report = solve(net, out, GROUNDED, ".smatrix")
    expected = np.array([[complex(*z) for z in row] for row in out["S"]])
    assert amplitudes(report, net) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("net", "out"), POINTS)
def test_conductances_agree(net, out):
    report = solve(net, out, GROUNDED, ".gmatrix")
    found = report["gmatrix"]["all reservoirs"].values
    assert found == pytest.approx(np.array(out["G_T0"]), abs=1e-9)
    assert report.passed


@pytest.mark.parametrize(("net", "out"), POINTS)
def test_four_terminal_resistances_agree(net, out):
    names = {key: f"r{key.replace(',', '_')}" for key in out["R4"]}
    asked = [
        f".meas {name} R({','.join(f'T{c}' for c in key.replace(',', ''))})"
        for key, name in names.items()
    ]
    report = solve(net, out, GROUNDED, *asked)
    for key, name in names.items():
        found = float(report.measures[name].values) / RK
        assert found == pytest.approx(out["R4"][key], abs=1e-9), key


@pytest.mark.parametrize("kind", ["voltage", "dephasing", "thermal"])
@pytest.mark.parametrize(("net", "out"), POINTS)
def test_two_floating_probes_reduce_the_conductance(net, out, kind):
    terminals = [*GROUNDED[:2], f"P2 t2 type={kind}", f"P3 t3 type={kind}"]
    asked = [f".meas g{a}{b} G(T{a},T{b})" for a in range(2) for b in range(2)]
    report = solve(net, out, terminals, *asked)
    found = [
        [float(report.measures[f"g{a}{b}"].values) / Gq for b in range(2)]
        for a in range(2)
    ]
    expected = np.array(out["G_T0_probe23_reduced"])
    assert np.array(found) == pytest.approx(expected, abs=1e-9)


def test_electrons_run_against_positive_carriers():
    """One channel between mu = 1 and 0: holes leave the first terminal, so do electrons
    once its voltage is negative; the current into the device turns round."""
    (v, _), (i, _) = electrons([1.0, 0.0], [1.0, -1.0])
    report = qnet.run(f"T1 a V={float(v)!r}V\nT2 b V=0\nB1 a b T=1\n.op\n")
    assert report["op"]["current"].values[0] == pytest.approx(i)
    assert i == pytest.approx(-Gq)


def agree(found, expected, unit):
    """To 1e-7 of the natural unit of the data."""
    expected = np.asarray(expected)
    assert np.asarray(found) / UNIT[unit] == pytest.approx(expected, abs=1e-7)


def biased(net, out, kinds=None, *cards, warm=None):
    """Solve at the voltages of the data; `kinds` names the probes among terminals."""
    kinds, warm = kinds or {}, warm or [out["kT"]] * 4
    voltage, _ = electrons(out["mus"], 0)
    lines = []
    for t in range(4):
        temp = f"temp={warm[t] * UNIT['temperature']!r}"
        kelvin = "" if kinds.get(t) in ("thermal", "dephasing") else f"{temp}K"
        if t in kinds:
            lines.append(f"P{t} t{t} type={kinds[t]} {kelvin}")
        else:
            lines.append(f"T{t} t{t} V={float(voltage[t])!r}V {kelvin}")
    every = (
        f".temp {out['kT'] * UNIT['temperature']!r}K",
        ".options response=full",
        ".op",
        ".noise",
    )
    return solve(net, out, lines, *every, *cards, fermi=0.0)


@pytest.mark.parametrize(("net", "out"), POINTS)
def test_thermal_averages_and_moments_agree(net, out):
    cards = (f".temp {out['kT'] * UNIT['temperature']!r}K", ".gmatrix", ".thermo T0 T1")
    report = solve(net, out, GROUNDED, *cards)
    G = report["gmatrix"]["all reservoirs"].values
    assert pytest.approx(np.array(out["G_T_mu0.1"]), abs=1e-7) == G
    moments = report["thermo"]
    for name, key, sign in (
        ("L_IT", "L1_mu0.1", -1),
        ("L_JV", "L1_mu0.1", -1),
        ("L_JT", "L2_mu0.1", 1),
    ):
        agree(sign * moments[name].values, out[key], "current")
    assert report.passed


@pytest.mark.parametrize(("net", "out"), POINTS)
def test_currents_heat_and_noise_agree_at_finite_bias(net, out):
    expected = out["bias"]
    report = biased(net, out, warm=expected["T"])
    op = report["op"]
    _, current = electrons(0, expected["I"])
    assert op["current"].values == pytest.approx(current, abs=1e-7 * Gq)
    agree(op["heat"].values, expected["J"], "heat")
    agree(report["noise"]["S"].values, expected["noise"], "noise")
    assert report.passed


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ("vprobe3", {3: "voltage"}),
        ("tprobe3_thermal", {3: "thermal"}),
        ("dephasing3", {3: "dephasing"}),
        ("vprobe2_dephasing3", {2: "voltage", 3: "dephasing"}),
    ],
)
@pytest.mark.parametrize(("net", "out"), POINTS)
def test_probes_agree_beyond_linear_response(net, out, answer, kinds):
    expected = out[answer]
    report = biased(net, out, kinds)
    op = report["op"]
    _, current = electrons(0, expected["I"])
    assert op["current"].values == pytest.approx(current, abs=1e-7 * Gq)
    for t in kinds:
        if f"mu{t}" in expected:
            voltage, _ = electrons(expected[f"mu{t}"], 0)
            assert op["voltage"].values[t] == pytest.approx(float(voltage), abs=1e-7)
    if "T3" in expected:
        agree(op["temperature"].values[3], expected["T3"], "temperature")
    if "J" in expected:
        agree(op["heat"].values, expected["J"], "heat")
    if "noise" in expected:
        agree(report["noise"]["S"].values, expected["noise"], "noise")
    assert report.passed


@pytest.mark.parametrize("kind", ["voltage", "dephasing"])
@pytest.mark.parametrize(("net", "out"), POINTS)
def test_shot_noise_at_zero_temperature_agrees(net, out, kind):
    """S as it is at the Fermi energy, V = 1 at the first terminal."""
    expected = out["zeroT_const_S" + ("_deph3" if kind == "dephasing" else "")]
    S = matrix([[number(z) for z in row] for row in out["S"]])
    counts = " ".join(str(len(ends)) for ends in net["terminals"])
    report = qnet.run(
        f"""
.field {out["b"]!r}T
.options response=full
T0 t0 V=-1V
T1 t1 V=0
T2 t2 V=0
P3 t3 type={kind}
S1 t0 t1 t2 t3 matrix nch=({counts}) S={S}
.op
.noise
"""
    )
    _, current = electrons(0, expected["I"])
    assert report["op"]["current"].values == pytest.approx(current, abs=1e-7 * Gq)
    agree(report["noise"]["S"].values, expected["noise"], "noise")
