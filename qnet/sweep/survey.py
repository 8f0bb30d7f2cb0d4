"""Walk over a sweep: have each tile solved, and enter what was asked in tile order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from math import prod
from typing import Final, Protocol

import numpy as np

from qnet.circuit import Bools
from qnet.diagnostics import Diagnostic, PhysicsError
from qnet.lang.template import Template
from qnet.network.sample import compile_circuit
from qnet.sweep.findings import Findings, Piece, pack, unpack
from qnet.sweep.ledger import Ledger
from qnet.sweep.memory import Estimate, estimate
from qnet.sweep.processes import Lost, Outcome
from qnet.sweep.tile import Desk, Job, Recipe, job_of, values_on
from qnet.sweep.workers import Mesh, boxed, split, tiles
from qnet.threads import one_thread

FIRST_LOOK: Final = 256
"""Samples after which a run is first asked whether they are enough."""


class Keeper(Protocol):
    """Keeps what is done, so that a run that was cut short can go on."""

    def known(self, number: int) -> bytes | None:
        """Packed findings of a tile that an earlier run finished."""

    def keep(self, number: int, data: bytes) -> None:
        """Make the packed findings of a tile last."""


Crew = Callable[[Job, Sequence[int]], Iterator[Outcome]]
"""Has tiles solved elsewhere, by other processes or threads; answers in any order."""


@dataclass(slots=True, eq=False)
class Survey:
    """What a walk over the sweep brought home.

    Attributes
    ----------
    ledger : Ledger
        Values by key: ``(function, arguments)`` of answer calls, ``certificate``
        and its name; results by number of their card.
    results : int
        How many questions have numbers in the ledger.
    sizes : dict
        Size of the largest problem behind each certificate.
    marks : list
        Points without an answer, and why.
    notes : dict
        Remarks of the circuits met on the way, each once.
    settings : dict
        What was solved, in words, as the first piece tells it.
    unchecked : dict
        Words of ``.check`` that were not audited somewhere, and why.
    """

    ledger: Ledger
    results: int
    sizes: dict[str, int] = field(default_factory=dict)
    marks: list[tuple[Bools, Diagnostic]] = field(default_factory=list)
    notes: dict[Diagnostic, None] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)

    def enter(self, piece: Piece) -> None:
        """Enter the answers of one piece."""
        place = boxed(piece.mesh)
        for key, values in piece.values.items():
            self.ledger.enter(key, place, values)
        for number, result in piece.results.items():
            self.ledger.enter_result(number, place, result)
        for name, size in piece.sizes.items():
            self.sizes[name] = max(self.sizes.get(name, 0), size)
        for where, why in piece.marks:
            self.mark(piece.mesh, where, why)
        self.notes.update(dict.fromkeys(piece.notes))
        self.settings = self.settings or dict(piece.settings)
        self.unchecked = {**piece.unchecked, **self.unchecked}

    def head(self, count: int) -> Survey:
        """Return what is known of the first `count` entries of the first axis."""
        marks = [(where[:count], why) for where, why in self.marks]
        return replace(
            self,
            ledger=self.ledger.head(count),
            marks=[(where, why) for where, why in marks if where.any()],
        )

    def mark(self, mesh: Mesh, where: Bools, why: Diagnostic) -> None:
        """Remember points of a piece that have no answer."""
        whole = np.zeros(self.ledger.shape, bool)
        whole[mesh] = where
        for k, (old, known) in enumerate(self.marks):
            if known.message == why.message:
                self.marks[k] = (old | whole, known)
                return
        self.marks.append((whole, why))


def survey(
    recipe: Recipe,
    progress: Callable[[int, int], None] | None = None,
    crew: Crew | None = None,
    keeper: Keeper | None = None,
    is_enough: Callable[[Survey], bool] | None = None,
    announce: Callable[[Estimate], None] | None = None,
    processes: int = 1,
) -> Survey:
    """Answer every question of a netlist at every point of its sweep.

    Parameters
    ----------
    recipe : Recipe
    progress : callable, optional
        Told how many points are done, of how many.
    crew : Crew, optional
        Who does it; this process if left out. The numbers are bitwise the same.
    keeper : Keeper, optional
        Makes finished tiles last, and knows those of an earlier run.
    is_enough : callable, optional
        Asked about the first 256, 512, 1024 … entries of the first axis; the run ends,
        with no more than these, when it says so. Which are asked about depends on
        the sweep alone, and so does the end.
    announce : callable, optional
        Told what a sweep of more than one tile will take, before it begins.
    processes : int
        That solve tiles at one time.

    Raises
    ------
    PhysicsError
        Nothing has an answer anywhere.
    LimitError
        QN814: the results would not fit into the memory.
    """
    desk = Desk(recipe.template, recipe.questions)
    names = tuple(axis.name for axis in recipe.template.sweep)
    if len(desk.tiles) > 1:
        first = None if keeper is None else keeper.known(0)
        with one_thread():
            taste = None if first is None else unpack(first, recipe.sources)
            told = estimate(desk, processes, taste)
        if announce is not None:
            announce(told)
    found = Survey(Ledger(desk.shape, names), len(desk.questions))
    done, total = 0, prod(desk.shape)
    wanted = FIRST_LOOK
    arriving = _in_order(recipe, desk, crew, keeper)
    with one_thread(), closing(arriving):
        for number, findings in arriving:
            for piece in findings:
                found.enter(piece)
            done += _points(desk.tiles[number])
            if progress is not None:
                progress(done, total)
            if is_enough is not None and done < total:
                complete = done * desk.shape[0] // total
                if complete >= wanted:
                    wanted *= 2
                    so_far = found.head(complete)
                    if is_enough(so_far):
                        found = so_far
                        break
    _refuse_if_nothing_holds(found)
    return found


def compile_all(template: Template) -> None:
    """Compile one circuit of every structure among the first points of a sweep.

    Raises
    ------
    NetlistError
        QN4xx: joints, channels, balance.
    """
    mesh = next(tiles(tuple(len(axis) for axis in template.sweep)), None)
    if mesh is None:
        return
    labels = template.structures(values_on(template.sweep, mesh)).labels
    for label, piece in split(mesh, labels):
        if label >= 0:
            compile_circuit(template.circuit(values_on(template.sweep, piece)))


def _points(mesh: Mesh) -> int:
    return prod(np.broadcast_shapes(*[index.shape for index in mesh]))


def _in_order(
    recipe: Recipe, desk: Desk, crew: Crew | None, keeper: Keeper | None
) -> Generator[tuple[int, Findings], None, None]:
    """Findings of all tiles by their number, whoever solved them, and when."""
    numbers = range(len(desk.tiles))
    if crew is None and keeper is None:
        yield from ((number, desk.explore(number)) for number in numbers)
        return
    waiting = [n for n in numbers if keeper is None or keeper.known(n) is None]
    early: dict[int, bytes | Lost] = {}
    with closing(_outcomes(recipe, desk, crew, waiting)) as arriving:
        for number in numbers:
            data = None if keeper is None else keeper.known(number)
            while data is None and number not in early:
                other, outcome = next(arriving)
                early[other] = outcome
                if keeper is not None and isinstance(outcome, bytes):
                    keeper.keep(other, outcome)
            outcome = early.pop(number) if data is None else data
            if isinstance(outcome, Lost):
                yield number, (_lost(desk.tiles[number], outcome),)
            else:
                yield number, unpack(outcome, recipe.sources)


def _outcomes(
    recipe: Recipe, desk: Desk, crew: Crew | None, numbers: Sequence[int]
) -> Generator[Outcome, None, None]:
    """Packed findings of tiles, in the order in which they are done."""
    if crew is not None:
        yield from crew(job_of(recipe), numbers)
        return
    for number in numbers:
        yield number, pack(desk.explore(number), recipe.sources)


def _lost(mesh: Mesh, lost: Lost) -> Piece:
    """All points of a tile that no worker survived, marked."""
    why = Diagnostic(
        "QN720",
        f"{lost.tries} workers died at these points",
        why="a process that solved them was killed each time, for want of memory "
        "perhaps",
        help="run with fewer workers, or alone, to see what happens there",
        severity="warning",
    )
    return Piece(mesh, marks=((np.array(True), why),))


def _refuse_if_nothing_holds(found: Survey) -> None:
    """Raise the reasons if every point is marked: there is no answer to print."""
    bad = np.zeros(found.ledger.shape, bool)
    for where, _ in found.marks:
        bad |= where
    if bad.size and bad.all() and not found.settings:
        raise PhysicsError(reason for _, reason in found.marks)
