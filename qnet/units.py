"""Units and dimensions: what ``10meV`` is, and what may be added to it.

A number carries its unit as exponents of seven symbols, ``eV V A s m K Phi0``. They are
not independent: 1 eV = e · V A s and 1 Φ0 = (h/e) · V s. Keeping both spellings apart
until a conversion is asked for makes ``{lever*Vg/1V}`` exact: no factor of e goes in
only to be divided out again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import isfinite, pi
from typing import Final

from qnet import constants
from qnet.diagnostics import suggest

SYMBOLS: Final = ("eV", "V", "A", "s", "m", "K", "Phi0")
"""The symbols whose exponents make a unit."""

Exponents = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of eV, V, A, s, m, K and Φ0.

    Units of one `dimension` convert into one another: J and eV, Wb and Φ0, S and A/V.
    """

    exponents: Exponents

    def __mul__(self, other: Unit) -> Unit:
        return _combined(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _combined(self, other, -1)

    def __pow__(self, power: int | Fraction) -> Unit:
        return Unit(tuple(x * power for x in self.exponents))

    @property
    def dimension(self) -> Exponents:
        """Exponents of V, A, s, m, K: equal for units that measure the same."""
        eV, V, A, s, m, K, Phi0 = self.exponents
        return (V + eV + Phi0, A + eV, s + eV + Phi0, m, K)

    @property
    def is_plain(self) -> bool:
        """Whether it measures a pure number."""
        return not any(self.dimension)

    def __str__(self) -> str:
        return spelled(self)


@lru_cache(4096)
def _combined(left: Unit, right: Unit, sign: int) -> Unit:
    pairs = zip(left.exponents, right.exponents, strict=True)
    return Unit(tuple(a + sign * b for a, b in pairs))


def _unit(**powers: int) -> Unit:
    return Unit(tuple(Fraction(powers.get(symbol, 0)) for symbol in SYMBOLS))


PLAIN: Final = _unit()
"""The unit of a pure number."""

NAMED: Final[dict[str, Unit]] = {
    "eV": _unit(eV=1),
    "V": _unit(V=1),
    "K": _unit(K=1),
    "A": _unit(A=1),
    "S": _unit(A=1, V=-1),
    "Ohm": _unit(V=1, A=-1),
    "W": _unit(V=1, A=1),
    "m": _unit(m=1),
    "m2": _unit(m=2),
    "s": _unit(s=1),
    "Hz": _unit(s=-1),
    "T": _unit(V=1, s=1, m=-2),
    "Phi0": _unit(Phi0=1),
    "F": _unit(A=1, s=1, V=-1),
    "J": _unit(V=1, A=1, s=1),
    "Wb": _unit(V=1, s=1),
    "rad": PLAIN,
}
"""Units without a factor; the first of each dimension is the one qnet works in."""

_FACTORS: Final[dict[str, tuple[float, str]]] = {
    "Gq": (constants.Gq, "S"),
    "RK": (constants.RK, "Ohm"),
}
_ALIASES: Final = {"Ω": "Ohm", "\u2126": "Ohm"}  # Greek omega, and the ohm sign
_PREFIXES: Final = {
    "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3,
    "k": 3, "M": 6, "G": 9, "T": 12,
}  # fmt: skip
SUFFIXES: Final = (
    "V", "A", "eV", "J", "K", "T", "Hz", "s", "m", "m2", "Ohm", "Ω", "\u2126", "S",
    "F", "W", "rad", "deg", "%", "Phi0", "Gq", "RK",
)  # fmt: skip
"""Every unit a number may carry; all but `deg` and `%` take a prefix."""
_UNPREFIXED: Final = ("deg", "%")

_PLAIN_SCALES: Final = {
    "k": 3, "meg": 6, "MEG": 6, "g": 9, "G": 9, "u": -6, "n": -9, "p": -12,
}  # fmt: skip
_SPICE_SCALES: Final = {
    "t": 12, "g": 9, "meg": 6, "k": 3, "m": -3, "u": -6, "µ": -6, "μ": -6, "n": -9,
    "p": -12, "f": -15, "a": -18,
}  # fmt: skip
_LOOKS_LIKE_A_UNIT: Final = {"T": "tesla", "K": "kelvin", "F": "farad"}
_NUMBER: Final = re.compile(
    r"(?P<mantissa>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eE](?P<power>[+-]?\d+))?"
    r"(?P<suffix>.*)",
    re.DOTALL | re.ASCII,
)

CONSTANTS: Final[dict[str, tuple[float, Unit]]] = {
    "pi": (pi, PLAIN),
    "e": (1.0, NAMED["eV"] / NAMED["V"]),
    "h": (constants.h_eV, NAMED["eV"] * NAMED["s"]),
    "hbar": (constants.hbar_eV, NAMED["eV"] * NAMED["s"]),
    "kB": (constants.kB_eV, NAMED["eV"] / NAMED["K"]),
    "Gq": (constants.Gq, NAMED["S"]),
    "G0": (constants.G0, NAMED["S"]),
    "RK": (constants.RK, NAMED["Ohm"]),
    "Phi0": (1.0, NAMED["Phi0"]),
    "muB": (constants.muB_eV, NAMED["eV"] / NAMED["T"]),
    "me": (constants.me, NAMED["J"] * NAMED["s"] ** 2 / NAMED["m2"]),
    "L0": (constants.L0, NAMED["V"] ** 2 / NAMED["K"] ** 2),
}
"""The constants of expressions, matched in their exact case."""


class BadQuantity(ValueError):
    """A number or unit that cannot be read; `code`, `message` and `help` say why."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as read: value in `unit`; `remark` is worth a note to the reader."""

    value: complex
    unit: Unit
    remark: str = ""


@lru_cache(65536)
def read_quantity(text: str, *, spice: bool = False) -> Reading:
    """Read ``10meV``, ``12.9kOhm``, ``1um2``, ``90deg``, ``0.8j``.

    The decimal exponent of the prefix is joined to that of the number before it is
    rounded, so the result is the double nearest to what is written.

    Parameters
    ----------
    text : str
        Number, prefix and unit without a blank between them; a sign may lead.
    spice : bool
        The positional value of a V, I, R or C card: a bare scale letter is SPICE's in
        any case (``1m``, ``10K``, ``5F``).

    Raises
    ------
    BadQuantity
        QN301 not a number, QN302 unknown unit, QN303 two readings, QN307 too large.

    Examples
    --------
    >>> read_quantity("40ueV").value, str(read_quantity("40ueV").unit)
    (4e-05, 'eV')
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadQuantity("QN301", f"'{text}' is not a number")
    digits, power = match["mantissa"], int((match["power"] or "0")[:9])
    suffix = match["suffix"]
    if suffix == "j":
        return Reading(complex(0.0, _decimal(text, digits, power)), PLAIN)
    if spice and (found := _spice_scale(text, suffix)):
        exponent, remark = found
        return Reading(_decimal(text, digits, power + exponent), PLAIN, remark)
    exponent, factor, unit = _suffix(text, suffix)
    return Reading(_decimal(text, digits, power + exponent) * factor, unit)


def _decimal(text: str, digits: str, power: int) -> float:
    value = float(f"{digits}e{power}")
    if not isfinite(value):
        raise BadQuantity("QN307", f"'{text}' is too large for a double")
    return value


def _spice_scale(text: str, suffix: str) -> tuple[int, str] | None:
    """Exponent of SPICE's scale letter and a remark where it looks like a unit."""
    if suffix == "M":
        raise two_readings(text, suffix, spice=True)
    exponent = _SPICE_SCALES.get(suffix.lower())
    if exponent is None or suffix == "A":
        return None
    if suffix in _LOOKS_LIKE_A_UNIT:
        unit = _LOOKS_LIKE_A_UNIT[suffix]
        return exponent, f"'{suffix}' is read as SPICE's 1e{exponent}, not as {unit}"
    return exponent, ""


@cache
def _split_suffix(suffix: str) -> tuple[int, float, Unit] | None:
    """Exponent, factor and unit of ``meV``, ``um2``, ``deg``; None when unknown."""
    for name in SUFFIXES:
        prefix = suffix.removesuffix(name)
        if prefix == suffix or (prefix and prefix not in _PREFIXES):
            continue
        if prefix and name in _UNPREFIXED:
            continue
        exponent = _PREFIXES[prefix] if prefix else 0
        if name == "%":
            return -2, 1.0, PLAIN
        if name == "deg":
            return 0, pi / 180, PLAIN
        factor, symbol = _FACTORS.get(name, (1.0, _ALIASES.get(name, name)))
        return exponent * (2 if name == "m2" else 1), factor, NAMED[symbol]
    return None


def _suffix(text: str, suffix: str) -> tuple[int, float, Unit]:
    if not suffix:
        return 0, 1.0, PLAIN
    found = _split_suffix(suffix)
    if found is not None:
        return found
    if (scale := _PLAIN_SCALES.get(suffix)) is not None:
        return scale, 1.0, PLAIN
    if suffix in ("M", "f", "t"):
        raise two_readings(text, suffix)
    raise BadQuantity("QN302", f"unknown unit '{suffix}'{_near_unit(suffix)}")


def two_readings(text: str, suffix: str, *, spice: bool = False) -> BadQuantity:
    """``1M``, or ``1m`` for a plain number: the error names both readings."""
    number = text.removesuffix(suffix)
    readings, advice = {
        "M": ("milli in SPICE, mega in SI", "{0}e-3 or {0}meg"),
        "m": ("milli in SPICE, metre here", "{0}e-3"),
        "f": ("femto in SPICE, no unit here", "{0}e-15"),
        "t": ("tera in SPICE, no unit here", "{0}e12, or {0}T for tesla"),
    }[suffix]
    advice = ("{0}m or {0}meg" if spice else advice).format(number)
    message = f"'{text}' has two readings: {readings}"
    return BadQuantity("QN303", message, f"write {advice}")


def _near_unit(suffix: str) -> str:
    """A unit that differs in case only comes first, then a near spelling."""
    prefixed = [p + name for p in ("", *_PREFIXES) for name in SUFFIXES]
    same = [name for name in prefixed if name.lower() == suffix.lower()]
    if same:
        return f"; units are case-sensitive: '{same[0]}'?"
    return suggest(suffix, prefixed)


_POWER: Final = re.compile(r"(?P<name>\w+?)(?:\^(?P<power>-?\d+)|(?P<sup>[²³]))")


@cache
def unit(text: str) -> Unit:
    """Read the unit of a key or an answer: ``"eV"``, ``"V/K"``, ``"A^2/Hz"``, ``""``.

    Raises
    ------
    KeyError
        Unknown symbol: the fault of a model, not of a netlist.

    Examples
    --------
    >>> unit("W/K") == unit("V") * unit("A") / unit("K")
    True
    """
    result = PLAIN
    for position, quotient in enumerate(text.split("/")):
        for word in quotient.replace("·", " ").replace("*", " ").split():
            if word == "1":
                continue
            result = result * _power(word) ** (-1 if position else 1)
    return result


def _power(word: str) -> Unit:
    word = _ALIASES.get(word, word)
    if word in NAMED:
        return NAMED[word]
    match = _POWER.fullmatch(word)
    if match is None:
        raise KeyError(word)
    power = int(match["power"] or {"²": 2, "³": 3}[match["sup"]])
    return NAMED[_ALIASES.get(match["name"], match["name"])] ** power


def conversion(given: Unit, wanted: Unit) -> float | None:
    """Factor from one unit to another; None where the dimensions differ.

    Examples
    --------
    >>> conversion(NAMED["J"], NAMED["eV"]) == 1 / constants.e
    True
    """
    if given == wanted:
        return 1.0
    if given.dimension != wanted.dimension:
        return None
    change = given / wanted
    electrons = change.exponents[0]
    quanta = change.exponents[-1]
    return _raised(constants.e, electrons) * _raised(constants.Phi0, quanta)


def _raised(constant: float, power: Fraction) -> float:
    """A power whose negative is one over the positive: correctly rounded at ±1."""
    raised = constant ** float(abs(power))
    return raised if power >= 0 else 1 / raised


_COMPOUND: Final = (
    "V/K", "W/K", "A^2/Hz", "V^2/Hz", "W/K^2", "V^2/K^2", "eV/T", "eV/V", "1/m",
)  # fmt: skip

_WORDS: Final = {
    "eV": "an energy", "V": "a voltage", "K": "a temperature", "A": "a current",
    "S": "a conductance", "Ohm": "a resistance", "W": "a power", "m": "a length",
    "m2": "an area", "s": "a time", "Hz": "a frequency", "T": "a magnetic field",
    "Phi0": "a flux", "F": "a capacitance",
}  # fmt: skip


@cache
def _standard(dimension: Exponents) -> str | None:
    """Spelling of the unit that qnet works in, for a dimension that has one."""
    for name in (*NAMED, *_COMPOUND):
        if unit(name).dimension == dimension:
            return "" if unit(name) == PLAIN else name
    return None


@cache
def working_unit(given: Unit) -> Unit:
    """The unit that qnet works in for quantities like this one: eV for a joule."""
    name = _standard(given.dimension)
    return given if name is None else unit(name)


@cache
def spelled(given: Unit) -> str:
    """A unit in words that `unit` reads back, up to its `working_unit`."""
    name = _standard(given.dimension)
    if name is not None:
        return name
    parts = [
        symbol if power == 1 else f"{symbol}^{power}"
        for symbol, power in zip(SYMBOLS, given.exponents, strict=True)
        if power
    ]
    return " ".join(parts)


@cache
def described(given: Unit) -> str:
    """What a unit measures, for messages: ``a voltage (V)``, ``a plain number``."""
    if given.is_plain:
        return "a plain number"
    name = spelled(given)
    word = _WORDS.get(name)
    return f"{word} ({name})" if word else f"a quantity in {name}"


_CURES: Final = {
    ("K", "eV"): "the energy of a temperature is {{kB*{text}}}",
    ("Hz", "eV"): "the energy of a frequency is {{h*{text}}}",
    ("T", "Phi0"): "a flux is field times area, {{B*area/Phi0}}",
}


def cure(text: str, given: Unit, wanted: Unit) -> str:
    """How to write what was probably meant by `text`, for a wrong dimension."""
    got, want = _standard(given.dimension), _standard(wanted.dimension)
    if got == "":
        return f"write the unit, {text}{want}" if _NUMBER.fullmatch(text) else ""
    if (got, want) == ("V", "eV") and text.endswith("V"):
        better = f"{text[:-1]}eV"
        return f"an electron at {text} has {better}: write {better}"
    if (got, want) == ("eV", "V") and text.endswith("eV"):
        better = f"{text[:-2]}V"
        return f"an electron gains {text} in {better}: write {better}"
    return _CURES.get((got or "", want or ""), "").format(text=text)
