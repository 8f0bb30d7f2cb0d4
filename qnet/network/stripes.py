"""Equations whose unknowns couple to few others, solved from stripe to stripe.

The unknowns of a long device are cut across it: those of a stripe couple to one
another and to the two stripes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from qnet.circuit import Ints
from qnet.smatrix import Complex

NARROW: Final = 32
"""Unknowns up to which a stripe takes up those behind it: smaller ones cost more to
ask for than to work on."""

ACCEPTED: Final = 100 * float(np.finfo(float).eps)
"""Misfit, over unknowns and the largest drive, of a solution that is taken."""


def cut(size: int, left: Ints, right: Ints) -> list[list[int]]:
    """Cut a graph into stripes: edges lie within one, or join it to its neighbour.

    Parameters
    ----------
    size : int
        Number of vertices.
    left, right : (edge,)
        The two ends of each edge.
    """
    near: list[list[int]] = [[] for _ in range(size)]
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        near[one].append(other)
        near[other].append(one)
    found: list[list[int]] = [[]]
    seen: set[int] = set()
    for start in range(size):
        if start in seen:
            continue
        end = _layers(near, start)[-1][0]
        for layer in _layers(near, end):
            seen.update(layer)
            if len(found[-1]) >= NARROW:
                found.append([])
            found[-1].extend(layer)
    return found


def _layers(near: Sequence[Sequence[int]], start: int) -> list[list[int]]:
    """Vertices by their distance from one of them."""
    seen, layers = {start}, [[start]]
    while layers[-1]:
        ahead = dict.fromkeys(v for u in layers[-1] for v in near[u] if v not in seen)
        seen.update(ahead)
        layers.append(list(ahead))
    return layers[:-1]


def solve_in_stripes(A: Complex, drive: Complex, ends: Sequence[int]) -> Complex | None:
    """Solve A x = drive; None where no pivot within a stripe will do.

    Parameters
    ----------
    A : (n, n)
        Zero between stripes that are no neighbours.
    drive : (n, k)
    ends : sequence of int
        Where stripes end, the last one at n.

    Returns
    -------
    (n, k) or None
        Only what fits the equations to rounding.
    """
    stripes = [slice(a, b) for a, b in pairwise((0, *ends))]
    x: Complex = drive.astype(complex)
    onward: list[Complex] = []
    try:
        own = A[stripes[0], stripes[0]]
        for here, beyond in pairwise(stripes):
            sides = np.concatenate([A[here, beyond], x[here]], axis=1)
            both = np.asarray(np.linalg.solve(own, sides), complex)
            width = beyond.stop - beyond.start
            onward.append(both[:, :width])
            x[here] = both[:, width:]
            back = A[beyond, here]
            own = np.subtract(A[beyond, beyond], back @ onward[-1])
            x[beyond] -= back @ x[here]
        x[stripes[-1]] = np.linalg.solve(own, x[stripes[-1]])
    except np.linalg.LinAlgError:
        return None
    for (here, beyond), ahead in zip(
        reversed(list(pairwise(stripes))), reversed(onward), strict=True
    ):
        x[here] -= ahead @ x[beyond]
    misfit = abs(A @ x - drive).max(initial=0.0)
    fits = misfit <= ACCEPTED * len(x) * abs(drive).max(initial=0.0)
    return x if fits else None
