"""The keys of a card: what it may say, and its numbers in internal units.

A card knows its keys as the `Parameter` fields of a class; elements, terminals,
analyses and options go through the same door.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qnet.circuit import Bools, Floats
from qnet.diagnostics import Diagnostic, Label, Near, NetlistError, Span, refuse
from qnet.lang.frames import Cell, swept_name
from qnet.lang.habits import nearest_key, option_cure
from qnet.lang.inspection import Inspection
from qnet.lang.surroundings import Surroundings
from qnet.lang.values import Array, Value
from qnet.registry import Parameter
from qnet.units import PLAIN, conversion, cure, described, two_readings, unit


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A numeric key as given by a run of cards.

    `cells` is one cell, or a list or matrix of them for a parameter with axes of its
    own.
    """

    parameter: Parameter
    cells: Cell | tuple[Any, ...]

    def first(self) -> Cell:
        """The cell, or the first of a list."""
        cells: Any = self.cells
        while isinstance(cells, tuple):
            cells = cells[0]
        return cells

    @property
    def extent(self) -> tuple[int, ...]:
        """Lengths of the parameter's own axes."""
        lengths: list[int] = []
        cells: Any = self.cells
        while isinstance(cells, tuple):
            lengths.append(len(cells))
            cells = cells[0] if cells else None
        return tuple(lengths)


def numbers(key: Key, around: Surroundings, inspection: Inspection) -> Array:
    """Numbers of a key, checked.

    Returns
    -------
    (rows or 1, *sweep, 1, *own)
        In the unit of the parameter; the axis of length 1 is that of energy.

    Raises
    ------
    NetlistError
        QN304: the dimension is wrong.
    """
    arrays = [
        quantity(key.parameter, cell, around, inspection)
        for cell in flattened(key.cells)
    ]
    if not isinstance(key.cells, tuple):
        return arrays[0][..., None]
    stacked = np.stack(np.broadcast_arrays(*arrays), -1)
    return stacked.reshape(*stacked.shape[:-1], 1, *key.extent)


def flattened(cells: Any) -> list[Cell]:  # noqa: ANN401  nested as the key is
    """Cells of a key in one row."""
    if isinstance(cells, tuple):
        return [one for part in cells for one in flattened(part)]
    return [cells]


def checked(key: Key, around: Surroundings, inspection: Inspection) -> Key:
    """The key, its numbers inspected; those that are written down for good.

    Raises
    ------
    NetlistError
        As `quantity`.
    """

    def look(cells: Any) -> Any:  # noqa: ANN401  nested as the key is
        if isinstance(cells, tuple):
            return tuple(map(look, cells))
        array = quantity(key.parameter, cells, around, inspection)
        return cells if cells.written is None else replace(cells, ready=array)

    return Key(key.parameter, look(key.cells))


def is_ready(key: Key) -> bool:
    """Whether all numbers of a key are written down, and found in order."""
    return all(cell.ready is not None for cell in flattened(key.cells))


def quantity(
    parameter: Parameter, cell: Cell, around: Surroundings, inspection: Inspection
) -> Array:
    """One quantity in the unit of its parameter, checked: (rows or 1, *sweep).

    Raises
    ------
    NetlistError
        QN304: the dimension is wrong; QN308: complex where a real number is wanted.
    """
    if cell.ready is not None:
        return cell.ready.reshape(-1, *(1,) * (around.rank - 1))
    given = around.value(cell)
    array = _in_unit(parameter, given, cell)
    if np.iscomplexobj(array) and parameter.kind != "complex":
        message = f"'{parameter.name}' is a real number"
        raise refuse(NetlistError, "QN308", message, cell.place(0))
    array = array.reshape(*array.shape, *(1,) * (around.rank - array.ndim))
    _inspect(parameter, cell, array, inspection)
    return array


def _in_unit(parameter: Parameter, given: Value, cell: Cell) -> Array:
    """Numbers in the unit of the parameter."""
    wanted = unit(parameter.unit)
    if given.is_zero:
        return given.array
    factor = conversion(given.unit, wanted)
    if factor is None and (parameter.unit == "Phi0" or parameter.kind == "spice"):
        factor = conversion(given.unit, PLAIN)  # flux quanta, and SPICE's habit
    if factor is None:
        raise _wrong_unit(parameter, given, cell)
    return given.array if factor == 1.0 else given.array * factor


def _wrong_unit(parameter: Parameter, given: Value, cell: Cell) -> NetlistError:
    """``E0=1mV`` is a voltage: what is wrong, and what was probably meant."""
    span = cell.place(0)
    text = span.text
    wanted = unit(parameter.unit)
    name = parameter.name
    is_bare = text[-1:] == "m" and not text[-2:-1].isalpha()  # not 1um, a length
    if wanted.is_plain and is_bare and given.unit == unit("m"):
        bad = two_readings(text, "m")
        return refuse(NetlistError, bad.code, bad.message, span, help=bad.help)
    if given.unit.is_plain:
        message = f"'{as_written(name, text)}' lacks its unit"
        message += f": {described(wanted)} is expected"
        label = "no unit"
    else:
        got = described(given.unit)
        message = f"'{as_written(name, text)}' is {got}, not {described(wanted)}"
        label = got
    help_ = cure(text, given.unit, wanted)
    if given.unit.is_plain and wanted == unit("K"):
        help_ = f"SPICE means {text} °C, a physicist {text} K; write {text}K"
    elif wanted == unit("T") and text.endswith("G"):
        help_ = "a gauss is 0.1mT"
    elif given.unit == unit("m") and is_bare:
        help_ = f"a prefix stands before a unit: write {text}{wanted}"
    return refuse(NetlistError, "QN304", message, span, label=label, help=help_)


def as_written(name: str, text: str) -> str:
    """A key with its value, or a dot-word with its item."""
    return f"{name} {text}" if name.startswith(".") else f"{name}={text}"


def _inspect(
    parameter: Parameter, cell: Cell, array: Array, inspection: Inspection
) -> None:
    """Tell of numbers that are not finite, not whole, or out of bounds."""
    bad = np.isnan(array)
    if bad.any():
        inspection.refuse(bad, _finding("QN307", parameter, cell, "is not finite"))
    if np.iscomplexobj(array):
        return
    real = np.asarray(array, float)
    if parameter.kind == "int":
        inspection.refuse(
            (real != np.rint(real)) & ~bad,
            _finding("QN309", parameter, cell, "is not a whole number"),
        )
    outside = _outside(parameter, real)
    if outside.any():
        text = f"lies outside its range, {bounds(parameter)}"
        why = f"{parameter.name}: {parameter.doc}" if parameter.doc else ""
        inspection.refuse(outside, _finding("QN309", parameter, cell, text, why))


def _outside(parameter: Parameter, array: Floats) -> Bools:
    """Where numbers are beyond the bounds of their parameter."""
    beyond = np.zeros(array.shape, bool)
    if parameter.low is not None:
        beyond |= array < parameter.low
    if parameter.high is not None:
        beyond |= array > parameter.high
    if parameter.above is not None:
        beyond |= array <= parameter.above
    if parameter.below is not None:
        beyond |= array >= parameter.below
    return beyond


def bounds(parameter: Parameter) -> str:
    """Range of a parameter in words: ``0 to 0.5``, ``above 0eV``."""
    mark = parameter.unit
    least = None if parameter.low is None else f"{parameter.low:g}{mark}"
    most = "" if parameter.high is None else f"{parameter.high:g}{mark}"
    if parameter.above is not None:
        least = f"above {parameter.above:g}{mark}"
    if parameter.below is not None:
        most = f"below {parameter.below:g}{mark}"
    if least is None:
        return most if parameter.below is not None else f"{most} or less"
    if not most:
        return least if parameter.above is not None else f"{least} or more"
    return f"{least} to {most}"


def _finding(
    code: str, parameter: Parameter, cell: Cell, text: str, reason: str = ""
) -> Callable[[int], Diagnostic]:
    """The finding on a row of a cell."""

    def why(row: int) -> Diagnostic:
        span = cell.place(row)
        message = f"'{as_written(parameter.name, span.text)}' {text}"
        return Diagnostic(code, message, Label(span), why=reason)

    return why


def is_swept(key: Key, asks: frozenset[str]) -> bool:
    """Whether a key varies along a step."""
    return any(
        swept_name(formula, cell.frame, asks) is not None
        for cell in flattened(key.cells)
        for formula in cell.formulas
    )


class Keyring:
    """Keys of a class, found as they are written: any case, unless two differ in it.

    Attributes
    ----------
    case_matters : bool
        Whether two keys differ in case only: ``L`` and ``l`` of a diffusive wire.
    """

    def __init__(self, known: Sequence[Parameter], owner: str) -> None:
        self.owner = owner
        self.fields = tuple(known)
        self.known = tuple(p for p in known if p.state is None and p.kind != "flag")
        self._exact = {p.name: p for p in self.known}
        self._folded: dict[str, list[Parameter]] = {}
        for parameter in self.known:
            self._folded.setdefault(parameter.name.lower(), []).append(parameter)
        self.case_matters = any(len(same) > 1 for same in self._folded.values())

    def find(self, written: str, span: Callable[[], Span]) -> Parameter:
        """The parameter that a key names.

        Raises
        ------
        NetlistError
            QN206: there is none.
        """
        exact = self._exact.get(written)
        if exact is not None:
            return exact
        near = self._folded.get(written.lower(), [])
        if len(near) == 1:
            return near[0]
        if near:
            names = " and ".join(f"'{p.name}'" for p in near)
            message = f"'{self.owner}' has the keys {names}: case matters here"
            likely = Near()
        else:
            likely = nearest_key(written, self._exact)
            message = f"'{self.owner}' has no key '{written}'{likely}"
        cure = option_cure(written) if self.owner == ".options" else ""
        place = span()
        edit = None if cure else likely.edit(place, written)
        cure = cure or self._offer()
        raise refuse(NetlistError, "QN206", message, place, help=cure, edit=edit)

    def missing(self, given: Collection[str]) -> list[Parameter]:
        """Required parameters that are not among those given."""
        return [p for p in self.known if p.required and p.name not in given]

    def _offer(self) -> str:
        if not self.known:
            return f"'{self.owner}' takes no keys"
        return f"'{self.owner}' knows {', '.join(self._exact)}"
