"""Five random multi-terminal networks against an independent dense solver.

The data use positive carriers, mu = +V: `electrons` turns voltages and currents round.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import qnet
from qnet.constants import Gq, RK, hbar_eV

CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "random_networks.json").read_text()
)["cases"]
POINTS = [
    pytest.param(case["net"], out, id=f"{case['id']}{out['b']:+g}")
    for case in CASES
    for out in case["outputs"]
]
FERMI = 0.1


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
