"""Quantities as text: what ``10meV`` is, and which constants there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite, pi
from typing import Final

from qnet import constants
from qnet.diagnostics import Edit, Span, suggest
from qnet.dimensions import (
    ALIASES,
    NAMED,
    PLAIN,
    Unit,
    conversion,
    cure,
    described,
    unit,
    working_unit,
)

__all__ = [
    "CONSTANTS",
    "NAMED",
    "PLAIN",
    "SUFFIXES",
    "BadQuantity",
    "Reading",
    "Unit",
    "conversion",
    "cure",
    "described",
    "read_quantities",
    "read_quantity",
    "two_readings",
    "unit",
    "working_unit",
]

_FACTORS: Final[dict[str, tuple[float, str]]] = {
    "Gq": (constants.Gq, "S"),
    "RK": (constants.RK, "Ohm"),
}
_PREFIXES: Final = {
    "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3,
    "k": 3, "M": 6, "G": 9, "T": 12,
}  # fmt: skip
SUFFIXES: Final = (
    "V", "A", "eV", "J", "K", "T", "Hz", "s", "m", "m2", "Ohm", "Ω", "\u2126", "S",
    "F", "W", "rad", "deg", "%", "Phi0", "Gq", "RK",
)  # fmt: skip
"""Units that may stand behind a number, most with a prefix."""

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
_DIGITS: Final = r"(?P<mantissa>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eE](?P<power>[+-]?\d+))?"
_NUMBER: Final = re.compile(rf"{_DIGITS}(?P<suffix>.*)", re.DOTALL | re.ASCII)
_MANY: Final = 64  # texts from which equal ones are looked for
_NUMBERS: Final = re.compile(rf"^{_DIGITS}(?P<suffix>[^\n]*)$", re.MULTILINE | re.ASCII)

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
    """A number or unit that cannot be read: `text`; the others say why.

    `instead` is what it means, where it can mean one quantity only.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str = "",
        text: str = "",
        instead: str = "",
    ) -> None:
        super().__init__(message)
        self.instead = instead
        self.text = text
        self.code = code
        self.message = message
        self.help = help

    def edit(self, span: Span) -> Edit | None:
        """Write what is meant at a span that holds the text, if that is sure."""
        is_sure = bool(self.instead) and span.text == self.text
        return Edit(span, self.instead) if is_sure else None


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
    if text.endswith("j"):
        number, _ = _read(text[:-1], spice=False)
        return Reading(complex(0.0, number), PLAIN)
    number, scale = _read(text, spice=spice)
    return Reading(number, scale.unit, scale.remark)


def read_quantities(
    texts: Sequence[str], *, spice: bool = False
) -> list[tuple[float, Unit]]:
    """Read many real quantities; those of equal suffixes share one unit object.

    Parameters
    ----------
    texts : sequence of str
        Texts without line ends.

    Raises
    ------
    BadQuantity
        As `read_quantity`; its `text` is the first that cannot be read.
    """
    if len(texts) >= _MANY and 2 * len(each := dict.fromkeys(texts)) <= len(texts):
        known = dict(zip(each, read_quantities(list(each), spice=spice), strict=True))
        return list(map(known.__getitem__, texts))
    read = _read_lines("\n".join(texts), spice=spice)
    if len(read) == len(texts):
        return read
    one_by_one = (_read(text, spice=spice) for text in texts)
    return [(number, scale.unit) for number, scale in one_by_one]


def _read_lines(lines: str, *, spice: bool) -> list[tuple[float, Unit]]:
    """A quantity a line, at the speed of `re`; fewer where one cannot be read."""
    read: list[tuple[float, Unit]] = []
    for digits, power, suffix in _NUMBERS.findall(lines):
        scale = _suffix(suffix, spice=spice)
        if scale is None:
            return []
        exponent = scale.exponent + int(power[:9]) if power else scale.exponent
        number = float(f"{digits}e{exponent}") * scale.factor
        if not isfinite(number):
            return []
        read.append((number, scale.unit))
    return read


def _read(text: str, *, spice: bool) -> tuple[float, _Scale]:
    """The double nearest to what is written, and how its suffix was read."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadQuantity("QN301", f"'{text}' is not a number", text=text)
    digits, power, suffix = match.groups()
    scale = _suffix(suffix, spice=spice)
    if scale is None:
        raise _unreadable(text, suffix, spice=spice)
    exponent = int(power[:9]) if power else 0
    number = float(f"{digits}e{exponent + scale.exponent}") * scale.factor
    if not isfinite(number):
        raise BadQuantity("QN307", f"'{text}' is too large for a double", text=text)
    return number, scale


@dataclass(frozen=True, slots=True)
class _Scale:
    """What a suffix means: a power of ten, a factor, a unit."""

    exponent: int
    factor: float = 1.0
    unit: Unit = PLAIN
    remark: str = ""


@cache
def _suffix(suffix: str, *, spice: bool) -> _Scale | None:
    """Read a prefix and unit, or a scale of plain numbers; None when unknown."""
    if spice and suffix not in ("M", "A") and suffix.lower() in _SPICE_SCALES:
        exponent = _SPICE_SCALES[suffix.lower()]
        unit_word = _LOOKS_LIKE_A_UNIT.get(suffix)
        remark = f"'{suffix}' is read as SPICE's 1e{exponent}, not as {unit_word}"
        return _Scale(exponent, remark=remark if unit_word else "")
    if not suffix:
        return _Scale(0)
    found = _split_suffix(suffix)
    if found is not None:
        return found
    if suffix in _PLAIN_SCALES:
        return _Scale(_PLAIN_SCALES[suffix])
    return None


_SPELLED: Final = {
    "V": ("volt", "volts"),
    "A": ("amp", "amps", "ampere"),
    "K": ("kelvin", "degk"),
    "T": ("tesla",),
    "eV": ("electronvolt",),
    "Ohm": ("ohms",),
    "s": ("sec", "seconds"),
    "m": ("meter", "metre"),
    "deg": ("degree", "degrees"),
    "rad": ("radian", "radians"),
    "Phi0": ("phi_0", "h/e"),
}
_FOREIGN: Final = {
    **dict.fromkeys(("c", "degc", "celsius"), "kelvin: 27 °C is 300.15K"),
    **dict.fromkeys(("gauss", "oe", "kg"), "a gauss is 0.1mT"),
    **dict.fromkeys(("angstrom", "ang"), "an ångström is 0.1nm"),
    "cm": "a centimetre is 10mm",
    "ry": "a rydberg is 13.6057eV",
    "ha": "a hartree is 27.2114eV",
    "mh": "inductances do not matter to steady currents",
    "nh": "inductances do not matter to steady currents",
}


def _unreadable(text: str, suffix: str, *, spice: bool) -> BadQuantity:
    if suffix in ("M", "f", "t"):
        return two_readings(text, suffix, spice=spice)
    number = text.removesuffix(suffix)
    known = next((unit for unit in _SPELLED if suffix.lower() in _SPELLED[unit]), None)
    if known is not None:
        message = f"unknown unit '{suffix}'"
        meant = number + known
        return BadQuantity("QN302", message, f"write {meant}", text, meant)
    prefixed = [
        prefix + name
        for prefix in ("", *_PREFIXES)
        for name in SUFFIXES
        if not prefix or name not in _UNPREFIXED
    ]
    same = [name for name in prefixed if name.lower() == suffix.lower()]
    near = f"; units are case-sensitive: '{same[0]}'?" if same else ""
    message = f"unknown unit '{suffix}'{near or suggest(suffix, prefixed)}"
    # `mev` may be meV or MeV.
    meant = number + same[0] if len(same) == 1 else ""
    cure = _FOREIGN.get(suffix.lower(), "")
    return BadQuantity("QN302", message, cure, text, "" if cure else meant)


def _split_suffix(suffix: str) -> _Scale | None:
    """Read ``meV``, ``um2``, ``deg``; None when unknown."""
    for name in SUFFIXES:
        prefix = suffix.removesuffix(name)
        if prefix == suffix or (prefix and prefix not in _PREFIXES):
            continue
        if prefix and name in _UNPREFIXED:
            continue
        if name == "%":
            return _Scale(-2)
        if name == "deg":
            return _Scale(0, pi / 180)
        exponent = _PREFIXES[prefix] if prefix else 0
        factor, symbol = _FACTORS.get(name, (1.0, ALIASES.get(name, name)))
        return _Scale(exponent * (2 if name == "m2" else 1), factor, NAMED[symbol])
    return None


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
    return BadQuantity("QN303", message, f"write {advice}", text)
