"""Gather everything that a netlist has wrong, to be said at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from qnet.diagnostics import Diagnostic, Label, NetlistError, Span
from qnet.lang.titles import TITLE_HELP, reads_as_title

MOST_FAULTS: Final = 100
"""Faults after which a text is read no further."""


class ReadNoFurther(NetlistError):
    """The netlist has so many faults that the rest of it is left alone."""


class _Gathering:  # a class: blocks are entered for every card
    """Adds the diagnostics of a `NetlistError` to some findings, and ends it."""

    __slots__ = ("_findings",)

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: object, _trace: object) -> bool:
        if not isinstance(error, NetlistError) or isinstance(error, ReadNoFurther):
            return False
        self._findings.add(error.diagnostics)
        return True


@dataclass(slots=True)
class Findings:
    """Errors and notes of one stage, in the order found.

    The error that makes `MOST_FAULTS` of them ends the stage with all that were found.
    """

    errors: list[Diagnostic] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)

    def gathering(self) -> _Gathering:
        """Keep the diagnostics of a `NetlistError` and go on behind the block."""
        return _Gathering(self)

    def add(self, errors: Iterable[Diagnostic]) -> None:
        """Add errors that are told already."""
        self.errors.extend(errors)
        self._end_if_many()

    def error(
        self,
        code: str,
        message: str,
        span: Span | None,
        *,
        label: str = "",
        others: tuple[Label, ...] = (),
        why: str = "",
        help: str = "",
    ) -> None:
        """Add an error."""
        primary = Label(span, label) if span is not None else None
        self.errors.append(Diagnostic(code, message, primary, others, why, help))
        self._end_if_many()

    def note(
        self,
        code: str,
        message: str,
        span: Span | None,
        *,
        others: tuple[Label, ...] = (),
        help: str = "",
    ) -> None:
        """Add a note."""
        primary = Label(span) if span is not None else None
        self.notes.append(Diagnostic(code, message, primary, others, "", help, "note"))

    def raise_errors(self) -> None:
        """Raise what was found, in the order of the text.

        Raises
        ------
        NetlistError
            There are errors; each is reported once.
        """
        if self.errors:
            raise NetlistError(self._told())

    def _end_if_many(self) -> None:
        if len(self.errors) >= MOST_FAULTS:
            raise ReadNoFurther(self._told())

    def _told(self) -> list[Diagnostic]:
        """Each error once, in the order of the text."""
        return sorted(map(_or_title, dict.fromkeys(self.errors)), key=_place)


def _or_title(diagnostic: Diagnostic) -> Diagnostic:
    """A fault of a first line of words: it is a title, as SPICE has it."""
    if diagnostic.primary is None or not reads_as_title(diagnostic.primary.span):
        return diagnostic
    return replace(diagnostic, help=TITLE_HELP)


def _place(diagnostic: Diagnostic) -> tuple[bool, str, int]:
    """Sort key: without a place first, then by file and place."""
    if diagnostic.primary is None:
        return (False, "", 0)
    span = diagnostic.primary.span
    return (True, span.source.name, span.start)
