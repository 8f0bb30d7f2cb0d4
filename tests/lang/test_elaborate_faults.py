"""What elaboration refuses, card by card, and the rarer forms that it accepts."""

import numpy as np
import pytest

from qnet.answers import ASKS
from qnet.diagnostics import NetlistError
from qnet.discovery import analyses, models
from qnet.lang.elaborate import elaborate
from qnet.lang.parse import parse
from tests.lang.elaborated import TWO, circuit, finding, findings, group, template

CELL = ".subckt cell a b params: v=1\nW1 a b phi={v}\n.ends\n"
ONE = TWO + "B1 s d T=0.5\n"
LEVEL = "E0=0 GL=1meV GR=1meV"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # definitions
        (".model wire barrier(T=1)\n" + ONE, "QN203"),
        (".model half barrier(T=1 sharp)\n" + ONE, "QN204"),
        (".model half barrier(T=1)\n.model half barrier(T=2)\n" + ONE, "QN202"),
        (".model half barrier(Q=1)\n" + ONE, "QN206"),
        (".model half barrier(T=1 T=2)\n" + ONE, "QN202"),
        (".func f(x)={x}\n.func F2(e)={e}\n" + ONE, "QN203"),
        (".func G(x)={x}\n" + ONE, "QN203"),
        (".func max(x)={x}\n" + ONE, "QN203"),
        (ONE + ".temp 1K\n.temp 2K", "QN202"),
        (ONE + ".temp 1K 2K", "QN306"),
        (ONE + ".temp {-1K}", "QN309"),
        (ONE + ".field 1V", "QN304"),
        # heads
        (TWO + "S1 s d", "QN204"),
        (TWO + "S1 0 1 2", "QN204"),
        (TWO + "S1 s barrier T=1", "QN207"),
        (TWO + "S1 griffith", "QN207"),
        (TWO + "B1 s d wire T=1", "QN204"),
        (TWO + "X1", "QN207"),
        ("T1 s V=1mV 7\nT2 d V=0\nB1 s d T=1", "QN207"),
        # values
        (TWO + 'B1 s d T="half"', "QN310"),
        (TWO + "B1 s d T=half", "QN310"),
        (TWO + "B1 s d T=(0.5 0.6)", "QN310"),
        (TWO + "Q1 s d Tn=(0.5 half)", "QN310"),
        (TWO + "S1 s d matrix S=[[0, 1], [1]]", "QN310"),
        (TWO + "D1 s d ref=(0.5 0.5) " + LEVEL, "QN310"),
        (TWO + "D1 s d ref=(nowhere:1) " + LEVEL, "QN214"),
        (TWO + "P1 m type=(1 2)", "QN310"),
        (TWO + CELL + "X1 s d cell v=(1 2)", "QN310"),
        (TWO + CELL + 'X1 s d cell v="one"', "QN310"),
        ("T1 s V=0 axis=(1 0)\nT2 d V=0\nB1 s d T=1", "QN310"),
        (TWO + "B1 s d T=1\nB2 s d T=1mV", "QN304"),
        (TWO + "W1 s d v=0 L=1um", "QN309"),
        # loops and names
        (TWO + ".for k in (1 one)\nW{k} s d\n.endfor", "QN310"),
        (TWO + ".for k in 1:{1e10}\nW{k} s d\n.endfor", "QN309"),
        (TWO + ".for k in 1:{1V}\nW{k} s d\n.endfor", "QN309"),
        (TWO + ".for e in 1:2\nW{e} s d\n.endfor", "QN203"),
        (TWO + "W1 s (a b)", "QN212"),
        ('.include "other.qnet"\n' + ONE, "QN211"),
        # questions
        (ONE + ".meas a 1\n.meas A 2", "QN202"),
        (".param g=1\n" + ONE + ".meas g 1", "QN202"),
        (ONE + ".meas a V({1+1})", "QN214"),
        (ONE + ".meas a max G(T1,T1) at=3", "QN206"),
        (ONE + ".options 3", "QN206"),
        (ONE + ".options tol=0", "QN309"),
        (ONE + ".spectrum 1meV 2meV start=3meV", "QN202"),
        (ONE + ".spectrum 1meV 2meV channels=(T1 T9)", "QN214"),
        (ONE + ".step EF 1meV 2meV", "QN121"),
        (ONE + ".step EF list (1meV 2meV)", None),
        (ONE + ".step EF list here", "QN201"),
        (ONE + ".step EF list {ln(-1)}", "QN307"),
    ],
)
def test_each_fault_has_its_code(text, code):
    if code is None:
        template(text)
        return
    with pytest.raises(NetlistError) as caught:
        template(text)
    assert code in [found.code for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("B\n1T\n", "QN318"),
        ("g,h\n1,2\n", "QN318"),
        ("B,g\n1T\n", "QN318"),
        ("B,g\n1T,1\n1mV,2\n", "QN318"),
        ("1,2\n3,4\n", "QN318"),
        ("# nothing\n", "QN318"),
        ("B,g\n", "QN318"),
    ],
)
def test_a_file_of_steps_is_checked_line_by_line(tmp_path, text, code):
    (tmp_path / "b.csv").write_text(text)
    netlist = ".param g=0.5\n" + ONE + '.step zip(B g) file="b.csv"'
    deck = parse(netlist, str(tmp_path / "x.qnet"))
    with pytest.raises(NetlistError) as caught:
        elaborate(deck, models(), analyses(), ASKS)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_plain_numbers_of_a_file_have_the_unit_of_a_state(tmp_path):
    (tmp_path / "b.csv").write_text("1\n2\n")
    deck = parse(ONE + '.step B file="b.csv"', str(tmp_path / "x.qnet"))
    (axis,) = elaborate(deck, models(), analyses(), ASKS).axes
    assert axis.unit == "T"


def test_data_files_stay_in_the_folder_of_the_netlist(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "b.csv").write_text("1T\n2T\n")
    deck = parse(ONE + '.step B file="../b.csv"', str(inside / "x.qnet"))
    with pytest.raises(NetlistError) as caught:
        elaborate(deck, models(), analyses(), ASKS)
    assert [found.code for found in caught.value.diagnostics] == ["QN251"]
    allowed = elaborate(deck, models(), analyses(), ASKS, include_roots=[tmp_path])
    assert len(allowed.axes[0]) == 2


def test_a_missing_file_is_told_once():
    assert findings(TWO + 'S1 s d table file="nothing.npz"') == ["QN250"]


# --- forms that are rare and right


def test_cards_that_say_different_words_stand_in_batches_of_their_own():
    made = circuit(
        "P1 a type=thermal\nP2 b type=dephasing\nP3 c type=thermal\n"
        "T1 d V=0\nW1 a b\nW2 b c\nW3 c d"
    )
    assert list(made.reservoirs.names) == ["P1", "P2", "P3", "T1"]
    assert made.reservoirs.kind.tolist() == [1, 2, 1, 0]


def test_numbers_in_different_units_of_one_dimension_share_a_column():
    made = circuit(
        "R1 a 0 10k\nR2 a 0 5kOhm\nR3 a 0 1RK\nV1 a 0 1m\nV2 b 0 2mV\nR4 b 0 1k"
    )
    values = dict(
        zip(made.lumped_of("R").names, made.lumped_of("R").value, strict=True)
    )
    assert values["R1"] == 1e4
    assert values["R2"] == 5e3
    energies = group(TWO + "D1 s d E0=1meV GL=1meV GR=1meV\n"
                     "D2 s d E0=1e-22J GL=1meV GR=1meV").model.E0  # fmt: skip
    np.testing.assert_allclose(energies.ravel(), [1e-3, 1e-22 / 1.602176634e-19])


def test_mixed_dimensions_in_a_column_are_refused_at_the_wrong_card():
    found = finding(TWO + f"D1 s d {LEVEL}\nD2 s d E0=1mV GL=1meV GR=1meV")
    assert found.code == "QN304"
    many = "".join(f"D{k} s d E0={k}meV GL=1meV GR=1meV\n" for k in range(1, 4))
    found = finding(TWO + many + "D9 s d E0=1mV GL=1meV GR=1meV")
    assert found.primary.span.line == 6


def test_several_cards_in_a_repeated_block_share_a_batch():
    text = TWO + (
        ".for k in 1:3\nWa{k} s d phi={1*k}\nWb{k} s d phi={2*k}\nWc{k} s d phi={1*k}\n"
        ".endfor"
    )
    made = group(text)
    phases = dict(zip(made.names, made.model.phi.ravel(), strict=True))
    assert phases == {
        f"W{letter}{k}": float(2 * k if letter == "b" else k)
        for k in (1, 2, 3)
        for letter in "abc"
    }
    assert len(template(text).found.batches) == 2  # the contacts, and all the wires


def test_draws_in_a_repeated_block_are_independent():
    text = TWO + (
        ".func noise(x)={gauss(x,1)}\n.for k in 1:3\nWa{k} s d phi={noise(k)}\n"
        "Wb{k} s d phi={noise(k)}\nWc{k} s d phi={gauss(k,1)}\n.endfor"
    )
    (made,) = template(text).circuit({}, seed=3).groups
    assert len(np.unique(made.model.phi)) == 9


def test_pins_may_be_named_by_interpolation():
    text = (
        ".subckt cell a1 a2\n.for k in 1:2\nW{k} a{k} m{k}\nB{k} m{k} 0 T=1\n.endfor\n"
        ".ends\n" + TWO + "X1 s d cell"
    )
    made = circuit(text)
    (wires, *_) = made.groups
    assert np.array(made.nodes)[wires.nodes].tolist() == [
        ["s", "X1.m1"],
        ["d", "X1.m2"],
    ]


def test_a_node_may_be_computed():
    made = circuit(".param N=3\nT1 {N-1} V=0\nT2 {N} V=0\nW1 2 3")
    assert list(made.nodes) == ["2", "3"]


def test_lever_arms_take_nodes_of_digits():
    made = circuit("T1 1 V=0\nT2 2 V=0\nD1 1 2 ref=(1:0.25 2:0.75) " + LEVEL)
    np.testing.assert_array_equal(made.groups[0].lever.weights, [[0.25, 0.75]])


def test_keys_that_differ_in_case_only_are_told_apart():
    text = TWO + (
        "S1 s d diffusive N=2 L=1um l=0.5um seed=1\n"
        "S2 s d diffusive N=2 l=0.25um L=2um seed=1"
    )
    model = group(text).model
    np.testing.assert_allclose(model.L.ravel(), [1e-6, 2e-6])
    np.testing.assert_allclose(model.l.ravel(), [5e-7, 2.5e-7])


def test_a_user_function_may_have_the_letter_of_an_answer():
    text = ".func f(x)={2*x}\n" + TWO + "B1 s d T={f(0.25)}\n.print F(T1) f(1)"
    made = template(text)
    assert [call.span.text for call in made.calls] == ["F(T1)"]
    assert made.circuit().groups[0].model.T.item() == 0.5


def test_the_axis_of_a_plot_is_an_expression():
    made = template(".param Vg=0V\n" + ONE + ".plot V(T1) vs Vg\n.step Vg 0V 1V 0.5V")
    assert made.prints[0].against[0] == "Vg"


def test_an_argument_that_is_not_finite_is_shown_once():
    found = finding(TWO + CELL + "X1 s d cell v={1/0}")
    assert found.code == "QN307"
    assert found.primary.span.text == "1/0"
