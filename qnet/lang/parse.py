"""Text to deck, with every syntax fault of the text at once."""

from __future__ import annotations

from qnet.diagnostics import Diagnostic, Label, NetlistError, Source, Span
from qnet.lang.blocks import BlockReader
from qnet.lang.cards import Deck, Title
from qnet.lang.characters import check_characters, invisible_characters
from qnet.lang.sheet import Sheet, read_sheet


def parse(text: str, name: str = "<netlist>") -> Deck:
    r"""Read a netlist.

    Parameters
    ----------
    text : str
        The netlist; a byte-order mark at its start is skipped.
    name : str
        What diagnostics call it, usually a path.

    Returns
    -------
    Deck
        Cards as written; ``.include`` and ``.lib`` are not followed.

    Raises
    ------
    NetlistError
        QN101 to QN123, all faults of the text.
    LimitError
        QN801 to QN806: a text, card or nesting too large to begin with.

    Examples
    --------
    >>> deck = parse('.title A wire\nT1 a V=1mV\nT2 b\nW1 a b')
    >>> deck.title, len(deck.cards)
    ('A wire', 4)
    >>> deck.cards[1].args[0].value.text
    '1mV'
    """
    source = Source(name, text.removeprefix("\ufeff"))
    return parse_source(source)


def parse_source(source: Source, inside: Span | None = None) -> Deck:
    """Read a netlist that another card may have brought in; see `parse`."""
    check_characters(source)
    sheet = read_sheet(source, inside)
    reader = BlockReader(sheet)
    cards = reader.cards()
    faults = reader.faults + _second_titles(sheet, reader.titles)
    if faults:
        faults.sort(key=_offset)
        raise NetlistError(faults)
    return Deck(sheet, _title(sheet, reader.titles), cards, _notes(source))


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
        for number in numbers[1:]
    ]


def _notes(source: Source) -> tuple[Diagnostic, ...]:
    return tuple(invisible_characters(source))
