"""Dot-cards, made of their words; a word that the grammar leaves open is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from qnet.diagnostics import Edit, Span
from qnet.lang import cards
from qnet.lang.phrases import Maker, Part, Place, as_name, is_token, misshapen, only

STATISTICS: Final = (
    "min", "max", "avg", "pp", "argmax", "argmin", "integ", "find",
)  # fmt: skip
"""Words of ``.meas name statistic expr``."""
STEP_FORMS: Final = ("lin", "dec", "oct", "list")
"""Words that may follow the name on a .step card."""


def _directive(parts: Sequence[Part], place: Place, span: Span) -> cards.Directive:
    word = cards.Word(parts[0].text[1:].lower(), place(parts[0]))
    items = tuple(p for p in parts[1:] if not isinstance(p, cards.Arg))
    return cards.Directive(word, items, only(parts, cards.Arg), span)


def _title(parts: Sequence[Part], place: Place, span: Span) -> cards.Title:
    return cards.Title(parts[0].text[len(".title") :].strip(), span)


def _param(parts: Sequence[Part], place: Place, span: Span) -> cards.Param:
    return cards.Param(only(parts, cards.Arg), span)


def _func(parts: Sequence[Part], place: Place, span: Span) -> cards.Func:
    name, *_ = parts[1:]
    names = tuple(
        cards.Word(p.text, place(p)) for p in parts[2:] if is_token(p, "NAME")
    )
    return cards.Func(cards.Word(name.text, place(name)), names, parts[-1], span)


def _model(parts: Sequence[Part], place: Place, span: Span) -> cards.Model:
    _, name, kind, *settings = parts
    flags, args = only(settings, cards.Word), only(settings, cards.Arg)
    return cards.Model(name, cards.Word(kind.text, place(kind)), flags, args, span)


def _subckt(parts: Sequence[Part], place: Place, span: Span) -> cards.Subckt:
    _, name, *rest = parts
    pins = [
        cards.Word(p.text, place(p)) if is_token(p, "NUMBER") else p
        for p in rest
        if isinstance(p, cards.Word) or is_token(p, "NUMBER")
    ]
    args = only(rest, cards.Arg)
    colon = any(is_token(p, "COLON") for p in rest)
    is_params = bool(pins) and pins[-1].text.casefold() == "params"
    if colon and is_params:
        pins.pop()
    elif colon or (args and is_params):
        raise misshapen(
            "the parameters of a subcircuit follow the word 'params:'",
            pins[-1].span if pins else span,
            ".subckt name pin1 pin2 params: key=value",
        )
    return cards.Subckt(name, tuple(pins), args, (), span)


def _for(parts: Sequence[Part], place: Place, span: Span) -> cards.For:
    _, variable, within, over = parts
    if within.text.casefold() != "in":
        raise misshapen(
            f"'{within.text}' stands where a .for card says 'in'",
            place(within),
            ".for k in 1:N",
        )
    if isinstance(over, cards.Weight):
        over = cards.Range(as_name(over.name), over.value, over.span)
    return cards.For(cards.Word(variable.text, place(variable)), over, (), span)


def _step(parts: Sequence[Part], place: Place, span: Span) -> cards.Step:
    names, rest = _stepped(parts[1:], place)
    form = "linear"
    if isinstance(rest[0] if rest else None, cards.Word):
        word = rest[0].text.casefold()
        if word in STEP_FORMS:
            form, rest = word, rest[1:]
        elif names[0].text.casefold() == "param":
            raise misshapen(
                "a .step card names its parameter without the word 'param'",
                names[0].span,
                _STEP_HELP,
                Edit(replace(names[0].span, stop=rest[0].span.start), ""),
            )
    elif len(rest) == 1 and _names_file(rest[0]):
        form, rest = "file", [rest[0].value]
    for part in rest:
        if isinstance(part, cards.Arg):
            message = f"a .step card has no key '{part.name.text}'"
            raise misshapen(message, part.span, _STEP_HELP)
    wanted = {"list": max(len(rest), 1), "file": 1}.get(form, 3)
    if len(rest) != wanted:
        found = f"a .step card with {len(rest)} values where it takes {wanted}"
        message = "a .step card without values" if not rest else found
        raise misshapen(message, span, _STEP_HELP)
    return cards.Step(names, form, tuple(map(as_name, rest)), span)


def _names_file(part: Part) -> bool:
    """Whether a part is ``file="…"``."""
    is_file = isinstance(part, cards.Arg) and part.name.text.casefold() == "file"
    return is_file and isinstance(part.value, cards.Text)


_STEP_HELP: Final = (
    "`.step X start stop step`, `.step X lin N start stop`, `.step X list v1 v2 …` or "
    '`.step X file="x.csv"`'
)


def _stepped(
    parts: Sequence[Part], place: Place
) -> tuple[tuple[cards.Word, ...], list[Part]]:
    """Return the stepped names, and what follows them."""
    if not is_token(parts[0], "FUNCTION"):
        return (parts[0],), list(parts[1:])
    if parts[0].text.casefold() != "zip":
        raise misshapen(
            f"'{parts[0].text}' is no way of stepping several parameters",
            place(parts[0]),
            ".step zip(B Vg) list (1T 0.1V) (2T 0.2V)",
        )
    stop = next(i for i, p in enumerate(parts) if is_token(p, "RPAR"))
    return only(parts[:stop], cards.Word), list(parts[stop + 1 :])


def _meas(parts: Sequence[Part], place: Place, span: Span) -> cards.Meas:
    _, name, body, *args = parts
    return cards.Meas(_plain_name(name), "", body, tuple(args), span)


def _statistic(parts: Sequence[Part], place: Place, span: Span) -> cards.Meas:
    _, name, statistic, body, *args = parts
    word = statistic.text.casefold()
    if word not in STATISTICS:
        raise misshapen(
            f"'{statistic.text}' is no statistic of a .meas card",
            place(statistic),
            f"`.meas name expression`, or one of {' '.join(STATISTICS)} before the "
            "expression; SPICE's name of an analysis is not needed",
        )
    return cards.Meas(_plain_name(name), word, body, tuple(args), span)


def _plain_name(name: cards.Word) -> cards.Word:
    """The name of a measure, which has no dots."""
    if "." in name.text.partition("{")[0]:
        raise misshapen(
            f"'{name.text}' cannot name a measure",
            name.span,
            "a name is letters, digits and underscores",
        )
    return name


def _assertion(parts: Sequence[Part], place: Place, span: Span) -> cards.Assert:
    why = parts[2].text if len(parts) > 2 else ""
    return cards.Assert(parts[1], why, span)


def _listed(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    item: cards.Expr = as_name(parts[-1])
    return cards.Unary(parts[0].text, item, span) if len(parts) > 1 else item


def _listing(parts: Sequence[Part], place: Place, span: Span) -> cards.Print:
    word = cards.Word(parts[0].text[1:].lower(), place(parts[0]))
    items, against = list(parts[1:]), None
    at = next((i for i, item in enumerate(items) if _says_versus(item)), None)
    if word.text == "plot" and at is not None:
        if at != len(items) - 2:
            raise misshapen(
                "one name follows 'vs', at the end of the card",
                items[at].span,
                ".plot G vs Vg",
            )
        against = items[-1]
        del items[at:]
    return cards.Print(word, tuple(items), against, span)


def _says_versus(item: cards.Expr) -> bool:
    return isinstance(item, cards.Name) and item.text.casefold() == "vs"


def _include(parts: Sequence[Part], place: Place, span: Span) -> cards.Include:
    return cards.Include(parts[1], None, span)


def _library(
    parts: Sequence[Part], place: Place, span: Span
) -> cards.Include | cards.Section:
    if isinstance(parts[1], cards.Word):
        return cards.Section(parts[1], (), span)
    return cards.Include(parts[1], parts[2] if len(parts) > 2 else None, span)


DOT_CARDS: Final[dict[str, Maker]] = {
    "directive": _directive,
    "title": _title,
    "param": _param,
    "func": _func,
    "model": _model,
    "subckt": _subckt,
    "for": _for,
    "step": _step,
    "meas": _meas,
    "statistic": _statistic,
    "assertion": _assertion,
    "listing": _listing,
    "listed": _listed,
    "include": _include,
    "library": _library,
}
"""Makers of dot-cards, by rule."""

CHECKED_RULES: Final = frozenset({"subckt", "for", "step", "statistic", "listing"})
"""Cards that are right only if some of their words are: made once while parsing."""
