"""Parameters, functions, models and subcircuits of a block, in any order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from heapq import heappop, heappush
from typing import Final

import numpy as np

from qnet.diagnostics import Label, NetlistError, Span, nearest, refuse, suggest
from qnet.lang.cards import Arg, Expr, Func, Model, Param, Subckt, Word
from qnet.lang.expressions import STATES
from qnet.lang.findings import Findings
from qnet.lang.frames import Cell, Frame, key_of, names_used, swept_name, twice
from qnet.lang.runs import EXPRESSIONS
from qnet.registry import ModelEntry
from qnet.units import CONSTANTS

LOOP_SHOWN: Final = 12
"""Names of a circular definition that are shown."""

_FOLDED_STATES: Final = {state.lower(): state for state in STATES}


def check_name(word: Word, what: str) -> None:
    """Refuse a name that stands for something else already.

    Raises
    ------
    NetlistError
        QN203: a constant or a state.
    """
    text = word.text
    if text in CONSTANTS:
        message = f"{what} cannot be called '{text}', which is a constant"
    elif text.lower() in _FOLDED_STATES:
        state = _FOLDED_STATES[text.lower()]
        message = f"{what} cannot be called '{text}': '{state}' is the netlist's state"
    else:
        return
    raise refuse(NetlistError, "QN203", message, word.span, help=f"write {text}0")


def formula_cell(frame: Frame, value: object, span: Span) -> Cell:
    """Cell of a definition.

    Raises
    ------
    NetlistError
        QN310: it is no number or expression.
    """
    if not isinstance(value, EXPRESSIONS):
        text = span.text
        message = f"'{text}' stands where a number or an expression is expected"
        raise refuse(NetlistError, "QN310", message, span)
    expr: Expr = value
    return Cell(frame, lambda row: span, frame.size, None, (expr,))


class Definitions:
    """The definitions of one frame as its cards are read."""

    def __init__(
        self, frame: Frame, findings: Findings, models: Mapping[str, ModelEntry]
    ) -> None:
        self.frame = frame
        self._findings = findings
        self._models = models
        self._spans: dict[tuple[str, str], Span] = {}

    def parameters(self, card: Param) -> None:
        """``.param a=1 b={2*a}``."""
        for arg in card.args:
            held = len(self._findings.errors)
            with self._findings.gathering():
                self.parameter(arg)
            if len(self._findings.errors) > held:
                self.frame.broken.add(arg.name.text.lower())

    def parameter(self, arg: Arg) -> None:
        """One parameter.

        Raises
        ------
        NetlistError
            QN202 twice, QN203 a reserved name, QN310 no expression.
        """
        check_name(arg.name, "a parameter")
        self._claim("parameter", arg.name)
        cell = formula_cell(self.frame, arg.value, arg.value.span)
        self.frame.cells[arg.name.text.lower()] = cell

    def function(self, card: Func, taken: Iterable[str], asks: Collection[str]) -> None:
        """``.func f(x)={…}``; built-in functions and answers keep their names."""
        check_name(card.name, "a function")
        for word in card.parameters:
            check_name(word, "an argument")
        folded = card.name.text.lower()
        if folded in taken or card.name.text in asks:
            message = f"'{card.name.text}' is a function of the language"
            raise refuse(NetlistError, "QN203", message, card.name.span)
        self._claim("function", card.name)
        self.frame.functions[folded] = card

    def model(self, card: Model) -> None:
        """``.model name kind(k=v …)``."""
        self._claim("model", card.name)
        kind = card.kind.text.lower()
        entry = self._models.get(kind)
        if entry is None:
            near = nearest(card.kind.text, self._models)
            message = f"unknown model '{card.kind.text}'{near}"
            edit = near.edit(card.kind.span, card.kind.text)
            raise refuse(NetlistError, "QN204", message, card.kind.span, edit=edit)
        if card.name.text.lower() in self._models:
            message = f"'{card.name.text}' is a model of the registry"
            raise refuse(NetlistError, "QN203", message, card.name.span)
        for flag in card.flags:
            if flag.text.lower() not in entry.flags:
                likely = suggest(flag.text, entry.flags)
                message = f"'{flag.text}' is no flag of '{entry.name}'{likely}"
                raise refuse(NetlistError, "QN204", message, flag.span)
        self.frame.models[card.name.text.lower()] = card

    def subcircuit(self, card: Subckt) -> None:
        """``.subckt name pins… params: k=v``."""
        self._claim("subcircuit", card.name)
        self.frame.subcircuits[card.name.text.lower()] = card

    def _claim(self, what: str, word: Word) -> None:
        here = (what, word.text.lower())
        if here in self._spans:
            raise twice(what, word.text, word.span, self._spans[here])
        self._spans[here] = word.span


def put_in_order(
    frame: Frame, asks: frozenset[str], findings: Findings, swept: set[str]
) -> None:
    """Order the cells of a frame so that each follows those it needs.

    Marks, too, which names vary along a step: those in `swept` and whatever needs one
    that does. A cycle is an error that shows the loop; its names are then broken.
    """
    needs = {key: _needed(frame, key, cell, asks) for key, cell in frame.cells.items()}
    if any(needs.values()):
        order = _ordered(needs)
        if len(order) < len(needs):
            _break_cycles(frame, needs, set(order), findings)
            order = _ordered(needs)
        frame.cells = {key: frame.cells[key] for key in order}
    frame.swept |= swept & frame.cells.keys()
    for key, cell in frame.cells.items():
        if any(swept_name(f, cell.frame, asks) for f in cell.formulas):
            frame.swept.add(key)


def _needed(frame: Frame, key: str, cell: Cell, asks: frozenset[str]) -> set[str]:
    """Names of the same frame that a cell needs."""
    if cell.frame is not frame:
        return set()
    used = {
        key_of(name.text)
        for formula in cell.formulas
        for name in names_used(formula, frame, asks)
    }
    return {name for name in used if name in frame.cells}


def _ordered(needs: Mapping[str, Set[str]]) -> list[str]:
    """Each name after those it needs, else as written; none that needs a cycle."""
    written = list(needs)
    rank = {key: k for k, key in enumerate(written)}
    users: dict[str, list[str]] = {key: [] for key in written}
    for key, uses in needs.items():
        for used in uses:
            users[used].append(key)
    lacking = {key: len(uses) for key, uses in needs.items()}
    ready = [rank[key] for key, lacks in lacking.items() if not lacks]
    order = []
    while ready:
        done = written[heappop(ready)]
        order.append(done)
        for key in users[done]:
            lacking[key] -= 1
            if not lacking[key]:
                heappush(ready, rank[key])
    return order


def _knots(needs: Mapping[str, Set[str]], names: Sequence[str]) -> list[set[str]]:
    """Names that need one another, directly or not, in the order of their first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {key: k for k, key in enumerate(names)}
    pairs = [
        (k, place[used])
        for key, k in place.items()
        for used in needs[key]
        if used in place
    ]
    ends = np.array(pairs).T
    graph = coo_array((np.ones(len(pairs)), ends), shape=(len(names),) * 2)
    _, labels = connected_components(graph, connection="strong")
    knots: dict[int, set[str]] = {}
    for key, label in zip(names, labels.tolist(), strict=True):
        knots.setdefault(label, set()).add(key)
    return list(knots.values())


def _break_cycles(
    frame: Frame, needs: dict[str, set[str]], done: Set[str], findings: Findings
) -> None:
    """Report each loop of definitions once, and take its names out of the order.

    Names that are in order already, those `done`, are in no loop.
    """
    rank = {key: k for k, key in enumerate(needs)}
    for loop in _knots(needs, [key for key in needs if key not in done]):
        first = min(loop, key=rank.__getitem__)
        if len(loop) == 1 and first not in needs[first]:
            continue
        names = _loop(first, loop, needs, rank)
        told = names if len(names) <= LOOP_SHOWN else [*names[: LOOP_SHOWN - 1], "…"]
        spans = {name: frame.cells[name].place(0) for name in told if name != "…"}
        shown = " → ".join([*told, names[0]])
        others = tuple(Label(spans[k], f"'{k}'") for k in list(spans)[1:])
        findings.error(
            "QN208",
            f"'{names[0]}' is defined by itself: {shown}",
            spans[names[0]],
            label=f"'{names[0]}'",
            others=others,
            help="give one of them a number",
        )
        for name in loop:
            frame.broken.add(name)
            needs[name] = set()


def _loop(
    first: str, loop: Set[str], needs: Mapping[str, Set[str]], rank: Mapping[str, int]
) -> list[str]:
    """Names that need one another in turn, met first on the way from `first`."""
    met = {first: 0}
    while True:
        used = min(needs[next(reversed(met))] & loop, key=rank.__getitem__)
        if used in met:
            return list(met)[met[used] :]
        met[used] = len(met)
