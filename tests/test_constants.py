"""The table of constants against SciPy's CODATA and against published numbers."""

import numpy as np
import pytest
import scipy.constants as codata

from qnet import constants


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("e", codata.e),
        ("h", codata.h),
        ("hbar", codata.hbar),
        ("kB", codata.k),
        ("kB_eV", codata.k / codata.e),
        ("h_eV", codata.h / codata.e),
        ("hbar_eV", codata.hbar / codata.e),
    ],
)
def test_exact_constants_equal_those_of_scipy(name, expected):
    assert getattr(constants, name) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("me", codata.m_e),
        ("muB_J", codata.physical_constants["Bohr magneton"][0]),
        ("muB_eV", codata.physical_constants["Bohr magneton in eV/T"][0]),
    ],
)
def test_measured_constants_agree_within_their_uncertainty(name, expected):
    # CODATA sets differ from one edition to the next by some 1e-10.
    assert getattr(constants, name) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("G0", 7.748091730e-5),
        ("RK", 25812.80746),
        ("L0", 2.443004509e-8),
    ],
)
def test_quanta_have_their_published_values(name, published):
    # The published digits end at the tenth.
    assert getattr(constants, name) == pytest.approx(published, rel=2e-10)


def test_quanta_of_conductance_and_resistance_are_inverse():
    assert constants.Gq * constants.RK == pytest.approx(1, rel=1e-15)
    assert 2 * constants.Gq == constants.G0


def test_quantum_of_heat_conductance_follows_from_lorenz_number():
    # π² k_B²/3h = 9.464311516e-13 W/K².
    quantum = constants.L0 * constants.Gq
    assert quantum == pytest.approx(9.464311516e-13, rel=2e-10)
    assert quantum == pytest.approx(
        np.pi**2 * constants.kB**2 / (3 * constants.h), rel=1e-14
    )
