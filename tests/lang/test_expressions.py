"""Expressions: units, arrays, marked points, reductions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet import constants
from qnet.circuit import Axis
from qnet.diagnostics import NetlistError
from qnet.lang.expressions import (
    Defined,
    Scope,
    evaluate,
    leaf_calls,
    why_not_finite,
)
from qnet.lang.parse import parse
from qnet.lang.questions import Measure, measured
from qnet.lang.values import Draws, Value, value
from qnet.units import PLAIN, unit


def expression(text):
    """The tree of an expression."""
    return parse(f".param x={{{text}}}").cards[0].args[0].value


def result(text, **names):
    """Value of an expression, where names are numbers or values."""
    held = {
        k.lower(): v if isinstance(v, Value) else value(v) for k, v in names.items()
    }
    return evaluate(expression(text), Scope(held))


def number(text, wanted="", **names):
    """The same as a plain array in a unit."""
    return result(text, **names).to(unit(wanted)).array


def refusal(text, scope=None):
    """The only finding about an expression."""
    with pytest.raises(NetlistError) as caught:
        evaluate(expression(text), scope or Scope())
    (finding,) = caught.value.diagnostics
    return finding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7),
        ("2**3**2", 512),
        ("-2**2", -4),
        ("2^-1", 0.5),
        ("7 % 3", 1),
        ("-7 % 3", 2),
        ("3 > 2 ? 10 : 20", 10),
        ("1 < 2 && 2 < 1 || !0", 1),
        ("max(1, 3, 2) - min(4, 2)", 1),
        ("atan2(1, 1)", math.pi / 4),
        ("if(0, ln(-1), 5)", 5),
        ("sqrt(2)*sqrt(2)", 2.0000000000000004),
        ("log10(1000) + ln(exp(2))", 5),
        ("floor(-1.5) + ceil(1.2) + round(2.5)", 2),
        ("sign(-3) + sign(0) + sign(2)", 0),
        ("sin(30deg) + cos(60deg) + tan(45deg)", 2),
        ("abs(3 - 4j)", 5),
        ("pi", math.pi),
    ],
)
def test_arithmetic_is_that_of_the_textbook(text, expected):
    assert number(text) == pytest.approx(expected, rel=1e-15)


@given(st.floats(-1e3, 1e3), st.floats(0.1, 1e3), st.integers(-3, 3))
def test_arithmetic_agrees_with_pythons(x, y, n):
    found = number("x*y - x/y + y**n", x=x, y=y, n=n)
    assert found == pytest.approx(x * y - x / y + y**n, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "measured_in", "expected"),
    [
        ("e*1mV", "eV", 1e-3),
        ("kB*1K", "eV", constants.kB_eV),
        ("kB*100mK/e", "V", constants.kB_eV * 0.1),
        ("2*Gq*RK", "", 2.0),
        ("1mT*1um2/Phi0", "", 1e-15 / constants.Phi0),
        ("1mT*1um2", "Phi0", 1e-15 / constants.Phi0),
        ("muB*1T", "eV", constants.muB_eV),
        ("h*1GHz", "eV", constants.h_eV * 1e9),
        ("hbar^2/(me*1nm2)", "eV", constants.hbar**2 / constants.me / 1e-18
         / constants.e),
        ("1V/1A", "Ohm", 1.0),
        ("sqrt(4V*4V)", "V", 4.0),
        ("h/e^2", "Ohm", constants.RK),
        ("L0*1K*1S/1V", "A/K", constants.L0),
        ("1meV + 1e-22J", "eV", 1e-3 + 1e-22 / constants.e),
    ],
)  # fmt: skip
def test_physics_carries_its_units(text, measured_in, expected):
    assert number(text, measured_in) == pytest.approx(expected, rel=1e-14)


def test_a_gate_lever_is_exact():
    assert number("-lever*(Vg+0.5V)/1V", "eV", lever=value(0.05, unit("eV")),
                  Vg=value(-0.3, unit("V"))) == -(0.05 * (-0.3 + 0.5))  # fmt: skip


def test_a_zero_needs_no_unit():
    assert number("max(0, 1mV) + 0", "V") == 1e-3
    assert number("1mV > 0") == 1


def test_a_sum_of_an_energy_and_a_voltage_marks_both():
    finding = refusal("1meV + 1mV")
    assert finding.code == "QN305"
    assert finding.primary.span.text == "1mV"
    assert finding.others[0].span.text == "1meV"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("exp(1V)", "QN304"),
        ("1V**0.123", "QN308"),
        ("2 ** 1V", "QN304"),
        ("1j < 2", "QN308"),
        ("log(2)", "QN215"),
        ("sqr(2)", "QN215"),
        ("nothing + 1", "QN201"),
        ("PI", "QN201"),
        ("sin(1, 2)", "QN306"),
        ("max(3)", "QN306"),
        ("0 ? 1V : 1A", "QN305"),
    ],
)
def test_what_makes_no_sense_is_refused(text, code):
    assert refusal(text).code == code


def test_a_near_miss_is_offered():
    assert (
        "did you mean 'lever'?" in refusal("levr*2", Scope({"lever": value(1)})).message
    )
    assert "ln or log10?" in refusal("log(2)").message


def test_states_and_constants_keep_their_case():
    scope = Scope({"e0": value(7)}, {"B": value(5, unit("T"))})
    assert evaluate(expression("B"), scope).array == 5
    assert evaluate(expression("E0"), scope).array == 7
    with pytest.raises(NetlistError):
        evaluate(expression("b"), scope)


def test_expressions_work_on_whole_sweeps():
    x = np.linspace(0, 1, 5)[:, None]
    y = np.array([[1.0, 2.0]])
    found = number("x > 0.4 ? x*y : -y", x=x, y=y)
    np.testing.assert_array_equal(found, np.where(x > 0.4, x * y, -y))


def test_a_point_without_a_value_is_marked_and_no_other():
    found = number("1/x", x=np.array([0.0, 2.0]))
    np.testing.assert_array_equal(found, [np.nan, 0.5])


def test_infinity_does_not_come_back_as_a_number():
    assert np.isnan(number("1/exp(1000)"))
    assert np.isnan(number("(1/0)**0"))
    assert np.isnan(number("1**(0/0)"))
    assert np.isnan(number("1/0 > 3"))


def test_the_place_where_infinity_arises_is_shown():
    finding = why_not_finite(expression("2 + 3*(1/x)"), Scope({"x": value(0.0)}))
    assert finding.primary.span.text == "1/x"


def test_the_branch_not_taken_marks_nothing():
    np.testing.assert_array_equal(
        number("x > 0 ? ln(x) : 0", x=np.array([-1.0, 1.0])), [0, 0]
    )


def defined(name, words, body):
    text = f".func {name}({', '.join(words)})={{{body}}}"
    card = parse(text).cards[0]
    return Defined(tuple(words), card.body, card.span)


def test_functions_of_the_netlist_take_arguments():
    scope = Scope({"a": value(2)}, functions={"f": defined("f", ["x"], "a*x^2")})
    assert evaluate(expression("f(3) + F(1)"), scope).array == 20


def test_an_argument_hides_a_parameter():
    scope = Scope({"x": value(100)}, functions={"f": defined("f", ["x"], "x+1")})
    assert evaluate(expression("f(1) + x"), scope).array == 102


def test_a_function_that_calls_itself_is_refused_and_not_a_crash():
    scope = Scope(functions={"f": defined("f", ["x"], "f(x)")})
    assert refusal("f(1)", scope).code == "QN216"


def test_answers_are_asked_once_for_each_call():
    asked = []

    def answer(call):
        asked.append(call.span.text)
        return value(2e-3, unit("V"))

    scope = Scope(asks={"v", "g"}, answer=answer)
    assert evaluate(expression("V(T1) - V(T2) + 1mV"), scope).array == 1e-3
    assert asked == ["V(T1)", "V(T2)"]


def test_an_answer_before_the_run_is_refused():
    assert refusal("V(T1)", Scope(asks={"v"})).code == "QN213"


def test_leaf_calls_look_into_functions():
    body = defined("vis", [], "max(g31)*G(T1,T2)")
    found = leaf_calls(expression("vis() + R(a,b,c,d)/V(P1)"), {"G", "R", "V"},
                       {"vis": body})  # fmt: skip
    assert {call.span.text for call in found} == {"R(a,b,c,d)", "V(P1)", "G(T1,T2)"}


def test_draws_are_their_mean_without_a_sample():
    assert number("gauss(2V, 1V)", "V") == 2
    assert number("uniform(1, 4)") == 2.5


def test_draws_are_independent_for_each_instance_and_repeat():
    def drawn():
        generators = tuple(np.random.default_rng(k) for k in (3, 4))
        draws = Draws(generators, np.array([0, 1, 0]), 2)
        return evaluate(expression("gauss(0, 1) + uniform(0, 1)"), Scope(draws=draws))

    first, second = drawn().array, drawn().array
    np.testing.assert_array_equal(first, second)
    assert first.shape == (2, 3)
    np.testing.assert_array_equal(first[:, 0], first[:, 2])
    assert len(np.unique(first)) == 4


def test_deep_expressions_are_no_recursion():
    deep = "+".join(["1"] * 150)
    assert number(deep) == 150


# --- over the steps

B = Axis("B", np.array([-1.0, 0.0, 1.0, 2.0]), "T")
VG = Axis("Vg", np.array([0.0, 0.5]), "V", (("Vs", np.array([2.0, 4.0]), "V"),))
FIELD = value(B.values[:, None], unit("T"))
GATE = value(VG.values[None, :], unit("V"))


def over_steps(text, statistic="", **args):
    """A measure over B and Vg."""
    scope = Scope({"vg": GATE}, {"B": FIELD}, axes=(B, VG))
    cards = parse(f".meas m {statistic} " + (f"{{{text}}}" if statistic else text)
                  + "".join(f" {k}={v}" for k, v in args.items())).cards  # fmt: skip
    card = cards[0]
    measure = Measure("m", card.statistic, card.body, card.args, card.span)
    return measured(measure, scope)


def test_one_argument_reduces_over_all_steps():
    assert over_steps("max(B)").array.item() == 2
    assert over_steps("min(B)").array.item() == -1
    assert over_steps("mean(B*Vg)").array.item() == pytest.approx(0.125)
    assert over_steps("(max(B)-min(B))/(1T)").array.item() == 3


def test_along_reduces_one_axis():
    found = over_steps("max(B*Vg, along=Vg)")
    np.testing.assert_array_equal(found.array, [[0.0], [0.0], [0.5], [1.0]])


@pytest.mark.parametrize(
    ("statistic", "expected"), [("max", 2), ("min", -1), ("avg", 0.5), ("pp", 3)]
)
def test_statistics_reduce_over_all_steps(statistic, expected):
    assert over_steps("B", statistic).array.item() == expected


def test_the_place_of_an_extreme_is_a_coordinate():
    found = over_steps("(B/1T-1)^2", "argmin", along="B")
    assert found.unit == unit("T")
    assert found.array.item() == 1
    assert over_steps("vg", "argmax", along="Vs").array.item() == 4


def test_an_integral_has_the_unit_of_both():
    found = over_steps("B", "integ", along="B")
    assert found.array.item() == pytest.approx(1.5)
    assert found.unit.dimension == (unit("T") * unit("T")).dimension


def test_find_interpolates_between_points():
    found = over_steps("B*B/1T", "find", at="500mT", along="B")
    assert found.array.item() == pytest.approx(0.5)
    assert found.unit == unit("T")
    assert over_steps("B*B/1T", "find", at="2T", along="B").array.item() == 4


@pytest.mark.parametrize(
    ("statistic", "args"),
    [
        ("find", {"along": "B"}),
        ("find", {"at": "3T", "along": "B"}),
        ("find", {"at": "1mV", "along": "B"}),
        ("argmax", {}),
        ("max", {"along": "EF"}),
    ],
)
def test_a_statistic_that_is_not_defined_is_refused(statistic, args):
    with pytest.raises(NetlistError):
        over_steps("B", statistic, **args)


def test_a_marked_point_marks_what_is_reduced_over_it():
    found = over_steps("max(1T/B, along=B)")
    assert np.isnan(found.array).all()


def test_truth_is_a_plain_number():
    assert result("2 > 1").unit == PLAIN
