"""From a form and the tokens of one card to the card: one small function a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from qnet.diagnostics import NetlistError, Source, Span, refuse
from qnet.lang.cards import (
    Arg, Assert, Binary, Call, Card, Directive, Element, Expr, For, Func, Include,
    ListOf, Meas, Model, Name, Number, Param, Print, Range, Section, Step, Subckt, Text,
    Title, Unary, Value, Weight, Word,
)  # fmt: skip
from qnet.lang.replay import Form
from qnet.lang.tokens import Token, lexicon

Part = Any  # a Token, or what a step below has made: the grammar says which
Place = Callable[[Token], Span]
Maker = Callable[[Sequence[Part], Place, Span], Part]

STATISTICS: Final = (
    "min", "max", "avg", "pp", "argmax", "argmin", "integ", "find",
)  # fmt: skip
"""Words of ``.meas name statistic expr``."""
STEP_FORMS: Final = ("lin", "dec", "oct", "list")
"""Words that may follow the name on a .step card."""


def make_card(
    form: Form, tokens: Sequence[Token], source: Source, inside: Span | None = None
) -> Card:
    """Replay the tree of a card on its tokens.

    Parameters
    ----------
    form : Form
        The tree.
    tokens : sequence of Token
        The card's tokens, of the types of the form.
    source : Source
        The text that the tokens are of.
    inside : Span, optional
        The card that brought this text in.

    Returns
    -------
    Card
        Blocks come without their cards.

    Raises
    ------
    NetlistError
        QN121: a word of the card is not one that may stand there.
    """

    def place(token: Token) -> Span:
        return Span(source, token.start, token.stop, inside)

    made: list[Part] = []
    for step in form.steps:
        parts = [tokens[p] if p >= 0 else made[~p] for p in step.parts]
        span = Span(source, tokens[step.first].start, tokens[step.last].stop, inside)
        made.append(_MAKERS[step.rule](parts, place, span))
    card: Card = made[-1]
    return card


def _is(part: Part, *names: str) -> bool:
    """Whether a part is a token of one of these types."""
    return isinstance(part, Token) and lexicon().names[part.kind] in names


def _only(parts: Sequence[Part], kind: type | tuple[type, ...]) -> tuple[Any, ...]:
    """Return the parts of one kind, in order."""
    return tuple(part for part in parts if isinstance(part, kind))


def _word(parts: Sequence[Part], place: Place, span: Span) -> Word:
    if len(parts) == 1:
        return Word(parts[0].text, span)
    text = span.source.text[span.start : span.stop]
    pieces: list[str | Expr] = []
    for part in parts:
        if not isinstance(part, Token):
            pieces.append(part)
        elif pieces and isinstance(pieces[-1], str):
            pieces[-1] += part.text
        else:
            pieces.append(part.text)
    return Word(text, span, () if len(pieces) == 1 else tuple(pieces))


def _name(parts: Sequence[Part], place: Place, span: Span) -> Name:
    return _as_name(parts[0])


def _as_name(value: Part) -> Part:
    """Return a bare word, where a number is wanted, as the name of a parameter."""
    if isinstance(value, Word):
        return Name(value.text, value.span, value.parts)
    return value


def _inner(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    """What stands between two brackets."""
    inner: Expr = parts[1]
    return inner


def _number(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    digits = Number(parts[-1].text, place(parts[-1]))
    return Unary(parts[0].text, digits, span) if len(parts) > 1 else digits


def _complex(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    *real, sign, imaginary = parts
    left = _number(real, place, _joined(place(real[0]), place(real[-1])))
    right = Number(imaginary.text, place(imaginary))
    return Binary(sign.text, left, right, span)


def _joined(first: Span, last: Span) -> Span:
    return Span(first.source, first.start, last.stop, first.inside)


def _unary(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    return Unary(parts[0].text, parts[1], span)


def _binary(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    left, operator, right = parts
    return Binary("**" if operator.text == "^" else operator.text, left, right, span)


def _conditional(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    return Call("if", (parts[0], parts[2], parts[4]), span)


def _keyword(parts: Sequence[Part], place: Place, span: Span) -> tuple[str, Expr]:
    return parts[0].text, parts[2]


def _everything(parts: Sequence[Part], place: Place, span: Span) -> Name:
    return Name("*", span)


def _call(parts: Sequence[Part], place: Place, span: Span) -> Call:
    arguments = [p for p in parts[1:] if not isinstance(p, Token)]
    args = tuple(p for p in arguments if not isinstance(p, tuple))
    named = tuple(p for p in arguments if isinstance(p, tuple))
    return Call(parts[0].text, args, span, named)


def _pair(parts: Sequence[Part], place: Place, span: Span) -> Weight | Range:
    left, _, right = parts
    if isinstance(left, Word):
        return Weight(left, _as_name(right), span)
    return Range(left, _as_name(right), span)


def _list(parts: Sequence[Part], place: Place, span: Span) -> ListOf:
    return ListOf(tuple(p for p in parts if not isinstance(p, Token)), span)


def _text(parts: Sequence[Part], place: Place, span: Span) -> Text:
    return Text(parts[0].text[1:-1], span)


def _arg(parts: Sequence[Part], place: Place, span: Span) -> Arg:
    return Arg(Word(parts[0].text, place(parts[0])), parts[2], span)


def _element(parts: Sequence[Part], place: Place, span: Span) -> Element:
    items = tuple(p for p in parts[1:] if not isinstance(p, Arg))
    return Element(parts[0], items, _only(parts, Arg), span)


def _directive(parts: Sequence[Part], place: Place, span: Span) -> Directive:
    word = Word(parts[0].text[1:].lower(), place(parts[0]))
    items = tuple(p for p in parts[1:] if not isinstance(p, Arg))
    return Directive(word, items, _only(parts, Arg), span)


def _title(parts: Sequence[Part], place: Place, span: Span) -> Title:
    return Title(parts[0].text[len(".title") :].strip(), span)


def _param(parts: Sequence[Part], place: Place, span: Span) -> Param:
    return Param(_only(parts, Arg), span)


def _func(parts: Sequence[Part], place: Place, span: Span) -> Func:
    name, *_ = parts[1:]
    names = tuple(Word(p.text, place(p)) for p in parts[2:] if _is(p, "NAME"))
    return Func(Word(name.text, place(name)), names, parts[-1], span)


def _model(parts: Sequence[Part], place: Place, span: Span) -> Model:
    _, name, kind, *settings = parts
    flags, args = _only(settings, Word), _only(settings, Arg)
    return Model(name, Word(kind.text, place(kind)), flags, args, span)


def _subckt(parts: Sequence[Part], place: Place, span: Span) -> Subckt:
    _, name, *rest = parts
    pins = [
        Word(p.text, place(p)) if _is(p, "NUMBER") else p
        for p in rest
        if isinstance(p, Word) or _is(p, "NUMBER")
    ]
    args = _only(rest, Arg)
    colon = any(_is(p, "COLON") for p in rest)
    is_params = bool(pins) and pins[-1].text.casefold() == "params"
    if colon and is_params:
        pins.pop()
    elif colon or (args and is_params):
        raise _misshapen(
            "the parameters of a subcircuit follow the word 'params:'",
            pins[-1].span if pins else span,
            ".subckt name pin1 pin2 params: key=value",
        )
    return Subckt(name, tuple(pins), args, (), span)


def _for(parts: Sequence[Part], place: Place, span: Span) -> For:
    _, variable, within, over = parts
    if within.text.casefold() != "in":
        raise _misshapen(
            f"'{within.text}' stands where a .for card says 'in'",
            place(within),
            ".for k in 1:N",
        )
    if isinstance(over, Weight):
        over = Range(_as_name(over.name), over.value, over.span)
    return For(Word(variable.text, place(variable)), over, (), span)


def _step(parts: Sequence[Part], place: Place, span: Span) -> Step:
    names, rest = _stepped(parts[1:], place)
    form = "linear"
    if isinstance(rest[0] if rest else None, Word):
        word = rest[0].text.casefold()
        if word in STEP_FORMS:
            form, rest = word, rest[1:]
        elif names[0].text.casefold() == "param":
            raise _misshapen(
                "a .step card names its parameter without the word 'param'",
                names[0].span,
                _STEP_HELP,
            )
    elif len(rest) == 1 and _names_file(rest[0]):
        form, rest = "file", [rest[0].value]
    for part in rest:
        if isinstance(part, Arg):
            message = f"a .step card has no key '{part.name.text}'"
            raise _misshapen(message, part.span, _STEP_HELP)
    wanted = {"list": max(len(rest), 1), "file": 1}.get(form, 3)
    if len(rest) != wanted:
        raise _misshapen(
            f"a .step card of this form takes {wanted} values, not {len(rest)}",
            span,
            _STEP_HELP,
        )
    return Step(names, form, tuple(map(_as_name, rest)), span)


def _names_file(part: Part) -> bool:
    """Whether a part is ``file="…"``."""
    is_file = isinstance(part, Arg) and part.name.text.casefold() == "file"
    return is_file and isinstance(part.value, Text)


_STEP_HELP: Final = (
    "`.step X start stop step`, `.step X lin N start stop`, `.step X list v1 v2 …` or "
    '`.step X file="x.csv"`'
)


def _stepped(
    parts: Sequence[Part], place: Place
) -> tuple[tuple[Word, ...], list[Part]]:
    """Return the stepped names, and what follows them."""
    if not _is(parts[0], "FUNCTION"):
        return (parts[0],), list(parts[1:])
    if parts[0].text.casefold() != "zip":
        raise _misshapen(
            f"'{parts[0].text}' is no way of stepping several parameters",
            place(parts[0]),
            ".step zip(B Vg) list (1T 0.1V) (2T 0.2V)",
        )
    stop = next(i for i, p in enumerate(parts) if _is(p, "RPAR"))
    return _only(parts[:stop], Word), list(parts[stop + 1 :])


def _meas(parts: Sequence[Part], place: Place, span: Span) -> Meas:
    _, name, body, *args = parts
    return Meas(Word(name.text, place(name)), "", body, tuple(args), span)


def _statistic(parts: Sequence[Part], place: Place, span: Span) -> Meas:
    _, name, statistic, body, *args = parts
    word = statistic.text.casefold()
    if word not in STATISTICS:
        raise _misshapen(
            f"'{statistic.text}' is no statistic of a .meas card",
            place(statistic),
            f"`.meas name expression`, or one of {' '.join(STATISTICS)} before the "
            "expression; SPICE's name of an analysis is not needed",
        )
    return Meas(Word(name.text, place(name)), word, body, tuple(args), span)


def _assertion(parts: Sequence[Part], place: Place, span: Span) -> Assert:
    why = parts[2].text[1:-1] if len(parts) > 2 else ""
    return Assert(parts[1], why, span)


def _listed(parts: Sequence[Part], place: Place, span: Span) -> Expr:
    item: Expr = _as_name(parts[-1])
    return Unary(parts[0].text, item, span) if len(parts) > 1 else item


def _listing(parts: Sequence[Part], place: Place, span: Span) -> Print:
    word = Word(parts[0].text[1:].lower(), place(parts[0]))
    items, against = list(parts[1:]), None
    at = next((i for i, item in enumerate(items) if _says_versus(item)), None)
    if word.text == "plot" and at is not None:
        if at != len(items) - 2:
            raise _misshapen(
                "one name follows 'vs', at the end of the card",
                items[at].span,
                ".plot G vs Vg",
            )
        against = items[-1]
        del items[at:]
    return Print(word, tuple(items), against, span)


def _says_versus(item: Expr) -> bool:
    return isinstance(item, Name) and item.text.casefold() == "vs"


def _include(parts: Sequence[Part], place: Place, span: Span) -> Include:
    return Include(_text(parts[1:], place, place(parts[1])), None, span)


def _library(parts: Sequence[Part], place: Place, span: Span) -> Include | Section:
    if isinstance(parts[1], Word):
        return Section(parts[1], (), span)
    path = _text(parts[1:2], place, place(parts[1]))
    return Include(path, parts[2] if len(parts) > 2 else None, span)


def _misshapen(message: str, span: Span, form: str) -> NetlistError:
    """Error of a card whose words are not those of its form."""
    error = refuse(NetlistError, "QN121", message, span, help=form)
    assert isinstance(error, NetlistError)
    return error


_MAKERS: Final[dict[str, Maker]] = {
    "word": _word,
    "inserted": _inner,
    "name": _name,
    "number": _number,
    "quantity": _number,
    "complex": _complex,
    "unary": _unary,
    "binary": _binary,
    "conditional": _conditional,
    "group": _inner,
    "braced": _inner,
    "quoted": _inner,
    "keyword": _keyword,
    "everything": _everything,
    "call": _call,
    "pair": _pair,
    "list": _list,
    "matrix": _list,
    "text": _text,
    "arg": _arg,
    "assignment": _arg,
    "element": _element,
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

CHECKED_RULES: Final = frozenset({"subckt", "for", "step", "statistic", "listing"})
"""Cards that are right only if some of their words are: made once while parsing."""
