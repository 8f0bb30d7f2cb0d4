"""Elimination of vertices that emit at each energy what they receive."""

import numpy as np
import pytest
from hand_made import HandFlows, doubly_balanced, flows
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.transport.transmission import (
    dense_probabilities,
    eliminate,
    energy_conductance,
    sum_by,
    transmission_matrix,
)


def seeds():
    return st.integers(0, 2**31).map(np.random.default_rng)


def test_probabilities_between_a_pair_add_up():
    two = HandFlows(
        rows=np.array([0, 1, 1]),
        cols=np.array([1, 0, 0]),
        values=np.array([[1.0, 0.25, 0.75]]),
        fed=np.ones((1, 2)),
        size=2,
    )
    assert transmission_matrix(two).tolist() == [[[0, 1], [1, 0]]]


def test_wave_between_two_barriers_adds_up_its_round_trips():
    """Incoherent series: T = T1 T2 / (1 - R1 R2)."""
    T1, T2 = 0.3, 0.6
    P = np.zeros((4, 4))
    left, right, going, coming = range(4)
    P[left, left], P[going, left] = 1 - T1, T1
    P[right, right], P[coming, right] = 1 - T2, T2
    P[right, going], P[coming, going] = T2, 1 - T2
    P[left, coming], P[going, coming] = T1, 1 - T1
    T = transmission_matrix(flows(P, inner=2))
    assert T[0, 1, 0] == pytest.approx(0.25, rel=1e-15)
    assert T[0].sum(0) == pytest.approx([1, 1])


@given(seeds(), st.integers(3, 8), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_elimination_equals_the_schur_complement(rng, n, gone):
    gone = min(gone, n - 2)
    T = np.stack([doubly_balanced(rng, n) for _ in range(4)])
    out = rng.permutation(n)[:gone]
    kept = np.setdiff1d(np.arange(n), out)
    found = eliminate(T, out)
    K = T.sum(-2)[..., None, :] * np.eye(n) - T
    inverse = np.linalg.solve(
        K[:, out[:, None], out], -K[:, out[:, None], kept[None, :]]
    )
    schur = K[:, kept[:, None], kept] + K[:, kept[:, None], out] @ inverse
    assert found.share == pytest.approx(inverse, abs=1e-12)
    assert found.share.sum(-1) == pytest.approx(1)
    assert energy_conductance(found.P, T[:, kept].sum(-1)) == pytest.approx(
        schur, abs=1e-12
    )
    assert not found.is_shut.any()


def test_weak_probe_is_eliminated_to_full_relative_accuracy():
    w = 1e-24
    P = np.array([[0, 1, 2 * w], [1, 0, w], [2 * w, w, 1]])
    found = eliminate(P, np.array([2]))
    assert found.share[0] == pytest.approx([2 / 3, 1 / 3], rel=1e-15)


def test_shut_probe_is_dropped_at_its_energy_alone():
    P = np.zeros((2, 3, 3))
    P[0] = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    P[1, :2, :2] = [[0, 1], [1, 0]]
    found = eliminate(P, np.array([2]))
    assert found.P[0, 0, 1] == pytest.approx(0.75)
    assert found.P[1].tolist() == [[0, 1], [1, 0]]
    assert found.is_shut.tolist() == [[False], [True]]
    assert found.share[1].tolist() == [[0, 0]]


def test_island_of_probes_is_shut_and_disturbs_nobody():
    P = np.zeros((4, 4))
    P[:2, :2] = P[2:, 2:] = [[0, 1], [1, 0]]
    found = eliminate(P, np.array([2, 3]))
    assert found.P.tolist() == [[0, 1], [1, 0]]
    assert found.is_shut.any()
    assert not found.share.any()


def test_broken_unitarity_is_left_to_show():
    """A loss of 1e-6 stays in the rows of N - P; rounding does not."""
    P = np.array([[0.5, 0.5], [0.5, 0.5]])
    lossless = energy_conductance(P, np.array([1 + 1e-15, 1]))
    assert not lossless.sum(-1).any()
    lossy = energy_conductance(P, np.array([1 + 1e-6, 1]))
    assert lossy.sum(-1) == pytest.approx([1e-6, 0])


def test_sums_by_bin_agree_for_one_row_and_for_many():
    rng = np.random.default_rng(0)
    values, index = rng.normal(size=(3, 20)), rng.integers(0, 6, 20)
    many = sum_by(values, index, 7)
    one = np.stack([sum_by(row, index, 7) for row in values])
    assert many == pytest.approx(one, abs=1e-15)
    assert sum_by(np.zeros((2, 0)), np.array([], int), 3).tolist() == [[0] * 3] * 2


def test_dense_probabilities_keep_inner_vertices():
    P = doubly_balanced(np.random.default_rng(1), 4)
    assert dense_probabilities(flows(P, inner=2))[0] == pytest.approx(P)
