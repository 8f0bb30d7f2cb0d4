"""Walk over a sweep: cut it into tiles, solve each piece, enter what was asked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from qnet.analyses.reciprocity import Configurations
from qnet.answers import answer
from qnet.certificate import Certificate
from qnet.circuit import Axis, Bools, Circuit, Floats
from qnet.diagnostics import Diagnostic, PhysicsError
from qnet.lang.cards import Call, Name, Number
from qnet.lang.template import Template
from qnet.ledger import Ledger
from qnet.network.sample import Sample, compile_circuit
from qnet.solved import Question, Solved
from qnet.workers import Mesh, split, tiles

AUDITS = {
    "unitarity": ("composed unitarity",),
    "kcl": ("current conservation",),
    "sumrules": ("sum rules",),
    "onsager": ("reciprocity",),
}
"""Certificates that each word of ``.check`` stands for."""


@dataclass(slots=True, eq=False)
class Survey:
    """What a walk over the sweep brought home.

    Attributes
    ----------
    ledger : Ledger
        Values by key: ``(function, arguments)`` of answer calls, ``certificate``
        and its name; results by number of their card.
    analyses : tuple
        The questions, in the order of their numbers in the ledger.
    sizes : dict
        Size of the largest problem behind each certificate.
    marks : list
        Points without an answer, and why.
    notes : dict
        Remarks of the circuits met on the way, each once.
    first : Solved or None
        The first piece, for what is the same everywhere: names, counts.
    """

    ledger: Ledger
    analyses: tuple[Question, ...]
    sizes: dict[str, int] = field(default_factory=dict)
    marks: list[tuple[Bools, Diagnostic]] = field(default_factory=list)
    notes: dict[Diagnostic, None] = field(default_factory=dict)
    first: Solved | None = None

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
    template: Template,
    analyses: Sequence[Question] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Answer every question of a template at every point of its sweep.

    Raises
    ------
    PhysicsError
        Nothing has an answer anywhere.
    """
    axes = template.sweep
    shape = tuple(len(axis) for axis in axes)
    names = tuple(axis.name for axis in axes)
    tables = (Configurations() for _ in template.configurations)
    questions = (*(task.analysis for task in template.tasks), *tables, *analyses)
    found = Survey(Ledger(shape, names), questions)
    samples: dict[Hashable, Sample] = {}
    done, total = 0, prod(shape)
    for mesh in tiles(shape):
        labels = template.structures(_values(template.sweep, mesh))
        for label, piece in split(mesh, labels.labels):
            if label < 0:
                found.mark(piece, np.array(True), labels.reasons[label])
            else:
                _try(template, piece, samples, found)
        done += prod(np.broadcast_shapes(*[index.shape for index in mesh]))
        if progress is not None:
            progress(done, total)
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
    labels = template.structures(_values(template.sweep, mesh)).labels
    for label, piece in split(mesh, labels):
        if label >= 0:
            compile_circuit(template.circuit(_values(template.sweep, piece)))


def _values(axes: tuple[Axis, ...], mesh: Mesh) -> dict[str, Floats]:
    """Values of everything that is stepped, at the points of a piece."""
    found = {}
    for axis, index in zip(axes, mesh, strict=True):
        found[axis.name] = axis.values[index]
        for name, column, _ in axis.coordinates:
            found[name] = column[index]
    return found


def _try(
    template: Template, mesh: Mesh, samples: dict[Hashable, Sample], found: Survey
) -> None:
    """Explore a piece; what fails there marks its points and no others."""
    try:
        _explore(template, mesh, samples, found)
    except PhysicsError as error:
        if not mesh:
            raise
        for diagnostic in error.diagnostics:
            found.mark(mesh, np.array(True), diagnostic)


def _explore(
    template: Template, mesh: Mesh, samples: dict[Hashable, Sample], found: Survey
) -> None:
    values = _values(template.sweep, mesh)
    points = prod(found.ledger.shape)

    def compiled(circuit: Circuit) -> Sample:
        sample = compile_circuit(
            circuit, samples.get(circuit.structure), points=points
        )
        samples.setdefault(circuit.structure, sample)
        return sample

    solved = Solved(
        compiled(template.circuit(values)),
        lambda: compiled(template.circuit(values, reverse=True)),
    )
    found.first = found.first or solved
    ledger = found.ledger
    for call in template.calls:
        name, arguments = key = call_key(call)
        ledger.enter(key, mesh, answer(solved, name, arguments))
    for number, question in enumerate(found.analyses):
        ledger.enter_result(number, mesh, question.run(solved))
    for certificate in _certificates(solved, template.checks):
        _enter_certificate(found, mesh, certificate)
    for mark in solved.marks:
        found.mark(mesh, mark.where, mark.diagnostic)
    found.notes.update(dict.fromkeys((*solved.circuit.notes, *solved.notes)))


def call_key(call: Call) -> tuple[str, tuple[str, ...]]:
    """What an answer call is filed under: its function, and the names it is about."""
    arguments = (arg for arg in call.args if isinstance(arg, Name | Number))
    return call.function.lower(), tuple(arg.text.lower() for arg in arguments)


def _certificates(solved: Solved, checks: frozenset[str]) -> list[Certificate]:
    found = solved.certificates()
    if "onsager" in checks:
        size = len(solved.circuit.reservoirs)
        found.append(Certificate("reciprocity", solved.asymmetry, size))
    return found


def _enter_certificate(found: Survey, mesh: Mesh, certificate: Certificate) -> None:
    name = certificate.name
    found.ledger.enter(("certificate", name), mesh, certificate.defect)
    found.sizes[name] = max(found.sizes.get(name, 0), certificate.size)


def _refuse_if_nothing_holds(found: Survey) -> None:
    """Raise the reasons if every point is marked: there is no answer to print."""
    bad = np.zeros(found.ledger.shape, bool)
    for where, _ in found.marks:
        bad |= where
    if bad.size and bad.all() and found.first is None:
        raise PhysicsError(reason for _, reason in found.marks)
