import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.constants import kB_eV
from qnet.transport.thermal import (
    fermi,
    fermi_difference,
    fermi_heating,
    fermi_slope,
    log_occupation,
    merge_breaks,
    occupation,
    occupation_difference,
    occupation_variance,
    reduced_energy,
    resonance_breaks,
    thermal_breaks,
    thermal_window,
)

reduced = st.floats(-600, 600)


@given(reduced)
def test_occupations_keep_their_relative_precision_in_the_tails(x):
    exact = 1 / (mpmath.exp(x) + 1)
    assert occupation(x) == pytest.approx(float(exact), rel=1e-14)
    variance = float(exact * (1 - exact) if abs(x) < 30 else mpmath.exp(-abs(x)))
    assert occupation_variance(x) == pytest.approx(variance, rel=1e-12)


def test_the_logarithm_of_an_occupation_is_finite_where_it_underflows():
    assert log_occupation(1e4) == -1e4
    assert log_occupation(-1e4) == 0
    assert log_occupation(0.0) == pytest.approx(-np.log(2))


@given(reduced, st.integers(-1000, 1000))
def test_nearly_equal_occupations_are_told_apart_without_cancellation(x, steps):
    y = x + steps * 1e-6
    with mpmath.workdps(400):
        exact = 1 / (mpmath.exp(mpmath.mpf(x)) + 1) - 1 / (
            mpmath.exp(mpmath.mpf(y)) + 1
        )
        expected = float(exact)
    # a difference below the smallest normal number has no relative precision
    assert occupation_difference(x, y) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_zero_temperature_is_a_step_with_one_half_on_its_edge():
    energy = np.array([-1e-300, 0.0, 1e-300])
    np.testing.assert_array_equal(fermi(energy, 0.0, 0.0), [1.0, 0.5, 0.0])
    np.testing.assert_array_equal(
        fermi_difference(energy + 0.5, 1.0, 0.0, 0.0, 0.0), [1.0, 1.0, 1.0]
    )


def test_two_cold_reservoirs_at_one_potential_do_not_differ():
    energy = np.linspace(-1, 1, 5)
    assert not fermi_difference(energy, 0.0, 0.0, 0.0, 0.0).any()


def test_hot_and_cold_points_stand_in_one_sweep():
    f = fermi(np.array([0.1, 0.1]), 0.0, np.array([0.0, 1 / kB_eV]))
    np.testing.assert_allclose(f, [0.0, 1 / (np.exp(0.1) + 1)], rtol=1e-15)


def test_the_thermal_kernel_is_the_slope_of_the_fermi_function():
    energy, step, T = np.linspace(-3, 3, 7), 1e-5, 1 / kB_eV
    slope = (fermi(energy - step, 0, T) - fermi(energy + step, 0, T)) / (2 * step)
    np.testing.assert_allclose(fermi_slope(energy, 0, T), slope, rtol=1e-9)
    warm = T * (1 + 1e-5)
    cool = T * (1 - 1e-5)
    heating = (fermi(energy, 0, warm) - fermi(energy, 0, cool)) / (2e-5 * T)
    np.testing.assert_allclose(
        fermi_heating(energy, 0, T), heating, rtol=1e-8, atol=1e-14
    )


def test_reduced_energy_at_zero_temperature_is_infinite_off_the_edge():
    np.testing.assert_array_equal(
        reduced_energy([-1.0, 0.0, 1.0], 0.0, 0.0), [-np.inf, 0.0, np.inf]
    )


def test_break_points_hold_every_cold_edge_and_the_whole_window():
    mu = np.array([[0.0, 0.2], [0.1, 0.1]])
    temperature = np.array([[10.0, 0.0], [5.0, 20.0]])
    breaks = thermal_breaks(mu, temperature)
    low, high = thermal_window(mu, temperature)
    assert (np.diff(breaks, axis=-1) >= 0).all()
    assert 0.2 in breaks[0]
    np.testing.assert_allclose(breaks[:, 0], low)
    np.testing.assert_allclose(breaks[:, -1], high)


def test_break_points_of_many_reservoirs_at_one_potential_are_thinned():
    mu = np.linspace(0, 1e-6, 200)
    breaks = np.unique(thermal_breaks(mu, np.full(200, 1.0)))
    assert len(breaks) < 60


def test_resonance_breaks_stay_inside_the_window():
    breaks = resonance_breaks(
        np.array([[0.5, 3.0]]), np.array([[1e-6, 0.1]]), np.zeros(1), np.ones(1)
    )
    assert breaks.min() >= 0
    assert breaks.max() <= 1
    assert 0.5 in breaks
    assert 0.5 + 1e-6 in breaks


def test_merged_break_points_are_sorted_and_broadcast():
    merged = merge_breaks(np.array([[0.0, 2.0]]), np.array([[1.0], [3.0]]))
    np.testing.assert_array_equal(merged, [[0, 1, 2], [0, 2, 3]])
