"""Conductances from probabilities: signs, directions, sums, averages."""

import numpy as np
import pytest
from hand_made import HandFlows, doubly_balanced, flows

from qnet.constants import Gq
from qnet.transport.conductance import (
    conductance_stamp,
    currents,
    dense_conductance,
)
from qnet.transport.transmission import transmission_matrix


def test_first_index_of_conductance_is_where_the_current_goes():
    """G[a, b] = Gq (N δ - T[a, b]); a chiral edge from 0 to 1 to 2."""
    T = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    G = dense_conductance(conductance_stamp(flows(T))) / Gq
    assert G.tolist() == [[1, 0, -1], [-1, 1, 0], [0, -1, 1]]


def test_degeneracy_multiplies_every_conductance():
    T = [[0, 1], [1, 0]]
    assert conductance_stamp(flows(T), 2).values == pytest.approx(
        2 * conductance_stamp(flows(T)).values
    )


def test_inner_waves_do_not_change_what_reservoirs_see():
    T = doubly_balanced(np.random.default_rng(0), 6)
    network = flows(T, inner=3)
    G = dense_conductance(conductance_stamp(network)) / Gq
    reduced = transmission_matrix(network)[0]
    expected = np.diag(T.sum(0)[:3]) - reduced
    assert pytest.approx(expected, abs=1e-13) == G
    assert abs(G.sum(0)).max() < 1e-14
    assert abs(G.sum(1)).max() < 1e-14


def test_rows_sum_to_zero_exactly_in_spite_of_rounding():
    T = doubly_balanced(np.random.default_rng(1), 9)
    stamp = conductance_stamp(flows(T, fed=np.full(9, 3.0)))
    assert not stamp.surplus.any()
    V = np.full(9, 1.25)
    assert not currents(stamp, V).any()


def test_loss_shows_in_the_current_of_a_common_voltage():
    T = doubly_balanced(np.random.default_rng(2), 3)
    stamp = conductance_stamp(flows(0.9 * T, fed=np.full(3, 3.0)))
    expected = 0.3 * Gq * 1e-3
    assert currents(stamp, np.full(3, 1e-3)) == pytest.approx(np.full(3, expected))
    shifted = currents(stamp, np.zeros(3), np.full(3, 1e-3))
    assert shifted == pytest.approx(np.full(3, expected))


def test_average_over_energies_is_weighted():
    T = np.array([[[0, 1], [1, 0]], [[1, 0], [0, 1]]])
    each = HandFlows(
        rows=np.array([0, 0, 1, 1]),
        cols=np.array([0, 1, 0, 1]),
        values=T.reshape(2, 4).astype(float),
        fed=np.ones((2, 2)),
        size=2,
    )
    stamp = conductance_stamp(each, weights=np.array([0.25, 0.75]))
    G = dense_conductance(stamp) / Gq
    assert pytest.approx(np.array([[0.25, -0.25], [-0.25, 0.25]])) == G


def test_several_energies_without_weights_are_refused():
    T = np.zeros((2, 2, 2))
    two = flows(T)
    joined = HandFlows(two.rows, two.cols, two.values[:, 0], two.fed[:, 0], 2)
    with pytest.raises(ValueError, match="2 energies need weights"):
        conductance_stamp(joined)
