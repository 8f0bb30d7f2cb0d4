"""A text as cards in columns: where each begins, and of what form it is.

Cards of equal form in a row are matched by one compiled expression, so that a netlist
of 10⁵ elements costs a microsecond or two a card; objects are made when asked.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from qnet.diagnostics import Diagnostic, Source, Span
from qnet.lang.cards import Card
from qnet.lang.findings import MOST_FAULTS
from qnet.lang.folding import unfolded
from qnet.lang.making import make_card
from qnet.lang.replay import Form, form_of, is_common, note_use, run_pattern
from qnet.lang.tokens import Token, lexicon
from qnet.limits import LIMITS, within

LONG: Final = 1000
"""Words of a card from which its place is remembered."""

_MOST_FOLLOWERS: Final = 1000
_MOST_GUESSES: Final = 4
_followers: dict[Form | None, tuple[Form, ...]] = {}
"""What stood behind each form, in any netlist: guesses, which the text must confirm."""

_SHORT: Final = 1000  # characters up to which line ends are looked for one by one
_PASSAGE: Final = 2**20  # characters that are looked through at once
_LINE_END: Final = ord("\n")


@dataclass(slots=True, eq=False)
class Sheet:
    """One text, card by card.

    Attributes
    ----------
    source : Source
        The text as it came.
    text : str
        The same, character for character, but for continued cards: there line ends,
        comments and plus signs are blanks, so that each card is one line.
    inside : Span or None
        The card that brought this text in.
    faults : tuple of Diagnostic
        Continuation lines that continue nothing.
    starts : array of int
        Offset of the line of each card.
    forms : list of Form
        Form of each card.
    is_cut : bool
        Whether reading stopped after too many faults.
    """

    source: Source
    text: str
    inside: Span | None
    faults: tuple[Diagnostic, ...] = ()
    starts: array[int] = field(default_factory=lambda: array("q"))
    forms: list[Form] = field(default_factory=list)
    is_cut: bool = False
    _spans: dict[int, Span] = field(default_factory=dict, repr=False)
    _cards: dict[int, Card] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.starts)

    def stop(self, number: int) -> int:
        """Offset of the end of a card's line."""
        return self.text.index("\n", self.starts[number])

    def tokens(self, number: int) -> list[Token]:
        """Tokens of a card."""
        return lexicon().tokens(self.text, self.starts[number], self.stop(number))

    def card(self, number: int) -> Card:
        """Make a card; blocks come without their cards.

        What is no element is made once: several readers look at it. So is a long
        element, of which many faults may be told.
        """
        form = self.forms[number]
        made = self._cards.get(number)
        if made is None:
            made = make_card(form, self.tokens(number), self.source, self.inside)
            if form.rule != "element" or len(form.kinds) >= LONG:
                self._cards[number] = made
        return made

    def word(self, number: int) -> str:
        """First word of a card, in lower case: ``.op``."""
        return lexicon().first(self.text, self.starts[number]).lower()

    def span(self, number: int) -> Span:
        """Place of a card; of a long one, many faults may be told."""
        if number not in self._spans:
            tokens = self.tokens(number)
            span = Span(self.source, tokens[0].start, tokens[-1].stop, self.inside)
            if len(tokens) < LONG:
                return span
            self._spans[number] = span
        return self._spans[number]


def read_sheet(source: Source, inside: Span | None = None) -> Sheet:
    """Find the cards of a text, and their forms.

    Parameters
    ----------
    source : Source
        The text; its characters are checked already.
    inside : Span, optional
        The card that brought this text in.

    Returns
    -------
    Sheet
        Cards that fit no rule have a form with a fault.

    Raises
    ------
    LimitError
        QN801 to QN805, QN815.
    """
    within("file size", len(source.text))
    text, faults = unfolded(source, inside)
    sheet = Sheet(source, text, inside, faults)
    with without_collection():
        _find_cards(sheet)
    _check_lengths(sheet)
    return sheet


def _check_lengths(sheet: Sheet) -> None:
    """Hold long cards to the limits of lines and words."""
    longest = LIMITS["word length"].value
    gaps = np.diff(np.append(sheet.starts, len(sheet.text)))
    for number in np.flatnonzero(gaps > longest).tolist():
        _check_length(sheet, number)


def _check_length(sheet: Sheet, number: int) -> None:
    within("line length", sheet.stop(number) - sheet.starts[number], sheet.span(number))
    for token in sheet.tokens(number):
        place = Span(sheet.source, token.start, token.stop, sheet.inside)
        within("word length", len(token.text), place)


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the garbage collector: what reading makes, it keeps."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _find_cards(sheet: Sheet) -> None:
    """Fill the columns, guessing that a form is followed by what followed it before."""
    text, starts, forms = sheet.text, sheet.starts, sheet.forms
    last: Form | None = None
    place = broken = dotted = 0
    while place < len(text):
        guess, end = _guessed(last, text, place)
        stop = text.index("\n", place)
        if guess is not None:
            if end == stop + 1:
                starts.append(place)
                forms.append(guess)
            else:
                before = len(starts)
                _note_lines(starts, text, place, end)
                forms.extend([guess] * (len(starts) - before))
            last, place = guess, end
            continue
        form = _form(sheet, place, stop)
        if form is not None:
            starts.append(place)
            forms.append(form)
            broken += form.fault is not None
            if form.rule != "element":
                dotted += 1
                where = partial(Span, sheet.source, place, stop, sheet.inside)
                within("dot-cards", dotted, where)
            if broken >= MOST_FAULTS:
                sheet.is_cut = True
                return
            note_use(form)
            _remember(last, form)
            last = form
        place = stop + 1


def _guessed(last: Form | None, text: str, place: int) -> tuple[Form | None, int]:
    """A form that stood behind another before and does so here, and where it ends."""
    for form in _followers.get(last, ()):
        if is_common(form):
            lines = run_pattern(form.kinds).match(text, place)
            if lines is not None and lines.end() > place:
                return form, lines.end()
    return None, place


def _remember(last: Form | None, form: Form) -> None:
    """Note what stands behind a form: the latest first."""
    if last in _followers or len(_followers) < _MOST_FOLLOWERS:
        known = _followers.get(last, ())
        others = (other for other in known if other is not form)
        _followers[last] = (form, *others)[:_MOST_GUESSES]


def _note_lines(starts: array[int], text: str, start: int, stop: int) -> None:
    """Add the offset of each line from `start`, where one begins, to `stop`."""
    while start < stop and stop - start < _SHORT:
        starts.append(start)
        start = text.index("\n", start) + 1
    while start < stop:
        end = text.rindex("\n", start, min(start + _PASSAGE, stop)) + 1
        # One byte a character, whichever it is: only line ends are looked for.
        passage = text[start:end].encode("latin-1", "replace")
        ends = np.flatnonzero(np.frombuffer(passage, np.uint8) == _LINE_END)
        starts.append(start)
        starts.frombytes((ends[:-1] + (start + 1)).astype(np.int64).tobytes())
        start = end


def _form(sheet: Sheet, start: int, stop: int) -> Form | None:
    """Form of the card on a line; None for blank lines and comments."""
    kinds = lexicon().kinds(sheet.text, start, stop)
    if not kinds:
        return None
    return form_of(kinds, Span(sheet.source, start, stop, sheet.inside))
