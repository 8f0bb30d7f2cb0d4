"""Match what a card says to the fields of its class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from qnet.circuit import Ints
from qnet.diagnostics import Label, NetlistError, Span, refuse, suggest
from qnet.lang.cards import Arg, ListOf, Name, Number, Range, Text, Unary, Weight, Word
from qnet.lang.findings import Findings
from qnet.lang.frames import Cell, Frame
from qnet.lang.keys import Key, Keyring
from qnet.lang.runs import EXPRESSIONS, Run
from qnet.registry import Parameter
from qnet.units import BadQuantity, read_quantity, unit

NUMERIC = ("real", "complex", "int")
"""Kinds of parameters that are computed; the others are words."""

FindFile = Callable[[str, Span], str]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Lever arms of a run, ``ref=(s:0.6 d:0.4)``: a node's word and a weight each."""

    names: tuple[Word, ...]
    weights: tuple[Cell, ...]
    parameter: Parameter


@dataclass(slots=True)
class Said:
    """All that a run of cards says about the fields of its class.

    `keys` are computed for each circuit; `settings` are words, texts and flags; `zeros`
    tells which entries of a matrix are a literal ``0``.
    """

    keys: dict[str, Key] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    weights: Weighted | None = None
    zeros: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Callable[[int], Span]] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Names of the fields that are given."""
        return {*self.keys, *self.settings, *self.places}


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """Where values stand: the frame of their names, the rows that they are for."""

    frame: Frame
    rows: int
    through: Ints | None
    place: Callable[[Span, int], Span]
    find_file: FindFile

    def cell(self, value: Any) -> Cell:  # noqa: ANN401  any value of a card
        """One quantity of a card.

        Raises
        ------
        NetlistError
            QN310: it is no number or expression.
        """
        if not isinstance(value, EXPRESSIONS):
            what = "a list" if isinstance(value, ListOf) else f"'{value.span.text}'"
            message = f"{what} stands where one number is expected"
            help_ = f"{{{value.text}}}" if isinstance(value, Word) else ""
            cure = f"a parameter stands in braces, {help_}" if help_ else ""
            if value.span.text.replace(".", "").isdigit():
                cure = "a number has one decimal point"
            raise refuse(NetlistError, "QN310", message, value.span, help=cure)
        span = value.span
        return Cell(
            self.frame, lambda row: self.place(span, row), self.rows, None, (value,),
            None, self.through,
        )  # fmt: skip


def said_by(
    run: Run,
    keyring: Keyring,
    findings: Findings,
    find_file: FindFile,
    *,
    base: Said | None = None,
) -> Said:
    """What the keys of a run say.

    Parameters
    ----------
    base : Said, optional
        What its ``.model`` card says already, which the card overrides.
    """
    said = base or Said()
    own: dict[str, str] = {}
    speaker = Speaker(run.frame, run.rows, run.through(), run.brought_in, find_file)
    written_keys: Sequence[str] = run.group.keys
    if keyring.case_matters:
        written_keys = [arg.name.text for arg in run.card(0).args]
    for written, column in zip(written_keys, run.group.values, strict=True):
        place = run.spanned(column)
        with findings.gathering():
            parameter = keyring.find(written, partial(key_span, run, written))
            if parameter.name in own:
                message = f"'{parameter.name}' is given twice"
                raise refuse(NetlistError, "QN202", message, place(0))
            own[parameter.name] = written
            _forget(said, parameter)
            said.places[parameter.name] = place
            first = run.cards[0]
            if parameter.kind in NUMERIC and not column.is_list(first):
                counts = unit("Phi0") if parameter.unit == "Phi0" else None
                cell = run.cell(column, plain_as=counts)
                said.keys[parameter.name] = Key(parameter, _nested(parameter, cell))
            else:
                say(said, parameter, column.value(first), speaker)
    return said


def said_by_args(
    args: Sequence[Arg], keyring: Keyring, findings: Findings, speaker: Speaker
) -> Said:
    """What the keys of a ``.model`` card or a directive say."""
    said = Said()
    given: dict[str, Span] = {}
    for arg in args:
        with findings.gathering():
            parameter = keyring.find(arg.name.text, partial(getattr, arg.name, "span"))
            if parameter.name in given:
                first = Label(given[parameter.name], "first here")
                message = f"'{parameter.name}' is given twice"
                raise refuse(
                    NetlistError, "QN202", message, arg.name.span, others=(first,)
                )
            given[parameter.name] = arg.name.span
            said.places[parameter.name] = _always(arg.value.span)
            say(said, parameter, arg.value, speaker)
    return said


def say(said: Said, parameter: Parameter, value: Any, speaker: Speaker) -> None:  # noqa: ANN401
    """Add one key with one value to what is said.

    Raises
    ------
    NetlistError
        QN310: a value of the wrong form; QN219: no such choice.
    """
    name = parameter.name
    if parameter.kind in NUMERIC:
        said.keys[name] = Key(parameter, _cells(parameter, value, speaker))
        said.zeros[name] = _zeros(value)
    elif parameter.kind == "weights":
        said.weights = _weights(parameter, value, speaker)
    elif parameter.kind == "choice":
        said.settings[name] = _choice(parameter, value)
    else:
        text = _text(parameter, value)
        is_file = parameter.kind == "file"
        said.settings[name] = speaker.find_file(text, value.span) if is_file else text


def _forget(said: Said, parameter: Parameter) -> None:
    """Drop what the ``.model`` card says about a key that the card has itself."""
    said.keys.pop(parameter.name, None)
    said.settings.pop(parameter.name, None)
    said.zeros.pop(parameter.name, None)
    if parameter.kind == "weights":
        said.weights = None


def _nested(parameter: Parameter, cell: Cell) -> Any:  # noqa: ANN401
    """A plain number for a key with axes of its own is a list of one."""
    nested: Any = cell
    for _ in parameter.axes:
        nested = (nested,)
    return nested


def _cells(parameter: Parameter, value: Any, speaker: Speaker) -> Any:  # noqa: ANN401
    """A cell, or a list or matrix of cells as the parameter's axes are."""
    if not isinstance(value, ListOf):
        return _nested(parameter, speaker.cell(value))
    if not parameter.axes:
        message = f"'{parameter.name}' takes one number, not a list"
        raise refuse(NetlistError, "QN310", message, value.span)
    inner = replace(parameter, axes=parameter.axes[1:])
    if inner.axes and not all(isinstance(item, ListOf) for item in value.items):
        message = f"'{parameter.name}' is a matrix"
        cure = "write its rows, [[a, b], [c, d]]"
        raise refuse(NetlistError, "QN310", message, value.span, help=cure)
    cells = tuple(_cells(inner, item, speaker) for item in value.items)
    lengths = {len(cell) for cell in cells if isinstance(cell, tuple)}
    if len(lengths) > 1 and not parameter.structural:
        message = f"the rows of '{parameter.name}' differ in length"
        raise refuse(NetlistError, "QN310", message, value.span)
    return cells


def _zeros(value: Any) -> Any:  # noqa: ANN401  nested as the value is
    """True where a literal plain ``0`` stands."""
    if isinstance(value, ListOf):
        return tuple(_zeros(item) for item in value.items)
    while isinstance(value, Unary):
        value = value.operand
    if not isinstance(value, Number):
        return False
    try:
        return read_quantity(value.text).value == 0
    except BadQuantity:
        return False


def _weights(parameter: Parameter, value: Any, speaker: Speaker) -> Weighted:  # noqa: ANN401
    """Lever arms; a node written with digits makes ``1:0.6`` look like a range."""
    items = value.items if isinstance(value, ListOf) else (value,)
    names, cells = [], []
    for item in items:
        if isinstance(item, Weight):
            names.append(item.name)
            cells.append(speaker.cell(item.value))
        elif isinstance(item, Range) and isinstance(item.first, Number):
            names.append(Word(item.first.text, item.first.span))
            cells.append(speaker.cell(item.last))
        else:
            message = f"'{parameter.name}' takes nodes with weights"
            cure = f"{parameter.name}=(s:0.6 d:0.4)"
            raise refuse(NetlistError, "QN310", message, item.span, help=cure)
    return Weighted(tuple(names), tuple(cells), parameter)


def _choice(parameter: Parameter, value: Any) -> str:  # noqa: ANN401
    """One of the words that a key knows."""
    text = _text(parameter, value)
    for choice in parameter.choices:
        if choice.lower() == text.lower():
            return choice
    known = ", ".join(parameter.choices)
    message = f"'{parameter.name}={text}' is not known"
    message += suggest(text, parameter.choices)
    cure = f"{parameter.name} is one of {known}"
    raise refuse(NetlistError, "QN219", message, value.span, help=cure)


def _text(parameter: Parameter, value: Any) -> str:  # noqa: ANN401
    """A word or a quoted text; digits too, for choices like ``spin=2``."""
    if isinstance(value, Text | Name | Number) or (
        isinstance(value, Word) and not value.parts
    ):
        return value.text
    message = f"'{parameter.name}' takes a word or a quoted text"
    raise refuse(NetlistError, "QN310", message, value.span)


def key_span(run: Run, written: str) -> Span:
    """Where a key stands on the first card of a run."""
    args = run.card(0).args
    found = next((a for a in args if a.name.text.lower() == written.lower()), args[0])
    return run.brought_in(found.name.span, 0)


def _always(span: Span) -> Callable[[int], Span]:
    return lambda row: span
