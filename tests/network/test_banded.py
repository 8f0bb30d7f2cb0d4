"""The banded factorisation of chains, against the sparse one."""

from functools import partial

import numpy as np
import pytest
from test_islands import shapes
from test_plan import chain, entries, lattice
from test_sample import ring

from qnet.network import matrix, sparse, topology
from qnet.network.banded import join_band, make_band
from qnet.network.sample import compile_circuit
from qnet.network.sparse import factorise, join_sparse, one_by_one


@pytest.mark.parametrize("length", [2, 30, 500])
def test_a_band_equals_the_sparse_factorisation(length):
    circuit = chain(length)
    (shape,) = shapes(circuit)
    amplitude = entries(shape, circuit)[:, 0]
    S, pivot = join_band(shape, make_band(shape), amplitude)
    expected, _ = join_sparse(shape, amplitude)
    np.testing.assert_allclose(S, expected, atol=1e-12 / min(pivot, 1))


def test_a_lattice_has_no_narrow_band():
    (shape,) = shapes(lattice(30))
    assert make_band(shape) is None


def test_a_decoupled_state_goes_to_the_sparse_factorisation():
    circuit = ring(0.25, np.pi, 0.0)
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    S, pivot = one_by_one(shape, cells, partial(join_band, shape, make_band(shape)))
    expected, weakest = factorise(shape, cells)
    assert pivot == weakest < sparse.WEAK
    np.testing.assert_array_equal(S, expected)


def test_the_route_makes_no_difference_to_the_numbers(monkeypatch):
    circuit = chain(200)
    (planned,) = compile_circuit(circuit).smatrix(np.zeros(1))
    monkeypatch.setattr(matrix, "LARGE", 10)
    topology.forget()
    (at_once,) = compile_circuit(circuit).smatrix(np.zeros(1))
    monkeypatch.setattr(matrix, "FEW", 0)
    topology.forget()
    (again,) = compile_circuit(circuit).smatrix(np.zeros(1))
    for other in (at_once, again):
        np.testing.assert_allclose(other.S, planned.S, atol=1e-10)
