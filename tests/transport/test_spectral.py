"""Elimination at each energy, and the bookkeeping of batches of energies."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import constant_flows, doubly_balanced, flows, flows_of_islands
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_networks import load

from qnet.transport import spectral
from qnet.transport.spectral import along_shared, energy_axes, pack, spectrum, unpack


@given(st.integers(0, 2**31), st.integers(3, 8))
@settings(max_examples=30, deadline=None)
def test_sparse_and_dense_elimination_agree(seed, n):
    rng = np.random.default_rng(seed)
    T = np.stack([doubly_balanced(rng, n + 2) for _ in range(3)])
    network = replace(flows(T, inner=2), witness=np.zeros((1, 1, 0), complex))
    dephasing = rng.random(network.size - network.inner) < 0.5
    dephasing[0] = False
    dense = spectrum(network, dephasing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spectral, "DENSE_LIMIT", 0)
        sparse = spectrum(network, dephasing)
    assert pytest.approx(dense.K, abs=1e-12) == sparse.K
    assert sparse.share == pytest.approx(dense.share, abs=1e-12)
    assert (sparse.is_shut == dense.is_shut).all()


def test_sparse_elimination_drops_a_probe_where_it_is_shut(monkeypatch):
    P = np.zeros((2, 3, 3))
    P[0] = [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    P[1, :2, :2] = [[0, 1], [1, 0]]
    network = replace(flows(P), witness=np.zeros((1, 1, 0), complex))
    monkeypatch.setattr(spectral, "DENSE_LIMIT", 0)
    found = spectrum(network, np.array([False, False, True]))
    assert found.K[:, 0, 0, 0] == pytest.approx([0.75, 1])
    assert found.is_shut[:, 0, 0].tolist() == [False, True]


def test_what_depends_on_energy_is_seen_from_one_energy():
    flat = constant_flows([[0, 1], [1, 0]])
    assert energy_axes(flat, np.zeros((4, 1))) == ((1,), True)
    network = load()[0]
    sharp = flows_of_islands(network.islands, 4)
    assert energy_axes(sharp, np.zeros((1, 1))) == ((1,), False)


def test_shared_axes_are_gathered_and_own_ones_kept():
    values = np.arange(24.0).reshape(2, 3, 4)
    gathered = along_shared(values, (1, 3))
    assert gathered.shape == (1, 3, 8)
    assert sorted(gathered[0, 1]) == sorted(values[:, 1].ravel())
    assert along_shared(values, (2, 3)).tolist() == values.tolist()


def test_packed_columns_come_back():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(5, 1, 2, 3)), rng.normal(size=(4, 2))
    back = unpack(pack((one, two), (2, 1)), ((2, 3), (2,)))
    assert (back[0] == np.broadcast_to(one, (5, 4, 2, 3))).all()
    assert (back[1] == np.broadcast_to(two, (5, 4, 2))).all()
