"""Blocks of cards and what names mean in them.

A frame is a block: the netlist itself, the body of a ``.for``, a subcircuit. It stands
for `size` repetitions of itself at once; what differs between them (a loop variable, an
argument, the prefix of a name) is a column with one row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Label, NetlistError, Span, refuse
from qnet.lang.cards import Call, Expr, Func, Model, Name, Number, Subckt
from qnet.lang.expressions import (
    STATES,
    operands_first,
)
from qnet.lang.values import Array, Value
from qnet.units import CONSTANTS, Unit, cure, described


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One quantity of a run of cards, a row for each element.

    Attributes
    ----------
    frame : Frame
        Where its names are looked up.
    written : Value, optional
        Numbers as they stand in the text, one for each row or one for all.
    formulas : tuple of Expr
        Otherwise the expressions, and in `which` the one of each row if they differ.
    rows : int
        Elements of the run.
    through : (rows,), optional
        Row of `frame` that each element belongs to, where that is not its own.
    plain_as : Unit, optional
        What plain numbers count where formulas differ in their unit: flux quanta.
    ready : (rows or 1,), optional
        What is `written`, in the unit of its parameter and found within its bounds.
    place : callable
        Span of the quantity in the text, by row.
    """

    frame: Frame
    place: Callable[[int], Span]
    rows: int = 1
    written: Value | None = None
    formulas: tuple[Expr, ...] = ()
    which: Ints | None = None
    through: Ints | None = None
    plain_as: Unit | None = None
    ready: Array | None = None


@dataclass(slots=True, eq=False)
class Frame:
    """A block of cards that stands for `size` repetitions of itself.

    Attributes
    ----------
    outer : Frame, optional
        The block in which names are looked up that are not defined here.
    outer_rows : (size,)
        Row of `outer` for each repetition.
    cells : dict
        Parameters, loop variables and arguments by folded name, states by exact name.
    functions, models, subcircuits : dict
        ``.func``, ``.model`` and ``.subckt`` cards of this block, by folded name.
    prefixes : list of str, optional
        Beginning of the names inside, for each repetition: ``x1.``.
    pins : dict
        Node number, for each repetition, of what the block calls by another name.
    order : tuple of arrays
        Place of each repetition in the flat netlist, as columns to sort by.
    inside : callable
        The card that brought this repetition in, or None.
    swept : set of str
        Names here that vary along a step.
    depth : int
        Blocks around this one.
    variable : str
        Name of the loop's variable, empty if it is no loop.
    """

    size: int = 1
    outer: Frame | None = None
    outer_rows: Ints = field(default_factory=lambda: np.zeros(1, np.intp))
    cells: dict[str, Cell] = field(default_factory=dict)
    functions: dict[str, Func] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    subcircuits: dict[str, Subckt] = field(default_factory=dict)
    prefixes: list[str] | None = None
    pins: dict[str, Ints] = field(default_factory=dict)
    order: tuple[Ints, ...] = ()
    inside: Callable[[int], Span | None] = lambda row: None
    swept: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    depth: int = 0
    variable: str = ""

    def chain(self) -> Iterator[Frame]:
        """Walk from this frame outwards."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer

    def rows_in(self, home: Frame) -> Ints | None:
        """Row of an enclosing frame for each repetition; None for this frame itself."""
        rows: Ints | None = None
        for frame in self.chain():
            if frame is home:
                return rows
            rows = frame.outer_rows if rows is None else frame.outer_rows[rows]
        raise ValueError("the frame does not enclose this one")

    def function(self, name: str) -> tuple[Frame, Func] | None:
        """A ``.func`` and the frame that holds it."""
        for frame in self.chain():
            if name in frame.functions:
                return frame, frame.functions[name]
        return None


def key_of(name: str) -> str | None:
    """Key of a name among the cells of a frame; None for a constant."""
    if name in CONSTANTS:
        return None
    return name if name in STATES else name.lower()


def names_used(expr: Expr, frame: Frame, asks: frozenset[str]) -> list[Name]:
    """Names whose values an expression needs, through the functions that it calls."""
    found: list[Name] = []
    if isinstance(expr, Number):
        return found
    waiting: list[tuple[Expr, Frame, frozenset[str]]] = [(expr, frame, frozenset())]
    seen: set[int] = set()
    while waiting:
        body, home, bound = waiting.pop()
        for node in operands_first(body, asks):
            if isinstance(node, Name) and node.text.lower() not in bound:
                found.append(node)
            elif isinstance(node, Call):
                function = home.function(node.function.lower())
                if function is not None and id(function[1]) not in seen:
                    seen.add(id(function[1]))
                    words = frozenset(w.text.lower() for w in function[1].parameters)
                    waiting.append((function[1].body, function[0], words))
    return found


def swept_name(expr: Expr, frame: Frame, asks: frozenset[str]) -> Name | None:
    """A name in an expression that varies along a step, if there is one."""
    for name in names_used(expr, frame, asks):
        key = key_of(name.text)
        for around in frame.chain():
            if key in around.cells:
                if key in around.swept:
                    return name
                break
    return None


def unlike(given: Unit, common: Unit, span: Span) -> NetlistError:
    """The error for a value whose dimension is not that of the other cards."""
    message = f"{described(given)} where other cards have {described(common)}"
    help_ = cure(span.text, given, common)
    return refuse(NetlistError, "QN304", message, span, help=help_)


def twice(what: str, name: str, here: Span, first: Span) -> NetlistError:
    """The error for a name that is defined twice, with both places."""
    return refuse(
        NetlistError,
        "QN202",
        f"{what} '{name}' is defined twice",
        here,
        label="again here",
        others=(Label(first, "first here"),),
        help="rename one of them, or delete it",
    )
