"""What went wrong, where it stands in the text, and how to say so.

The exception tree::

    QnetError
    ├── NetlistError      the text is wrong: QN1 to QN4, with places
    ├── PhysicsError      the numbers are wrong: QN5, names the element
    ├── AnalysisError     the question is wrong: QN6
    ├── StorageError      the file or the disk is wrong: QN7
    ├── LimitError        too large to begin: QN8
    └── PluginError       somebody else's code is wrong: QN9
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal, TypeVar

Severity = Literal["error", "warning", "note"]

MOST_COMPARED: Final = 500
"""Known names that a misspelt one is compared with; of more, those of its initial."""


@dataclass(frozen=True, eq=False)
class Source:
    """A named text, usually a file."""

    name: str
    text: str

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        return [0, *(end.end() for end in re.finditer("\n", self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Text of line `number` (from 1), without its end."""
        starts = self.line_starts
        stop = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : stop].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open stretch of characters in a source.

    `inside` is the card that brought this one in: an ``.include``, an ``X`` card.
    """

    source: Source
    start: int
    stop: int
    inside: Span | None = None

    @property
    def line(self) -> int:
        """Line number, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column number, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.stop]


@dataclass(frozen=True, slots=True)
class Label:
    """A place with a remark."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Text that takes the place of a span: a cure that can be read in one way only."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Parameters
    ----------
    code : str
        ``QN402`` and so on; meaning and cure stand in `qnet.codes`.
    message : str
        What is wrong: lower case, no full stop, names in quotes.
    primary : Label, optional
        Where; None when no text is involved.
    others : tuple of Label
        Further places that matter.
    why : str
        The physical reason.
    help : str
        What to do, if known.
    edit : Edit, optional
        The cure itself, where it cannot change what is meant.
    """

    code: str
    message: str
    primary: Label | None = None
    others: tuple[Label, ...] = ()
    why: str = ""
    help: str = ""
    severity: Severity = "error"
    edit: Edit | None = None


class QnetError(Exception):
    """Everything qnet raises on purpose."""

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def _repr_html_(self) -> str:
        from qnet.output.html import diagnostics_html

        return diagnostics_html(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(f"{d.code}: {d.message}" for d in self.diagnostics)


class NetlistError(QnetError):
    """The text is wrong. `diagnostics` holds every fault of the stage that failed."""


class PhysicsError(QnetError):
    """The numbers are wrong: a lossy S matrix, a probe that nothing determines."""


class AnalysisError(QnetError):
    """The question is wrong: an unknown terminal, a quantity that does not exist."""


class StorageError(QnetError):
    """The file or the disk is wrong."""


class LimitError(QnetError):
    """Too large to begin."""


class PluginError(QnetError):
    """Somebody else's code is wrong."""


Refusal = TypeVar("Refusal", bound=QnetError)


def refuse(
    kind: type[Refusal],
    code: str,
    message: str,
    span: Span | None = None,
    *,
    label: str = "",
    others: tuple[Label, ...] = (),
    why: str = "",
    help: str = "",
    edit: Edit | None = None,
) -> Refusal:
    """Exception of class `kind` with a single diagnostic."""
    primary = Label(span, label) if span is not None else None
    told = Diagnostic(code, message, primary, others, why, help, edit=edit)
    return kind((told,))


@dataclass(frozen=True, slots=True)
class Near:
    """The known name that is nearest to a word; empty where none is near.

    Attributes
    ----------
    name : str
        The known name.
    is_sure : bool
        Whether nothing else can be meant: it may be written in the word's place.
    """

    name: str = ""
    is_sure: bool = False

    def __bool__(self) -> bool:
        return bool(self.name)

    def __str__(self) -> str:
        return f"; did you mean '{self.name}'?" if self.name else ""

    def edit(self, span: Span, word: str) -> Edit | None:
        """Write the name in place of the word at a span, if that is sure.

        A word that is put together, ``n{k}``, does not stand in the text: no edit.
        """
        stands = span.text.casefold() == word.casefold()
        return Edit(span, self.name) if self.is_sure and stands else None


def suggest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'barrier'?`` when something known is near, else nothing."""
    return str(nearest(word, known))


def nearest(word: str, known: Iterable[str]) -> Near:
    """The known name that is nearest to a word, sure if it alone is one slip away."""
    known = list(known)
    lowered = {name.casefold(): name for name in known}
    if len(lowered) > MOST_COMPARED:  # each comparison takes microseconds
        alike = (name for name in lowered if name[:1] == word[:1].casefold())
        lowered = {name: lowered[name] for name in islice(alike, MOST_COMPARED)}
    near = difflib.get_close_matches(word.casefold(), list(lowered), n=1, cutoff=0.6)
    if not near:
        return Near()
    name = lowered[near[0]]
    if len(known) > MOST_COMPARED:  # not all were compared
        return Near(name)
    slips = [each for each in known if _is_one_slip(word.casefold(), each.casefold())]
    return Near(name, slips == [name])


def _is_one_slip(word: str, name: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two are swapped.

    Digits tell names apart, and two letters say too little: neither is a slip.
    """
    if min(len(word), len(name)) < 3 or abs(len(word) - len(name)) > 1 or word == name:
        return False
    first = _shared(word, name)
    left, right = word[first:], name[first:]
    last = _shared(left[::-1], right[::-1])
    left, right = left[: len(left) - last], right[: len(right) - last]
    if any(c.isdigit() for c in left + right):
        return False
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])


def _shared(left: str, right: str) -> int:
    """Number of characters that two words begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((k for k, (a, b) in pairs if a != b), min(len(left), len(right)))


def render(diagnostics: Sequence[Diagnostic], limit: int = 20) -> str:
    """All findings as text, ``file:line:column: error[QN402]: …`` with carets."""
    shown = [_render_one(d) for d in diagnostics[:limit]]
    if len(diagnostics) > limit:
        shown.append(f"… and {len(diagnostics) - limit} more")
    return "\n\n".join(shown)


def clean(text: str, width: int = 200) -> str:
    """Text that is safe to echo: control and bidi characters escaped, clipped."""
    safe = "".join(
        c if c.isprintable() or c == " " else f"\\u{ord(c):04x}"
        for c in text[: width + 1]
    )
    return safe if len(safe) <= width else safe[: width - 1] + "…"


def _render_one(diagnostic: Diagnostic) -> str:
    head = f"{diagnostic.severity}[{diagnostic.code}]: {clean(diagnostic.message, 400)}"
    lines: list[str] = []
    if diagnostic.primary is not None:
        span = diagnostic.primary.span
        head = f"{clean(span.source.name)}:{span.line}:{span.column}: {head}"
        lines = _excerpt(diagnostic.primary, diagnostic.others)
    if diagnostic.why:
        lines.append(f"  = why:  {clean(diagnostic.why, 600)}")
    if diagnostic.help:
        lines.append(f"  = help: {clean(diagnostic.help, 600)}")
    outer = diagnostic.primary.span.inside if diagnostic.primary else None
    while outer is not None:
        place = f"{clean(outer.source.name)}:{outer.line}:{outer.column}"
        lines.append(f"  = from: {place}: {clean(outer.text, 80)}")
        outer = outer.inside
    return "\n".join([head, *lines])


def _excerpt(primary: Label, others: tuple[Label, ...]) -> list[str]:
    """Source lines of all labels, in the order of the text, carets below."""
    marks = sorted(
        [(label, "^" if label is primary else "-") for label in (primary, *others)],
        key=lambda mark: (
            mark[0].span.source is not primary.span.source,
            mark[0].span.start,
        ),
    )
    width = max(len(str(label.span.line)) for label, _ in marks)
    drawn = [f"{'':{width}} |"]
    source = primary.span.source
    last = None
    for label, sign in marks:
        span = label.span
        if span.source is not source:
            drawn.append(f"{'':{width}} : {clean(span.source.name)}")
            source, last = span.source, None
        if span.line != last:
            drawn.append(f"{span.line:>{width}} | {clean(source.line(span.line))}")
            last = span.line
        pad = " " * min(span.column - 1, 199)
        room = len(source.line(span.line)) - span.column + 1
        ruler = sign * max(1, min(span.stop - span.start, room, 200 - len(pad)))
        drawn.append(f"{'':{width}} | {pad}{ruler} {clean(label.text)}".rstrip())
    return drawn
