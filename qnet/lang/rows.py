"""Cards in a row: a lazy sequence, and the equal ones among them in columns."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby, repeat
from typing import Literal, cast, overload

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Span
from qnet.lang.cards import Card, Element, For, ListOf, Section, Subckt, Value
from qnet.lang.replay import Form, Step, is_common, line_expression
from qnet.lang.sheet import Sheet, without_collection
from qnet.lang.texts import PAGE, Words, pages_of, selected
from qnet.lang.tokens import lexicon

Kind = Literal["word", "number", "text", "value"]


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
            self._others = tuple(self._find_others())
        return self._others

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
        found: dict[tuple[Sheet, Form], list[tuple[int, int, int]]] = {}
        for start, piece in zip((0, *self._ends), self.pieces, strict=False):
            if isinstance(piece, Block):
                continue
            place, sheet = start, piece.sheet
            forms = sheet.forms[piece.numbers.start : piece.numbers.stop]
            number = piece.numbers.start
            for form, run in groupby(forms):
                count = sum(1 for _ in run)
                if form.rule == "element":
                    found.setdefault((sheet, form), []).append((place, number, count))
                place, number = place + count, number + count
        with without_collection():
            groups = [
                group
                for (sheet, form), runs in found.items()
                for group in _groups(sheet, form, *_spread(runs))
            ]
        return tuple(sorted(groups, key=lambda group: int(group.positions[0])))


def _spread(runs: Sequence[tuple[int, int, int]]) -> tuple[Ints, Ints]:
    """Places in the row and numbers in the text of cards that stand in runs."""
    places, numbers, counts = np.array(runs, np.intp).T
    at = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(places, counts) + at, np.repeat(numbers, counts) + at


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


@dataclass(frozen=True, slots=True)
class Slot:
    """Tokens `first` to `last` of a card: its name, an item, a key or a key's value.

    `kind` says how it is read, as in `Column`.
    """

    part: Literal["name", "items", "key", "args"]
    kind: Kind
    first: int
    last: int


@lru_cache(1024)
def slots_of(form: Form) -> tuple[Slot, ...]:
    """Slots of an element card, in the order of the card.

    Parameters
    ----------
    form : Form
        Its form.

    Returns
    -------
    tuple of Slot
        The name, then items, keys and their values as they come.
    """
    card = form.steps[-1]
    slots = []
    for index, part in enumerate(card.parts):
        step = form.steps[~part]
        if step.rule == "arg":
            slots.append(Slot("key", "word", step.first, step.first))
            value = form.steps[~step.parts[-1]]
            slots.append(Slot("args", _kind(form, value), value.first, value.last))
        else:
            place: Literal["name", "items"] = "items" if index else "name"
            slots.append(Slot(place, _kind(form, step), step.first, step.last))
    return tuple(slots)


def _kind(form: Form, step: Step) -> Kind:
    """How a slot is read: by its text alone, if it is a single word or number."""
    if step.rule == "word":
        return "word" if len(step.parts) == 1 else "value"
    if step.rule == "quantity" and lexicon().names[form.kinds[step.last]] == "NUMBER":
        return "number"
    return "text" if step.rule == "text" else "value"


def _groups(sheet: Sheet, form: Form, places: Ints, numbers: Ints) -> Iterator[Alike]:
    """Cards of one form, apart by letter and keys."""
    slots = slots_of(form)
    texts = _texts(sheet, form, slots, numbers)
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


def _texts(
    sheet: Sheet, form: Form, slots: Sequence[Slot], numbers: Ints
) -> list[Sequence[str]]:
    """Column of texts of each slot."""
    if len(numbers) <= PAGE:
        return _page(sheet, form, slots, numbers)
    pages = [
        ["\n".join(column) for column in _page(sheet, form, slots, page)]
        for page in np.split(numbers, range(PAGE, len(numbers), PAGE))
    ]
    return [Words(column, len(numbers)) for column in zip(*pages, strict=True)]


def _page(
    sheet: Sheet, form: Form, slots: Sequence[Slot], numbers: Ints
) -> list[Sequence[str]]:
    """Some thousand texts of each slot."""
    columns: list[Sequence[str]] | None = None
    if is_common(form):
        pattern = _slot_pattern(form)
        columns = _split(sheet, pattern, numbers) or _matched(sheet, pattern, numbers)
    else:
        rows = [_cut(sheet, slots, number) for number in numbers.tolist()]
        columns = list(zip(*rows, strict=True))
    for index, slot in enumerate(slots):
        if slot.kind == "text":
            columns[index] = [text[1:-1] for text in columns[index]]
    return columns


def _split(
    sheet: Sheet, pattern: re.Pattern[str], numbers: Ints
) -> list[Sequence[str]] | None:
    """Texts by slot of cards that follow one another, at the speed of `re`.

    None where something stands between them.
    """
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first >= len(numbers):
        return None
    passage = sheet.text[sheet.starts[first] : sheet.stop(last) + 1]
    between, *columns = _every(pattern.split(passage), pattern.groups + 1)
    return None if any(between) else columns


def _every(items: list[str], step: int) -> list[Sequence[str]]:
    return [items[first::step] for first in range(step)]


def _matched(
    sheet: Sheet, pattern: re.Pattern[str], numbers: Ints
) -> list[Sequence[str]]:
    """Texts by slot of cards that stand apart."""
    starts = map(sheet.starts.__getitem__, numbers.tolist())
    lines = map(pattern.match, repeat(sheet.text), starts)
    rows = [line.groups() for line in cast("Iterator[re.Match[str]]", lines)]
    return list(zip(*rows, strict=True))


def _cut(sheet: Sheet, slots: Sequence[Slot], number: int) -> list[str]:
    """Texts of the slots of one card."""
    tokens, text = sheet.tokens(number), sheet.text
    return [text[tokens[s.first].start : tokens[s.last].stop] for s in slots]


@lru_cache(256)
def _slot_pattern(form: Form) -> re.Pattern[str]:
    """Expression for a line with a group for each slot."""
    slots = [(slot.first, slot.last) for slot in slots_of(form)]
    return re.compile(line_expression(form.kinds, slots))
