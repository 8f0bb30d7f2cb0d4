"""Arrays (*sweep, entry) whose entries each lie in one piece along the sweep.

Kirchhoff's equations of a small circuit join few entries at many points: whole columns
of points are added and compared, and must not be picked out of one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools, Ints

Number = TypeVar("Number", np.float64, np.complex128)


def taken(values: NDArray[Number], which: Ints | Bools) -> NDArray[Number]:
    """Some entries (*sweep, k) of an array (*sweep, n)."""
    return np.moveaxis(np.moveaxis(values, -1, 0)[which], 0, -1)


def side_by_side(
    pieces: Sequence[NDArray[Number]], axes: tuple[int, ...]
) -> NDArray[Number]:
    """Join arrays (*axes, n), or what broadcasts to it, along their last axis."""
    (first,) = pieces if len(pieces) == 1 else (None,)
    if first is not None and first.shape[:-1] == axes:
        return first
    count = sum(piece.shape[-1] for piece in pieces)
    joined = np.empty((count, *axes), np.result_type(*pieces))
    at = 0
    for piece in pieces:
        rank = len(axes) - piece.ndim + 1
        shaped = piece.reshape((1,) * rank + piece.shape)
        joined[at : at + piece.shape[-1]] = np.moveaxis(shaped, -1, 0)
        at += piece.shape[-1]
    return np.moveaxis(joined, 0, -1)
