"""The plan of elimination as one list of integers, carried out row by row.

Every edge is a row over the points of a stretch, real and imaginary parts apart. Where
it pays to load Numba a single compiled loop reads the list, on tiles of points small
enough for the first-level cache; else NumPy does, a row at a time. Both do the same
operations in the same order, and give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy import add, multiply, subtract
from numpy.typing import NDArray

from qnet.circuit import Bools, Floats, Ints
from qnet.compiled import when_loaded
from qnet.network.compose import CellMatrix, batch_axes, gather, stretches
from qnet.network.islands import Shape
from qnet.network.plan import Plan, Step
from qnet.smatrix import Complex

_Row = tuple[Floats, Floats]
"""Real and imaginary parts of an edge at the points of a stretch."""

LANES: Final = 32
"""Points of a tile of the compiled loop: rows of 512 bytes."""

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


@dataclass(frozen=True, eq=False)
class Program:
    """A plan in integers.

    Not slotted: the waves are listed when first asked for and kept.

    Attributes
    ----------
    code : (k,) of int32
        For each wave: edges in, edges out, slot of the loop or -1; slots of the edges
        in, of the edges out, and of the targets (out, in). A target ~t is slot t,
        written for the first time.
    entries, slots : int
        Rows that come from the scatterers, and rows in all; edges that are done give
        theirs to new ones.
    result, place : (k,)
        Slots of the edges of S, and where in flattened S (out, in) they belong.
    """

    code: NDArray[np.int32]
    entries: int
    slots: int
    result: Ints
    place: Ints

    @property
    def widest(self) -> int:
        """Most edges into one wave."""
        return max((len(into) for _, into, _, _ in self.waves), default=0)

    @cached_property
    def waves(self) -> list[tuple[int, list[int], list[int], list[int]]]:
        """Loop, edges in, edges out and targets of each wave."""
        code, at, found = self.code.tolist(), 0, []
        while at < len(code):
            n_in, n_out, loop = code[at : at + 3]
            into = at + 3
            out = into + n_in
            target = out + n_out
            at = target + n_in * n_out
            found.append((loop, code[into:out], code[out:target], code[target:at]))
        return found


def write_program(plan: Plan) -> Program:
    """Write the steps of a plan wave by wave, and let slots be used again."""
    waves = [wave for step in plan.steps for wave in _waves(step)]
    last = np.full(plan.slots, -1)
    for number, (head, targets) in enumerate(waves):
        last[head[2:][head[2:] >= 0]] = number
        last[targets] = number
    last[plan.result] = len(waves)
    row = np.full(plan.slots, -1)
    row[: plan.entries] = np.arange(plan.entries)
    free: list[int] = []
    leaving = np.argsort(last, kind="stable")
    departed = int(np.searchsorted(last[leaving], 0))
    used = plan.entries
    code = []
    for number, (head, targets) in enumerate(waves):
        while departed < plan.slots and last[leaving[departed]] < number:
            free.append(int(row[leaving[departed]]))
            departed += 1
        fresh = row[targets] < 0
        for target in targets[fresh].tolist():
            row[target] = free.pop() if free else used
            used = max(used, int(row[target]) + 1)
        slots = head[2:]
        code.append(head[:2])
        code.append(np.where(slots < 0, -1, row[slots]))
        code.append(np.where(fresh, ~row[targets], row[targets]))
    written = np.concatenate([np.zeros(0, np.intp), *code]).astype(np.int32)
    return Program(written, plan.entries, used, row[plan.result], plan.place)


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
    points = int(np.prod(axes))
    S = np.zeros((shape.leaving * shape.entering, shape.islands, points), complex)
    pivot = np.empty((shape.islands, points))
    loop = run or when_loaded(interpret)
    room = WIDE_BUFFER if loop is None else BUFFER
    fitting = room // (16 * max(program.slots, 1)) // LANES * LANES
    length = int(np.clip(fitting, LANES, LONGEST))
    for part in stretches(shape.islands, points, length):
        block = pivot[part.islands, part.points].shape
        count = block[0] * block[1]
        padded = -(-count // LANES) * LANES
        re, im = np.empty((2, program.slots, padded))
        steady = np.zeros(program.entries, bool)
        for entries, values in gather(shape, cells, axes, part):
            if values[0].size == 1:
                steady[entries] = True
                re[entries, :1], im[entries, :1] = values[:, 0].real, values[:, 0].imag
                continue
            wide = np.broadcast_to(values, (len(values), *block)).reshape(-1, count)
            re[entries, :count], im[entries, :count] = wide.real, wide.imag
        # Lanes beyond the end repeat the last point: finite, and not kept.
        if padded > count:
            re[:, count:], im[:, count:] = re[:, [count - 1]], im[:, [count - 1]]
        made = np.empty((len(program.result), padded), complex)
        low = np.empty(padded)
        if loop is None:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                _run_rows(program, steady, re, im, made, low)
        else:
            loop(
                program.code, program.slots, program.widest, steady, re, im,
                program.result, made, low,
            )  # fmt: skip
        S[program.place, part.islands, part.points] = made[:, :count].reshape(
            -1, *block
        )
        pivot[part.islands, part.points] = low[:count].reshape(block)
    full = np.moveaxis(S, 0, -1)
    shaped = full.reshape(shape.islands, points, shape.leaving, shape.entering)
    return shaped, np.sqrt(pivot)


def _run_rows(
    program: Program, steady: Bools, re: Floats, im: Floats, S: Complex, pivot: Floats
) -> None:
    """What `interpret` does, on whole rows; steady ones are short and broadcast."""
    wide: list[_Row] = list(zip(re, im, strict=True))
    rows: list[_Row] = [(x[:1], y[:1]) for x, y in wide]
    for k in np.flatnonzero(~steady).tolist():
        rows[k] = wide[k]
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
    for row, k in zip(S, program.result.tolist(), strict=True):
        row.real, row.imag = rows[k]


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


def _waves(step: Step) -> list[tuple[Ints, Ints]]:
    """(edges in, edges out, loop, their slots) and the targets of each wave."""
    count, n_in = step.into.shape
    sizes = np.broadcast_to([n_in, step.out.shape[1]], (count, 2))
    loop = np.full(count, -1) if step.loop is None else step.loop
    heads = np.concatenate([sizes, loop[:, None], step.into, step.out], axis=1)
    return list(zip(heads, step.target.reshape(count, -1), strict=True))


def interpret(  # noqa: PLR0912  one loop: Numba compiles no smaller pieces as well
    code: NDArray[np.int32],
    slots: int,
    widest: int,
    steady: Bools,
    re: Floats,
    im: Floats,
    result: Ints,
    S: Complex,
    pivot: Floats,
) -> None:
    """Run a program on all points, tile by tile, into `S` and `pivot`.

    Parameters
    ----------
    re, im : (slot, point)
        What the scatterers give in the first rows; of `steady` entries the first point
        alone. The number of points is a multiple of `LANES`.
    S : (result, point)
    pivot : (point,)
        Receives the smallest |1 - T_kk|².
    """
    # Both parts of a row in one: their distance is known, so that few addresses need
    # be held apart for rows to be worked on several points at a time.
    rows = np.empty((slots + widest + 1, 2 * LANES))
    low = np.empty(LANES)
    for start in range(0, len(pivot), LANES):
        for entry in range(len(steady)):
            if steady[entry]:
                x, y = re[entry, 0], im[entry, 0]
                for p in range(LANES):
                    rows[entry, p] = x
                    rows[entry, LANES + p] = y
            else:
                for p in range(LANES):
                    rows[entry, p] = re[entry, start + p]
                    rows[entry, LANES + p] = im[entry, start + p]
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
            for p in range(LANES):
                S[k, start + p] = complex(
                    rows[result[k], p], rows[result[k], LANES + p]
                )
        for p in range(LANES):
            pivot[start + p] = low[p]
