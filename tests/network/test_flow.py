"""Probabilities, and the islands that are handed on as networks of them."""

import numpy as np
import pytest
from benchtop import Given, PerChannel, from_groups, probe, wire_up

from qnet.circuit import Group
from qnet.diagnostics import LimitError
from qnet.network import flow, matrix, topology
from qnet.network.sample import compile_circuit


def probe_chain(length, eps=0.2, spin=1, **kwargs):
    """A wire of in-line probes, each with a reservoir of its own."""
    between = 2 + length + np.arange(length - 1)
    ends = np.concatenate([[0], between, [1]])
    inner = 2 + np.arange(length)
    nodes = np.stack([ends[:-1], ends[1:], inner, inner], 1)
    names = [f"v{k}" for k in range(2 * length + 1)]
    names_of = [f"P{k}" for k in range(length)]
    group = Group(probe(eps, **kwargs), names_of, nodes, [None] * length)
    return from_groups((group,), names, length + 2, spin=spin)


def dense(flows):
    P = np.zeros((flows.size, flows.size))
    P[flows.rows, flows.cols] = flows.values.reshape(-1, len(flows.rows))[0]
    return P, flows.fed.reshape(-1, flows.size)[0]


def without_inner(flows):
    """K between reservoirs, inner vertices eliminated."""
    P, fed = dense(flows)
    K = np.diag(fed) - P
    n = flows.size - flows.inner
    return K[:n, :n] - K[:n, n:] @ np.linalg.solve(K[n:, n:], K[n:, :n])


@pytest.mark.parametrize(("channels", "spin"), [(1, 1), (3, 1), (2, "full")])
def test_a_network_of_probabilities_equals_the_composed_matrix(
    monkeypatch, channels, spin
):
    circuit = probe_chain(70, N=channels, spin=spin)
    as_network = compile_circuit(circuit).flows(np.zeros(1))
    monkeypatch.setattr(flow, "MANY_LEADS", 1000)
    topology.forget()
    composed = compile_circuit(circuit).flows(np.zeros(1))
    assert composed.inner == 0
    assert as_network.inner == 2 * 69 * channels * (2 if spin == "full" else 1)
    np.testing.assert_allclose(
        without_inner(as_network), without_inner(composed), atol=1e-13
    )


def test_a_chain_of_dephasing_probes_obeys_ohm():
    # D'Amato and Pastawski, Phys. Rev. B 41, 7411 (1990): R = 1 + n eps/(2 - eps).
    n, eps = 200, 0.3
    K = without_inner(compile_circuit(probe_chain(n, eps)).flows(np.zeros(1)))
    voltage = np.zeros(n + 2)
    voltage[0] = 1
    voltage[2:] = np.linalg.solve(K[2:, 2:], -K[2:, 0])
    assert 1 / (K[0] @ voltage) == pytest.approx(1 + n * eps / (2 - eps), rel=1e-11)


def test_long_chains_compile_and_flow_without_a_plan_or_a_matrix():
    sample = compile_circuit(probe_chain(20_000))
    flows = sample.flows(np.zeros(1))
    assert flows.inner == 2 * 19_999
    # Every vertex emits as much as it receives, inner ones one channel.
    received = np.bincount(flows.rows, flows.values[0], minlength=flows.size)
    np.testing.assert_allclose(received, flows.fed[0], atol=1e-12)
    assert not any("plan" in vars(c) for c in sample.topology.composers)


def test_a_matrix_that_does_not_fit_is_refused_before_it_is_begun(monkeypatch):
    monkeypatch.setattr(matrix, "free_memory", lambda: 2**20)
    sample = compile_circuit(probe_chain(1000))
    with pytest.raises(LimitError) as caught:
        sample.smatrix(np.zeros(1))
    assert caught.value.diagnostics[0].code == "QN814"
    assert "1001 channels" in caught.value.diagnostics[0].message
    assert sample.flows(np.zeros(1)).inner == 2 * 999


def test_islands_with_loops_are_never_taken_apart(monkeypatch):
    monkeypatch.setattr(flow, "MANY_LEADS", 1)
    half = probe(0.5)
    circuit = wire_up(
        (half, ("S1", "T1", "T2", "a", "b"), ("S2", "T1", "T2", "a", "b")),
        reservoirs=["T1", "T2"],
    )
    assert compile_circuit(circuit).flows(np.zeros(1)).inner == 0


def test_closed_channels_are_not_fed():
    circuit = wire_up(
        (Given(S=np.zeros((2, 2)), nch=(1, 1)), ("S1", "T1", "T2")),
        (PerChannel(), ("W1", "T1", "T2")),
        reservoirs=["T1", "T2"],
    )
    flows = compile_circuit(circuit).flows(np.zeros(1))
    assert flows.fed.tolist() == [[1, 1]]


def test_pairs_of_vertices_are_unique_and_sums_run_over_all_islands():
    circuit = wire_up(
        (PerChannel(N=2), ("W1", "T1", "T2"), ("W2", "T2", "T1")),
        reservoirs=["T1", "T2"],
    )
    flows = compile_circuit(circuit).flows(np.zeros(1))
    pairs = list(zip(flows.rows.tolist(), flows.cols.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    P, fed = dense(flows)
    np.testing.assert_array_equal(P, [[0, 4], [4, 0]])
    assert fed.tolist() == [4, 4]
