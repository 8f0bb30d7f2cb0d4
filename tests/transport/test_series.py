import numpy as np
import pytest
from numpy.polynomial import polynomial

from qnet.transport import series


def test_products_are_truncated_polynomials():
    a, b = np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.0, 3.0])
    np.testing.assert_allclose(series.multiply(a, b), polynomial.polymul(a, b)[:3])


def test_the_exponential_of_u_has_inverse_factorials():
    u = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(series.exponential(u), [1, 1, 1 / 2, 1 / 6, 1 / 24])


def test_taylor_shifts_an_argument():
    # sin(x + 2u + u²) at x = 0.3
    x = 0.3
    derivatives = np.array([np.sin(x), np.cos(x), -np.sin(x), -np.cos(x), np.sin(x)])
    found = series.taylor(derivatives, np.array([0, 2.0, 1.0, 0, 0]))
    u = 1e-2
    value = polynomial.polyval(u, found)
    assert value == pytest.approx(np.sin(x + 2 * u + u**2), abs=1e-9)


def test_log_determinant_and_resolvent_are_those_of_numbers():
    rng = np.random.default_rng(0)
    X = np.zeros((5, 3, 3), complex)
    X[1:] = rng.standard_normal((4, 3, 3))
    R = series.resolvent(X)
    logarithm = series.log_determinant(X, R)
    u = 1e-3
    M = np.eye(3) + sum(X[k] * u**k for k in range(5))
    value = polynomial.polyval(u, logarithm)
    assert value == pytest.approx(np.log(np.linalg.det(M)), abs=1e-11)
    inverse = sum(R[k] * u**k for k in range(5))
    np.testing.assert_allclose(inverse, np.linalg.inv(M), atol=1e-11)


def test_truncation_cuts_and_fills():
    a = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(series.truncate(a, 1), [1, 2])
    np.testing.assert_array_equal(series.truncate(a, 3), [1, 2, 3, 0])
    np.testing.assert_array_equal(series.constant(np.array(2.0), 2), [2, 0, 0])
