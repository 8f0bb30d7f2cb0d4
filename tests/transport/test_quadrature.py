import mpmath
import numpy as np
import pytest

from qnet.constants import kB_eV
from qnet.smatrix import amplitude_witness
from qnet.transport.panels import NODES, lobatto_rule
from qnet.transport.quadrature import (
    integrate,
    integrate_guarded,
    integrate_on,
)
from qnet.transport.thermal import fermi, fermi_slope, thermal_breaks

ONE = 1 / kB_eV  # k_B T = 1 eV
HOME = thermal_breaks(np.zeros((1, 1)), np.full((1, 1), ONE))


def breit_wigner(energy, width, position, mixing):
    """Two-channel level behind a background that mixes the channels by `mixing`."""
    coupling = np.sqrt(width * np.array([0.3, 0.7]))
    level = energy[..., None, None] - position + 0.5j * width
    S = np.eye(2) - 1j * np.outer(coupling, coupling) / level
    turn = np.array(
        [[np.cos(mixing), np.sin(mixing)], [-np.sin(mixing), np.cos(mixing)]]
    )
    return turn @ S @ turn.T


def thermal_lorentzian(width, position):
    """∫(-f') Γ²/4 / ((E-ε)² + Γ²/4) dE by the trigamma function, at k_BT = 1."""
    with mpmath.workdps(40):
        z = 0.5 + (mpmath.mpf(width) / 2 + 1j * mpmath.mpf(position)) / (2 * mpmath.pi)
        return float(mpmath.re(mpmath.psi(1, z)) * width / (4 * mpmath.pi))


def test_the_lobatto_rule_is_exact_for_its_degree_and_no_further():
    nodes, weights = lobatto_rule(NODES)
    degree = 2 * NODES - 3
    moments = [weights @ nodes**k for k in range(degree + 2)]
    exact = [(1 - (-1) ** (k + 1)) / (k + 1) for k in range(degree + 2)]
    np.testing.assert_allclose(moments[:-1], exact[:-1], atol=1e-15)
    assert abs(moments[-1] - exact[-1]) > 1e-12


def test_moments_of_the_thermal_kernel_are_those_of_sommerfeld():
    power = np.array([0, 2, 4])
    result = integrate(
        lambda E: fermi_slope(E, 0, ONE)[..., None] * E[..., None] ** power, HOME
    )
    exact = [1, np.pi**2 / 3, 7 * np.pi**4 / 15]
    np.testing.assert_allclose(result.value[0], exact, rtol=1e-10)
    assert result.excess.max() <= 1


@pytest.mark.parametrize("width", [1.0, 1e-3, 1e-6])
@pytest.mark.parametrize("position", [0.0, 0.2345, -3.2])
def test_a_sharp_resonance_is_found_without_hints(width, position):
    result = integrate(
        lambda E: (
            fermi_slope(E, 0, ONE)
            * np.abs(breit_wigner(E, width, position, 0)[..., 1, 0]) ** 2
        ),
        HOME,
    )
    exact = 4 * 0.3 * 0.7 * thermal_lorentzian(width, position)
    assert result.value[0] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("width", [1e-3, 1e-6, 1e-8])
@pytest.mark.parametrize("position", np.linspace(-2.9, 2.9, 7))
def test_the_witness_uncovers_a_resonance_under_a_large_background(width, position):
    # reflection plus a wide-open second conductor: the peak is a part in 1/Γ of it,
    # and its tail in the probabilities, (Γ/h)², lies below rounding
    def function(E):
        S = breit_wigner(E, width, position, 0)
        weight = fermi_slope(E, 0, ONE)
        passed = 1 + np.abs(S[..., 1, 0]) ** 2
        return weight * passed, weight[..., None] * amplitude_witness(S)

    result = integrate_guarded(function, HOME)
    exact = 1 + 4 * 0.3 * 0.7 * thermal_lorentzian(width, position)
    assert result.value[0] == pytest.approx(exact, abs=1e-10)
    blind = integrate(lambda E: function(E)[0], HOME)
    assert blind.evaluations <= result.evaluations


def test_a_single_pole_cannot_hide_between_the_nodes():
    # the smallest share of the residue that the error estimate shows, over all places
    positions = np.linspace(0, 1, 3001)[:, None]
    breaks = np.broadcast_to([0.0, 1.0], (3001, 2))
    residue = 1e-7
    result = integrate(
        lambda E: residue / (E - positions + 1e-12j), breaks, atol=1.0, rtol=0.0
    )
    assert result.error.min() > 0.1 * residue


@pytest.mark.parametrize("edge", [0.0, 0.3, 1.4999, 3.0000001])
def test_a_step_is_bisected_to_tolerance_without_hints(edge):
    result = integrate(
        lambda E: fermi_slope(E, 0, ONE) * np.heaviside(E - edge, 1), HOME
    )
    assert result.value[0] == pytest.approx(fermi(edge, 0, ONE), abs=1e-10)
    assert result.excess.max() <= 1


def test_a_step_on_a_break_point_costs_nothing():
    smooth = integrate(lambda E: fermi_slope(E, 0, ONE), HOME)
    step = integrate(lambda E: fermi_slope(E, 0, ONE) * (E > 0), HOME)
    assert step.evaluations == smooth.evaluations
    assert step.value[0] == pytest.approx(0.5, abs=1e-14)


def test_cold_occupations_are_never_read_on_their_edge():
    mu = np.array([[0.7, 10.0, 10.0 + 1e-6]])
    breaks = thermal_breaks(mu, np.zeros((1, 3)))
    result = integrate(lambda E: fermi(E, 10.0 + 1e-6, 0) - fermi(E, 10.0, 0), breaks)
    assert result.value[0] == pytest.approx((10.0 + 1e-6) - 10.0, rel=1e-12)


def test_the_error_estimate_covers_the_true_error():
    rng = np.random.default_rng(5)
    positions = rng.uniform(-4, 4, (200, 1))
    widths = 10.0 ** rng.uniform(-5, 0, (200, 1))
    breaks = np.broadcast_to(HOME, (200, HOME.shape[1]))
    result = integrate(
        lambda E: fermi_slope(E, 0, ONE) / (1 + ((E - positions) / widths * 2) ** 2),
        breaks,
        rtol=1e-6,
    )
    exact = [
        thermal_lorentzian(w, p)
        for w, p in zip(widths[:, 0], positions[:, 0], strict=True)
    ]
    assert (np.abs(result.value - exact) <= result.error + 1e-15).all()
    assert (result.error <= result.tolerance).all()


def test_sweep_points_sharing_a_mesh_agree_with_points_of_their_own():
    temperature = np.array([0.5, 1.0, 2.0]) * ONE
    levels = np.array([0.3, -1.0])[:, None, None]

    def function(E):
        S = 1 / (1 + ((E - levels) / 0.1) ** 2)
        return fermi_slope(E, 0, temperature[:, None])[..., None] * S[..., None]

    shared = thermal_breaks(np.zeros((1, 1, 3)), temperature[None, None])
    own = thermal_breaks(np.zeros((2, 3, 1)), temperature[None, :, None])
    common, separate = integrate(function, shared), integrate(function, own)
    assert common.value.shape == separate.value.shape == (2, 3, 1)
    assert common.error.shape == (2, 3)
    assert common.mesh.low.shape[:2] == (1, 1)
    np.testing.assert_allclose(common.value, separate.value, rtol=1e-10)


def test_a_mesh_serves_other_integrands():
    def function(E):
        return fermi_slope(E, 0, ONE) / (1 + (E / 1e-4) ** 2)

    mesh = integrate(function, HOME).mesh
    whole = integrate_on(lambda E: function(E)[..., None] * np.array([1.0, 2.0]), mesh)
    by_hand = (function(mesh.energy) * mesh.weight).sum(-1)
    np.testing.assert_allclose(whole[0], [by_hand[0], 2 * by_hand[0]], rtol=1e-14)


def test_memory_budget_does_not_change_a_bit():
    def function(E):
        return fermi_slope(E, 0, ONE)[..., None] * np.cos(E[..., None] * np.arange(5))

    whole, pieces = integrate(function, HOME), integrate(function, HOME, budget=1)
    np.testing.assert_array_equal(whole.value, pieces.value)


def test_sweep_axes_may_be_absent():
    result = integrate(lambda E: fermi_slope(E, 0, ONE), HOME[0])
    assert result.value.shape == ()
    assert float(result.value) == pytest.approx(1, rel=1e-12)


def test_an_empty_window_integrates_to_zero():
    result = integrate(np.ones_like, np.full((2, 3), 0.5))
    np.testing.assert_array_equal(result.value, [0, 0])
    assert result.excess.max() == 0


def test_noise_ends_the_bisection_and_shows_in_the_certificate():
    rng = np.random.default_rng(1)
    result = integrate(
        lambda E: 1 + 1e-9 * rng.standard_normal(E.shape), np.array([0.0, 1.0])
    )
    assert result.excess > 1
    assert float(result.value) == pytest.approx(1, abs=1e-9)
