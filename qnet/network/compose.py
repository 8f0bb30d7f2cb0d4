"""Carry a plan out: S of all islands of one shape, at all points of a sweep.

Every edge of the wave network is a vector over (island, point), real and imaginary
parts apart; the batch is cut into stretches whose edges stay in a cache. In
`qnet.network.kernel` the same operations go wave by wave, and give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.network.islands import Shape
from qnet.network.plan import Plan
from qnet.smatrix import Complex

CACHE = 2**23
"""Bytes that the edges of one stretch may take: a call costs more than a miss of the
second-level cache."""

LONGEST = 4096
"""Points of the longest stretch: beyond this nothing is gained."""


@dataclass(frozen=True, slots=True, eq=False)
class CellMatrix:
    """Matrices of one cell as its model gave them, flattened.

    `values` (instance, point, out * in), where the instance axis may be of length 1;
    `axes` are the lengths of the sweep and energy axes that make up the points.
    """

    values: Complex
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A piece of the batch: some islands at some points."""

    islands: slice
    points: slice | Ints


def batch_axes(shape: Shape, cells: Sequence[CellMatrix]) -> tuple[int, ...]:
    """Lengths of the sweep and energy axes that a shape's islands depend on."""
    return np.broadcast_shapes(*(cells[run.cell].axes for run in shape.runs))


def gather(
    shape: Shape, cells: Sequence[CellMatrix], axes: tuple[int, ...], part: Stretch
) -> Iterator[tuple[slice, Complex]]:
    """Yield entries and their amplitudes (entry, island, point), run by run.

    Axes along which a cell is constant stay of length 1.
    """
    for run in shape.runs:
        cell = cells[run.cell]
        instance = run.instance[part.islands]
        if len(cell.values) == 1:
            instance = np.zeros_like(instance)
        source = run.source[part.islands]
        points = cell.values.shape[1]
        if points == 1:
            yield run.entries, cell.values[instance, 0, source].T[:, :, None]
        elif (
            cell.axes == axes and len(instance) == 1 and isinstance(part.points, slice)
        ):
            rows = cell.values[instance[0], part.points, source[0]]
            yield run.entries, rows[:, None, :]
        else:
            own = np.arange(points).reshape(cell.axes)
            seen = np.broadcast_to(own, axes).ravel()[part.points]
            yield (
                run.entries,
                cell.values[instance.T[:, :, None], seen, source.T[:, :, None]],
            )


def stretches(islands: int, points: int, length: int) -> Iterator[Stretch]:
    """Cut a batch into pieces of about `length` (island, point) pairs."""
    if points >= length:
        for island in range(islands):
            for start in range(0, points, length):
                yield Stretch(
                    slice(island, island + 1), slice(start, min(start + length, points))
                )
        return
    together = max(1, length // max(points, 1))
    for start in range(0, islands, together):
        yield Stretch(slice(start, min(start + together, islands)), slice(0, points))


def sole_points(
    shape: Shape, cells: Sequence[CellMatrix]
) -> Iterator[tuple[int, int, Complex]]:
    """Yield island, point and its amplitudes (entry,), for routes that go one by one.

    The amplitudes are overwritten by those of the next point.
    """
    axes = batch_axes(shape, cells)
    amplitude = np.empty(len(shape.row), complex)
    for island in range(shape.islands):
        for point in range(int(np.prod(axes))):
            one = Stretch(slice(island, island + 1), slice(point, point + 1))
            for entries, values in gather(shape, cells, axes, one):
                amplitude[entries] = values[:, 0, 0]
            yield island, point, amplitude


def compose(
    shape: Shape, plan: Plan, cells: Sequence[CellMatrix]
) -> tuple[Complex, Floats]:
    """S of all islands of a shape.

    Parameters
    ----------
    shape, plan
        The wave network and the order of elimination.
    cells : sequence of CellMatrix
        Matrices of all cells of the circuit.

    Returns
    -------
    S : (island, point, out, in)
    pivot : (island, point)
        Smallest |1 - T_kk| met: the inverse of a lower bound on the condition of the
        joined network; infinity where nothing is joined in a loop.
    """
    axes = batch_axes(shape, cells)
    points = prod(axes)
    # Entry by entry: what follows works along the points.
    S = np.zeros((shape.leaving * shape.entering, shape.islands, points), complex)
    pivot = np.full((shape.islands, points), np.inf)
    length = int(np.clip(CACHE // (16 * max(plan.slots, 1)), 16, LONGEST))
    for part in stretches(shape.islands, points, length):
        block = pivot[part.islands, part.points].shape
        # Added to -0.0 the first product at an edge stays what it is, sign of 0 too.
        re, im = parts = np.full((2, plan.slots, *block), -0.0)
        for entries, values in gather(shape, cells, axes, part):
            re[entries], im[entries] = values.real, values.imag
        flat = parts.reshape(2, plan.slots, block[0] * block[1])
        pivot[part.islands, part.points] = eliminate(plan, *flat).reshape(block)
        made = S[:, part.islands, part.points]
        made.real[plan.place], made.imag[plan.place] = re[plan.result], im[plan.result]
    return matrices(S, shape), pivot


def matrices(S: Complex, shape: Shape) -> Complex:
    """View of S (out × in, island, point) as (island, point, out, in)."""
    entries = S.reshape(shape.leaving, shape.entering, *S.shape[1:])
    return entries.transpose(2, 3, 0, 1)


def eliminate(plan: Plan, re: Floats, im: Floats) -> Floats:
    """Run the steps of a plan on amplitudes (slot, point), in place.

    Returns
    -------
    (point,)
        Smallest |1 - T_kk|.
    """
    weakest = np.full(re.shape[1], np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for step in plan.steps:
            c, d = re[step.into], im[step.into]
            if step.loop is not None:
                x, y = 1.0 - re[step.loop], -im[step.loop]
                size = x * x + y * y
                np.fmin(weakest, np.fmin.reduce(size, axis=0), out=weakest)
                x, y = (x / size)[:, None], (-y / size)[:, None]
                c, d = c * x - d * y, c * y + d * x
            a, b = re[step.out][:, :, None], im[step.out][:, :, None]
            c, d = c[:, None], d[:, None]
            re[step.target] += a * c - b * d
            im[step.target] += a * d + b * c
    return np.sqrt(weakest)
