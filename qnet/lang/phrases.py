"""Words, values and expressions, made of the tokens and values they consist of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from qnet.diagnostics import Edit, NetlistError, Span, refuse
from qnet.lang import cards
from qnet.lang.tokens import Token, lexicon

Part = Any  # a Token, or what a step below has made: the grammar says which
Place = Callable[[Token], Span]
Maker = Callable[[Sequence[Part], Place, Span], Part]


def is_token(part: Part, *names: str) -> bool:
    """Whether a part is a token of one of these types."""
    return isinstance(part, Token) and lexicon().names[part.kind] in names


def only(parts: Sequence[Part], kind: type | tuple[type, ...]) -> tuple[Any, ...]:
    """Return the parts of one kind, in order."""
    return tuple(part for part in parts if isinstance(part, kind))


def _word(parts: Sequence[Part], place: Place, span: Span) -> cards.Word:
    if len(parts) == 1:
        return cards.Word(parts[0].text, span)
    text = span.source.text[span.start : span.stop]
    pieces: list[str | cards.Expr] = []
    for part in parts:
        if not isinstance(part, Token):
            pieces.append(part)
        elif pieces and isinstance(pieces[-1], str):
            pieces[-1] += part.text
        else:
            pieces.append(part.text)
    return cards.Word(text, span, () if len(pieces) == 1 else tuple(pieces))


def _name(parts: Sequence[Part], place: Place, span: Span) -> cards.Name:
    return as_name(parts[0])


def as_name(value: Part) -> Part:
    """Return a bare word, where a number is wanted, as the name of a parameter."""
    if isinstance(value, cards.Word):
        return cards.Name(value.text, value.span, value.parts)
    return value


def _inner(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    """What stands between two brackets."""
    inner: cards.Expr = parts[1]
    return inner


def _number(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    digits = cards.Number(parts[-1].text, place(parts[-1]))
    return cards.Unary(parts[0].text, digits, span) if len(parts) > 1 else digits


def _complex(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    *real, sign, imaginary = parts
    left = _number(real, place, _joined(place(real[0]), place(real[-1])))
    right = cards.Number(imaginary.text, place(imaginary))
    return cards.Binary(sign.text, left, right, span)


def _joined(first: Span, last: Span) -> Span:
    return Span(first.source, first.start, last.stop, first.inside)


def _unary(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    return cards.Unary(parts[0].text, parts[1], span)


def _binary(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    left, operator, right = parts
    return cards.Binary(
        "**" if operator.text == "^" else operator.text, left, right, span
    )


def _conditional(parts: Sequence[Part], place: Place, span: Span) -> cards.Expr:
    return cards.Call("if", (parts[0], parts[2], parts[4]), span)


def _keyword(parts: Sequence[Part], place: Place, span: Span) -> tuple[str, cards.Expr]:
    return parts[0].text, parts[2]


def _everything(parts: Sequence[Part], place: Place, span: Span) -> cards.Name:
    return cards.Name("*", span)


def _call(parts: Sequence[Part], place: Place, span: Span) -> cards.Call:
    arguments = [p for p in parts[1:] if not isinstance(p, Token)]
    args = tuple(p for p in arguments if not isinstance(p, tuple))
    named = tuple(p for p in arguments if isinstance(p, tuple))
    return cards.Call(parts[0].text, args, span, named)


def _pair(
    parts: Sequence[Part], place: Place, span: Span
) -> cards.Weight | cards.Range:
    left, _, right = parts
    if isinstance(left, cards.Word):
        return cards.Weight(left, as_name(right), span)
    return cards.Range(left, as_name(right), span)


def _list(parts: Sequence[Part], place: Place, span: Span) -> cards.ListOf:
    return cards.ListOf(tuple(p for p in parts if not isinstance(p, Token)), span)


def _text(parts: Sequence[Part], place: Place, span: Span) -> cards.Text:
    return cards.Text(parts[0].text[1:-1], span)


def _arg(parts: Sequence[Part], place: Place, span: Span) -> cards.Arg:
    return cards.Arg(cards.Word(parts[0].text, place(parts[0])), parts[2], span)


def misshapen(
    message: str, span: Span, form: str, edit: Edit | None = None
) -> NetlistError:
    """Error of a card whose words are not those of its form."""
    error = refuse(NetlistError, "QN121", message, span, help=form, edit=edit)
    assert isinstance(error, NetlistError)
    return error


PHRASES: Final[dict[str, Maker]] = {
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
}
"""Makers of what cards consist of, by rule."""
