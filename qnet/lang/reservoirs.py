"""Reservoir nodes: terminals, probes, what touches lumped elements, and node 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from qnet.circuit import Bools, Floats, Ints, Lumped, Reservoirs
from qnet.lang.grouping import OwnSeas
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.pieces import World, key_numbers
from qnet.lang.places import Places
from qnet.lang.seas import Seas, declared_places, order_of_rows
from qnet.lang.texts import joined, selected
from qnet.registry import ReservoirKind

PROBE_KINDS = {
    "voltage": ReservoirKind.NORMAL,
    "thermal": ReservoirKind.THERMAL,
    "dephasing": ReservoirKind.DEPHASING,
}


def columns_of(
    seas: Seas, name: str, world: World, otherwise: Floats
) -> tuple[Floats, Bools]:
    """A key of all T and P, and which of them give it.

    Parameters
    ----------
    otherwise : (1, *sweep, *own)
        Its value where a card is silent.

    Returns
    -------
    (declared, *sweep, *own), (declared,)
    """
    columns, given = [], []
    for batch in seas.batches:
        key = batch.said.keys.get(name)
        given.append(np.full(len(batch), key is not None))
        if key is None:
            columns.append(otherwise)
        else:
            array = np.asarray(key_numbers(key, world), float)
            columns.append(np.take(array, 0, axis=world.around.rank))
    if not columns:
        return np.zeros((0, *otherwise.shape[1:])), np.zeros(0, bool)
    tail = np.broadcast_shapes(*(column.shape[1:] for column in columns))
    full = [
        np.broadcast_to(column, (len(batch), *tail))
        for column, batch in zip(columns, seas.batches, strict=True)
    ]
    return seas.spread(full), seas.spread(given)


def reservoirs_of(
    seas: Seas, own: OwnSeas, nodes: Sequence[str], world: World
) -> Reservoirs:
    """All reservoirs: T and P, those inside elements, bare nodes, node 0."""
    rank = world.around.rank
    zero = np.zeros((1,) * rank)
    temp = world.around.state("temp")
    voltage, has_voltage = columns_of(seas, "V", world, zero)
    current, drives = columns_of(seas, "I", world, zero)
    temperature, _ = columns_of(seas, "temp", world, temp)
    gap, _ = columns_of(seas, "Delta", world, zero)
    phase, _ = columns_of(seas, "phase", world, zero)
    pol, polarizes = columns_of(seas, "pol", world, zero + np.nan)
    absorb, leaks = columns_of(seas, "absorb", world, zero + np.nan)
    # The polarisation that a card is silent on turns round like a given one.
    up = np.array([0.0, 0.0, 1.0 if world.forward is None else -1.0])
    axis, _ = columns_of(seas, "axis", world, up + zero[..., None])
    kinds = _kinds(seas)
    is_terminal = _spread_of(seas, lambda batch: batch.kind == "T")
    superconducting = kinds == ReservoirKind.SUPERCONDUCTOR
    inside = sum(len(column) for column in own.nodes)
    others = len(seas.bare) + (seas.ground is not None)
    at_ground = _at_ground(seas, nodes)
    node_numbers = _nodes(seas, own)

    def padded(declared: Any, fill: Any = 0) -> Any:  # noqa: ANN401  of any element type
        """The column of all reservoirs from that of the declared ones."""
        tail = np.broadcast_to(fill, (inside + others, *declared.shape[1:]))
        return np.concatenate([declared, tail.astype(declared.dtype)])

    held = padded(has_voltage | (superconducting & ~drives) | at_ground)
    if seas.ground is not None:
        held[-1] = True
    return Reservoirs(
        names=[*_names(seas), *own.names, *(nodes[k] for k in _undeclared(seas))],
        nodes=node_numbers,
        kind=np.concatenate([kinds, *own.kinds, np.zeros(others)]).astype(np.int8),
        held=held,
        driven=padded(drives),
        is_terminal=padded(is_terminal),
        voltage=_last(padded(voltage)),
        current=_last(padded(current)),
        temperature=_last(_temperatures(temperature, own, temp, others)),
        gap=_last(padded(gap)),
        phase=_last(padded(phase)),
        spans=Places(
            [
                (seas.declared, declared_places(seas).__getitem__),
                *own.places,
                (others, lambda _: None),
            ]
        ),
        polarization=_last(padded(pol, np.nan)) if polarizes.any() else None,
        axis=np.moveaxis(padded(axis, (0.0, 0.0, 1.0)), 0, -2),
        absorb=_last(padded(absorb, np.nan)) if leaks.any() else None,
    )


def _last(column: Floats) -> Floats:
    """(reservoir, *sweep) to (*sweep, reservoir)."""
    return np.moveaxis(column, 0, -1)


def _nodes(seas: Seas, own: OwnSeas) -> Ints:
    """Node of each reservoir."""
    return np.concatenate([seas.nodes, *own.nodes, _undeclared(seas)]).astype(np.intp)


def _undeclared(seas: Seas) -> Ints:
    """Bare nodes, then node 0."""
    ground = [] if seas.ground is None else [seas.ground]
    return np.concatenate([seas.bare, ground]).astype(np.intp)


def _spread_of(seas: Seas, claim: Callable[[Batch], Any]) -> Any:  # noqa: ANN401
    """Something that is the same for all cards of a batch, in netlist order."""
    if not seas.batches:
        return np.zeros(0, bool)
    return seas.spread([np.full(len(batch), claim(batch)) for batch in seas.batches])


def _names(seas: Seas) -> list[str]:
    """Names of T and P, in netlist order."""
    flat = [name for batch in seas.batches for name in batch.names]
    return [flat[k] for k in np.argsort(seas.rank)]


def _kinds(seas: Seas) -> Ints:
    """`ReservoirKind` of T and P."""

    def kind(batch: Batch) -> int:
        word = batch.said.settings.get("type")
        if batch.kind == "T":
            return int(
                ReservoirKind.SUPERCONDUCTOR if word == "sc" else ReservoirKind.NORMAL
            )
        return int(PROBE_KINDS[word or "voltage"])

    return np.asarray(_spread_of(seas, kind), np.intp)


def _at_ground(seas: Seas, nodes: Sequence[str]) -> Bools:
    """Terminals on node 0: it is held whatever they say."""
    return np.array([nodes[k] == "0" for k in seas.nodes], bool)


def _temperatures(declared: Floats, own: OwnSeas, temp: Floats, others: int) -> Floats:
    """(reservoir, *sweep): of cards, of reservoirs inside elements, of the rest."""
    columns = [declared]
    for count, column in own.temperatures:
        filled = temp if column is None else np.where(np.isnan(column), temp, column)
        columns.append(np.broadcast_to(filled, (count, *filled.shape[1:])))
    columns.append(np.broadcast_to(temp, (others, *temp.shape[1:])))
    tail = np.broadcast_shapes(*(column.shape[1:] for column in columns))
    return np.concatenate([np.broadcast_to(c, (len(c), *tail)) for c in columns])


def lumped_of(found: Inventory, reservoir_of: Ints, world: World) -> tuple[Lumped, ...]:
    """V, I, R and C with their values, letter by letter."""
    made = []
    for letter in ("V", "I", "R", "C"):
        batches = [batch for batch in found.batches if batch.kind == letter]
        if batches:
            made.append(_lumped(letter, batches, reservoir_of, world))
    return tuple(made)


def _lumped(
    letter: str, batches: Sequence[Batch], reservoir_of: Ints, world: World
) -> Lumped:
    rank = order_of_rows([batch.order for batch in batches])
    row_at = np.argsort(rank)
    names = joined(batch.names for batch in batches)
    ends = np.concatenate([batch.nodes for batch in batches])[row_at]
    places = Places((len(batch), batch.place) for batch in batches)
    temp = world.around.state("temp")

    def column(name: str, otherwise: Floats) -> Floats:
        held = [batch.said.keys.get(name) for batch in batches]
        arrays = [
            otherwise if key is None else np.asarray(key_numbers(key, world))[..., 0]
            for key in held
        ]
        tail = np.broadcast_shapes(*(array.shape[1:] for array in arrays))
        full = [
            np.broadcast_to(array, (len(batch), *tail))
            for array, batch in zip(arrays, batches, strict=True)
        ]
        return np.moveaxis(np.concatenate(full)[row_at], 0, -1)

    return Lumped(
        letter,
        selected(names, row_at),
        reservoir_of[ends],
        column("value", np.zeros((1,) * world.around.rank)),
        column("temp", temp),
        Places([(len(ends), lambda k: places[int(row_at[k])])]),
    )
