"""What a netlist says, as written: cards, words, expressions, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qnet.diagnostics import Diagnostic, Source, Span

if TYPE_CHECKING:
    from qnet.lang.rows import Cards
    from qnet.lang.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Word:
    """Any name in the netlist, with its first spelling.

    A name with ``{…}`` in it is kept in `parts`: text and expressions in turn;
    `parts` is empty for a plain word.
    """

    text: str
    span: Span
    parts: tuple[str | Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A literal as written: ``10meV``, ``3``, ``0.8j``; `units` reads it."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted string, without its quotes."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, constant, state name or measure; in calls also a node.

    `parts` as in `Word`: a node ``n{k}`` in ``V(n{k})``. ``R(*)`` has the name ``*``.
    """

    text: str
    span: Span
    parts: tuple[str | Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x``, ``!x``."""

    operator: str
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """``x + y`` and its kin; ``** ^`` are both ``**``, logic is ``&& ||``."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """``f(x, y)``; ``c ? a : b`` is ``if(c, a, b)``; ``along=Vg`` stands in `named`.

    An argument may also be a node written with digits or dots: `Name` or `Number`.
    """

    function: str
    args: tuple[Expr, ...]
    span: Span
    named: tuple[tuple[str, Expr], ...] = ()


Expr = Number | Name | Unary | Binary | Call


@dataclass(frozen=True, slots=True)
class ListOf:
    """``(a b c)``, or a matrix as a list of lists ``[[a, b], [c, d]]``."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Weight:
    """``s:0.6`` in ``ref=(s:0.6 d:0.4)``."""

    name: Word
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Range:
    """``1:10``, both ends included."""

    first: Expr
    last: Expr
    span: Span


Value = Expr | Text | ListOf | Weight | Range | Word


@dataclass(frozen=True, slots=True)
class Arg:
    """``T=0.5``."""

    name: Word
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Element:
    """``S1 a b barrier T=0.5``: `items` are the positional words and numbers."""

    name: Word
    items: tuple[Value, ...]
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Directive:
    """A dot-card that the registry or the elaborator looks up by its word.

    The word has no dot and is in lower case.
    """

    word: Word
    items: tuple[Value, ...]
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Title:
    """``.title text``."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Param:
    """``.param a=1 b={2*a}``."""

    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Func:
    """``.func f(x, y)={…}``."""

    name: Word
    parameters: tuple[Word, ...]
    body: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Model:
    """``.model name kind(k=v …)``."""

    name: Word
    kind: Word
    flags: tuple[Word, ...]
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Subckt:
    """``.subckt name pins… params: k=v`` to ``.ends``, with its cards."""

    name: Word
    pins: tuple[Word, ...]
    params: tuple[Arg, ...]
    cards: Sequence[Card]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """``.for k in 1:N`` to ``.endfor``, with its cards."""

    variable: Word
    over: Range | ListOf
    cards: Sequence[Card]
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
    """``.step``, all forms.

    `form` is ``linear`` (start stop step), ``lin``, ``dec``, ``oct`` (N start stop),
    ``list`` or ``file``; `names` has several words for ``zip(B Vg)``.
    """

    names: tuple[Word, ...]
    form: str
    values: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Meas:
    """``.meas name expr`` or ``.meas name max expr``.

    `statistic` is empty or one of ``min max avg pp argmax argmin integ find``.
    """

    name: Word
    statistic: str
    body: Expr
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Print:
    """``.print``, ``.save`` or ``.plot`` with items, and ``vs X`` for a plot."""

    word: Word
    items: tuple[Expr, ...]
    against: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Assert:
    """``.assert expr "why"``."""

    body: Expr
    why: str
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """``.include "f"`` or ``.lib "f" section``, not yet read."""

    path: Text
    section: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Section:
    """``.lib name`` to ``.endl``: cards that ``.lib "file" name`` brings in."""

    name: Word
    cards: Sequence[Card]
    span: Span


Card = (
    Element | Directive | Title | Param | Func | Model | Subckt | For | Step | Meas
    | Print | Assert | Include | Section
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Deck:
    """The whole netlist, nothing resolved; blocks are nested cards.

    Two decks are equal when `qnet.lang.write.write_deck` gives the same text for
    them, comments aside.

    Attributes
    ----------
    sheet : Sheet
        The text, line by line.
    title : str
        Empty if the netlist has none.
    cards : Cards
        A lazy sequence; `Cards.alike` has the elements in columns.
    notes : tuple of Diagnostic
        Warnings about the text.
    """

    sheet: Sheet
    title: str
    cards: Cards
    notes: tuple[Diagnostic, ...] = ()

    @property
    def source(self) -> Source:
        """The text as it came."""
        return self.sheet.source

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Deck):
            return NotImplemented
        return self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> str:
        from qnet.lang.write import write_deck

        return write_deck(self, comments=False)
