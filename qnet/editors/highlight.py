"""The language for editors: word classes from the registry, grammars made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from qnet.answers import ASKS
from qnet.discovery import analyses, models
from qnet.lang.directives import WORDS
from qnet.units import CONSTANTS, SUFFIXES
from qnet.vocabulary import vocabulary

SCOPES: Final = {
    "comment": "comment.line", "string": "string.quoted.double",
    "directive": "keyword.control", "element": "entity.name.type",
    "model": "support.class", "key": "variable.parameter", "call": "support.function",
    "constant": "constant.language", "number": "constant.numeric",
    "operator": "keyword.operator",
}  # fmt: skip
"""TextMate scope of each class of words."""


@cache
def patterns() -> tuple[tuple[str, str], ...]:
    """Classes of words with their regular expressions, in the order they are tried."""
    letters = {entry.letter for entry in models().values() if entry.letter}
    return (
        ("comment", r"^[ \t]*[*#].*$|;.*$|//.*$|(?<=[ \t])\$.*$"),
        ("string", r'"[^"\n]*"'),
        ("directive", rf"(?i)^[ \t]*\.(?:{_any({*WORDS, *analyses()})})\b"),
        ("element", rf"(?i)^[ \t]*[TPVIRCSX{''.join(sorted(letters))}][\w{{}}]*"),
        ("key", rf"(?i)\b(?:{_any(_keys())})(?=[ \t]*=[^=])"),
        ("call", rf"\b(?:{_any(ASKS)})(?=\()"),
        ("model", rf"(?i)\b(?:{_any(models())})\b(?![ \t]*=)"),
        ("constant", rf"\b(?:{_any(CONSTANTS)}|B|EF|temp|M)\b(?!\()"),
        ("number", _number()),
        ("operator", r"[-+*/%^=<>!&|?:]+"),
    )  # fmt: skip


def textmate() -> dict[str, Any]:
    """Grammar for Visual Studio Code, TextMate and their kin, ready for JSON."""
    return {
        "name": "qnet",
        "scopeName": "source.qnet",
        "fileTypes": ["qnet"],
        "patterns": [
            {"match": inline(pattern), "name": f"{SCOPES[name]}.qnet"}
            for name, pattern in patterns()
        ],
    }


def inline(pattern: str) -> str:
    """Put the flag of a pattern into a group, which every engine reads."""
    if pattern.startswith("(?i)"):
        return f"(?i:{pattern[4:]})"
    return pattern


def _number() -> str:
    """Digits, an exponent, and a unit or a scale."""
    unit = rf"[afpnuµmkMGT]?(?:{_any(SUFFIXES)})|j|meg|[kgunpafMmT]"
    return rf"(?<![\w.])\d+\.?\d*(?:[eE][-+]?\d+)?(?:{unit})?(?!\w)"


def _keys() -> set[str]:
    """Keys of all elements."""
    return {
        key for word in vocabulary().values() if word.is_element for key in word.keys
    }


def _any(words: Iterable[str]) -> str:
    """Alternatives, longer ones first, so that none hides another."""
    return "|".join(
        re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w))
    )
