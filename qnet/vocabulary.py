"""Letters of elements and dot-words with their keys, all from the registry."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import Parameter as Argument
from inspect import Signature
from keyword import iskeyword
from typing import Final

from qnet.discovery import analyses, models
from qnet.explain import explain
from qnet.lang.directives import WORDS
from qnet.lang.elements import LUMPED, PROBE, TERMINAL
from qnet.registry import Parameter, parameters

PLAIN: Final = {"P": PROBE, "T": TERMINAL}
"""Letters whose card with one node is no scatterer."""
WRITTEN: Final = frozenset({
    "title", "end", "endl", "ends", "endfor", "param", "func", "model", "subckt", "for",
    "step", "assert",
})  # fmt: skip
"""Dot-words that a builder has a method of its own for, or no use."""


@dataclass(frozen=True, slots=True)
class Word:
    """A letter or a dot-word as the method of a builder.

    Attributes
    ----------
    name : str
    is_element : bool
    keys : mapping
        Key to what is said of it.
    flags : mapping
        Bare word to what is said of it.
    text : str
        What it means.
    """

    name: str
    is_element: bool
    keys: Mapping[str, str]
    flags: Mapping[str, str]
    text: str

    @property
    def signature(self) -> Signature:
        """Its arguments, as a shell completes them."""
        first = [Argument("name", Argument.POSITIONAL_ONLY)] if self.is_element else []
        named = [
            Argument(key, Argument.KEYWORD_ONLY, default=...)
            for key in (*self.keys, *self.flags)
            if key.isidentifier() and not iskeyword(key)
        ]
        items = Argument("items", Argument.VAR_POSITIONAL)
        more = Argument("keys", Argument.VAR_KEYWORD)
        return Signature([*first, items, *named, more])

    @property
    def doc(self) -> str:
        """Its text and its keys, as ``help`` shows them."""
        said = {**self.keys, **self.flags}
        rows = [f"{key} : {text}" for key, text in said.items()]
        listed = ["", "Keys", "----", *rows] if rows else []
        return "\n".join([self.text, *listed]).strip() + "\n"


@cache
def vocabulary() -> dict[str, Word]:
    """Every word by its name: letters first."""
    words = [*_letters(), *_dot_words()]
    return {word.name: word for word in words}


def _letters() -> Iterator[Word]:
    known = [entry for entry in models().values() if entry.trouble is None]
    own = {"V", "I", "R", "C", "S", "X", *PLAIN}
    for letter in sorted(own | {entry.letter for entry in known if entry.letter}):
        wanted = "" if letter == "S" else letter
        found = [entry for entry in known if entry.letter == wanted and letter != "X"]
        fields = [*PLAIN.get(letter, ()), *LUMPED.get(letter.lower(), ())]
        flags: dict[str, str] = {}
        for entry in found:
            fields += [p for p in parameters(entry.model) if p.state is None]
            meanings = {p.name: p.doc for p in parameters(entry.model)}
            for word, sets in entry.flags.items():
                said = ", ".join(meanings[key] for key in sets)
                flags[word] = f"flag: {said or 'what it is anyway'}"
        keys = _keys(fields)
        yield Word(letter, True, keys, flags, _text(letter))


def _dot_words() -> Iterator[Word]:
    for name, entry in analyses().items():
        if entry.trouble is None:
            fields = parameters(entry.analysis)
            plain = [p for p in fields if p.kind not in ("reservoirs", "axes")]
            yield Word(name, False, _keys(plain), {}, _text(f".{name}"))
    for name in WORDS:
        if name not in WRITTEN:
            yield Word(name, False, {}, {}, _text(f".{name}"))


def _keys(fields: list[Parameter]) -> dict[str, str]:
    """What is said of each key; one that several models have is said once."""
    found: dict[str, str] = {}
    for parameter in fields:
        if parameter.kind not in ("flag", "spice"):
            unit = f" ({parameter.unit})" if parameter.unit else ""
            found.setdefault(parameter.name, parameter.doc + unit)
    return found


def _text(word: str) -> str:
    """What `qnet explain` says of a word, without its keys."""
    kinds = ("analysis", "directive") if word.startswith(".") else ("card", "model")
    entries = [entry for entry in explain(word) if entry.kind in kinds]
    parts = [
        f"{entry.title[:1].upper()}{entry.title[1:]}.\n\n{entry.text}".strip()
        for entry in entries
    ]
    return textwrap.dedent("\n\n".join(parts))
