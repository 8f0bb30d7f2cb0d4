"""The short route and SciPy's give the same components and the same reach."""

import networkx as nx
import numpy as np
import pytest

from qnet.network.connected import components, reached


@pytest.mark.parametrize("seed", range(20))
def test_components_agree_with_networkx_by_both_routes(seed):
    rng = np.random.default_rng(seed)
    size, edges = 30, rng.integers(0, 40)
    left, right = rng.integers(0, size, (2, edges))
    graph = nx.Graph(zip(left.tolist(), right.tolist(), strict=True))
    graph.add_nodes_from(range(size))
    by_union = components(size, left, right)
    by_scipy = components(size, left, right, small=-1)
    np.testing.assert_array_equal(by_union, by_scipy)
    for piece in nx.connected_components(graph):
        assert len({int(by_union[v]) for v in piece}) == 1
    assert by_union.max() + 1 == nx.number_connected_components(graph)


def test_components_are_numbered_by_first_appearance():
    labels = components(5, np.array([4, 1]), np.array([0, 3]))
    assert labels.tolist() == [0, 1, 2, 1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_reach_agrees_with_networkx_by_both_routes(seed):
    rng = np.random.default_rng(seed)
    size = 30
    tail, head = rng.integers(0, size, (2, 35))
    start = rng.integers(0, size, 2)
    graph = nx.DiGraph(zip(tail.tolist(), head.tolist(), strict=True))
    graph.add_nodes_from(range(size))
    expected = set(start.tolist()).union(
        *(nx.descendants(graph, int(v)) for v in start)
    )
    for small in (100, -1):
        found = reached(size, tail, head, start, small)
        assert set(np.flatnonzero(found).tolist()) == expected
