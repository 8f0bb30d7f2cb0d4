"""Resonances: Breit-Wigner levels, Fano, several levels and their signs."""

import numpy as np
import pytest

from qnet.diagnostics import NetlistError, PhysicsError
from qnet.discovery import models


def dot(energy, **keys):
    return models()["dot"].model(**keys).smatrix(np.asarray(energy, float))


def levels(energy, **keys):
    return models()["levels"].model(**keys).smatrix(np.asarray(energy, float))


def test_one_level():
    """Breit and Wigner, Phys. Rev. 49, 519 (1936): Γ_L = .3, Γ_R = .1."""
    E = np.array([0.0, 0.05, 0.2, 0.5])
    S = dot(E, E0=0.0, GL=0.3, GR=0.1)
    T = np.abs(S[:, 1, 0]) ** 2
    np.testing.assert_allclose(T, [0.75, 0.70588235, 0.375, 0.10344828], rtol=1e-7)
    np.testing.assert_allclose(S[:, 1, 0], -1j * np.sqrt(0.03) / (E + 0.2j))


def test_levels_of_one_parity_extinguish_each_other():
    """Lee, Phys. Rev. Lett. 82, 2358 (1999): two levels at ±.5, Γ_L = Γ_R = .2."""
    both = {"E0": np.array([-0.5, 0.5]), "GL": 0.2, "GR": 0.2}
    T = np.abs(dot([-0.5, 0.0, 0.5], **both)[:, 1, 0]) ** 2
    np.testing.assert_allclose(T, [1, 0, 1], atol=1e-15)


def test_levels_of_opposite_parity_do_not():
    """Silva, Oreg and Gefen, Phys. Rev. B 66, 195316 (2002)."""
    both = {"E0": np.array([-0.5, 0.5]), "GL": 0.2, "GR": 0.2}
    S = dot([0.0, 0.5], signs=np.array([1.0, -1.0]), **both)
    T = np.abs(S[:, 1, 0]) ** 2
    np.testing.assert_allclose(T, [0.47562426, 0.96153846], rtol=1e-7)


def test_double_dot_in_series():
    """t = .3, Γ = .2: unity at ±√(t² - Γ²/4), .36 between."""
    t, width = 0.3, 0.2
    side = np.sqrt(width / (2 * np.pi))
    S = levels(
        [0.0, np.sqrt(t**2 - width**2 / 4), 0.5],
        H=np.array([[0, t], [t, 0]]),
        W=np.diag([side, side]),
    )
    T = np.abs(S[:, 1, 0]) ** 2
    np.testing.assert_allclose(T, [0.36, 1, 0.11076923], rtol=1e-7)


def test_side_coupled_dot_stops_the_current():
    """A level beside a perfect wire, Γ = .4: T = E²/(E² + Γ²/4)."""
    E = np.array([0.0, 0.1, 0.7])
    w = np.sqrt(0.2 / (2 * np.pi))
    S = levels(
        E,
        H=np.array([[0.0]]),
        W=np.array([[w, w]]),
        direct=np.array([[0, 1], [1, 0]]),
    )
    np.testing.assert_allclose(
        np.abs(S[:, 1, 0]) ** 2, E**2 / (E**2 + 0.04), atol=1e-15
    )


def test_a_direct_path_makes_a_fano_profile():
    """Fano, Phys. Rev. 124, 1866 (1961): T = T0 (ε + q)²/(ε² + 1), q² = R0/T0 here."""
    T0, width = 0.3, 0.2
    direct = np.array(
        [[np.sqrt(1 - T0), 1j * np.sqrt(T0)], [1j * np.sqrt(T0), np.sqrt(1 - T0)]]
    )
    w = np.sqrt(width / 2 / (2 * np.pi))
    eps = np.linspace(-8, 8, 41)
    S = levels(
        eps * width / 2, H=np.array([[0.0]]), W=np.array([[w, w]]), direct=direct
    )
    q = np.sqrt((1 - T0) / T0)
    T = np.abs(S[:, 1, 0]) ** 2
    profiles = [T0 * (eps + s * q) ** 2 / (eps**2 + 1) for s in (1, -1)]
    assert min(np.max(np.abs(T - profile)) for profile in profiles) < 1e-14


def test_a_level_that_nothing_touches_is_not_seen():
    keys = {"E0": np.array([0.3, 0.1]), "GL": np.array([0.2, 0.0])}
    keys["GR"] = keys["GL"]
    alone = dot([0.1, 0.3], E0=0.3, GL=0.2, GR=0.2)
    np.testing.assert_allclose(dot([0.1, 0.3], **keys), alone, atol=1e-15)


def test_levels_of_very_different_widths_stay_unitary():
    """All levels on one wide channel: W W† has rank one to rounding."""
    S = dot(
        [0.05],
        E0=np.array([0.0, 0.1, 0.2]),
        GL=np.array([1e6, 2e6, 3e6]),
        GR=np.array([1e-3, 1.0, 1e-6]),
    )[0]
    np.testing.assert_allclose(S.conj().T @ S, np.eye(2), atol=1e-12)


def test_unit_scales_a_hamiltonian():
    H, W = np.array([[0.2, 0.1], [0.1, -0.4]]), np.array([[0.3, 0.1], [0.2, 0.4]])
    np.testing.assert_allclose(levels(3e-4, H=H, W=W, unit=1e-3), levels(0.3, H=H, W=W))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_direct_path_of_total_reflection_has_one_branch(sign):
    """√(-1) is the same root in all of a degenerate space, whatever rounding says."""
    direct = -np.eye(2) + 1e-17j * sign * np.array([[1, 0], [0, -1]])
    w = np.array([[0.2, 0.3]])
    S = levels(0.1, H=np.array([[0.0]]), W=w, direct=direct)
    np.testing.assert_allclose(S, -levels(0.1, H=np.array([[0.0]]), W=w))


@pytest.mark.parametrize(
    ("keys", "kind", "code"),
    [
        (
            {"H": np.array([[0, 1], [0, 0]])},
            PhysicsError,
            "QN523: 'H' is not Hermitian",
        ),
        ({"A": np.eye(2)}, PhysicsError, "QN523: 'A' is not antisymmetric"),
        ({"H": np.eye(3)}, NetlistError, "QN345: 'H' has to be 2 by 2"),
        ({"nch": (1, 2)}, NetlistError, "QN345: W has 2 columns"),
        ({"direct": 2 * np.eye(2)}, PhysicsError, "QN521: S is not unitary"),
        ({"blocks": ((1,), (1,))}, NetlistError, "QN346"),
        ({"blocks": ((1,), (2,))}, PhysicsError, "QN524"),
    ],
)
def test_levels_that_make_no_sense_are_refused(keys, kind, code):
    usual = {"H": np.array([[0, 0.1], [0.1, 0]]), "W": 0.1 * np.eye(2)}
    with pytest.raises(kind, match=code):
        levels(0.05, **{**usual, **keys})


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(NetlistError, match="QN344: 'E0' lists 3 levels, 'GR' 2"):
        models()["dot"].model(E0=np.zeros(3), GL=0.1, GR=np.array([0.1, 0.2]))
