"""``.step`` cards: what varies, over which values, along which axis."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np

from qnet.circuit import Axis, Floats
from qnet.diagnostics import Label, NetlistError, Span, refuse, suggest
from qnet.lang.cards import ListOf, Step, Text, Word
from qnet.lang.expressions import STATES
from qnet.lang.frames import Cell, Frame, key_of, swept_name
from qnet.lang.includes import read_text
from qnet.lang.matching import FindFile
from qnet.lang.runs import EXPRESSIONS
from qnet.lang.surroundings import Surroundings
from qnet.lang.values import Fault, Value
from qnet.limits import within
from qnet.units import BadQuantity, Unit, described, read_quantity, working_unit

_SLACK: Final = 1e-9
"""A stop value this share of a step off the grid still belongs to it."""

_PER: Final = {"dec": 10.0, "oct": 2.0}


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What a step's values are computed with.

    `spice`, if given, is the unit of a V or I card whose value is swept: numbers are
    read as on that card.
    """

    root: Frame
    values: Surroundings
    asks: frozenset[str]
    find_file: FindFile
    spice: Unit | None = None

    def quantity(self, item: Any) -> Value:  # noqa: ANN401  any value of a card
        """One number of a card, with its unit.

        Raises
        ------
        NetlistError
            QN310: it is none; QN311: it depends on what is stepped.
        """
        span = item.span
        if not isinstance(item, EXPRESSIONS):
            message = f"'{span.text}' is no number"
            raise refuse(NetlistError, "QN310", message, span)
        name = swept_name(item, self.root, self.asks)
        if name is not None:
            message = f"'{name.text}' is stepped itself"
            raise refuse(NetlistError, "QN311", message, name.span)
        found = self.values.value(Cell(self.root, lambda row: span, 1, None, (item,)))
        if found.is_complex or np.isnan(found.array).any():
            message = f"'{span.text}' is not a finite real number"
            raise refuse(NetlistError, "QN307", message, span)
        return Value(found.array.reshape(-1)[:1], found.unit)

    def _measured(self, item: Any) -> Value:  # noqa: ANN401  any value of a card
        """A number that may be written as on the card of the source it sweeps."""
        if self.spice is None:
            return self.quantity(item)
        text = item.span.text
        try:
            read = read_quantity(text, spice=True) if text[-1:].isalnum() else None
        except BadQuantity:
            read = None
        if read is None:
            found = self.quantity(item)
        else:
            found = Value(np.array([read.value.real]), read.unit)
        return Value(found.array, self.spice) if found.unit.is_plain else found

    def column(self, items: Sequence[Any]) -> tuple[Floats, Unit]:
        """Numbers of one dimension, in the unit that qnet works in."""
        given = [self._measured(item) for item in items]
        common = next((v.unit for v in given if not v.is_zero), given[0].unit)
        common = working_unit(common)
        numbers = []
        for item, each in zip(items, given, strict=True):
            try:
                numbers.append(float(each.to(common).array[0].real))
            except Fault:
                message = (
                    f"{described(each.unit)} among values in {common or 'numbers'}"
                )
                raise refuse(NetlistError, "QN305", message, item.span) from None
        return np.array(numbers), common


def stepped_names(cards: Sequence[Step], root: Frame) -> dict[str, Word]:
    """Key and word of everything that is stepped.

    Raises
    ------
    NetlistError
        QN201: no such parameter; QN202: stepped twice.
    """
    found: dict[str, Word] = {}
    for card in cards:
        for word in card.names:
            key = key_of(word.text)
            if key is None or key not in root.cells:
                known = [*root.cells, *STATES]
                message = f"'{word.text}' is no parameter to step"
                message += suggest(word.text, known)
                cure = "step a .param, or B EF temp M"
                raise refuse(NetlistError, "QN201", message, word.span, help=cure)
            if key in found:
                first = Label(found[key].span, "first here")
                message = f"'{word.text}' is stepped twice"
                raise refuse(NetlistError, "QN202", message, word.span, others=(first,))
            found[key] = word
    return found


def axes_of(cards: Sequence[Step], reader: Reader) -> tuple[Axis, ...]:
    """One axis for each card; the first card is the outermost.

    Raises
    ------
    NetlistError
        QN3xx for values, units and forms.
    LimitError
        QN812: too many points together.
    """
    axes = []
    for card in cards:
        columns = _columns(card, reader)
        for word, (_, measured_in) in zip(card.names, columns, strict=True):
            _check_unit(word, measured_in, reader, card)
        named = [
            (word.text, values, str(measured_in))
            for word, (values, measured_in) in zip(card.names, columns, strict=True)
        ]
        axes.append(Axis(*named[0], coordinates=tuple(named[1:])))
        within("sweep axes", len(axes), card.span)
        within("sweep points", prod(len(axis) for axis in axes), card.span)
    return tuple(axes)


def swept_values(form: str, items: Sequence[Any], reader: Reader, span: Span) -> tuple[
    Floats, Unit
]:  # fmt: skip
    """Values of one swept quantity from the words behind its name.

    Raises
    ------
    NetlistError
        QN318: the words make no sweep.
    """
    spread = _FORMS.get(form)
    if spread is None:
        return _listed(items, reader)
    if len(items) != 3:
        raise refuse(NetlistError, "QN318", f"a step takes {_ORDER[form]}", span)
    return spread(form, items, reader, span)


def _columns(card: Step, reader: Reader) -> list[tuple[Floats, Unit]]:
    """Values and unit for each name of a card."""
    if card.form == "file":
        return _from_file(card, reader)
    if len(card.names) == 1:
        return [swept_values(card.form, card.values, reader, card.span)]
    if card.form != "list":
        message = "values in parallel are a list or a file"
        cure = ".step zip(B Vg) list (1T 0.1V) (2T 0.2V)"
        raise refuse(NetlistError, "QN318", message, card.span, help=cure)
    rows = []
    for item in card.values:
        is_row = isinstance(item, ListOf) and len(item.items) == len(card.names)
        if not is_row:
            message = f"each point has {len(card.names)} values"
            cure = "write them in parentheses, (1T 0.1V)"
            raise refuse(NetlistError, "QN318", message, item.span, help=cure)
        rows.append(item.items)  # type: ignore[union-attr]
    return [reader.column(column) for column in zip(*rows, strict=True)]


def _listed(items: Sequence[Any], reader: Reader) -> tuple[Floats, Unit]:
    flat = [
        one
        for item in items
        for one in (item.items if isinstance(item, ListOf) else (item,))
    ]
    return reader.column(flat)


def _linear(
    _form: str, items: Sequence[Any], reader: Reader, span: Span
) -> tuple[Floats, Unit]:
    """``start stop step``, both ends included if the step divides them."""
    (start, stop, step), measured_in = reader.column(items)
    if step == 0 or (stop - start) * step < 0:
        message = "the step does not lead from the first value to the last"
        raise refuse(NetlistError, "QN318", message, items[2].span)
    ratio = (stop - start) / step
    _count(ratio + 1, span)
    count = int(np.floor(ratio + _SLACK)) + 1
    last = start + (count - 1) * step
    if abs(ratio - (count - 1)) <= _SLACK:
        last = stop
    return np.linspace(start, last, count), measured_in


def _even(
    _form: str, items: Sequence[Any], reader: Reader, span: Span
) -> tuple[Floats, Unit]:
    """``lin N start stop``."""
    count = _whole(items[0], reader, span)
    (start, stop), measured_in = reader.column(items[1:])
    return np.linspace(start, stop, count), measured_in


def _logarithmic(
    form: str, items: Sequence[Any], reader: Reader, span: Span
) -> tuple[Floats, Unit]:
    """``dec N start stop``, N points a decade, or ``oct``, an octave."""
    per = _whole(items[0], reader, span)
    (start, stop), measured_in = reader.column(items[1:])
    if start <= 0 or stop <= 0:
        message = "a logarithmic step runs over positive values"
        raise refuse(NetlistError, "QN318", message, items[1].span)
    powers = np.log(stop / start) / np.log(_PER[form]) * per
    _count(abs(powers) + 1, span)
    count = int(np.floor(abs(powers) + _SLACK))
    exponents = np.sign(powers) * np.arange(count + 1) / per
    values = start * _PER[form] ** exponents
    if abs(abs(powers) - count) <= _SLACK:
        values[-1] = stop
    return values, measured_in


_FORMS: Final[dict[str, Callable[..., tuple[Floats, Unit]]]] = {
    "linear": _linear,
    "lin": _even,
    "dec": _logarithmic,
    "oct": _logarithmic,
}
_ORDER: Final = {
    "linear": "start, stop and step",
    "lin": "the number of points, start and stop",
    "dec": "points per decade, start and stop",
    "oct": "points per octave, start and stop",
}


def _whole(item: Any, reader: Reader, span: Span) -> int:  # noqa: ANN401
    """A number of points."""
    given = reader.quantity(item)
    number = float(given.array[0].real)
    if not given.unit.is_plain or number != round(number) or number < 1:
        message = f"'{item.span.text}' is no number of points"
        raise refuse(NetlistError, "QN318", message, item.span)
    _count(number, span)
    return int(number)


def _count(number: float, span: Span) -> None:
    """Refuse more points than the limit before they are made."""
    within("sweep points", number, span)


def _check_unit(word: Word, given: Unit, reader: Reader, card: Step) -> None:
    """A step is measured as the netlist's own value is, unless that is zero."""
    own = _own_value(word, reader)
    if own.is_zero or own.unit.dimension == given.dimension:
        return
    message = f"'{word.text}' is {described(own.unit)}, its step {described(given)}"
    raise refuse(NetlistError, "QN305", message, card.span)


def _own_value(word: Word, reader: Reader) -> Value:
    """Value of a stepped parameter as the netlist has it, or one unit of a state.

    A plain zero stands for what cannot be evaluated.
    """
    key = key_of(word.text) or ""
    if key in STATES:
        return Value(np.ones(1), STATES[key])
    if key in reader.root.broken:
        return Value(np.zeros(1))
    return reader.values.value(reader.root.cells[key])


def _from_file(card: Step, reader: Reader) -> list[tuple[Floats, Unit]]:
    """Columns of a CSV file: one, or those whose heads are the names."""
    item = card.values[0]
    assert isinstance(item, Text)  # the card was checked when it was made
    path = reader.find_file(item.text, item.span)
    rows = _rows(path, item.span)
    heads = [_HEAD.fullmatch(cell.strip()) for cell in rows[0][1]]
    has_heads = _quantity_or_none(rows[0][1][0]) is None
    body = rows[1:] if has_heads else rows
    if not has_heads and (len(card.names) > 1 or len(rows[0][1]) > 1):
        message = "a file of several columns has their names in its first line"
        raise refuse(NetlistError, "QN318", message, item.span)
    known = [head["name"].lower() if head else "" for head in heads]
    columns = []
    for word in card.names:
        at, measured_in = 0, ""
        if has_heads:
            if word.text.lower() not in known:
                message = f"the file has no column '{word.text}'"
                message += suggest(word.text, [name for name in known if name])
                raise refuse(NetlistError, "QN318", message, item.span)
            at = known.index(word.text.lower())
            head = heads[at]
            measured_in = (head and (head["bracketed"] or head["behind"])) or ""
        cells = [(n, row[at] if at < len(row) else "") for n, row in body]
        columns.append(_file_column(word, cells, measured_in, reader, item.span))
    return columns


_HEAD: Final = re.compile(
    r"(?P<name>\w+)\s*(?:[\[(]\s*(?P<bracketed>[^\[\]()]*?)\s*[\])]|/\s*(?P<behind>\S+))?"
)
"""Head of a column: ``B``, ``B (T)``, ``Vg [mV]``, ``Vg/mV``."""


def _rows(path: str, span: Span) -> list[tuple[int, list[str]]]:
    """Lines of a CSV file with their numbers, blank lines and comments left out."""
    from pathlib import Path

    lines = read_text(Path(path), span).splitlines()
    rows = [
        (number, row)
        for number, row in enumerate(csv.reader(lines), 1)
        if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#")
    ]
    if not rows:
        raise refuse(NetlistError, "QN318", "the file has no values", span)
    within("sweep points", len(rows), span)
    return rows


def _file_column(
    word: Word,
    cells: Sequence[tuple[int, str]],
    measured_in: str,
    reader: Reader,
    span: Span,
) -> tuple[Floats, Unit]:
    """Numbers of one column, by line: in the unit of its head, or in its parameter's.

    A number without any unit counts in that in which the netlist's own value is kept.
    """
    values: list[float] = []
    found: Unit | None = None
    for number, text in cells:
        reading = _quantity_or_none(text)
        if reading is not None and reading[1].is_plain and measured_in:
            reading = _quantity_or_none(text.strip() + measured_in)
        if reading is None:
            message = f"line {number} of the file has no number for '{word.text}'"
            if measured_in:
                message += f" in '{measured_in}'"
            raise refuse(NetlistError, "QN318", message, span)
        given = Value(np.array([reading[0]]), reading[1])
        found = found or working_unit(given.unit)
        try:
            values.append(float(given.to(found).array[0]))
        except Fault:
            message = f"line {number} of the file changes the unit of '{word.text}'"
            raise refuse(NetlistError, "QN318", message, span) from None
    if found is None:
        raise refuse(NetlistError, "QN318", "the file has no values", span)
    if found.is_plain:
        found = _own_value(word, reader).working().unit
    return np.array(values), found


def _quantity_or_none(text: str) -> tuple[float, Unit] | None:
    try:
        reading = read_quantity(text.strip())
    except BadQuantity:
        return None
    return reading.value.real, reading.unit
