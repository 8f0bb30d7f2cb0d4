"""Normal-superconducting contacts against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import unitary_group

from qnet.network.andreev import Mirrors, andreev_amplitude, double, side_by_side


def conductance(doubled, normal):
    """Zero-temperature conductance matrix of the normal channels, e²/h, one spin."""
    ee, _, he, _ = doubled.blocks()
    at = np.ix_(normal, normal)
    return np.eye(len(normal)) - abs(ee[at]) ** 2 + abs(he[at]) ** 2


def mirrors(is_super):
    condensed = np.flatnonzero(is_super)
    return Mirrors(condensed, condensed, len(is_super))


def barrier(T):
    t, r = 1j * np.sqrt(T), np.sqrt(1 - T)
    return np.array([[r, t], [t, r]])


def contact(S, excitation, gap=1.0, phase=0.0, is_super=(False, True)):
    alpha = andreev_amplitude(np.array([excitation]), np.array([gap]))
    return double(
        side_by_side(S, S.conj()), mirrors(is_super), alpha, np.array([phase])
    )


@pytest.mark.parametrize("T", [1.0, 0.5, 0.1])
def test_a_barrier_conducts_as_blonder_tinkham_klapwijk_say(T):
    """Beenakker, Phys. Rev. B 46, 12841 (1992): G = 2 (e²/h) T²/(2-T)² per spin."""
    found = conductance(contact(barrier(T), 0.0), [0])[0, 0]
    assert found == pytest.approx(2 * T**2 / (2 - T) ** 2, rel=1e-12)


@pytest.mark.parametrize("excitation", [0.2, 0.7, -0.7])
def test_below_the_gap_the_probability_is_that_of_btk(excitation):
    """Blonder, Tinkham, Klapwijk, Phys. Rev. B 25, 4515 (1982), table II."""
    T = 0.4
    Z2 = (1 - T) / T
    A = 1 / (excitation**2 + (1 - excitation**2) * (1 + 2 * Z2) ** 2)
    _, _, he, _ = contact(barrier(T), excitation).blocks()
    assert abs(he[0, 0]) ** 2 == pytest.approx(A, rel=1e-12)


@pytest.mark.parametrize("excitation", [1.1, 3.0, -3.0])
def test_above_the_gap_the_probability_is_that_of_btk(excitation):
    T = 0.4
    Z2 = (1 - T) / T
    root = np.sqrt(excitation**2 - 1) / abs(excitation)
    u2, v2 = (1 + root) / 2, (1 - root) / 2
    gamma = u2 + Z2 * (u2 - v2)
    ee, _, he, _ = contact(barrier(T), excitation).blocks()
    assert abs(he[0, 0]) ** 2 == pytest.approx(u2 * v2 / gamma**2, rel=1e-12)
    B = (u2 - v2) ** 2 * Z2 * (1 + Z2) / gamma**2
    assert abs(ee[0, 0]) ** 2 == pytest.approx(B, rel=1e-12)


def test_far_above_the_gap_the_superconductor_is_a_normal_metal():
    ee, _, he, _ = contact(barrier(0.3), 1e6).blocks()
    assert abs(ee[0, 0]) ** 2 == pytest.approx(0.7, rel=1e-6)
    assert abs(he[0, 0]) < 1e-6


def test_a_proximitised_dot_splits_cooper_pairs():
    """Falci, Feinberg, Hekking, Europhys. Lett. 54, 255 (2001): columns do not vanish.

    A level with normal couplings 0.3 and 0.2 and an induced gap of 0.1.
    """
    w = np.sqrt(np.array([0.3, 0.2]))
    strong = np.sqrt(2 * 0.1)
    W = np.array([*w, strong]) / np.sqrt(2 * np.pi)
    width = np.pi * np.sum(W**2)
    S = np.eye(3) - 2j * np.pi * np.outer(W, W) / (1j * width)
    found = contact(S, 0.0, is_super=(False, False, True))
    G = conductance(found, [0, 1])
    assert abs(G.sum(axis=0)).max() > 0.1
    assert G[0, 1] == pytest.approx(G[1, 0], rel=1e-12)
    assert (
        pytest.approx(
            np.array([[1.17003567, -0.59928656], [-0.59928656, 0.97978597]]), abs=1e-8
        )
        == G
    )


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(0, 6))
def test_electrons_and_holes_together_are_unitary(seed, excitation, phase):
    n = 5
    rng = np.random.default_rng(seed)
    electrons, holes = unitary_group.rvs(n, size=2, random_state=rng)
    ends = mirrors([False, True, False, True, False])
    alpha = andreev_amplitude(np.full(2, excitation), np.array([1.0, 1.4]))
    S = double(side_by_side(electrons, holes), ends, alpha, np.array([0.0, phase])).S
    columns = np.sum(abs(S) ** 2, axis=0)
    is_open = columns > 1e-30
    assert columns[is_open] == pytest.approx(1, abs=1e-9)
    gram = S.conj().T @ S
    assert abs(gram - np.diag(columns)).max() < 1e-9
