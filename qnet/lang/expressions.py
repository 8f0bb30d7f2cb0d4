"""Evaluate expressions with units, on arrays.

The language has its own evaluator over its own tree: a table of operators and a table
of functions, walked with a stack. Nothing that a file says reaches Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count as count_from
from typing import Final

import numpy as np

from qnet.circuit import Axis
from qnet.diagnostics import Diagnostic, Label, NetlistError, Span, refuse, suggest
from qnet.lang import functions
from qnet.lang.cards import Binary, Call, Expr, Name, Number, Unary
from qnet.lang.functions import BINARY, DRAWN, FUNCTIONS, REDUCTIONS, UNARY
from qnet.lang.reductions import reduced
from qnet.lang.values import Draws, Fault, Value, value
from qnet.units import CONSTANTS, BadQuantity, read_quantity, unit

STATES: Final = {"B": unit("T"), "EF": unit("eV"), "temp": unit("K"), "M": unit("")}
"""Names of the global state, matched in their exact case, and their units."""

FUNCTION_DEPTH: Final = 64
"""How deep functions of the netlist may call one another."""

FUNCTION_CALLS: Final = 10_000
"""How many calls one call may lead to: functions that call twice grow as 2^depth."""


class Overlaid(Mapping[str, Value]):
    """Inner names before outer ones, without copying either."""

    def __init__(self, inner: Mapping[str, Value], outer: Mapping[str, Value]) -> None:
        self._inner, self._outer = inner, outer

    def __getitem__(self, name: str) -> Value:
        found = self._inner.get(name)
        return self._outer[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._outer), **dict.fromkeys(self._inner)})

    def __len__(self) -> int:
        return len(set(self._inner) | set(self._outer))


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Numbers that differ from card to card in expressions that are else the same.

    It stands in a tree where each card has a number; `column` has one for each.
    """

    column: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Defined:
    """A function of the netlist, ``.func f(x)={…}``, with the scope of its card."""

    parameters: tuple[str, ...]
    body: Expr
    span: Span
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What the names and calls of an expression mean.

    Attributes
    ----------
    names : mapping
        Parameters, loop variables and measures, by folded name.
    states : mapping
        ``B EF temp M``, by exact name.
    functions : mapping
        Functions of the netlist, by folded name.
    asks : collection of str
        Spellings of the answer functions; see `answer_names`.
    answer : callable, optional
        Value of a call of an answer function; None where answers are not known yet.
    axes : tuple of Axis, optional
        Axes of all arrays, over which ``max(x)`` reduces; None where there is nothing
        to reduce over, while the netlist is read.
    draws : Draws, optional
        Source of ``gauss`` and ``uniform``; None: they are their mean.
    rank : int
        Number of axes of a column: that of instances, and those of the sweep.
    depth : int
        Calls of functions that one is in.
    calls : iterator, optional
        Counts the calls within the outermost one.
    """

    names: Mapping[str, Value] = field(default_factory=dict)
    states: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[str, Defined] = field(default_factory=dict)
    asks: Collection[str] = ()
    answer: Callable[[Call], Value] | None = None
    axes: tuple[Axis, ...] | None = None
    draws: Draws | None = None
    rank: int = 1
    depth: int = 0
    calls: Iterator[int] | None = None

    def look_up(self, node: Name) -> Value:
        """Value of a name: a constant, a state, or what the netlist defines.

        Raises
        ------
        NetlistError
            QN201: there is no such name.
        """
        text = node.text
        if text in CONSTANTS:
            return value(*CONSTANTS[text])
        if text in self.states:
            return self.states[text]
        found = self.names.get(text.lower())
        if found is None:
            known = [*self.names, *self.states, *CONSTANTS]
            message = f"unknown name '{text}'{suggest(text, known)}"
            raise refuse(NetlistError, "QN201", message, node.span)
        return found


def evaluate(expr: Expr, scope: Scope) -> Value:
    """Value of an expression, point by point where names are arrays.

    A point where it has no finite value is NaN; `why_not_finite` says why.

    Raises
    ------
    NetlistError
        QN2xx for unknown names and functions, QN3xx for units, numbers and arguments,
        with the places of all operands that matter.
    """
    if isinstance(expr, Number):
        return _apply(expr, [], scope)
    return _walk(expr, scope)[-1][1]


def _walk(expr: Expr, scope: Scope) -> list[tuple[Expr, Value]]:
    """Every sub-expression with its value, operands first."""
    results: list[tuple[Expr, Value]] = []
    stack: list[Value] = []
    with np.errstate(all="ignore"):
        for node in operands_first(expr, scope.asks):
            count = len(operands(node, scope.asks))
            given = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(_apply(node, given, scope))
            results.append((node, stack[-1]))
    return results


def operands(node: Expr, asks: Collection[str] = ()) -> tuple[Expr, ...]:
    """Sub-expressions of a node; the arguments of an answer call are names, not values.

    Parameters
    ----------
    asks : collection of str
        Spellings of the answer functions.
    """
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Call) and not is_answer(node, asks):
        return node.args
    return ()


def is_answer(call: Call, asks: Collection[str]) -> bool:
    """Whether a call asks for an answer; see `answer_names`."""
    return call.function in asks or call.function.lower() in asks


@lru_cache(64)
def answer_names(
    asks: frozenset[str], functions: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Spellings that ask for an answer.

    Calls fold case, but a function of the netlist takes the folded name: with
    ``.func f(x)``, ``f(2)`` is that function and ``F(T1)`` still the Fano factor.

    Parameters
    ----------
    asks : frozenset of str
        Answer functions as they are spelled.
    functions : frozenset of str
        Functions of the netlist, by folded name.
    """
    folded = {name.lower() for name in asks}
    return asks | (folded - functions)


def operands_first(expr: Expr, asks: Collection[str] = ()) -> Iterator[Expr]:
    """All nodes of an expression, every one after its operands."""
    order: list[Expr] = []
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(operands(node, asks))
    return reversed(order)


def leaf_calls(
    expr: Expr, asks: Collection[str], defined: Mapping[str, Defined] | None = None
) -> list[Call]:
    """Calls of answer functions in an expression, those in functions that it calls too.

    Parameters
    ----------
    asks : collection of str
        Spellings of the answer functions.
    defined : mapping, optional
        Functions of the netlist, by folded name.
    """
    found: list[Call] = []
    bodies, seen = [expr], set[str]()
    while bodies:
        for node in operands_first(bodies.pop(), asks):
            if not isinstance(node, Call):
                continue
            name = node.function.lower()
            if is_answer(node, asks):
                found.append(node)
            elif defined and name in defined and name not in seen:
                seen.add(name)
                bodies.append(defined[name].body)
    return found


def why_not_finite(expr: Expr, scope: Scope) -> Diagnostic:
    """The sub-expression that first has no finite value, as a finding."""
    results = _walk(expr, scope)
    bad = np.isnan(results[-1][1].array)
    node = next(n for n, found in results if np.any(np.isnan(found.array) & bad))
    return Diagnostic(
        "QN307",
        f"'{node.span.text}' has no finite value",
        Label(node.span, "not finite"),
    )


def _apply(node: Expr, given: list[Value], scope: Scope) -> Value:
    """Value of one node from those of its operands; faults get their places here."""
    try:
        if isinstance(node, Number):
            reading = read_quantity(node.text)
            real = not isinstance(reading.value, complex)
            return value(reading.value.real if real else reading.value, reading.unit)
        if isinstance(node, Name):
            return scope.look_up(node)
        if isinstance(node, Written):
            shape = (-1, *(1,) * (scope.rank - 1))
            return Value(node.column.array.reshape(shape), node.column.unit)
        if isinstance(node, Unary):
            return UNARY[node.operator](*given)
        if isinstance(node, Binary):
            return BINARY[node.operator](*given)
        return _call(node, given, scope)
    except BadQuantity as bad:
        edit = bad.edit(node.span)
        raise refuse(
            NetlistError, bad.code, bad.message, node.span, help=bad.help, edit=edit
        ) from None
    except Fault as fault:
        spans = tuple(child.span for child in operands(node, scope.asks))
        raise placed(fault, node.span, spans) from None


def placed(fault: Fault, span: Span, parts: tuple[Span, ...] = ()) -> NetlistError:
    """The error for a fault whose place, and those of its operands, are now known."""
    marks = [Label(parts[k], text) for k, text in fault.marks if k < len(parts)]
    primary = marks.pop() if marks else Label(span)
    return NetlistError(
        (
            Diagnostic(
                fault.code,
                fault.message,
                primary,
                tuple(marks),
                fault.why,
                fault.help,
            ),
        )
    )


def _call(node: Call, given: list[Value], scope: Scope) -> Value:
    """Value of a call: an answer, a function of the netlist, or a built-in one."""
    name = node.function.lower()
    if is_answer(node, scope.asks):
        if scope.answer is None:
            message = f"'{node.function}' is an answer, known only after the run"
            cure = "answers stand in .meas, .print, .plot, .save and .assert"
            raise Fault("QN213", message, cure)
        return scope.answer(node)
    if name in scope.functions:
        return _call_defined(node, given, scope)
    if name in REDUCTIONS and (len(given) == 1 or name not in FUNCTIONS):
        _expect(node, 1, 1, named=("along",))
        return reduced(name, given[0], _along(node), scope.axes)
    if name in DRAWN:
        _expect(node, 2, 2)
        draw = functions.gauss if name == "gauss" else functions.uniform
        return draw(given[0], given[1], scope.draws)
    if name == "log":
        raise Fault(
            "QN215", "'log' has two readings: ln or log10?", "write ln or log10"
        )
    if name not in FUNCTIONS:
        known = [*FUNCTIONS, *REDUCTIONS, *DRAWN, *scope.functions, *scope.asks]
        message = f"unknown function '{node.function}'"
        raise Fault("QN215", message + suggest(node.function, known))
    function = FUNCTIONS[name]
    _expect(node, function.least, function.most)
    return function.apply(*given)


def _expect(node: Call, least: int, most: int, named: tuple[str, ...] = ()) -> None:
    """Refuse a call with too few or too many arguments, or a name it does not know."""
    count = len(node.args)
    if not least <= count <= most:
        wanted = f"{least} or more" if most > least else str(least)
        message = f"'{node.function}' takes {wanted} arguments, not {count}"
        raise Fault("QN306", message)
    for key, _ in node.named:
        if key.lower() not in named:
            raise Fault("QN306", f"'{node.function}' has no argument '{key}='")


def _along(node: Call) -> Name | None:
    """The axis named by ``along=``."""
    for _, axis in node.named:
        if isinstance(axis, Name):
            return axis
        raise Fault("QN306", "'along=' takes the name of a swept parameter")
    return None


def _call_defined(node: Call, given: list[Value], scope: Scope) -> Value:
    """Body of a ``.func`` with its arguments in place of its parameters."""
    function = scope.functions[node.function.lower()]
    count = len(function.parameters)
    _expect(node, count, count)
    if scope.depth >= FUNCTION_DEPTH:
        message = f"functions call one another more than {FUNCTION_DEPTH} deep"
        raise Fault("QN216", message)
    calls = scope.calls or count_from(1)
    if next(calls) > FUNCTION_CALLS:
        message = f"functions are called more than {FUNCTION_CALLS:,} times"
        raise Fault("QN216", message)
    home = function.scope or scope
    arguments = dict(zip(function.parameters, given, strict=True))
    names = Overlaid(arguments, home.names)
    inner = replace(
        home, names=names, answer=scope.answer, axes=scope.axes, draws=scope.draws,
        depth=scope.depth + 1, calls=calls,
    )  # fmt: skip
    return evaluate(function.body, inner)
