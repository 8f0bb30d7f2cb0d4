"""What is refused with a reason, and what only looks as if it would be."""

import numpy as np
import pytest

import qnet
from qnet.diagnostics import QnetError

DEVICE = "T1 a V=1mV\nT2 b V=0\n"
BARRIER = f"{DEVICE}B1 a b T=0.5\n"
STEPPED = f"{BARRIER}.param p=1\n.step p 0 1 0.5\n.meas g G(T1,T1)\n"
LISTED = f"{BARRIER}.param p=1\n.step p list 1 3 2\n.meas g G(T1,T1)\n"
DRAWN = "B1 a b T={t}\n.meas g G(T1,T1)\n.mc 3 seed=1\n"

REFUSED = {
    f"{BARRIER}.meas a.b 1\n": "QN121: 'a.b' cannot name a measure",
    f"{BARRIER}.meas x foo 1\n": "QN121: 'foo' is no statistic",
    f"{STEPPED}.meas x max g along=(1 2)\n": "QN306: 'along=' takes the name",
    f"{STEPPED}.assert max(g, along=1)>0\n": "QN306: 'along=' takes the name",
    f"{STEPPED}.assert max(g, foo=p)>0\n": "QN306: 'max' has no argument 'foo='",
    f"{STEPPED}.meas x max {{1j*g}}\n": "QN308: 'max' takes real numbers",
    f"{STEPPED}.meas x find g at=(1 2)\n": "QN310: 'at=(1 2)' gives no number",
    f'{STEPPED}.meas x find g at="1"\n': "QN310: 'at=\"1\"' gives no number",
    f"{STEPPED}.meas x find g at=p\n": "QN310: 'at=p' gives no number",
    f"{STEPPED}.meas x find g at={{p}}\n": "QN306: 'at=' takes one value",
    f"{STEPPED}.meas x find g at=1V\n": "QN304: a voltage (V)",
    f"{STEPPED}.meas x find g at=9\n": "QN306: 9 lies outside the sweep of 'p'",
    f"{LISTED}.meas x find g at=2\n": "QN306: the values of 'p' neither rise nor fall",
    f"{BARRIER}.meas x atan2(1)\n": "QN306: 'atan2' takes 2 arguments, not 1",
    f"{BARRIER}.meas x sqrt(1,2)\n": "QN306: 'sqrt' takes 1 arguments, not 2",
    f"{BARRIER}.meas x (1V)**0.123456\n": "QN308: a quantity with a unit takes one",
    f"{DEVICE}.param sample=1 t=uniform(0,1)\n{DRAWN}": "QN203: 'sample' is the axis",
    f"{DEVICE}.param t=uniform(0,1)\n{DRAWN}.mc 3 seed=1\n": "QN202: '.mc' is given",
    f"{BARRIER}.dc T1 0 1mV\n": "QN318: a step takes start, stop and step",
    f"{BARRIER}.check foo\n": "QN209: unknown audit 'foo'",
    f"{BARRIER}.field 100G\n": "QN304: '.field 100G' lacks its unit",
    f"{BARRIER}.temp 27m\n": "QN304: '.temp 27m' is a length (m)",
    f"{BARRIER}.op foo=1\n": "QN206: '.op' has no key 'foo'",
    f"{BARRIER}.lib x\n": "QN116: '.lib' is never closed",
    f"{BARRIER}.param .func f(x)=x\n": "QN121: unexpected '.func'",
    f"{BARRIER}.meas dc g max V(T1)\n": "QN121: a measure begins with its name",
    f"{BARRIER}.op (1\n": "QN108: '(' is never closed",
    f'{BARRIER}.param p=1\n.step p list "x"\n': "QN310: '\"x\"' is no number",
    f"{BARRIER}.param p=1\n.step p list {{p}}\n": "QN311: 'p' is stepped itself",
    f"{BARRIER}.param p=1\n.step p list {{0/0}}\n": "QN307: '0/0' is not a finite",
    f"{BARRIER}.param p=1\n.step p list 1j\n": "QN307: '1j' is not a finite real",
    f"{DEVICE}S1 a b matrix S=[[1,0],[0]]\n": "QN310: the rows of 'S' differ in length",
    f"{DEVICE}S1 a b matrix S=[[1.2.3,0],[0,1]]\n": "QN310: '1.2.3' stands where one",
    f"{DEVICE}S1 a b matrix S=[[1xy,0],[0,1]]\n": "QN302: unknown unit 'xy'",
    f"{DEVICE}S1 a b matrix S=[[]]\n": "QN106: unexpected ']'",
    f"{DEVICE}S1 a b filter Tup=1 Tdn=0\n": "QN315: 'filter' acts on spins",
    f"{DEVICE}S1 a b cavity nch=(2 2) beta=4 seed=1\n": "QN315: S1: it acts on spins",
    f"{DEVICE}S1 a b majorana G=1meV EM=0\n.options spin=2\n": "QN315: 'majorana'",
    f"{DEVICE}D1 a b E0={{1meV}} GL=1meV GR=1meV\nD2 a b E0={{1}} GL=1meV GR=1meV\n": (
        "QN304: a plain number where other cards have an energy (eV)"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused_with_its_reason(text):
    with pytest.raises(QnetError) as refused:
        qnet.run(text)
    told = [f"{d.code}: {d.message}" for d in refused.value.diagnostics]
    assert any(line.startswith(REFUSED[text]) for line in told), told


@pytest.mark.parametrize("form", ["0 2mV 1mV", "lin 3 0 2mV", "dec 1 0.1mV 10mV"])
def test_sources_take_the_forms_of_steps(form):
    report = qnet.run(f"{BARRIER}.dc T1 {form}\n")
    assert report.analyses[0].quantities["current"].values.shape == (3, 2)


def test_a_deviation_needs_two_values():
    text = f"{BARRIER}.param p=1\n.step p list {{}}\n.meas g {{{{p*2}}}}\n"
    asked = ".meas s std(g)\n.meas error sem(g)\n"
    spread = qnet.run(text.format("1 2 3") + asked).measures
    assert spread["s"].values == pytest.approx(2.0)
    assert spread["error"].values == pytest.approx(2.0 / 3**0.5)
    alone = qnet.run(text.format("1") + ".meas s std(g, along=p)\n")
    assert np.isnan(alone.measures["s"].values)


def test_a_model_in_a_loop_is_that_of_its_turn():
    text = (
        f"{DEVICE}.for k in 1:2\n.model m barrier(T={{k/4}})\n"
        ".for j in 1:2\nS{k}_{j} a b m\n.endfor\n.endfor\n.meas g {T(T1,T2)}\n"
    )
    assert qnet.run(text).measures["g"].values == pytest.approx(1.5)


def test_names_that_loops_spell_are_pins_where_a_subcircuit_has_them():
    text = (
        f"{DEVICE}.subckt s p1 p2 p3\n.for k in 1:3\nB{{k}} p{{k}} q{{k}} T=0.5\n"
        "P{k} q{k}\n.endfor\n.ends\nX1 a b a s\n.meas g T(T1,T1)\n"
    )
    # two barriers of a half on T1, each in front of a probe: half of either comes back
    assert qnet.run(text).measures["g"].values == pytest.approx(1.0)
