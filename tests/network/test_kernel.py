"""Three ways to carry out a plan give the very same bits, whatever they are asked."""

import numpy as np
import pytest
from benchtop import Wire, barrier, wire_up
from reference import dense_smatrix
from test_islands import shapes
from test_plan import chain, lattice
from test_sample import resonators, ring

from qnet import compiled
from qnet.network import kernel
from qnet.network.compose import compose
from qnet.network.kernel import compose_rows, interpret, write_program
from qnet.network.matrix import Composer
from qnet.network.plan import make_plan
from qnet.network.sample import compile_circuit


def both(circuit, energy, run):
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(energy)
    plan = make_plan(shape)
    fast = compose_rows(shape, write_program(plan), cells, run)
    return fast, compose(shape, plan, cells)


def assert_same_bits(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
        for x, y in ((one.real, other.real), (one.imag, other.imag)):
            np.testing.assert_array_equal(
                np.signbit(x) & (x == 0), np.signbit(y) & (y == 0)
            )


@pytest.mark.parametrize(
    ("circuit", "points"),
    [
        (chain(5), 1),
        (lattice(2), 1),
        (resonators(np.array([[0.1], [0.4], [2.0]]), tau=np.ones((1, 1))), 40),
        (ring(0.3, 1.1, 0.2), 1),
    ],
)
def test_the_interpreter_equals_the_steps(circuit, points):
    # Without Numba the same function runs, slowly: what it says is tested everywhere.
    assert_same_bits(*both(circuit, np.linspace(0, 1, points), interpret))


@pytest.fixture
def loaded():
    """Numba, as a long run before would have loaded it."""
    compiled.load()
    yield
    compiled.unload()


@pytest.mark.parametrize("circuit", [chain(60), lattice(5), ring(0.3, np.pi, 0.0)])
def test_rows_equal_the_steps(circuit):
    assert_same_bits(*both(circuit, np.zeros(1), None))


@pytest.mark.parametrize(
    ("circuit", "points"),
    [
        (chain(60), 1),
        (lattice(5), 1),
        (resonators(np.array([[0.1], [0.4], [2.0]]), tau=np.ones((1, 1))), 1000),
        (ring(0.0, 1.1, 0.2), 7),
        (ring(0.3, np.pi, 0.0), 1),  # a pivot of zero: NaN in the same places
    ],
)
def test_the_compiled_loop_and_numpy_agree_in_every_bit(circuit, points, loaded):
    (shape,) = shapes(circuit)
    program = write_program(make_plan(shape))
    energy = np.linspace(0, 1, points)

    def everything():
        cells = compile_circuit(circuit).cell_matrices(energy)
        return compose_rows(shape, program, cells)

    fast = everything()
    compiled.unload()
    assert_same_bits(fast, everything())


def test_cells_that_vary_along_one_axis_of_two_are_spread():
    swept = Wire(phi=np.array([0.3, 0.7, 1.9]).reshape(1, 3, 1))
    steady = Wire(phi=np.zeros((1, 1, 1)), tau=np.ones((1, 1, 1)))
    circuit = wire_up(
        (barrier(0.4), ("B1", "T1", "a"), ("B2", "b", "c")),
        (swept, ("W1", "a", "b")),
        (steady, ("W2", "c", "d")),
        (barrier(0.7), ("B3", "d", "T2")),
        reservoirs=["T1", "T2"],
        shape=(3,),
    )
    energy = np.linspace(0, 1, 5)[None]
    (S, pivot), steps = both(circuit, energy, interpret)
    assert S.shape[1] == 15
    assert_same_bits((S, pivot), steps)
    one = wire_up(
        (barrier(0.4, N=1), ("B1", "T1", "a"), ("B2", "b", "c")),
        (Wire(phi=np.array([[0.7]]), N=1), ("W1", "a", "b")),
        (Wire(phi=np.zeros((1, 1)), tau=np.ones((1, 1)), N=1), ("W2", "c", "d")),
        (barrier(0.7, N=1), ("B3", "d", "T2")),
        reservoirs=["T1", "T2"],
    )
    alone, *_ = dense_smatrix(one, energy[0, 3])
    np.testing.assert_allclose(S[0, 5 + 3], alone, atol=1e-13)


def test_edges_that_are_done_lend_their_rows():
    (shape,) = shapes(chain(100))
    plan = make_plan(shape)
    program = write_program(plan)
    assert program.slots < 0.7 * plan.slots
    assert program.slots >= plan.entries


def test_a_long_run_loads_the_compiled_loop_and_later_ones_find_it(loaded):
    compiled.unload()
    (shape,) = shapes(chain(3))
    cells = compile_circuit(chain(3)).cell_matrices(np.zeros(1))
    steps, _ = Composer(shape, points=1).join(cells)
    assert compiled.when_loaded(interpret) is None
    rows, _ = Composer(shape, points=kernel.WORTH).join(cells)
    assert compiled.when_loaded(interpret) is not None
    assert_same_bits([rows], [steps])


def test_long_batches_pass_through_a_window(monkeypatch):
    # 32 points at a time: the last stretch is short, and islands lie side by side.
    monkeypatch.setattr(kernel, "BUFFER", 1)
    circuit = resonators(np.array([[0.1], [0.4], [2.0]]), tau=np.ones((1, 1)))
    assert_same_bits(*both(circuit, np.linspace(0, 1, 75), interpret))
