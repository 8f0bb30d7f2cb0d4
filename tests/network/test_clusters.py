"""Clusters joined two by two, against one factorisation of the whole island."""

from functools import partial

import numpy as np
import pytest
from test_islands import shapes
from test_plan import chain, entries, lattice
from test_sample import ring

from qnet.network import clusters, sparse
from qnet.network.clusters import join_tree, make_tree
from qnet.network.leaves import close, eliminate
from qnet.network.sample import compile_circuit
from qnet.network.sparse import factorise, join_sparse, one_by_one

pytest.importorskip("pymetis", reason="METIS is not installed")


@pytest.mark.parametrize("circuit", [chain(200), lattice(7), lattice(20)])
@pytest.mark.parametrize("leaf", [1, 5, 48])
def test_clusters_equal_the_sparse_factorisation(monkeypatch, circuit, leaf):
    monkeypatch.setattr(clusters, "LEAF", leaf)
    (shape,) = shapes(circuit)
    amplitude = entries(shape, circuit)[:, 0]
    S, pivot = join_tree(make_tree(shape), amplitude)
    expected, _ = join_sparse(shape, amplitude)
    np.testing.assert_allclose(S, expected, atol=1e-12 / min(pivot, 1))


def test_every_wave_is_joined_once():
    (shape,) = shapes(lattice(20))
    tree = make_tree(shape)
    inside = tree.leaves.inner.sum()
    across = sum(join.forth + join.back for level in tree.levels for join in level)
    assert inside + across == shape.internal
    assert len(np.unique(tree.leaves.entry)) == len(shape.row)


def test_a_singular_join_goes_to_the_factorisation_that_pivots():
    circuit = ring(0.25, np.pi, 0.0)
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    S, pivot = one_by_one(shape, cells, partial(join_tree, make_tree(shape)))
    expected, weakest = factorise(shape, cells)
    assert pivot == weakest < sparse.WEAK
    np.testing.assert_array_equal(S, expected)


@pytest.mark.parametrize("run", [None, eliminate])
def test_leaves_are_closed_alike_with_numba_and_without(monkeypatch, run):
    if run is None:
        pytest.importorskip("numba")
    circuit = lattice(20)
    (shape,) = shapes(circuit)
    leaves = make_tree(shape).leaves
    amplitude = entries(shape, circuit)[:, 0]
    closed, pivot = close(leaves, amplitude, run)
    monkeypatch.setattr("qnet.network.leaves.is_available", lambda: False)
    dense, _ = close(leaves, amplitude)
    for one, other in zip(closed, dense, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-13 / min(pivot, 1))
