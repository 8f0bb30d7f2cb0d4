"""Continuation lines: each card on one line, every character in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qnet.diagnostics import Diagnostic, Label, Source, Span
from qnet.lang.tokens import lexicon

PLUS: Final = re.compile(r"[ \t]*\+")
"""How a line begins that continues the card before it."""
_NEXT_PLUS: Final = re.compile(r"\n[ \t]*\+")
_SKIPPED: Final = re.compile(
    r"[ \t\r]*(?:(?:[*#;]|//|(?<=[ \t])\$)[^\n]*)?$", re.MULTILINE
)


def unfolded(
    source: Source, inside: Span | None = None
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Put each continued card on one line.

    Parameters
    ----------
    source : Source
        The text.
    inside : Span, optional
        The card that brought it in.

    Returns
    -------
    text : str
        Character for character the source's, but that the line ends, comments and plus
        signs inside of cards are blanks. It ends with a line end.
    faults : tuple of Diagnostic
        QN120, if lines before the first card continue nothing.
    """
    text = source.text
    if not text.endswith("\n"):
        text += "\n"
    done, orphans = _first_card(text)
    if not orphans and _NEXT_PLUS.search(text, max(done - 1, 0)) is None:
        return text, ()
    pieces = _blanked(text, orphans, done)
    for match in _NEXT_PLUS.finditer(text, max(done - 1, 0)):
        start, stop = _line_continued(text, match.start() + 1, done)
        comment = lexicon().comment(text, max(start, done), stop)
        tail = comment[0] if comment else stop
        pieces += (text[done:tail], " " * (match.end() - tail))
        done = match.end()
    faults = tuple(_continues_nothing(source, inside, plus) for plus in orphans[:1])
    return "".join((*pieces, text[done:])), faults


def is_remark(line: str) -> bool:
    """Whether a line is a comment and nothing else."""
    return bool(line.strip()) and _SKIPPED.match(line) is not None


def _first_card(text: str) -> tuple[int, list[int]]:
    """Offset of the first card's line, and of each ``+`` that begins a line before."""
    place, orphans = 0, []
    while place < len(text):
        plus = PLUS.match(text, place)
        if plus is not None:
            orphans.append(plus.end() - 1)
        elif not _SKIPPED.match(text, place):
            break
        place = text.index("\n", place) + 1
    return place, orphans


def _blanked(text: str, orphans: Sequence[int], stop: int) -> list[str]:
    """Text up to an offset; lines that continue nothing must not read as cards."""
    pieces: list[str] = []
    done = 0
    for plus in orphans:
        end = text.index("\n", plus)
        pieces += (text[done:plus], " " * (end - plus))
        done = end
    return [*pieces, text[done:stop]]


def _line_continued(text: str, start: int, done: int) -> tuple[int, int]:
    """Line of the card before an offset; comments and blank lines stand between."""
    while True:
        stop = start - 1
        start = text.rfind("\n", 0, stop) + 1
        if start <= done or not _SKIPPED.match(text, start):
            return start, stop


def _continues_nothing(source: Source, inside: Span | None, plus: int) -> Diagnostic:
    return Diagnostic(
        "QN120",
        "this line continues nothing",
        Label(Span(source, plus, plus + 1, inside)),
        why="`+` at the start of a line continues the card before it",
        help="delete the `+`, or put the card before it",
    )
