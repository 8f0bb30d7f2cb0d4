"""From values along a sweep to one: maxima, means, integrals, values at a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from qnet.circuit import Axis
from qnet.diagnostics import suggest
from qnet.lang.cards import Name
from qnet.lang.values import Array, Fault, Value
from qnet.units import unit

STATISTICS: Final = (
    "max", "min", "avg", "pp", "argmax", "argmin", "integ", "find",
)  # fmt: skip
"""Words that may stand between the name and the expression of a ``.meas``."""


def _deviation(array: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    """Standard deviation of a sample; NaN of a single value."""
    count = prod(array.shape[k] for k in axis)
    if count < 2:
        return np.full_like(array.sum(axis=axis, keepdims=keepdims), np.nan)
    return np.std(array, axis=axis, ddof=1, keepdims=keepdims)


def _standard_error(array: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    """Standard error of the mean of independent values."""
    count = prod(array.shape[k] for k in axis)
    return _deviation(array, axis=axis, keepdims=keepdims) / np.sqrt(count)


_SIMPLE: Final[dict[str, Callable[..., Array]]] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "avg": np.mean,
    "pp": np.ptp,
    "std": _deviation,
    "sem": _standard_error,
}


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """One axis among all: its number, and the coordinate that is meant on it."""

    number: int
    axis: Axis
    axes: tuple[Axis, ...]

    def stretch(self, array: Array) -> Array:
        """The array with all axes present, at full length along this one."""
        shape = list(array.shape) if array.ndim else [1] * len(self.axes)
        shape[self.number] = len(self.axis)
        return np.broadcast_to(array, shape)


def reduced(
    name: str, given: Value, along: Name | None, axes: tuple[Axis, ...] | None
) -> Value:
    """Largest, smallest or mean value (``avg``), or spread (``pp``), over the steps.

    ``std`` is the standard deviation of a sample, ``sem`` the standard error of the
    mean.

    Reduced axes stay, with length 1. A marked point among the values makes the result
    a marked one: what is not known at one point is not known over all.

    Parameters
    ----------
    along : Name, optional
        The axis to reduce; all of them if left out.
    axes : tuple of Axis
        Axes of the array; None where there are none.

    Raises
    ------
    Fault
        QN306: there is nothing to reduce over, or no such axis; QN308: complex.
    """
    if axes is None:
        message = f"'{name}' of one argument reduces over the steps of a finished run"
        raise Fault("QN306", message, "use it in .meas, .print, .plot or .assert")
    _refuse_complex(name, given)
    if given.array.ndim == 0:
        return Value(0 * given.array, given.unit) if name == "pp" else given
    which = (find_axis(along, axes).number,) if along else tuple(range(len(axes)))
    return Value(_SIMPLE[name](given.array, axis=which, keepdims=True), given.unit)


def find_axis(name: Name, axes: tuple[Axis, ...]) -> Along:
    """Number of the axis that varies a parameter, and its coordinate.

    A parameter stepped in parallel with another gives its own coordinate.

    Raises
    ------
    Fault
        QN306: nothing steps it.
    """
    for number, axis in enumerate(axes):
        columns = [(axis.name, axis.values, axis.unit), *axis.coordinates]
        for title, values, measured_in in columns:
            if title.lower() == name.text.lower():
                return Along(number, Axis(title, values, measured_in), axes)
    known = [axis.name for axis in axes]
    message = f"no .step varies '{name.text}'{suggest(name.text, known)}"
    raise Fault("QN306", message)


def only_axis(statistic: str, axes: tuple[Axis, ...]) -> Along:
    """The axis that is meant where none is named.

    Raises
    ------
    Fault
        QN306: there is none, or more than one.
    """
    long = [Along(k, axis, axes) for k, axis in enumerate(axes) if len(axis) > 1]
    if len(long) == 1:
        return long[0]
    if not long:
        raise Fault("QN306", f"'{statistic}' needs a step to go along")
    names = ", ".join(one.axis.name for one in long)
    message = f"'{statistic}' goes along one axis, and there are {names}"
    raise Fault("QN306", message, f"say which: along={long[-1].axis.name}")


def position_of(statistic: str, given: Value, along: Along) -> Value:
    """Where along an axis the largest (``argmax``) or smallest value stands.

    The first such point if there are several.
    """
    _refuse_complex(statistic, given)
    full = along.stretch(given.array)
    seek = np.argmax if statistic == "argmax" else np.argmin
    best = seek(full, axis=along.number, keepdims=True)
    unknown = np.isnan(full).any(axis=along.number, keepdims=True)
    return Value(
        np.where(unknown, np.nan, along.axis.values[best]), unit(along.axis.unit)
    )


def integrated(given: Value, along: Along) -> Value:
    """Integral along an axis by the trapezoidal rule."""
    full = along.stretch(given.array)
    total = np.trapezoid(full, along.axis.values, axis=along.number)
    return Value(
        np.expand_dims(total, along.number), given.unit * unit(along.axis.unit)
    )


def interpolated(given: Value, at: Value, along: Along) -> Value:
    """Value at one place along an axis, linear between the points.

    Raises
    ------
    Fault
        QN306: the place is no single point, lies outside, or the axis turns back.
        QN304: it is not measured as the axis is.
    """
    place = at.to(unit(along.axis.unit)).array
    if place.size != 1:
        raise Fault("QN306", "'at=' takes one value for all steps")
    order = np.argsort(along.axis.values, kind="stable")
    points = along.axis.values[order]
    turns = np.diff(along.axis.values)
    if len(points) < 2 or not (np.all(turns > 0) or np.all(turns < 0)):
        message = f"the values of '{along.axis.name}' neither rise nor fall throughout"
        raise Fault("QN306", message, "'find … at=' interpolates along a plain sweep")
    x = float(place.reshape(()))
    slack = 1e-12 * float(np.ptp(points))
    if not points[0] - slack <= x <= points[-1] + slack:
        message = (
            f"{x:g}{along.axis.unit} lies outside the sweep of '{along.axis.name}', "
            f"{points[0]:g} to {points[-1]:g}{along.axis.unit}"
        )
        raise Fault("QN306", message)
    left = int(np.clip(np.searchsorted(points, x, "right") - 1, 0, len(points) - 2))
    share = float(np.clip((x - points[left]) / (points[left + 1] - points[left]), 0, 1))
    full = along.stretch(given.array)
    below = np.take(full, [order[left]], axis=along.number)
    above = np.take(full, [order[left + 1]], axis=along.number)
    if share in (0.0, 1.0):  # a marked neighbour says nothing about the point itself
        return Value(above if share else below, given.unit)
    return Value(below + share * (above - below), given.unit)


def _refuse_complex(name: str, given: Value) -> None:
    if given.is_complex:
        raise Fault("QN308", f"'{name}' takes real numbers", marks=((0, "complex"),))
