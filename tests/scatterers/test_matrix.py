"""Matrices written on the card."""

from dataclasses import replace

import numpy as np
import pytest

from qnet.diagnostics import NetlistError, PhysicsError
from qnet.discovery import models

CIRCULATOR = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], complex)


def matrix(S, **keys):
    pins = keys.pop("pins", len(S))
    return models()["matrix"].model(S=np.asarray(S, complex), pins=pins, **keys)


def test_declared_zeros_make_the_pattern_and_values_do_not():
    zeros = tuple(map(tuple, CIRCULATOR == 0))
    assert np.all(matrix(CIRCULATOR).pattern())
    declared = matrix(CIRCULATOR, zeros=zeros)
    np.testing.assert_array_equal(declared.pattern(), CIRCULATOR != 0)
    turned = replace(declared, reversed=True)
    np.testing.assert_array_equal(turned.pattern(), CIRCULATOR.T != 0)


def test_a_pin_with_several_channels_couples_if_one_of_them_does():
    zeros = tuple(map(tuple, CIRCULATOR == 0))
    model = matrix(CIRCULATOR, zeros=zeros, nch=(2, 1), pins=2)
    assert model.pattern().tolist() == [[True, True], [True, False]]
    np.testing.assert_array_equal(model.coupling(), CIRCULATOR != 0)


def test_reversal_transposes_unless_told_otherwise():
    energy = np.array(0.0)
    model = matrix(CIRCULATOR, reversed=True)
    np.testing.assert_array_equal(model.smatrix(energy), CIRCULATOR.T)
    same = replace(model, reverse="same").smatrix(energy)
    np.testing.assert_array_equal(same, CIRCULATOR)
    with pytest.raises(PhysicsError, match="QN522"):
        replace(model, reverse="refuse").smatrix(energy)


@pytest.mark.parametrize("loss", [0.0, 1e-9, 1e-7])
def test_rounding_of_given_digits_is_let_through(loss):
    matrix((1 - loss) * np.eye(2))


def test_losses_are_refused_with_their_size():
    with pytest.raises(PhysicsError, match=r"QN521: S is not unitary: .* = 0\.002"):
        matrix((1 - 1e-3) * np.eye(2))
    matrix(0.5 * np.eye(2), lossy=True)


def test_infinite_amplitudes_are_refused():
    with pytest.raises(PhysicsError, match="QN520"):
        matrix([[np.inf]])


@pytest.mark.parametrize(
    "keys", [{"pins": 2}, {"nch": (1, 1)}, {"nch": (3,)}, {"nch": (2, 2, 2)}]
)
def test_a_matrix_fits_its_pins(keys):
    with pytest.raises(NetlistError, match="QN345"):
        matrix(CIRCULATOR, **keys)


def test_a_matrix_has_as_many_rows_as_columns():
    with pytest.raises(NetlistError, match="QN345: S is 1 by 2"):
        matrix([[1, 0]])
