"""What depends on the structure of a circuit alone, worked out once for equal ones.

Runs of one netlist with other numbers in it ask for the same topology again and again:
ports, channels, islands, the order of elimination. What was worked out last is at hand.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from qnet.circuit import Circuit
from qnet.limits import LIMITS
from qnet.network.channels import Cell, make_cells
from qnet.network.condensate import condensate_index
from qnet.network.flow import FlowPattern, flow_pattern
from qnet.network.graph import Ports, connect
from qnet.network.incoherent import refuse_joined_probabilities
from qnet.network.islands import Shape, make_shapes
from qnet.network.matrix import Composer
from qnet.network.numbering import distinct
from qnet.network.waves import make_waves
from qnet.network.wiring import Wiring, read_wiring
from qnet.registry import Scatterer

REMEMBERED: Final = 16
"""Topologies at hand: the next run of an equal circuit finds its own."""

MODEST: Final = 20_000
"""Ports of the largest circuit whose topology is kept."""


@dataclass(frozen=True, eq=False)
class Topology:
    """What depends on structure alone, and serves all circuits that share it.

    Not slotted: what only some ask for is made then and kept.

    Attributes
    ----------
    ports : Ports
        Of the first such circuit: names and places in the text may be another's.
    cells : tuple of Cell
    composers : tuple of Composer
        Kinds of coherent islands, with their plans.
    pattern : FlowPattern
    """

    ports: Ports
    cells: tuple[Cell, ...]
    composers: tuple[Composer, ...]
    pattern: FlowPattern

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """Kinds of coherent islands."""
        return tuple(composer.shape for composer in self.composers)

    @cached_property
    def wiring(self) -> Wiring | None:
        """Waves as the nodes join them, by which answers are checked."""
        return read_wiring(
            self.ports.circuit, self.cells, self.shapes, self.pattern.networks
        )

    @cached_property
    def interfering(self) -> frozenset[int]:
        """Groups of scatterers in islands where waves may go more than one way."""
        return frozenset(
            self.cells[run.cell].group
            for shape in self.shapes
            if not shape.is_forest
            for run in shape.runs
        )

    @cached_property
    def joined(self) -> frozenset[int]:
        """Groups of scatterers whose waves meet those of others at some joint."""
        inner = np.flatnonzero(self.ports.partner >= 0)
        groups = np.searchsorted(self.ports.first, inner, side="right") - 1
        return frozenset(distinct(groups).tolist())


_known: dict[Hashable, tuple[Topology, tuple[Hashable, ...]]] = {}
"""Topologies, and how the models look whose channels the neighbours decided."""


def topology_of(circuit: Circuit, points: int) -> Topology:
    """`make_topology`, or what it gave for a circuit of equal structure.

    Raises
    ------
    NetlistError
        As `make_topology`, every time anew: with the names of this circuit.
    """
    if sum(group.nodes.size for group in circuit.groups) > MODEST:
        return make_topology(circuit, points)
    key = _structure(circuit, points)
    found, decided = _known.get(key, (None, ()))
    if found is not None and decided == _decided(circuit, found.cells):
        return found
    while len(_known) >= REMEMBERED:
        _known.pop(next(iter(_known)), None)
    made = make_topology(circuit, points)
    _known[key] = made, _decided(circuit, made.cells)
    return made


def forget() -> None:
    """Work everything out anew from now on: for tests, and to time a first run."""
    _known.clear()


def make_topology(circuit: Circuit, points: int) -> Topology:
    """Pair ports, count channels, find islands and sort what joins their leads.

    Raises
    ------
    NetlistError
        QN401 to QN412, every fault of the stage that found some.
    """
    ports = connect(circuit)
    cells = make_cells(ports)
    shapes = make_shapes(make_waves(ports, cells))
    composers = tuple(Composer(shape, points) for shape in shapes)
    home = condensate_index(circuit)
    size = len(circuit.reservoirs)
    incoherent = refuse_joined_probabilities(ports, cells, shapes)
    pattern = flow_pattern(composers, size, -1 if home is None else home, incoherent)
    bare = replace(ports, circuit=_without_names(circuit))
    return Topology(bare, cells, composers, pattern)


def _structure(circuit: Circuit, points: int) -> Hashable:
    """Everything that a topology is made from; nothing that varies along a sweep."""
    return (
        points,
        LIMITS["matrix memory"].value,
        circuit.spin,
        condensate_index(circuit),
        len(circuit.nodes),
        circuit.reservoir_of.tobytes(),
        circuit.reservoirs.kind.tobytes(),
        *(
            (group.nodes.shape, group.nodes.tobytes(), _look(group.model))
            for group in circuit.groups
        ),
    )


def _decided(circuit: Circuit, cells: tuple[Cell, ...]) -> tuple[Hashable, ...]:
    """How models look once their neighbours have told them the channels."""
    return tuple(
        _look(circuit.groups[cell.group].model.with_channels(cell.channels))
        for cell in cells
        if cell.channels is not None
    )


def _look(model: Scatterer) -> Hashable:
    """What a topology reads from a model: ports, channels and which are coupled."""
    coupling = getattr(model, "coupling", None)
    told = None if coupling is None else np.asarray(coupling(), bool)
    return (
        type(model),
        len(model.ports),
        tuple(model.channels()),
        model.pattern().tobytes(),
        model.diagonal,
        None if told is None else (told.shape, told.tobytes()),
        *(
            bool(getattr(model, flag, False))
            for flag in ("spinful", "nambu", "incoherent")
        ),
    )


def _without_names(circuit: Circuit) -> Circuit:
    """Structure keeps no text in memory."""
    groups = tuple(replace(each, names=(), spans=()) for each in circuit.groups)
    rows = replace(circuit.reservoirs, names=(), spans=())
    return replace(circuit, title="", reservoirs=rows, groups=groups, notes=())
