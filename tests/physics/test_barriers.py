"""Barriers, steps and wires in one dimension, phases and all."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from wave_network import joined

from qnet.constants import hbar2_2me
from qnet.discovery import models


def smatrix(name, energy=0.0, **keys):
    return models()[name].model(N=1, **keys).smatrix(np.asarray(energy, float))


def integrated(potential, span, k2_left, k2_right):
    """r, t of ψ'' = (v(x) - k²) ψ for a wave from the left, planes at the ends."""
    left, right = span
    k, q = np.sqrt(k2_left), np.sqrt(k2_right)
    wave = solve_ivp(
        lambda x, y: [y[1], (potential(x) - k2_left) * y[0]],
        (right, left),
        np.array([1.0, 1j * q]),
        rtol=1e-11,
        atol=1e-12,
        method="DOP853",
    ).y[:, -1]
    comes, goes = (wave[0] + wave[1] / (1j * k)) / 2, (wave[0] - wave[1] / (1j * k)) / 2
    return goes / comes, np.sqrt(q / k) / comes


def test_delta_barrier_of_unit_strength_halves_the_current():
    """Griffiths, Introduction to Quantum Mechanics, section 2.5."""
    S = smatrix("delta", Z=1.0)
    t, r = S[1, 0], S[0, 0]
    assert abs(t) ** 2 == pytest.approx(0.5)
    assert np.angle(t) == pytest.approx(-np.pi / 4)
    assert r == pytest.approx(t - 1)


def test_a_thin_high_rectangle_is_a_delta_barrier():
    k = 1e9  # 1/m
    E, d = hbar2_2me * k**2, 1e-14
    Z = 0.7
    S = smatrix("rectangular", E, V0=2 * k * Z * hbar2_2me / d, d=d)
    # Planes stand at the faces, d apart: a phase kd ~ 1e-5.
    np.testing.assert_allclose(S, smatrix("delta", Z=Z), atol=3e-5)


def test_rectangular_barrier_at_half_its_height():
    """Merzbacher, Quantum Mechanics, 3rd ed., section 6.2: T = 1/cosh²κd, t > 0."""
    V0 = 1.0
    kappa = np.sqrt(V0 / 2 / hbar2_2me)
    t = smatrix("rectangular", V0 / 2, V0=V0, d=2 / kappa)[1, 0]
    assert abs(t) ** 2 == pytest.approx(0.07065082, rel=1e-7)
    assert abs(np.angle(t)) < 1e-13


def test_rectangular_barrier_above_its_top_resonates():
    V0 = 1.0
    q = np.sqrt(V0 / hbar2_2me)
    t = smatrix("rectangular", 2 * V0, V0=V0, d=1 / q)[1, 0]
    assert abs(t) ** 2 == pytest.approx(0.9186877069, rel=1e-9)
    t = smatrix("rectangular", 2 * V0, V0=V0, d=np.pi / q)[1, 0]
    assert t == pytest.approx(-1)


@pytest.mark.parametrize("ratio", [0.4, 1.0, 1.0 + 1e-9, 1.7])
def test_rectangular_barrier_solves_the_wave_equation(ratio):
    V0, d = 0.8, 6e-10
    nm = 1e-9
    k2 = ratio * V0 / hbar2_2me * nm**2
    r, t = integrated(lambda x: V0 / hbar2_2me * nm**2, (0.0, d / nm), k2, k2)
    S = smatrix("rectangular", ratio * V0, V0=V0, d=d)
    np.testing.assert_allclose([S[0, 0], S[1, 0]], [r, t], atol=1e-9)


@pytest.mark.parametrize("V0", [0.02, 0.9, -0.6])
def test_eckart_barrier_solves_the_wave_equation(V0):
    """Eckart, Phys. Rev. 35, 1303 (1930); low barrier, high barrier, well."""
    a, nm, E = 3e-10, 1e-9, 0.5
    k2 = E / hbar2_2me * nm**2
    far = 20 * a / nm
    r, t = integrated(
        lambda x: V0 / hbar2_2me * nm**2 / np.cosh(x * nm / a) ** 2,
        (-far, far),
        k2,
        k2,
    )
    S = smatrix("eckart", E, V0=V0, a=a)
    path = np.exp(2j * np.sqrt(k2) * far)  # planes moved from ±far to the middle
    np.testing.assert_allclose([S[0, 0] * path, S[1, 0] * path], [r, t], atol=1e-8)


def test_eckart_well_without_reflection():
    """Landau and Lifshitz, section 25: λ(λ+1) = 2 is transparent at every energy."""
    a = 3e-10
    S = smatrix("eckart", [0.01, 0.3, 2.0], V0=-2 * hbar2_2me / a**2, a=a)
    assert np.max(np.abs(S[:, 0, 0])) < 1e-15


def test_step_solves_the_wave_equation():
    """Merzbacher, section 6.1; up, and down."""
    for V0, E in [(0.3, 0.5), (-0.7, 0.5)]:
        S = smatrix("step", E, V0=V0)
        k, q = np.sqrt(E), np.sqrt(E - V0)
        np.testing.assert_allclose(S[0, 0], (k - q) / (k + q))
        np.testing.assert_allclose(S[1, 0] ** 2, 4 * k * q / (k + q) ** 2)


def test_step_reflects_what_the_other_side_cannot_carry():
    S = smatrix("step", 0.2, V0=0.5)
    kappa, k = np.sqrt(0.3), np.sqrt(0.2)
    assert S[0, 0] == pytest.approx((k - 1j * kappa) / (k + 1j * kappa))
    assert S[1, 0] == 0
    assert S[1, 1] == -1


def test_a_thick_barrier_reflects_all_and_overflows_nothing():
    S = smatrix("rectangular", 0.5, V0=1.0, d=1e-3)
    assert abs(S[1, 0]) == 0
    assert S[0, 0] == pytest.approx(-1j)  # κ = k: r = (k - iκ)/(k + iκ)


def test_boxcar_passes_its_window_only():
    """Whitney, Phys. Rev. Lett. 112, 130601 (2014)."""
    S = smatrix("boxcar", [-0.1, 0.0, 0.1, 0.2, 0.3], E1=0.0, E2=0.2)
    np.testing.assert_allclose(np.abs(S[:, 1, 0]) ** 2, [0, 0.5, 1, 0.5, 0])
    assert np.all(np.abs(smatrix("boxcar", [-9.0, 9.0])[:, 1, 0]) == 1)


@pytest.mark.parametrize(
    ("theta", "expected"), [(0.0, 0.8119099), (1.0, 0.25416628), (np.pi, 0.07697898)]
)
def test_two_barriers_interfere(theta, expected):
    """Fabry and Perot: T1 = .3, T2 = .6, and θ the phase of a round trip."""
    chain = [
        smatrix("barrier", T=0.3),
        smatrix("wire", phi=theta / 2),
        smatrix("barrier", T=0.6),
    ]
    S = joined(chain, [(1, 2), (3, 4)])
    assert abs(S[1, 0]) ** 2 == pytest.approx(expected, rel=1e-6)


def test_wire_phases():
    """Aharonov and Bohm, Phys. Rev. 115, 485 (1959): odd; all others even."""
    from qnet.constants import hbar_eV

    energy = np.array([0.0, 1e-3])
    L, v, k, tau = 2e-6, 3e5, 1e7, 4e-12
    S = smatrix("wire", energy, phi=0.2, k=k, L=L, v=v, tau=tau, flux=0.1)
    even = 0.2 + k * L + energy * (L / v + tau) / hbar_eV
    np.testing.assert_allclose(S[:, 1, 0], np.exp(1j * (even + 0.2 * np.pi)))
    np.testing.assert_allclose(S[:, 0, 1], np.exp(1j * (even - 0.2 * np.pi)))
    assert np.all(S[:, 0, 0] == 0)


@pytest.mark.parametrize("slices", [1, 3, 8])
def test_dephased_wire_loses_coherence_over_lphi_and_no_current(slices):
    wire = models()["wire"].model(
        L=3e-6, lphi=2e-6, slices=slices, phi=0.7, flux=0.1, N=1
    )
    amplitude, passed = 1.0, 1.0
    for part in wire.parts():
        S = part.model.smatrix(np.array(0.0))
        amplitude = amplitude * S[1, 0]
        # From pin 0, all that leaves: onward, or into the probe that re-emits onward.
        passed *= np.sum(np.abs(S[1:, 0]) ** 2)
    assert abs(amplitude) ** 2 == pytest.approx(np.exp(-1.5))
    assert np.angle(amplitude) == pytest.approx(0.7 + 0.2 * np.pi)
    assert passed == pytest.approx(1)
