"""Cards in a row: a lazy sequence, and the equal ones among them in columns."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Span
from qnet.lang.cards import Card, Element, For, ListOf, Section, Subckt, Value
from qnet.lang.replay import Form
from qnet.lang.sheet import Sheet, without_collection
from qnet.lang.slots import Kind, Slot, columns_of, slots_of
from qnet.lang.texts import pages_of, selected


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Cards of one text that stand together, by their numbers in it."""

    sheet: Sheet
    numbers: range

    def __len__(self) -> int:
        return len(self.numbers)

    def card(self, index: int) -> Card:
        """Make one of the cards."""
        return self.sheet.card(self.numbers[index])


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A block: the numbers of its first and last card, and the cards between."""

    sheet: Sheet
    head: int
    tail: int
    cards: Cards

    def __len__(self) -> int:
        return 1

    def card(self, _index: int = 0) -> Card:
        """Make the block's card, with its cards in it."""
        head = self.sheet.card(self.head)
        assert isinstance(head, (Subckt, For, Section))
        return dataclasses.replace(head, cards=self.cards)


class Cards(Sequence[Card]):
    """Cards as written, one after the other; each is made when it is asked for.

    Parameters
    ----------
    pieces : iterable of Stretch or Block
        What they consist of, in order.
    """

    __slots__ = ("_ends", "_others", "pieces")

    def __init__(self, pieces: Iterable[Stretch | Block] = ()) -> None:
        self.pieces = tuple(pieces)
        self._ends = tuple(accumulate(map(len, self.pieces)))
        self._others: tuple[tuple[int, Card], ...] | None = None

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Card, ...]: ...
    def __getitem__(self, index: int | slice) -> Card | tuple[Card, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self))[index]  # counts from the end, and knows the bounds
        piece = bisect_right(self._ends, at)
        return self.pieces[piece].card(at - self._ends[piece] + len(self.pieces[piece]))

    def __iter__(self) -> Iterator[Card]:
        for piece in self.pieces:
            for index in range(len(piece)):
                yield piece.card(index)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Cards, tuple)):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<{len(self)} cards>"

    def others(self) -> tuple[tuple[int, Card], ...]:
        """Every card that is no element, with its place in the row."""
        if self._others is None:
            with without_collection():
                self._others = tuple(self._find_others())
        return self._others

    def ruled(self, *rules: str) -> Iterator[Card]:
        """Yield the cards that follow one of some rules of the grammar, blocks too."""
        for piece in self.pieces:
            forms = piece.sheet.forms
            if isinstance(piece, Block):
                if forms[piece.head].rule in rules:
                    yield piece.card()
                continue
            for index, number in enumerate(piece.numbers):
                if forms[number].rule in rules:
                    yield piece.card(index)

    def _find_others(self) -> Iterator[tuple[int, Card]]:
        for place, piece in zip((0, *self._ends), self.pieces, strict=False):
            if isinstance(piece, Block):
                yield place, piece.card()
                continue
            forms = piece.sheet.forms
            for index, number in enumerate(piece.numbers):
                if forms[number].rule != "element":
                    yield place + index, piece.card(index)

    def alike(self) -> tuple[Alike, ...]:
        """Element cards in groups of equal form, in the order of first appearance.

        Together with `others` they are all the cards of the row.
        """
        found: dict[tuple[Sheet, Form], tuple[list[Ints], list[Ints]]] = {}
        for place, piece in zip((0, *self._ends), self.pieces, strict=False):
            if isinstance(piece, Block):
                continue
            first, stop = piece.numbers.start, piece.numbers.stop
            for form, at in _by_form(piece.sheet.forms[first:stop]):
                if form.rule == "element":
                    group = found.setdefault((piece.sheet, form), ([], []))
                    group[0].append(at + place)
                    group[1].append(at + first)
        with without_collection():
            groups = [
                group
                for (sheet, form), (places, numbers) in found.items()
                for group in _groups(
                    sheet, form, np.concatenate(places), np.concatenate(numbers)
                )
            ]
        return tuple(sorted(groups, key=lambda group: int(group.positions[0])))


def _by_form(forms: Sequence[Form]) -> Iterator[tuple[Form, Ints]]:
    """Each form, and where it stands among the cards."""
    kinds = {form: number for number, form in enumerate(dict.fromkeys(forms))}
    label = np.fromiter(map(kinds.__getitem__, forms), np.intp, len(forms))
    order = np.argsort(label, kind="stable")
    stops = np.bincount(label, minlength=len(kinds)).cumsum().tolist()
    for form, start, stop in zip(kinds, (0, *stops), stops, strict=False):
        yield form, order[start:stop]


class Column:
    """What equal cards say in one slot.

    Attributes
    ----------
    kind : str
        ``word``, ``number`` (a sign included), ``text`` (a string, without its quotes)
        or ``value``: anything else.
    texts : sequence of str
        As written; equal texts are equal values.
    """

    __slots__ = ("_group", "_pick", "kind", "texts")

    def __init__(
        self, kind: Kind, texts: Sequence[str], group: Alike, pick: tuple[str, int]
    ) -> None:
        self.kind = kind
        self.texts = texts
        self._group = group
        self._pick = pick

    def __len__(self) -> int:
        return len(self.texts)

    def is_list(self, index: int) -> bool:
        """Whether the slot of one card holds a list; only a doubtful card is made."""
        return self.kind == "value" and isinstance(self.value(index), ListOf)

    def value(self, index: int) -> Value:
        """The slot of one card as a value with its place."""
        card = self._group.card(index)
        part, at = self._pick
        if part == "name":
            return card.name
        return card.items[at] if part == "items" else card.args[at].value


class Alike:
    """Element cards that differ only in what stands in their slots.

    Attributes
    ----------
    letter : str
        First letter of their names, in lower case.
    keys : tuple of str
        Their keys, as the first card spells them.
    positions : (n,)
        Their places in the row, ascending.
    names : Column
        Their names.
    items : tuple of Column
        Their positional words and values, wherever on the card they stand.
    values : tuple of Column
        The values of the keys.
    """

    __slots__ = (
        "_made", "_numbers", "_sheet", "items", "keys", "letter", "names", "positions",
        "values",
    )  # fmt: skip

    def __init__(
        self,
        sheet: Sheet,
        numbers: Ints,
        positions: Ints,
        slots: Sequence[Slot],
        texts: Sequence[Sequence[str]],
    ) -> None:
        self._sheet = sheet
        self._numbers = numbers
        self._made: tuple[int, Element] | None = None
        self.positions = positions
        columns: dict[str, list[Column]] = {"name": [], "items": [], "args": []}
        keys = []
        for slot, column in zip(slots, texts, strict=True):
            if slot.part == "key":
                keys.append(column[0])
            else:
                made = columns[slot.part]
                made.append(Column(slot.kind, column, self, (slot.part, len(made))))
        self.keys = tuple(keys)
        self.names = columns["name"][0]
        self.items = tuple(columns["items"])
        self.values = tuple(columns["args"])
        self.letter = self.names.texts[0][0].lower()

    def __len__(self) -> int:
        return len(self._numbers)

    def card(self, index: int) -> Element:
        """One of the cards, with all its places; the last one made is at hand."""
        if self._made is None or self._made[0] != index:
            card = self._sheet.card(int(self._numbers[index]))
            assert isinstance(card, Element)
            self._made = (index, card)
        return self._made[1]

    def span(self, index: int) -> Span:
        """Where one of the cards stands."""
        return self._sheet.span(int(self._numbers[index]))


def _groups(sheet: Sheet, form: Form, places: Ints, numbers: Ints) -> Iterator[Alike]:
    """Cards of one form, apart by letter and keys."""
    slots = slots_of(form)
    texts = columns_of(sheet, form, numbers)
    told = [
        (column, 1 if slot.part == "name" else None)
        for slot, column in zip(slots, texts, strict=True)
        if slot.part in {"name", "key"}
    ]
    if all(_is_one(column, length) for column, length in told):
        yield Alike(sheet, numbers, places, slots, texts)
        return
    apart: dict[tuple[str, ...], list[int]] = {}
    marks = ([text[:length].lower() for text in column] for column, length in told)
    for index, mark in enumerate(zip(*marks, strict=True)):
        apart.setdefault(mark, []).append(index)
    for chosen in apart.values():
        yield Alike(
            sheet,
            numbers[chosen],
            places[chosen],
            slots,
            [selected(column, chosen) for column in texts],
        )


def _is_one(column: Sequence[str], length: int | None) -> bool:
    """Whether the texts of a column begin alike, as far as is asked."""
    first = column[0][:length].lower()
    return all(
        text.lower() == first
        for page in pages_of(column)
        for text in {text[:length] for text in page}
    )
