"""The sparse factorisation against elimination and against singular values."""

import numpy as np
import pytest
from benchtop import Given, Wire, wire_up
from test_islands import shapes
from test_plan import chain, entries, lattice
from test_sample import ring

from qnet.network.dense import join_singular
from qnet.network.matrix import Composer, Mark, island_matrix
from qnet.network.sample import compile_circuit
from qnet.network.sparse import factorise, join_sparse


@pytest.mark.parametrize("circuit", [chain(30), lattice(7)])
def test_sparse_equals_elimination(circuit):
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    S, pivot = factorise(shape, cells)
    eliminated = island_matrix(Composer(shape), cells)
    np.testing.assert_allclose(S[0, 0], eliminated.S[0, 0], atol=1e-12 / pivot.min())


@pytest.mark.parametrize("wanted", [1, 3])
def test_rows_or_columns_whichever_are_fewer_give_the_same(wanted):
    circuit = lattice(4)
    (shape,) = shapes(circuit)
    amplitude = entries(shape, circuit)
    from dataclasses import replace

    n = shape.internal
    part = replace(
        shape,
        row=shape.row[(keep := shape.row < n + wanted)],
        col=shape.col[keep],
        outgoing=shape.outgoing[:, :wanted],
    )
    S, _ = join_sparse(part, amplitude[keep, 0])
    expected = join_singular(shape, amplitude)[0][0]
    np.testing.assert_allclose(S, expected[:wanted], atol=1e-12)


def trapped():
    """A passage beside a closed circle; only the declaration couples the two."""
    S = np.kron(np.eye(2), [[0, 1], [1, 0]])
    return wire_up(
        (Given(S=S, nch=(1,) * 4), ("S1", "T1", "T2", "a", "b")),
        (Wire(), ("W1", "a", "b")),
        reservoirs=["T1", "T2"],
    )


@pytest.mark.parametrize("circuit", [trapped(), ring(0.25, np.pi, 0.0)])
def test_a_decoupled_state_is_left_at_rest_and_marked(monkeypatch, circuit):
    from qnet.network import matrix, topology

    (small,) = compile_circuit(circuit).smatrix(np.zeros(1))
    monkeypatch.setattr(matrix, "LARGE", 0)
    monkeypatch.setattr(matrix, "PATIENCE", 0)
    topology.forget()
    (large,) = compile_circuit(circuit).smatrix(np.zeros(1))
    assert small.marked.ravel().tolist() == [Mark.SINGULAR]
    assert large.marked.ravel().tolist() == [Mark.SINGULAR]
    np.testing.assert_allclose(large.S, small.S, atol=1e-12)
    assert large.defect.max() < 1e-12


def test_large_lattices_take_the_sparse_route(monkeypatch):
    from qnet.network import matrix, topology

    circuit = lattice(6)
    (planned,) = compile_circuit(circuit).smatrix(np.zeros(1))
    monkeypatch.setattr(matrix, "LARGE", 10)
    monkeypatch.setattr(matrix, "PATIENCE", 1)
    topology.forget()
    sample = compile_circuit(circuit)
    assert sample.topology.composers[0].plan is None
    (found,) = sample.smatrix(np.zeros(1))
    np.testing.assert_allclose(found.S, planned.S, atol=1e-11)
    assert found.defect.max() < 1e-12
