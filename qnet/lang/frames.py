"""Blocks of cards and what names mean in them.

A frame is a block: the netlist itself, the body of a ``.for``, a subcircuit. It stands
for `size` repetitions of itself at once; what differs between them (a loop variable, an
argument, the prefix of a name) is a column with one row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.diagnostics import Label, NetlistError, Span, refuse
from qnet.lang.cards import Call, Expr, Func, Model, Name, Subckt
from qnet.lang.expressions import (
    STATES,
    Defined,
    Scope,
    evaluate,
    operands_first,
    why_not_finite,
)
from qnet.lang.findings import Findings
from qnet.lang.values import Draws, Value
from qnet.units import CONSTANTS


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


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """Random samples of a netlist.

    A sample depends on the seed and its own index alone, so that it is the same
    whichever others are drawn with it.

    Attributes
    ----------
    seed : int
        Of all samples.
    indices : (samples,)
        Those that are drawn.
    which : (*sweep)
        Number of the sample at each point.
    """

    seed: int
    indices: Ints
    which: Ints

    def generators(self) -> tuple[np.random.Generator, ...]:
        """A generator for each sample, at its beginning."""
        return tuple(
            np.random.default_rng(
                np.random.SeedSequence(self.seed, spawn_key=(int(k),))
            )
            for k in self.indices
        )


class Surroundings:
    """What every name means in every frame, at one set of values.

    Parameters
    ----------
    given : mapping
        Values that replace what the netlist says, by key, of shape (1, *sweep).
    rank : int
        1 (instances) + number of sweep axes.
    reverse : bool
        Turn the signs of B and M.
    sampling : Sampling, optional
        Random samples; without them ``gauss`` and ``uniform`` are their mean.
    findings : Findings, optional
        Takes the errors of definitions, whose names are then known as broken, while
        the netlist is read; without it they are raised.
    """

    def __init__(
        self,
        given: Mapping[str, Value],
        rank: int,
        asks: frozenset[str],
        *,
        reverse: bool = False,
        sampling: Sampling | None = None,
        findings: Findings | None = None,
    ) -> None:
        self.rank = rank
        self.asks = asks
        self._given = given
        self._reverse = reverse
        self._sampling = sampling
        self._generators = () if sampling is None else sampling.generators()
        self._findings = findings
        self._scopes: dict[int, Scope] = {}
        self._states: dict[str, Value] = {}

    def scope(self, frame: Frame, rows: int | None = None) -> Scope:
        """Scope of a frame, made when first asked for; draws give `rows` numbers."""
        for around in reversed(list(frame.chain())):
            if id(around) not in self._scopes:
                self._scopes[id(around)] = self._build(around)
        found = self._scopes[id(frame)]
        if self._sampling is None or rows is None:
            return found
        draws = Draws(self._generators, self._sampling.which, rows)
        return Scope(found.names, found.states, found.functions, self.asks, draws=draws)

    def value(self, cell: Cell) -> Value:
        """Value of a cell: (rows or 1, *sweep), or a bare number.

        Raises
        ------
        NetlistError
            What `evaluate` raises; empty where a name is broken already.
        """
        if cell.written is not None:
            return self._ranked(cell.written)
        if self._findings is not None:
            self._refuse_broken(cell)
        scope = self.scope(cell.frame, cell.rows if cell.through is None else None)
        values = [evaluate(formula, scope) for formula in cell.formulas]
        found = values[0] if cell.which is None else _gathered(values, cell)
        return found if cell.through is None else _taken(found, cell.through)

    def state(self, name: str) -> Floats:
        """Value of ``B EF temp M``, of shape (1, *sweep) in its unit."""
        array = self._states[name].to(STATES[name]).array
        return self.full(np.asarray(array, float))

    def full(self, array: Floats) -> Floats:
        """An array with all its axes: (1, …) for a bare number."""
        return array.reshape((1,) * self.rank) if array.ndim == 0 else array

    def _ranked(self, written: Value) -> Value:
        """Written numbers with the sweep axes, of length 1."""
        if written.array.ndim == 0:
            return written
        shape = (len(written.array), *(1,) * (self.rank - 1))
        return Value(written.array.reshape(shape), written.unit)

    def _refuse_broken(self, cell: Cell) -> None:
        """Say nothing more about names that an earlier error has left without value."""
        for formula in cell.formulas:
            for name in names_used(formula, cell.frame, self.asks):
                key = key_of(name.text)
                for around in cell.frame.chain():
                    if key in around.broken:
                        raise NetlistError(())
                    if key in around.cells:
                        break

    def _build(self, frame: Frame) -> Scope:
        """Scope of a frame whose outer frames have theirs; cells stand in order."""
        names = _Seen(frame, self._scopes[id(frame.outer)] if frame.outer else None)
        functions: dict[str, Defined] = {}
        if frame.outer is not None:
            functions.update(self._scopes[id(frame.outer)].functions)
        scope = Scope(names, self._states, functions, self.asks)
        self._scopes[id(frame)] = scope
        for name, card in frame.functions.items():
            words = tuple(word.text.lower() for word in card.parameters)
            functions[name] = Defined(words, card.body, card.span, scope)
        for key, cell in frame.cells.items():
            held = self._given.get(key) if frame.outer is None else None
            found = self._defined(frame, key, cell) if held is None else held
            if found is None:
                continue
            if key in STATES:
                turned = self._reverse and key in ("B", "M")
                self._states[key] = Value(-found.array, found.unit) if turned else found
            else:
                names.own[key] = found
        return scope

    def _defined(self, frame: Frame, key: str, cell: Cell) -> Value | None:
        """Value of a definition; None, and the name is broken, where it has none."""
        if self._findings is None:
            return self.value(cell)
        if key not in frame.broken:
            with self._findings.gathering():
                found = self.value(cell)
                if not np.isnan(found.array).any():
                    return found
                reason = why_not_finite(cell.formulas[0], self.scope(cell.frame))
                self._findings.errors.append(reason)
            frame.broken.add(key)
        return None


class _Seen(Mapping[str, Value]):
    """Names of a frame, then those of the frames around it, taken to its own rows."""

    def __init__(self, frame: Frame, outer: Scope | None) -> None:
        self.own: dict[str, Value] = {}
        self._frame = frame
        self._outer = outer

    def __getitem__(self, name: str) -> Value:
        found = self.own.get(name)
        if found is None:
            if self._outer is None:
                raise KeyError(name)
            found = _taken(self._outer.names[name], self._frame.outer_rows)
            self.own[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        known = dict.fromkeys(self.own)
        if self._outer is not None:
            known.update(dict.fromkeys(self._outer.names))
        return iter(known)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _taken(given: Value, rows: Ints) -> Value:
    """Rows of a column; what is the same for all stays one row."""
    if given.array.ndim == 0 or given.array.shape[0] == 1:
        return given
    return Value(given.array[rows], given.unit)


def _gathered(values: list[Value], cell: Cell) -> Value:
    """The value of each row where rows have different formulas."""
    unit = next((v.unit for v in values if not v.is_zero), values[0].unit)
    arrays = []
    for k, each in enumerate(values):
        row = int(np.flatnonzero(cell.which == k)[0])
        if not each.is_zero and each.unit.dimension != unit.dimension:
            message = "cards alike give this key different dimensions"
            raise refuse(NetlistError, "QN304", message, cell.place(row))
        arrays.append(each.to(unit).array)
    rank = max(array.ndim for array in arrays)
    shaped = [a.reshape((1,) * rank) if a.ndim == 0 else a for a in arrays]
    if rank == 0:
        return Value(np.array(arrays)[cell.which], unit)
    tail = np.broadcast_shapes(*(a.shape[1:] for a in shaped))
    rows = np.arange(cell.rows)
    full = np.stack([np.broadcast_to(a, (cell.rows, *tail)) for a in shaped])
    return Value(full[cell.which, rows], unit)


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
