"""From pieces to groups: composites taken apart, equals joined, reservoirs inside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qnet.circuit import Floats, Group, Ints, Lever
from qnet.diagnostics import Span
from qnet.lang.frames import Cell
from qnet.lang.pieces import Piece, World, defaulted
from qnet.lang.places import Places
from qnet.lang.texts import joined
from qnet.registry import OwnReservoir, Parameter, Part, parameters

PARTS_DEEP = 8
"""How deep a composite may consist of composites."""


@dataclass(slots=True, eq=False)
class OwnNodes:
    """Nodes that elements bring with them, numbered after those of the netlist.

    Attributes
    ----------
    given : sequence of str
        Names of the netlist's nodes.
    """

    given: Sequence[str]
    _own: list[str] = field(default_factory=list)

    def new(self, names: Sequence[str]) -> Ints:
        """Numbers of new nodes."""
        first = len(self.given) + len(self._own)
        self._own.extend(names)
        return np.arange(first, first + len(names))

    @property
    def names(self) -> Sequence[str]:
        """All names, those of the netlist's nodes first."""
        return [*self.given, *self._own] if self._own else self.given


@dataclass(slots=True, eq=False)
class OwnSeas:
    """Reservoirs inside elements, in columns."""

    names: list[str] = field(default_factory=list)
    nodes: list[Ints] = field(default_factory=list)
    kinds: list[Ints] = field(default_factory=list)
    temperatures: list[tuple[int, Floats | None]] = field(default_factory=list)
    places: list[tuple[int, Callable[[int], Span | None]]] = field(default_factory=list)


def fields_of(model: object) -> tuple[Parameter, ...]:
    """Parameters of a model."""
    return parameters(type(model))


def taken_apart(pieces: Sequence[Piece], nodes: OwnNodes, world: World) -> list[Piece]:
    """Composite elements replaced by their parts, each with the element's rows."""
    found = list(pieces)
    for _ in range(PARTS_DEEP):
        again: list[Piece] = []
        for piece in found:
            parts = piece.model.parts() if hasattr(piece.model, "parts") else ()
            again.extend(_parts(piece, parts, nodes, world) if parts else [piece])
        if len(again) == len(found):
            return again
        found = again
    raise RecursionError("a composite consists of composites without end")


def _parts(
    piece: Piece, parts: Sequence[Part], nodes: OwnNodes, world: World
) -> list[Piece]:
    """Pieces of one composite; its own nodes are named after each element."""
    joints: dict[str, Ints] = {}
    ready: dict[int, Any] = {}  # equal slices share one model
    made = []
    for part in parts:
        columns = []
        for node in part.nodes:
            if isinstance(node, int):
                columns.append(piece.nodes[:, node])
                continue
            if node not in joints:
                joints[node] = nodes.new([f"{name}.{node}" for name in piece.names])
            columns.append(joints[node])
        names = [f"{name}.{part.suffix}" for name in piece.names]
        if id(part.model) not in ready:
            ready[id(part.model)] = _of_full_rank(part.model, world, piece)
        model = ready[id(part.model)]
        made.append(Piece(model, names, np.stack(columns, 1), piece.batch, piece.rows))
    return made


def _of_full_rank(model: Any, world: World, piece: Piece) -> Any:  # noqa: ANN401
    """A part with its plain numbers as arrays, and what it reads of the state."""
    changes: dict[str, Any] = {}
    rank = world.around.rank
    for parameter in fields_of(model):
        held = getattr(model, parameter.name)
        if parameter.state is not None:
            if parameter.state in ("spin", "reversed"):
                changes[parameter.name] = world.state(parameter, piece.batch)
        elif parameter.kind in ("real", "complex") and not parameter.structural:
            given = dataclasses.replace(parameter, default=held)
            if not (isinstance(held, np.ndarray) and held.ndim > rank):
                changes[parameter.name] = defaulted(given, rank)
    return dataclasses.replace(model, **changes)


def structure_of(piece: Piece, rank: int) -> Hashable:
    """Equal for pieces that can stand in one group: class, and all that is no array."""
    told: list[Hashable] = [str(type(piece.model))]
    for parameter in fields_of(piece.model):
        held = getattr(piece.model, parameter.name)
        if isinstance(held, np.ndarray):
            told.append((parameter.name, held.shape[rank + 1 :]))
        else:
            told.append((parameter.name, held))
    told.append(len(arms_of(piece)))
    return tuple(told)


def grouped(pieces: Sequence[Piece], rank: int) -> list[list[Piece]]:
    """Pieces that make a group together, in the order of first appearance."""
    if len({type(piece.model) for piece in pieces}) == len(pieces):
        return [[piece] for piece in pieces]
    together: dict[Hashable, list[Piece]] = {}
    known: dict[tuple[int, int], Hashable] = {}
    for piece in pieces:
        same = (id(piece.model), id(piece.batch))
        if same not in known:
            known[same] = structure_of(piece, rank)
        together.setdefault(known[same], []).append(piece)
    return list(together.values())


def joined_model(pieces: Sequence[Piece]) -> Any:  # noqa: ANN401
    """One model for all elements of a group, its columns one below the other."""
    first = pieces[0].model
    if len(pieces) == 1:
        return first
    changes = {}
    for parameter in fields_of(first):
        columns = [getattr(piece.model, parameter.name) for piece in pieces]
        if isinstance(columns[0], np.ndarray):
            changes[parameter.name] = _below_one_another(columns, pieces)
    return dataclasses.replace(first, **changes)


def _below_one_another(columns: Sequence[Any], pieces: Sequence[Piece]) -> Any:  # noqa: ANN401
    """Columns of all pieces as one; a single row if all are the same number."""
    first = columns[0]
    if len(first) == 1 and all(
        c is first or (len(c) == 1 and np.array_equal(c, first)) for c in columns
    ):
        return first
    tail = np.broadcast_shapes(*(column.shape[1:] for column in columns))
    return np.concatenate(
        [
            np.broadcast_to(column, (len(piece.names), *tail))
            for column, piece in zip(columns, pieces, strict=True)
        ]
    )


def group_of(
    pieces: Sequence[Piece],
    nodes: OwnNodes,
    seas: OwnSeas,
) -> Group:
    """A group, with a node for each port; reservoirs inside get nodes of their own."""
    model = joined_model(pieces)
    names = joined(piece.names for piece in pieces)
    pins = np.concatenate([piece.nodes for piece in pieces])
    spans = Places((len(piece.names), piece.place) for piece in pieces)
    own = model.own_reservoirs() if hasattr(model, "own_reservoirs") else ()
    if own:
        table = _own_nodes(own, names, nodes, seas)
        seas.places.append((table.size, lambda row: spans[row // len(own)]))
        pins = _all_ports(own, pins, table)
    return Group(model, names, pins, spans)


def _all_ports(own: Sequence[OwnReservoir], pins: Ints, table: Ints) -> Ints:
    """Nodes of all ports: those of the card, and the reservoirs inside."""
    ports = 1 + max(max(sea.ports) for sea in own)
    full = np.empty((len(pins), ports), np.intp)
    full[:, : pins.shape[1]] = pins
    for column, sea in enumerate(own):
        full[:, list(sea.ports)] = table[:, [column]]
    return full


def _own_nodes(
    own: Sequence[OwnReservoir], names: Sequence[str], nodes: OwnNodes, seas: OwnSeas
) -> Ints:
    """Nodes of the reservoirs inside elements: (element, reservoir)."""
    suffixes = [f".{sea.suffix}" if sea.suffix else "" for sea in own]
    titles = [name + suffix for name in names for suffix in suffixes]
    made = nodes.new(titles)
    seas.names.extend(titles)
    seas.nodes.append(made)
    seas.kinds.append(np.tile([int(sea.kind) for sea in own], len(names)))
    seas.temperatures.extend(_temperatures(own, len(names)))
    return made.reshape(len(names), len(own))


def _temperatures(
    own: Sequence[OwnReservoir], count: int
) -> list[tuple[int, Floats | None]]:
    """Temperatures as (reservoirs that each covers, column or None)."""
    if all(sea.temperature is None for sea in own):
        return [(count * len(own), None)]
    columns = [
        np.full((1, 1), np.nan)
        if sea.temperature is None
        else np.asarray(sea.temperature)
        for sea in own
    ]
    rank = max(column.ndim for column in columns)
    shaped = [c if c.ndim == rank else c.reshape((1,) * rank) for c in columns]
    tail = np.broadcast_shapes(*(column.shape[1:] for column in shaped))
    table = np.stack([np.broadcast_to(c, (count, *tail)) for c in shaped], 1)
    return [(count * len(own), table.reshape(count * len(own), *tail)[..., 0])]


def lever_of(
    pieces: Sequence[Piece], world: World, reservoirs: Sequence[Ints]
) -> Lever:
    """Lever arms of a group whose cards have them.

    Parameters
    ----------
    reservoirs : sequence of (rows, weights)
        Reservoir index of each weight, for the batch of each piece.
    """
    indices, weights = [], []
    for piece, index in zip(pieces, reservoirs, strict=True):
        indices.append(index[piece.rows])
        columns = [_weights(cell, piece, world) for cell in arms_of(piece)]
        weights.append(np.stack(np.broadcast_arrays(*columns), -1))
    tail = np.broadcast_shapes(*(w.shape[1:] for w in weights))
    full = [np.broadcast_to(w, (len(w), *tail)) for w in weights]
    return Lever(np.concatenate(indices), np.concatenate(full))


def arms_of(piece: Piece) -> tuple[Cell, ...]:
    """Weights of the lever arms of a piece's card; empty where it has none."""
    said = piece.batch.said.weights
    return () if said is None else said.weights


def _weights(cell: Cell, piece: Piece, world: World) -> Floats:
    """Weights of one arm: (elements, *sweep)."""
    given = world.around.value(cell)
    array = world.around.full(np.asarray(given.array, float))
    column = array if len(array) == 1 else array[piece.rows]
    return np.broadcast_to(column, (len(piece.names), *column.shape[1:]))
