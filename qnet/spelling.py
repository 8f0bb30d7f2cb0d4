"""Python values as a netlist writes them."""

from __future__ import annotations

from cmath import isfinite
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Spellable = (
    str | Path | bool | complex | np.number | NDArray[np.number]
    | Sequence["Spellable"] | Mapping[str, "Spellable"]
)  # fmt: skip
"""What a value of a card may be given as; see `spelled`."""


def spelled(value: Spellable) -> str:
    """Spell a Python value as a netlist does.

    Parameters
    ----------
    value
        Text as in a netlist, ``"1mV"`` or ``"{2*g}"``; a real or complex number, which
        is written to its last digit; a tuple, a list or an array for a list; a list of
        lists or an array of two axes for a matrix; a mapping for weights,
        ``{"s": 0.6}``; a path for the name of a file.

    Raises
    ------
    ValueError
        A number that is not finite.

    Examples
    --------
    >>> spelled(0.1), spelled(0.6 + 0.8j), spelled([1, "{g}"]), spelled({"s": 0.6})
    ('0.1', '0.6+0.8j', '(1 {g})', '(s:0.6)')
    >>> spelled(np.eye(2))
    '[[1.0, 0.0], [0.0, 1.0]]'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Path):
        return f'"{value}"'
    if isinstance(value, (np.ndarray, np.generic)):
        return spelled(value.tolist())
    if isinstance(value, (int, float, complex)):
        return _number(value)
    return _several(value)


def _several(values: Sequence[Spellable] | Mapping[str, Spellable]) -> str:
    """Spell a list, a matrix or weights."""
    if isinstance(values, Mapping):
        words = [f"{name}:{spelled(weight)}" for name, weight in values.items()]
    elif isinstance(values, list) and values and isinstance(values[0], list):
        rows = (", ".join(map(spelled, row)) for row in values)
        return f"[{', '.join(f'[{row}]' for row in rows)}]"
    else:
        words = list(map(spelled, values))
    return f"({' '.join(words)})"


def _number(value: complex) -> str:
    """Digits of a number that read back to the same double."""
    if isinstance(value, int):
        return str(int(value))
    if not isfinite(value):
        raise ValueError(f"{value} is not finite")
    if isinstance(value, float):
        return repr(value)
    if not value.imag:
        return repr(value.real)
    return f"{value.real!r}{value.imag:+}j"
