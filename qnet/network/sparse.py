"""Large islands with few leads: one sparse factorisation a point.

The waves of a lattice of thousands of scatterers are joined by LU of 1 - S_ii with a
fill-reducing order; only the columns of incoming channels, or the rows of outgoing
ones, whichever are fewer, are solved for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix, Stretch, batch_axes, gather
from qnet.network.islands import Shape
from qnet.smatrix import Complex


def factorise(shape: Shape, cells: Sequence[CellMatrix]) -> tuple[Complex, Floats]:
    """S of all islands of a shape, by sparse LU.

    Returns
    -------
    S : (island, point, out, in)
        NaN where 1 - S_ii is exactly singular.
    pivot : (island, point)
        Smallest pivot in modulus, 0 where there was none.
    """
    axes = batch_axes(shape, cells)
    points = int(np.prod(axes))
    S = np.empty((shape.islands, points, shape.leaving, shape.entering), complex)
    pivot = np.empty((shape.islands, points))
    amplitude = np.empty(len(shape.row), complex)
    for island in range(shape.islands):
        for point in range(points):
            one = Stretch(slice(island, island + 1), slice(point, point + 1))
            for entries, values in gather(shape, cells, axes, one):
                amplitude[entries] = values[:, 0, 0]
            S[island, point], pivot[island, point] = join_sparse(shape, amplitude)
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
    try:
        factors = splu(csc_array((values, at), shape=(n, n)))
    except RuntimeError:  # SuperLU's word for an exactly singular matrix
        return np.full_like(drive, np.nan), 0.0
    return factors.solve(drive), float(np.abs(factors.U.diagonal()).min())
