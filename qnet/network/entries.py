"""Arrays (*sweep, entry) whose entries each lie in one piece along the sweep.

Kirchhoff's equations of a small circuit join few entries at many points: whole columns
of points are added and compared, and must not be picked out of one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools, Ints

FEW: Final = 8
"""Entries up to which NumPy takes longer to reduce each point than all points."""

Number = TypeVar("Number", np.float64, np.complex128)


def entry_first(values: NDArray[Any]) -> NDArray[Any]:
    """View of an array (*sweep, n) as (n, *sweep)."""
    rank = values.ndim - 1
    return values.transpose(rank, *range(rank))


def entry_last(values: NDArray[Any]) -> NDArray[Any]:
    """View of an array (n, *sweep) as (*sweep, n)."""
    return values.transpose(*range(1, values.ndim), 0)


def taken(values: NDArray[Number], which: Ints | Bools) -> NDArray[Number]:
    """Some entries (*sweep, k) of an array (*sweep, n)."""
    return entry_last(entry_first(values)[which])


def largest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest of the entries (*sweep, n) at each point, at least zero, (*sweep,)."""
    count = values.shape[-1]
    if count > FEW or not count:
        return np.asarray(values.max(-1, initial=0.0))
    found = np.asarray(np.maximum(values[..., 0], 0.0))
    for k in range(1, count):
        found = np.maximum(found, values[..., k], out=found)
    return found


def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the entries (*sweep, n) at each point, (*sweep,)."""
    count = values.shape[-1]
    if count > FEW or not count:
        return np.asarray(values.sum(-1))
    found = np.add(values[..., 0], 0.0)
    for k in range(1, count):
        found += values[..., k]
    return found


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
        joined[at : at + piece.shape[-1]] = entry_first(shaped)
        at += piece.shape[-1]
    return entry_last(joined)
