"""Units and dimensions: what may be added to what.

A unit is a row of exponents of seven symbols, ``eV V A s m K Phi0``. They are not
independent: 1 eV = e · V A s and 1 Φ0 = (h/e) · V s. Keeping both spellings apart until
a conversion is asked for makes ``{lever*Vg/1V}`` exact: no factor of e goes in only to
be divided out again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

from qnet import constants

SYMBOLS: Final = ("eV", "V", "A", "s", "m", "K", "Phi0")
"""The symbols whose exponents make a unit."""

Exponents = tuple[int | Fraction, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A product of powers of eV, V, A, s, m, K and Φ0.

    Units of one `dimension` convert into one another: J and eV, Wb and Φ0, S and A/V.
    Equal units are one object, made by `of_exponents`: they are compared for every
    operation of every expression.
    """

    exponents: Exponents

    def __mul__(self, other: Unit) -> Unit:
        return _combined(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _combined(self, other, -1)

    def __pow__(self, power: int | Fraction) -> Unit:
        return of_exponents(tuple(x * power for x in self.exponents))

    def __reduce__(self) -> tuple[object, tuple[Exponents]]:
        return of_exponents, (self.exponents,)

    @property
    def dimension(self) -> Exponents:
        """Exponents of V, A, s, m, K: equal for units that measure the same."""
        return _dimension(self)

    @property
    def is_plain(self) -> bool:
        """Whether it measures a pure number."""
        return not any(self.dimension)

    def __str__(self) -> str:
        return spelled(self)


@cache
def of_exponents(exponents: Exponents) -> Unit:
    """The unit with these exponents, in the order of `SYMBOLS`."""
    whole = (x.numerator if x.denominator == 1 else x for x in exponents)
    return Unit(tuple(whole))


@cache
def _combined(left: Unit, right: Unit, sign: int) -> Unit:
    pairs = zip(left.exponents, right.exponents, strict=True)
    return of_exponents(tuple(a + sign * b for a, b in pairs))


@cache
def _dimension(unit: Unit) -> Exponents:
    eV, V, A, s, m, K, Phi0 = unit.exponents
    return (V + eV + Phi0, A + eV, s + eV + Phi0, m, K)


def _unit(**powers: int) -> Unit:
    return of_exponents(tuple(powers.get(symbol, 0) for symbol in SYMBOLS))


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

ALIASES: Final = {"Ω": "Ohm", "\u2126": "Ohm"}  # Greek omega, and the ohm sign
"""Other spellings of units."""

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
    word = ALIASES.get(word, word)
    if word in NAMED:
        return NAMED[word]
    match = _POWER.fullmatch(word)
    if match is None:
        raise KeyError(word)
    power = int(match["power"] or {"²": 2, "³": 3}[match["sup"]])
    return NAMED[ALIASES.get(match["name"], match["name"])] ** power


@cache
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


def _raised(constant: float, power: int | Fraction) -> float:
    """A power whose negative is one over the positive: correctly rounded at ±1."""
    raised = constant ** float(max(power, -power))
    return raised if power >= 0 else 1 / raised


_COMPOUND: Final = (
    "V/K", "W/K", "A^2/Hz", "V^2/Hz", "W/K^2", "V^2/K^2", "eV/T", "eV/V", "1/m",
    "m/s", "eV m",
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


def _times(wanted: Unit) -> str:
    """A unit that no suffix names as factors: ``*1m/1s``."""
    factors = [
        (f"*1{symbol}" if power > 0 else f"/1{symbol}") * abs(int(power))
        for symbol, power in zip(SYMBOLS, wanted.exponents, strict=True)
    ]
    return "".join(sorted(factors))


def cure(text: str, given: Unit, wanted: Unit) -> str:
    """How to write what was probably meant by `text`, for a wrong dimension."""
    got, want = _standard(given.dimension), _standard(wanted.dimension)
    if got == "" and text[:1].isdigit():
        if want in NAMED:
            return f"write the unit, {text}{want}"
        return f"write the units, {{{text}{_times(wanted)}}}"
    if (got, want) == ("V", "eV") and text.endswith("V"):
        better = f"{text[:-1]}eV"
        return f"an electron at {text} has {better}: write {better}"
    if (got, want) == ("eV", "V") and text.endswith("eV"):
        better = f"{text[:-2]}V"
        return f"an electron gains {text} in {better}: write {better}"
    return _CURES.get((got or "", want or ""), "").format(text=text)
