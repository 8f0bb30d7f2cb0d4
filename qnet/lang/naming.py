"""Names of nodes and elements as a run of cards spells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from operator import add

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.diagnostics import NetlistError, Span, refuse
from qnet.lang.cards import Expr, Word
from qnet.lang.frames import Cell, Frame, swept_name
from qnet.lang.inventory import Inventory
from qnet.lang.nodes import GROUND
from qnet.lang.rows import Column
from qnet.lang.runs import EXPRESSIONS, Run
from qnet.lang.surroundings import Surroundings
from qnet.lang.texts import PAGE, Words, is_uniform, joined, kept, lowered

LARGEST = 10**9
"""No loop or name counts further."""


@dataclass(slots=True, eq=False)
class Naming:
    """Fills in names, ``n{k-1}``, and interns nodes.

    Attributes
    ----------
    values : Surroundings
        What names of parameters mean at the netlist's own values.
    """

    found: Inventory
    values: Surroundings
    asks: frozenset[str]

    def names(self, run: Run) -> Sequence[str]:
        """Full names of the elements of a run."""
        column = run.group.names
        if column.kind in ("word", "number"):
            words = _repeated(run.texts(column), run.frame)
        else:
            words = joined(self._spelled(run, column, k) for k in run.cards)
        return _prefixed(words, run.frame)

    def nodes(self, run: Run, column: Column) -> Ints:
        """Node numbers in a column of a run: (rows,)."""
        frame, table, place = run.frame, self.found.nodes, run.spanned(column)
        if column.kind == "number":
            self._check_digits(run, column)
        if frame.prefixes is None and column.kind != "value":
            return table.numbers(_repeated(run.texts(column), frame), place)
        pieces = [
            self._resolved(
                self._spelled(run, column, k, is_node=True), frame, partial(place, n)
            )
            for n, k in zip(range(0, run.rows, frame.size), run.cards, strict=True)
        ]
        return np.concatenate(pieces)

    def _resolved(
        self, words: Sequence[str], frame: Frame, place: Callable[[], Span]
    ) -> Ints:
        """Numbers of nodes that a block calls by these names, one a repetition."""
        table = self.found.nodes
        folded = words[0].lower()
        if words[0] == words[-1] and is_uniform(words):
            if folded in frame.pins:
                return frame.pins[folded]
            if self._is_global(folded):
                return np.full(frame.size, table.number(words[0], place))
        elif frame.pins and not frame.pins.keys().isdisjoint(lowered(words)):
            single = [self._one(word, k, frame, place) for k, word in enumerate(words)]
            return np.array(single, np.intp)
        return table.numbers(_prefixed(words, frame), lambda row: place())

    def _one(self, word: str, row: int, frame: Frame, place: Callable[[], Span]) -> int:
        """The same for a single repetition."""
        pin = frame.pins.get(word.lower())
        if pin is not None:
            return int(pin[row])
        beginning = frame.prefixes[row] if frame.prefixes else ""
        return self.found.nodes.number(beginning + word, place)

    def _is_global(self, folded: str) -> bool:
        return folded in (GROUND, "gnd") or folded in self.found.globals

    def _spelled(
        self, run: Run, column: Column, k: int, *, is_node: bool = False
    ) -> Sequence[str]:
        """Spellings of the name on card k, one for each repetition of its frame."""
        if column.kind in ("word", "number"):
            return [column.texts[k]] * run.frame.size
        return self.fill(column.value(k), run.frame, is_node=is_node)

    def _check_digits(self, run: Run, column: Column) -> None:
        """A number may name a node if it is all digits.

        Raises
        ------
        NetlistError
            QN212: it is not.
        """
        for n, word in enumerate(run.texts(column)):
            if not word.isdigit():
                message = f"'{word}' is no name of a node"
                cure = "a node is a word, or all digits"
                span = run.spanned(column)(n * run.frame.size)
                raise refuse(NetlistError, "QN212", message, span, help=cure)

    def fill(
        self, word: object, frame: Frame, *, is_node: bool = True
    ) -> Sequence[str]:
        """Spellings of a name with ``{…}`` in it: one for each repetition.

        Raises
        ------
        NetlistError
            QN212: it is no name; what `whole` raises.
        """
        parts: tuple[str | Expr, ...]
        if isinstance(word, Word):
            parts = word.parts or (word.text,)
        elif is_node and isinstance(word, EXPRESSIONS):
            parts = (word,)
        else:
            span: Span = word.span  # type: ignore[attr-defined]
            message = f"'{span.text}' is no name"
            raise refuse(NetlistError, "QN212", message, span)
        # One text with all of them: a format for each would take three times as long.
        spelled = "".join(
            p.replace("%", "%%") if isinstance(p, str) else "%d" for p in parts
        )
        columns = [
            np.broadcast_to(self.whole(part, frame), frame.size)
            for part in parts
            if not isinstance(part, str)
        ]
        numbers = np.stack(columns, -1) if columns else np.zeros((frame.size, 0), int)
        pages = [
            "\n".join([spelled] * len(rows)) % tuple(rows.ravel().tolist())
            for rows in np.split(numbers, range(PAGE, frame.size, PAGE))
        ]
        return Words(pages, frame.size) if len(pages) > 1 else pages[0].split("\n")

    def whole(self, expr: Expr, frame: Frame) -> Ints:
        """Whole numbers for loops and names: (size or 1,).

        Raises
        ------
        NetlistError
            QN311: it varies along a step; QN309: it is not whole.
        """
        name = swept_name(expr, frame, self.asks)
        if name is not None:
            message = f"'{name.text}' is stepped and cannot shape the netlist"
            cure = "names and loops are the same at all points of a sweep"
            raise refuse(NetlistError, "QN311", message, name.span, help=cure)
        span = expr.span
        cell = Cell(frame, lambda row: span, frame.size, None, (expr,))
        given = self.values.value(cell)
        array: Floats = np.atleast_1d(np.asarray(given.array.real, float))
        is_plain = given.unit.is_plain and not given.is_complex
        if not is_plain or np.any(array != np.rint(array)):
            message = f"'{span.text}' is not a whole number"
            raise refuse(NetlistError, "QN309", message, span)
        if np.any(np.abs(array) > LARGEST):
            raise refuse(NetlistError, "QN309", f"'{span.text}' is too large", span)
        return array.astype(np.intp)


def _repeated(texts: Sequence[str], frame: Frame) -> Sequence[str]:
    """Each text once for every repetition of the frame."""
    if frame.size == 1:
        return texts
    return [text for text in texts for _ in range(frame.size)]


def _prefixed(words: Sequence[str], frame: Frame) -> Sequence[str]:
    """Names with the beginning that their repetition of the frame gives them."""
    prefixes = frame.prefixes
    if prefixes is None:
        return words
    # Rows go through all repetitions, again and again.
    return kept(list(map(add, cycle(prefixes), words)))
