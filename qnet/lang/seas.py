"""Which nodes are reservoirs, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Label, Span
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.places import Places
from qnet.lang.titles import TITLE_HELP, reads_as_title


@dataclass(frozen=True, eq=False)
class Seas:
    """The reservoirs that cards declare, and the bare nodes, before any number.

    Attributes
    ----------
    batches : tuple of Batch
        T and P cards.
    rank : (declared,)
        Place of each in the order of the netlist; batches one after the other.
    nodes : (declared,)
        Node of each, in the order of the netlist.
    bare : (n,)
        Other nodes that lumped elements touch, without node 0.
    ground : int or None
        Node 0 where no T stands on it.
    """

    batches: tuple[Batch, ...]
    rank: Ints
    nodes: Ints
    bare: Ints
    ground: int | None

    @cached_property
    def declared(self) -> int:
        """Number of T and P cards."""
        return len(self.nodes)

    @cached_property
    def said(self) -> frozenset[str]:
        """Keys that a card gives."""
        return frozenset().union(*(batch.said.keys for batch in self.batches))

    @cached_property
    def rows(self) -> tuple[tuple[Batch, Ints], ...]:
        """Each batch with the places of its cards in the order of the netlist."""
        stops = accumulate(map(len, self.batches))
        return tuple(
            (batch, self.rank[stop - len(batch) : stop])
            for batch, stop in zip(self.batches, stops, strict=True)
        )

    @cached_property
    def names(self) -> list[str]:
        """Names of T and P, in the order of the netlist."""
        flat = [name for batch in self.batches for name in batch.names]
        return [flat[k] for k in self._row_at]

    @cached_property
    def undeclared(self) -> list[int]:
        """Nodes of reservoirs without a card: bare nodes, then node 0."""
        ground = [] if self.ground is None else [self.ground]
        return [*self.bare.tolist(), *ground]

    def place(self, k: int) -> Span | None:
        """Where a T or P stands, by its place in the order of the netlist."""
        by_batch = Places((len(batch), batch.place) for batch in self.batches)
        found: Span | None = by_batch[self._row_at[k]]
        return found

    @cached_property
    def _row_at(self) -> list[int]:
        """Row of each T and P, batches one after the other."""
        at: list[int] = np.argsort(self.rank).tolist()
        return at


def find_seas(found: Inventory) -> Seas:
    """Which nodes are reservoirs; errors where two T or P share one.

    Notes a T that floats without saying so.
    """
    batches = tuple(b for b in found.batches if b.kind in ("T", "P"))
    lumped = [b for b in found.batches if b.kind in ("V", "I", "R", "C")]
    rank = order_of_rows([batch.order for batch in batches])
    nodes = np.concatenate([b.nodes[:, 0] for b in batches] or [np.zeros(0, np.intp)])
    ordered = np.empty_like(nodes)
    ordered[rank] = nodes
    touched = bare = nodes[:0]
    ground = found.nodes.find("0")
    if lumped:
        touched = np.unique(np.concatenate([b.nodes.ravel() for b in lumped]))
        bare = np.setdiff1d(touched, nodes)
    seas = Seas(
        batches,
        rank,
        ordered,
        bare[bare != ground] if ground is not None else bare,
        None if ground is None or ground in nodes else ground,
    )
    _refuse_two_on_one(found, seas)
    _check_ground(found, batches, ground)
    _note_floating(found, batches, touched)
    _refuse_lumped_at_dephasing(found, batches, lumped)
    return seas


def order_of_rows(orders: Sequence[tuple[Ints, ...]]) -> Ints:
    """Place of each row among all, by the columns of their order."""
    deepest = max((len(order) for order in orders), default=0)
    if not deepest:
        return np.zeros(0, np.intp)
    columns = [
        np.concatenate(
            [
                order[level] if level < len(order) else np.full(len(order[0]), -1)
                for order in orders
            ]
        )
        for level in range(deepest)
    ]
    rank = np.empty(len(columns[0]), np.intp)
    rank[np.lexsort(columns[::-1])] = np.arange(len(rank))
    return rank


def _refuse_two_on_one(found: Inventory, seas: Seas) -> None:
    """Error for each T or P on a node that has one already."""
    if len(set(seas.nodes.tolist())) == len(seas.nodes):
        return
    _, first, counts = np.unique(seas.nodes, return_index=True, return_counts=True)
    for at, _ in zip(first[counts > 1], range(20), strict=False):
        node = seas.nodes[at]
        again = np.flatnonzero(seas.nodes == node)[1]
        one, other = seas.place(int(at)), seas.place(int(again))
        name = found.nodes.names[node]
        others = () if one is None else (Label(one, "first"),)
        found.findings.error(
            "QN313",
            f"two terminals or probes on node '{name}'",
            other,
            label="second",
            others=others,
            why="a reservoir has one Fermi sea",
            help="join them by a wire, W… n1 n2",
        )


def _check_ground(
    found: Inventory, batches: Sequence[Batch], ground: int | None
) -> None:
    """A probe cannot float on node 0, nor a terminal drive current into it."""
    for batch in batches:
        if ground is None:
            continue
        for row in np.flatnonzero(batch.nodes[:, 0] == ground).tolist():
            if batch.kind == "P" or {"V", "I"} & batch.said.names():
                found.findings.error(
                    "QN314",
                    f"'{batch.names[row]}' stands on node 0, which is held at 0 V",
                    batch.place(row),
                    help="use another node, or leave out V=, I= and P",
                )


def _note_floating(found: Inventory, batches: Sequence[Batch], touched: Ints) -> None:
    """A note for terminals that nothing holds, drives or touches."""
    for batch in batches:
        if batch.kind == "P" or {"V", "I"} & batch.said.names():
            continue
        if batch.said.settings.get("type") == "sc":
            for row in range(min(len(batch), 3)):
                message = f"superconductor '{batch.names[row]}' is held at 0 V"
                cure = "say V=0, or I=0 to let it float"
                found.findings.note("QN218", message, batch.place(row), help=cure)
            continue
        alone = ~np.isin(batch.nodes[:, 0], touched)
        ground = found.nodes.find("0")
        alone &= batch.nodes[:, 0] != (-1 if ground is None else ground)
        for row in np.flatnonzero(alone)[:3].tolist():
            message = f"terminal '{batch.names[row]}' floats"
            cure = (
                f"declare it P{batch.names[row][1:]} to silence this, or say V= or I="
            )
            place = batch.place(row)
            cure = TITLE_HELP if reads_as_title(place) else cure
            found.findings.note("QN218", message, place, help=cure)


def _refuse_lumped_at_dephasing(
    found: Inventory, batches: Sequence[Batch], lumped: Sequence[Batch]
) -> None:
    """A dephasing probe has no current to give to a resistor."""
    dephasing = [
        b.nodes[:, 0] for b in batches if b.said.settings.get("type") == "dephasing"
    ]
    if not dephasing:
        return
    nodes = np.concatenate(dephasing)
    for batch in lumped:
        for row in np.flatnonzero(np.isin(batch.nodes, nodes).any(axis=1))[:3]:
            found.findings.error(
                "QN316",
                f"'{batch.names[row]}' touches a dephasing probe",
                batch.place(int(row)),
                why="no current enters a dephasing probe at any energy",
                help="use a voltage probe, P… type=voltage",
            )
