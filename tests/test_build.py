"""The builder: the netlist's words as calls, the parser's cards."""

import cmath
import inspect
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qnet
from qnet.build import Builder
from qnet.diagnostics import NetlistError
from qnet.editors.stubs import stub
from qnet.lang import cards
from qnet.lang.parse import parse
from qnet.spelling import spelled


def values(deck):
    """Return the values of the last card."""
    return {arg.name.text: arg.value for arg in deck.cards[-1].args}


def number(value):
    """Python number of a card's value."""
    match value:
        case cards.Number():
            return complex(value.text)
        case cards.Unary():
            return -number(value.operand)
        case cards.Binary():
            right = number(value.right)
            return number(value.left) + (right if value.operator == "+" else -right)
    raise TypeError(value)


def test_calls_make_the_cards_of_the_text():
    device = Builder("two contacts and a probe")
    device.param(g=0.25, Vg="-0.3V", k="2*g").field("5T").options(spin=2)
    device.model("sp", "qpc", "abrupt", N=4, hwy="3meV")
    device.T("T1", "a", V="1mV").T("T2", 0)
    device.Q("Q1", "a", "b", "sp", V0="{-g*1meV}")
    device.P("P1", "b", eps=0.3, forward=True, mix=False)
    device.S("S1", "b", "c", "barrier", T=0.5)
    with device.subckt("slice", "p", "q", leak=0.1):
        device.P("P1", "p", "q", eps="{leak}")
    with device.for_("k", "1:4"):
        device.X("X{k}", "n{k}", "n{k+1}", "slice")
    device.step("Vg", "-0.5V", "0V", "1mV").step(("B", "x"), "list", ("1T", 2))
    device.meas("top", "max", "G(T1,T1)", along="Vg").print("Vg", "top")
    device.func("f(x, y)", "x*y")
    device.assert_("top < 2*Gq", "two channels")  # noqa: PT009
    device.noise("T1", "T2").global_("a").directive("op")
    text = """
        .title two contacts and a probe
        .param g=0.25 Vg=-0.3V k=2*g
        .field 5T
        .options spin=2
        .model sp qpc(abrupt N=4 hwy=3meV)
        T1 a V=1mV
        T2 0
        Q1 a b sp V0={-g*1meV}
        P1 b forward eps=0.3
        S1 b c barrier T=0.5
        .subckt slice p q params: leak=0.1
        P1 p q eps={leak}
        .ends
        .for k in 1:4
        X{k} n{k} n{k+1} slice
        .endfor
        .step Vg -0.5V 0V 1mV
        .step zip(B x) list (1T 2)
        .meas top max G(T1,T1) along=Vg
        .print Vg top
        .func f(x, y)={x*y}
        .assert top < 2*Gq "two channels"
        .noise T1 T2
        .global a
        .op
        """.replace("={x*y}", "=x*y")
    assert device.deck() == parse(text)
    assert parse(str(device)) == device.deck()
    assert device.deck().title == "two contacts and a probe"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_reads_back_to_the_last_bit(value):
    deck = Builder().T("T1", "a", x=value).deck()
    assert number(values(deck)["x"]) == value


@given(st.complex_numbers(allow_nan=False, allow_infinity=False))
def test_every_complex_number_reads_back_to_the_last_bit(value):
    deck = Builder().S("S1", "a", "matrix", S=[[value, 1], [0, value]]).deck()
    matrix = values(deck)["S"]
    assert number(matrix.items[0].items[0]) == value
    assert number(matrix.items[1].items[1]) == value


def test_arrays_are_lists_and_matrices():
    S = np.array([[0.6, 0.8j], [0.8j, 0.6]])
    deck = Builder().S("S1", "a", "b", "matrix", S=S, nch=np.array([1, 1])).deck()
    rows = values(deck)["S"].items
    assert [[number(x) for x in row.items] for row in rows] == S.tolist()
    assert [item.text for item in values(deck)["nch"].items] == ["1", "1"]


def test_values_are_spelled_as_a_netlist_does():
    assert spelled(3) == "3"
    assert spelled(np.float64(0.1)) == "0.1"
    assert spelled(np.int64(-2)) == "-2"
    assert spelled(1e22) == "1e+22"
    assert spelled(0.5 + 0j) == "0.5"
    assert spelled(((1, 2), (3, 4))) == "((1 2) (3 4))"
    assert spelled({"s": 0.6, "d": "{w}"}) == "(s:0.6 d:{w})"
    assert spelled(Path("a b.npz")) == '"a b.npz"'


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, complex(0, -math.inf), cmath.nanj]
)
def test_numbers_are_finite(value):
    with pytest.raises(ValueError, match="not finite"):
        Builder().T("T1", "a", V=value)


def test_names_of_files_are_put_in_quotes():
    for file in ("s.npz", '"s.npz"', Path("s.npz")):
        deck = Builder().S("S1", "a", "table", file=file).deck()
        assert values(deck)["file"].text == "s.npz"


@pytest.mark.parametrize(
    "items",
    [
        ("a b",),
        ("a ; b",),
        ("a // b",),
        ("a\nT2 b",),
        ("a V=1mV",),
        ("",),
        ("(a", "b)"),
    ],
)
def test_an_argument_is_one_word(items):
    device = Builder().T("T9", "z")
    with pytest.raises(NetlistError, match="QN124"):
        device.T("T1", *items)
    with pytest.raises(NetlistError):
        device.T("T1", "a", V=" ".join(items) + " c=1")
    assert len(device.deck().cards) == 1


@pytest.mark.parametrize("title", ["a\nT1 b", "a ; b"])
def test_a_title_is_one_line(title):
    with pytest.raises(NetlistError, match="QN124"):
        Builder(title)


def test_wrong_syntax_is_refused_at_the_call():
    device = Builder()
    with pytest.raises(NetlistError, match="QN111"):
        device.B("B1", "a", "b", T="2*g")
    with pytest.raises(NetlistError, match="QN121"):
        device.step("x", 1, 2)
    with pytest.raises(NetlistError), device.for_("k", "{"):
        pass
    assert not device.deck().cards


def test_a_built_device_answers():
    device = Builder("a barrier").T("T1", "a", V="1mV").T("T2", "b", V=0)
    device.B("B1", "a", "b", T=0.25).meas("G", "G(T1,T1)/Gq")
    assert device.circuit().title == "a barrier"
    # Landauer: G = (e²/h) T
    assert device.run().measures["G"].values == pytest.approx(0.25, rel=1e-12)


def test_an_element_is_no_other_card():
    with pytest.raises(NetlistError, match="QN124"):
        Builder().element(".op")


def test_the_name_begins_with_the_letter():
    with pytest.raises(ValueError, match="'X1' does not begin with 'T'"):
        Builder().T("X1", "a")
    assert Builder().T("t1", "a").deck().cards[0].name.text == "t1"


def test_an_unknown_attribute_of_python_is_no_card():
    with pytest.raises(AttributeError):
        Builder()._repr_latex_  # noqa: B018


def test_every_letter_and_every_card_documents_itself(capsys):
    device = qnet.Builder()
    help(device.Q)
    told = capsys.readouterr().out
    assert "Saddle-point constriction" in told
    assert "hwx : curvature along the flow (eV)" in told
    assert {"N", "hwx", "hwy", "Tn"} <= set(inspect.signature(device.Q).parameters)
    assert "Correlations of terminal currents" in device.noise.__doc__
    assert {"Q", "T", "S", "noise", "fcs", "temp", "plot"} <= set(dir(device))


def test_the_stubs_for_editors_are_what_the_registry_says():
    written = Path(qnet.__file__).with_name("words.pyi").read_text("utf-8")
    assert written == stub(), "run `make docs`"
    compile(written, "words.pyi", "exec")
