"""Slips with single characters: what begins no token, closes nothing or never ends."""

from __future__ import annotations

from typing import Final

from qnet.diagnostics import Diagnostic, Label
from qnet.lang.characters import ascii_for, is_sign, named
from qnet.lang.misfit import CLOSING, OPENING, OPERATORS, Misfit

_PARTNERS: Final = {"(": ")", "[": "]", "{": "}"}


def stray_character(misfit: Misfit) -> Diagnostic | None:
    """Recognise what begins no token at all."""
    if misfit.name != "STRAY":
        return None
    character = misfit.text
    if character == '"':
        return misfit.finding(
            "QN110", "this string is never closed", fix='end it with `"` on its line'
        )
    shown = f"'{character}'" if character.isascii() else named(character)
    typed = ""
    if character in "&|":
        fix = f"logic is written `{2 * character}`"
    elif character in "#$":
        fix = "a comment after a card begins with `;`"
    elif character == "\\":
        fix = "a card goes on in a line that begins with `+`"
    else:
        instead = ascii_for(character)
        fix = f"write `{instead}`" if instead else ""
        typed = instead if is_sign(instead) else ""
    message = f"{shown} cannot stand here"
    return misfit.finding("QN101", message, fix=fix, instead=typed)


def unclosed_bracket(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``T=(1 1 0.3``."""
    opened = misfit.unclosed()
    if opened is None or misfit.name not in {"", "KEY", "DIRECTIVE"}:
        return None
    if misfit.name == "KEY" and misfit.in_expression():
        return None
    return never_closed(misfit, opened)


def never_closed(misfit: Misfit, opened: int) -> Diagnostic:
    """Say that the bracket at a token is never closed."""
    bracket = misfit.tokens[opened].text
    here = Label(misfit.place(misfit.index), "before this")
    return misfit.finding(
        "QN108",
        f"'{bracket}' is never closed",
        at=misfit.place(opened),
        others=(here,) if misfit.name else (),
        fix=f"close it with `{_PARTNERS[bracket]}`",
    )


def stray_bracket(misfit: Misfit) -> Diagnostic | None:
    """Recognise a bracket that closes nothing, or the wrong one."""
    if misfit.name not in CLOSING or misfit.before in OPERATORS | {"EQUAL"}:
        return None
    opened = misfit.unclosed()
    if opened is None:
        return misfit.finding(
            "QN109",
            f"'{misfit.text}' closes nothing",
            fix="delete it, or open it before",
        )
    if OPENING[misfit.names[opened]] == misfit.name:
        return None
    bracket = misfit.tokens[opened].text
    others = (Label(misfit.place(opened), "opens here"),)
    message = f"'{misfit.text}' cannot close '{bracket}'"
    return misfit.finding("QN109", message, others=others)


def open_quote(misfit: Misfit) -> Diagnostic | None:
    """Recognise an expression in quotes that does not end."""
    if misfit.name or misfit.names.count("QUOTE") % 2 == 0:
        return None
    quote = len(misfit.names) - 1 - misfit.names[::-1].index("QUOTE")
    return misfit.finding(
        "QN108",
        "this quote is never closed",
        at=misfit.place(quote),
        fix="close it with `'`, or write the expression in braces",
    )
