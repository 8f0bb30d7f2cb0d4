"""The grammar, and its terminals as one compiled expression.

The language is LALR over a basic lexer, so the token at a place depends on the text
alone. All terminals, in Lark's own order, make one expression that runs over a whole
netlist at the speed of `re`; Lark itself sees each *sequence* of token types once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from qnet.lang.tables import built_parser, stored_parser, stored_terminals
from qnet.limits import LIMITS

if TYPE_CHECKING:
    from lark import Lark

COMMENT_SIGNS: Final = (";", "//", "$")
"""How a comment at the end of a card begins."""

_COMMENT_LINE: Final = re.compile(r"[ \t]*([*#][^\n]*)")


@cache
def parser() -> Lark:
    """Lark's parser of one card."""
    return stored_parser() or built_parser()


def unqualified(name: str) -> str:
    """Name of a rule or terminal without the grammar file it comes from."""
    return name.rpartition("__")[2]


class Token(NamedTuple):
    """A stretch of text with its type."""

    kind: int
    text: str
    start: int

    @property
    def stop(self) -> int:
        """Offset just after it."""
        return self.start + len(self.text)


class Lexicon:
    """All terminals by number.

    Attributes
    ----------
    types : tuple of str
        Lark's name of each kind; the first is no terminal, the last is any character
        that begins no token.
    names : tuple of str
        The same as the grammar files write them.
    sources : tuple of str
        Regular expression of each kind.
    pattern : re.Pattern
        Matches one token after blanks; the group that took part is its kind.
    """

    def __init__(self, terminals: Iterable[tuple[str, str]]) -> None:
        types, sources = zip(*terminals, strict=True)
        self.types: tuple[str, ...] = ("", *types, "STRAY")
        self.names = tuple(map(unqualified, self.types))
        self.sources: tuple[str, ...] = ("", *sources, ".")
        alternatives = "|".join(f"({source})" for source in self.sources[1:])
        self.pattern = re.compile(rf"[ \t\r]*(?:{alternatives})")
        self._comment = self.names.index("COMMENT")

    def kind(self, name: str) -> int:
        """Number of a terminal, by its name in the grammar files."""
        return self.names.index(name)

    def kinds(self, text: str, start: int, stop: int) -> bytes:
        """Kind of every token of one line, comments left out."""
        if _COMMENT_LINE.match(text, start, stop):
            return b""
        tokens = self.pattern.finditer(text, start, _stripped(text, start, stop))
        # one word too many is enough to refuse the card
        most = int(LIMITS["card words"].value) + 2
        every = bytes(map(attrgetter("lastindex"), islice(tokens, most)))
        return every.replace(bytes([self._comment]), b"")

    def tokens(self, text: str, start: int, stop: int) -> list[Token]:
        """Tokens of one line, comments left out."""
        if _COMMENT_LINE.match(text, start, stop):
            return []
        return [
            Token(kind, match.group(kind), match.start(kind))
            for match in self.pattern.finditer(
                text, start, _stripped(text, start, stop)
            )
            if (kind := match.lastindex or 0) != self._comment
        ]

    def first(self, text: str, start: int) -> str:
        """First token from an offset on; there is one."""
        match = self.pattern.match(text, start)
        return match.group(match.lastindex or 0) if match else ""

    def comment(self, text: str, start: int, stop: int) -> tuple[int, int] | None:
        """Place of the comment at the end of a card's line, if there is one."""
        for match in self.pattern.finditer(text, start, _stripped(text, start, stop)):
            if match.lastindex == self._comment:
                return match.span(self._comment)
        return None


def _stripped(text: str, start: int, stop: int) -> int:
    """End of a line without the blanks at its end, where no token begins."""
    return start + len(text[start:stop].rstrip(" \t\r"))


def terminals() -> Iterator[tuple[str, str]]:
    """Name and expression of each terminal, in the order in which Lark tries them."""
    for terminal in parser().parser.lexer.terminals:
        if terminal.name != "WS":  # blanks are skipped before every token
            yield str(terminal.name), terminal.pattern.to_regexp()


@cache
def lexicon() -> Lexicon:
    """The terminals of the grammar."""
    return Lexicon(stored_terminals() or terminals())
