"""Layouts without crossings, where a network has one: faces, and positions in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qnet.circuit import Floats, Ints

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A network in the plane, its reservoirs on the outside.

    Attributes
    ----------
    ring : (k,)
        The reservoirs, clockwise from the first of the netlist.
    rim : tuple of tuple of int
        What lies on the outside behind each of them, up to the next one; a single
        walk round everything where there is no reservoir.
    faces : tuple of tuple of int
        Vertices round each of the other faces.
    """

    ring: Ints
    rim: tuple[tuple[int, ...], ...]
    faces: tuple[tuple[int, ...], ...]


def embed(
    size: int, ring: Ints, links: Ints, orders: Iterable[Ints]
) -> Embedding | None:
    """Find a drawing without crossings; None where there is none.

    Parameters
    ----------
    size : int
        Number of vertices.
    ring : (k,)
        Vertices that belong on the outside.
    links : (m, 2)
        Vertices that touch.
    orders : iterable of (k,)
        Orders of the ring in which it is tried first, clockwise.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from((a, b) for a, b in links.tolist() if a != b)
    # Whatever is joined to a hub outside lies on the outside.
    hub = size
    graph.add_edges_from((hub, a) for a in ring.tolist())
    for order in orders if len(ring) > 2 else ():
        tyre = list(zip(order.tolist(), np.roll(order, -1).tolist(), strict=True))
        wheel = nx.Graph(graph)
        wheel.add_edges_from(tyre)
        is_planar, found = nx.check_planarity(wheel)
        if is_planar:
            found.remove_edges_from([*tyre, *((b, a) for a, b in tyre)])
            return _told(found, hub, order)
    is_planar, found = nx.check_planarity(graph)
    return _told(found, hub, ring) if is_planar else None


def _told(found: nx.PlanarEmbedding, hub: int, ring: Ints) -> Embedding:
    """Faces of an embedding, in that of its two senses which `ring` prefers."""
    walks = list(_faces(found))
    if not len(ring):
        walks.sort(key=len)
        return Embedding(ring, (tuple(walks[-1]),), tuple(map(tuple, walks[:-1])))
    after = {}
    for walk in walks:
        for place, vertex in enumerate(walk):
            if vertex == hub:
                turned = walk[place + 1 :] + walk[:place]
                after[turned[0]] = (turned[-1], turned[1:-1])
    order, rim = [int(ring[0])], []
    for _ in ring:
        following, between = after[order[-1]]
        order.append(following)
        rim.append(between)
    order.pop()
    rank = {vertex: place for place, vertex in enumerate(ring.tolist())}
    if len(order) > 2 and rank[order[-1]] < rank[order[1]]:  # as in a mirror
        order = [order[0], *order[:0:-1]]
        rim = [between[::-1] for between in rim[::-1]]
    inner = tuple(tuple(walk) for walk in walks if hub not in walk)
    return Embedding(np.array(order, np.intp), tuple(map(tuple, rim)), inner)


def _faces(found: nx.PlanarEmbedding) -> Iterator[list[int]]:
    """Walks round all faces."""
    seen: set[tuple[int, int]] = set()
    for start, end in sorted(found.edges):
        if (start, end) not in seen:
            yield found.traverse_face(start, end, seen)


def embedded(
    where: Floats, plan: Embedding, axes: tuple[float, float], links: Ints
) -> Floats:
    """Positions without crossings: each vertex amid its neighbours and its faces.

    A point in every face, joined to all round it, keeps parallel arms apart
    (W. T. Tutte, Proc. London Math. Soc. 13, 743 (1963), on the graph so filled).

    Parameters
    ----------
    where : (size, 2)
        Of which those of the ring are right.
    plan : Embedding
    axes : tuple of float
        Half the width and height of the outside.
    links : (m, 2)
        Vertices that touch.
    """
    size = len(where)
    rim = _on_the_rim(plan, axes)
    held = np.array([*plan.ring.tolist(), *rim], np.intp)
    start = np.zeros((size + len(plan.faces), 2))
    start[:size] = where
    start[list(rim)] = np.array(list(rim.values())).reshape(-1, 2)
    filled = [
        (size + number, vertex)
        for number, face in enumerate(plan.faces)
        for vertex in set(face)
    ]
    both = np.concatenate([links, np.array(filled, np.intp).reshape(-1, 2)])
    return _amid(start, held, both)[:size]


def hung(where: Floats, held: Ints, links: Ints) -> Floats:
    """Positions of what hangs between held ones, where no drawing avoids crossings."""
    found = _amid(where, held, links)
    free = np.setdiff1d(np.arange(len(where)), held)
    # Parallel arms would fall on one another: a sunflower of small steps parts them.
    turn = 2.399963 * np.arange(len(free))
    found[free] += 0.25 * np.stack([np.cos(turn), np.sin(turn)], -1)
    return found


def _on_the_rim(
    plan: Embedding, axes: tuple[float, float]
) -> dict[int, tuple[float, float]]:
    """Positions on the outside of what lies between reservoirs, met for the first time.

    In this order round an ellipse no two links cross.
    """
    found: dict[int, tuple[float, float]] = {}
    known = set(plan.ring.tolist())
    arc = 2 * np.pi / len(plan.rim)
    for number, walk in enumerate(plan.rim):
        fresh = _first_met(walk, known)
        for place, vertex in enumerate(fresh, 1):
            share = place / (len(fresh) + 1)
            angle = np.pi - arc * (number + share)
            found[vertex] = (axes[0] * np.cos(angle), axes[1] * np.sin(angle))
    return found


def _first_met(walk: Iterable[int], known: set[int]) -> Sequence[int]:
    fresh = []
    for vertex in walk:
        if vertex not in known:
            known.add(vertex)
            fresh.append(vertex)
    return fresh


def _amid(where: Floats, held: Ints, links: Ints) -> Floats:
    """Each vertex that is not held in the middle of its neighbours."""
    size = len(where)
    free = np.setdiff1d(np.arange(size), held)
    laplace = np.zeros((size, size))
    np.add.at(laplace, (links[:, 0], links[:, 1]), -1.0)
    np.add.at(laplace, (links[:, 1], links[:, 0]), -1.0)
    np.fill_diagonal(laplace, 0.0)
    np.fill_diagonal(laplace, -laplace.sum(-1) + 1e-6)
    found = where.copy()
    push = -laplace[np.ix_(free, held)] @ where[held]
    found[free] = np.linalg.solve(laplace[np.ix_(free, free)], push)
    return found
