"""The front door of the language: text or file to deck."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qnet.diagnostics import Source
from qnet.lang.cards import Deck
from qnet.lang.includes import included, read_text
from qnet.lang.reading import read_deck


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
    return read_deck(Source(name, text.removeprefix("\ufeff")))


def load(path: str | Path, include_roots: Sequence[str | Path] = ()) -> Deck:
    """Read a netlist file and everything it includes.

    Parameters
    ----------
    path : path
        The netlist.
    include_roots : sequence of path
        Folders, besides the netlist's own, that it may bring files in from.

    Returns
    -------
    Deck
        Cards of included files stand where their ``.include`` or ``.lib`` was.

    Raises
    ------
    NetlistError
        QN101 to QN123 of any of the files, QN250 to QN253.
    LimitError
        QN801 to QN809.
    """
    path = Path(path)
    deck = parse(read_text(path), str(path))
    return included(deck, path.parent, include_roots)
