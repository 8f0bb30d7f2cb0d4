"""The report that a person reads, as lines: plain in a file, in colour on a screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import clean
from qnet.notation import MARKED, engineering, in_quanta, number, scale
from qnet.output.columns import Column, Line, columns_of, draw, rounding, scaled
from qnet.results import (
    Quantity,
    Report,
    Result,
    Verdict,
    aligned,
    numeric_axes,
)

WHOLE_SWEEP: Final = 12
"""Sweeps of so many points are printed whole, longer ones by their ends."""
ENDS: Final = 3
"""Rows shown of either end of a longer sweep."""
TABLE_ROWS: Final = 48
"""Rows that a table with a line for each terminal may take in all."""
MATRIX_COLUMNS: Final = 24
"""Matrices that are wider are named, and not printed."""

SPIN: Final = {
    "1": "conductances count each channel once (spin=1)",
    "2": "conductances count each channel twice (spin=2)",
    "full": "channels are spin-resolved (spin=full)",
}


def as_text(lines: Iterable[Line]) -> str:
    """Lines without colour, ending in a newline."""
    return "".join(f"{line.text}\n" for line in lines)


def report_lines(report: Report) -> list[Line]:
    """Everything a report says, in the order a reader asks: what, how, is it true."""
    lines = _heading(report)
    for result in report.analyses:
        lines += _result(result, report.axes)
    if report.measures:
        lines += _section("Measured", report.measures, report.axes)
    for table in report.tables:
        lines += _section("Printed", table, report.axes)
    lines += _verdicts("Asserted", report.asserts)
    lines += _verdicts("Audited", report.audits)
    lines += _certificates(report)
    lines += _marks(report)
    return lines


def _heading(report: Report) -> list[Line]:
    lines = []
    if report.title:
        lines += [Line(clean(report.title), "title"), Line("=" * len(report.title))]
    settings = dict(report.settings)
    counts = [
        f"{settings[word]} {word[:-1] if settings[word] == '1' else word}"
        for word in ("terminals", "probes", "scatterers", "islands")
        if settings.get(word, "0") != "0"
    ]
    manner = [f"{settings['response']} response"] if "response" in settings else []
    if "spin" in settings:
        manner.append(SPIN.get(settings["spin"], f"spin={settings['spin']}"))
    lines += [Line(", ".join(words)) for words in (counts, manner) if words]
    return lines + [Line(_axis_in_words(axis)) for axis in report.axes]


def _axis_in_words(axis: Axis) -> str:
    values = [engineering(float(v), axis.unit) for v in axis.values]
    if len(values) <= ENDS * 2:
        return f"sweep of {axis.name}: {', '.join(values)}"
    return f"sweep of {axis.name}: {values[0]} … {values[-1]}, {len(values)} points"


def _result(result: Result, axes: tuple[Axis, ...]) -> list[Line]:
    title = result.title or f".{result.analysis}"
    lines = _section(title, result.quantities, axes)
    return lines + [Line(f"  {note}", "faint") for note in result.notes]


def _section(
    title: str, quantities: Mapping[str, Quantity], axes: tuple[Axis, ...]
) -> list[Line]:
    """Heading and tables: quantities that share their own axes share a table."""
    sweep = tuple(axis.name for axis in axes)
    families: dict[tuple[Any, ...], dict[str, Quantity]] = {}
    for name, quantity in quantities.items():
        numeric = {axis.name for axis in numeric_axes(quantity, sweep)}
        own = quantity.own_axes(sweep)
        text_axes = tuple(axis for axis in own if axis not in numeric)
        labels = tuple(quantity.labels[axis] for axis in text_axes)
        is_constant = len(quantity.axes) == 0
        families.setdefault((text_axes, labels, is_constant), {})[name] = quantity
    lines = [Line(""), Line(title, "heading")]
    for (text_axes, _, is_constant), family in families.items():
        if is_constant:
            lines += _constants(family)
        elif len(text_axes) <= 1:
            lines += _listing(family, text_axes, axes)
        else:
            lines += _matrices(family, text_axes, axes)
    return lines


def _constants(family: Mapping[str, Quantity]) -> list[Line]:
    """One line each: name, value, and the same in quanta where that is simple."""
    width = max(len(name) for name in family)
    lines = []
    for name, quantity in family.items():
        value = quantity.values.reshape(()).item()
        bound = rounding(quantity)
        text = engineering(value, quantity.unit, bound)
        simple = "" if isinstance(value, complex) else in_quanta(
            value, quantity.unit, bound
        )  # fmt: skip
        text += f"  = {simple}" if simple else ""
        lines.append(Line(f"  {name:{width}}  {text}"))
    return lines


def _listing(
    family: Mapping[str, Quantity], text_axes: tuple[str, ...], axes: tuple[Axis, ...]
) -> list[Line]:
    """A row for each point and label, a column for each quantity."""
    points = _point_axes(family, axes)
    count = math.prod(len(axis) for axis in points)
    first = next(iter(family.values()))
    own = len(first.labels[text_axes[0]]) if text_axes else 1
    limit = WHOLE_SWEEP if not text_axes else max(TABLE_ROWS // max(own, 1), 2)
    shown = _ends(count, limit, ENDS if not text_axes else 1)
    rows = _ends(own, TABLE_ROWS, TABLE_ROWS // 4)
    columns = _coordinates(points, shown, len(rows))
    if text_axes:
        columns += [
            Column(label, [clean(str(values[k])) for k in rows] * len(shown))
            for label, values in first.labels.items()
            if len(values) == own and not isinstance(values, np.ndarray)
        ]
    lines, zero = [], []
    titles = {axis.name for axis in points}
    for name, quantity in family.items():
        if name in titles:
            continue
        values = aligned(quantity, points, text_axes).reshape(count, own)
        if text_axes and len(family) > 1 and np.all(values == 0):
            zero.append(name)
            continue
        columns += columns_of(name, quantity, values[np.ix_(shown, rows)].reshape(-1))
        if len(shown) < count:
            lines.append(_range(name, quantity, values))
    if zero:
        lines.append(Line(f"  zero throughout: {', '.join(zero)}", "faint"))
    return lines + draw(columns, _breaks(shown, rows))


def _breaks(shown: list[int], rows: list[int]) -> set[int]:
    """Lines of a table before which points or rows were left out."""
    return {
        i * len(rows) + j
        for i, point in enumerate(shown)
        for j, row in enumerate(rows)
        if (j and row - 1 not in rows) or (not j and point and point - 1 not in shown)
    }


def _matrices(
    family: Mapping[str, Quantity], text_axes: tuple[str, ...], axes: tuple[Axis, ...]
) -> list[Line]:
    """A block of rows and columns for each quantity and each shown point."""
    lines = []
    for name, quantity in family.items():
        points = _point_axes({name: quantity}, axes)
        count = math.prod(len(axis) for axis in points)
        rows, columns = (list(quantity.labels[axis]) for axis in text_axes[-2:])
        values = aligned(quantity, points, text_axes)
        if len(text_axes) > 2:
            raise ValueError(f"'{name}' has more than two axes of labels")
        values = values.reshape(count, len(rows), len(columns))
        if len(columns) > MATRIX_COLUMNS:
            size = f"{len(rows)} × {len(columns)}"
            lines.append(Line(f"  {name}: {size}; files and --json hold all of it"))
            lines.append(_range(name, quantity, values))
            continue
        limit = max(TABLE_ROWS // max(len(rows), 1), 2)
        bound, factor, unit = scaled(quantity, values)
        for point in _ends(count, limit, 1):
            where = _point_in_words(points, point)
            corner = f"{text_axes[-2]} \\ {text_axes[-1]}"
            heading = f"  {name}" + (f" ({unit})" if unit else "")
            lines.append(Line(heading + (f" at {where}" if where else "")))
            drawn = [Column(corner, [clean(str(row)) for row in rows])]
            drawn += [
                Column(
                    clean(str(column)),
                    [number(v / factor, bound) for v in values[point, :, k].tolist()],
                    is_number=True,
                )
                for k, column in enumerate(columns)
            ]
            lines += draw(drawn)
    return lines


def _verdicts(title: str, verdicts: Sequence[Verdict]) -> list[Line]:
    if not verdicts:
        return []
    width = max(len(verdict.name) for verdict in verdicts)
    is_claim = title == "Asserted"  # what holds needs no figure: the text states one
    lines = [Line(""), Line(title, "heading")]
    for verdict in verdicts:
        if verdict.unchecked:
            text = f"  –       {clean(verdict.name):{width}}  not checked: "
            lines.append(Line(text + verdict.unchecked, "faint"))
            continue
        word, style = ("holds ", "good") if verdict.passed else ("FAILED", "bad")
        tells = math.isfinite(verdict.worst) and not (is_claim and verdict.passed)
        worst = f"  worst {verdict.worst:.2g}" if tells else ""
        where = f" at {verdict.where}" if verdict.where else ""
        text = f"  {word}  {clean(verdict.name):{width}}{worst}{where}"
        lines.append(Line(text.rstrip(), style))  # type: ignore[arg-type]
    return lines


def _certificates(report: Report) -> list[Line]:
    if not report.certificates:
        return []
    names, worst, silent, refused = [], [], [], []
    for name, quantity in report.certificates.items():
        names.append(name)
        worst.append(_two_digits(float(np.max(quantity.values, initial=0.0))))
        limits = report.limits_of(name)
        silent.append(_two_digits(limits.get("silent", 0.0)))
        refused.append(_two_digits(limits.get("refused", 0.0)))
    lines = [Line(""), Line("Certified", "heading")]
    columns = [
        Column("certificate", names),
        Column("worst", worst, is_number=True),
        Column("silent up to", silent, is_number=True),
        Column("refused above", refused, is_number=True),
    ]
    return lines + draw(columns)


def _two_digits(value: float) -> str:
    return f"{value:.1e}" if value else "0"


def _marks(report: Report) -> list[Line]:
    """Say how many points have no number, if any."""
    marked = marked_points(report)
    if marked == 0:
        return []
    text = (
        f"{marked} of {report.points} points are marked ({MARKED}): they hold no "
        "number; the diagnostics say why"
    )
    return [Line(""), Line(text, "bad")]


def marked_points(report: Report) -> int:
    """Sweep points at which a measure or a printed item has no number."""
    shape = tuple(len(axis) for axis in report.axes)
    marked = np.zeros(shape, bool)
    shown = [*report.measures.values(), *(q for t in report.tables for q in t.values())]
    for quantity in shown:
        if quantity.own_axes(report.sweep):
            continue
        bad = np.isnan(aligned(quantity, report.axes, ()))
        marked |= bad
    return int(marked.sum())


def _range(name: str, quantity: Quantity, values: NDArray[Any]) -> Line:
    finite = np.abs(values) if np.iscomplexobj(values) else values
    finite = finite[np.isfinite(finite)]
    if finite.size == 0:
        return Line(f"  {name}: every point is marked")
    bound = rounding(quantity)
    low, high = (
        engineering(float(v), quantity.unit, bound)
        for v in (finite.min(), finite.max())
    )
    size = "|" if np.iscomplexobj(values) else ""
    return Line(f"  {size}{name}{size}: {low} … {high}")


def _point_axes(
    family: Mapping[str, Quantity], axes: tuple[Axis, ...]
) -> tuple[Axis, ...]:
    """Sweep axes any member depends on, then their own numeric ones (energy)."""
    used = {name for quantity in family.values() for name in quantity.axes}
    points = {axis.name: axis for axis in axes if axis.name in used}
    sweep = tuple(axis.name for axis in axes)
    for quantity in family.values():
        points |= {axis.name: axis for axis in numeric_axes(quantity, sweep)}
    return tuple(points.values())


def _ends(count: int, limit: int, ends: int) -> list[int]:
    """All indices below `count` if they are few, else some at either end."""
    if count <= limit:
        return list(range(count))
    return [*range(ends), *range(count - ends, count)]


def _coordinates(points: Sequence[Axis], shown: list[int], own: int) -> list[Column]:
    """Columns that say at which point a row stands, further coordinates included."""
    columns = []
    indices = np.unravel_index(shown, [len(axis) for axis in points]) if points else ()
    for axis, index in zip(points, indices, strict=True):
        for name, values, unit in (
            (axis.name, axis.values, axis.unit),
            *axis.coordinates,
        ):
            largest = float(np.max(np.abs(values), initial=0.0))
            factor, prefixed = scale(largest, unit)
            cells = [number(float(v) / factor) for v in np.repeat(values[index], own)]
            title = f"{name} ({prefixed})" if prefixed else name
            columns.append(Column(title, cells, is_number=True))
    return columns


def _point_in_words(points: Sequence[Axis], point: int) -> str:
    if not points:
        return ""
    indices = np.unravel_index(point, [len(axis) for axis in points])
    return ", ".join(
        f"{axis.name} = {engineering(float(axis.values[k]), axis.unit)}"
        for axis, k in zip(points, indices, strict=True)
    )
