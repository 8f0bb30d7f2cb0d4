"""What characters a netlist may hold, and what those that look alike are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

from qnet.diagnostics import Diagnostic, Label, NetlistError, Source, Span

_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]|\r(?!\n)"
)
_MOST: Final = 100  # nobody reads more of one kind
_PLAIN: Final = bytes(range(32, 127)) + b"\t\n"
_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_LOOKS_LIKE: Final = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2018": "'", "\u2019": "'", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*",
    "\u00f7": "/", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u00a0": "a blank",
    "\u202f": "a blank", "\u2009": "a blank", "\u3000": "a blank", "\uff0c": ",",
    "\uff08": "(", "\uff09": ")", "\u00b2": "^2", "\u00b3": "^3", "\u00b0": "deg",
    "\u03c0": "pi", "\u03c6": "phi", "\u0127": "hbar",
}  # fmt: skip


def check_characters(source: Source) -> None:
    """Refuse control characters and lone carriage returns.

    Raises
    ------
    NetlistError
        QN102, one finding for each character.
    """
    if source.text.isascii() and not source.text.encode().translate(None, _PLAIN):
        return
    found = [
        Diagnostic(
            "QN102",
            _control_message(match.group()),
            Label(Span(source, match.start(), match.end())),
            why="a netlist is plain text; lines end with LF or CRLF",
            help="delete it"
            if match.group() != "\r"
            else "save the file with LF or CRLF line ends",
        )
        for match in islice(_CONTROL.finditer(source.text), _MOST)
    ]
    if found:
        raise NetlistError(found)


def _control_message(character: str) -> str:
    if character == "\r":
        return "carriage return without a line feed"
    return f"control character U+{ord(character):04X}"


def invisible_characters(source: Source) -> Iterator[Diagnostic]:
    """Warn of characters that do not show, or that turn the direction of the text."""
    if source.text.isascii():
        return
    for match in islice(_INVISIBLE.finditer(source.text), _MOST):
        yield Diagnostic(
            "QN103",
            f"invisible character {named(match.group())}",
            Label(Span(source, match.start(), match.end())),
            why="it may make the text read differently from what qnet reads",
            help="delete it",
            severity="warning",
        )


def named(character: str) -> str:
    """``U+00E9 LATIN SMALL LETTER E WITH ACUTE``."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def ascii_for(character: str) -> str:
    """Return what to type instead of a character that looks like it; else nothing."""
    if character in _LOOKS_LIKE:
        return _LOOKS_LIKE[character]
    plain = unicodedata.normalize("NFKD", character)[0]
    return plain if plain.isascii() and plain.isalnum() else ""


def is_sign(text: str) -> bool:
    """Whether what is typed instead is a sign: of letters and powers none is sure."""
    return text in ("-", "*", "/", "<=", ">=", "!=", ",", "(", ")")
