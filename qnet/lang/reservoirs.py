"""Reservoir nodes: terminals, probes, what touches lumped elements, and node 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qnet.circuit import Bools, Floats, Ints, Lumped, Reservoirs
from qnet.lang.grouping import OwnSeas
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.keys import Key
from qnet.lang.pieces import World, key_numbers
from qnet.lang.places import Places
from qnet.lang.seas import Seas, order_of_rows
from qnet.lang.texts import joined, selected
from qnet.registry import ReservoirKind

PROBE_KINDS = {
    "voltage": ReservoirKind.NORMAL,
    "thermal": ReservoirKind.THERMAL,
    "dephasing": ReservoirKind.DEPHASING,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Makes the columns of all reservoirs from what T and P cards say.

    Attributes
    ----------
    others : int
        Reservoirs that no card declares; they come last.
    """

    seas: Seas
    world: World
    others: int

    def spread(self, claim: Callable[[Batch], Any], kind: type) -> Any:  # noqa: ANN401
        """Something that is the same for all cards of a batch; 0 for the others."""
        column: Any = np.zeros(self.seas.declared + self.others, kind)
        for batch, rows in self.seas.rows:
            column[rows] = claim(batch)
        return column

    def gives(self, name: str) -> Bools:
        """Which cards give a key."""
        if name not in self.seas.said:
            return np.zeros(self.seas.declared + self.others, bool)
        given: Bools = self.spread(lambda batch: name in batch.said.keys, bool)
        return given

    def key(self, name: str, silent: Floats, others: Any = 0.0) -> Floats:  # noqa: ANN401
        """A key of all cards.

        Parameters
        ----------
        silent : (1, *sweep, *own)
            Its value where a card is silent.
        others : (*own) or (1, *sweep, *own)
            Its value for reservoirs without a card.

        Returns
        -------
        (reservoir, *sweep, *own)
        """
        said = [
            (rows, self._numbers(batch.said.keys[name]))
            for batch, rows in (self.seas.rows if name in self.seas.said else ())
            if name in batch.said.keys
        ]
        tails = {silent.shape[1:], *(array.shape[1:] for _, array in said)}
        tail = np.broadcast_shapes(*tails) if len(tails) > 1 else silent.shape[1:]
        declared = self.seas.declared
        column = np.empty((declared + self.others, *tail))
        column[:declared] = silent
        column[declared:] = others
        for rows, array in said:
            column[rows] = array
        return column

    def _numbers(self, key: Key) -> Floats:
        """Numbers of a key without the axis of energies: (rows or 1, *sweep, *own)."""
        array = np.asarray(key_numbers(key, self.world), float)
        return array.take(0, axis=self.world.around.rank)


def reservoirs_of(
    seas: Seas, own: OwnSeas, nodes: Sequence[str], world: World
) -> Reservoirs:
    """All reservoirs: T and P, those inside elements, bare nodes, node 0."""
    zero = np.zeros((1,) * world.around.rank)
    inside = sum(map(len, own.nodes))
    undeclared = np.array(seas.undeclared, np.intp)
    columns = _Columns(seas, world, inside + len(seas.undeclared))
    kind = columns.spread(_kind, np.int8)
    driven = columns.gives("I")
    held = columns.gives("V") | ((kind == ReservoirKind.SUPERCONDUCTOR) & ~driven)
    if inside:
        kind[seas.declared : seas.declared + inside] = np.concatenate(own.kinds)
    held[: seas.declared] |= _at_ground(seas, nodes)
    if seas.ground is not None:
        held[-1] = True
    # The polarisation that a card is silent on turns round like a given one.
    up = np.array([0.0, 0.0, 1.0 if world.forward is None else -1.0])
    axis = columns.key("axis", up + zero[..., None], (0.0, 0.0, 1.0))
    return Reservoirs(
        names=[*seas.names, *own.names, *(nodes[k] for k in seas.undeclared)],
        nodes=np.concatenate([seas.nodes, *own.nodes, undeclared]),
        kind=kind,
        held=held,
        driven=driven,
        is_terminal=columns.spread(lambda batch: batch.kind == "T", bool),
        voltage=_last(columns.key("V", zero)),
        current=_last(columns.key("I", zero)),
        temperature=_last(_temperatures(columns, own)),
        gap=_last(columns.key("Delta", zero)),
        phase=_last(columns.key("phase", zero)),
        spans=Places(
            [
                (seas.declared, seas.place),
                *own.places,
                (len(seas.undeclared), lambda _: None),
            ]
        ),
        polarization=_last(columns.key("pol", zero + np.nan, np.nan))
        if "pol" in seas.said
        else None,
        axis=axis.transpose((*range(1, axis.ndim - 1), 0, axis.ndim - 1)),
        absorb=_last(columns.key("absorb", zero + np.nan, np.nan))
        if "absorb" in seas.said
        else None,
    )


def _at_ground(seas: Seas, nodes: Sequence[str]) -> Bools:
    """Terminals on node 0: it is held whatever they say."""
    return np.array([nodes[k] == "0" for k in seas.nodes.tolist()], bool)


def _last(column: Floats) -> Floats:
    """(reservoir, *sweep) to (*sweep, reservoir)."""
    return column.transpose((*range(1, column.ndim), 0))


def _kind(batch: Batch) -> ReservoirKind:
    """What the cards of a batch declare."""
    word = batch.said.settings.get("type")
    if batch.kind == "T":
        return ReservoirKind.SUPERCONDUCTOR if word == "sc" else ReservoirKind.NORMAL
    return PROBE_KINDS[word or "voltage"]


def _temperatures(columns: _Columns, own: OwnSeas) -> Floats:
    """(reservoir, *sweep): of cards, of reservoirs inside elements, of the rest."""
    temp = columns.world.around.state("temp")
    column = columns.key("temp", temp, temp)
    if all(given is None for _, given in own.temperatures):
        return column
    inside = [
        (count, temp if given is None else np.where(np.isnan(given), temp, given))
        for count, given in own.temperatures
    ]
    tail = np.broadcast_shapes(column.shape[1:], *(t.shape[1:] for _, t in inside))
    full = np.broadcast_to(column, (len(column), *tail)).copy()
    start = columns.seas.declared
    for count, filled in inside:
        full[start : start + count] = filled
        start += count
    return full


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
