"""Where a drawing puts reservoirs and scatterers: a ring, and what hangs inside."""

from __future__ import annotations

from typing import Final

import numpy as np

from qnet.circuit import Floats, Ints

SQUEEZE: Final = 0.66
"""Height of the ring over its width: of a figure in a column of text."""
ROW: Final = 14
"""Scatterers in one row of a chain that is folded."""
SPACING: Final = 0.95
"""Distance between neighbours in a folded chain."""
CLOSEST: Final = 0.6
"""Distance to which symbols are pushed apart."""


def place(size: int, seas: Ints, links: Ints) -> tuple[Floats, bool]:
    """Positions of all vertices of a drawing.

    Parameters
    ----------
    size : int
        Number of vertices.
    seas : (k,)
        Those that stand on the ring, in netlist order.
    links : (m, 2)
        Vertices that touch.

    Returns
    -------
    where : (size, 2)
        In units of about one symbol and its label.
    is_folded : bool
        Whether it is a chain, in one row or several.
    """
    folded = _folded(size, seas, links)
    if folded is not None:
        return folded, True
    hops = hops_between(size, links)
    order = ring_order(_closeness(size, seas, links))
    inner = size - len(seas)
    width = max(1.8, 0.40 * len(seas) + 0.16 * inner, 1.25 * np.sqrt(max(inner, 1)))
    if len(seas) < 3:
        width = max(1.8, 0.28 * inner)
    where = np.zeros((size, 2))
    angle = np.pi - 2 * np.pi * np.arange(len(seas)) / max(len(seas), 1)
    ring = np.stack([np.cos(angle), SQUEEZE * np.sin(angle)], -1) * width
    where[seas[order]] = ring
    free = np.setdiff1d(np.arange(size), seas)
    if len(free):
        where = _relaxed(where, free, hops, links)
    return where, False


def hops_between(size: int, links: Ints, start: int | None = None) -> Floats:
    """Links between vertices, (size, size), or from one, (size,); inf without a way."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    ones = np.ones(len(links))
    graph = coo_array((ones, (links[:, 0], links[:, 1])), shape=(size, size)).tocsr()
    found: Floats = shortest_path(graph, directed=False, unweighted=True, indices=start)
    return found


def ring_order(closeness: Floats) -> Ints:
    """Order round the ring that keeps close to each other what is connected.

    The first stays first; improved from the given order by moving one and by
    reversing stretches, until nothing gets better.

    Parameters
    ----------
    closeness : (k, k)
        How much two members attract each other, symmetric.

    Returns
    -------
    (k,)
        Members in their order, clockwise from the left.
    """
    k = len(closeness)
    order = np.arange(k)
    if k < 4:
        return order
    step = np.arange(k)
    apart = np.minimum(abs(step[:, None] - step), k - abs(step[:, None] - step)) ** 2.0

    def cost(trial: Ints) -> float:
        return float((closeness[np.ix_(trial, trial)] * apart).sum())

    best, improved = cost(order), True
    while improved:
        improved = False
        for i in range(1, k):
            for j in range(1, k):
                trials = [np.insert(np.delete(order, i), j, order[i])]
                if i < j:
                    turned = order.copy()
                    turned[i : j + 1] = turned[i : j + 1][::-1]
                    trials.append(turned)
                for trial in trials:
                    found = cost(trial)
                    if found < best - 1e-9:
                        best, order, improved = found, trial, True
    # Of the two senses the one in which the netlist's second stands earlier.
    if order[-1] < order[1]:
        order[1:] = order[1:][::-1]
    return order


def _closeness(size: int, seas: Ints, links: Ints) -> Floats:
    """1/d² of the ways between reservoirs that pass through no other one."""
    k = len(seas)
    close = np.zeros((k, k))
    is_sea = np.zeros(size, bool)
    is_sea[seas] = True
    for a in range(k):
        for b in range(a):
            others = np.setdiff1d(seas, seas[[a, b]])
            free = ~np.isin(links, others).any(-1)
            hops = hops_between(size, links[free], seas[a])
            if np.isfinite(hops[seas[b]]):
                close[a, b] = close[b, a] = hops[seas[b]] ** -2.0
    return close


def _folded(size: int, seas: Ints, links: Ints) -> Floats | None:
    """Rows of a chain between two reservoirs; None for any other network."""
    degree = np.bincount(links.ravel(), minlength=size)
    is_chain = len(seas) == 2 and size > 2 and len(links) == size - 1
    if not is_chain or degree.max() > 2:
        return None
    hops = hops_between(size, links, seas[0])
    if not np.isfinite(hops).all():
        return None
    place = np.asarray(hops, int)
    rows = 1 if size <= ROW + 4 else -(-size // ROW)
    spacing = SPACING if rows > 1 else max(SPACING, min(1.6, 5 / size))
    length = -(-size // rows)
    row, column = np.divmod(place, length)
    column = np.where(row % 2, length - 1 - column, column)
    return np.stack([column * spacing, -row * 1.5 * spacing], -1).astype(float)


def _relaxed(where: Floats, free: Ints, hops: Floats, links: Ints) -> Floats:
    """Stress majorisation of the free vertices, the ring held, then pushed apart."""
    held = np.setdiff1d(np.arange(len(where)), free)
    far = np.nan_to_num(hops, posinf=hops[np.isfinite(hops)].max(initial=1.0) + 1)
    where = _barycentres(where, free, held, links)
    between = np.triu_indices(len(held), 1)
    gap = np.linalg.norm(where[held][:, None] - where[held], axis=-1)[between]
    ratio = gap / far[np.ix_(held, held)][between]
    unit = float(np.median(ratio)) if ratio.size else 1.0
    unit = min(max(unit, 0.7), 1.4)
    np.fill_diagonal(far, 1.0)
    weight = far**-2.0
    np.fill_diagonal(weight, 0.0)
    total = weight.sum(-1)
    for _ in range(150):
        offset = where[:, None] - where
        length = np.maximum(np.linalg.norm(offset, axis=-1), 1e-6)
        pull = weight[..., None] * (where + (unit * far / length)[..., None] * offset)
        where[free] = (pull.sum(1) / total[:, None])[free]
    return _apart(where, free)


def _barycentres(where: Floats, free: Ints, held: Ints, links: Ints) -> Floats:
    """Each free vertex in the middle of its neighbours, a little off, to begin with."""
    size = len(where)
    laplace = np.zeros((size, size))
    np.add.at(laplace, (links[:, 0], links[:, 1]), -1.0)
    np.add.at(laplace, (links[:, 1], links[:, 0]), -1.0)
    np.fill_diagonal(laplace, -laplace.sum(-1) + 1e-6)
    start = where.copy()
    push = -laplace[np.ix_(free, held)] @ where[held]
    start[free] = np.linalg.solve(laplace[np.ix_(free, free)], push)
    # Parallel arms would fall on one another: a sunflower of small steps parts them.
    turn = 2.399963 * np.arange(len(free))
    start[free] += 0.25 * np.stack([np.cos(turn), np.sin(turn)], -1)
    return start


def _apart(where: Floats, free: Ints) -> Floats:
    """Push symbols apart that stand on one another."""
    for _ in range(60):
        offset = where[free][:, None] - where
        length = np.linalg.norm(offset, axis=-1)
        length[np.arange(len(free)), free] = np.inf
        near = np.clip(CLOSEST - length, 0, None) / np.maximum(length, 1e-6)
        where[free] += 0.3 * (near[..., None] * offset).sum(1)
    return where
