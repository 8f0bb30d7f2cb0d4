"""Long chains at few points: one banded factorisation, with pivoting.

Ordered along the chain, every wave meets its near neighbours only, and LAPACK's banded
LU takes as long as there are waves, without any plan: a plan pays where a sweep uses it
again and again.

References
----------
E. Cuthill and J. McKee, Proc. 24th ACM National Conf., 157 (1969).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.network.islands import Shape
from qnet.smatrix import Complex

NARROW = 12
"""Waves to either side of the diagonal up to which a band is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Waves in an order in which `width` neighbours to either side are coupled.

    `place` (internal,) is where each wave stands.
    """

    place: Ints
    width: int


def make_band(shape: Shape) -> Band | None:
    """Order the waves of an island along it; None where that leaves a broad band."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    n = shape.internal
    inner = (shape.row < n) & (shape.col < n)
    row, col = shape.row[inner], shape.col[inner]
    if len(row) > NARROW * n:
        return None
    ends, others = np.concatenate([row, col]), np.concatenate([col, row])
    graph = csr_array((np.ones(len(ends), np.int8), (ends, others)), shape=(n, n))
    place = np.empty(n, np.intp)
    place[reverse_cuthill_mckee(graph, symmetric_mode=True)] = np.arange(n)
    width = int(abs(place[row] - place[col]).max(initial=0))
    return Band(place, width) if width <= NARROW else None


def join_band(shape: Shape, band: Band, amplitude: Complex) -> tuple[Complex, float]:
    """S of one island at one point, and the smallest pivot.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    """
    from scipy.linalg.lapack import zgbtrf, zgbtrs

    n, width = shape.internal, band.width
    row, col, place = shape.row, shape.col, band.place
    inner, into = (row < n) & (col < n), (row < n) & (col >= n)
    out, direct = (row >= n) & (col < n), (row >= n) & (col >= n)
    # LAPACK's storage: column by column, with room above for what pivoting brings in.
    A = np.zeros((3 * width + 1, n), complex, order="F")
    to, by = place[row[inner]], place[col[inner]]
    A[2 * width + to - by, by] = -amplitude[inner]
    A[2 * width] += 1
    factors, order, _ = zgbtrf(A, width, width, overwrite_ab=True)
    drive = np.zeros((n, shape.entering), complex)
    drive[place[row[into]], col[into] - n] = amplitude[into]
    waves = zgbtrs(factors, width, width, drive, order)[0]
    S = np.zeros((shape.leaving, shape.entering), complex)
    S[row[direct] - n, col[direct] - n] = amplitude[direct]
    np.add.at(S, row[out] - n, amplitude[out, None] * waves[place[col[out]]])
    return S, float(abs(factors[2 * width]).min())
