"""Arithmetic of truncated power series, for exact derivatives of any order.

A series in one formal variable u is an array whose first axis is the power of u; the
other axes are batch and matrix axes as usual. Products are truncated at the order of
the factors.
"""

from __future__ import annotations

from math import factorial
from typing import TypeVar

import numpy as np

from qnet.smatrix import Complex, Float
from qnet.transport.panels import Values

A = TypeVar("A", Float, Complex)


def constant(value: A, order: int) -> A:
    """Series (order + 1, ...) of something that does not depend on u."""
    return truncate(value[None], order)


def truncate(series: A, order: int) -> A:
    """Cut, or fill with zeros, to the powers 0 … order."""
    missing = max(0, order + 1 - len(series))
    padding = np.zeros((missing, *series.shape[1:]), series.dtype)
    return np.concatenate([series[: order + 1], padding])


def multiply(a: Values, b: Values) -> Values:
    """Product of two series, elementwise in the other axes, which broadcast."""
    return np.stack([sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a))])


def exponential(a: Float) -> Float:
    """Series of exp a for a series without constant term."""
    result = np.zeros(a.shape)
    result[0] = 1.0
    for k in range(1, len(a)):
        # k e_k = Σ j a_j e_{k-j}, from e' = a' e
        result[k] = sum(j * a[j] * result[k - j] for j in range(1, k + 1)) / k
    return result


def taylor(derivatives: Float, shift: Float) -> Float:
    """Series of f(x + shift) from f and its derivatives at x.

    Parameters
    ----------
    derivatives : (k, ...)
        f, f', f'', ... as far as the order of the shift needs them.
    shift : (order + 1, ...)
        Series without constant term.

    Returns
    -------
    (order + 1, ...)
    """
    order = len(shift) - 1
    power: Values = constant(np.ones(shift.shape[1:]), order)
    result = power * derivatives[0]
    for k in range(1, len(derivatives)):
        power = multiply(power, shift)
        result = result + power * derivatives[k] / factorial(k)
    return np.asarray(result, float)


def resolvent(X: Values) -> Values:
    """Series of (1 + X)⁻¹ for matrices X without constant term.

    Parameters
    ----------
    X : (order + 1, ..., n, n)
    """
    R = np.zeros_like(X)
    R[0] = np.eye(X.shape[-1])
    for k in range(1, len(X)):
        R[k] = -X[k] - sum(X[j] @ R[k - j] for j in range(1, k))
    return R


def log_determinant(X: Values, R: Values) -> Values:
    """Series of ln det(1 + X), given its resolvent; no branch to choose.

    Parameters
    ----------
    X, R : (order + 1, ..., n, n)

    Returns
    -------
    (order + 1, ...)
    """
    result = np.zeros(X.shape[:-2], complex)
    for k in range(1, len(X)):
        # k c_k = Σ j tr(R_{k-j} X_j), from (ln det M)' = tr(M⁻¹ M')
        for j in range(1, k + 1):
            result[k] += j / k * np.einsum("...ij,...ji->...", R[k - j], X[j])
    return result
