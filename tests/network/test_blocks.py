"""Broad joints as matrices, against single waves and against the dense solve."""

import numpy as np
import pytest
from benchtop import Given, Wire, random_unitary, wire_up
from reference import collected, dense_smatrix
from test_islands import shapes

from qnet.network.blocks import compose_blocks, is_broad
from qnet.network.compose import compose
from qnet.network.matrix import Mark
from qnet.network.plan import make_plan
from qnet.network.sample import compile_circuit


def cavities(channels, seed=0):
    """Four chaotic cavities in a ring with a tail; two of them touch terminals."""
    rng = np.random.default_rng(seed)
    S = [random_unitary(rng, 3 * channels) for _ in range(4)]
    nch = (channels,) * 3
    ends = ("T1", "a", "b"), ("a", "c", "d"), ("b", "c", "e"), ("d", "e", "T2")
    return wire_up(
        *((Given(S=S[k], nch=nch), (f"S{k}", *ends[k])) for k in range(4)),
        reservoirs=["T1", "T2"],
    )


@pytest.mark.parametrize("channels", [1, 4, 12])
def test_matrices_equal_single_waves_and_the_dense_solve(channels):
    circuit = cavities(channels)
    (shape,) = shapes(circuit)
    cells = compile_circuit(circuit).cell_matrices(np.zeros(1))
    S, _ = compose_blocks(shape, cells)
    waves, _ = compose(shape, make_plan(shape), cells)
    _, labels, _, condition = dense_smatrix(circuit)
    np.testing.assert_allclose(S, waves, atol=1e-12 * condition)
    sample = compile_circuit(circuit)
    expected = dense_smatrix(circuit)[0]
    found = collected(sample.smatrix(np.zeros(1)), labels)
    np.testing.assert_allclose(found, expected, atol=1e-13 * condition)


def test_many_mixing_channels_make_joints_broad():
    assert is_broad(shapes(cavities(12))[0])
    assert not is_broad(shapes(cavities(2))[0])
    # Channels that do not mix are islands of their own, however many.
    wires = wire_up(
        (Wire(N=40), ("W1", "T1", "a"), ("W2", "a", "T2")), reservoirs=["T1", "T2"]
    )
    assert not any(is_broad(shape) for shape in shapes(wires))


def test_a_decoupled_state_of_a_broad_joint_is_marked():
    n = 10
    mixing = random_unitary(np.random.default_rng(5), 2 * n)
    back = np.zeros((2 * n, 2 * n), complex)
    back[:n, :n] = random_unitary(np.random.default_rng(6), n)
    back[n:, n:] = np.eye(n)
    circuit = wire_up(
        (Given(S=mixing, nch=(n, n)), ("S1", "T1", "T1")),
        (Given(S=back, nch=(n, n)), ("S2", "T1", "a")),
        (Given(S=np.eye(n), nch=(n,)), ("S3", "a")),
        reservoirs=["T1"],
    )
    broad = next(m for m in compile_circuit(circuit).smatrix(np.zeros(1))
                 if m.marked.max() == Mark.SINGULAR)  # fmt: skip
    np.testing.assert_allclose(broad.S[0, 0], back[:n, :n], atol=1e-13)
