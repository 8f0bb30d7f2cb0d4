"""First lines that are meant as a title, as SPICE takes them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from qnet.diagnostics import Source, Span

TITLE_HELP: Final = (
    "SPICE takes the first line as the title; write `.title …`, or `* …` for a comment"
)
"""Help where the first line of a netlist is no card, or is none that fits."""

_REMARKS: Final = re.compile(r"(?:[^\S\n]*(?:[*#;/][^\n]*)?\n)*+")


def begins_the_text(span: Span) -> bool:
    """Whether only comments and blank lines stand before the line of a card."""
    return span.source.text.rfind("\n", 0, span.start) < _first_card(span.source)


@lru_cache(8)  # each of many faults asks
def _first_card(source: Source) -> int:
    """Offset of the line of the first card."""
    remarks = _REMARKS.match(source.text)
    return remarks.end() if remarks else 0


def reads_as_title(span: Span) -> bool:
    """Whether a faulty card is a first line of words: ``Barrier in a wire``.

    A dot, a name with a number, a key with a value say that a card was meant.
    """
    if span.inside is not None or not begins_the_text(span):
        return False
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    line = text[start : text.find("\n", span.start)] + " "
    first = line.split()[0] if line.strip() else "."
    is_card = first.startswith(".") or first[-1].isdigit() or "=" in line
    return not is_card
