"""The plan of elimination: complete, shallow for chains, right on lattices."""

import numpy as np
import pytest
from benchtop import (
    Given,
    Wire,
    barrier,
    from_groups,
    junction,
    random_unitary,
    wire_up,
)
from test_islands import shapes

from qnet.circuit import Group
from qnet.network.compose import eliminate
from qnet.network.dense import join_singular
from qnet.network.plan import make_plan, plan_for


def chain(length):
    """Barriers and wires in turn, between two terminals."""
    nodes = np.concatenate([[0], np.arange(2, 2 * length + 1), [1]])
    pins = np.stack([nodes[:-1], nodes[1:]], 1)
    phi = np.random.default_rng(3).uniform(0, 6, (length, 1))
    names = ["T1", "T2", *(f"n{k}" for k in range(2 * length - 1))]
    groups = (
        Group(barrier(0.9), [f"B{k}" for k in range(length)], pins[0::2],
              [None] * length),
        Group(Wire(phi=phi), [f"W{k}" for k in range(length)], pins[1::2],
              [None] * length),
    )  # fmt: skip
    return from_groups(groups, names, 2)


def lattice(size, leads_along=1):
    """size x size four-pin random scatterers; all outer pins end in terminals."""
    rng = np.random.default_rng(size)
    across = np.full((size, size + 1), -1)
    down = np.full((size + 1, size), -1)
    inner = size * (size - 1)
    across[:, 1:-1] = 2 + np.arange(inner).reshape(size, size - 1)
    down[1:-1] = 2 + inner + np.arange(inner).reshape(size - 1, size)
    across[across < 0], down[down < 0] = 0, leads_along
    pins = np.stack([across[:, :-1], across[:, 1:], down[:-1], down[1:]], -1)
    groups = [
        Group(
            Given(S=random_unitary(rng, 4), nch=(1,) * 4),
            [f"S{row}_{k}" for k in range(size)],
            pins[row],
            [None] * size,
        )
        for row in range(size)
    ]
    names = ["T1", "T2", *(f"n{k}" for k in range(2 * inner))]
    return from_groups(groups, names, 2)


def entries(shape, circuit):
    """Amplitudes (entry, 1) of a single island."""
    from qnet.network.compose import Stretch, gather
    from qnet.network.sample import compile_circuit

    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    amplitude = np.zeros((len(shape.row), 1), complex)
    for where, values in gather(shape, cells, (1,), Stretch(slice(0, 1), slice(0, 1))):
        amplitude[where] = values[:, 0]
    return amplitude


@pytest.mark.parametrize("circuit", [chain(4), chain(40), lattice(3), lattice(6)])
def test_elimination_equals_the_dense_solve(circuit):
    (shape,) = shapes(circuit)
    plan = make_plan(shape)
    amplitude = entries(shape, circuit)
    re, im = np.full((2, plan.slots, 1), -0.0)
    re[: plan.entries], im[: plan.entries] = amplitude.real, amplitude.imag
    eliminate(plan, re, im)
    S = np.zeros(shape.leaving * shape.entering, complex)
    S[plan.place] = re[plan.result, 0] + 1j * im[plan.result, 0]
    expected, condition, _ = join_singular(shape, amplitude)
    np.testing.assert_allclose(
        S.reshape(expected[0].shape), expected[0], atol=1e-13 * condition[0]
    )


@pytest.mark.parametrize("circuit", [chain(40), lattice(5)])
def test_every_internal_wave_is_eliminated_once_and_reads_what_is_ready(circuit):
    (shape,) = shapes(circuit)
    plan = make_plan(shape)
    assert sum(len(step.into) for step in plan.steps) == shape.internal
    ready = set(range(plan.entries))
    for step in plan.steps:
        read = {*step.into.ravel().tolist(), *step.out.ravel().tolist()}
        assert read <= ready
        ready.update(step.target.ravel().tolist())
        # Two waves of a step never add to one edge: the sum would lose one of them.
        assert len(np.unique(step.target)) == step.target.size


def test_a_chain_takes_logarithmically_many_rounds_of_constant_work():
    short, long = (make_plan(shapes(chain(n))[0]) for n in (100, 1600))
    # Sixteen times longer is four doublings, each a few rounds more.
    assert len(long.steps) - len(short.steps) < 4 * 10
    assert long.work / short.work < 17


def test_parallel_arms_take_turns_on_the_edges_they_share():
    # Joints of both arms have the same neighbours on both sides.
    circuit = wire_up(
        (junction(0.3), ("Y1", "T1", "a", "b"), ("Y2", "T2", "a", "b")),
        reservoirs=["T1", "T2"],
    )
    (shape,) = shapes(circuit)
    plan = make_plan(shape)
    for step in plan.steps:
        assert len(np.unique(step.target)) == step.target.size


def test_a_plan_that_would_fill_in_is_given_up():
    (shape,) = shapes(lattice(8))
    assert make_plan(shape, limit=make_plan(shape).work) is not None
    assert make_plan(shape, limit=make_plan(shape).work - 1) is None


def test_an_equal_network_finds_its_plan_again():
    (first,), (again,), (other,) = (shapes(chain(n)) for n in (7, 7, 8))
    assert plan_for(first) is plan_for(again)
    assert plan_for(other) is not plan_for(first)
    assert plan_for(first, 1) is None
    assert plan_for(first) is not None
