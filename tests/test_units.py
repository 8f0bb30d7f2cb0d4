import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet import constants
from qnet.units import (
    CONSTANTS,
    NAMED,
    PLAIN,
    BadQuantity,
    conversion,
    cure,
    described,
    read_quantities,
    read_quantity,
    unit,
    working_unit,
)


@pytest.mark.parametrize(
    ("text", "value", "measured_in"),
    [
        ("10meV", 0.010, "eV"),
        ("50mK", 0.050, "K"),
        ("2T", 2.0, "T"),
        ("1uV", 1e-6, "V"),
        ("0.3nA", 0.3e-9, "A"),
        ("12.9kOhm", 12900.0, "Ohm"),
        ("12.9kΩ", 12900.0, "Ohm"),
        ("1um2", 1e-12, "m2"),
        ("40ueV", 40e-6, "eV"),
        ("1.5GHz", 1.5e9, "Hz"),
        ("25uS", 25e-6, "S"),
        ("90deg", math.pi / 2, "rad"),
        ("36%", 0.36, ""),
        ("0.25Phi0", 0.25, "Phi0"),
        ("2Gq", 2 * constants.Gq, "S"),
        ("1RK", constants.RK, "Ohm"),
        ("5µV", 5e-6, "V"),
        ("1fF", 1e-15, "F"),
        ("-3.5e2mV", -0.35, "V"),
        ("1m", 1.0, "m"),
        ("1k", 1e3, ""),
        ("1meg", 1e6, ""),
        ("1g", 1e9, ""),
        ("1u", 1e-6, ""),
    ],
)
def test_a_quantity_reads_as_its_number_prefix_and_unit(text, value, measured_in):
    reading = read_quantity(text)
    assert reading.value == value
    assert reading.unit == unit(measured_in)
    assert not reading.remark


def test_prefixes_lose_no_digit():
    assert read_quantity("4.7um").value == 4.7e-6
    assert read_quantity("0.1nA").value == 0.1e-9
    assert read_quantity("31.4mK").value == 31.4e-3


@given(st.floats(1e-30, 1e30), st.sampled_from(["a", "f", "p", "n", "u", "k", "G"]))
def test_a_prefix_shifts_the_decimal_exponent_exactly(number, prefix):
    shift = {"a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "k": 3, "G": 9}[prefix]
    mantissa, _, power = f"{number!r}e0".partition("e")
    exponent = int(power.split("e")[0] or 0)
    expected = float(f"{mantissa}e{exponent + shift}")
    assert read_quantity(f"{number!r}{prefix}V").value == expected


@pytest.mark.parametrize("text", ["1M", "1f", "1t"])
def test_a_suffix_with_two_readings_is_refused_with_a_fix(text):
    with pytest.raises(BadQuantity) as caught:
        read_quantity(text)
    assert caught.value.code == "QN303"
    assert "write 1e" in caught.value.help


def test_a_bare_mega_is_refused_in_a_spice_value_too():
    with pytest.raises(BadQuantity) as caught:
        read_quantity("1M", spice=True)
    assert caught.value.help == "write 1m or 1meg"


@pytest.mark.parametrize(
    ("text", "value", "has_remark"),
    [
        ("1m", 1e-3, False),
        ("10k", 1e4, False),
        ("10K", 1e4, True),
        ("5F", 5e-15, True),
        ("1T", 1e12, True),
        ("1MEG", 1e6, False),
        ("3N", 3e-9, False),
    ],
)
def test_the_positional_value_of_a_spice_card_has_spice_scales(text, value, has_remark):
    reading = read_quantity(text, spice=True)
    assert reading.value == value
    assert reading.unit == PLAIN
    assert bool(reading.remark) == has_remark


def test_a_spice_value_may_have_a_real_unit():
    assert read_quantity("10kOhm", spice=True).unit == unit("Ohm")
    assert read_quantity("1mV", spice=True).unit == unit("V")


@pytest.mark.parametrize(
    ("text", "near"), [("1mev", "meV"), ("2kohm", "kOhm"), ("1mv", "mV")]
)
def test_units_are_case_sensitive_and_the_near_miss_is_shown(text, near):
    with pytest.raises(BadQuantity, match=near) as caught:
        read_quantity(text)
    assert caught.value.code == "QN302"


@pytest.mark.parametrize("text", ["", "abc", "1e", "--1", "1..2", "\u0661"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadQuantity):
        read_quantity(text)


def test_a_literal_beyond_the_doubles_is_refused():
    with pytest.raises(BadQuantity) as caught:
        read_quantity("1e999")
    assert caught.value.code == "QN307"


def test_an_imaginary_number_is_plain():
    assert read_quantity("0.8j").value == 0.8j
    assert read_quantity("0.8j").unit == PLAIN


def test_field_times_area_over_flux_quantum_is_a_pure_number():
    flux = unit("T") * unit("m2") / unit("Phi0")
    assert flux.is_plain
    assert conversion(flux, PLAIN) == 1 / constants.Phi0
    assert conversion(unit("T") * unit("m2"), unit("Phi0")) == 1 / constants.Phi0


def test_joules_and_electronvolts_are_one_elementary_charge_apart():
    assert conversion(unit("J"), unit("eV")) == 1 / constants.e
    assert conversion(unit("eV"), unit("J")) == constants.e


def test_lever_arm_arithmetic_takes_no_factor_of_the_charge():
    energy = unit("eV") * unit("V") / unit("V")
    assert energy == unit("eV")
    assert CONSTANTS["e"] == (1.0, unit("eV") / unit("V"))


def test_derived_units_agree_with_their_products():
    assert unit("W") == unit("V") * unit("A")
    assert unit("S") == unit("A") / unit("V")
    assert unit("Hz") * unit("s") == PLAIN
    assert unit("F") * unit("V") == unit("A") * unit("s")
    assert unit("A²/Hz") == unit("A^2/Hz") == unit("A") * unit("A") / unit("Hz")
    assert unit("1/m") * unit("m") == PLAIN


def test_different_dimensions_do_not_convert():
    assert conversion(unit("V"), unit("eV")) is None
    assert conversion(unit("K"), unit("eV")) is None


@pytest.mark.parametrize(
    ("product", "name"),
    [
        (unit("A") / unit("V"), "S"),
        (unit("V") / unit("A"), "Ohm"),
        (unit("J"), "eV"),
        (unit("T") * unit("m2"), "Phi0"),
        (unit("eV") / unit("s"), "W"),
        (unit("V") / unit("K"), "V/K"),
        (unit("A") ** 2 * unit("s"), "A^2/Hz"),
        (PLAIN, ""),
    ],
)
def test_a_product_is_shown_in_the_unit_qnet_works_in(product, name):
    assert str(product) == name
    assert working_unit(product) == unit(name)


@given(st.lists(st.sampled_from(list(NAMED)), max_size=4))
def test_the_spelling_of_a_product_reads_back(names):
    product = PLAIN
    for name in names:
        product = product * NAMED[name]
    assert unit(str(product)).dimension == product.dimension


def test_the_constants_agree_with_one_another():
    gq, rk = CONSTANTS["Gq"], CONSTANTS["RK"]
    assert gq[1] * rk[1] == PLAIN
    assert gq[0] * rk[0] == pytest.approx(1, abs=1e-15)
    h_over_e2 = CONSTANTS["h"][1] / CONSTANTS["e"][1] ** 2
    factor = conversion(h_over_e2, unit("Ohm"))
    assert factor is not None
    assert CONSTANTS["h"][0] * factor == pytest.approx(rk[0], rel=1e-15)
    assert (CONSTANTS["muB"][1] * unit("T")) == unit("eV")
    assert (CONSTANTS["kB"][1] * unit("K")) == unit("eV")
    kinetic = CONSTANTS["hbar"][1] ** 2 / CONSTANTS["me"][1] / unit("m2")
    assert kinetic.dimension == unit("eV").dimension


def test_the_cure_for_a_wrong_dimension_is_physical():
    assert cure("1mV", unit("V"), unit("eV")).endswith("write 1meV")
    assert cure("1meV", unit("eV"), unit("V")).endswith("write 1mV")
    assert cure("50mK", unit("K"), unit("eV")).endswith("{kB*50mK}")
    assert cure("5", PLAIN, unit("T")) == "write the unit, 5T"
    assert described(unit("V")) == "a voltage (V)"


def test_many_equal_quantities_are_read_like_each_of_them():
    texts = ["1mV", "2.5", "-3ueV", "1mV"] * 40
    assert read_quantities(texts) == [
        (r.value, r.unit) for r in map(read_quantity, texts)
    ]
    with pytest.raises(BadQuantity) as refused:
        read_quantities([*texts, "4mVV", "5?"])
    assert refused.value.text == "4mVV"
