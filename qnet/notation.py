"""Numbers as people write them: prefixes, honest digits, simple multiples of quanta."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

from qnet.constants import RK, Gq

_PREFIXES: Final = {
    -18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "",
    3: "k", 6: "M", 9: "G", 12: "T",
}  # fmt: skip
_TAKES_PREFIX: Final = ("eV", "Ω", "V", "A", "J", "K", "T", "Hz", "s", "m", "S", "F",
                        "W")  # fmt: skip
_SHOWN: Final = {"Ohm": "Ω", "m2": "m²", "Phi0": "Φ0", "Gq": "e²/h", "RK": "h/e²"}

DIGITS: Final = 6
"""Significant digits on the screen; files carry all of them."""
LARGEST_DENOMINATOR: Final = 24
"""Fractions of h/e² with larger denominators are no longer read at sight."""
FRACTION_TOLERANCE: Final = 1e-9
"""Relative distance within which a value is shown as a fraction: the accuracy that
exact models reach, far below any fraction met by chance."""

MARKED: Final = "–"
"""What stands in a table for a point without a number."""


def shown_unit(unit: str) -> str:
    """Unit in its printed spelling.

    >>> shown_unit("Ohm"), shown_unit("A^2/Hz")
    ('Ω', 'A²/Hz')
    """
    return _SHOWN.get(unit, unit).replace("^2", "²")


def scale(largest: float, unit: str) -> tuple[float, str]:
    """Factor and prefixed unit that bring `largest` between 1 and 1000.

    >>> scale(2.5e-6, "V")
    (1e-06, 'µV')
    >>> scale(2.5e-6, "m2")
    (1.0, 'm²')
    """
    unit = shown_unit(unit)
    base = unit.split("/")[0].split(" ")[0]
    if base not in _TAKES_PREFIX or largest == 0 or not math.isfinite(largest):
        return 1.0, unit
    # Rounded first: 999.9999996 mV is written 1 V.
    exponent = math.floor(math.log10(float(f"{abs(largest):.{DIGITS - 1}e}")))
    power = min(max(3 * (exponent // 3), min(_PREFIXES)), max(_PREFIXES))
    return float(f"1e{power}"), _PREFIXES[power] + unit


def number(value: complex, bound: float = 0.0, digits: int = DIGITS) -> str:
    """A plain number; 0 within `bound`, a dash where it is not finite.

    >>> number(0.1 + 0.2), number(1e-17, bound=1e-15), number(float("nan"))
    ('0.3', '0', '–')
    >>> number(0.6 + 0.8j)
    '0.6+0.8j'
    """
    if isinstance(value, complex):
        if not (math.isfinite(value.real) and math.isfinite(value.imag)):
            return MARKED
        real, imaginary = (
            0.0 if abs(part) <= bound else part for part in (value.real, value.imag)
        )
        return f"{real:.{digits}g}{imaginary:+.{digits}g}j"
    if not math.isfinite(value):
        return MARKED
    if abs(value) <= bound:
        return "0"
    return f"{value:.{digits}g}"


def engineering(value: complex, unit: str, bound: float = 0.0) -> str:
    """A quantity with its prefix and unit.

    >>> engineering(12906.40373, "Ohm"), engineering(-1e-4, "V")
    ('12.9064 kΩ', '-100 µV')
    """
    if not math.isfinite(abs(value)):
        return MARKED
    if abs(value) <= bound:
        return f"0 {shown_unit(unit)}".rstrip()
    factor, prefixed = scale(abs(value), unit)
    return f"{number(value / factor, bound / factor)} {prefixed}".rstrip()


def quantum(unit: str) -> tuple[float, str] | None:
    """Natural unit of a conductance or a resistance, and its name; else None.

    >>> quantum("S")[1]
    'e²/h'
    """
    return {"S": (Gq, "e²/h"), "Ohm": (RK, "h/e²"), "Ω": (RK, "h/e²")}.get(unit)


def simple_fraction(value: float, bound: float = 0.0) -> Fraction | None:
    """Fraction with a small denominator that `value` is, to rounding, or None.

    >>> simple_fraction(1 / 3 + 1e-13), simple_fraction(0.3183098861)
    (Fraction(1, 3), None)
    """
    if not math.isfinite(value):
        return None
    near = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    allowed = max(FRACTION_TOLERANCE * abs(value), bound)
    return near if abs(value - near) <= allowed else None


def in_quanta(value: float, unit: str, bound: float = 0.0) -> str:
    """`` = 1/2 h/e²`` when a resistance or conductance is so simple, else nothing.

    >>> in_quanta(RK / 2, "Ohm"), in_quanta(2 * Gq, "S"), in_quanta(1.0, "V")
    ('1/2 h/e²', '2 e²/h', '')
    """
    natural = quantum(unit)
    if natural is None:
        return ""
    fraction = simple_fraction(value / natural[0], bound / natural[0])
    return "" if not fraction else f"{fraction} {natural[1]}"
