"""Large islands with few leads: one sparse factorisation a point.

The waves of a lattice of thousands of scatterers are joined by LU of 1 - S_ii with a
fill-reducing order; only the columns of incoming channels, or the rows of outgoing
ones, whichever are fewer, are solved for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qnet.circuit import Floats
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
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    n = shape.internal
    size = (n + shape.leaving, n + shape.entering)
    T = csc_array((amplitude, (shape.row, shape.col)), shape=size)
    T_ie, T_ei = T[:n, n:].toarray(), T[n:, :n]
    S = T[n:, n:].toarray()
    try:
        factors = splu((eye_array(n, format="csc") - T[:n, :n]).tocsc())
    except RuntimeError:  # SuperLU's word for an exactly singular matrix
        return np.full_like(S, np.nan), 0.0
    if shape.entering <= shape.leaving:
        S += T_ei @ factors.solve(T_ie)
    else:
        S += factors.solve(T_ei.toarray().T, trans="T").T @ T_ie
    return S, float(np.abs(factors.U.diagonal()).min(initial=np.inf))
