r"""Scatterers in a row, each with one channel to either side: joined in pairs.

Two neighbours A and B become one by Redheffer's star product,

.. math:: t = \frac{t_A t_B}{1 - r'_A r_B}, \qquad
          r = r_A + \frac{t_A r_B t'_A}{1 - r'_A r_B},

and all pairs of a level at once, so that a row of n takes log n steps on whole columns.

References
----------
R. Redheffer, J. Math. Phys. 41, 1 (1962).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.network.islands import Shape
from qnet.smatrix import Complex

PIECE = 2**14
"""Scatterers that are joined at once: a megabyte, which stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Where the entries of a row of scatterers belong.

    Attributes
    ----------
    entry : (4, scatterer)
        Entry of r, t to the right, t' to the left, and r' of each, from the left to the
        right; one past the last where it has none.
    out, into : (2,)
        Outgoing and incoming channel at the left end and at the right end.
    """

    entry: Ints
    out: Ints
    into: Ints


def make_series(shape: Shape) -> Series | None:
    """Find the row; None where the island is none."""
    joints = int(shape.joint.max(initial=-1)) + 1
    length = joints + 1
    is_narrow = shape.internal == 2 * joints and shape.leaving == shape.entering == 2
    ends = _ends(shape) if is_narrow else None
    if ends is None:
        return None
    # The joints, and both ends as joints of their own.
    taker = np.concatenate([shape.joint, joints + ends[0]])[shape.row]
    sender = np.concatenate([shape.joint, joints + ends[1]])[shape.col]
    place = _along(joints, sender, taker)
    if place is None:
        return None
    left, right = place[sender], place[taker]
    passing = left != right
    goes_right = np.zeros(shape.internal + 2, bool)
    goes_right[shape.row[passing]] = (right > left)[passing]
    forth = goes_right[shape.row]
    kind = np.where(passing, np.where(forth, 1, 2), np.where(forth, 3, 0))
    scatterer = np.where(forth, right - 1, right)
    entry = np.full((4, length), len(kind))
    entry[kind, scatterer] = np.arange(len(kind))
    out, into = (np.argsort(end) for end in ends)
    return Series(entry, out, into)


def _ends(shape: Shape) -> tuple[Ints, Ints] | None:
    """Which of two ends each outgoing and each incoming channel is at."""
    out, into = shape.out_channels[0, :, 0], shape.in_channels[0, :, 0]
    if out[0] == out[1] or set(out.tolist()) != set(into.tolist()):
        return None
    return (out != out[0]).astype(np.intp), (into != out[0]).astype(np.intp)


def _along(joints: int, sender: Ints, taker: Ints) -> Ints | None:
    """Place of each joint along the row from the first end; None for other shapes.

    In a row every scatterer passes waves on both ways, and nothing branches.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    passing = sender != taker
    size, first, last = joints + 2, joints, joints + 1
    if np.count_nonzero(passing) != 2 * (joints + 1):
        return None
    to, by = taker[passing], sender[passing]
    graph = coo_array((np.ones(len(to)), (to, by)), (size, size)).tocsr()
    if graph.nnz < len(to) or (np.diff(graph.indptr)[:joints] != 2).any():
        return None
    order = breadth_first_order(graph, first, return_predecessors=False)
    if len(order) < size or order[-1] != last:
        return None
    place = np.empty(size, np.intp)
    place[order] = np.arange(size)
    return place


def join_series(series: Series, amplitude: Complex) -> tuple[Complex, float]:
    """S of one island at one point, and the smallest |1 - r r'|.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    """
    padded = np.append(amplitude, 0)
    pieces, weakest = [], np.inf
    for start in range(0, series.entry.shape[1], PIECE):
        piece, pivot = _joined(padded[series.entry[:, start : start + PIECE]])
        pieces.append(piece)
        weakest = min(weakest, pivot)
    whole, pivot = _joined(np.concatenate(pieces, axis=1))
    S = np.empty((2, 2), complex)
    S[series.out[:, None], series.into] = whole.reshape(2, 2).T
    return S, float(np.sqrt(min(weakest, pivot)))


def _joined(parts: Complex) -> tuple[Complex, float]:
    """r, t, t', r' (4, 1) of a row (4, scatterer), and the smallest |1 - r r'|²."""
    weakest = np.inf
    while parts.shape[1] > 1:
        even = parts.shape[1] // 2 * 2
        r, t, back, end = parts[:, :even:2]
        begin, onward, forth, last = parts[:, 1:even:2]
        loop = 1 - end * begin
        weakest = min(weakest, float((loop.real**2 + loop.imag**2).min()))
        with np.errstate(divide="ignore", invalid="ignore"):
            gain, turn = t / loop, forth / loop
            pairs = (
                r + gain * begin * back,
                gain * onward,
                turn * back,
                last + turn * end * onward,
            )
        parts = np.concatenate([np.stack(pairs), parts[:, even:]], axis=1)
    return parts, weakest
