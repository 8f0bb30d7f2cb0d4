"""From a batch of cards to models with numbers in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.diagnostics import (
    Diagnostic,
    Label,
    NetlistError,
    PhysicsError,
    QnetError,
    Span,
    refuse,
)
from qnet.lang.inspection import Inspection
from qnet.lang.inventory import Batch
from qnet.lang.keys import Key, flattened, numbers, quantity
from qnet.lang.matching import NUMERIC
from qnet.lang.surroundings import Surroundings
from qnet.lang.texts import selected
from qnet.limits import within
from qnet.registry import Parameter

_NUMBERS = ("B", "M", "EF", "temp", "sample")
"""States that models get as arrays."""

_PLAIN = ("spin", "reversed", "pins", "zeros")
"""States that models get as plain values, the same at all points."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What models may read of the netlist's state, and how their keys are computed.

    Attributes
    ----------
    around : Surroundings
        Meaning of names.
    forward : Surroundings, optional
        The same before the field was turned round, where odd keys are evaluated; None
        when it was not.
    inspection : Inspection
        Hears of refused numbers.
    spin : int or str
        ``.options spin=``.
    samples : (*sweep)
        Index of the Monte-Carlo sample at each point.
    own_signs : mapping
        Sign of B and M as the netlist itself has them.
    """

    around: Surroundings
    forward: Surroundings | None
    inspection: Inspection
    spin: int | str
    samples: Floats
    own_signs: Mapping[str, float]

    def state(self, parameter: Parameter, batch: Batch) -> Any:  # noqa: ANN401
        """Value of a field that is no key: an array, or a plain value if structural."""
        wanted = parameter.state
        if wanted in ("B", "M", "EF", "temp"):
            return self.around.state(wanted)[..., None]
        if wanted in ("sign B", "sign M"):
            return np.sign(self.around.state(wanted[-1]))
        if wanted == "opposite":
            return self._opposite()
        if wanted == "sample":
            return self.samples.reshape((1, *self.samples.shape, 1))
        plain: dict[str | None, Any] = {
            "spin": self.spin,
            "reversed": self.forward is not None,
            "pins": batch.nodes.shape[1],
            "zeros": batch.said.zeros.get("S", ()),
        }
        return plain[wanted]

    def _opposite(self) -> Floats:
        """1.0 where the field has the sign opposite to the netlist's own."""
        found: Floats = np.full(
            (1,) * self.around.rank, float(self.forward is not None)
        )
        for name in ("M", "B"):
            sign = np.sign(self.around.state(name))
            own = self.own_signs[name] or 1.0
            found = np.where(sign == 0, found, (sign != own).astype(float))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Elements of one model and one structure: what becomes (part of) a group.

    `rows` are those of the batch, by which places and lever arms are found.
    """

    model: Any
    names: Sequence[str]
    nodes: Ints
    batch: Batch
    rows: Ints

    def place(self, row: int) -> Span:
        """Where the card of an element stands."""
        return self.batch.place(int(self.rows[row]))


@dataclass(frozen=True, slots=True, eq=False)
class Structural:
    """A structural field: its numbers by row and point, and how they nest."""

    name: str
    arrays: tuple[Floats, ...]
    nest: Callable[[Iterator[float]], Any]


def structural_fields(batch: Batch, world: World) -> list[Structural]:
    """Fields of a batch that shape the network: whole numbers, signs, lists of them."""
    found = []
    for parameter in batch.parameters:
        name = parameter.name
        if parameter.state in ("sign B", "sign M", "opposite"):
            sign = world.state(parameter, batch)
            made = bool if parameter.state == "opposite" else int
            found.append(Structural(name, (sign,), _nesting(None, made)))
        elif name in batch.said.keys and is_structural(parameter):
            key = batch.said.keys[name]
            arrays = [
                quantity(parameter, cell, world.around, world.inspection).real
                for cell in flattened(key.cells)
            ]
            number = int if parameter.kind == "int" else float
            found.append(Structural(name, tuple(arrays), _nesting(key.cells, number)))
    return found


def is_structural(parameter: Parameter) -> bool:
    """Whether a numeric field is a plain value, the same all over a group."""
    return parameter.kind in NUMERIC and (
        parameter.structural or parameter.kind == "int"
    )


def _nesting(cells: Any, number: type) -> Callable[[Iterator[float]], Any]:  # noqa: ANN401
    """How to nest numbers as the cells of a key are nested."""
    if not isinstance(cells, tuple):
        return lambda row: number(next(row))
    parts = [_nesting(part, number) for part in cells]
    return lambda row: tuple(part(row) for part in parts)


def arrays_of(batch: Batch, world: World) -> dict[str, Any]:
    """Fields of a batch that are computed, as arrays of full rank.

    A key that is odd under time reversal is minus its value before the field was
    turned; every other one is evaluated anew.
    """
    found: dict[str, Any] = {}
    for parameter in batch.parameters:
        name = parameter.name
        key = batch.said.keys.get(name)
        if parameter.state in _NUMBERS:
            found[name] = world.state(parameter, batch)
        elif key is not None and not is_structural(parameter):
            found[name] = key_numbers(key, world)
        elif parameter.state is None and parameter.kind in ("real", "complex"):
            if name in batch.said.settings or parameter.structural:
                continue
            default = defaulted(parameter, world.around.rank)
            is_turned = parameter.odd and world.forward is not None
            is_number = isinstance(default, np.ndarray)
            found[name] = -default if is_turned and is_number else default
    return found


def key_numbers(key: Key, world: World) -> Any:  # noqa: ANN401  real or complex
    """Numbers of a key, with the sign that time reversal gives it."""
    if key.parameter.odd and world.forward is not None:
        return -numbers(key, world.forward, world.inspection)
    return numbers(key, world.around, world.inspection)


def keys_that_stay(batches: Sequence[Batch], world: World) -> tuple[Diagnostic, ...]:
    """Notes on odd keys that would not turn their sign with B and M by themselves."""
    if world.forward is None:
        return ()
    notes = []
    for batch in batches:
        for key in batch.said.keys.values():
            if not key.parameter.odd:
                continue
            turned = numbers(key, world.around, world.inspection)
            wanted = -numbers(key, world.forward, world.inspection)
            if not np.allclose(turned, wanted, rtol=1e-12, atol=0.0):
                span = key.first().place(0)
                message = (
                    f"'{key.parameter.name}={span.text}' does not follow the field: "
                    "it is turned round by itself at -B"
                )
                notes.append(Diagnostic("QN319", message, Label(span), severity="note"))
    return tuple(notes)


def defaulted(parameter: Parameter, rank: int) -> Any:  # noqa: ANN401  None and INFER stay
    """Default of a real or complex field, of full rank."""
    default = parameter.default
    if not isinstance(default, int | float | complex | tuple | np.ndarray):
        return default
    array = np.asarray(default, complex if parameter.kind == "complex" else float)
    own = (array.shape or (1,) * len(parameter.axes)) if parameter.axes else ()
    return array.reshape((1,) * (rank + 1) + own)


def pieces_of(batch: Batch, world: World) -> list[Piece]:
    """Models of a batch, one for each structure among its rows.

    Raises
    ------
    NetlistError, PhysicsError
        What the model refuses, with the place of the first element it would be.
    """
    fields = structural_fields(batch, world)
    signature = signature_of(fields, len(batch))
    arrays = arrays_of(batch, world)
    plain = {
        p.name: world.state(p, batch) for p in batch.parameters if p.state in _PLAIN
    }
    plain.update(batch.said.settings)
    found = []
    for rows in _rows_by_signature(signature, len(batch)):
        numbers_ = iter(signature[min(int(rows[0]), len(signature) - 1)].tolist())
        given = {field.name: field.nest(numbers_) for field in fields}
        for name, array in arrays.items():
            is_column = isinstance(array, np.ndarray) and array.shape[0] > 1
            given[name] = array[rows] if is_column else array
        all_rows = len(rows) == len(batch)
        names = batch.names if all_rows else selected(batch.names, rows)
        nodes = batch.nodes if all_rows else batch.nodes[rows]
        with _placed(batch, int(rows[0])):
            model = batch.model(**given, **plain)
            for count in (n for pair in model.channels() for n in pair):
                within("port channels", count or 0)
            # Random scatterers act on spins in one of their symmetry classes only.
            if getattr(model, "spinful", False) and world.spin != "full":
                raise refuse(
                    NetlistError,
                    "QN315",
                    "it acts on spins, and goes with spin=full",
                    help="write .options spin=full",
                )
        found.append(Piece(model, names, nodes, batch, rows))
    return found


def signature_of(fields: Sequence[Structural], rows: int) -> Floats:
    """Structural numbers of each row at the first point: (rows or 1, numbers)."""
    columns = [
        array.reshape(len(array), -1)[:, 0]
        for field in fields
        for array in field.arrays
    ]
    if all(len(column) == 1 for column in columns):
        return np.array([[column[0] for column in columns]])
    return np.stack([np.broadcast_to(column, rows) for column in columns], -1)


def _rows_by_signature(signature: Floats, rows: int) -> list[Ints]:
    """Rows of equal structure, in the order of their first element."""
    if len(signature) == 1:
        return [np.arange(rows)]
    _, first, label = np.unique(
        signature, axis=0, return_index=True, return_inverse=True
    )
    return [np.flatnonzero(label.ravel() == k) for k in np.argsort(first)]


class _placed:  # noqa: N801  a context manager reads as a verb
    """Give the diagnostics of a model the place and name of its element."""

    def __init__(self, batch: Batch, row: int) -> None:
        self._batch = batch
        self._row = row

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, QnetError):
            name, span = self._batch.names[self._row], self._batch.place(self._row)
            kind = NetlistError if isinstance(error, NetlistError) else PhysicsError
            raise kind(_at(d, name, span) for d in error.diagnostics) from error


def _at(diagnostic: Diagnostic, name: str, span: Span) -> Diagnostic:
    """A finding of a model, with the element that it is about."""
    if diagnostic.primary is not None:
        return diagnostic
    message = f"{name}: {diagnostic.message}"
    return replace(diagnostic, message=message, primary=Label(span))
