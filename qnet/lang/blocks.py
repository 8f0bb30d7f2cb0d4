"""Blocks: .subckt … .ends, .for … .endfor, .lib … .endl, and what .end ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from qnet.diagnostics import Diagnostic, Label, NetlistError, Span
from qnet.lang.dotcards import CHECKED_RULES
from qnet.lang.findings import MOST_FAULTS
from qnet.lang.rows import Block, Cards, Stretch
from qnet.lang.sheet import Sheet
from qnet.lang.slips import explain, refused_word
from qnet.lang.tokens import lexicon
from qnet.limits import within

_CLOSING: Final = {"SUBCKT": "ENDS", "FOR": "ENDFOR", "LIB": "ENDL"}
_WRITTEN: Final = {
    "SUBCKT": ".subckt", "FOR": ".for", "LIB": ".lib",
    "ENDS": ".ends", "ENDFOR": ".endfor", "ENDL": ".endl",
}  # fmt: skip
_OPENING: Final = {closing: opening for opening, closing in _CLOSING.items()}


@dataclass(slots=True)
class _Frame:
    """A block that is being read; the outermost has no head."""

    since: int
    head: int = -1
    word: str = ""
    pieces: list[Stretch | Block] = field(default_factory=list)


class BlockReader:
    """Walks the cards of a sheet once, nests its blocks, and gathers its faults.

    Attributes
    ----------
    faults : list of Diagnostic
        Everything that is wrong with the syntax, in the order of the text.
    titles : list of int
        Numbers of the .title cards.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.faults = list(sheet.faults)
        self.titles: list[int] = []
        self._sheet = sheet
        self._open = [_Frame(0)]

    def cards(self) -> Cards:
        """Nest the cards."""
        end = len(self._sheet)
        for number in self._dotted():
            if self._read(number) == "end":
                end = number
                self._after_end(number)
                break
            if len(self.faults) >= MOST_FAULTS:
                return Cards()
        if not self._sheet.is_cut:
            self._cut(end)
            for frame in self._open[1:]:
                self._never_closed(frame)
        return Cards(self._open[0].pieces)

    def _dotted(self) -> Iterator[int]:
        """Numbers of all cards that are no good elements; .control blocks left out."""
        directive, skips_to = lexicon().kind("DIRECTIVE"), ""
        for number, form in enumerate(self._sheet.forms):
            if form.rule == "element":
                continue
            is_directive = form.kinds[0] == directive
            word = self._sheet.word(number) if is_directive else ""
            if skips_to:
                skips_to = "" if word == skips_to else skips_to
                continue
            diagnostic = refused_word(word, self._sheet, number)
            if diagnostic is None:
                yield number
            else:
                self.faults.append(diagnostic)
                skips_to = ".endc" if word == ".control" else ""

    def _read(self, number: int) -> str:
        """Take one card in; its rule."""
        form = self._sheet.forms[number]
        opening = lexicon().names[form.kinds[0]]
        if form.fault is not None:
            self.faults.append(explain(self._sheet, number))
        elif form.rule in CHECKED_RULES:
            self._check(number)
        elif form.rule == "title":
            self.titles.append(number)
        opens_section = form.rule == "library" and self._names_section(number)
        if opening in {"SUBCKT", "FOR"} or opens_section:
            self._begin(number, opening)
        elif opening in _OPENING:
            self._finish(number, opening)
        return form.rule

    def _names_section(self, number: int) -> bool:
        """Whether ``.lib`` opens a section, rather than bring one in."""
        kinds = self._sheet.forms[number].kinds
        return lexicon().names[kinds[1]] != "STRING"

    def _check(self, number: int) -> None:
        """Make a card whose words the grammar leaves open."""
        try:
            self._sheet.card(number)
        except NetlistError as error:
            self.faults.extend(error.diagnostics)

    def _cut(self, number: int) -> None:
        """Put the cards up to a number into the innermost block."""
        frame = self._open[-1]
        if number > frame.since:
            frame.pieces.append(Stretch(self._sheet, range(frame.since, number)))
        frame.since = number + 1

    def _begin(self, number: int, word: str) -> None:
        self._cut(number)
        self._open.append(_Frame(number + 1, number, word))
        within("block depth", len(self._open) - 1, self._sheet.span(number))

    def _finish(self, number: int, word: str) -> None:
        self._cut(number)
        frame = self._open[-1]
        if frame.word != _OPENING[word]:
            self._closes_nothing(number, word, frame)
            return
        self._open.pop()
        block = Block(self._sheet, frame.head, number, Cards(frame.pieces))
        self._open[-1].pieces.append(block)
        self._open[-1].since = number + 1
        self._check_name(frame, number)

    def _check_name(self, frame: _Frame, number: int) -> None:
        """Compare ``.ends name`` with the name of its block."""
        head, tail = (self._sheet.tokens(n)[1:2] for n in (frame.head, number))
        if tail and head and tail[0].text.casefold() != head[0].text.casefold():
            self.faults.append(
                Diagnostic(
                    "QN117",
                    f"'{tail[0].text}' is not the name of the block that ends here",
                    Label(self._place(tail[0].start, tail[0].stop), "ends"),
                    (Label(self._place(head[0].start, head[0].stop), "begins"),),
                    help=f"{_WRITTEN[_CLOSING[frame.word]]} {head[0].text}",
                )
            )

    def _place(self, start: int, stop: int) -> Span:
        return Span(self._sheet.source, start, stop, self._sheet.inside)

    def _closes_nothing(self, number: int, word: str, frame: _Frame) -> None:
        others: tuple[Label, ...] = ()
        written = _WRITTEN[word]
        if frame.word:
            others = (Label(self._sheet.span(frame.head), "the innermost block"),)
        self.faults.append(
            Diagnostic(
                "QN117",
                f"'{written}' closes no '{_WRITTEN[_OPENING[word]]}'",
                Label(self._sheet.span(number)),
                others,
                help=f"close it first with `{_WRITTEN[_CLOSING[frame.word]]}`"
                if frame.word
                else "delete it, or open the block before it",
            )
        )

    def _never_closed(self, frame: _Frame) -> None:
        closing = _WRITTEN[_CLOSING[frame.word]]
        self.faults.append(
            Diagnostic(
                "QN116",
                f"'{_WRITTEN[frame.word]}' is never closed",
                Label(self._sheet.span(frame.head)),
                help=f"end it with a line `{closing}`",
            )
        )

    def _after_end(self, number: int) -> None:
        if number + 1 < len(self._sheet):
            self.faults.append(
                Diagnostic(
                    "QN118",
                    "cards after '.end'",
                    Label(self._sheet.span(number + 1), "never read"),
                    (Label(self._sheet.span(number), "the netlist ends here"),),
                    help="delete `.end`: it is not needed",
                )
            )
