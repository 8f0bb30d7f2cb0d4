"""Operators and functions of expressions, as functions on `Value`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qnet.lang.values import Array, Draws, Fault, Value, aligned, plain, rational
from qnet.units import PLAIN


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how many arguments it takes, and what it does."""

    least: int
    most: int
    apply: Callable[..., Value]


def finite(array: Any) -> Array:  # noqa: ANN401  whatever NumPy returns
    """The same with NaN in place of infinities: no later step may hide them."""
    numbers: Array = np.asarray(array)
    bad = ~np.isfinite(numbers)
    return np.where(bad, np.nan, numbers) if bad.any() else numbers


def _marked(result: Any, *operands: Array) -> Array:  # noqa: ANN401
    """A truth or choice with NaN wherever an operand is NaN, as in arithmetic."""
    bad = np.zeros((), bool)
    for operand in operands:
        bad = bad | np.isnan(operand)
    numbers = np.asarray(result, float)
    return np.where(bad, np.nan, numbers) if bad.any() else numbers


def _real(given: Value, who: str) -> Array:
    """Numbers of a real value, whatever its unit."""
    if given.is_complex:
        raise Fault("QN308", f"{who} takes real numbers", marks=((0, "complex"),))
    return given.array


# --- operators


def _add(left: Value, right: Value) -> Value:
    a, b, unit = aligned(left, right, "add")
    return Value(finite(a + b), unit)


def _subtract(left: Value, right: Value) -> Value:
    a, b, unit = aligned(left, right, "subtract")
    return Value(finite(a - b), unit)


def _multiply(left: Value, right: Value) -> Value:
    return Value(finite(left.array * right.array), left.unit * right.unit)


def _divide(left: Value, right: Value) -> Value:
    return Value(finite(left.array / right.array), left.unit / right.unit)


def _remainder(left: Value, right: Value) -> Value:
    a, b, unit = aligned(left, right, "take the remainder of")
    return Value(finite(np.mod(_real(Value(a), "%"), _real(Value(b), "%"))), unit)


def _power(left: Value, right: Value) -> Value:
    exponent = plain(right, "an exponent")
    if left.unit.is_plain:
        base, unit = plain(left, "a base"), PLAIN
    else:
        power = rational(exponent)
        if power is None:
            message = "a quantity with a unit takes one rational exponent"
            raise Fault("QN308", message, marks=((1, "exponent"),))
        base, unit = left.array, left.unit**power
    bad = np.isnan(base) | np.isnan(exponent)  # 1**nan and nan**0 are 1 in IEEE 754
    return Value(finite(np.where(bad, np.nan, base**exponent)), unit)


_COMPARISONS: Final[dict[str, Callable[[Array, Array], Any]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def _comparison(operator: str) -> Callable[[Value, Value], Value]:
    def compare(left: Value, right: Value) -> Value:
        a, b, _ = aligned(left, right, "compare")
        if operator not in ("==", "!="):
            _real(left, f"'{operator}'")
            _real(right, f"'{operator}'")
        return Value(_marked(_COMPARISONS[operator](a, b), a, b))

    return compare


def _both(left: Value, right: Value) -> Value:
    a, b = plain(left, "'&&'"), plain(right, "'&&'")
    return Value(_marked((a != 0) & (b != 0), a, b))


def _either(left: Value, right: Value) -> Value:
    a, b = plain(left, "'||'"), plain(right, "'||'")
    return Value(_marked((a != 0) | (b != 0), a, b))


def _not(given: Value) -> Value:
    a = plain(given, "'!'")
    return Value(_marked(a == 0, a))


def _negate(given: Value) -> Value:
    return Value(-given.array, given.unit)


BINARY: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
    "**": _power,
    "&&": _both,
    "||": _either,
    **{operator: _comparison(operator) for operator in _COMPARISONS},
}

UNARY: Final[dict[str, Callable[[Value], Value]]] = {
    "-": _negate,
    "+": lambda given: given,
    "!": _not,
}


# --- functions of one point


def _of_number(name: str, function: Callable[[Array], Any]) -> Function:
    """A function from plain numbers to plain numbers."""

    def apply(given: Value) -> Value:
        return Value(finite(function(plain(given, f"'{name}'"))))

    return Function(1, 1, apply)


def _of_real(name: str, function: Callable[[Array], Any]) -> Function:
    """The same for real numbers only."""

    def apply(given: Value) -> Value:
        _real(given, f"'{name}'")
        return Value(finite(function(plain(given, f"'{name}'"))))

    return Function(1, 1, apply)


def _absolute(given: Value) -> Value:
    return Value(np.abs(given.array), given.unit)


def _sign(given: Value) -> Value:
    return Value(np.sign(_real(given, "'sign'")))


def _root(given: Value) -> Value:
    return _power(given, Value(np.asarray(0.5)))


def _angle(y: Value, x: Value) -> Value:
    a, b, _ = aligned(y, x, "take the angle of")
    return Value(np.arctan2(_real(Value(a), "'atan2'"), _real(Value(b), "'atan2'")))


def _extreme(name: str, choose: Callable[[Array, Array], Any]) -> Function:
    """``min`` or ``max`` of several arguments, point by point."""

    def apply(*given: Value) -> Value:
        result = given[0]
        for other in given[1:]:
            a, b, unit = aligned(result, other, "compare")
            _real(result, f"'{name}'")
            result = Value(np.asarray(choose(a, _real(Value(b), f"'{name}'"))), unit)
        return result

    return Function(2, 64, apply)


def _choose(condition: Value, yes: Value, no: Value) -> Value:
    truth = plain(condition, "a condition")
    try:
        a, b, unit = aligned(yes, no, "choose between")
    except Fault as fault:
        marks = tuple((operand + 1, text) for operand, text in fault.marks)
        raise Fault(fault.code, fault.message, marks=marks) from None
    chosen = np.where(truth != 0, a, b)
    return Value(np.where(np.isnan(truth), np.nan, chosen), unit)


FUNCTIONS: Final[dict[str, Function]] = {
    "abs": Function(1, 1, _absolute),
    "sqrt": Function(1, 1, _root),
    "sign": Function(1, 1, _sign),
    "atan2": Function(2, 2, _angle),
    "min": _extreme("min", np.minimum),
    "max": _extreme("max", np.maximum),
    "if": Function(3, 3, _choose),
    **{
        name: _of_number(name, function)
        for name, function in {
            "exp": np.exp, "ln": np.log, "log10": np.log10, "sin": np.sin,
            "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos,
            "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
        }.items()
    },
    **{
        name: _of_real(name, function)
        for name, function in {
            "floor": np.floor, "ceil": np.ceil, "round": np.rint,
        }.items()
    },
}  # fmt: skip
"""Functions whose value at a point depends on their arguments at that point."""

REDUCTIONS: Final = ("max", "min", "mean", "std", "sem")
"""Functions of one argument that reduce over the steps."""

DRAWN: Final = ("gauss", "uniform")
"""Functions that draw a number where a sample is asked for."""


def gauss(mean: Value, sigma: Value, draws: Draws | None) -> Value:
    """Normally distributed around `mean`; without a sample the mean itself."""
    a, b, unit = aligned(mean, sigma, "spread")
    return Value(a if draws is None else finite(a + b * draws.normal()), unit)


def uniform(low: Value, high: Value, draws: Draws | None) -> Value:
    """Evenly distributed between two values; without a sample their middle."""
    a, b, unit = aligned(low, high, "draw between")
    part = 0.5 if draws is None else draws.flat()
    return Value(finite(a + (b - a) * part), unit)
