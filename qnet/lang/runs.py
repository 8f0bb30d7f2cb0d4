"""Runs of cards of one form: a row for each element, columns for what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.diagnostics import NetlistError, Span, refuse
from qnet.lang.cards import (
    Binary,
    Call,
    Element,
    ListOf,
    Name,
    Number,
    Range,
    Text,
    Unary,
    Weight,
    Word,
)
from qnet.lang.expressions import Written, operands_first
from qnet.lang.frames import Cell, Frame, unlike
from qnet.lang.rows import Alike, Column
from qnet.lang.texts import distinct, is_uniform, pages_of, selected
from qnet.lang.values import Value
from qnet.units import PLAIN, BadQuantity, Unit, conversion, read_quantities

EXPRESSIONS = (Number, Name, Unary, Binary, Call)
"""Cards of which a value can be computed."""

WORTH_MERGING: Final = 8
"""Different expressions from which on their common form is looked for."""

NUMBER: Final = re.compile(
    r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:[^\W\d]\w*|%(?![\w(]))?"
)
"""A number with its unit inside an expression; checked against the tree."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Cards of one form in one frame.

    Row k·n + r is card k in repetition r of the frame, n its size.
    """

    frame: Frame
    group: Alike
    cards: Sequence[int]

    @property
    def rows(self) -> int:
        """Elements that the run makes."""
        return len(self.cards) * self.frame.size

    def card(self, row: int) -> Element:
        """The card of a row, with its places."""
        return self.group.card(self.cards[row // self.frame.size])

    def place(self, row: int) -> Span:
        """Where the card of a row stands, and what brought it in."""
        span = self.group.span(self.cards[row // self.frame.size])
        return self.brought_in(span, row)

    def brought_in(self, span: Span, row: int) -> Span:
        """A place on a card of the run with the card that repeats it."""
        outer = self.frame.inside(row % self.frame.size)
        return span if outer is None else replace(span, inside=outer)

    def texts(self, column: Column) -> Sequence[str]:
        """What stands in a column, one text a card."""
        if len(self.cards) == len(column.texts):
            return column.texts
        return selected(column.texts, self.cards)

    def through(self) -> Ints | None:
        """Row of the frame for each row of the run, where they differ."""
        if len(self.cards) == 1 or self.frame.size == 1:
            return None
        return np.tile(np.arange(self.frame.size), len(self.cards))

    def order(self) -> tuple[Ints, ...]:
        """Columns to sort all elements by as the flat netlist would have them."""
        positions = self.group.positions[np.asarray(self.cards)]
        if not self.frame.order:
            return (positions,)
        rows = np.tile(np.arange(self.frame.size), len(self.cards))
        outer = tuple(column[rows] for column in self.frame.order)
        return (*outer, np.repeat(positions, self.frame.size))

    def spanned(self, column: Column) -> Callable[[int], Span]:
        """Span of a column's words, by row."""

        def place(row: int) -> Span:
            word = column.value(self.cards[row // self.frame.size])
            return self.brought_in(word.span, row)

        return place

    def cell(
        self, column: Column, *, spice: bool = False, plain_as: Unit | None = None
    ) -> Cell:
        """The quantities in a column.

        Parameters
        ----------
        spice : bool
            It is the positional value of a V, I, R or C card.
        plain_as : Unit, optional
            What a plain number counts: flux quanta, or SPICE's volts and ohms.

        Raises
        ------
        NetlistError
            QN301 to QN303 for numbers; QN310 for what is no number or expression.
        """
        place = self.spanned(column)
        if column.kind == "number":
            written = self._written(column, spice, plain_as)
            return Cell(self.frame, place, self.rows, written)
        texts = self.texts(column)
        merged = self._merged(column, texts)
        if merged is not None:
            return Cell(
                self.frame, place, self.rows, formulas=(merged,), plain_as=plain_as
            )
        first: dict[str, int] = {}
        for k, text in enumerate(texts):
            first.setdefault(text, k)
        values = [column.value(self.cards[k]) for k in first.values()]
        for value, k in zip(values, first.values(), strict=True):
            if not isinstance(value, EXPRESSIONS):
                raise _no_number(value, place(k * self.frame.size))
        which = None
        if len(values) > 1:
            numbers = {text: number for number, text in enumerate(first)}
            chosen = np.fromiter((numbers[t] for t in texts), np.intp, len(texts))
            which = np.repeat(chosen, self.frame.size)
        formulas: Any = tuple(values)
        return Cell(
            self.frame,
            place,
            self.rows,
            None,
            formulas,
            which,
            self.through(),
            plain_as,
        )

    def _merged(self, column: Column, texts: Sequence[str]) -> Any:  # noqa: ANN401
        """One expression for cards whose expressions differ in their numbers only.

        None where they differ otherwise, or where it is not worth the trouble.
        """
        if self.frame.size > 1 or len(distinct(texts)) < WORTH_MERGING:
            return None
        skeletons = {NUMBER.sub("0", text) for text in texts}
        tree = column.value(self.cards[0])
        if len(skeletons) > 1 or not isinstance(tree, EXPRESSIONS):
            return None
        leaves = [n for n in operands_first(tree) if isinstance(n, Number)]
        leaves.sort(key=lambda leaf: leaf.span.start)
        columns = list(zip(*map(NUMBER.findall, texts), strict=True))
        if [leaf.text for leaf in leaves] != [written[0] for written in columns]:
            return None
        read = [_one_unit(written) for written in columns]
        numbers = {
            leaf.span.start: Written(found, leaf.span)
            for leaf, found in zip(leaves, read, strict=True)
            if found is not None
        }
        return with_columns(tree, numbers) if len(numbers) == len(read) else None

    def _written(self, column: Column, spice: bool, plain_as: Unit | None) -> Value:
        """Plain numbers of a column, in the unit of the first that is not zero."""
        texts = self.texts(column)
        if is_uniform(texts):
            texts = texts[:1]
        try:
            array, units = _read(texts, spice)
        except BadQuantity as bad:
            row = self.texts(column).index(bad.text) * self.frame.size
            span = self.spanned(column)(row)
            raise refuse(
                NetlistError,
                bad.code,
                bad.message,
                span,
                help=bad.help,
                edit=bad.edit(span),
            ) from None
        if plain_as is not None:
            units = [plain_as if unit is PLAIN else unit for unit in units]
        common = units[0]
        if len(set(map(id, units))) > 1:  # a unit of one suffix is one object
            common = self._converted(column, array, units)
        if len(array) == 1:
            return Value(array[0], common)
        return Value(np.repeat(array, self.frame.size), common)

    def _converted(self, column: Column, array: Floats, units: Sequence[Unit]) -> Unit:
        """Unit that the numbers of a column are converted to, where they stand."""
        used = dict.fromkeys(u for x, u in zip(array, units, strict=True) if x)
        common = next(iter(used), units[0])
        factors = {unit: conversion(unit, common) for unit in used}
        if any(factor != 1.0 for factor in factors.values()):
            for row in np.flatnonzero(array).tolist():
                factor = factors[units[row]]
                if factor is None:
                    span = self.spanned(column)(row * self.frame.size)
                    raise unlike(units[row], common, span)
                array[row] *= factor
        return common


def _read(texts: Sequence[str], spice: bool) -> tuple[Floats, Sequence[Unit]]:
    """Numbers of a column and the unit of each.

    Raises
    ------
    BadQuantity
        QN301 to QN303, QN307.
    """
    array = np.empty(len(texts))
    units: list[Unit] = []
    for page in pages_of(texts):
        numbers, found = zip(*read_quantities(page, spice=spice), strict=True)
        array[len(units) : len(units) + len(page)] = numbers
        units.extend(found)
    return array, units


def _no_number(value: Any, span: Span) -> NetlistError:  # noqa: ANN401  any card value
    """The error for a word, a text or a list where one number is wanted."""
    if isinstance(value, Word):
        message = f"'{value.text}' is a word where a number is expected"
        cure = f"a parameter stands in braces, {{{value.text}}}"
        return refuse(NetlistError, "QN310", message, span, help=cure)
    kinds = {Text: "a text", ListOf: "a list", Range: "a range", Weight: "a weight"}
    message = f"{kinds.get(type(value), 'this')} where one number is expected"
    return refuse(NetlistError, "QN310", message, span)


def _one_unit(texts: Sequence[str]) -> Value | None:
    """Numbers of a column if they can be read and have one unit."""
    try:
        read = read_quantities(texts)
    except BadQuantity:
        return None
    if len({unit for _, unit in read}) > 1:
        return None
    array = np.fromiter((number for number, _ in read), float, len(read))
    return Value(array, read[0][1])


def with_columns(tree: Any, numbers: Mapping[int, Written]) -> Any:  # noqa: ANN401
    """An expression with columns in place of its numbers, by where these stand."""
    if isinstance(tree, Number):
        return numbers[tree.span.start]
    if isinstance(tree, Unary):
        return replace(tree, operand=with_columns(tree.operand, numbers))
    if isinstance(tree, Binary):
        left = with_columns(tree.left, numbers)
        return replace(tree, left=left, right=with_columns(tree.right, numbers))
    if isinstance(tree, Call):
        args = tuple(with_columns(arg, numbers) for arg in tree.args)
        return replace(tree, args=args)
    return tree


def partitioned(run: Run, columns: Sequence[Column]) -> list[Run]:
    """The run in pieces of cards that say the same in some columns."""
    if all(len(distinct(column.texts)) == 1 for column in columns):
        return [run]
    pieces: dict[tuple[str, ...], list[int]] = {}
    all_said = zip(*map(run.texts, columns), strict=True)
    for k, said in zip(run.cards, all_said, strict=True):
        pieces.setdefault(said, []).append(k)
    return [Run(run.frame, run.group, cards) for cards in pieces.values()]


def says_one_of(column: Column, words: Collection[str]) -> bool:
    """Whether the expressions in a column use one of some words."""
    if column.kind != "value":
        return False
    return any(
        word in text.lower() for text in distinct(column.texts) for word in words
    )
