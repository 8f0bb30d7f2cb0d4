"""Files that a netlist brings in: read within bounds, and put where they are named."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qnet.diagnostics import (
    Diagnostic,
    Label,
    NetlistError,
    QnetError,
    Source,
    Span,
    refuse,
)
from qnet.lang.cards import Deck, Include, Section
from qnet.lang.reading import read_deck
from qnet.lang.rows import Block, Cards, Stretch
from qnet.limits import LIMITS, within

Trail = tuple[tuple[Path, str], ...]
"""Files, and sections of them, that are being read: outermost first."""


def included(
    deck: Deck, folder: str | Path, include_roots: Sequence[str | Path] = ()
) -> Deck:
    """Put the cards of included files where they are named; see `load`.

    Parameters
    ----------
    deck : Deck
        A netlist that may hold ``.include`` and ``.lib`` cards.
    folder : path
        What the paths of its cards are relative to.
    include_roots : sequence of path
        Further folders that files may come from.
    """
    roots = [Path(root).resolve() for root in (folder, *include_roots)]
    reader = _Includer(roots, total=len(deck.source.text))
    start = ((Path(deck.source.name).resolve(), ""),)
    cards = reader.expanded(deck.cards, Path(folder), start)
    return dataclasses.replace(
        deck, cards=cards, notes=deck.notes + tuple(reader.notes)
    )


@dataclass(slots=True)
class _Includer:
    """What has been read so far, and where it may come from."""

    roots: Sequence[Path]
    total: int
    files: int = 0
    notes: list[Diagnostic] = field(default_factory=list)

    def expanded(self, cards: Cards, folder: Path, trail: Trail) -> Cards:
        """Cards with every include in place; `trail` are the files being read."""
        pieces: list[Stretch | Block] = []
        for piece in cards.pieces:
            if isinstance(piece, Block):
                inner = self.expanded(piece.cards, folder, trail)
                pieces.append(dataclasses.replace(piece, cards=inner))
            else:
                pieces.extend(self._stretch(piece, folder, trail))
        return Cards(pieces)

    def _stretch(
        self, stretch: Stretch, folder: Path, trail: Trail
    ) -> list[Stretch | Block]:
        """Split a stretch at its includes."""
        sheet, numbers = stretch.sheet, stretch.numbers
        pieces: list[Stretch | Block] = []
        since = numbers.start
        for number in numbers:
            if sheet.forms[number].rule not in {"include", "library"}:
                continue
            card = sheet.card(number)
            assert isinstance(card, Include)
            if number > since:
                pieces.append(Stretch(sheet, range(since, number)))
            pieces.extend(self._brought_in(card, folder, trail).pieces)
            since = number + 1
        if numbers.stop > since:
            pieces.append(Stretch(sheet, range(since, numbers.stop)))
        return pieces

    def _brought_in(self, card: Include, folder: Path, trail: Trail) -> Cards:
        """Cards that one include stands for."""
        span = card.path.span
        path = self._allowed(folder / card.path.text, span)
        step = (path, card.section.text.casefold() if card.section else "")
        if step in trail:
            raise _circle(step, trail, span)
        self.files += 1
        within("include files", self.files, span)
        within("include depth", len(trail), span)
        text = read_text(path, span)
        self.total += len(text)
        within("total size", self.total, span)
        written = folder / card.path.text
        deck = read_deck(Source(str(written), text), card.span)
        self.notes.extend(deck.notes)
        cards = deck.cards
        if card.section is not None:
            cards = _section(cards, card)
        return self.expanded(cards, written.parent, (*trail, step))

    def _allowed(self, path: Path, span: Span) -> Path:
        """Where a path leads, links followed, if that is in an allowed folder."""
        real = path.resolve()
        if any(real.is_relative_to(root) for root in self.roots):
            return real
        raise refuse(
            NetlistError,
            "QN251",
            "this file is outside the netlist's folder",
            span,
            why="a netlist reads files of its own folder, links resolved",
            help="move the file, or allow its folder with `--include DIR`",
        )


def _section(cards: Cards, card: Include) -> Cards:
    """Return the cards of one section of a library."""
    wanted = card.section
    assert wanted is not None
    found = [
        inner
        for _, inner in cards.others()
        if isinstance(inner, Section)
        and inner.name.text.casefold() == wanted.text.casefold()
    ]
    if len(found) != 1:
        count = f"{len(found)} sections" if found else "no section"
        raise refuse(
            NetlistError,
            "QN253",
            f"the library has {count} '{wanted.text}'",
            wanted.span,
            others=tuple(Label(section.name.span) for section in found),
            help="" if found else _sections(cards),
        )
    section = found[0].cards
    assert isinstance(section, Cards)
    return section


def _sections(cards: Cards) -> str:
    """The sections that a library has, for a message."""
    names = [one.name.text for _, one in cards.others() if isinstance(one, Section)]
    return f"it has {', '.join(names)}" if names else "open one with `.lib section`"


def _circle(step: tuple[Path, str], trail: Trail, span: Span) -> QnetError:
    names = [f"'{file.name}'" for file, _ in (*trail[trail.index(step) :], step)]
    why = " includes ".join(names)
    return refuse(NetlistError, "QN252", "this file includes itself", span, why=why)


def read_text(path: Path, span: Span | None = None) -> str:
    """Text of a regular UTF-8 file, its size checked before reading.

    Parameters
    ----------
    path : Path
        The file.
    span : Span, optional
        The card that names it.

    Raises
    ------
    NetlistError
        QN250: no such file, not a regular one, or not UTF-8.
    LimitError
        QN801.
    """
    try:
        # a FIFO or device must not block the opening
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _unreadable(path, "is no regular file", span)
            within("file size", status.st_size, span)
            data = file.read(int(LIMITS["file size"].value) + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror or "cannot be read", span) from error
    within("file size", len(data), span)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        place = f"byte {error.start} is not UTF-8"
        raise _unreadable(path, place, span) from None


def _unreadable(path: Path, reason: str, span: Span | None) -> QnetError:
    message = f"'{path.name}' cannot be read: {reason}"
    return refuse(NetlistError, "QN250", message, span)
