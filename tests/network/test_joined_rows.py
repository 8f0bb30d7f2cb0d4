"""Rows of two-ports joined pair by pair, against the sparse factorisation."""

import numpy as np
import pytest
from benchtop import Wire, barrier, wire_up
from test_islands import shapes
from test_plan import chain, entries, lattice
from test_sample import ring

from qnet.network import series
from qnet.network.sample import compile_circuit
from qnet.network.series import join_series, make_series
from qnet.network.sparse import join_sparse, one_by_one


@pytest.mark.parametrize("length", [2, 3, 30, 500])
@pytest.mark.parametrize("piece", [1, 7, 2**14])
def test_pairs_equal_the_sparse_factorisation(monkeypatch, length, piece):
    monkeypatch.setattr(series, "PIECE", piece)
    circuit = chain(length)
    (shape,) = shapes(circuit)
    amplitude = entries(shape, circuit)[:, 0]
    S, pivot = join_series(make_series(shape), amplitude)
    expected, _ = join_sparse(shape, amplitude)
    np.testing.assert_allclose(S, expected, atol=1e-12 / min(pivot, 1))


def test_the_order_of_the_cards_makes_no_difference():
    rng = np.random.default_rng(4)
    nodes = ["T1", *(f"n{k}" for k in range(40)), "T2"]
    barriers = [(f"B{k}", *nodes[2 * k : 2 * k + 2]) for k in range(21)]
    wires = [(f"W{k}", *nodes[2 * k + 1 : 2 * k + 3]) for k in range(20)]
    phi = rng.uniform(0, 6, (20, 1))
    answers = []
    for order in (np.arange(20), rng.permutation(20)):
        turned = [(name, b, a) for name, a, b in rng.permutation(barriers).tolist()]
        circuit = wire_up(
            (barrier(0.6), *turned),
            (Wire(phi=phi[order]), *(wires[k] for k in order)),
            reservoirs=("T1", "T2"),
        )
        (shape,) = shapes(circuit)
        found, _ = join_series(make_series(shape), entries(shape, circuit)[:, 0])
        answers.append(abs(found) ** 2)
    np.testing.assert_allclose(*answers, atol=1e-12)


@pytest.mark.parametrize("circuit", [lattice(4), ring(0.3, 1.1, 0.2)])
def test_what_branches_is_no_row(circuit):
    assert all(make_series(shape) is None for shape in shapes(circuit))


def test_a_weak_pivot_is_left_to_the_factorisation_that_pivots():
    closed = barrier(1e-30)
    cards = ("B1", "T1", "a"), ("B2", "a", "T2")
    circuit = wire_up((closed, *cards), reservoirs=("T1", "T2"))
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    row = make_series(shape)
    S, _ = one_by_one(shape, cells, lambda amplitude: join_series(row, amplitude))
    np.testing.assert_allclose(abs(S[0, 0]), np.eye(2), atol=1e-12)
