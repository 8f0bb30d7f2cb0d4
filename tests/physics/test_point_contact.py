"""Point contacts: saddle, saddle in a field, taper, hard walls."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from qnet.constants import e, hbar_eV, me, muB_eV
from qnet.diagnostics import NetlistError, PhysicsError
from qnet.discovery import models
from qnet.modelling.mode_matching import abrupt_constriction


def contact(energy, **keys):
    return models()["qpc"].model(**keys).smatrix(np.asarray(energy, float))


def transmission(energy, N, **keys):
    S = contact(energy, N=N, **keys)
    return np.sum(np.abs(S[..., N:, :N]) ** 2, axis=(-2, -1))


def test_saddle_opens_in_steps():
    """Büttiker, Phys. Rev. B 41, 7906 (1990)."""
    T = transmission([1.5, 3, 4.5, 6, 7], 4, hwx=1.0, hwy=3.0)
    np.testing.assert_allclose(T, [0.5, 1, 1.5, 2, 2.04142368], rtol=2e-8)


def test_saddle_steps_have_the_width_of_the_curvature():
    """dG/dE falls to half its height over ln(3+2√2)/π ħω_x."""
    half = np.log(3 + 2 * np.sqrt(2)) / (2 * np.pi)
    E, d = np.array([0.0, half]), 1e-5
    slope = [(transmission(E + x, 1, hwx=1.0, hwy=1.0, V0=-0.5)) for x in (-d, d)]
    rise = slope[1] - slope[0]
    assert rise[1] / rise[0] == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("eps", [-0.6, -0.1, 0.2, 0.9])
def test_saddle_phases_are_those_of_a_parabolic_barrier(eps):
    """ψ'' + (2ε + x²) ψ = 0 integrated through, against waves of the action.

    The action counts from the turning points (from the top, above it); corrections to
    the waves fall as 1/x², here to 1e-3.
    """
    X = 22.0

    def wave(sign):
        p = np.sqrt(2 * eps + X**2)
        action = X * p / 2 + eps * np.log((X + p) / np.sqrt(2 * abs(eps)))
        value = np.exp(1j * sign * action) / np.sqrt(p)
        return np.array([value, value * (1j * sign * p - X / (2 * p**2))])

    through = solve_ivp(
        lambda x, y: [y[1], -(2 * eps + x**2) * y[0]],
        (X, -X),
        wave(+1),
        rtol=1e-9,
        atol=1e-12,
        method="DOP853",
    ).y[:, -1]
    mirror = np.array([1.0, -1.0])
    comes, goes = np.linalg.solve(
        np.stack([mirror * wave(-1), mirror * wave(+1)], 1), through
    )
    S = contact(eps, N=1, hwx=1.0, hwy=1.0, V0=-0.5)
    np.testing.assert_allclose([S[1, 0], S[0, 0]], [1 / comes, goes / comes], atol=2e-3)


def test_saddle_phase_is_smooth_where_its_series_takes_over():
    E = np.array([-8.0, 8.0])[:, None] + np.array([-1e-7, 1e-7])
    S = contact(E, N=1, hwx=1.0, hwy=1.0, V0=-0.5)
    phase = np.angle(S[..., 1, 0])
    np.testing.assert_allclose(phase[:, 1], phase[:, 0], atol=1e-9)
    exact = np.array([1, -1]) * (1 / 24 / 8 + 7 / 2880 / 8**3 + 31 / 40320 / 8**5)
    np.testing.assert_allclose(phase[:, 0], exact, atol=1e-8)


def test_a_saddle_without_curvature_is_a_sharp_step():
    T = transmission([1.0, 1.5, 2.0, 4.4, 4.6], 2, hwx=0.0, hwy=3.0)
    np.testing.assert_allclose(T, [0, 0.5, 1, 1, 2])


@pytest.mark.parametrize(
    ("B", "hwx", "hwy"), [(0.0, 1e-3, 2e-3), (3.0, 1e-3, 2e-3), (1.0, 5e-3, 1e-3)]
)
def test_saddle_in_a_field_has_the_modes_of_classical_motion(B, hwx, hwy):
    """Fertig and Halperin, Phys. Rev. B 36, 7969 (1987).

    Independent route: small oscillations in x, y, p_x, p_y, whose frequencies are one
    real, ħω = E2, and one imaginary, ħω = 2iE1.
    """
    mass = 0.067
    wc = hbar_eV * e * B / (mass * me)
    flow = np.array(
        [
            [0, wc / 2, 1, 0],
            [-wc / 2, 0, 0, 1],
            [hwx**2 - wc**2 / 4, 0, 0, wc / 2],
            [0, -(hwy**2) - wc**2 / 4, -wc / 2, 0],
        ]
    )
    rates = np.linalg.eigvals(flow)
    E2, twice_E1 = np.max(rates.imag), np.max(rates.real)
    E = np.array([0.5, 1.0, 1.7]) * E2
    T = transmission(E, 1, hwx=hwx, hwy=hwy, mass=mass, B=B)
    expected = 1 / (1 + np.exp(-2 * np.pi * (E - E2 / 2) / twice_E1))
    np.testing.assert_allclose(T, expected, rtol=1e-9)


def test_adiabatic_taper():
    """Glazman et al., JETP Lett. 48, 238 (1988): R/d = 2, z from the third step."""
    z = np.array([-0.2, 0.1, 0.3])
    T = transmission((3 + z) ** 2, 3, taper=2.0, hwy=1.0) - 2
    np.testing.assert_allclose(T, [0.018931, 0.87803163, 0.99732669], atol=1e-6)


def test_an_abrupt_opening_as_wide_as_its_leads_is_none():
    S = abrupt_constriction(np.array([2.5, 12.0]), 4, 1.0, np.array(0.5))
    T = np.abs(S[:, 4:, :4]) ** 2
    np.testing.assert_allclose(T[0], np.diag([1, 0, 0, 0]), atol=1e-12)
    np.testing.assert_allclose(T[1], np.diag([1, 1, 1, 0]), atol=1e-12)
    phase = np.angle(S[0, 4, 0])
    expected = np.pi * np.sqrt(1.5) * 0.5
    assert phase == pytest.approx(expected)


def test_abrupt_constriction_quantises_and_resonates():
    """Szafer and Stone, Phys. Rev. Lett. 62, 300 (1989): steps with ripples on top.

    In a long channel the ripples of the first plateau are standing waves: their maxima
    reach the next whole number.
    """
    E = np.linspace(1.1, 3.9, 400)
    T = transmission(E, 12, abrupt=True, hwy=1.0, wide=6.0, aspect=4.0)
    assert np.all(T < 1.02)
    plateau = T[E > 1.3]
    peaks = plateau[1:-1][
        (plateau[1:-1] > plateau[:-2]) & (plateau[1:-1] > plateau[2:])
    ]
    assert len(peaks) >= 5
    np.testing.assert_allclose(peaks, 1, atol=0.01)
    assert np.min(plateau) < 0.98


def test_abrupt_constriction_converges_with_its_modes(monkeypatch):
    """As `NARROW_MODES` promises."""
    from qnet.modelling import mode_matching

    E = np.array([1.3, 2.0, 3.0])
    found = []
    for modes in (mode_matching.NARROW_MODES, 2 * mode_matching.NARROW_MODES):
        monkeypatch.setattr(mode_matching, "NARROW_MODES", modes)
        S = abrupt_constriction(E, 12, 6.0, np.array(1.0))
        found.append(np.sum(np.abs(S[:, 12:, :12]) ** 2, axis=(-2, -1)))
    np.testing.assert_allclose(found[0], found[1], atol=3e-4)


def test_abrupt_constriction_needs_every_open_mode():
    with pytest.raises(PhysicsError, match="QN526: 6 channels of the leads are open"):
        contact(1.1, N=4, abrupt=True, hwy=1.0, wide=6.0)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({}, "QN341"),
        ({"hwx": 1.0}, "QN343"),
        ({"hwx": 1.0, "Tn": np.array([0.5])}, "QN341"),
        ({"abrupt": True, "taper": 1.0}, "QN341"),
    ],
)
def test_contacts_that_are_not_fixed_once_are_refused(keys, code):
    with pytest.raises(NetlistError, match=code):
        models()["qpc"].model(**keys)


def test_a_zeeman_field_splits_each_step_in_two():
    """Each spin has the unsplit staircase, half of g µB B higher or lower."""
    E, split = np.linspace(-1, 6, 29), 2.0 * muB_eV * 7.0
    S = contact(E, N=2, hwx=1e-4, hwy=3.0, gfactor=2.0, B=7.0)
    saddle = {"N": 2, "hwx": 1e-4, "hwy": 3.0}
    for spin, sign in ((0, 1), (1, -1)):
        alone = contact(E - sign * split / 2, **saddle)
        np.testing.assert_allclose(S[:, spin::2, spin::2], alone, atol=1e-14)
    assert not S[:, 0::2, 1::2].any()


def test_spins_are_split_along_an_axis():
    """A contact between the split steps passes the lower spin alone."""
    axis = np.array([0.6, 0.0, -0.8])
    S = contact(np.array([1.5]), N=1, hwx=1e-6, hwy=3.0, EZ=0.1, axis=axis)
    n = np.array([[axis[2], axis[0]], [axis[0], -axis[2]]])
    t = S[0, 2:, :2]
    np.testing.assert_allclose(abs(t), abs((np.eye(2) - n) / 2), atol=1e-9)


@pytest.mark.parametrize(
    "keys",
    [
        {"hwx": 1.0, "hwy": 3.0, "gfactor": 2.0, "EZ": 0.1},
        {"Tn": np.array([0.5]), "EZ": 0.1},
        {"Tn": np.array([0.5]), "gfactor": 2.0},
    ],
)
def test_a_splitting_is_given_once_and_to_steps(keys):
    with pytest.raises(NetlistError, match="QN341"):
        contact(0.0, N=1, **keys)
