"""One text to a deck: characters, cards, blocks, and every fault of the syntax."""

from __future__ import annotations

from qnet.diagnostics import Diagnostic, Label, NetlistError, Source, Span
from qnet.lang.blocks import BlockReader
from qnet.lang.cards import Deck, Title
from qnet.lang.characters import check_characters, invisible_characters
from qnet.lang.findings import MOST_FAULTS
from qnet.lang.sheet import Sheet, read_sheet


def read_deck(source: Source, inside: Span | None = None) -> Deck:
    """Read a text that the card at `inside`, if any, has brought in.

    Raises
    ------
    NetlistError
        QN101 to QN123, all faults of the text.
    LimitError
        QN801 to QN806.
    """
    check_characters(source)
    sheet = read_sheet(source, inside)
    reader = BlockReader(sheet)
    cards = reader.cards()
    faults = reader.faults + _second_titles(sheet, reader.titles)
    if faults:
        faults.sort(key=_offset)
        raise NetlistError(faults)
    return Deck(
        sheet, _title(sheet, reader.titles), cards, tuple(invisible_characters(source))
    )


def _offset(fault: Diagnostic) -> int:
    return fault.primary.span.start if fault.primary else 0


def _title(sheet: Sheet, numbers: list[int]) -> str:
    if not numbers:
        return ""
    card = sheet.card(numbers[0])
    assert isinstance(card, Title)
    return card.text


def _second_titles(sheet: Sheet, numbers: list[int]) -> list[Diagnostic]:
    return [
        Diagnostic(
            "QN122",
            "a second title",
            Label(sheet.span(number)),
            (Label(sheet.span(numbers[0]), "first"),),
            help="keep one of them; a remark begins with `*`",
        )
        for number in numbers[1:MOST_FAULTS]
    ]
