"""The netlist with everything settled but its numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from qnet.circuit import Axis, Circuit, Floats, Ints
from qnet.diagnostics import Diagnostic, NetlistError, PhysicsError
from qnet.lang.cards import Call, Deck
from qnet.lang.directives import Options
from qnet.lang.expressions import STATES, Scope
from qnet.lang.findings import Findings
from qnet.lang.grouping import (
    OwnNodes,
    OwnSeas,
    arms_of,
    group_of,
    grouped,
    lever_of,
    taken_apart,
)
from qnet.lang.inspection import Inspection, Marking, Refusing
from qnet.lang.inventory import Inventory
from qnet.lang.keys import flattened
from qnet.lang.orientation import names_field, reads_field
from qnet.lang.pieces import (
    World,
    keys_that_stay,
    pieces_of,
)
from qnet.lang.questions import Assertion, Listing, Measure, Task, measured
from qnet.lang.reservoirs import lumped_of, reservoirs_of
from qnet.lang.seas import Seas
from qnet.lang.structures import Structures, signatures, structure_key
from qnet.lang.surroundings import Sampling, Surroundings, draws_within
from qnet.lang.values import Value
from qnet.units import Unit

MOST_SAMPLES: Final = 2**24
"""Samples of one seed at most: scatterers count those of all seeds in one row."""


@dataclass(frozen=True, eq=False)
class Template:
    """Everything about a netlist but the values of what is swept.

    Attributes
    ----------
    axes : tuple of Axis
        One for each ``.step``; the first is the outermost.
    tasks : tuple of Task
        Analysis cards.
    measures : tuple of Measure
        Each after those that it uses.
    configurations : tuple of Measure
        Those of ``R(*)``: a table of all configurations each.
    prints : tuple of Listing
    asserts : tuple of Assertion
    checks : frozenset of str
        Audits that are on.
    calls : tuple of Call
        Every answer that measures, tables and asserts need.
    notes : tuple of Diagnostic
    options : Options
    example : Circuit or None
        The circuit of one point, the first that has one if possible.
    """

    deck: Deck
    found: Inventory
    seas: Seas
    levers: Mapping[int, Ints]
    own_signs: Mapping[str, float]
    units: Mapping[str, Unit]
    asks: frozenset[str]
    axes: tuple[Axis, ...] = ()
    tasks: tuple[Task, ...] = ()
    measures: tuple[Measure, ...] = ()
    configurations: tuple[Measure, ...] = ()
    prints: tuple[Listing, ...] = ()
    asserts: tuple[Assertion, ...] = ()
    checks: frozenset[str] = frozenset()
    calls: tuple[Call, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    options: Options = field(default_factory=Options)
    example: Circuit | None = None
    _tried: dict[bytes, Circuit | Diagnostic] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        """What ``.title`` says."""
        return self.deck.title

    @cached_property
    def sources(self) -> tuple[Axis, ...]:
        """Axes along which analyses sweep sources, by name of the element: ``.dc``."""
        return tuple(
            axis
            for task in self.tasks
            for axis in getattr(task.analysis, "sources", ())
        )

    @cached_property
    def repeats(self) -> tuple[Axis, ...]:
        """The axis of random samples: ``.mc``."""
        return tuple(
            axis
            for task in self.tasks
            for axis in getattr(task.analysis, "repeats", ())
        )

    @cached_property
    def seed(self) -> int | None:
        """Seed of the random samples; None: draws are their mean."""
        seeds = (getattr(task.analysis, "seed", None) for task in self.tasks)
        return next((seed for seed in seeds if seed is not None), None)

    @property
    def is_open_ended(self) -> bool:
        """Whether the samples may end early, at a wanted standard error."""
        return any(getattr(task.analysis, "sem", 0) > 0 for task in self.tasks)

    @property
    def sweep(self) -> tuple[Axis, ...]:
        """All axes of the answers: samples, those of ``.step``, those of sources."""
        return (*self.repeats, *self.axes, *self.sources)

    def first_point(self, given: Collection[str] = ()) -> dict[str, Floats]:
        """Values for `circuit` of one point of the sweep; the shape is (1,).

        Parameters
        ----------
        given : collection of str
            Names that keep the netlist's own value; whatever else is stepped has the
            first value of its steps.
        """
        fixed = {name.casefold() for name in given}
        values = {"sample": np.zeros(1)}
        for axis in self.sweep:
            if axis.name.casefold() not in fixed and axis.name != "sample":
                values[axis.name] = axis.values[:1]
                values |= {name: more[:1] for name, more, _ in axis.coordinates}
        return values

    def with_samples(self, count: int) -> Template:
        """The same template with no more than `count` random samples."""
        tasks = tuple(
            replace(task, analysis=replace(task.analysis, samples=count))
            if hasattr(task.analysis, "repeats")
            else task
            for task in self.tasks
        )
        return replace(self, tasks=tasks)

    def circuit(
        self,
        values: Mapping[str, ArrayLike] | None = None,
        *,
        reverse: bool = False,
        seed: int | None = None,
    ) -> Circuit:
        """The netlist with numbers in it.

        Parameters
        ----------
        values : mapping
            Of swept parameters and states, in the unit of their axis (else in the unit
            that qnet works in), as arrays that broadcast to the shape of the sweep;
            ``sample``: index of the random sample. A swept source goes by the name of
            its element. What is left out has the netlist's own value.
        reverse : bool
            At −B and −M, odd keys minus what they are at B and M.
        seed : int, optional
            Of ``gauss`` and ``uniform``; None: that of ``.mc``, and without one they
            are their mean.

        Returns
        -------
        Circuit
            All points share one structure: that of the first.

        Raises
        ------
        NetlistError
            QN3xx: a value is refused.
        PhysicsError
            QN5xx: a model has no meaning there, a chiral edge at B = 0.
        """
        findings = Findings()
        seed = self.seed if seed is None else seed
        shape, world = self._world(values or {}, Refusing(findings), reverse, seed)
        with findings.gathering():
            circuit = self._build(shape, world)
        findings.raise_errors()
        for axis in self.sources:
            if axis.name in (values or {}):
                value = np.asarray((values or {})[axis.name], float)
                value = value.reshape((1,) * (len(shape) - value.ndim) + value.shape)
                circuit = circuit.with_source(axis.name, value)
        return circuit

    def is_even(self, circuit: Circuit) -> bool:
        """Whether a circuit of this netlist is the same at -B and -M, at all points."""
        return not (self._names_field or reads_field(circuit))

    def structures(self, values: Mapping[str, ArrayLike] | None = None) -> Structures:
        """Label the points of a sweep by structure.

        Parameters
        ----------
        values : mapping
            As for `circuit`.
        """
        shape = np.broadcast_shapes(*map(np.shape, (values or {}).values()))
        marking = Marking(shape)
        _, world = self._world(values or {}, marking, reverse=False, seed=self.seed)
        signature = signatures(self.found.batches, world, shape)
        flat = signature.reshape(-1, signature.shape[-1])
        if (flat == flat[:1]).all():  # no need to sort them
            label = np.zeros(len(flat), np.intp)
        else:
            _, label = np.unique(flat, axis=0, return_inverse=True)
        labels = label.reshape(shape)
        examples: dict[int, Circuit] = {}
        for number in range(int(labels.max(initial=-1)) + 1):
            good = (labels == number) & (marking.labels == 0)
            if good.any():
                at = int(np.argmax(good))
                made = self._try(flat[at].tobytes(), values or {}, shape, at)
                if isinstance(made, Circuit):
                    examples[number] = made
                else:
                    marking.mark(good, made)
        labels = np.where(marking.labels < 0, marking.labels, labels)
        return Structures(labels, marking.reasons, examples)

    def scope(self, answer: Callable[[Call], Value]) -> Scope:
        """What names mean in measures, tables and asserts, over the whole sweep.

        Parameters
        ----------
        answer : callable
            Value of an answer call: one axis for each of `axes`, of length 1 where it
            is constant, or a bare number.
        """
        rank = len(self.sweep)
        values: dict[str, Floats] = {}
        for k, axis in enumerate(self.sweep):
            column = (-1, *(1,) * (rank - 1 - k))
            values[axis.name] = axis.values.reshape(column)
            for name, more, _ in axis.coordinates:
                values[name] = more.reshape(column)
        _, given = self._given(values)
        sampling = self._sampling(self._samples(values, rank), self.seed)
        around = Surroundings(given, 1 + rank, self.asks, sampling=sampling)
        root = around.scope(self.found.root)
        names = {key: _without_rows(root.names[key]) for key in root.names}
        states = {name: _without_rows(held) for name, held in root.states.items()}
        functions = {
            name: replace(function, scope=None)
            for name, function in root.functions.items()
        }
        scope = Scope(names, states, functions, self.asks, answer, self.sweep)
        for measure in self.measures:
            names[measure.name.lower()] = measured(measure, scope)
        return scope

    # --- numbers

    def _given(
        self, values: Mapping[str, ArrayLike]
    ) -> tuple[tuple[int, ...], dict[str, Value]]:
        """Shape of a sweep, and its values by key with the axis of instances."""
        arrays = {
            _key(name): np.asarray(array, float) for name, array in values.items()
        }
        swept = {_key(axis.name) for axis in self.sources}
        unknown = arrays.keys() - self.units.keys() - {"sample"} - swept
        if unknown:
            raise KeyError(f"nothing is called {', '.join(sorted(unknown))}")
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        given = {
            key: Value(
                array.reshape((1,) * (1 + len(shape) - array.ndim) + array.shape),
                self.units[key],
            )
            for key, array in arrays.items()
            if key != "sample" and key not in swept
        }
        return shape, given

    def _world(
        self,
        values: Mapping[str, ArrayLike],
        inspection: Inspection,
        reverse: bool,
        seed: int | None,
    ) -> tuple[tuple[int, ...], World]:
        shape, given = self._given(values)
        samples = self._samples(values, len(shape))
        sampling = self._sampling(samples, seed)

        def surroundings(*, turned: bool) -> Surroundings:
            return Surroundings(
                given, 1 + len(shape), self.asks, reverse=turned, sampling=sampling
            )

        around = surroundings(turned=reverse)
        forward = surroundings(turned=False) if reverse else None
        around.scope(self.found.root)  # which settles the states
        streams = samples + MOST_SAMPLES * (seed or 0)
        return shape, World(
            around, forward, inspection, self.options.spin, streams, self.own_signs
        )

    @staticmethod
    def _samples(values: Mapping[str, ArrayLike], rank: int) -> Floats:
        """Index of the sample at each point, with all axes of the sweep."""
        samples = np.asarray(values.get("sample", 0.0), float)
        return samples.reshape((1,) * (rank - samples.ndim) + samples.shape)

    def _sampling(self, samples: Floats, seed: int | None) -> Sampling | None:
        if seed is None:
            return None
        indices, which = np.unique(samples.astype(np.intp), return_inverse=True)
        return Sampling(seed, indices, which.reshape(samples.shape), self._drawing)

    def _build(self, shape: tuple[int, ...], world: World) -> Circuit:
        nodes = OwnNodes(self.found.nodes.names)
        own = OwnSeas()
        pieces = [
            piece
            for batch in self.found.batches
            if batch.kind == "S"
            for piece in pieces_of(batch, world)
        ]
        together = grouped(taken_apart(pieces, nodes, world), world.around.rank)
        groups = [group_of(each, nodes, own) for each in together]
        names = nodes.names
        reservoirs = reservoirs_of(self.seas, own, names, world)
        reservoir_of = np.full(len(names), -1)
        reservoir_of[reservoirs.nodes] = np.arange(len(reservoirs))
        for k, each in enumerate(together):
            if arms_of(each[0]):
                arms = [reservoir_of[self.levers[id(p.batch)]] for p in each]
                groups[k] = replace(groups[k], lever=lever_of(each, world, arms))
        around = world.around
        return Circuit(
            title=self.title,
            nodes=names,
            reservoir_of=reservoir_of,
            reservoirs=reservoirs,
            lumped=lumped_of(self.found, reservoir_of, world),
            groups=tuple(groups),
            shape=shape,
            fermi=around.state("EF")[0],
            temperature=around.state("temp")[0],
            field=around.state("B")[0],
            magnetization=around.state("M")[0],
            spin=self.options.spin,
            response=self.options.response,
            tolerance=self.options.tolerance,
            structure=structure_key(self.found.batches, groups, world),
            notes=keys_that_stay(self.found.batches, world),
        )

    def _try(
        self,
        signature: bytes,
        values: Mapping[str, ArrayLike],
        shape: tuple[int, ...],
        at: int,
    ) -> Circuit | Diagnostic:
        """A circuit of a structure at one of its points, or why there is none."""
        if signature not in self._tried:
            index = np.unravel_index(at, shape) if shape else ()
            point = {
                name: np.broadcast_to(np.asarray(array, float), shape)[index]
                for name, array in values.items()
            }
            try:
                self._tried[signature] = self.circuit(point)
            except (PhysicsError, NetlistError) as error:
                self._tried[signature] = error.diagnostics[0]
        return self._tried[signature]

    @cached_property
    def _names_field(self) -> bool:
        return names_field(self.found, self.asks)

    @cached_property
    def _drawing(self) -> dict[int, int]:
        """Numbers of the cells that draw, by their identity, in netlist order."""
        found = self.found
        cells = [cell for frame in found.frames for cell in frame.cells.values()]
        for batch in found.batches:
            for key in batch.said.keys.values():
                cells.extend(flattened(key.cells))
        return {
            id(cell): number for number, cell in enumerate(cells) if draws_within(cell)
        }


def _key(name: str) -> str:
    return name if name in STATES else name.lower()


def _without_rows(held: Value) -> Value:
    """A value of the netlist itself, without the axis of instances."""
    return held if held.array.ndim == 0 else Value(held.array[0], held.unit)
