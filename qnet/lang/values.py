"""A value of an expression: an array and the unit that it is measured in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qnet.units import PLAIN, Unit, conversion, described, working_unit

Array = NDArray[np.inexact[Any]]
"""Real or complex numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Numbers in a unit; NaN marks a point where the expression has no value.

    Truth is 1.0 or 0.0. A zero without a unit goes with every unit.
    """

    array: Array
    unit: Unit = PLAIN

    @property
    def is_zero(self) -> bool:
        """Whether it is a plain zero, which needs no unit."""
        return self.unit == PLAIN and not self.array.any()

    @property
    def is_complex(self) -> bool:
        """Whether it has imaginary parts."""
        return np.iscomplexobj(self.array)

    def working(self) -> Value:
        """The same in the unit that qnet works in: eV for joules, plain for T m²/Φ0."""
        return self.to(working_unit(self.unit))

    def to(self, wanted: Unit) -> Value:
        """The same in another unit.

        Raises
        ------
        Fault
            QN304: the dimensions differ.
        """
        if self.unit == wanted:
            return self
        factor = 1.0 if self.is_zero else conversion(self.unit, wanted)
        if factor is None:
            message = f"{described(self.unit)} where {described(wanted)} is expected"
            raise Fault("QN304", message)
        return Value(self.array if factor == 1.0 else self.array * factor, wanted)


class Fault(ValueError):
    """An operation that cannot be carried out, before its place is known.

    `marks` names operands worth showing, by number, with a remark on each.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str = "",
        why: str = "",
        marks: tuple[tuple[int, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.why = why
        self.marks = marks


@dataclass(frozen=True, slots=True)
class Draws:
    """Where ``gauss`` and ``uniform`` get their numbers: one for each instance.

    Attributes
    ----------
    generators : tuple of Generator
        One for each sample.
    samples : (*sweep)
        Number of the sample at each point: disorder stays the same along a sweep.
    instances : int
        How many are drawn at once.
    """

    generators: tuple[np.random.Generator, ...]
    samples: NDArray[np.intp]
    instances: int

    def normal(self) -> NDArray[np.float64]:
        """Normal deviates of mean 0 and variance 1: (instances, *sweep)."""
        drawn = [g.standard_normal(self.instances) for g in self.generators]
        return np.stack(drawn, -1)[:, self.samples]

    def flat(self) -> NDArray[np.float64]:
        """Numbers evenly spread over [0, 1): (instances, *sweep)."""
        drawn = [g.random(self.instances) for g in self.generators]
        return np.stack(drawn, -1)[:, self.samples]


def value(array: ArrayLike, unit: Unit = PLAIN) -> Value:
    """Make a `Value` of a number or an array."""
    numbers: NDArray[Any] = np.asarray(array)
    wanted = complex if np.iscomplexobj(numbers) else float
    return Value(numbers.astype(wanted, copy=False), unit)


def aligned(left: Value, right: Value, verb: str) -> tuple[Array, Array, Unit]:
    """Both arrays in one unit, for sums, comparisons and choices.

    Raises
    ------
    Fault
        QN305: the dimensions differ.
    """
    if left.unit == right.unit:
        return left.array, right.array, left.unit
    if left.is_zero:
        return left.array, right.array, right.unit
    if right.is_zero:
        return left.array, right.array, left.unit
    factor = conversion(right.unit, left.unit)
    if factor is None:
        one, other = described(left.unit), described(right.unit)
        marks = ((0, one), (1, other))
        raise Fault("QN305", f"cannot {verb} {one} and {other}", marks=marks)
    return left.array, right.array * factor, left.unit


def plain(given: Value, who: str) -> Array:
    """Numbers of a value without a dimension.

    Raises
    ------
    Fault
        QN304: it has one.
    """
    factor = conversion(given.unit, PLAIN)
    if factor is None:
        message = f"{who} takes a plain number, not {described(given.unit)}"
        raise Fault("QN304", message, marks=((0, described(given.unit)),))
    return given.array if factor == 1.0 else given.array * factor


def rational(power: Array) -> Fraction | None:
    """An exponent that a unit can be raised to: one number for all, p/q, q ≤ 12."""
    if np.iscomplexobj(power) or not power.size:
        return None
    first = float(power.flat[0])
    if not np.isfinite(first) or not np.all(power == first):
        return None
    nearest = Fraction(first).limit_denominator(12)
    return nearest if abs(float(nearest) - first) < 1e-12 else None
