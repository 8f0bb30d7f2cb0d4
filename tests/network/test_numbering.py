"""Which values occur: as NumPy's `unique` has it."""

import numpy as np
import pytest

from qnet.network.numbering import distinct, numbered


@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_values_that_occur_are_those_of_numpy(size):
    values = np.random.default_rng(size).integers(-5, 30, size)
    expected, place = np.unique(values, return_inverse=True)
    np.testing.assert_array_equal(distinct(values), expected)
    found, where = numbered(values)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(where, place)


def test_values_of_any_shape_count():
    assert distinct(np.array([[3, 1], [1, 2]])).tolist() == [1, 2, 3]
