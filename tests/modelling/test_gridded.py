"""Values between grid points."""

import numpy as np
import pytest

from qnet.diagnostics import PhysicsError
from qnet.modelling.gridded import linear, nearest

GRID = np.array([0.0, 1.0, 3.0])
VALUES = np.array([10.0, 20.0, 60.0]).reshape(3, 1, 1)


def one_axis(at):
    return (("E", GRID, np.asarray(at, float)),)


def test_the_nearest_point_counts_up_to_half_a_step_outside():
    at = [-0.5, 0.49, 0.51, 1.99, 2.01, 4.0]
    found = nearest(VALUES, one_axis(at))
    assert found.ravel().tolist() == [10, 10, 20, 20, 60, 60]


def test_lines_between_points():
    found = linear(VALUES, one_axis([0.0, 0.25, 2.0, 3.0]))
    np.testing.assert_allclose(found.ravel(), [10, 12.5, 40, 60])


def test_a_plane_is_its_own_interpolation():
    B = np.array([-1.0, 0.5, 2.0])
    plane = (2 * GRID[:, None] - 3 * B)[..., None, None]
    at_E, at_B = np.array([[0.2], [2.5]]), np.array([[-0.7, 1.9]])
    found = linear(plane, (("E", GRID, at_E), ("B", B, at_B)))
    np.testing.assert_allclose(found[..., 0, 0], 2 * at_E - 3 * at_B)


def test_an_axis_that_is_not_there_holds_everywhere():
    axes = (("E", None, np.array([1e9])),)
    assert nearest(VALUES[:1], axes).ravel() == [10]
    assert linear(VALUES[:1], axes).ravel() == [10]


@pytest.mark.parametrize("read", [nearest, linear])
@pytest.mark.parametrize("at", [-0.6, 4.1])
def test_beyond_the_grid_nothing_is_known(read, at):
    with pytest.raises(PhysicsError, match="QN525: the table reaches from E = 0 to 3"):
        read(VALUES, one_axis([1.0, at]))


@pytest.mark.parametrize("read", [nearest, linear])
def test_a_single_point_is_known_to_rounding(read):
    grid = (("E", np.array([1.0]), np.array([1.0 + 1e-12])),)
    assert read(VALUES[:1], grid).ravel() == [10]
    with pytest.raises(PhysicsError, match="QN525"):
        read(VALUES[:1], (("E", np.array([1.0]), np.array([1.1])),))
