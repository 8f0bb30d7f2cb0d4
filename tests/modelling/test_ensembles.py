"""Random matrices: the measure, the symmetries, the streams."""

import numpy as np
import pytest

from qnet.modelling.ensembles import (
    behind_barriers,
    circular,
    drawn,
    dual,
    haar,
    random_phases,
)


@pytest.fixture
def random():
    return np.random.default_rng(2)


def test_haar_matrices_are_unitary_and_evenly_distributed(random):
    """Mezzadri (2007): moments |u|² = 1/n, |u|⁴ = 2/n(n+1), u² = 0."""
    n = 3
    u = haar(random, n, 20_000)
    np.testing.assert_allclose(u[0].conj().T @ u[0], np.eye(n), atol=1e-14)
    assert np.mean(np.abs(u) ** 4) == pytest.approx(2 / (n * (n + 1)), rel=0.02)
    assert np.max(np.abs(np.mean(u**2, 0))) < 0.02
    assert np.max(np.abs(np.mean(u, 0))) < 0.02


def test_eigenphases_repel_evenly(random):
    """Mean |tr u|² = 1 for n ≥ 1; QR without the phase fix fails this."""
    traces = np.trace(haar(random, 4, 20_000), axis1=-2, axis2=-1)
    assert np.mean(np.abs(traces) ** 2) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_ensembles_have_their_symmetry(random, beta):
    """Dyson, J. Math. Phys. 3, 140 (1962)."""
    S = circular(random, 3, beta)
    np.testing.assert_allclose(S.conj().T @ S, np.eye(len(S)), atol=1e-14)
    if beta == 1:
        np.testing.assert_allclose(S, S.T, atol=1e-15)
    if beta == 4:
        np.testing.assert_allclose(S, dual(S), atol=1e-15)
        # Kramers: a channel never scatters into its own time-reversed partner.
        assert abs(S[0, 1]) < 1e-15


def test_closed_barriers_hide_what_is_behind(random):
    S = circular(random, 3, 2)
    seen = behind_barriers(S, np.array([0.0, 1.0, 1.0]))
    np.testing.assert_allclose(seen[0], [1, 0, 0], atol=1e-15)
    np.testing.assert_allclose(behind_barriers(S, np.ones(3)), S, atol=1e-14)


def test_a_stream_depends_on_seed_and_sample_alone():
    def draw(stream):
        return np.random.default_rng(stream).random(2)

    seeds, samples = np.array([[1.0], [2.0]]), np.array([0.0, 1.0, 0.0])
    together = drawn(draw, seeds, samples)
    assert together.shape == (2, 3, 2)
    np.testing.assert_array_equal(together[:, 0], together[:, 2])
    np.testing.assert_array_equal(together[1, 1], drawn(draw, 2.0, 1.0))
    assert len(np.unique(together)) == 8


def test_phases_of_consecutive_seeds_are_even_and_independent():
    phases = random_phases(np.arange(5000.0), 0.0, 2)
    assert np.all((phases >= 0) & (phases < 2 * np.pi))
    turns = np.exp(1j * phases)
    bound = 5 / np.sqrt(5000)
    assert abs(np.mean(turns)) < bound
    assert abs(np.mean(turns[1:] * turns[:-1].conj())) < bound
    assert abs(np.mean(turns[:, 0] * turns[:, 1].conj())) < bound
