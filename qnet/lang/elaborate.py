"""From cards to a template: names, units, models, structure; every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np

from qnet.circuit import Axis, Circuit
from qnet.diagnostics import NetlistError, Span, refuse
from qnet.lang.cards import (
    Arg,
    Assert,
    Card,
    Deck,
    Directive,
    For,
    Func,
    Meas,
    Print,
    Step,
    Subckt,
)
from qnet.lang.directives import Desk, checks_of, options_of, task_of
from qnet.lang.elements import check_model, read_elements, refuse_spins
from qnet.lang.expansion import STATE_CARDS, Expansion
from qnet.lang.expressions import STATES, answer_names
from qnet.lang.files import allowed_roots, data_file
from qnet.lang.findings import Findings
from qnet.lang.frames import key_of
from qnet.lang.heads import Shelf
from qnet.lang.inspection import Inspection, Marking, Refusing
from qnet.lang.inventory import Inventory
from qnet.lang.keys import checked, is_swept, quantity
from qnet.lang.levers import lever_nodes
from qnet.lang.matching import Speaker
from qnet.lang.naming import Naming
from qnet.lang.nodes import ElementNames, NodeTable
from qnet.lang.parse import parse
from qnet.lang.questions import (
    Known,
    Task,
    assertion_of,
    calls_in,
    listing_of,
    measures_of,
)
from qnet.lang.rows import Cards
from qnet.lang.runs import EXPRESSIONS
from qnet.lang.seas import find_seas
from qnet.lang.surroundings import Surroundings
from qnet.lang.sweeps import Reader, axes_of, stepped_names
from qnet.lang.template import Template
from qnet.lang.texts import lowered
from qnet.limits import within
from qnet.registry import AnalysisEntry, Ask, ModelEntry, Parameter
from qnet.units import Unit, unit, working_unit

_STATE_KEYS: Final = {
    name: Parameter(
        f".{card}", "real", 0.0, str(STATES[name]), low=0.0 if name == "temp" else None
    )
    for card, name in STATE_CARDS.items()
}
"""What the cards of the states take, by name; magnetization is a plain number."""

_NO_TASKS: Final = ("options", "check")


def elaborate(
    deck: Deck,
    models: Mapping[str, ModelEntry],
    analyses: Mapping[str, AnalysisEntry],
    asks: Mapping[str, Ask],
    overrides: Mapping[str, str] | None = None,
    *,
    include_roots: Sequence[str | Path] = (),
) -> Template:
    """Settle everything about a netlist but the values of what is swept.

    Parameters
    ----------
    deck : Deck
        Cards as written.
    models, analyses, asks : mapping
        What is registered, by name.
    overrides : mapping, optional
        Text of parameters and of ``B EF temp M`` in place of the netlist's.
    include_roots : sequence of paths
        Folders besides the netlist's own that data files may come from.

    Raises
    ------
    NetlistError
        Everything that is wrong, QN2xx and QN3xx.
    LimitError
        QN8xx: too large to begin.
    """
    return Elaboration(deck, models, analyses, asks, include_roots).template(
        overrides or {}
    )


class Elaboration:
    """One pass over a deck; `template` does it."""

    def __init__(
        self,
        deck: Deck,
        models: Mapping[str, ModelEntry],
        analyses: Mapping[str, AnalysisEntry],
        asks: Mapping[str, Ask],
        include_roots: Sequence[str | Path],
    ) -> None:
        self._deck = deck
        self._analyses = analyses
        self._asks = {name.lower(): ask for name, ask in asks.items()}
        defined = (card.name.text.lower() for card in _functions(deck.cards))
        self._spellings = answer_names(frozenset(asks), frozenset(defined))
        self._findings = Findings()
        self._include_roots = include_roots
        self._found = Inventory(self._findings, NodeTable(self._findings))
        self._values = Surroundings({}, 1, self._spellings, findings=self._findings)
        naming = Naming(self._found, self._values, self._spellings)
        steps = deck.cards.ruled("step")
        self._steps = [card for card in steps if isinstance(card, Step)]
        self._expansion = Expansion(
            self._found,
            ElementNames(self._findings),
            self._values,
            naming,
            Shelf(models),
            self._spellings,
            self._swept(),
            self._find_file,
            read_elements,
        )

    def template(self, overrides: Mapping[str, str]) -> Template:
        """Read the deck.

        Raises
        ------
        NetlistError
            All faults together.
        """
        self._expansion.root(self._deck.cards, self._overriding(overrides))
        for frame in self._found.frames:
            for card in frame.models.values():
                check_model(card, frame, self._expansion)
        root = self._found.root
        reader = Reader(root, self._values, self._spellings, self._find_file)
        axes: tuple[Axis, ...] = ()
        with self._findings.gathering():
            stepped_names(self._steps, root)
            axes = axes_of(self._steps, reader)
        seas = find_seas(self._found)
        levers = lever_nodes(self._found, seas)
        cards = [card for card, _ in self._expansion.questions]
        desk = self._desk(reader)
        options = options_of(_named(cards, "options"), desk)
        refuse_spins(self._found, options.spin)
        self._check_values()
        if self._findings.errors:  # what the questions have wrong is told with them
            self._questions(cards, desk, None)
            self._findings.raise_errors()
        bare = Template(
            self._deck, self._found, seas, levers, self._own_signs(),
            self._units(axes), self._spellings, axes, options=options,
        )  # fmt: skip
        circuit = self._trial(bare)
        questions = self._questions(cards, desk, circuit)
        self._findings.raise_errors()
        notes = (*self._deck.notes, *self._findings.notes)
        template = replace(bare, notes=notes, example=circuit, **questions)
        _count_points(template)
        return template

    # --- before

    def _swept(self) -> set[str]:
        """Keys of everything that is stepped."""
        keys = (key_of(word.text) for card in self._steps for word in card.names)
        return {key for key in keys if key is not None}

    def _find_file(self, text: str, span: Span) -> str:
        roots = allowed_roots(self._deck.source.name, self._include_roots)
        return str(data_file(text, span, roots))

    def _overriding(self, overrides: Mapping[str, str]) -> dict[str, Any]:
        """Expressions that replace what the netlist says, by key."""
        found: dict[str, Any] = {}
        stepped = {key_of(w.text): w for card in self._steps for w in card.names}
        for name, text in overrides.items():
            key = key_of(name)
            with self._findings.gathering():
                if key is None:
                    message = f"'{name}' is a constant"
                    raise refuse(NetlistError, "QN203", message)
                card = parse(f".param override={text}", f"-D {name}").cards[0]
                found[key] = card.args[0].value  # type: ignore[union-attr]
                if key in stepped:
                    message = f"'{name}' is stepped, and the value given is not used"
                    cure = "leave its .step out to run at one value"
                    place = stepped[key].span
                    self._findings.note("QN220", message, place, help=cure)
        return found

    # --- after the elements

    def _own_signs(self) -> dict[str, float]:
        """Signs of B and M as the netlist has them, whatever replaces them."""
        signs = {}
        for name, cell in self._expansion.own_field.items():
            found = self._values.value(cell).array
            signs[name] = float(np.sign(np.real(found).flat[0]))
        return signs

    def _units(self, axes: Sequence[Axis]) -> dict[str, Unit]:
        """Unit of each parameter and state that may be given a value."""
        units: dict[str, Unit] = dict(STATES)
        root = self._found.root
        for key, cell in root.cells.items():
            if key not in STATES and key not in root.broken:
                units[key] = working_unit(self._values.value(cell).unit)
        for axis in axes:
            for name, _, text in ((axis.name, None, axis.unit), *axis.coordinates):
                stepped = key_of(name)
                if stepped is not None:
                    units[stepped] = unit(text)
        return units

    def _desk(self, reader: Reader) -> Desk:
        root = self._found.root
        speaker = Speaker(root, 1, None, lambda span, row: span, self._find_file)
        known = self._known(None)
        return Desk(
            self._analyses, known, speaker, reader, self._values, self._findings
        )

    def _trial(self, template: Template) -> Circuit | None:
        """A circuit of the netlist's first point that has one.

        Raises
        ------
        NetlistError
            What is wrong whichever point is taken.
        """
        if not template.axes:
            try:
                return template.circuit()
            except NetlistError as error:
                self._findings.errors.extend(error.diagnostics)
                return None
        for end in (0, -1, None):
            values = {}
            for axis in template.axes:
                at = len(axis) // 2 if end is None else end
                values[axis.name] = axis.values[at]
                values.update((name, more[at]) for name, more, _ in axis.coordinates)
            with self._findings.gathering():
                examples = template.structures(values).examples
                if examples:
                    return examples[0]
        return None

    # --- questions

    def _known(self, circuit: Circuit | None) -> Known:
        """Names that questions may use, once a circuit shows its reservoirs."""
        root = self._found.root
        functions = self._values.scope(root).functions
        lumped = [
            name
            for batch in self._found.batches
            if batch.kind in ("V", "I", "R", "C")
            for name in batch.names
        ]
        sources = {
            name.lower(): {"V": "V", "I": "A"}[batch.kind]
            for batch in self._found.batches
            if batch.kind in ("V", "I")
            for name in batch.names
        }
        reservoirs: set[str] | None = None
        listed: list[str] = []
        if circuit is not None:
            listed = list(circuit.reservoirs.names)
            driven = circuit.reservoirs.driven.tolist()
            units = ("A" if is_driven else "V" for is_driven in driven)
            sources.update(zip(lowered(listed), units, strict=True))
            nodes = [circuit.nodes[k] for k in circuit.reservoirs.nodes.tolist()]
            reservoirs = {*lowered(listed), *lowered(nodes)}
            if "0" in reservoirs:
                reservoirs.add("gnd")
        return Known(
            self._asks,
            self._spellings,
            reservoirs,
            {name.lower() for name in lumped},
            listed,
            {key for key in root.cells if key not in STATES},
            functions,
            sources,
        )

    def _check_values(self) -> None:
        """Evaluate every key once; numbers that a step changes are checked later."""
        for name, state in _STATE_KEYS.items():
            cell = self._found.root.cells[name]
            if cell.written is None:  # no default
                with self._findings.gathering():
                    quantity(state, cell, self._values, Refusing(self._findings))
        for batch in self._found.batches:
            keys = batch.said.keys
            for name, key in keys.items():
                if is_swept(key, self._spellings):
                    inspection: Inspection = Marking(())
                else:
                    inspection = Refusing(self._findings)
                with self._findings.gathering():
                    keys[name] = checked(key, self._values, inspection)

    def _questions(
        self, cards: Sequence[Card], desk: Desk, circuit: Circuit | None
    ) -> dict[str, Any]:
        """Analyses, measures, tables and asserts, as fields of a template."""
        findings = self._findings
        known = self._known(circuit)
        desk = replace(desk, known=known)
        measures, wild = measures_of(
            [card for card in cards if isinstance(card, Meas)], known, findings
        )
        names = {measure.name.lower() for measure in measures}
        prints = [
            listing_of(card, known, names, findings)
            for card in cards
            if isinstance(card, Print)
        ]
        asserts = [
            assertion_of(card, turn, known, names, findings)
            for card, turn in self._expansion.questions
            if isinstance(card, Assert)
        ]
        tasks = self._tasks(cards, desk)
        checks = checks_of(_named(cards, "check"), findings)
        bodies: list[Any] = [
            *(measure.body for measure in measures),
            *(arg.value for m in measures for arg in m.args if _is_expression(arg)),
            *(item for listing in prints for _, item in listing.items),
            *(listing.against[1] for listing in prints if listing.against),
            *(claim.body for claim in asserts),
        ]
        return {
            "tasks": tuple(tasks),
            "measures": tuple(measures),
            "configurations": tuple(wild),
            "prints": tuple(prints),
            "asserts": tuple(asserts),
            "checks": checks,
            "calls": calls_in(bodies, self._spellings, known.functions),
        }

    def _tasks(self, cards: Sequence[Card], desk: Desk) -> list[Task]:
        """Analyses; random samples are asked for once, and own the name of their axis.

        Each is held against those before it as it is read: many faults end the stage.
        """
        findings = self._findings
        tasks: list[Task] = []
        has_samples = False
        for card in cards:
            if not isinstance(card, Directive) or card.word.text in _NO_TASKS:
                continue
            with findings.gathering():
                task = task_of(card, desk)
                tasks.append(task)
                if not hasattr(task.analysis, "repeats"):
                    continue
                if has_samples:
                    message = f"'.{task.name}' is given twice"
                    findings.error("QN202", message, task.span)
                elif "sample" in self._found.root.cells:
                    message = "'sample' is the axis of '.mc' and cannot be "
                    message += "a parameter as well"
                    findings.error("QN203", message, task.span)
                has_samples = True
        return tasks


def _count_points(template: Template) -> None:
    """Refuse sources swept twice, and more axes or points than are allowed.

    Raises
    ------
    NetlistError
        QN202.
    LimitError
        QN812.
    """
    sweep = list(template.axes)
    if not template.is_open_ended:  # such samples are drawn while they are needed
        sweep += template.repeats
    swept: set[str] = set()
    for task in template.tasks:
        for axis in getattr(task.analysis, "sources", ()):
            if axis.name.casefold() in swept:
                message = f"'{axis.name}' is swept twice"
                raise refuse(NetlistError, "QN202", message, task.span)
            swept.add(axis.name.casefold())
            sweep.append(axis)
            within("sweep axes", len(sweep), task.span)
            within("sweep points", prod(map(len, sweep)), task.span)
    within("sweep points", prod(map(len, sweep)))


def _functions(cards: Cards) -> Iterator[Func]:
    """Every ``.func`` of a netlist and its blocks."""
    for card in cards.ruled("func", "for", "subckt"):
        if isinstance(card, Func):
            yield card
        elif isinstance(card, For | Subckt) and isinstance(card.cards, Cards):
            yield from _functions(card.cards)


def _is_expression(arg: Arg) -> bool:
    return isinstance(arg.value, EXPRESSIONS)


def _named(cards: Sequence[Card], word: str) -> list[Directive]:
    return [c for c in cards if isinstance(c, Directive) and c.word.text == word]
