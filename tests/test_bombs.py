"""Short texts that ask for the moon are counted, and refused before it is made."""

import sys
from dataclasses import replace

import numpy as np
import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import QnetError
from qnet.lang import elaborate
from qnet.lang.directives import task_of
from qnet.limits import LIMITS

DEVICE = "T1 a V=1V\nT2 b V=0\n"
TREE = "".join(
    f".subckt a{k} p q\n"
    + "".join(f"X{j} p q a{k - 1}\n" for j in range(10))
    + ".ends\n"
    for k in range(1, 40)
)
PINS = 45_000
BOMBS = {
    "QN810 subcircuits": f".subckt a0 p q\nW1 p q\n.ends\n{TREE}{DEVICE}X1 a b a39\n",
    "QN814 junction": "".join(f"T{k} n{k}\n" for k in range(PINS))
    + f"S1 {' '.join(f'n{k}' for k in range(PINS))} griffith\n.op\n",
    "QN815 dot-cards": f"{DEVICE}B1 a b T=0.5\n" + ".op\n" * 200_000,
    "QN401 junction": f"{DEVICE}S1 {' '.join(f'n{k}' for k in range(PINS))} griffith\n",
    "QN208 circle": "".join(
        f".param a{k}={{a{(k + 1) % 20_000}}}\n" for k in range(20_000)
    )
    + DEVICE,
    "QN812 steps": DEVICE
    + "B1 a b T=0.5\n"
    + "".join(f".param p{k}=1\n.step p{k} lin 1000 0 1\n" for k in range(10)),
    "QN812 tiny step": f"{DEVICE}B1 a b T=0.5\n.param p=1\n.step p 0 1 1e-300\n.op\n",
    "QN812 spectrum": f"{DEVICE}B1 a b T=0.5\n.spectrum 0 1meV 1000000000000\n",
    "QN812 axes": f"{DEVICE}B1 a b T=0.5\n"
    + "".join(f".param p{k}=1\n.step p{k} list 1\n" for k in range(70))
    + ".op\n",
    "QN812 sources": f"{DEVICE}B1 a b T=0.5\n.dc T1 0 1V 10uV T2 0 1V 10uV\n",
    "QN812 steps of sources": f"{DEVICE}B1 a b T=0.5\n.param p=1\n"
    ".step p lin 10000 0 1\n.dc T1 0 1V 0.1mV\n",
    "QN812 samples of steps": f"{DEVICE}.param t=uniform(0,1) p=1\nB1 a b T={{t}}\n"
    ".step p lin 10000 0 1\n.meas g G(T1,T1)\n.mc 10000 seed=1\n",
    "QN812 axes of sources": "".join(
        f"T{k} a{k}\nB{k} a{k} b T=0.5\n" for k in range(40)
    )
    + f"T99 b V=0\n.dc {' '.join(f'T{k} 0 0 1V' for k in range(40))}\n",
    "QN202 sources": f"{DEVICE}B1 a b T=0.5\n.dc T1 0 1V 1V T1 0 1V 1V\n",
    "QN202 source": f"{DEVICE}B1 a b T=0.5\n.dc T1 0 1V 1V\n.dc t1 0 1V 1V\n",
    "QN805 parentheses": f".param a={'(' * 20_000}1{')' * 20_000}\n",
    "QN804 brackets": f"S1 a b matrix S={'[' * 100_000}\n",
    "QN803 digits": f".param a=1{'0' * 900_000}\n",
    "QN806 blocks": ".subckt a\n" * 1000,
    "QN811 channels": f"{DEVICE}B1 a b T=0.5 N=1000000000\n.op\n",
    "QN811 edges": f".field 1T\n{DEVICE}E1 a b nu=1000000000\nE2 b a nu=1\n.op\n",
    "QN811 cavity": f"{DEVICE}S1 a b cavity nch=(100000 100000) seed=1\n.op\n",
    "QN811 probe": f"{DEVICE}P1 a b eps=0.1 mix=0 N=100000000\n.op\n",
    "QN216 functions": "".join(
        f".func f{k}(x)={{f{k + 1}(x)+f{k + 1}(x)}}\n" for k in range(60)
    )
    + f".func f60(x)={{x}}\n.param a={{f0(1)}}\n{DEVICE}B1 a b T={{a}}\n",
    "QN813 samples": f"{DEVICE}.param t=uniform(0,1)\nB1 a b T={{t}}\n"
    ".meas g G(T1,T1)\n.mc 1000000000000 seed=1\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_by_its_limit(name):
    with pytest.raises(QnetError) as refused:
        qnet.run(BOMBS[name])
    assert name.split()[0] in {found.code for found in refused.value.diagnostics}


COUNTED = {
    "parameters defined again": lambda n: DEVICE + ".param a=1\n" * n,
    "measures defined again": lambda n: DEVICE + ".meas m 1\n" * n,
    "keys given again": lambda n: f"{DEVICE}B1 a b{' T=0.5' * n}\n",
    "unknown keys": lambda n: (
        DEVICE + f"B1 a b {' '.join(f'k{j}=1' for j in range(n))}\n"
    ),
    "unknown subcircuits": lambda n: (
        DEVICE + "".join(f".subckt s{k} p q\n.ends\nX{k} a b ss{k}\n" for k in range(n))
    ),
    "measures of unknown nodes": lambda n: (
        DEVICE + "B1 a b T=0.5\n" + "".join(f".meas m{k} V(n{k})\n" for k in range(n))
    ),
    "samples asked for again": lambda n: (
        DEVICE + "B1 a b T=0.5\n" + ".mc 10 seed=1\n" * n
    ),
    "a chain of measures": lambda n: (
        DEVICE + "".join(f".meas m{k + 1} m{k}\n" for k in range(n))
    ),
    "a circle of measures": lambda n: (
        DEVICE + "".join(f".meas m{k} m{(k + 1) % n}\n" for k in range(n))
    ),
    "a circle of parameters": lambda n: (
        DEVICE + "".join(f".param a{k}={{a{(k + 1) % n}}}\n" for k in range(n))
    ),
    "a junction": lambda n: (
        DEVICE + f"S1 {' '.join(f'n{k}' for k in range(n))} griffith\n"
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_refusing_a_text_twice_as_long_takes_twice_the_calls(name):
    """Of functions, for a clock would tell of the machine."""
    once, twice = (calls_to_refuse(COUNTED[name](n)) for n in (200, 400))
    assert twice <= 2.3 * once


def test_no_more_analyses_are_read_after_a_hundred_faults(monkeypatch):
    read = []
    monkeypatch.setattr(elaborate, "task_of", lambda *a: read.append(a) or task_of(*a))
    with pytest.raises(QnetError) as refused:
        qnet.run(f"{DEVICE}B1 a b T=0.5\n" + ".mc 10 seed=1\n" * 1000)
    assert len(refused.value.diagnostics) == 100
    assert len(read) < 200


def calls_to_refuse(text: str) -> int:
    """Functions that are called until a text is refused."""
    count = 0

    def counting(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        with pytest.raises(QnetError):
            qnet.run(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("text", ["", "* nothing\n", "\n\n", ".title nothing\n"])
def test_an_empty_netlist_has_an_empty_answer(text):
    report = qnet.run(text)
    assert report.passed
    assert not report.measures


def test_a_data_file_beyond_a_limit_is_bad_input(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(LIMITS, "file size", LIMITS["file size"])
    (tmp_path / "s.csv").write_text("E,re_1_1\n0,1\n")
    path = tmp_path / "big.qnet"
    path.write_text('T1 a V=0\nS1 a table file="s.csv"\n.op\n')
    assert main(["run", str(path)]) == 0
    assert main(["run", str(path), "--limit", "file size=60"]) == 0
    (tmp_path / "s.csv").write_text("E,re_1_1\n0,1\n" + "\n" * 100)
    assert main(["run", str(path), "--limit", "file size=60"]) == 2
    assert "QN801" in capsys.readouterr().err


def test_a_table_without_a_matrix_is_refused(tmp_path):
    np.savez(tmp_path / "none.npz", S=np.zeros((0, 1, 1), complex), E=np.zeros(0))
    path = tmp_path / "none.qnet"
    path.write_text('T1 a V=0\nS1 a table file="none.npz"\n.op\n')
    with pytest.raises(QnetError, match="no matrix"):
        qnet.run(path)


def test_elements_are_counted_card_by_card(monkeypatch):
    monkeypatch.setitem(LIMITS, "elements", replace(LIMITS["elements"], value=6))
    cards = "B{k} a b T=0.5\nW{k} a b\n"
    fits = ".for k in 1:2\n" + cards + ".endfor\n"
    codes = {d.code for d in qnet.check(DEVICE + fits)}
    assert "QN810" not in codes
    codes = {d.code for d in qnet.check(DEVICE + fits.replace("1:2", "1:4"))}
    assert codes == {"QN810"}
