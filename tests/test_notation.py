"""Numbers for people: prefixes, bounds, simple fractions."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.constants import RK, Gq
from qnet.notation import (
    MARKED,
    engineering,
    in_quanta,
    number,
    scale,
    shown_unit,
    simple_fraction,
)

_POWERS = {"f": -15, "p": -12, "n": -9, "µ": -6, "m": -3, "k": 3, "M": 6, "G": 9}


def read_back(text: str, unit: str) -> float:
    digits, _, prefixed = text.partition(" ")
    prefix = prefixed.removesuffix(unit)
    return float(digits) * 10.0 ** _POWERS.get(prefix, 0)


@given(st.floats(1e-14, 1e11) | st.floats(-1e11, -1e-14))
def test_a_quantity_reads_back_to_six_digits(value):
    assert read_back(engineering(value, "V"), "V") == pytest.approx(value, rel=1e-5)


@given(st.floats(1e-17, 9e13))
def test_digits_before_the_unit_lie_between_one_and_a_thousand(value):
    digits = float(engineering(value, "A").split()[0])
    assert 1 <= digits < 1000


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (12906.40373, "Ohm", "12.9064 kΩ"),
        (0.9999999, "V", "1 V"),
        (999.9999999e-6, "V", "1 mV"),
        (-1e-4, "V", "-100 µV"),
        (0.0, "A", "0 A"),
        (0.5, "", "0.5"),
        (2e-12, "m2", "2e-12 m²"),
        (3e-26, "A^2/Hz", "3e-26 A²/Hz"),
        (8.6e-5, "V/K", "86 µV/K"),
        (0.25, "Phi0", "0.25 Φ0"),
        (2.0, "Gq", "2 e²/h"),
    ],
)
def test_quantities_are_written_as_a_physicist_would(value, unit, shown):
    assert engineering(value, unit) == shown


def test_what_is_below_its_bound_is_zero_and_what_is_above_is_not():
    assert engineering(1e-12, "Ohm", bound=2e-12) == "0 Ω"
    assert engineering(3e-12, "Ohm", bound=2e-12) == "3 pΩ"
    assert number(-1e-17, bound=1e-16) == "0"


@pytest.mark.parametrize("value", [math.nan, math.inf, complex(math.nan, 0)])
def test_what_is_not_finite_is_marked(value):
    assert number(value) == MARKED
    assert engineering(value, "V") == MARKED


def test_areas_and_spectral_densities_take_no_prefix():
    assert scale(1e-12, "m2") == (1.0, "m²")
    assert scale(1e-26, "A^2/Hz") == (1.0, "A²/Hz")
    assert shown_unit("Ohm") == "Ω"


@pytest.mark.parametrize("denominator", [1, 2, 3, 7, 24])
@pytest.mark.parametrize("numerator", [-5, 1, 4, 11])
def test_simple_multiples_of_the_resistance_quantum_are_recognised(
    numerator, denominator
):
    fraction = Fraction(numerator, denominator)
    rounded = float(fraction) * RK * (1 + 3e-13)
    assert in_quanta(rounded, "Ohm") == f"{fraction} h/e²"
    assert in_quanta(float(fraction) * Gq, "S") == f"{fraction} e²/h"


@pytest.mark.parametrize("value", [1 / math.pi, 0.5 + 1e-7, 1 / 25, math.sqrt(2)])
def test_other_numbers_are_not_taken_for_fractions(value):
    assert simple_fraction(value) is None
    assert in_quanta(value * RK, "Ohm") == ""


def test_zero_and_voltages_have_no_quanta():
    assert in_quanta(0.0, "Ohm") == ""
    assert in_quanta(1.0, "V") == ""
