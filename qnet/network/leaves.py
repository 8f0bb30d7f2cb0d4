"""Leaves of a large island: dozens of scatterers each, closed in one compiled loop.

Each wave inside a leaf is coupled to a few others only, and the leaves of a lattice all
differ. The loop eliminates a leaf's waves one by one, that with the fewest paths first,
and passes over what is zero: some thirty times less work than a dense solve. Without
Numba a dense solve it is.

References
----------
H. M. Markowitz, Management Science 3, 255 (1957): cheap pivots first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.compiled import is_available
from qnet.smatrix import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """Blocks that are joined at once, leaf after leaf, in columns.

    Rows and columns of a leaf's matrix: first its inner waves, then what leaves it, or
    enters it.

    Attributes
    ----------
    inner, rows, cols : (leaf,)
        Waves inside, and the size of the matrix that holds them.
    first : (leaf + 1,)
        Where the entries of each leaf begin.
    entry, row, col : (entries,)
        The entry `entry` of the shape stands at `row`, `col` of its leaf.
    """

    inner: Ints
    rows: Ints
    cols: Ints
    first: Ints
    entry: Ints
    row: Ints
    col: Ints

    def __len__(self) -> int:
        return len(self.inner)


def close(
    leaves: Leaves, amplitude: Complex, run: Callable[..., None] | None = None
) -> tuple[list[Complex], float]:
    """Matrix of each leaf between the waves that cross its border.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    run : callable, optional
        The loop; the compiled one if left out, and without Numba a dense solve.

    Returns
    -------
    matrices : list of (out, in)
    pivot : float
        Smallest pivot in modulus.
    """
    if run is None and not is_available():
        return _close_dense(leaves, amplitude)
    high, wide = leaves.rows - leaves.inner, leaves.cols - leaves.inner
    ends = np.cumsum(high * wide)
    flat = np.empty(int(ends[-1]), complex)
    pivot = np.empty(len(leaves))
    (run or compiled())(
        leaves.first, leaves.row, leaves.col, amplitude[leaves.entry],
        leaves.inner, leaves.rows, leaves.cols, flat, pivot,
    )  # fmt: skip
    pieces = zip(np.split(flat, ends[:-1]), high.tolist(), wide.tolist(), strict=True)
    return [piece.reshape(m, n) for piece, m, n in pieces], float(pivot.min())


def _close_dense(leaves: Leaves, amplitude: Complex) -> tuple[list[Complex], float]:
    made, weakest = [], np.inf
    for k, n in enumerate(leaves.inner.tolist()):
        here = slice(leaves.first[k], leaves.first[k + 1])
        T = np.zeros((leaves.rows[k], leaves.cols[k]), complex)
        T[leaves.row[here], leaves.col[here]] = amplitude[leaves.entry[here]]
        waves, pivot = solve(T[:n, :n], T[:n, n:])
        made.append(T[n:, n:] + T[n:, :n] @ waves)
        weakest = min(weakest, pivot)
    return made, weakest


def solve(loop: Complex, drive: Complex) -> tuple[Complex, float]:
    """Waves (n, k) of (1 - loop) waves = drive, NaN at a zero pivot; least pivot."""
    from scipy.linalg.lapack import zgetrf, zgetrs

    if not len(drive):
        return drive, np.inf
    A = np.eye(len(loop)) - loop
    factors, order, fault = zgetrf(A, overwrite_a=True)
    pivot = float(np.abs(factors.diagonal()).min())
    if fault or not drive.size:
        return np.full_like(drive, np.nan), pivot
    return zgetrs(factors, order, drive)[0], pivot


@functools.cache
def compiled() -> Callable[..., Any]:
    """Compile the loop, or load it from where Numba keeps it."""
    from numba import njit

    return njit(cache=True, nogil=True, error_model="numpy")(eliminate)


def eliminate(  # noqa: PLR0912  one loop: Numba compiles no smaller pieces as well
    first: Ints,
    row: Ints,
    col: Ints,
    amplitude: Complex,
    inner: Ints,
    rows: Ints,
    cols: Ints,
    flat: Complex,
    pivot: Floats,
) -> None:
    """Eliminate the inner waves of every leaf; what is left goes into `flat`.

    `pivot` receives the smallest |1 - T_kk| of each leaf.
    """
    high, wide = rows.max(), cols.max()
    T = np.zeros((high, wide), np.complex128)
    taking = np.zeros(high, np.intp)  # entries in each row
    giving = np.zeros(wide, np.intp)  # and in each column
    gain = np.zeros(wide, np.complex128)
    there = np.zeros(wide, np.intp)
    done: Bools = np.zeros(high, np.bool_)
    at = 0
    for leaf in range(len(inner)):
        n, m, p = inner[leaf], rows[leaf], cols[leaf]
        T[:m, :p] = 0
        taking[:m] = 0
        giving[:p] = 0
        done[:n] = False
        for e in range(first[leaf], first[leaf + 1]):
            i, j = row[e], col[e]
            if T[i, j] == 0:
                taking[i] += 1
                giving[j] += 1
            T[i, j] += amplitude[e]
        low = np.inf
        for _ in range(n):
            k, least = -1, np.inf
            for i in range(n):
                cost = taking[i] * giving[i]
                if not done[i] and cost < least:
                    k, least = i, cost
            done[k] = True
            weight = 1 - T[k, k]
            low = min(low, abs(weight))
            count = 0
            for j in range(p):
                if T[k, j] != 0 and (j >= n or not done[j]):
                    gain[count] = T[k, j] / weight
                    there[count] = j
                    giving[j] -= 1
                    count += 1
            for i in range(m):
                out = T[i, k]
                if out == 0 or (i < n and done[i]):
                    continue
                taking[i] -= 1
                for c in range(count):
                    j = there[c]
                    if T[i, j] == 0:
                        taking[i] += 1
                        giving[j] += 1
                    T[i, j] += out * gain[c]
        pivot[leaf] = low
        for i in range(n, m):
            for j in range(n, p):
                flat[at] = T[i, j]
                at += 1
