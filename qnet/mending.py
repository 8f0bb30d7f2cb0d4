"""Mend the faults of a netlist whose cure is beyond doubt: ``qnet fmt --fix``.

A diagnostic that knows such a cure carries it as an `Edit`. Here the edits are made,
and the text is checked again, because what one fault hid may be mended as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from qnet.corridor import check
from qnet.diagnostics import Diagnostic, Edit, NetlistError, QnetError, clean
from qnet.lang.includes import included, read_text
from qnet.lang.parse import parse
from qnet.lang.write import write_deck

_MOST_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Fix:
    """What was mended: where, why (`code`), from `before` to `after`."""

    line: int
    code: str
    before: str
    after: str

    def __str__(self) -> str:
        done = f"'{self.before}' is now '{self.after}'"
        if not self.after:
            done = f"'{self.before.rstrip()}' is left out"
        return f"{self.line}: fixed[{self.code}]: {clean(done)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended netlist: its text, what was mended, and the findings that are left."""

    text: str
    fixes: tuple[Fix, ...]
    left: tuple[Diagnostic, ...]


def mend(path: Path, *, include: Sequence[str | Path] = ()) -> Mended:
    """Make the edits that the findings of ``qnet check`` carry, until there are none.

    Parameters
    ----------
    path : Path
        The netlist; it is left as it is, and so are the files that it includes.
    include : sequence of path
        Further folders that files may come from.

    Returns
    -------
    Mended
        Its text is in the stable form of ``qnet fmt`` if it can be read at all; else
        all but the mended places is as it was.
    """
    text = read_text(path).removeprefix("\ufeff")
    fixes: list[Fix] = []
    for _ in range(_MOST_ROUNDS):
        found = _findings(text, path, include)
        edits = _edits(found, text)
        if not edits:
            break
        fixes += [_fix(edit, code) for edit, code in edits]
        for edit, _code in reversed(edits):
            text = text[: edit.span.start] + edit.text + text[edit.span.stop :]
    done = tuple(sorted(fixes, key=attrgetter("line")))
    try:
        text = write_deck(parse(text, str(path)))
    except NetlistError:
        return Mended(text, done, found)
    # Once more: places are those of the text that is handed back.
    return Mended(text, done, _findings(text, path, include))


def _findings(
    text: str, path: Path, include: Sequence[str | Path]
) -> tuple[Diagnostic, ...]:
    """What ``qnet check`` would find, had the file this text."""
    try:
        deck = included(parse(text, str(path)), path.parent, include)
    except QnetError as refused:
        return refused.diagnostics
    return check(deck)


def _edits(found: Sequence[Diagnostic], text: str) -> list[tuple[Edit, str]]:
    """Edits of this very text with their codes, in its order, none upon another."""
    carried = {
        d.edit: d.code
        for d in found
        if d.edit is not None and d.edit.span.source.text == text
    }
    chosen: list[tuple[Edit, str]] = []
    for edit, code in sorted(carried.items(), key=lambda pair: pair[0].span.start):
        if not chosen or chosen[-1][0].span.stop <= edit.span.start:
            chosen.append((edit, code))
    return chosen


def _fix(edit: Edit, code: str) -> Fix:
    return Fix(edit.span.line, code, edit.span.text, edit.text)
