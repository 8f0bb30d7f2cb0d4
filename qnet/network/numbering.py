"""Which values occur among some: what `numpy.unique` does, for plain whole numbers.

That one asks about masked arrays first, and loading these takes a short run longer than
all its sorting.
"""

from __future__ import annotations

import numpy as np

from qnet.circuit import Bools, Ints


def distinct(values: Ints) -> Ints:
    """Values that occur, ascending; of any shape."""
    ascending = np.sort(values, axis=None)
    return ascending[_differs(ascending)]


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """Values that occur, ascending, and the place (n,) of each of `values` (n,)."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    is_new = _differs(ascending)
    place = np.empty(len(values), np.intp)
    place[order] = np.cumsum(is_new) - 1
    return ascending[is_new], place


def _differs(ascending: Ints) -> Bools:
    """Whether a value is another than the one before it."""
    is_new = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    return is_new
