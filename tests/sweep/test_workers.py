"""Tiles cover a sweep once, and their cut depends on nothing but the shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.sweep.workers import TILE, boxed, split, tiles

shapes = st.lists(st.integers(1, 40), min_size=0, max_size=3).map(tuple)


@given(shapes)
def test_every_point_belongs_to_exactly_one_tile(shape):
    count = np.zeros(shape, int)
    for mesh in tiles(shape):
        count[mesh] += 1
        assert count[mesh].size <= TILE
    assert (count == 1).all()


@given(shapes)
def test_tiles_run_in_order_of_the_global_index(shape):
    index = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    visited = np.concatenate([index[mesh].ravel() for mesh in tiles(shape)])
    assert (visited == index.ravel()).all()


def test_a_long_axis_is_cut_and_a_short_inner_one_kept_whole():
    assert [index[0].size for index in tiles((1000,))] == [256, 256, 256, 232]
    first = next(tiles((7, 100)))
    assert [index.size for index in first] == [2, 100]


@given(shapes.filter(bool), st.integers(0, 2**32 - 1))
def test_a_split_tile_loses_no_point(shape, seed):
    labels = np.random.default_rng(seed).integers(-1, 3, shape)
    for mesh in tiles(shape):
        here = labels[mesh]
        pieces = split(mesh, here)
        assert sum(labels[piece].size for _, piece in pieces) == here.size
        for label, piece in pieces:
            assert (labels[piece] == label).all()
            assert labels[piece].ndim == len(shape)
            assert (labels[boxed(piece)] == labels[piece]).all()


def test_labels_along_one_axis_give_boxes():
    mesh = next(tiles((4, 5)))
    pieces = split(mesh, np.array([1, -1, 1, -1])[:, None])
    assert [(label, np.broadcast(*piece).shape) for label, piece in pieces] == [
        (-1, (2, 5)),
        (1, (2, 5)),
    ]


def test_whole_tiles_are_slices():
    assert boxed(next(tiles((4, 5)))) == (slice(0, 4), slice(0, 5))
    apart = (np.array([[0], [2]]), np.arange(5)[None])
    assert boxed(apart) is apart


def test_a_run_without_steps_is_one_tile_without_axes():
    assert list(tiles(())) == [()]
    assert split((), np.array(3)) == [(3, ())]


@pytest.mark.parametrize("shape", [(0,), (3, 0)])
def test_an_empty_sweep_has_no_points(shape):
    assert sum(np.zeros(shape)[mesh].size for mesh in tiles(shape)) == 0
