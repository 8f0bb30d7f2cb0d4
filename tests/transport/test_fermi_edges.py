"""Running sums between Fermi edges against sums over all nodes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.transport.edges import Edges
from qnet.transport.thermal import occupation, occupation_variance


@given(st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_sums_are_those_over_all_nodes(seed):
    rng = np.random.default_rng(seed)
    energy = np.sort(rng.uniform(-50, 50, (2, 300)), -1)
    K, share = rng.normal(size=(2, 300, 3, 3)), rng.normal(size=(2, 300, 3, 1))
    edges = Edges.of(energy, K, share)
    row = np.array([0, 1, 1, 0])
    mu, kT = rng.uniform(-60, 60, 4), rng.uniform(0.1, 3, 4)
    filled, moments = edges.sums(row, 2, mu, kT, 7, 3)
    x = (energy[row] - mu[:, None]) / kT[:, None]
    terms = np.concatenate([K, energy[..., None, None] * K, share], -1)[row][:, :, 2]
    expected = (occupation(x)[..., None] * terms).sum(1)
    assert filled == pytest.approx(expected, abs=1e-10)
    slope = occupation_variance(x) / kT[:, None]
    for order in range(3):
        weighed = ((slope * x**order)[..., None] * terms[..., :3]).sum(1)
        assert moments[order] == pytest.approx(weighed, abs=1e-10)


def test_repeated_nodes_and_edges_outside_the_window_do_no_harm():
    energy = np.array([[0.0, 1.0, 2.0, 2.0, 2.0]])
    K = np.arange(1.0, 6.0).reshape(1, 5, 1, 1)
    edges = Edges.of(energy, K, np.zeros((1, 5, 1, 0)))
    row, kT = np.zeros(3, int), np.full(3, 1e-3)
    filled, _ = edges.sums(row, 0, np.array([-9.0, 0.5, 9.0]), kT, 1, 0)
    assert filled[:, 0] == pytest.approx([0, 1, 15])
