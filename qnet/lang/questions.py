"""What a netlist asks, checked: measures, tables, asserts, and the calls in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qnet.diagnostics import Label, NetlistError, Span, refuse, suggest
from qnet.lang.cards import (
    Arg,
    Assert,
    Binary,
    Call,
    Expr,
    Meas,
    Name,
    Number,
    Print,
    Word,
)
from qnet.lang.definitions import LOOP_SHOWN
from qnet.lang.expressions import (
    STATES,
    Defined,
    Scope,
    evaluate,
    is_answer,
    leaf_calls,
    operands_first,
    placed,
)
from qnet.lang.findings import Findings
from qnet.lang.habits import name_cure
from qnet.lang.reductions import (
    STATISTICS,
    find_axis,
    integrated,
    interpolated,
    only_axis,
    position_of,
    reduced,
)
from qnet.lang.runs import EXPRESSIONS
from qnet.lang.values import Fault, Value
from qnet.registry import Ask
from qnet.units import CONSTANTS

MEANING = {
    "B": "the field",
    "EF": "the Fermi energy",
    "temp": "the temperature",
    "M": "the magnetization",
}
"""What the states are, for a message."""

EVERY = "*"
"""Argument that means every reservoir."""


@dataclass(frozen=True, slots=True)
class Task:
    """An analysis card: the question, made from the card's keys."""

    name: str
    analysis: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """``.meas name expr`` or ``.meas name statistic expr``."""

    name: str
    statistic: str
    body: Expr
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """``.print``, ``.save`` or ``.plot``: texts with their expressions."""

    word: str
    items: tuple[tuple[str, Expr], ...]
    against: tuple[str, Expr] | None
    span: Span


@dataclass(frozen=True, slots=True)
class Assertion:
    """``.assert expr "why"``."""

    text: str
    body: Expr
    why: str
    span: Span


def measured(measure: Measure, scope: Scope) -> Value:
    """Value of a measure over all steps, in the unit that qnet works in.

    Raises
    ------
    NetlistError
        QN3xx, with the place on the card.
    """
    found = evaluate(measure.body, scope)
    if not measure.statistic:
        return found.working()
    given = {arg.name.text.lower(): arg.value for arg in measure.args}
    try:
        along = _axis_name(given.get("along"))
        return _statistic(measure, found, along, given.get("at"), scope).working()
    except Fault as fault:
        raise placed(fault, measure.span) from None


def _axis_name(value: object) -> Name | None:
    """The name behind ``along=``."""
    if value is None or isinstance(value, Name):
        return value
    if isinstance(value, Word):
        return Name(value.text, value.span)
    raise Fault("QN306", "'along=' takes the name of a swept parameter")


def _statistic(
    measure: Measure, found: Value, along: Name | None, at: Any, scope: Scope  # noqa: ANN401
) -> Value:  # fmt: skip
    word, axes = measure.statistic, scope.axes or ()
    if word in ("max", "min", "avg", "pp"):
        return reduced(word, found, along, axes)
    axis = find_axis(along, axes) if along else only_axis(word, axes)
    if word in ("argmax", "argmin"):
        return position_of(word, found, axis)
    if word == "integ":
        return integrated(found, axis)
    if at is None:
        raise Fault("QN306", "'find' needs the place, at=")
    return interpolated(found, evaluate(at, scope), axis)


@dataclass(frozen=True, slots=True)
class Known:
    """Names that questions may use.

    Attributes
    ----------
    asks : mapping
        Answer functions by folded name; `spellings` are those that ask for them.
    reservoirs, lumped : collection of str
        Folded names of what their arguments may mean; None: not known.
    listed : sequence of str
        Reservoirs as displayed, for ``V(*)``.
    values : collection of str
        Folded names of parameters.
    sources : mapping
        What can be swept by ``.dc``, by folded name: its unit, ``V`` or ``A``.
    """

    asks: Mapping[str, Ask]
    spellings: Collection[str]
    reservoirs: Collection[str] | None
    lumped: Collection[str]
    listed: Sequence[str]
    values: Collection[str]
    functions: Mapping[str, Defined]
    sources: Mapping[str, str]


def measures_of(
    cards: Sequence[Meas], known: Known, findings: Findings
) -> tuple[list[Measure], list[Measure]]:
    """Measures in an order in which each follows those it uses.

    Returns
    -------
    measures, configurations : list of Measure
        The second are those of ``R(*)``, which tabulate all configurations.
    """
    found: dict[str, Measure] = {}
    named = {*known.values, *(card.name.text.lower() for card in cards)}
    for card in cards:
        with findings.gathering():
            _refuse_signed_statistic(card, named)
            measure = _measure(card, found, known)
            found[card.name.text.lower()] = measure
    for measure in found.values():
        check_expression(measure.body, known, found, findings)
        for arg in measure.args:
            if isinstance(arg.value, Expr):
                check_expression(arg.value, known, found, findings)
    ordered = _in_order(found, known, findings)
    wild = [measure for measure in ordered if is_wild(measure.body)]
    return [measure for measure in ordered if not is_wild(measure.body)], wild


def _refuse_signed_statistic(card: Meas, named: Collection[str]) -> None:
    """``.meas m max -x`` reads as a difference, which is not what is meant.

    Raises
    ------
    NetlistError
        QN121.
    """
    first: Expr = card.body
    operator = ""
    while isinstance(first, Binary):
        operator, first = first.operator, first.left
    word = first.text.lower() if isinstance(first, Name) else ""
    if operator in ("-", "+") and word in STATISTICS and word not in named:
        signed = card.body.span.text[len(word) :].strip()
        message = f"what '{word}' is taken of begins with a sign"
        why = "a sign behind a word is a difference"
        cure = f".meas {card.name.text} {word} {{{signed}}}"
        raise refuse(NetlistError, "QN121", message, card.span, why=why, help=cure)


def is_wild(body: Expr) -> bool:
    """Whether it is ``R(*)``."""
    return isinstance(body, Call) and any(
        isinstance(arg, Name) and arg.text == EVERY for arg in body.args
    )


def _measure(card: Meas, taken: Mapping[str, Measure], known: Known) -> Measure:
    name = card.name.text
    folded = name.lower()
    if name in CONSTANTS or folded in {state.lower() for state in STATES}:
        message = f"a measure cannot be called '{name}', which has a meaning already"
        state = next((one for one in STATES if one.lower() == folded), "")
        why = f"names fold case, and '{state}' is {MEANING[state]}" if state else ""
        raise refuse(NetlistError, "QN203", message, card.name.span, why=why)
    if folded in known.values:
        message = f"'{name}' is a parameter already"
        raise refuse(NetlistError, "QN202", message, card.name.span)
    if folded in taken:
        first = Label(taken[folded].span, "first here")
        message = f"measure '{name}' is defined twice"
        raise refuse(NetlistError, "QN202", message, card.name.span, others=(first,))
    allowed = {"find": ("at", "along")}.get(card.statistic, ("along",))
    for arg in card.args:
        if not card.statistic or arg.name.text.lower() not in allowed:
            message = f"'.meas' has no '{arg.name.text}=' here"
            raise refuse(NetlistError, "QN206", message, arg.name.span)
        if arg.name.text.lower() == "at" and not isinstance(arg.value, EXPRESSIONS):
            message = f"'{arg.span.text}' gives no number"
            cure = "a parameter stands in braces, at={x}"
            raise refuse(NetlistError, "QN310", message, arg.value.span, help=cure)
    return Measure(name, card.statistic, card.body, card.args, card.span)


def _in_order(
    found: Mapping[str, Measure], known: Known, findings: Findings
) -> list[Measure]:
    """Each measure after those that it uses; a cycle is shown."""
    uses = {
        key: [
            node.text.lower()
            for node in operands_first(measure.body, known.spellings)
            if isinstance(node, Name) and node.text.lower() in found
        ]
        for key, measure in found.items()
    }
    level = _levels(uses)
    stuck = next((key for key in found if key not in level), None)
    if stuck is not None:
        _report_loop(stuck, uses, level, found, findings)
    return [
        found[key] for key in sorted(filter(level.get, found), key=level.__getitem__)
    ]


def _levels(uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """One more than the highest level of what a measure uses; none along a cycle."""
    users: dict[str, list[str]] = {key: [] for key in uses}
    for key, used in uses.items():
        for name in used:
            users[name].append(key)
    lacking = {key: len(used) for key, used in uses.items()}
    level = {key: 1 for key, lacks in lacking.items() if not lacks}
    waiting = deque(level)
    while waiting:
        done = waiting.popleft()
        for key in users[done]:
            lacking[key] -= 1
            if not lacking[key]:
                level[key] = level[done] + 1
                waiting.append(key)
    return level


def _report_loop(
    start: str,
    uses: Mapping[str, Sequence[str]],
    done: Collection[str],
    found: Mapping[str, Measure],
    findings: Findings,
) -> None:
    """Follow the uses from a measure that waits until one comes back."""
    trail = {start: 0}
    following = start
    while True:
        following = next(use for use in uses[following] if use not in done)
        if following in trail:
            break
        trail[following] = len(trail)
    loop = list(trail)[trail[following] :]
    told = [found[key].name for key in loop[:LOOP_SHOWN]]
    if len(loop) > LOOP_SHOWN:
        told[-1] = "…"
    shown = " → ".join([*told, found[following].name])
    first = found[loop[0]]
    message = f"'{first.name}' is defined by itself: {shown}"
    findings.error("QN208", message, first.span)


def check_expression(
    body: Expr,
    known: Known,
    measures: Collection[str],
    findings: Findings,
) -> None:
    """Names, answer calls and their arguments, as far as they can be known now."""
    for call in leaf_calls(body, known.spellings, known.functions):
        with findings.gathering():
            check_call(call, known)
    for node in operands_first(body, known.spellings):
        if isinstance(node, Name):
            text = node.text
            names = (text in CONSTANTS, text in STATES)
            if any(names) or text.lower() in known.values or text.lower() in measures:
                continue
            offer = [*known.values, *measures, *CONSTANTS, *STATES]
            message = f"unknown name '{text}'{suggest(text, offer)}"
            findings.error("QN201", message, node.span, help=name_cure(text))


def check_call(call: Call, known: Known) -> None:
    """An answer call has as many arguments as it takes, and they exist.

    Raises
    ------
    NetlistError
        QN306: too few or too many; QN214: no such terminal.
    """
    ask = known.asks[call.function.lower()]
    if is_wild(call) and len(call.args) == 1:
        return
    least, most = ask.arity
    if not least <= len(call.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        plural = "argument" if wanted == "1" else "arguments"
        message = f"'{ask.name}' takes {wanted} {plural}, not {len(call.args)}"
        cure = ask.doc
        if (most, len(call.args)) == (1, 2) and ask.name == "V":
            a, b = (arg.span.text for arg in call.args)
            cure = f"a difference is written out: {{V({a}) - V({b})}}"
        raise refuse(NetlistError, "QN306", message, call.span, help=cure)
    for arg in call.args:
        if not isinstance(arg, Name | Number):
            message = f"'{ask.name}' takes names of terminals, probes or nodes"
            raise refuse(NetlistError, "QN214", message, arg.span)
        _check_argument(arg, ask, known)


def _check_argument(arg: Name | Number, ask: Ask, known: Known) -> None:
    name = arg.text.lower()
    if known.reservoirs is None or name in known.reservoirs:
        return
    if "lumped" in ask.takes and name in known.lumped:
        return
    offer = [*known.listed, *(known.lumped if "lumped" in ask.takes else ())]
    message = f"no terminal, probe or reservoir node is called '{arg.text}'"
    message += suggest(arg.text, offer)
    why = "waves meet at a coherent joint; only a reservoir has a voltage"
    raise refuse(NetlistError, "QN214", message, arg.span, why=why)


def listing_of(
    card: Print, known: Known, measures: Collection[str], findings: Findings
) -> Listing:
    """A table or figure with ``V(*)`` written out for every reservoir."""
    items: list[tuple[str, Expr]] = []
    for item in card.items:
        check_expression(item, known, measures, findings)
        items.extend(_written_out(item, known))
    against = None
    if card.against is not None:
        check_expression(card.against, known, measures, findings)
        against = (card.against.span.text, card.against)
    return Listing(card.word.text.lower(), tuple(items), against, card.span)


def _written_out(item: Expr, known: Known) -> list[tuple[str, Expr]]:
    """One item, or one for each reservoir where its argument is ``*``."""
    text = item.span.text.strip("{}")
    if not isinstance(item, Call) or not is_wild(item):
        return [(text, item)]
    ask = known.asks.get(item.function.lower())
    if not is_answer(item, known.spellings) or ask is None or ask.arity != (1, 1):
        return [(text, item)]
    star = item.args[0].span
    return [
        (f"{item.function}({name})", replace(item, args=(Name(name, star),)))
        for name in known.listed
    ]


def assertion_of(
    card: Assert,
    turn: str,
    known: Known,
    measures: Collection[str],
    findings: Findings,
) -> Assertion:
    """A claim, its names checked; `turn` is that of the loops around it."""
    check_expression(card.body, known, measures, findings)
    text = card.body.span.text + (f"  [{turn}]" if turn else "")
    return Assertion(text, card.body, card.why, card.span)


def calls_in(
    bodies: Sequence[Expr], asks: Collection[str], functions: Mapping[str, Defined]
) -> tuple[Call, ...]:
    """Every answer call in expressions, each once, ``R(*)`` left out."""
    found: dict[tuple[str, ...], Call] = {}
    for body in bodies:
        for call in leaf_calls(body, asks, functions):
            if is_wild(call):
                continue
            words = (arg.text.lower() for arg in call.args if hasattr(arg, "text"))
            found.setdefault((call.function.lower(), *words), call)
    return tuple(found.values())
