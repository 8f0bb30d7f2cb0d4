"""Columns of numbers for a report: one prefix, one bound, decimal points in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from qnet.notation import MARKED, number, quantum, scale, shown_unit, simple_fraction
from qnet.results import Quantity

Style = Literal["", "title", "heading", "faint", "good", "bad"]

ROUNDING: Final = 1e-12
"""Values below this share of their scale are rounding, where no bound is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report and what it is, from which a screen picks a colour."""

    text: str
    style: Style = ""


def rounding(quantity: Quantity) -> float:
    """Size below which a value of this quantity is rounding and no information.

    Its own bound if it has one; else a share of e²/h or h/e², or of its largest value.
    """
    if quantity.bound > 0:
        return quantity.bound
    natural = quantum(quantity.unit)
    if natural is not None:
        return ROUNDING * natural[0]
    finite = np.abs(quantity.values[np.isfinite(quantity.values)])
    return ROUNDING * float(finite.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of text; numbers are set to the right, words to the left."""

    title: str
    cells: list[str]
    is_number: bool = False


def columns_of(name: str, quantity: Quantity, shown: NDArray[Any]) -> list[Column]:
    """The column of a quantity, and one in quanta if all its values are simple."""
    bound, factor, unit = scaled(quantity, shown)
    title = f"{name} ({unit})" if unit else name
    cells = [number(value / factor, bound) for value in shown.tolist()]
    columns = [Column(title, cells, is_number=True)]
    natural = quantum(quantity.unit)
    if natural is None or np.iscomplexobj(shown):
        return columns
    finite = [float(v) / natural[0] for v in shown if np.isfinite(v)]
    small = rounding(quantity) / natural[0]
    says_something = any(abs(v) > small for v in finite)
    if not says_something or any(simple_fraction(v, small) is None for v in finite):
        return columns
    fractions = [
        str(simple_fraction(v / natural[0], small)) if np.isfinite(v) else MARKED
        for v in shown.tolist()
    ]
    return [*columns, Column(f"({natural[1]})", fractions, is_number=True)]


def scaled(quantity: Quantity, shown: NDArray[Any]) -> tuple[float, float, str]:
    """(bound over factor, factor, unit) that suit the largest shown value."""
    finite = np.abs(shown[np.isfinite(shown)])
    largest = float(finite.max(initial=0.0))
    bound = rounding(quantity)
    if largest <= bound:
        return bound, 1.0, shown_unit(quantity.unit)
    factor, unit = scale(largest, quantity.unit)
    return bound / factor, factor, unit


def draw(columns: Sequence[Column], breaks: Iterable[int] = ()) -> list[Line]:
    """Header and rows, decimal points in line; dots before each row of `breaks`."""
    texts = [_align_points(c.cells) if c.is_number else c.cells for c in columns]
    widths = [
        max(len(column.title), *(len(cell) for cell in cells), 0)
        for column, cells in zip(columns, texts, strict=True)
    ]

    def row(cells: Iterable[str]) -> str:
        placed = [
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, column, width in zip(cells, columns, widths, strict=True)
        ]
        return ("  " + "  ".join(placed)).rstrip()

    lines = [Line(row(column.title for column in columns), "faint")]
    for k, cells in enumerate(zip(*texts, strict=True)):
        if k in breaks:
            lines.append(Line("  ⋮", "faint"))
        lines.append(Line(row(cells)))
    return lines


def _align_points(cells: list[str]) -> list[str]:
    tails = [len(cell) - len(cell.partition(".")[0]) for cell in cells]
    longest = max(tails, default=0)
    return [
        cell + " " * (longest - tail) for cell, tail in zip(cells, tails, strict=True)
    ]
