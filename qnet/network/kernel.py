"""The plan of elimination as one list of integers, carried out row by row.

Every edge is a row over the points of a stretch, real and imaginary parts apart. Where
it pays to load Numba a single compiled loop reads the list, on tiles of points small
enough for the first-level cache; else NumPy does, a row at a time. Both do the same
operations in the same order, and give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
from numpy import add, multiply, subtract
from numpy.typing import NDArray

from qnet.circuit import Floats, Ints
from qnet.compiled import when_loaded
from qnet.network.compose import (
    CellMatrix,
    Stretch,
    batch_axes,
    gather,
    matrices,
    stretches,
)
from qnet.network.islands import Shape
from qnet.network.plan import Plan, Step
from qnet.smatrix import Complex

_Row = tuple[Floats, Floats]
"""Real and imaginary parts of an edge at the points of a stretch."""

_Wave = tuple[int, list[int], list[int], list[int]]
"""Slots of a wave's loop (-1: none), edges in, edges out and targets."""

_Amplitudes = tuple[Ints, Complex, Complex]
"""Row of each entry in (row, point), -1 for what (entry,) holds for all points."""

LANES: Final = 64
"""Points of a tile of the compiled loop: rows of 1 kB."""

BUFFER: Final = 2**21
"""Bytes of rows that the compiled loop gets at a time: what a core has to itself."""

WIDE_BUFFER: Final = 2**26
"""Bytes of rows that NumPy gets: there a call costs more than a miss of the cache."""

LONGEST: Final = 4096
"""Points of the longest stretch."""

SHORT: Final = 512
"""Points of a batch from which rows pay for themselves."""

WORTH: Final = 2**25
"""Multiplications of a whole run from which loading the compiled loop pays."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A plan in integers.

    Attributes
    ----------
    waves : list of (loop, edges in, edges out, targets)
        For each wave the slot of its loop or -1; slots of the edges in, of the edges
        out, and of the targets (out, in). A target ~t is slot t, written for the
        first time.
    code : (k,) of int32
        The same in one row, each wave led by its numbers of edges in and out.
    entries, slots : int
        Rows that come from the scatterers, and rows in all; edges that are done give
        theirs to new ones.
    result, place : (k,)
        Slots of the edges of S, and where in flattened S (out, in) they belong.
    widest : int
        Most edges into one wave.
    """

    waves: list[_Wave]
    code: NDArray[np.int32]
    entries: int
    slots: int
    result: Ints
    place: Ints
    widest: int


def write_program(plan: Plan) -> Program:
    """Write the steps of a plan wave by wave, and let slots be used again."""
    waves = [wave for step in plan.steps for wave in _waves(step)]
    last = [-1] * plan.slots
    for number, (loop, into, out, targets) in enumerate(waves):
        for slot in (*into, *out, *targets, *((loop,) if loop >= 0 else ())):
            last[slot] = number
    for slot in plan.result.tolist():
        last[slot] = len(waves)
    done: list[list[int]] = [[] for _ in range(len(waves) + 2)]
    for slot, number in enumerate(last):
        done[number + 1].append(slot)
    row = [*range(plan.entries), *[-1] * (plan.slots - plan.entries)]
    free: list[int] = []
    used = plan.entries
    written: list[_Wave] = []
    for number, (loop, into, out, targets) in enumerate(waves):
        free += [row[slot] for slot in done[number] if row[slot] >= 0]
        goals = []
        for slot in targets:
            is_fresh = row[slot] < 0
            if is_fresh:
                row[slot] = free.pop() if free else used
                used = max(used, row[slot] + 1)
            goals.append(~row[slot] if is_fresh else row[slot])
        written.append(
            (
                row[loop] if loop >= 0 else -1,
                [row[slot] for slot in into],
                [row[slot] for slot in out],
                goals,
            )
        )
    code = [
        number
        for loop, into, out, goals in written
        for number in (len(into), len(out), loop, *into, *out, *goals)
    ]
    return Program(
        written,
        np.array(code, np.int32),
        plan.entries,
        used,
        np.array([row[slot] for slot in plan.result.tolist()], np.intp),
        plan.place,
        max((len(into) for _, into, _, _ in written), default=0),
    )


def compose_rows(
    shape: Shape,
    program: Program,
    cells: Sequence[CellMatrix],
    run: Callable[..., None] | None = None,
) -> tuple[Complex, Floats]:
    """S of all islands of a shape, as `qnet.network.compose.compose` gives it.

    Parameters
    ----------
    shape, program, cells
        The wave network, its program and the matrices of all cells of the circuit.
    run : callable, optional
        What carries the program out: `interpret`, or the compiled form of it. Left
        out, the latter if it is loaded, else NumPy row by row.
    """
    axes = batch_axes(shape, cells)
    points = prod(axes)
    S = np.zeros((shape.leaving * shape.entering, shape.islands * points), complex)
    pivot = np.empty(shape.islands * points)
    loop = run or when_loaded(interpret)
    room = WIDE_BUFFER // program.slots if loop is None else BUFFER // program.entries
    length = int(np.clip(room // 16 // LANES * LANES, LANES, LONGEST))
    first = 0
    for part in stretches(shape.islands, points, length):
        amplitude, count = _amplitudes(shape, cells, axes, part, program.entries)
        if loop is None:
            here = slice(first, first + count)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                _run_rows(program, amplitude, S[:, here], pivot[here])
        else:
            loop(
                program.code, program.slots, program.widest, *amplitude,
                program.result, program.place, first, count, S, pivot,
            )  # fmt: skip
        first += count
    full = S.reshape(-1, shape.islands, points)
    return matrices(full, shape), np.sqrt(pivot).reshape(shape.islands, points)


def _amplitudes(
    shape: Shape,
    cells: Sequence[CellMatrix],
    axes: tuple[int, ...],
    part: Stretch,
    entries: int,
) -> tuple[_Amplitudes, int]:
    """What the scatterers give for a stretch, and how many points it has."""
    found = list(gather(shape, cells, axes, part))
    block = np.broadcast_shapes(*(values.shape[1:] for _, values in found))
    count = prod(block)
    row, steady = np.full(entries, -1), np.zeros(entries, complex)
    varying = [each for _, each in found if each[0].size > 1]
    at = 0
    for here, each in found:
        if each[0].size > 1:
            row[here] = range(at, at + len(each))
            at += len(each)
        else:
            steady[here] = each.reshape(-1)
    if len(varying) == 1 and varying[0].shape[1:] == block:
        (wide,) = varying
    else:
        wide, at = np.empty((at, *block), complex), 0
        for each in varying:
            wide[at : at + len(each)] = each
            at += len(each)
    return (row, np.ascontiguousarray(wide).reshape(len(wide), count), steady), count


def _run_rows(
    program: Program, amplitude: _Amplitudes, S: Complex, pivot: Floats
) -> None:
    """What `interpret` does, on whole rows; steady ones are short and broadcast."""
    place, varying, steady = amplitude
    re, im = np.empty((2, program.slots, len(pivot)))
    wide: list[_Row] = list(zip(re, im, strict=True))
    rows: list[_Row] = [(x[:1], y[:1]) for x, y in wide]
    for k, at in enumerate(place.tolist()):
        if at >= 0:
            rows[k] = wide[k]
        x, y = rows[k]
        x[:], y[:] = (
            (varying[at].real, varying[at].imag)
            if at >= 0
            else (steady[k].real, steady[k].imag)
        )
    gains: list[_Row] = [_room(pivot) for _ in range(program.widest)]
    inverse, more, part = (_room(pivot) for _ in range(3))
    pivot[:] = np.inf
    for loop, into, out, targets in program.waves:
        by = [rows[k] for k in into]
        if loop >= 0:
            x, y = rows[loop]
            x, y = np.subtract(1.0, x), np.negative(y)
            size = x * x
            size += y * y
            np.fmin(pivot, size, out=pivot)
            invert = inverse[0][: len(x)], inverse[1][: len(x)]
            np.divide(x, size, out=invert[0])
            np.divide(np.negative(y, out=y), size, out=invert[1])
            by = [
                _multiply(one, invert, gain, part)
                for one, gain in zip(by, gains, strict=False)
            ]
        paths = iter(targets)
        for k in out:
            for gain in by:
                target = next(paths)
                if target < 0:
                    rows[~target] = _multiply(rows[k], gain, wide[~target], part)
                    continue
                held, u = rows[target], _multiply(rows[k], gain, more, part)
                if len(held[0]) < len(u[0]):
                    rows[target] = wide[target]
                x, y = rows[target]
                add(held[0], u[0], x)
                add(held[1], u[1], y)
    for at, k in zip(program.place.tolist(), program.result.tolist(), strict=True):
        S[at].real, S[at].imag = rows[k]


def _room(like: Floats) -> _Row:
    return np.empty_like(like), np.empty_like(like)


def _multiply(one: _Row, other: _Row, into: _Row, part: _Row) -> _Row:
    """Product of two rows, written into a third; `part` is overwritten."""
    (a, b), (c, d), (x, y), (z, _) = one, other, into, part
    if len(a) == len(c) == 1:
        into = x, y = x[:1], y[:1]
        z = z[:1]
    multiply(a, c, x)
    multiply(b, d, z)
    subtract(x, z, x)
    multiply(a, d, y)
    multiply(b, c, z)
    add(y, z, y)
    return into


def _waves(step: Step) -> Iterator[_Wave]:
    """Loop, edges in, edges out and targets (out, in) of each wave of a step."""
    count = len(step.into)
    loops = [-1] * count if step.loop is None else step.loop.tolist()
    targets = step.target.reshape(count, -1).tolist()
    return zip(loops, step.into.tolist(), step.out.tolist(), targets, strict=True)


def interpret(  # noqa: PLR0912  one loop: Numba compiles no smaller pieces as well
    code: NDArray[np.int32],
    slots: int,
    widest: int,
    row: Ints,
    varying: Complex,
    steady: Complex,
    result: Ints,
    place: Ints,
    first: int,
    count: int,
    S: Complex,
    pivot: Floats,
) -> None:
    """Run a program on all points, tile by tile, into `S` and `pivot`.

    Parameters
    ----------
    row : (entry,)
        Row of `varying` (row, point) with the amplitudes that a scatterer gives; -1
        where they do not vary, and `steady` (entry,) holds the only one.
    place : (result,)
        Row of `S` for each edge of S.
    first, count : int
        Where in `S` (row, point) and `pivot` (point,) the points begin, and how many
        there are; `pivot` receives the smallest |1 - T_kk|².
    """
    # Both parts of a row in one: their distance is known, so that few addresses need
    # be held apart for rows to be worked on several points at a time.
    rows = np.empty((slots + widest + 1, 2 * LANES))
    low = np.empty(LANES)
    for start in range(0, count, LANES):
        # Lanes beyond the end repeat the last point: finite, and not kept.
        full = min(LANES, count - start)
        for entry in range(len(row)):
            at = row[entry]
            if at < 0:
                x, y = steady[entry].real, steady[entry].imag
                for p in range(LANES):
                    rows[entry, p] = x
                    rows[entry, LANES + p] = y
            else:
                for p in range(full):
                    rows[entry, p] = varying[at, start + p].real
                    rows[entry, LANES + p] = varying[at, start + p].imag
                for p in range(full, LANES):
                    rows[entry, p] = rows[entry, full - 1]
                    rows[entry, LANES + p] = rows[entry, LANES + full - 1]
        for p in range(LANES):
            low[p] = np.inf
        at = 0
        while at < code.size:
            n_in, n_out, loop = code[at], code[at + 1], code[at + 2]
            into = at + 3
            out = into + n_in
            target = out + n_out
            at = target + n_in * n_out
            if loop >= 0:
                for p in range(LANES):
                    x, y = 1.0 - rows[loop, p], -rows[loop, LANES + p]
                    size = x * x + y * y
                    low[p] = size if size < low[p] else low[p]
                    rows[slots, p] = x / size
                    rows[slots, LANES + p] = -y / size
                for k in range(n_in):
                    i, t = code[into + k], slots + 1 + k
                    for p in range(LANES):
                        a, b = rows[i, p], rows[i, LANES + p]
                        c, d = rows[slots, p], rows[slots, LANES + p]
                        rows[t, p] = a * c - b * d
                        rows[t, LANES + p] = a * d + b * c
            for m in range(n_out):
                i = code[out + m]
                for k in range(n_in):
                    gain = slots + 1 + k if loop >= 0 else int(code[into + k])
                    t = code[target + m * n_in + k]
                    if t < 0:
                        for p in range(LANES):
                            a, b = rows[i, p], rows[i, LANES + p]
                            c, d = rows[gain, p], rows[gain, LANES + p]
                            rows[~t, p] = a * c - b * d
                            rows[~t, LANES + p] = a * d + b * c
                    else:
                        for p in range(LANES):
                            a, b = rows[i, p], rows[i, LANES + p]
                            c, d = rows[gain, p], rows[gain, LANES + p]
                            rows[t, p] += a * c - b * d
                            rows[t, LANES + p] += a * d + b * c
        for k in range(len(result)):
            for p in range(full):
                S[place[k], first + start + p] = complex(
                    rows[result[k], p], rows[result[k], LANES + p]
                )
        for p in range(full):
            pivot[first + start + p] = low[p]
