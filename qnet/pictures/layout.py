"""Where a drawing puts reservoirs and scatterers: a ring, and what hangs inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.pictures.planar import embed, embedded, hung
from qnet.pictures.relaxing import relaxed

SQUEEZE: Final = 0.62
"""Height of the ring over its width: of a figure in a column of text."""
WIDEST: Final = 5.2
"""Inches of a ring or a row: what a page leaves beside labels and the scale."""
HIGHEST: Final = 6.0
"""Inches of a ring on a page of its own."""
STEP: Final = 1.3
"""Inches between neighbours on a ring that need not save room."""
NEAREST: Final = 0.46
"""Inches between neighbours below which a ring leaves its page instead."""
FEW: Final = 48
"""Reservoirs whose best order round the ring is looked for."""
IN_ROWS: Final = 0.4
"""Inches between neighbours in a chain of several rows."""
APART: Final = 0.7
"""Inches between pieces of a network that do not touch."""
LEAD: Final = 0.34
"""Inches of a line between two symbols, where nothing stretches it."""
ROOMY: Final = 0.8
"""Inches between neighbours at which symbols have their full size."""
SMALLEST: Final = 0.72
"""Size of a symbol at its smallest, over the full one."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Positions of all vertices of a drawing.

    Attributes
    ----------
    where : (n, 2)
        In inches.
    in_a_row : (n,)
        Whether a vertex is in a chain, which is set in rows.
    shrink : float
        Size of symbols that fits the distances, 1 where there is room.
    """

    where: Floats
    in_a_row: Bools
    shrink: float


def place(ring: Ints, links: Ints, radius: Floats) -> Layout:
    """Lay out a drawing: each connected piece by itself, one below the other.

    Parameters
    ----------
    ring : (k,)
        Vertices that stand on the ring, in netlist order.
    links : (m, 2)
        Vertices that touch.
    radius : (n,)
        Room that each vertex takes, in inches.
    """
    size = len(radius)
    piece_of = _pieces(size, links)
    where, in_a_row = np.zeros((size, 2)), np.zeros(size, bool)
    shrink, floor = 1.0, 0.0
    for piece in dict.fromkeys(piece_of[np.append(ring, np.arange(size))].tolist()):
        own = np.flatnonzero(piece_of == piece)
        number = np.zeros(size, np.intp)
        number[own] = np.arange(len(own))
        its_ring = number[ring[piece_of[ring] == piece]]
        its_links = number[links[piece_of[links[:, 0]] == piece]]
        one = _placed(its_ring, its_links, radius[own])
        low, high = one.where.min(0), one.where.max(0)
        shift = (-(low[0] + high[0]) / 2, floor - high[1])
        where[own], in_a_row[own] = one.where + shift, one.in_a_row
        floor -= high[1] - low[1] + APART
        shrink = min(shrink, one.shrink)
    return Layout(where, in_a_row, shrink)


def _placed(ring: Ints, links: Ints, radius: Floats) -> Layout:
    """Lay out a connected piece: in rows, framed by its ring, or freely."""
    size = len(radius)
    row = _in_rows(size, ring, links)
    if row is not None:
        return row
    near = ring
    if len(ring) <= FEW:
        near = ring[ring_order(_closeness(size, ring, links))]
    embedding = embed(size, ring, links, (ring, near))
    order = near if embedding is None else embedding.ring
    axes = _axes_of_ring(len(ring), size - len(ring))
    where = np.zeros((size, 2))
    where[order] = _round(len(ring)) * axes
    if embedding is None:
        where = hung(where, ring, links)
    else:
        where = embedded(where, embedding, axes, links)
    if _is_frame(size, ring, links):
        hops = hops_between(size, links)
        step = _scale_of_frame(where, ring, hops)
        shrink = float(np.clip(2 * step / ROOMY, SMALLEST, 1.0))
        where = relaxed(where, ring, links, hops * step, shrink * radius)
    else:
        far = hops_between(size, links, lengths=radius[links].sum(-1) + LEAD)
        where = relaxed(where, ring[:0], links, far, radius)
        where = _turned(where, ring, far)
        shrink = float(np.clip(WIDEST / np.ptp(where[:, 0]), SMALLEST, 1.0))
        where = shrink * where
    return Layout(where, np.zeros(size, bool), shrink)


def _pieces(size: int, links: Ints) -> Ints:
    """Number of the connected piece of each vertex."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(links)), links.T), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.intp)


def _is_frame(size: int, ring: Ints, links: Ints) -> bool:
    """Whether three reservoirs or more hold the network, and none cuts it in two."""
    whole = np.arange(size)
    cuts = (
        len(np.unique(_pieces(size, links[(links != a).all(-1)])[whole != a])) > 1
        for a in ring
    )
    return len(ring) > 2 and not any(cuts)


def hops_between(
    size: int, links: Ints, start: int | None = None, lengths: Floats | None = None
) -> Floats:
    """Shortest ways between vertices, (size, size), or from one, (size,).

    In links, or along links of given lengths; inf without a way.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    once, first = np.unique(np.sort(links, -1), axis=0, return_index=True)
    weights = np.ones(len(once)) if lengths is None else lengths[first]
    graph = coo_array((weights, (once[:, 0], once[:, 1])), shape=(size, size)).tocsr()
    found: Floats = shortest_path(graph, directed=False, indices=start)
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


def _closeness(size: int, ring: Ints, links: Ints) -> Floats:
    """1/d² of the ways between reservoirs that pass through no other one."""
    k = len(ring)
    close = np.zeros((k, k))
    for a in range(k):
        for b in range(a):
            others = np.setdiff1d(ring, ring[[a, b]])
            free = ~np.isin(links, others).any(-1)
            hops = hops_between(size, links[free], int(ring[a]))
            if np.isfinite(hops[ring[b]]):
                close[a, b] = close[b, a] = hops[ring[b]] ** -2.0
    return close


# --- the ring


def _axes_of_ring(count: int, inner: int) -> tuple[float, float]:
    """Half the width and half the height of a ring, in inches."""
    if count < 3:
        width = min(max(1.4, 0.25 * inner), WIDEST / 2)
        return width, SQUEEZE * width
    wanted = max(STEP * count / (2 * np.pi * 0.83), 1.25, 0.42 * np.sqrt(inner))
    width = min(wanted, WIDEST / 2)
    height = min(SQUEEZE * wanted, max(HIGHEST / 2, SQUEEZE * width))
    # The mean of the axes is near enough to the radius of a circle of equal length.
    room = 2 * np.pi * (width + height) / 2 / count
    grow = max(1.0, NEAREST / room)
    return width * grow, height * grow


def _round(count: int) -> Floats:
    """Directions of the members of a ring, clockwise from the left."""
    angle = np.pi - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def _scale_of_frame(where: Floats, ring: Ints, hops: Floats) -> float:
    """Inches of one link, as the reservoirs on the ring have them."""
    between = np.triu_indices(len(ring), 1)
    gap = np.linalg.norm(where[ring][:, None] - where[ring], axis=-1)[between]
    ratio = gap / hops[np.ix_(ring, ring)][between]
    ratio = ratio[ratio > 0]
    return float(np.clip(np.median(ratio), 0.2, 1.1)) if ratio.size else ROOMY


def _turned(where: Floats, ring: Ints, far: Floats) -> Floats:
    """From left to right: from the first reservoir to the farthest one, if any."""
    if len(ring) > 1:
        along = where[ring[np.argmax(far[ring[0], ring])]] - where[ring[0]]
    else:
        along = np.linalg.svd(where - where.mean(0), full_matrices=False)[2][0]
        inward = where.mean(0) - where[ring[0]] if len(ring) else along
        along = along * (1.0 if along @ inward >= 0 else -1.0)
    cosine, sine = along / max(float(np.hypot(*along)), 1e-9)
    found: Floats = where @ np.array([[cosine, -sine], [sine, cosine]])
    return found


# --- chains


def _in_rows(size: int, ring: Ints, links: Ints) -> Layout | None:
    """Set a chain in one row or several; None for any other network."""
    degree = np.bincount(links.ravel(), minlength=size)
    ends = np.flatnonzero(degree == 1)
    if len(ends) != 2 or len(links) != size - 1 or degree.max() > 2 or size < 3:
        return None
    leading = ends[np.isin(ends, ring)]
    hops = hops_between(size, links, int(leading[0] if len(leading) else ends[0]))
    place = np.asarray(hops, int)
    rows = -(-size // int(WIDEST / IN_ROWS))
    length = -(-size // rows)
    spacing = IN_ROWS if rows > 1 else min(1.0, WIDEST / size)
    row, column = np.divmod(place, length)
    column = np.where(row % 2, length - 1 - column, column)
    where = np.stack([column * spacing, -0.75 * row], -1).astype(float)
    shrink = float(np.clip(spacing / ROOMY, SMALLEST, 1.0))
    return Layout(where, np.ones(size, bool), shrink)
