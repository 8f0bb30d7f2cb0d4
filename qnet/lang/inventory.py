"""What elaboration finds in a netlist: elements in runs, and the names around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from qnet.circuit import Ints
from qnet.diagnostics import Span
from qnet.lang.findings import Findings
from qnet.lang.frames import Frame
from qnet.lang.matching import Said
from qnet.lang.nodes import NodeTable
from qnet.registry import ModelEntry, Parameter


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """A run of elements, resolved: a row for each.

    Attributes
    ----------
    kind : str
        ``T``, ``P`` (a probe at a node), ``V``, ``I``, ``R``, ``C`` or ``S`` for every
        scatterer.
    names : sequence of str
        Full names.
    nodes : (rows, pins)
        Node numbers.
    said : Said
        What the cards say about the fields.
    parameters : tuple of Parameter
        The fields.
    order : tuple of arrays
        Columns to sort all elements by as the flat netlist would have them.
    place : callable
        Span of a row's card.
    frame : Frame
        The block of the cards.
    entry, model : ModelEntry, type
        Of a scatterer.
    """

    kind: str
    names: Sequence[str]
    nodes: Ints
    said: Said
    parameters: tuple[Parameter, ...]
    order: tuple[Ints, ...]
    place: Callable[[int], Span]
    frame: Frame
    entry: ModelEntry | None = None
    model: Any = None

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(slots=True, eq=False)
class Inventory:
    """Everything that a netlist consists of, besides its questions."""

    findings: Findings
    nodes: NodeTable
    root: Frame = field(default_factory=Frame)
    frames: list[Frame] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)
    count: int = 0
