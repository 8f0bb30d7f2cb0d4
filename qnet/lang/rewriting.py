"""Questions inside loops, and names with ``{…}`` in questions: one card for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from qnet.diagnostics import NetlistError, refuse
from qnet.lang.cards import (
    Arg,
    Assert,
    Binary,
    Call,
    Card,
    Expr,
    Meas,
    Name,
    Number,
    Print,
    Unary,
    Word,
)
from qnet.lang.expressions import is_answer
from qnet.lang.frames import Frame, key_of
from qnet.lang.naming import Naming


@dataclass(slots=True, eq=False)
class Rewriting:
    """Write out what a question says in one repetition of its block."""

    naming: Naming
    asks: frozenset[str]

    def card(self, card: Card, frame: Frame, row: int) -> Card:
        """The card with the loop's variables and names filled in.

        Raises
        ------
        NetlistError
            QN217: the card cannot stand in a block.
        """
        if isinstance(card, Meas):
            return replace(
                card,
                name=self._word(card.name, frame, row),
                body=self._expr(card.body, frame, row),
                args=tuple(self._arg(arg, frame, row) for arg in card.args),
            )
        if isinstance(card, Print):
            against = card.against
            return replace(
                card,
                items=tuple(self._expr(item, frame, row) for item in card.items),
                against=None if against is None else self._expr(against, frame, row),
            )
        if isinstance(card, Assert):
            return replace(card, body=self._expr(card.body, frame, row))
        if frame.outer is not None:
            message = f"'{card.span.text.split()[0]}' cannot be repeated"
            cure = "elements, .param, .meas, .print and .assert stand in a .for"
            raise refuse(NetlistError, "QN217", message, card.span, help=cure)
        return card

    def turn(self, frame: Frame, row: int) -> str:
        """The turn of the loops around a card, ``k = 2``; empty outside of loops."""
        counted = [
            f"{around.variable} = {_number(around, around.variable.lower(), at)}"
            for around, at in _turns(frame, row)
            if around.variable
        ]
        return ", ".join(reversed(counted))

    def _arg(self, arg: Arg, frame: Frame, row: int) -> Arg:
        value: Any = arg.value
        if isinstance(value, Number | Name | Unary | Binary | Call):
            return replace(arg, value=self._expr(value, frame, row))
        return arg

    def _word(self, word: Word, frame: Frame, row: int) -> Word:
        if not word.parts:
            return word
        return Word(self.naming.fill(word, frame)[row], word.span)

    def _expr(self, expr: Expr, frame: Frame, row: int) -> Expr:
        """An expression with what the loop defines in place of its names."""
        if isinstance(expr, Name):
            return self._name(expr, frame, row)
        if isinstance(expr, Unary):
            return replace(expr, operand=self._expr(expr.operand, frame, row))
        if isinstance(expr, Binary):
            return replace(
                expr,
                left=self._expr(expr.left, frame, row),
                right=self._expr(expr.right, frame, row),
            )
        if isinstance(expr, Call):
            write = self._node if is_answer(expr, self.asks) else self._expr
            args = tuple(write(arg, frame, row) for arg in expr.args)
            return replace(expr, args=args)
        return expr

    def _node(self, expr: Expr, frame: Frame, row: int) -> Expr:
        """An argument of an answer: a name of a node, not of a value."""
        if isinstance(expr, Name) and expr.parts:
            word = Word(expr.text, expr.span, expr.parts)
            return Name(self.naming.fill(word, frame)[row], expr.span)
        return expr

    def _name(self, name: Name, frame: Frame, row: int) -> Expr:
        """What a name means in one turn of the loops around it."""
        for around, at in _turns(frame, row):
            cell = around.cells.get(key_of(name.text) or "")
            if cell is None or around.outer is None:
                continue
            if cell.written is not None:
                return Number(_number(around, key_of(name.text) or "", at), name.span)
            return self._expr(cell.formulas[0], around, at)
        return name


def _turns(frame: Frame, row: int) -> Iterator[tuple[Frame, int]]:
    """A frame and those around it, each with its repetition."""
    around: Frame | None = frame
    while around is not None:
        yield around, row
        row = int(around.outer_rows[row]) if around.outer is not None else row
        around = around.outer


def _number(frame: Frame, key: str, row: int) -> str:
    """Value of a loop variable in one turn, as text."""
    written = frame.cells[key].written
    assert written is not None
    column = written.array.reshape(-1)
    return f"{column[min(row, len(column) - 1)]:.17g}"
