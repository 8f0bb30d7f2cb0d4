"""Large islands with few leads: one sparse factorisation a point.

The waves of a lattice of thousands of scatterers are joined by LU of 1 - S_ii with a
fill-reducing order; only the columns of incoming channels, or the rows of outgoing
ones, whichever are fewer, are solved for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix, batch_axes, sole_points
from qnet.network.islands import Shape
from qnet.smatrix import Complex

Join = Callable[[Complex], tuple[Complex, float]]
"""S (out, in) of one island at one point and the smallest pivot, from its entries."""

DECOUPLED = 1e-12
"""Pivot below which an internal state counts as decoupled."""

WEAK = 1e4 * DECOUPLED
"""Pivot of other routes below which an island is left to sparse LU, which has all of it
to choose pivots from, and knows decoupled states."""

ABSORPTION = 1e-8
"""Loss that is lent to a decoupled state, in amplitude per passage."""

REFINEMENTS = 4
"""Steps of refinement: each divides the trace of absorption by its smallness."""


def factorise(shape: Shape, cells: Sequence[CellMatrix]) -> tuple[Complex, Floats]:
    """S of all islands of a shape, by sparse LU.

    Returns
    -------
    S : (island, point, out, in)
        Of smallest norm where 1 - S_ii is singular.
    pivot : (island, point)
        Smallest pivot in modulus, 0 where there was none.
    """
    return one_by_one(shape, cells, partial(join_sparse, shape))


def one_by_one(
    shape: Shape, cells: Sequence[CellMatrix], join: Join
) -> tuple[Complex, Floats]:
    """S of all islands of a shape, each by itself at each point.

    Parameters
    ----------
    join : callable
        Gives S and the smallest pivot; where that is weak, sparse LU has its say.

    Returns
    -------
    S, pivot
        As `factorise` gives them.
    """
    points = int(np.prod(batch_axes(shape, cells)))
    S = np.empty((shape.islands, points, shape.leaving, shape.entering), complex)
    pivot = np.empty((shape.islands, points))
    for island, point, amplitude in sole_points(shape, cells):
        found, weakest = join(amplitude)
        if not weakest > WEAK:  # NaN too
            found, weakest = join_sparse(shape, amplitude)
        S[island, point], pivot[island, point] = found, weakest
    return S, pivot


def join_sparse(shape: Shape, amplitude: Complex) -> tuple[Complex, float]:
    """S of one island at one point, and the smallest pivot.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    """
    row, col, entering = shape.row, shape.col, shape.entering
    fewer_columns = shape.entering <= shape.leaving
    if not fewer_columns:  # S transposed is the S of the transposed network
        row, col, entering = col, row, shape.leaving
    n, leaving = shape.internal, shape.entering + shape.leaving - entering
    S = np.zeros((leaving, entering), complex)
    drive = np.zeros((n, entering), complex)
    direct, into = (row >= n) & (col >= n), (row < n) & (col >= n)
    S[row[direct] - n, col[direct] - n] = amplitude[direct]
    drive[row[into], col[into] - n] = amplitude[into]
    waves, pivot = _solve(n, row, col, amplitude, drive)
    out = np.flatnonzero((row >= n) & (col < n))
    np.add.at(S, row[out] - n, amplitude[out, None] * waves[col[out]])
    return (S if fewer_columns else S.T), pivot


def _solve(
    n: int, row: Ints, col: Ints, amplitude: Complex, drive: Complex
) -> tuple[Complex, float]:
    """Waves (n, k) of (1 - S_ii) waves = drive, and the smallest pivot."""
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    inner = (row < n) & (col < n)
    each = np.arange(n)
    values = np.concatenate([-amplitude[inner], np.ones(n)])
    at = np.concatenate([row[inner], each]), np.concatenate([col[inner], each])
    A = csc_array((values, at), shape=(n, n))
    try:
        factors = splu(A)
        pivot = float(np.abs(factors.U.diagonal()).min())
    except RuntimeError:  # SuperLU's word for an exactly singular matrix
        pivot = 0.0
    if pivot > DECOUPLED:
        return factors.solve(drive), pivot
    # A trace of absorption damps the decoupled state; refinement takes it back from
    # all others, and leaves that one at rest since nothing drives it.
    values[-n:] += ABSORPTION
    factors = splu(csc_array((values, at), shape=(n, n)))
    waves = factors.solve(drive)
    for _ in range(REFINEMENTS):
        waves += factors.solve(drive - np.asarray(A @ waves))
    return waves, pivot
