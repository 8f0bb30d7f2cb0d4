"""What is connected with what: components and reach on integer columns.

Small questions are answered here, because importing SciPy's graph routines costs more
than answering; large ones go to `scipy.sparse.csgraph`. A test holds the two to the
same answer.
"""

from __future__ import annotations

import numpy as np

from qnet.circuit import Bools, Ints

SMALL = 4000
"""Edges up to which plain Python is faster than importing SciPy's graph routines."""


def components(size: int, left: Ints, right: Ints, small: int = SMALL) -> Ints:
    """Connected components of an undirected graph.

    Parameters
    ----------
    size : int
        Number of vertices.
    left, right : (edge,)
        The two ends of each edge.
    small : int
        Number of edges up to which plain Python answers.

    Returns
    -------
    (vertex,)
        Component of each vertex, numbered by first appearance.
    """
    if len(left) == 0:
        return np.arange(size)
    if len(left) > small:
        return _in_order(_components_by_scipy(size, left, right))
    return _components_by_union(size, left, right)


def reached(
    size: int, source: Ints, target: Ints, start: Ints, small: int = SMALL
) -> Bools:
    """Vertices of a directed graph that can be reached from `start`, itself included.

    Parameters
    ----------
    size : int
        Number of vertices.
    source, target : (edge,)
        Tail and head of each edge.
    start : (k,)
        Where to begin.
    small : int
        Number of edges up to which plain Python answers.

    Returns
    -------
    (vertex,) of bool
    """
    found = np.zeros(size, bool)
    found[start] = True
    if len(start) == 0 or len(source) == 0:
        return found
    if len(source) > small:
        return _reached_by_scipy(size, source, target, start)
    heads: dict[int, list[int]] = {}
    for tail, head in zip(source.tolist(), target.tolist(), strict=True):
        heads.setdefault(tail, []).append(head)
    waiting = start.tolist()
    while waiting:
        for head in heads.get(waiting.pop(), ()):
            if not found[head]:
                found[head] = True
                waiting.append(head)
    return found


def _components_by_union(size: int, left: Ints, right: Ints) -> Ints:
    parent = list(range(size))

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        parent[root(one)] = root(other)
    number: dict[int, int] = {}
    labels = [number.setdefault(root(v), len(number)) for v in range(size)]
    return np.array(labels, dtype=np.intp)


def _components_by_scipy(size: int, left: Ints, right: Ints) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(left), np.int8), (left, right)), (size, size))
    return connected_components(edges.tocsr(), directed=False)[1].astype(np.intp)


def _reached_by_scipy(size: int, source: Ints, target: Ints, start: Ints) -> Bools:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    # One vertex more, with an edge to each starting point: a single search does.
    tails = np.concatenate([source, np.full(len(start), size)])
    heads = np.concatenate([target, start])
    shape = (size + 1, size + 1)
    edges = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape)
    order = breadth_first_order(edges.tocsr(), size, return_predecessors=False)
    found = np.zeros(size + 1, bool)
    found[order] = True
    return found[:size]


def _in_order(labels: Ints) -> Ints:
    """Renumber components by first appearance, as the other route does."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
