"""Definitions in an order in which each follows those it needs, held to networkx."""

import networkx as nx
import numpy as np
import pytest

from qnet.lang.definitions import _knots, _ordered


@pytest.mark.parametrize("seed", range(200))
def test_order_and_knots_are_those_of_networkx(seed):
    rng = np.random.default_rng(seed)
    names = [f"k{k}" for k in range(rng.integers(1, 10))]
    needs = {
        name: set(rng.choice(names, rng.integers(0, 3)).tolist())
        if drawn < 0.6
        else set()
        for name, drawn in zip(names, rng.random(len(names)), strict=True)
    }
    graph = nx.DiGraph((used, key) for key, uses in needs.items() for used in uses)
    graph.add_nodes_from(names)
    order = _ordered(needs)
    if nx.is_directed_acyclic_graph(graph):
        assert order == list(nx.lexicographical_topological_sort(graph, names.index))
        return
    left = [name for name in names if name not in order]
    knots = [set(knot) for knot in nx.strongly_connected_components(graph)]
    found = _knots(needs, left)
    assert sorted(map(sorted, found)) == sorted(
        sorted(knot) for knot in knots if knot.isdisjoint(order)
    )
    assert sum(map(len, knots)) == len(order) + len(left)
