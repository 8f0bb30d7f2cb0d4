"""A point of a sweep answers as it would alone, whatever the sweep moves.

Where nothing depends on an axis its answers are computed once: these sweeps move what
some answers depend on and others do not.
"""

from __future__ import annotations

import numpy as np
import pytest

import qnet
from qnet.discovery import models

DEVICES = {
    "thermal probe": """
P3 c type=thermal
S1 a b c levels unit=1meV H=[[x+0.1, 0], [0, 0.2]] W=[[0.1, 0.2, 0.1], [0.1, -0.2, 0.2]]
""",
    "thermal and dephasing probes": """
P3 c type=thermal
P4 d type=dephasing
D1 a c E0={x*1meV} GL=0.2meV GR=0.3meV
Y1 c n d
Q1 n b hwx=1meV hwy=2meV V0=-0.8meV
""",
    "probes behind resistors": """
P3 c
P4 d type=thermal
R1 c b 10k
Y1 a c d eps=0.3
D1 d b E0={x*1meV} GL=0.2meV GR=0.3meV
""",
    "superconductor": """
T3 s type=sc Delta=0.7meV
P4 d type=dephasing
Y1 a n d eps={0.3+0.1*x}
D1 n m E0=0.1meV GL=0.2meV GR=0.3meV
Y2 m b s
""",
    "strip": """
P3 c
S1 a c strip width=3nm length=3nm disorder={x*1eV} seed=1 bottom=-1eV
B1 c b T=0.4
""",
}
HEAD = """
.param V={V} Th={Th} x={x} idle={idle}
.temp 2K
.options response={response}
T1 a V={{V}} temp={{Th}}
T2 b V=0
{device}
.op
.gmatrix
.noise
{thermo}
.meas didv didv(T1)
.meas R R(T1,T2,T2,T1)
.meas F F(T1)
"""
LONG = {"superconductor", "thermal and dephasing probes"}
"""What takes half a minute."""

START = {"V": "0.1mV", "Th": "2.2K", "x": "0", "idle": "0"}
MOVES = {"V": ("0.1mV", "0.4mV"), "Th": ("2.2K", "2.9K"), "x": ("0", "0.3")}


def answers(device, response, values, steps=""):
    """All numbers of a netlist by their names."""
    # heat beside a condensate is not a property of two terminals
    thermo = "" if "type=sc" in device else ".thermo T1 T2\n.meas kappa kappa(T1,T2)"
    text = HEAD.format(**values, response=response, device=device, thermo=thermo)
    report = qnet.run(text.replace("x+0.1", "{x+0.1}") + steps)
    found = {name: one.values for name, one in report.measures.items()}
    for result in report.analyses:
        for name, one in result.quantities.items():
            found[f"{result.analysis} {name}"] = one.values
    return found


@pytest.mark.parametrize("response", ["linear", "full"])
@pytest.mark.parametrize("axis", ["V", "Th", "x"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in LONG else name
        for name in DEVICES
    ],
)
def test_points_of_a_sweep_answer_as_they_do_alone(name, axis, response):
    device = DEVICES[name]
    steps = f".step idle list 0 1 2\n.step {axis} list {' '.join(MOVES[axis])}\n"
    swept = answers(device, response, START, steps)
    for k, value in enumerate(MOVES[axis]):
        alone = answers(device, response, {**START, axis: value})
        assert swept.keys() == alone.keys()
        for key, expected in alone.items():
            for found in swept[key][:, k]:
                size = np.abs(np.nan_to_num(expected)).max(initial=0.0)
                np.testing.assert_allclose(
                    found, expected, rtol=1e-7, atol=1e-8 * size, err_msg=key
                )


CARDS = {
    "barrier": "B1 a b T=0.36",
    "boxcar": "S1 a b boxcar E1=-1meV E2=1meV",
    "cavity": "S1 a b c cavity nch=(1 1 1) beta=2 seed=1",
    "delta": "S1 a b delta Z=0.75",
    "diffusive": "S1 a b diffusive N=2 L=2um l=1um beta=2 seed=1",
    "dot": "D1 a b E0=0.1meV GL=20ueV GR=40ueV",
    "eckart": "S1 a b eckart V0=10meV a=3nm bottom=-12meV",
    "edge": "E1 a b L=1um v={1e5*1m/1s}\nE2 b a",
    "filter": "S1 a b filter Tup=0.9 Tdn=0.2",
    "griffith": "S1 a b c griffith",
    "helical": "H1 a b G=0.36",
    "junction": "Y1 a b c",
    "levels": "S1 a b levels H=[[0.1]] W=[[0.2, 0.1]] unit=1meV",
    "majorana": "S1 a majorana G=20ueV",
    "matrix": "S1 a b matrix S=[[0.6, 0.8j], [0.8j, 0.6]]",
    "plaquette": "S1 a b c d plaquette x=0.2\nE1 c a\nE2 d b",
    "precession": "S1 a b precession angle=90deg",
    "probe": "P9 a b eps=0.36",
    "qpc": "Q1 a b hwx=1meV hwy=3meV V0=-1.5meV",
    "rashba": "S1 a b rashba alpha={1e-11*1eV*1m} L=200nm",
    "rectangular": "S1 a b rectangular V0=10meV d=5nm bottom=-12meV",
    "splitter": "B1 a b c d T=0.36",
    "step": "S1 a b step V0=10meV bottom=-12meV",
    "strip": "S1 a b strip width=2nm length=3nm disorder=1eV seed=1 bottom=-0.5eV",
    "wall": "S1 a wall",
    "wire": "W1 a b L=1um v={1e5*1m/1s}",
}


@pytest.mark.parametrize("name", sorted(set(models()) - {"table"}))
@pytest.mark.parametrize("response", ["linear", "full"])
def test_every_model_answers_in_either_response(name, response):
    card = CARDS[name]
    spin = "full" if name in {"filter", "precession", "rashba"} else "1"
    nodes = sorted({word for word in card.split() if len(word) == 1})
    terminals = [f"T{node} {node} V={k}mV" for k, node in enumerate(nodes)]
    text = "\n".join(
        [
            f".options spin={spin} response={response}",
            *(".field 1T", ".temp 1K", *terminals),
            *(card, ".op", ".gmatrix", ".tmatrix", ".noise", ""),
        ]
    )
    report = qnet.run(text)
    assert report.passed
    assert np.isfinite(report["op"]["current"].values).all()
    assert np.isfinite(report["noise"]["S"].values).all()
