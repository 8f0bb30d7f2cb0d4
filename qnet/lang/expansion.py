"""Unfold loops and subcircuits, in columns: a block is read once for all its copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import NetlistError, Span, refuse, suggest
from qnet.lang.cards import (
    Card,
    Directive,
    Expr,
    For,
    Func,
    Include,
    ListOf,
    Model,
    Param,
    Section,
    Subckt,
    Title,
)
from qnet.lang.definitions import Definitions, check_name, formula_cell, put_in_order
from qnet.lang.expressions import STATES
from qnet.lang.frames import Cell, Frame
from qnet.lang.functions import DRAWN, FUNCTIONS, REDUCTIONS
from qnet.lang.heads import Shelf
from qnet.lang.inventory import Inventory
from qnet.lang.matching import FindFile, key_span
from qnet.lang.naming import Naming
from qnet.lang.nodes import ElementNames
from qnet.lang.rewriting import Rewriting
from qnet.lang.rows import Alike, Cards
from qnet.lang.runs import EXPRESSIONS, Run, says_one_of
from qnet.lang.surroundings import Surroundings, drawing_words
from qnet.lang.texts import is_uniform, lowered
from qnet.lang.values import Value
from qnet.limits import within

STATE_CARDS = {"field": "B", "fermi": "EF", "temp": "temp", "magnetization": "M"}
"""Dot-words that set the global state."""

ReadElements = Callable[["Expansion", Run], None]


@dataclass(slots=True, eq=False)
class Expansion:
    """One walk over a netlist.

    Attributes
    ----------
    found : Inventory
        Takes what is found.
    elements : ElementNames
        Finds names given twice.
    values : Surroundings
        What names mean at the netlist's own values.
    naming : Naming
        Fills in names and counts turns.
    shelf : Shelf
        The registered models.
    read_elements : callable
        Reads a run of cards that are no subcircuit.
    questions : list
        Cards of the netlist that ask something, loops written out, each with its turn
        in words.
    own_field : dict
        B and M as the netlist has them, before anything replaces them.
    """

    found: Inventory
    elements: ElementNames
    values: Surroundings
    naming: Naming
    shelf: Shelf
    asks: frozenset[str]
    swept: set[str]
    find_file: FindFile
    read_elements: ReadElements
    questions: list[tuple[Card, str]] = field(default_factory=list)
    own_field: dict[str, Cell] = field(default_factory=dict)
    _sizes: dict[int, int] = field(default_factory=dict)

    def root(self, cards: Cards, overrides: Mapping[str, Expr]) -> None:
        """Read the netlist itself; `overrides` replace parameters and states."""
        frame = self.found.root
        self._define(cards, frame)
        others = cards.others()
        for _, card in others:
            if isinstance(card, Directive) and card.word.text in STATE_CARDS:
                with self.found.findings.gathering():
                    self._state(card)
            elif isinstance(card, Directive) and card.word.text == "global":
                self._globals(card)
        defaults = {"B": 0.0, "EF": 0.0, "temp": 0.0, "M": 1.0}
        for name, number in defaults.items():
            held = Value(np.asarray(number), STATES[name])
            frame.cells.setdefault(name, Cell(frame, _nowhere, 1, held))
        self.own_field = {name: frame.cells[name] for name in ("B", "M")}
        for key, expr in overrides.items():
            with self.found.findings.gathering():
                self._override(key, expr)
        self._block(cards, others, frame)

    def _override(self, key: str, expr: Expr) -> None:
        """Replace what the netlist says of a parameter or a state."""
        cells = self.found.root.cells
        if key not in cells:
            message = f"no parameter is called '{key}'{suggest(key, cells)}"
            raise refuse(NetlistError, "QN201", message)
        cells[key] = formula_cell(self.found.root, expr, expr.span)

    def _define(self, cards: Cards, frame: Frame) -> None:
        """Definitions of a block, wherever in it they stand."""
        findings = self.found.findings
        definitions = Definitions(frame, findings, self.shelf.models)
        taken = {*FUNCTIONS, *REDUCTIONS, *DRAWN, "log"}
        for card in cards.ruled("param", "func", "model", "subckt"):
            with findings.gathering():
                if isinstance(card, Param):
                    definitions.parameters(card)
                elif isinstance(card, Func):
                    definitions.function(card, taken, self.asks)
                elif isinstance(card, Model):
                    definitions.model(card)
                elif isinstance(card, Subckt):
                    definitions.subcircuit(card)

    def _state(self, card: Directive) -> None:
        """``.temp 50mK`` and its kin."""
        name = STATE_CARDS[card.word.text]
        if card.args or len(card.items) != 1:
            message = f"'.{card.word.text}' takes one value"
            raise refuse(NetlistError, "QN306", message, card.span)
        cells = self.found.root.cells
        if name in cells:
            message = f"'.{card.word.text}' is given twice"
            raise refuse(NetlistError, "QN202", message, card.span)
        item = card.items[0]
        cells[name] = formula_cell(self.found.root, item, item.span)

    def _globals(self, card: Directive) -> None:
        """``.global n…``: nodes with one name everywhere."""
        self.found.globals.update(item.span.text.lower() for item in card.items)

    def _block(
        self, cards: Cards, others: Sequence[tuple[int, Card]], frame: Frame
    ) -> None:
        """Everything in a block that is no definition."""
        put_in_order(frame, self.asks, self.found.findings, self.swept)
        self.found.frames.append(frame)
        self.values.scope(frame)
        for group in cards.alike():
            with self.found.findings.gathering():
                self._elements(group, frame)
        for position, card in others:
            with self.found.findings.gathering():
                self._other(card, position, frame)

    def _elements(self, group: Alike, frame: Frame) -> None:
        """Elements of one form: split where each must draw its own numbers."""
        run = Run(frame, group, range(len(group)))
        self.count(run)
        pieces = [run]
        if frame.size > 1 and len(group) > 1:
            words = drawing_words(frame)
            if any(says_one_of(c, words) for c in (*group.items, *group.values)):
                pieces = [Run(frame, group, [k]) for k in run.cards]
        for piece in pieces:
            if group.letter == "x":
                self._instances(piece)
            else:
                self.read_elements(self, piece)

    def count(self, run: Run) -> None:
        """Count elements before anything is made of them.

        Raises
        ------
        LimitError
            QN810: too many.
        """
        self.found.count += run.rows
        within("elements", self.found.count, lambda: run.group.span(run.cards[0]))

    def _other(self, card: Card, position: int, frame: Frame) -> None:
        """A card that is neither element nor definition."""
        if isinstance(card, For):
            self._loop(card, position, frame)
        elif isinstance(card, Include):
            message = "this text has no folder to include from"
            cure = "run the file by its path"
            raise refuse(NetlistError, "QN211", message, card.span, help=cure)
        elif not isinstance(card, Param | Func | Model | Subckt | Title | Section):
            is_state = isinstance(card, Directive) and card.word.text in (
                *STATE_CARDS,
                "global",
            )
            if not is_state or frame is not self.found.root:
                self._question(card, frame)

    def _question(self, card: Card, frame: Frame) -> None:
        """A card that asks something, once for each turn of the loops around it."""
        if frame.prefixes is not None:
            message = f"'{card.span.text.split()[0]}' stands in a subcircuit"
            cure = "ask outside; names inside are x1.n3"
            raise refuse(NetlistError, "QN217", message, card.span, help=cure)
        self.found.count += frame.size
        within("elements", self.found.count, card.span)
        writing = Rewriting(self.naming, self.asks)
        self.questions.extend(
            (writing.card(card, frame, row), writing.turn(frame, row))
            for row in range(frame.size)
        )

    # --- loops

    def _loop(self, card: For, position: int, frame: Frame) -> None:
        """Body of a ``.for``, once for all its turns."""
        check_name(card.variable, "a loop variable")
        outer_rows, turns = self._turns(card, frame)
        size = len(outer_rows)
        if not size:
            return
        inner = Frame(
            size=size,
            outer=frame,
            outer_rows=outer_rows,
            prefixes=None
            if frame.prefixes is None
            else [frame.prefixes[row] for row in outer_rows],
            pins={name: nodes[outer_rows] for name, nodes in frame.pins.items()},
            order=(
                *(column[outer_rows] for column in frame.order),
                np.full(size, position),
                np.arange(size),
            ),
            inside=lambda row: frame.inside(int(outer_rows[row])),
            depth=frame.depth + 1,
            variable=card.variable.text,
        )
        span = card.variable.span
        variable = Cell(inner, lambda row: span, size, turns)
        inner.cells[card.variable.text.lower()] = variable
        cards = _as_cards(card)
        self._define(cards, inner)
        self._block(cards, cards.others(), inner)

    def _turns(self, card: For, frame: Frame) -> tuple[Ints, Value]:
        """Row of the outer frame of each turn, and the values of the variable."""
        if isinstance(card.over, ListOf):
            return self._listed(card.over, frame)
        first = self.naming.whole(card.over.first, frame)
        last = self.naming.whole(card.over.last, frame)
        first, last = np.broadcast_arrays(first, last)
        counts = np.maximum(last - first + 1, 0)
        if len(counts) == 1:
            counts, first = np.repeat(counts, frame.size), np.repeat(first, frame.size)
        total = int(sum(counts.tolist()))
        within("elements", self.found.count + total, card.span)
        rows = np.repeat(np.arange(frame.size), counts)
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        turns = np.arange(total) - starts + first[rows]
        return rows, Value(turns.astype(float))

    def _listed(self, over: ListOf, frame: Frame) -> tuple[Ints, Value]:
        """The same for ``.for k in (1 2 5)``."""
        columns = []
        for item in over.items:
            if not isinstance(item, EXPRESSIONS):
                message = f"'{item.span.text}' is no number to loop over"
                raise refuse(NetlistError, "QN310", message, item.span)
            columns.append(self.naming.whole(item, frame))
        spread = [np.broadcast_to(column, frame.size) for column in columns]
        rows = np.repeat(np.arange(frame.size), len(columns))
        turns = np.stack(spread, -1).reshape(-1) if spread else np.zeros(0)
        return rows, Value(turns.astype(float))

    # --- subcircuits

    def _instances(self, run: Run) -> None:
        """Bodies of subcircuits, once for all X cards of a run that name the same."""
        items = run.group.items
        if not items:
            message = "an X card names its nodes and a subcircuit"
            raise refuse(NetlistError, "QN207", message, run.place(0))
        last = items[-1]
        names = lowered(run.texts(last))
        pieces: dict[str, Sequence[int]] = {names[0]: run.cards}
        if not is_uniform(names):
            apart: dict[str, list[int]] = {}
            for k, name in zip(run.cards, names, strict=True):
                apart.setdefault(name, []).append(k)
            pieces.update(apart)
        for name, cards in pieces.items():
            with self.found.findings.gathering():
                self._body(Run(run.frame, run.group, cards), name)

    def _body(self, run: Run, name: str) -> None:
        """Body of one subcircuit with the pins and arguments of its X cards."""
        card, home = self._subcircuit(name, run)
        group, frame = run.group, run.frame
        nodes = [self.naming.nodes(run, column) for column in group.items[:-1]]
        if len(nodes) != len(card.pins):
            message = f"'{card.name.text}' has {len(card.pins)} pins, not {len(nodes)}"
            cure = "its pins are " + " ".join(pin.text for pin in card.pins)
            raise refuse(NetlistError, "QN207", message, run.place(0), help=cure)
        within("subcircuit depth", frame.depth + 1, run.place(0))
        smallest = run.rows * self._least(card, home, ())
        within("elements", self.found.count + smallest, run.place(0))
        names = self.naming.names(run)
        self.elements.claim(names, run.place)
        rows = np.tile(np.arange(frame.size), len(run.cards))
        up = frame.rows_in(home)
        inner = Frame(
            size=run.rows,
            outer=home,
            outer_rows=rows if up is None else up[rows],
            prefixes=[f"{name}." for name in names],
            pins={
                pin.text.lower(): column
                for pin, column in zip(card.pins, nodes, strict=True)
            },
            order=run.order(),
            inside=run.place,
            depth=frame.depth + 1,
        )
        self._arguments(card, run, inner)
        cards = _as_cards(card)
        self._define(cards, inner)
        self._block(cards, cards.others(), inner)

    def _subcircuit(self, name: str, run: Run) -> tuple[Subckt, Frame]:
        """The ``.subckt`` card of a name, and the frame that holds it."""
        known: list[str] = []
        for around in run.frame.chain():
            if name in around.subcircuits:
                return around.subcircuits[name], around
            known.extend(card.name.text for card in around.subcircuits.values())
        message = f"unknown subcircuit '{name}'{suggest(name, known)}"
        span = run.spanned(run.group.items[-1])(0)
        cure = f"define it: `.subckt {name} p1 p2` … `.ends`"
        raise refuse(NetlistError, "QN204", message, span, help=cure)

    def _arguments(self, card: Subckt, run: Run, inner: Frame) -> None:
        """Defaults of the ``.subckt`` card, then what the X cards give."""
        for arg in card.params:
            with self.found.findings.gathering():
                check_name(arg.name, "a parameter")
                cell = formula_cell(inner, arg.value, arg.value.span)
                inner.cells[arg.name.text.lower()] = cell
        known = {arg.name.text.lower(): arg.name.text for arg in card.params}
        for written, column in zip(run.group.keys, run.group.values, strict=True):
            with self.found.findings.gathering():
                if written.lower() not in known:
                    near = suggest(written, known.values())
                    message = f"'{card.name.text}' has no parameter '{written}'{near}"
                    offer = ", ".join(known.values()) or "none"
                    span = key_span(run, written)
                    cure = f"its parameters: {offer}"
                    raise refuse(NetlistError, "QN206", message, span, help=cure)
                inner.cells[written.lower()] = run.cell(column)

    def _least(self, card: Subckt, home: Frame, trail: tuple[Subckt, ...]) -> int:
        """Elements that a body makes at least, loops not counted, in exact integers.

        Raises
        ------
        NetlistError
            QN208: the subcircuit contains itself.
        """
        if id(card) in self._sizes:
            return self._sizes[id(card)]
        within("subcircuit depth", len(trail), card.span)
        if any(card is outer for outer in trail):
            names = [outer.name.text for outer in (*trail, card)]
            shown = " → ".join(names[names.index(card.name.text) :])
            message = f"subcircuit '{card.name.text}' contains itself: {shown}"
            raise refuse(NetlistError, "QN208", message, card.name.span)
        total = 0
        for group in _as_cards(card).alike():
            total += len(group)
            if group.letter != "x" or not group.items:
                continue
            for name in group.items[-1].texts:
                for around in home.chain():
                    inner = around.subcircuits.get(name.lower())
                    if inner is not None:
                        total += self._least(inner, around, (*trail, card))
                        break
        self._sizes[id(card)] = total
        return total


def _as_cards(block: Subckt | For) -> Cards:
    """The cards of a block, which know their equals."""
    assert isinstance(block.cards, Cards)
    return block.cards


def _nowhere(_row: int) -> Span:
    raise LookupError("a default has no place")
