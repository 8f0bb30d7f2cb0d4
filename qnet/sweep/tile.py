"""One tile of a sweep, solved: a pure function of the netlist and the tile's number.

A tile's numbers depend on nothing else, so that they are bitwise the same wherever it
is solved: in this process, in another, on another machine.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from operator import ne
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.analyses.reciprocity import Configurations
from qnet.answers import ASKS, answer
from qnet.audits import certificates, unchecked
from qnet.circuit import Axis, Circuit, Floats
from qnet.diagnostics import Diagnostic, PhysicsError, QnetError, Source
from qnet.discovery import analyses, models
from qnet.lang.cards import Call, Deck, Name, Number
from qnet.lang.elaborate import elaborate
from qnet.lang.rows import Block, Cards
from qnet.lang.template import Template
from qnet.limits import LIMITS, set_limit
from qnet.network.sample import Sample, compile_circuit
from qnet.solved import Question, Solved
from qnet.sweep.findings import Findings, Key, Piece, Sources, pack
from qnet.sweep.grading import withhold
from qnet.sweep.workers import TILE, Mesh, split, tiles
from qnet.threads import one_thread
from qnet.transport.equations import Apart

COLD_TILE: Final = 16384
"""Points of a tile at zero temperature, where nothing is integrated over energies."""

WARM_TILE: Final = 1024
"""Points of a tile of a long sweep with integrals over energy."""
LONG: Final = 8 * WARM_TILE
"""Points from which a sweep is long."""
BUDGET: Final = 2**21
"""Numbers of scattering that a long tile may hold side by side: 32 MB."""


def current_limits() -> dict[str, float]:
    """Resource limits of this process, by name."""
    return {name: limit.value for name, limit in LIMITS.items()}


@dataclass(frozen=True, eq=False)
class Recipe:
    """Everything that a template is made of, as a worker is sent it.

    Attributes
    ----------
    deck : Deck
        Cards, includes resolved.
    overrides : mapping
        Text of parameters and of ``B EF temp M`` in place of the netlist's.
    include : tuple of str
        Further folders that data files may come from.
    questions : tuple
        Analyses besides the netlist's own.
    limits : mapping
        Resource limits as they stand where the run was asked for.
    """

    deck: Deck
    overrides: Mapping[str, str] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    limits: Mapping[str, float] = field(default_factory=current_limits)

    @cached_property
    def template(self) -> Template:
        """The netlist, elaborated."""
        return elaborate(
            self.deck,
            models(),
            analyses(),
            ASKS,
            self.overrides,
            include_roots=self.include,
        )

    @cached_property
    def sources(self) -> Sources:
        """Texts of the netlist and of what it includes, by name."""
        found: dict[str, Source] = {self.deck.source.name: self.deck.source}
        _collect(self.deck.cards, found)
        return found

    def __getstate__(self) -> dict[str, object]:
        """Only what it is made of: a template is elaborated where it is needed."""
        kept = ("deck", "overrides", "include", "questions", "limits")
        return {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__dict__.update(state)


def _collect(cards: Cards, found: dict[str, Source]) -> None:
    for piece in cards.pieces:
        found.setdefault(piece.sheet.source.name, piece.sheet.source)
        if isinstance(piece, Block):
            _collect(piece.cards, found)


class Desk:
    """A template with what was planned for it, and the tiles of its sweep.

    Parameters
    ----------
    template : Template
    questions : sequence
        Analyses besides the netlist's own.
    """

    def __init__(self, template: Template, questions: Sequence[Question] = ()) -> None:
        self.template = template
        tables = (Configurations() for _ in template.configurations)
        cards = (task.analysis for task in template.tasks)
        self.questions: tuple[Question, ...] = (
            *(card for card in cards if hasattr(card, "run")),
            *tables,
            *questions,
        )
        self.shape = tuple(len(axis) for axis in template.sweep)
        self._samples: dict[Hashable, Sample] = {}
        self.tiles: list[Mesh] = list(tiles(self.shape, self._points()))

    def explore(self, number: int) -> Findings:
        """Solve a tile.

        What fails at some points marks them and no others.

        Raises
        ------
        PhysicsError
            The only point of a run without steps has no answer.
        """
        mesh = self.tiles[number]
        if not self.shape and self.template.example is not None:
            return self._pieces(mesh)
        labels = self.template.structures(values_on(self.template.sweep, mesh))
        found: list[Piece] = []
        for label, piece in split(mesh, labels.labels):
            if label >= 0:
                found += self._pieces(piece)
            else:
                why = labels.reasons[label]
                found.append(Piece(piece, marks=((np.array(True), why),)))
        return tuple(found)

    def first_point(self) -> Findings:
        """Solve the first point of the sweep alone: a taste of the whole."""
        mesh = tuple(np.take(k, [0], axis=n) for n, k in enumerate(self.tiles[0]))
        labels = self.template.structures(values_on(self.template.sweep, mesh))
        return tuple(
            found
            for label, piece in split(mesh, labels.labels)
            if label >= 0
            for found in self._pieces(piece)
        )

    @property
    def numbers(self) -> int:
        """Numbers of scattering at one point, of the largest structure met so far."""
        return max((sample.numbers for sample in self._samples.values()), default=0)

    def _pieces(self, mesh: Mesh) -> Findings:
        """Answers at points of one structure, as far as they go together."""
        try:
            return (self._solve(mesh),)
        except Apart as differing:
            parts = split(mesh, differing.labels)
            return tuple(piece for _, part in parts for piece in self._pieces(part))
        except PhysicsError as error:
            if not mesh:
                raise
            marks = tuple((np.array(True), why) for why in error.diagnostics)
            return (Piece(mesh, marks=marks),)

    def _solve(self, mesh: Mesh) -> Piece:
        template = self.template
        points = values_on(template.sweep, mesh)
        ready = None if self.shape else template.example
        sample = self._compiled(ready or template.circuit(points))

        def reverse() -> Sample:
            if template.is_even(sample.circuit):
                return sample
            return self._compiled(template.circuit(points, reverse=True))

        solved = Solved(sample, reverse)
        values: dict[Key, NDArray[Any]] = {}
        for call in template.calls:
            name, arguments = key = call_key(call)
            values[key] = answer(solved, name, arguments)
        results = {k: one.run(solved) for k, one in enumerate(self.questions)}
        defects = certificates(solved, template.checks)
        values |= {("certificate", one.name): one.defect for one in defects}
        found = Piece(
            mesh,
            values,
            results,
            {one.name: one.size for one in defects},
            tuple(
                (mark.where, mark.diagnostic)
                for mark in (*solved.marks, *solved.remarks)
            ),
            (*solved.circuit.notes, *solved.notes, *_turning(solved)),
            _settings(solved),
            unchecked(solved),
        )
        return withhold(found)

    def _compiled(self, circuit: Circuit) -> Sample:
        known = self._samples.get(circuit.structure)
        sample = compile_circuit(circuit, known, points=prod(self.shape))
        self._samples.setdefault(circuit.structure, sample)
        return sample

    def _points(self) -> int:
        """Points of a tile: more where each of them is a single energy of a few waves.

        It depends on the netlist alone, and so do the numbers. Samples that may end
        early come in small tiles.
        """
        template, total = self.template, prod(self.shape)
        first = template.example
        if total <= TILE or template.is_open_ended or first is None:
            return TILE
        try:
            fitting = BUDGET // self._compiled(first).numbers
        except QnetError:  # told again by the tile that meets it
            return TILE
        named = {name for axis in template.sweep for name in axis.names}
        if template.sources or "temp" in named or first.temperature.any():
            return TILE if total < LONG else max(TILE, min(fitting, WARM_TILE))
        return max(TILE, min(fitting, COLD_TILE))


@dataclass(frozen=True)
class Job:
    """What a worker does: tile number in, packed findings out.

    `key` is equal for equal recipes, so that a worker elaborates a netlist once.
    """

    recipe: Recipe
    key: str

    def __call__(self, number: int) -> bytes:
        """Solve a tile, on one thread."""
        desk = _desk(self)
        with one_thread():
            return pack(desk.explore(number), self.recipe.sources)


def job_of(recipe: Recipe) -> Job:
    """Make a recipe ready to be sent."""
    texts = [(source.name, source.text) for source in recipe.sources.values()]
    said = (texts, dict(recipe.overrides), recipe.include, recipe.questions)
    return Job(recipe, hashlib.sha256(repr(said).encode()).hexdigest())


_at_hand = threading.local()
"""The desk that this thread worked at last: compiled circuits are not shared."""


def _desk(job: Job) -> Desk:
    if getattr(_at_hand, "key", None) != job.key:
        for name, value in job.recipe.limits.items():
            set_limit(name, value)
        _at_hand.desk = Desk(job.recipe.template, job.recipe.questions)
        _at_hand.key = job.key
    held: Desk = _at_hand.desk
    return held


def values_on(axes: tuple[Axis, ...], mesh: Mesh) -> dict[str, Floats]:
    """Values of everything that is stepped, at the points of a piece."""
    found = {}
    for axis, index in zip(axes, mesh, strict=True):
        found[axis.name] = axis.values[index]
        for name, column, _ in axis.coordinates:
            found[name] = column[index]
    return found


def call_key(call: Call) -> tuple[str, tuple[str, ...]]:
    """What an answer call is filed under: its function, and the names it is about."""
    arguments = (arg for arg in call.args if isinstance(arg, Name | Number))
    return call.function.lower(), tuple(arg.text.lower() for arg in arguments)


def _turning(solved: Solved) -> tuple[Diagnostic, ...]:
    """Notes on what an audit of the other field turned round by itself."""
    return solved.turned.circuit.notes if "turned" in vars(solved) else ()


def _settings(solved: Solved) -> dict[str, str]:
    """What was solved, in words."""
    circuit = solved.circuit
    reservoirs = circuit.reservoirs
    nodes = map(circuit.nodes.__getitem__, reservoirs.nodes.tolist())
    # Declared by a P: bare nodes have their own names.
    is_named = np.fromiter(map(ne, reservoirs.names, nodes), bool, len(reservoirs))
    probes = int((is_named & ~reservoirs.is_terminal).sum())
    return {
        "terminals": str(int(reservoirs.is_terminal.sum())),
        "probes": str(probes),
        "scatterers": str(sum(len(group) for group in circuit.groups)),
        "islands": str(solved.sample.island_count),
        "spin": str(circuit.spin),
        "response": circuit.response,
    }
