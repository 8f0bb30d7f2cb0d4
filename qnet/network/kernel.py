"""The plan of elimination as one compiled loop, for long sweeps.

The steps become a list of integers that a single function interprets, on tiles of
points small enough for the cache: separate real and imaginary parts, innermost loops
along the tile. Numba compiles it once and keeps the result; it takes half a second to
load, so short sweeps stay with NumPy (`qnet.network.compose`), which gives the same
numbers to rounding.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix, batch_axes
from qnet.network.islands import Shape
from qnet.network.plan import Plan, Step
from qnet.smatrix import Complex

LANES: Final = 32
"""Points of a tile: rows of 256 bytes; a hundred scatterers stay in the cache."""

BUFFER = 2**22
"""Bytes of matrices that are laid side by side for one call of the loop."""

WORTH = 2**23
"""Multiplications of a whole run from which loading the compiled loop pays."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A plan in integers.

    Attributes
    ----------
    code : (k,) of int32
        For each wave: edges in, edges out, slot of the loop or -1; slots of the edges
        in, of the edges out, and of the targets (out, in). A target ~t is slot t,
        written for the first time.
    slots : int
        Rows that the loop needs; edges that are done give theirs to new ones.
    result, place : (k,)
        Slots of the edges of S, and where in flattened S (out, in) they belong.
    """

    code: NDArray[np.int32]
    slots: int
    result: Ints
    place: Ints


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
    return Program(written, used, row[plan.result], plan.place)


def is_available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


def compose_compiled(
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
        What interprets the program; the compiled loop if left out.
    """
    axes = batch_axes(shape, cells)
    points = int(np.prod(axes))
    S = np.empty((shape.islands, points, shape.leaving * shape.entering), complex)
    pivot = np.empty((shape.islands, points))
    own = {run.cell: _along(cells[run.cell], axes) for run in shape.runs}
    volume = sum(len(v) * v.shape[2] for v in own.values() if v.shape[1] > 1)
    length = min(points, LANES * max(1, BUFFER // (16 * LANES * max(volume, 1))))
    window = _Window.of(shape, own, length)
    for start in range(0, points, length):
        stop = min(start + length, points)
        window.load(own, start, stop)
        part = np.zeros((shape.islands * (stop - start), S.shape[2]), complex)
        low = np.empty(len(part))
        (run or compiled())(
            program.code, program.slots, window.values, window.base, window.stride,
            stop - start, program.result, program.place, part, low,
        )  # fmt: skip
        S[:, start:stop] = part.reshape(shape.islands, stop - start, -1)
        pivot[:, start:stop] = low.reshape(shape.islands, -1)
    full = S.reshape(shape.islands, points, shape.leaving, shape.entering)
    return full, np.sqrt(pivot)


@functools.cache
def compiled() -> Callable[..., Any]:
    """Compile the loop, or load it from where Numba keeps it."""
    from numba import njit

    compiler = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
    return compiler(interpret)


def _waves(step: Step) -> list[tuple[Ints, Ints]]:
    """(edges in, edges out, loop, their slots) and the targets of each wave."""
    count, n_in = step.into.shape
    sizes = np.broadcast_to([n_in, step.out.shape[1]], (count, 2))
    loop = np.full(count, -1) if step.loop is None else step.loop
    heads = np.concatenate([sizes, loop[:, None], step.into, step.out], axis=1)
    return list(zip(heads, step.target.reshape(count, -1), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """Matrices of some points side by side, and where each entry stands in them.

    `values` is flat and filled again for each stretch of points; `base` (island,
    entry) is the address of an entry at its first point, `stride` (entry,) leads to
    the next one and is 0 where the entry is constant; `views` (instance, point,
    out * in) are the pieces of `values` by cell.
    """

    values: Complex
    base: Ints
    stride: Ints
    views: dict[int, Complex]

    @staticmethod
    def of(shape: Shape, own: dict[int, Complex], length: int) -> _Window:
        """Lay out room for `length` points of the cells of a shape."""
        extent = {
            cell: (len(v), min(length, v.shape[1]), v.shape[2])
            for cell, v in own.items()
        }
        ends = np.cumsum([0, *(np.prod(e, dtype=np.intp) for e in extent.values())])
        first = dict(zip(extent, ends.tolist(), strict=False))
        values = np.empty(int(ends[-1]), complex)
        base = np.empty((shape.islands, len(shape.row)), dtype=np.intp)
        stride = np.empty(len(shape.row), dtype=np.intp)
        for run in shape.runs:
            instances, points, size = extent[run.cell]
            instance = run.instance if instances > 1 else np.zeros_like(run.instance)
            base[:, run.entries] = (
                first[run.cell] + instance * (points * size) + run.source
            )
            constant = own[run.cell].shape[1] == 1
            stride[run.entries] = 0 if constant else size
        views = {
            cell: values[at : at + int(np.prod(extent[cell]))].reshape(extent[cell])
            for cell, at in first.items()
        }
        for cell, view in views.items():
            if own[cell].shape[1] == 1:
                view[:] = own[cell]
        return _Window(values, base, stride, views)

    def load(self, own: dict[int, Complex], start: int, stop: int) -> None:
        """Fill in the points from `start` to `stop`; what is constant stays."""
        for cell, view in self.views.items():
            if own[cell].shape[1] > 1:
                view[:, : stop - start] = own[cell][:, start:stop]


def _along(cell: CellMatrix, axes: tuple[int, ...]) -> Complex:
    """Values of a cell at every point, or at one if they are constant."""
    instances, points, size = cell.values.shape
    if points == 1 or cell.axes == axes:
        return cell.values
    own = cell.values.reshape(instances, *cell.axes, size)
    return np.broadcast_to(own, (instances, *axes, size)).reshape(instances, -1, size)


def interpret(  # noqa: PLR0912, PLR0915  one loop: Numba compiles no smaller pieces as well
    code: NDArray[np.int32],
    slots: int,
    values: Complex,
    base: Ints,
    stride: Ints,
    points: int,
    result: Ints,
    place: Ints,
    S: Complex,
    pivot: Floats,
) -> None:
    """Run a program on all (island, point) pairs, tile by tile, into `S` and `pivot`.

    `S` (island * point, out * in) begins at 0; `pivot` receives the smallest
    |1 - T_kk|².
    """
    entries = base.shape[1]
    re, im = np.empty((slots, LANES)), np.empty((slots, LANES))
    widest = np.int64(1)
    at = 0
    while at < code.size:
        n_in, n_out = code[at], code[at + 1]
        widest = max(widest, np.int64(n_in))
        at += 3 + n_in + n_out + n_in * n_out
    gain_re, gain_im = np.empty((widest, LANES)), np.empty((widest, LANES))
    from_re, from_im = np.empty(LANES), np.empty(LANES)
    low = np.empty(LANES)
    island, point = np.empty(LANES, np.intp), np.empty(LANES, np.intp)
    for start in range(0, len(S), LANES):
        here = min(LANES, len(S) - start)
        for p in range(LANES):
            # Lanes beyond the end repeat the last point: finite, and not stored.
            q = min(start + p, len(S) - 1)
            island[p], point[p] = q // points, q % points
        for entry in range(entries):
            step = stride[entry]
            for p in range(LANES):
                value = values[base[island[p], entry] + point[p] * step]
                re[entry, p] = value.real
                im[entry, p] = value.imag
        for p in range(LANES):
            low[p] = np.inf
        at = 0
        while at < code.size:
            n_in, n_out, loop = code[at], code[at + 1], code[at + 2]
            into = at + 3
            out = into + n_in
            target = out + n_out
            at = target + n_in * n_out
            for k in range(n_in):
                j = code[into + k]
                for p in range(LANES):
                    gain_re[k, p] = re[j, p]
                    gain_im[k, p] = im[j, p]
            if loop >= 0:
                for p in range(LANES):
                    x, y = 1.0 - re[loop, p], -im[loop, p]
                    size = x * x + y * y
                    low[p] = min(low[p], size)
                    from_re[p], from_im[p] = x / size, -y / size
                for k in range(n_in):
                    for p in range(LANES):
                        x, y = gain_re[k, p], gain_im[k, p]
                        gain_re[k, p] = x * from_re[p] - y * from_im[p]
                        gain_im[k, p] = x * from_im[p] + y * from_re[p]
            for m in range(n_out):
                i = code[out + m]
                for p in range(LANES):
                    from_re[p], from_im[p] = re[i, p], im[i, p]
                for k in range(n_in):
                    t = code[target + m * n_in + k]
                    if t < 0:
                        for p in range(LANES):
                            x, y = gain_re[k, p], gain_im[k, p]
                            re[~t, p] = from_re[p] * x - from_im[p] * y
                            im[~t, p] = from_re[p] * y + from_im[p] * x
                    else:
                        for p in range(LANES):
                            x, y = gain_re[k, p], gain_im[k, p]
                            re[t, p] += from_re[p] * x - from_im[p] * y
                            im[t, p] += from_re[p] * y + from_im[p] * x
        for k in range(len(result)):
            for p in range(here):
                S[start + p, place[k]] = complex(re[result[k], p], im[result[k], p])
        for p in range(here):
            pivot[start + p] = low[p]
