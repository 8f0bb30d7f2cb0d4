"""Stripes of unknowns that touch their neighbours alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.network.stripes import NARROW, cut, solve_in_stripes


def drawn(seed, size, reach=3, pieces=1):
    """Edges of graphs that are long: vertices are joined to a few near ones."""
    rng = np.random.default_rng(seed)
    left = np.arange(size - 1)
    right = np.minimum(left + rng.integers(1, reach + 1, size - 1), size - 1)
    left, right = np.append(left, left), np.append(left + 1, right)
    same = left * pieces // size == right * pieces // size
    shuffled = rng.permutation(size)
    return rng, shuffled[left[same]], shuffled[right[same]]


@given(st.integers(0, 2**31), st.integers(1, 400), st.integers(1, 3))
def test_stripes_hold_every_vertex_once_and_edges_join_neighbours(seed, size, pieces):
    _, left, right = drawn(seed, size, pieces=pieces)
    stripes = cut(size, left, right)
    assert sorted(v for stripe in stripes for v in stripe) == list(range(size))
    number = np.empty(size, int)
    for k, stripe in enumerate(stripes):
        number[stripe] = k
    assert abs(number[left] - number[right]).max(initial=0) <= 1


def matrix(seed, size):
    """1 - L in the order of the stripes, L a contraction along the edges."""
    rng, left, right = drawn(seed, size)
    stripes = cut(size, left, right)
    order = np.concatenate(stripes)
    A = np.zeros((size, size), complex)
    for to, by in ((left, right), (right, left)):
        A[to, by] = rng.normal(size=len(to)) + 1j * rng.normal(size=len(to))
    A = np.eye(size) - 0.95 * A / np.linalg.norm(A, 2)
    drive = rng.normal(size=(size, 3)) + 1j * rng.normal(size=(size, 3))
    return A[np.ix_(order, order)], drive, np.cumsum([len(s) for s in stripes])


@pytest.mark.parametrize("size", [5, NARROW, 200, 401])
def test_the_solution_is_that_of_all_unknowns_at_once(size):
    A, drive, ends = matrix(size, size)
    found = solve_in_stripes(A, drive, ends.tolist())
    np.testing.assert_allclose(found, np.linalg.solve(A, drive), rtol=1e-11)


def test_what_needs_a_pivot_of_another_stripe_is_handed_back():
    A, drive, ends = matrix(1, 200)
    first = slice(0, ends[0])
    A[first, first] = 0
    assert solve_in_stripes(A, drive, ends.tolist()) is None
    A[first, first] = 1e-18 * np.eye(ends[0])
    assert solve_in_stripes(A, drive, ends.tolist()) is None


def test_no_unknowns_have_no_solution_to_find():
    assert [len(stripe) for stripe in cut(0, np.zeros(0, int), np.zeros(0, int))] == [0]
