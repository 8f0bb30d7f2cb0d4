"""What every name means in every block of a netlist, at one set of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.diagnostics import Diagnostic, NetlistError
from qnet.lang.cards import Call, Expr
from qnet.lang.expressions import (
    STATES,
    Defined,
    Scope,
    evaluate,
    operands_first,
    why_not_finite,
)
from qnet.lang.findings import Findings
from qnet.lang.frames import Cell, Frame, key_of, names_used, unlike
from qnet.lang.functions import DRAWN
from qnet.lang.values import Draws, Value
from qnet.units import PLAIN, Unit


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
    numbers : mapping
        Number of each cell that draws, by its identity.
    """

    seed: int
    indices: Ints
    which: Ints
    numbers: Mapping[int, int]

    def draws(self, cell: Cell) -> Draws | None:
        """Generators of a cell, one for each sample; None for cells that draw nothing.

        They depend on the place of the cell in the netlist and not on what was drawn
        before, so that the audit at the reversed field meets the same disorder.
        """
        number = self.numbers.get(id(cell))
        if number is None:
            return None
        keys = [(int(index), number) for index in self.indices]
        seeds = [np.random.SeedSequence(self.seed, spawn_key=key) for key in keys]
        made = tuple(map(np.random.default_rng, seeds))
        return Draws(made, self.which, cell.rows)


def draws_within(cell: Cell) -> bool:
    """Whether a cell draws random numbers, itself or in a function that it calls."""
    return any(_draws(formula, cell.frame) for formula in cell.formulas)


def drawing_words(frame: Frame) -> set[str]:
    """Folded names of all functions in reach that draw a random number."""
    words = set(DRAWN)
    for around in frame.chain():
        for name, card in around.functions.items():
            if _draws(card.body, around):
                words.add(name)
    return words


def _draws(expr: Expr, frame: Frame) -> bool:
    waiting = [(expr, frame)]
    seen: set[int] = set()
    while waiting:
        body, home = waiting.pop()
        for node in operands_first(body):
            if not isinstance(node, Call):
                continue
            name = node.function.lower()
            if name in DRAWN:
                return True
            found = home.function(name)
            if found is not None and id(found[1]) not in seen:
                seen.add(id(found[1]))
                waiting.append((found[1].body, found[0]))
    return False


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
        self._findings = findings
        self._scopes: dict[int, Scope] = {}
        self._states: dict[str, Value] = {}

    def scope(self, frame: Frame) -> Scope:
        """Scope of a frame, made when first asked for."""
        for around in reversed(list(frame.chain())):
            if id(around) not in self._scopes:
                self._scopes[id(around)] = self._build(around)
        return self._scopes[id(frame)]

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
        scope = self.scope(cell.frame)
        if self._sampling is not None:
            scope = replace(scope, draws=self._sampling.draws(cell))
        values = [evaluate(formula, scope) for formula in cell.formulas]
        if cell.through is not None:
            values = [_taken(found, cell.through) for found in values]
        if cell.which is None:
            return values[0]
        return _gathered(values, cell, cell.which, self.rank)

    def state(self, name: str) -> Floats:
        """Value of ``B EF temp M``, of shape (1, *sweep) in its unit."""
        array = self._states[name].to(STATES[name]).array
        return self.full(np.asarray(array, float))

    def full(self, array: Floats) -> Floats:
        """An array with all its axes: (1, …) for a bare number."""
        return array.reshape((1,) * self.rank) if array.ndim == 0 else array

    def _not_finite(self, cell: Cell) -> Diagnostic:
        """Where a definition loses its value."""
        scope = self.scope(cell.frame)
        bad = next(
            formula
            for formula in cell.formulas
            if np.isnan(evaluate(formula, scope).array).any()
        )
        return why_not_finite(bad, scope)

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
        scope = Scope(names, self._states, functions, self.asks, rank=self.rank)
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
                if key in frame.swept or not np.isnan(found.array).any():
                    return found
                self._findings.errors.append(self._not_finite(cell))
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


def _gathered(values: list[Value], cell: Cell, which: Ints, rank: int) -> Value:
    """The value of each row where rows have different formulas."""
    if cell.plain_as is not None:
        values = [_counting(each, cell.plain_as) for each in values]
    unit = next((v.unit for v in values if not v.is_zero), values[0].unit)
    for k, each in enumerate(values):
        if not each.is_zero and each.unit.dimension != unit.dimension:
            row = int(np.flatnonzero(which == k)[0])
            raise unlike(each.unit, unit, cell.place(row))
    arrays = [each.to(unit).array for each in values]
    shaped = [a.reshape((1,) * rank) if a.ndim == 0 else a for a in arrays]
    tail = np.broadcast_shapes(*(a.shape[1:] for a in shaped))
    full = np.empty((cell.rows, *tail), np.result_type(*shaped))
    for rows, array in zip(_rows_of_each(which, len(values)), shaped, strict=True):
        full[rows] = array if len(array) == 1 else array[rows]
    return Value(full, unit)


def _counting(given: Value, unit: Unit) -> Value:
    """A plain number as a number of units."""
    return Value(given.to(PLAIN).array, unit) if given.unit.is_plain else given


def _rows_of_each(which: Ints, kinds: int) -> list[Ints]:
    """Rows that have each formula."""
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=kinds))
    return np.split(order, ends[:-1])
