"""What the figures of a report show, as values with names: no ink yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis, Floats
from qnet.notation import engineering, quantum, scale, shown_unit
from qnet.results import Graph, Quantity, Report, numeric_axes

LETTERS: Final = {
    "S": "G", "Ohm": "R", "A": "I", "V": "V", "K": "T", "W": "J", "A^2/Hz": "S",
}  # fmt: skip
"""What an ordinate of several curves is called, by their unit."""
CURVES: Final = 8
"""Curves that one panel can carry."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Numbers for an axis of a figure: a name, values in a readable unit."""

    name: str
    values: Floats
    unit: str

    @property
    def label(self) -> str:
        """Name and unit, as it stands beside the axis."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a panel; `spread` is the half-width of its band of errors."""

    name: str
    values: Floats
    spread: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Curves over a common abscissa."""

    x: Scaled
    curves: tuple[Curve, ...]
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """One quantity over two steps: `z` is (y, x)."""

    x: Scaled
    y: Scaled
    z: Scaled


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A quantity between terminals: `z` is (to, from)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    z: Scaled


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """One number for each of some names."""

    names: tuple[str, ...]
    heights: Scaled


Panel = Lines | Map | Matrix | Bars


def panels_of(report: Report) -> tuple[Panel, ...]:
    """Panels of a report: its ``.plot`` cards, or else all that can be shown."""
    if report.graphs:
        return tuple(p for graph in report.graphs for p in _graph(graph, report.axes))
    found = [*_measures(report), *_analyses(report)]
    if not found and "op" in {result.analysis for result in report.analyses}:
        found = [*_own_values(report["op"]["voltage"], report.axes)]
    return tuple(found)


def scaled(name: str, values: NDArray[Any], unit: str) -> Scaled:
    """Values in e²/h or h/e² where that is natural, else with a prefix.

    >>> scaled("Rxy", np.array([12906.4037]), "Ohm").label
    'Rxy (h/e²)'
    >>> scaled("V", np.array([2e-5]), "V").label
    'V (µV)'
    """
    if np.iscomplexobj(values):
        name, values = f"|{name}|", abs(values)
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    natural = quantum(unit)
    if natural is not None and largest >= 1e-2 * natural[0]:
        return Scaled(name, values / natural[0], natural[1])
    if unit in {"Gq", "RK"}:
        return Scaled(name, values, shown_unit(unit))
    factor, prefixed = scale(largest, unit)
    return Scaled(name, values / factor, prefixed)


def _graph(graph: Graph, axes: Sequence[Axis]) -> Iterator[Panel]:
    if graph.against is None:
        yield from _together(graph.items, axes)
        return
    x = graph.against
    for names in _by_unit(graph.items, lambda quantity: ()):
        curves = [(name, graph.items[name]) for name in names]
        wide = [np.broadcast_arrays(q.values, x.values)[0].ravel() for _, q in curves]
        abscissa = np.broadcast_arrays(x.values, curves[0][1].values)[0].ravel()
        yield _lines(
            scaled(x.name, abscissa, x.unit),
            [(name, one) for (name, _), one in zip(curves, wide, strict=True)],
            curves[0][1].unit,
        )


def _measures(report: Report) -> Iterator[Panel]:
    drawn = next((r for r in report.analyses if r.analysis == "mc"), None)
    axes = [axis for axis in report.axes if axis.name != "sample"]
    if drawn is None:
        yield from _together(report.measures, axes)
        return
    means = {
        name: drawn[f"mean({name})"]
        for name in report.measures
        if f"mean({name})" in drawn.quantities
    }
    for panel in _together(means, axes):
        if isinstance(panel, Lines) and all(c.name in means for c in panel.curves):
            factor = _factor(panel, means)
            yield replace(
                panel,
                curves=tuple(
                    replace(c, spread=drawn[f"std({c.name})"].values / factor)
                    for c in panel.curves
                ),
            )
        else:
            yield panel


def _factor(panel: Lines, means: Mapping[str, Quantity]) -> float:
    """Unit of a panel in that of its quantities."""
    curve = panel.curves[0]
    k = int(np.nanargmax(abs(curve.values)))
    return (
        float(means[curve.name].values[k] / curve.values[k]) if curve.values[k] else 1
    )


def _together(
    quantities: Mapping[str, Quantity], axes: Sequence[Axis]
) -> Iterator[Panel]:
    """Lines of those that share axes and unit; maps of two steps, one by one."""
    swept = {name: q for name, q in quantities.items() if q.axes and q.values.size > 1}
    for names in _by_unit(swept, lambda quantity: quantity.axes):
        quantity = swept[names[0]]
        own = [axis for axis in axes if axis.name in quantity.axes]
        if len(own) != len(quantity.axes):
            continue
        is_map = len(own) == 2 and min(len(own[0]), len(own[1])) > CURVES
        if len(own) == 1:
            x = scaled(own[0].name, own[0].values, own[0].unit)
            curves = [(name, swept[name].values) for name in names]
            for start in range(0, len(curves), CURVES):
                yield _lines(x, curves[start : start + CURVES], quantity.unit)
        elif is_map:
            for name in names:
                yield _map(name, swept[name], own)
        elif len(own) == 2:
            for name in names:
                yield _family(name, swept[name], own)


def _by_unit(quantities: Mapping[str, Quantity], also: Any) -> Iterable[list[str]]:  # noqa: ANN401
    groups: dict[Any, list[str]] = {}
    for name, quantity in quantities.items():
        groups.setdefault((quantity.unit, also(quantity)), []).append(name)
    return groups.values()


def _lines(x: Scaled, curves: Sequence[tuple[str, NDArray[Any]]], unit: str) -> Lines:
    """Curves in one unit, chosen by the largest of them."""
    name = curves[0][0] if len(curves) == 1 else LETTERS.get(unit, "")
    height = scaled(name, np.stack([values for _, values in curves]), unit)
    named = zip(curves, height.values, strict=True)
    told = tuple(Curve(name, one) for (name, _), one in named)
    return Lines(x, told, height.label if name else height.unit)


def _map(name: str, quantity: Quantity, own: Sequence[Axis]) -> Map:
    outer, inner = own
    return Map(
        scaled(inner.name, inner.values, inner.unit),
        scaled(outer.name, outer.values, outer.unit),
        scaled(name, quantity.values, quantity.unit),
    )


def _family(name: str, quantity: Quantity, own: Sequence[Axis]) -> Lines:
    """One quantity over the longer step, a curve for each value of the shorter."""
    long, short = (own[1], own[0]) if len(own[1]) >= len(own[0]) else own
    values = np.moveaxis(quantity.values, quantity.axes.index(short.name), 0)
    told = [f"{short.name} = {engineering(v, short.unit)}" for v in short.values]
    found = _lines(
        scaled(long.name, long.values, long.unit),
        list(zip(told, values, strict=True))[:CURVES],
        quantity.unit,
    )
    return replace(found, label=scaled(name, quantity.values, quantity.unit).label)


def _analyses(report: Report) -> Iterator[Panel]:
    """Matrices at a point, Fano factors along a step, spectra."""
    for result in report.analyses:
        for quantity in result.quantities.values():
            own = quantity.own_axes(report.sweep)
            if result.analysis in {"gmatrix", "tmatrix", "noise"} and len(own) == 2:
                if own == quantity.axes:
                    rows, columns = (tuple(quantity.labels[axis]) for axis in own)
                    z = scaled(quantity.name, quantity.values, quantity.unit)
                    yield Matrix(rows, columns, z)
            elif result.analysis in {"noise", "dc"} and len(own) == 1:
                if not _varies(quantity, report.sweep):
                    continue
                yield from _own_values(quantity, report.axes)
            elif result.analysis == "spectrum" and "energy" in own:
                yield from _spectrum(quantity, report)


def _varies(quantity: Quantity, sweep: Sequence[str]) -> bool:
    """Whether a quantity is more than zero or a constant along the sweep."""
    values = np.nan_to_num(quantity.values)
    swept = [k for k, axis in enumerate(quantity.axes) if axis in sweep]
    if not swept:
        return bool(values.any())
    return bool(np.ptp(values, axis=tuple(swept)).any())


def _own_values(quantity: Quantity, axes: Sequence[Axis]) -> Iterator[Panel]:
    """A value for each reservoir: bars at a point, lines along one step."""
    (own,) = quantity.own_axes(tuple(axis.name for axis in axes))
    names = tuple(str(label) for label in quantity.labels[own])
    swept = [axis for axis in axes if axis.name in quantity.axes]
    if not swept:
        yield Bars(names, scaled(quantity.name, quantity.values, quantity.unit))
    elif len(swept) == 1 and np.isfinite(quantity.values).any():
        values = np.moveaxis(quantity.values, quantity.axes.index(own), 0)
        curves = [
            (name, one)
            for name, one in zip(names, values, strict=True)
            if np.isfinite(one).any()
        ]
        axis = swept[0]
        title = axis.name
        if title in names:  # a source that .dc sweeps
            title = f"{LETTERS.get(axis.unit, '')}({title})"
        x = scaled(title, axis.values, axis.unit)
        found = _lines(x, curves[:CURVES], quantity.unit)
        yield replace(found, label=scaled(quantity.name, values, quantity.unit).label)


def _spectrum(quantity: Quantity, report: Report) -> Iterator[Panel]:
    """Transmissions between different terminals, and what else depends on energy."""
    if any(axis.name in quantity.axes for axis in report.axes):
        return
    (energy,) = (a for a in numeric_axes(quantity, report.sweep) if a.name == "energy")
    values = np.moveaxis(quantity.values, quantity.axes.index("energy"), 0)
    rest = [axis for axis in quantity.axes if axis != "energy"]
    curves = []
    for index in product(*(range(len(quantity.labels[axis])) for axis in rest)):
        names = [str(quantity.labels[a][k]) for a, k in zip(rest, index, strict=True)]
        if len(index) < 2 or len(set(index)) == len(index):
            name = f"{quantity.name}({','.join(names)})" if names else quantity.name
            curves.append((name, np.moveaxis(values, 0, -1)[index]))
    if curves:
        x = scaled("E", energy.values, energy.unit)
        yield _lines(x, curves[:CURVES], quantity.unit)
