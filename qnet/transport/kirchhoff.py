"""Kirchhoff's linear equations, for many sweep points and many sources at once."""

from __future__ import annotations

import threading
from hashlib import blake2b
from math import prod
from typing import TYPE_CHECKING, Final

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.transport.transmission import sum_by

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import SuperLU

DENSE_LIMIT: Final = 300
"""Up to so many unknowns batched LAPACK is faster than one sparse factor a point."""
KEPT_FACTORS: Final = 4
"""Factorisations at hand: the circuit's own, a resistance's, those of the audits."""
DENSE_CHUNK: Final = 1 << 22
"""Matrix elements held at a time by the dense route: 32 MB."""
ACCEPTED_BACKWARD_ERROR: Final = 30.0
"""In units of ε n; above, a factorisation without pivoting is not trusted."""


def solve_nodal(
    rows: Ints, cols: Ints, values: Floats, size: int, drive: Floats
) -> Floats:
    """Solve Σ_b A[a, b] x[b] = drive[a] at every sweep point.

    The matrix is factored once for each point at which it differs; sweep axes along
    which only the drive varies become further columns of the right-hand side.

    Parameters
    ----------
    rows, cols : (nnz,)
        Coordinates of A; pairs add.
    values : (*sweep, nnz)
    size : int
        Number of unknowns.
    drive : (*sweep, size, sources)

    Returns
    -------
    (*sweep, size, sources)
        NaN at points where the matrix is singular.
    """
    matrix_shape = values.shape[:-1]
    rank = max(len(matrix_shape), drive.ndim - 2)
    matrix_shape = (1,) * (rank - len(matrix_shape)) + matrix_shape
    drive = drive.reshape((1,) * (rank - drive.ndim + 2) + drive.shape)
    extra = [k for k in range(rank) if matrix_shape[k] == 1 and drive.shape[k] > 1]
    stay = [k for k in range(rank) if k not in extra]
    columns = drive.transpose(*stay, rank, *extra, rank + 1)
    column_shape = columns.shape[len(stay) + 1 :]
    points = tuple(matrix_shape[k] for k in stay)
    count, width = prod(points), prod(column_shape)
    columns = columns.reshape(*columns.shape[: len(stay) + 1], width)
    columns = np.broadcast_to(columns, (*points, size, width))
    route = _solve_dense if size <= DENSE_LIMIT else _solve_sparse
    x = route(
        rows,
        cols,
        values.reshape(count, len(rows)),
        size,
        columns.reshape(count, size, width),
    )
    x = x.reshape(*points, size, *column_shape)
    back = np.argsort([*stay, rank, *extra, rank + 1])
    return x.transpose(*back)


def _solve_dense(
    rows: Ints, cols: Ints, values: Floats, size: int, drive: Floats
) -> Floats:
    x = np.empty_like(drive)
    step = max(1, DENSE_CHUNK // max(1, size * size))
    for start in range(0, len(values), step):
        part = slice(start, start + step)
        A = sum_by(values[part], rows * size + cols, size * size)
        x[part] = solve_each(A.reshape(len(A), size, size), drive[part])
    return x


def solve_each(A: Floats, drive: Floats) -> Floats:
    """Solve A x = drive in a batch; a singular matrix spoils its own point only.

    Parameters
    ----------
    A : (batch, n, n)
    drive : (batch, n, k)

    Returns
    -------
    (batch, n, k)
        NaN where A is singular.
    """
    try:
        return np.linalg.solve(A, drive).astype(float, copy=False)
    except np.linalg.LinAlgError:
        if len(A) == 1:
            return np.full_like(drive, np.nan)
        half = len(A) // 2
        return np.concatenate(
            [solve_each(A[:half], drive[:half]), solve_each(A[half:], drive[half:])]
        )


def _solve_sparse(
    rows: Ints, cols: Ints, values: Floats, size: int, drive: Floats
) -> Floats:
    from scipy.sparse import coo_matrix

    x = np.empty_like(drive)
    for point, entries in enumerate(values):
        A = coo_matrix((entries, (rows, cols)), shape=(size, size)).tocsc()
        x[point] = _solve_point(A, drive[point])
    return x


def _solve_point(A: csc_matrix, drive: Floats) -> Floats:
    """Factor in an order that keeps grids sparse; pivot freely if that fails.

    Without V sources the matrix is diagonally dominant, and pivots on the diagonal are
    safe; the minimum-degree order with SymmetricMode is then several times faster than
    the default order.
    """
    for is_free in (False, True):
        try:
            factor = _factors.of(A, is_free)
        except RuntimeError:  # SuperLU: "Factor is exactly singular"
            continue
        x = factor.solve(drive)
        if _backward_error(A, x, drive) <= ACCEPTED_BACKWARD_ERROR:
            return x
    return np.full_like(drive, np.nan)


class _Factors(threading.local):
    """The last factorisations of this thread, by what was factored.

    One circuit is asked for voltages, conductances and resistances, and several of
    these questions leave the same reservoirs floating.
    """

    def __init__(self) -> None:
        self._held: dict[bytes, SuperLU] = {}

    def of(self, A: csc_matrix, is_free: bool) -> SuperLU:
        """Factors of A; pivots on the diagonal unless they `is_free` to move."""
        from scipy.sparse.linalg import splu

        digest = blake2b(bytes([is_free]), digest_size=16)
        for column in (A.indptr, A.indices, A.data):
            digest.update(column.tobytes())
        key = digest.digest()
        factors = self._held.pop(key, None)
        if factors is None:
            if is_free:
                factors = splu(A, "COLAMD", diag_pivot_thresh=1.0)
            else:
                symmetric = {"SymmetricMode": True}
                factors = splu(
                    A, "MMD_AT_PLUS_A", diag_pivot_thresh=0.01, options=symmetric
                )
        self._held[key] = factors
        while len(self._held) > KEPT_FACTORS:
            del self._held[next(iter(self._held))]
        return factors


_factors = _Factors()


def _backward_error(A: csc_matrix, x: Floats, drive: Floats) -> float:
    """‖b - A x‖ / (ε n ‖A‖ ‖x‖), the worst of all columns."""
    norm = abs(A).sum(1).max() * abs(x).max(0)
    misfit = abs(drive - A @ x).max(0)
    worst = np.divide(misfit, norm, out=np.zeros_like(norm), where=misfit > 0)
    return float(worst.max(initial=0.0) / (np.finfo(float).eps * len(x)))
