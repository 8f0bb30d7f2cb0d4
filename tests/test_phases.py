"""Sine and cosine of phases, checked with more digits than a double has."""

import mpmath
import numpy as np
import pytest

from qnet import compiled
from qnet.phases import FARTHEST, phase_factor

RNG = np.random.default_rng(0)
PHASES = np.concatenate(
    [
        RNG.uniform(-300, 300, 300),
        RNG.uniform(-FARTHEST, FARTHEST, 300),
        np.pi / 4 * np.arange(-40, 41),
        [0.0, -0.0, 5e-324, 1e-9, FARTHEST, 1e9, -1e15, 3e300],
    ]
)


def test_phase_factors_are_right_to_the_last_digits():
    with mpmath.workprec(1200):
        exact = [complex(mpmath.expj(mpmath.mpf(x))) for x in PHASES.tolist()]
    assert abs(phase_factor(PHASES) - exact).max() < 3e-16


def test_phase_factors_keep_their_modulus():
    S = phase_factor(RNG.uniform(-1e5, 1e5, 10_000))
    assert abs(S.real**2 + S.imag**2 - 1).max() < 1e-15


def test_compiled_phase_factors_have_the_same_bits():
    expected = phase_factor(PHASES)
    compiled.load()
    try:
        found = phase_factor(PHASES)
    finally:
        compiled.unload()
    np.testing.assert_array_equal(found.view(float), expected.view(float))


@pytest.mark.parametrize("phase", [np.nan, np.inf, -np.inf])
def test_a_phase_that_is_not_finite_has_no_factor(phase):
    assert np.isnan(phase_factor(phase))
    assert np.isfinite(phase_factor([phase, 1.0])[1])


def test_shapes_are_kept():
    assert phase_factor(0.0).shape == ()
    assert phase_factor(np.zeros((3, 1, 2)))[:, 0].shape == (3, 2)
