"""Dot-cards that set options, switch audits, or ask an analysis."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from qnet.circuit import Axis
from qnet.diagnostics import Edit, NetlistError, Span, nearest, refuse, suggest
from qnet.lang.cards import Arg, Directive, ListOf, Name, Number, Word
from qnet.lang.findings import Findings
from qnet.lang.habits import dot_cure
from qnet.lang.inspection import Refusing
from qnet.lang.keys import Keyring, numbers
from qnet.lang.matching import NUMERIC, Said, Speaker, said_by_args, say
from qnet.lang.questions import Known, Task
from qnet.lang.surroundings import Surroundings
from qnet.lang.sweeps import Reader, swept_values
from qnet.registry import AnalysisEntry, Parameter, parameters
from qnet.units import described, unit

AUDITS: Final = (
    "onsager",
    "unitarity",
    "waves",
    "kcl",
    "sumrules",
    "quadrature",
    "fdt",
    "laws",
)
"""Words of ``.check``."""

OPTIONS: Final = (
    Parameter("spin", "choice", "1", choices=("1", "2", "full"), doc="channels count"),
    Parameter("response", "choice", "linear", choices=("linear", "full"), doc=""),
    Parameter("tol", "real", 1e-10, above=0, below=1, doc="tolerance of integrals"),
)
"""Keys of ``.options``."""

RESERVED: Final = {
    "sens": "sensitivities come in a later version; step the parameter meanwhile",
    "fit": "fits come in a later version; fit in Python with qnet.run",
    "ac": "admittances come in a later version",
    "control": "write .step, .meas and .assert, or run the netlist from Python",
    "alter": "write .step over a parameter",
    "tran": "qnet answers steady states; use .op or .dc",
}
"""Dot-words that are refused by name, and what to do instead."""

_SWEEP_FORMS: Final = ("lin", "dec", "oct", "list")


@dataclass(frozen=True, slots=True)
class Options:
    """``.options spin= response= tol=``."""

    spin: int | str = 1
    response: str = "linear"
    tolerance: float = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What analysis cards are read with."""

    analyses: Mapping[str, AnalysisEntry]
    known: Known
    speaker: Speaker
    reader: Reader
    values: Surroundings
    findings: Findings


def options_of(cards: Sequence[Directive], desk: Desk) -> Options:
    """All ``.options`` cards together."""
    args = [arg for card in cards for arg in card.args]
    for card in cards:
        for item in card.items:
            message = f"'{item.span.text}' is no option; options are key=value"
            desk.findings.error("QN206", message, item.span)
    said = said_by_args(args, Keyring(OPTIONS, ".options"), desk.findings, desk.speaker)
    spin = said.settings.get("spin", "1")
    tolerance = 1e-10
    if "tol" in said.keys:
        found = numbers(said.keys["tol"], desk.values, Refusing(desk.findings))
        tolerance = float(np.real(found).flat[0])
    return Options(
        "full" if spin == "full" else int(spin),
        said.settings.get("response", "linear"),
        tolerance,
    )


def checks_of(cards: Sequence[Directive], findings: Findings) -> frozenset[str]:
    """Audits that are on: all of them, less those that ``.check … off`` names."""
    on = set(AUDITS)
    for card in cards:
        words = [item.span.text.lower() for item in card.items]
        off = bool(words) and words[-1] == "off"
        for word, item in zip(words[: len(words) - off], card.items, strict=False):
            if word not in AUDITS:
                message = f"unknown audit '{word}'{suggest(word, AUDITS)}"
                cure = f"audits are {', '.join(AUDITS)}"
                findings.error("QN209", message, item.span, help=cure)
            elif off:
                on.discard(word)
    return frozenset(on)


def task_of(card: Directive, desk: Desk) -> Task:
    """The question of an analysis card.

    Raises
    ------
    NetlistError
        QN209 unknown or refused dot-word, QN206 unknown key, QN3xx for values.
    """
    word = card.word.text
    if word in RESERVED:
        message = f"'.{word}' is not part of this version"
        raise refuse(
            NetlistError, "QN209", message, card.word.span, help=RESERVED[word]
        )
    entry = desk.analyses.get(word)
    if entry is None:
        raise _unknown(word, card.word.span, desk)
    analysis = entry.analysis
    fields = parameters(analysis)
    said = _said(card, fields, getattr(analysis, "positional", ()), desk)
    missing = Keyring(fields, f".{word}").missing(said.names())
    if missing:
        named = " and ".join(f"'{p.name}'" for p in missing)
        message = f"'.{word}' needs {named}"
        raise refuse(NetlistError, "QN205", message, card.span)
    return Task(word, analysis(**_fields(fields, said, desk)), card.span)


WORDS: Final = (
    "title", "end", "include", "lib", "endl", "param", "func", "model", "subckt",
    "ends", "global", "for", "endfor", "temp", "fermi", "field", "magnetization",
    "options", "step", "meas", "print", "save", "plot", "check", "assert",
)  # fmt: skip
"""Dot-words of the language itself; analyses come on top."""

_ONE_CARD: Final = re.compile(r"`\.\w+`")
"""Help that is another dot-word, and nothing else."""


def _unknown(word: str, span: Span, desk: Desk) -> NetlistError:
    near = nearest(word, (*desk.analyses, *WORDS))
    message = f"unknown card '.{word}'" + (
        f"; did you mean '.{near.name}'?" if near else ""
    )
    cure = dot_cure(word)
    instead = f".{near.name}" if near.is_sure and not cure else ""
    if _ONE_CARD.fullmatch(cure):
        instead = cure.strip("`")
    edit = Edit(span, instead) if instead else None
    return refuse(NetlistError, "QN209", message, span, help=cure, edit=edit)


def _said(
    card: Directive,
    fields: Sequence[Parameter],
    positional: Sequence[str],
    desk: Desk,
) -> Said:
    """Keys of the card, and its items in the order that the class declares."""
    own = [p for p in fields if p.kind not in ("reservoirs", "axes")]
    words = [p for p in fields if p.kind in ("reservoirs", "axes")]
    plain: list[Arg] = []
    special: list[Arg] = []
    for arg in card.args:
        is_word = any(p.name.lower() == arg.name.text.lower() for p in words)
        (special if is_word else plain).append(arg)
    keyring = Keyring([*own, *words], f".{card.word.text}")
    said = said_by_args(plain, keyring, desk.findings, desk.speaker)
    for arg in special:
        parameter = keyring.find(arg.name.text, lambda arg=arg: arg.name.span)  # type: ignore[misc]
        items = arg.value.items if isinstance(arg.value, ListOf) else (arg.value,)
        said.settings[parameter.name] = _special(parameter, items, card, desk)
    _positional(
        said, list(card.items), [keyring.find(n, _none) for n in positional], card, desk
    )
    return said


def _positional(
    said: Said,
    items: list[Any],
    fields: Sequence[Parameter],
    card: Directive,
    desk: Desk,
) -> None:
    """Items without a key; a list of names or a sweep takes all that are left."""
    for parameter in fields:
        if not items:
            return
        if parameter.kind in ("reservoirs", "axes"):
            said.settings[parameter.name] = _special(parameter, items, card, desk)
            return
        item = items.pop(0)
        if parameter.name in said.names():
            message = f"'{parameter.name}' is given twice"
            raise refuse(NetlistError, "QN202", message, item.span)
        with desk.findings.gathering():
            say(said, parameter, item, desk.speaker)
            said.places[parameter.name] = lambda row, item=item: item.span  # type: ignore[misc]
    if items:
        message = f"'.{card.word.text}' takes no '{items[0].span.text}'"
        raise refuse(NetlistError, "QN310", message, items[0].span)


def _special(
    parameter: Parameter, items: Sequence[Any], card: Directive, desk: Desk
) -> Any:  # noqa: ANN401  names or axes
    """Names of reservoirs, or sweeps of sources."""
    if parameter.kind == "reservoirs":
        return tuple(_reservoir(item, desk) for item in items)
    return _source_axes(items, card, desk)


def _reservoir(item: Any, desk: Desk) -> str:  # noqa: ANN401  any value of a card
    """Name of a reservoir, as it is displayed.

    Raises
    ------
    NetlistError
        QN214: there is none.
    """
    text = item.text if isinstance(item, Word | Name | Number) else item.span.text
    known = desk.known
    if known.reservoirs is None or text.lower() in known.reservoirs:
        return text
    message = f"no terminal, probe or reservoir node is called '{text}'"
    message += suggest(text, known.listed)
    cure = "terminals are named alone, as in `.noise T1 T2`" if "(" in text else ""
    raise refuse(NetlistError, "QN214", message, item.span, help=cure)


def _source_axes(items: Sequence[Any], card: Directive, desk: Desk) -> tuple[Axis, ...]:
    """``SRC start stop step SRC2 …``, the values as on a .step card.

    Raises
    ------
    NetlistError
        QN318: the words make no sweep; QN214: no such source; QN305: volts for a
        current, or the other way round.
    """
    axes = []
    waiting = list(items)
    sources = desk.known.sources
    while waiting:
        source = waiting.pop(0)
        name = source.text if isinstance(source, Word) else source.span.text
        kind = sources.get(name.lower())
        if kind is None:
            message = f"no terminal or source is called '{name}'"
            message += suggest(name, (*desk.known.listed, *sources))
            raise refuse(NetlistError, "QN214", message, source.span)
        form = "linear"
        if waiting and isinstance(waiting[0], Word) and waiting[0].text in _SWEEP_FORMS:
            form = waiting.pop(0).text
        taken = [waiting.pop(0) for _ in range(3) if waiting]
        # as on its own card, the value of a V or I card has SPICE's scales and no unit
        is_card = name.lower() in desk.known.lumped
        reader = replace(desk.reader, spice=unit(kind)) if is_card else desk.reader
        values, measured_in = swept_values(form, taken, reader, card.span)
        if measured_in.dimension != unit(kind).dimension:
            message = f"'{name}' is swept in {kind}, not over {described(measured_in)}"
            cure = f".dc {name} 0 1m{kind} 10u{kind}"
            raise refuse(NetlistError, "QN305", message, source.span, help=cure)
        axes.append(Axis(name, values, str(measured_in)))
    return tuple(axes)


def _fields(fields: Sequence[Parameter], said: Said, desk: Desk) -> dict[str, Any]:
    """Values of the fields of an analysis: numbers are plain floats and ints."""
    given: dict[str, Any] = dict(said.settings)
    for parameter in fields:
        if parameter.name not in said.keys or parameter.kind not in NUMERIC:
            continue
        array = numbers(said.keys[parameter.name], desk.values, Refusing(desk.findings))
        if array.shape[0] > 1 or np.isnan(array).any():
            continue
        flat: list[Any] = array.ravel().tolist()
        made = [int(x) if parameter.kind == "int" else x for x in flat]
        given[parameter.name] = tuple(made) if parameter.axes else made[0]
    return given


def _none() -> Span:
    raise LookupError("a class names a positional field that it has not")
