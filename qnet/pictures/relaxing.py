"""Even distances between symbols, without crossings that need not be."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools, Floats, Ints

ROUNDS: Final = 48
"""Times that every symbol is looked at, if there are few."""
LOOKS: Final = 5000
"""Looks at a symbol in all, which bounds the time of large drawings."""
FIRST: Final = 0.5
"""Inches of a step to the side at the beginning; at the end a tenth of it."""
CROSSING: Final = 6.0
"""Price of two lines that cross."""
CLEAR: Final = 0.08
"""Inches between a symbol and a line that passes it."""
GRAZING: Final = 3.0
"""Price of a symbol on a line that passes it."""
GAP: Final = 0.12
"""Inches between two symbols."""
TOUCHING: Final = 8.0
"""Price of two symbols on one spot."""
MANY: Final = 250
"""Vertices beyond which crossings are too many to be weighed."""

_TURN: Final = np.linspace(0, 2 * np.pi, 9)[:-1]
_SIDES: Final = np.stack([np.cos(_TURN), np.sin(_TURN)], -1)


def relaxed(
    where: Floats, held: Ints, links: Ints, far: Floats, radius: Floats
) -> Floats:
    """Move vertices until distances are as wanted and little is in the way.

    Stress majorisation, one vertex at a time (E. R. Gansner, Y. Koren and S. North,
    Graph Drawing 2004), where a step is taken only if stress, crossings and lines that
    graze symbols together become less.

    Parameters
    ----------
    where : (n, 2)
        Positions to begin with, inches.
    held : (k,)
        Vertices that stay.
    links : (m, 2)
        Vertices joined by a line.
    far : (n, n)
        Distances wanted, inches; inf where nothing joins two vertices.
    radius : (n,)
        Room that each vertex takes, inches.
    """
    n = len(where)
    free = np.setdiff1d(np.arange(n), held)
    most = far[np.isfinite(far)].max(initial=1.0)
    far = np.nan_to_num(far, posinf=1.5 * most)
    np.fill_diagonal(far, 1.0)
    weight = far**-2.0
    np.fill_diagonal(weight, 0.0)
    where = _majorised(where.copy(), free, far, weight, 30 if n <= MANY else 120)
    if n > MANY:
        return where
    lines = np.unique(np.sort(links[links[:, 0] != links[:, 1]], -1), axis=0)
    rounds = min(ROUNDS, LOOKS // max(len(free), 1))
    for step in np.geomspace(FIRST, FIRST / 10, rounds):
        for v in free:
            goal = _goal(where, v, far[v], weight[v])
            trials = np.concatenate(
                [where[v] + np.multiply.outer([0.0, 1.0, 0.5], goal - where[v]),
                 where[v] + step * _SIDES]
            )  # fmt: skip
            price = _price(trials, v, where, lines, far[v], weight[v], radius)
            where[v] = trials[int(np.argmin(price))]
    return where


def crossings(where: Floats, lines: Ints) -> int:
    """Pairs of straight lines that cross."""
    count = 0
    for number, (a, b) in enumerate(lines):
        rest = lines[number + 1 :]
        apart = ~np.isin(rest, (a, b)).any(-1)
        count += int(_crosses(where[a][None], where[b], where[rest[apart]]).sum())
    return count


def _majorised(
    where: Floats, free: Ints, far: Floats, weight: Floats, rounds: int
) -> Floats:
    """Some rounds of plain stress, damped so that the start is still to be seen."""
    total = weight.sum(-1)
    for _ in range(rounds if len(where) > MANY else 0):
        offset = where[:, None] - where
        length = np.maximum(np.linalg.norm(offset, axis=-1), 1e-6)
        pull = weight[..., None] * (where + (far / length)[..., None] * offset)
        where[free] = (pull.sum(1) / total[:, None])[free]
    return where


def _goal(where: Floats, v: int, far: Floats, weight: Floats) -> Floats:
    """Where stress alone would put a vertex."""
    offset = where[v] - where
    length = np.maximum(np.linalg.norm(offset, axis=-1), 1e-6)
    pull = weight[:, None] * (where + (far / length)[:, None] * offset)
    found: Floats = pull.sum(0) / weight.sum()
    return found


def _price(
    trials: Floats,
    v: int,
    where: Floats,
    lines: Ints,
    far: Floats,
    weight: Floats,
    radius: Floats,
) -> Floats:
    """What each trial position of a vertex costs, (t,)."""
    offset = trials[:, None] - where
    length = np.linalg.norm(offset, axis=-1)
    price: Floats = (weight * (length - far) ** 2).sum(-1)
    length[:, v] = np.inf
    room = radius[v] + radius + GAP
    price += TOUCHING * (np.clip(1 - length / room, 0, None) ** 2).sum(-1)
    mine = (lines == v).any(-1)
    ends, others = lines[mine].sum(-1) - v, lines[~mine]
    rest = where[others]
    near = _distance(trials[:, None], rest[:, 0], rest[:, 1])
    room = radius[v] + CLEAR
    price += GRAZING * (np.clip(1 - near / room, 0, None) ** 2).sum(-1)
    for end in ends:
        meets = (others == end).any(-1)
        across = _crosses(trials, where[end], rest) & ~meets
        price += CROSSING * across.sum(-1)
        passed = np.ones(len(where), bool)
        passed[[v, end]] = False
        near = _distance(where[passed], trials[:, None], where[end])
        room = radius[passed] + CLEAR
        price += GRAZING * (np.clip(1 - near / room, 0, None) ** 2).sum(-1)
    return price


def _crosses(start: Floats, stop: Floats, others: Floats) -> Bools:
    """Whether lines from `start` (t, 2) to `stop` (2,) cross others, (t, m)."""
    a, b = start[:, None], np.broadcast_to(stop, start[:, None].shape)
    c, d = others[:, 0], others[:, 1]
    first = _side(a, b, c) * _side(a, b, d)
    second = _side(c, d, a) * _side(c, d, b)
    found: Bools = (first < 0) & (second < 0)
    return found


def _side(a: Floats, b: Floats, c: Floats) -> Floats:
    found: Floats = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (
        b[..., 1] - a[..., 1]
    ) * (c[..., 0] - a[..., 0])
    return found


def _distance(point: Floats, start: Floats, stop: Floats) -> NDArray[np.float64]:
    """Distance of points from straight lines, with broadcasting."""
    along = stop - start
    size = np.maximum((along**2).sum(-1), 1e-12)
    share = np.clip(((point - start) * along).sum(-1) / size, 0, 1)
    found: Floats = np.linalg.norm(point - start - share[..., None] * along, axis=-1)
    return found
