"""What stands where on element cards: slots, and the texts in them by columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, repeat
from typing import Final, Literal, cast

import numpy as np

from qnet.circuit import Ints
from qnet.lang.replay import Form, Step, line_expression
from qnet.lang.sheet import Sheet
from qnet.lang.texts import PAGE, Words
from qnet.lang.tokens import COMMENT_SIGNS, lexicon

Kind = Literal["word", "number", "text", "value"]

_WORTH_COMPILING: Final = 64  # a pattern costs as much as tokenising so many cards
_LONGEST_PATTERN: Final = 100
_PLAIN: Final = frozenset({"NAME", "NUMBER", "KEY", "EQUAL"})


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


def columns_of(sheet: Sheet, form: Form, numbers: Ints) -> list[Sequence[str]]:
    """Column of texts of each slot.

    Parameters
    ----------
    sheet : Sheet
    form : Form
        That of all these cards, which are elements.
    numbers : (n,)
        The cards, ascending.
    """
    if len(numbers) <= PAGE:
        return _page(sheet, form, numbers)
    pages = [
        ["\n".join(column) for column in _page(sheet, form, page)]
        for page in np.split(numbers, range(PAGE, len(numbers), PAGE))
    ]
    return [Words(column, len(numbers)) for column in zip(*pages, strict=True)]


def _page(sheet: Sheet, form: Form, numbers: Ints) -> list[Sequence[str]]:
    """Some thousand texts of each slot."""
    slots = slots_of(form)
    if len(numbers) >= _WORTH_COMPILING and len(form.kinds) <= _LONGEST_PATTERN:
        columns = _together(sheet, form, numbers) or _matched(sheet, form, numbers)
    else:
        rows = [_cut(sheet, slots, number) for number in numbers.tolist()]
        columns = list(zip(*rows, strict=True))
    for index, slot in enumerate(slots):
        if slot.kind == "text":
            columns[index] = [text[1:-1] for text in columns[index]]
    return columns


def _together(sheet: Sheet, form: Form, numbers: Ints) -> list[Sequence[str]] | None:
    """Texts by slot of cards that follow one another; None where they do not."""
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first >= len(numbers):
        return None
    passage = sheet.text[sheet.starts[first] : sheet.stop(last) + 1]
    return _at_blanks(form, passage, len(numbers)) or _split(form, passage)


def _at_blanks(form: Form, passage: str, lines: int) -> list[Sequence[str]] | None:
    """Texts by slot of cards whose words blanks keep apart, ``phi=0.1`` being one.

    The cards are known to be of the form, so that a line cannot have fewer words than
    `_word_count` says. If all together have just so many, each line has.
    """
    count = _word_count(form)
    if not count or any(sign in passage for sign in COMMENT_SIGNS):
        return None
    words = passage.split()
    if len(words) != count * lines:
        return None
    columns: list[Sequence[str]] = []
    for word in range(count):
        column = words[word::count]
        key, sign, _ = column[0].partition("=")
        if not sign:
            columns.append(column)
            continue
        head = key + sign
        values = [text[len(head) :] for text in column if text.startswith(head)]
        if len(values) < lines:
            return None
        columns += [[key] * lines, values]
    return columns


@lru_cache(1024)
def _word_count(form: Form) -> int:
    """Words of a line at least, where keys, signs and values may be one; 0: unknown.

    A name or number ends where no letter, digit or point follows; so blanks part them,
    but for two numbers in a row: ``1..5``.
    """
    kinds = [lexicon().names[kind] for kind in form.kinds]
    pairs = set(pairwise(kinds))
    is_plain = _PLAIN.issuperset(kinds) and ("NUMBER", "NUMBER") not in pairs
    is_single = all(slot.first == slot.last for slot in slots_of(form))
    return len(kinds) - 2 * kinds.count("EQUAL") if is_plain and is_single else 0


def _split(form: Form, passage: str) -> list[Sequence[str]] | None:
    """Texts by slot of cards in a passage; None if something stands between them."""
    pattern = _slot_pattern(form)
    between, *columns = _every(pattern.split(passage), pattern.groups + 1)
    return None if any(between) else columns


def _every(items: list[str], step: int) -> list[Sequence[str]]:
    return [items[first::step] for first in range(step)]


def _matched(sheet: Sheet, form: Form, numbers: Ints) -> list[Sequence[str]]:
    """Texts by slot of cards that stand apart."""
    pattern = _slot_pattern(form)
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
