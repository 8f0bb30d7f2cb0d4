"""Element cards: which model, which nodes, what the keys say."""

from __future__ import annotations

from collections.abc import Set
from functools import cache
from typing import Final

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import NetlistError, Span, refuse
from qnet.lang.cards import Model
from qnet.lang.expansion import Expansion
from qnet.lang.frames import Frame
from qnet.lang.habits import is_waveform, meaning
from qnet.lang.heads import OWN_LETTERS, Head, Items, Shelf, head_of, stray_unit
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.keys import Key, Keyring
from qnet.lang.matching import Said, Speaker, said_by, said_by_args
from qnet.lang.nodes import MOST_REPORTED
from qnet.lang.rows import Column
from qnet.lang.runs import Run, partitioned
from qnet.lang.texts import lowered, pages_of
from qnet.registry import ModelEntry, Parameter, parameters
from qnet.units import read_quantity, unit

TERMINAL: Final = (
    Parameter("V", "real", None, "V", doc="voltage that it holds"),
    Parameter("I", "real", None, "A", doc="current that it drives into the device"),
    Parameter("temp", "real", None, "K", low=0, doc="temperature, else .temp"),
    Parameter("type", "choice", "n", choices=("n", "sc"), doc="normal, or not"),
    Parameter("Delta", "real", None, "eV", low=0, doc="gap of a superconductor"),
    Parameter("phase", "real", 0.0, "rad", odd=True, doc="phase of a superconductor"),
    Parameter("pol", "real", 0.0, low=-1, high=1, doc="spin polarisation"),
    Parameter(
        "axis", "real", (0.0, 0.0, 1.0), odd=True, axes=("component",),
        doc="direction of the polarisation",
    ),
    Parameter(
        "absorb", "real", 1.0, low=0, high=1,
        doc="probability that it absorbs what a chiral edge brings",
    ),
)  # fmt: skip
"""Keys of a T card."""

PROBE: Final = (
    Parameter(
        "type", "choice", "voltage", choices=("voltage", "thermal", "dephasing"),
        doc="what it keeps at zero: current, heat as well, current at each energy",
    ),
    Parameter("temp", "real", None, "K", low=0, doc="temperature, else .temp"),
)  # fmt: skip
"""Keys of a P card with one pin."""

LUMPED: Final = {
    "v": (Parameter("value", "spice", 0.0, "V"),),
    "i": (Parameter("value", "spice", 0.0, "A"),),
    "r": (
        Parameter("value", "spice", 0.0, "Ohm", low=0),
        Parameter("temp", "real", None, "K", low=0, doc="for its noise, else .temp"),
    ),
    "c": (Parameter("value", "spice", 0.0, "F", low=0),),
}
"""The positional value of V, I, R and C cards, and their keys."""

_RESERVOIR: Final = {"t": Keyring(TERMINAL, "T"), "p": Keyring(PROBE, "P")}

_EXAMPLES: Final = {"v": "1mV", "i": "1nA", "r": "10k", "c": "1p"}


def read_elements(expansion: Expansion, run: Run) -> None:
    """Resolve a run of cards that are no subcircuit, and put it in the inventory.

    Raises
    ------
    NetlistError
        QN204 to QN207 for models, keys and pins, QN3xx for values.
    """
    letter = run.group.letter
    if letter in LUMPED:
        _lumped(expansion, run)
    elif letter == "t" or (letter == "p" and len(run.group.items) <= 1):
        for piece in partitioned(run, _telling_columns(run)):
            _reservoir(expansion, piece)
    else:
        columns = [*_telling_columns(run), *_trailing_columns(run, expansion.shelf)]
        for piece in partitioned(run, columns):
            _scatterers(expansion, piece)


def _telling_columns(run: Run) -> list[Column]:
    """Columns of words, texts and lists of keys: equal for all cards of a batch."""
    return [
        column
        for column in run.group.values
        if column.kind in ("word", "text") or column.is_list(run.cards[0])
    ]


def _trailing_columns(run: Run, shelf: Shelf) -> list[Column]:
    """Columns of items that name a model or a flag, from the end."""
    known = shelf.words_in(run.frame)
    trailing = []
    for column in reversed(run.group.items):
        is_plain = column.kind == "word"
        if not (is_plain and _says_one_of(column, known)):
            break
        trailing.append(column)
    return trailing


def _says_one_of(column: Column, known: Set[str]) -> bool:
    pages = pages_of(lowered(column.texts))
    return not all(known.isdisjoint(page) for page in pages)


def _lumped(expansion: Expansion, run: Run) -> None:
    """V, I, R and C cards: two nodes and a value."""
    letter, items = run.group.letter, run.group.items
    if len(items) != 3:
        what = OWN_LETTERS[letter]
        message = f"a {what} has two nodes and a value"
        cure = f"{letter.upper()}1 n1 n2 {_EXAMPLES[letter]}"
        if len(items) > 3 and is_waveform(items[2].texts[run.cards[0]]):
            cure = f"all sources are steady, and need no such word: {cure}"
        raise refuse(NetlistError, "QN207", message, run.place(0), help=cure)
    value, *keys = LUMPED[letter]
    keyring = Keyring(keys, OWN_LETTERS[letter])
    said = said_by(run, keyring, expansion.found.findings, expansion.find_file)
    said.keys["value"] = Key(
        value, run.cell(items[2], spice=True, plain_as=unit(value.unit))
    )
    _note_scales(expansion, run)
    _add(expansion, run, letter.upper(), 2, said, LUMPED[letter])


def _note_scales(expansion: Expansion, run: Run) -> None:
    """A note for a value like ``10K``, which a physicist would read as kelvin."""
    column = run.group.items[2]
    if column.kind != "number":
        return
    for text in dict.fromkeys(run.texts(column)):
        if text[-1] not in "TKF":
            continue
        remark = read_quantity(text, spice=True).remark
        if remark:
            row = run.texts(column).index(text) * run.frame.size
            expansion.found.findings.note("QN312", remark, run.spanned(column)(row))


def _reservoir(expansion: Expansion, run: Run) -> None:
    """T cards, and P cards with one pin."""
    letter = run.group.letter
    keyring = _RESERVOIR[letter]
    if len(run.group.items) != 1:
        message = f"a {OWN_LETTERS.get(letter, 'probe')} has one node"
        cure = _stray_item(run, letter)
        raise refuse(NetlistError, "QN207", message, run.place(0), help=cure)
    said = said_by(run, keyring, expansion.found.findings, expansion.find_file)
    if {"V", "I"} <= said.names():
        message = "a terminal holds its voltage or drives a current, not both"
        raise refuse(NetlistError, "QN314", message, run.place(0))
    _check_superconductor(run, said)
    if "axis" in said.keys and said.keys["axis"].extent != (3,):
        message = "'axis' has three components"
        raise refuse(NetlistError, "QN310", message, said.places["axis"](0))
    _add(expansion, run, keyring.owner, 1, said, keyring.fields)


def _stray_item(run: Run, letter: str) -> str:
    """Help where something stands after the node of a T or P."""
    texts = [column.texts[run.cards[0]] for column in run.group.items[1:]]
    if not texts:
        return f"{letter.upper()}1 n1"
    is_value = len(texts) == 1 and texts[0][0].isdigit()
    if letter == "t" and (is_value or is_waveform(texts[0])):
        return "its voltage is a key, as in `T1 n1 V=1mV`"
    return stray_unit(texts[0]) or meaning(letter)


def _check_superconductor(run: Run, said: Said) -> None:
    """A gap goes with ``type=sc``.

    Raises
    ------
    NetlistError
        QN205: one without the other.
    """
    is_superconductor = said.settings.get("type") == "sc"
    if is_superconductor and "Delta" not in said.keys:
        message = "a superconductor needs its gap, 'Delta'"
        raise refuse(NetlistError, "QN205", message, run.place(0), help="Delta=180ueV")
    for name in ("Delta", "phase"):
        if name in said.keys and not is_superconductor:
            message = f"'{name}' belongs to a superconductor"
            span = said.places[name](0)
            raise refuse(NetlistError, "QN205", message, span, help="add type=sc")


def _scatterers(expansion: Expansion, run: Run) -> None:
    """A run of scatterers; if it is refused, the reason of each of its first cards."""
    try:
        _scatterer(expansion, run)
    except NetlistError:
        for k in run.cards[:MOST_REPORTED]:
            with expansion.found.findings.gathering():
                _scatterer(expansion, Run(run.frame, run.group, [k]))


def _scatterer(expansion: Expansion, run: Run) -> None:
    """Every other card: a registered model."""
    columns = run.group.items
    words = tuple(
        column.texts[run.cards[0]].lower() if column.kind == "word" else None
        for column in columns
    )

    def place(item: int) -> Span:
        return run.place(0) if item < 0 else run.spanned(columns[item])(0)

    items = Items(run.group.letter, words, place)
    head = head_of(items, run.frame, expansion.shelf)
    keyring = keyring_of(head.entry)
    for piece in _by_spelling(run) if keyring.case_matters else [run]:
        said = _said_by_scatterer(expansion, piece, head, keyring)
        missing = keyring.missing(said.names())
        if missing:
            named = " and ".join(f"'{p.name}'" for p in missing)
            message = f"'{head.entry.name}' needs {named}"
            cure = "; ".join(f"{p.name}=: {p.doc}" for p in missing if p.doc)
            raise refuse(NetlistError, "QN205", message, piece.place(0), help=cure)
        _add(expansion, piece, "S", head.pins, said, keyring.fields, head.entry)


def _said_by_scatterer(
    expansion: Expansion, run: Run, head: Head, keyring: Keyring
) -> Said:
    """Keys of the ``.model`` card, then those of the cards, then the flags."""
    findings, find_file = expansion.found.findings, expansion.find_file
    base = None
    if head.card is not None and head.home is not None:
        base = said_by_args(
            head.card.args,
            keyring,
            findings,
            Speaker(head.home, run.rows, _rows_at(run, head.home), _as_is, find_file),
        )
    said = said_by(run, keyring, findings, find_file, base=base)
    said.settings.update(head.settings())
    return said


def check_model(card: Model, frame: Frame, expansion: Expansion) -> None:
    """Check the keys of a ``.model`` card, whether an element names it or not."""
    entry = expansion.shelf.models.get(card.kind.text.lower())
    if entry is not None:
        speaker = Speaker(frame, frame.size, None, _as_is, expansion.find_file)
        findings = expansion.found.findings
        said_by_args(card.args, keyring_of(entry), findings, speaker)


def refuse_spins(found: Inventory, spin: int | str) -> None:
    """Errors for models that count their spins otherwise than ``.options spin=``."""
    for batch in found.batches:
        name = "" if batch.entry is None else batch.entry.name
        if getattr(batch.model, "spin_counted", False) and spin != 1:
            found.findings.error(
                "QN315",
                f"'{name}' counts its spins itself: it goes with spin=1",
                batch.place(0),
                help="leave out .options spin=",
            )
        elif getattr(batch.model, "spinful", False) is True and spin != "full":
            found.findings.error(
                "QN315",
                f"'{name}' acts on spins: it goes with spin=full",
                batch.place(0),
                help="write .options spin=full",
            )


def _rows_at(run: Run, home: Frame) -> Ints | None:
    """Row of the frame of a ``.model`` card for each row of a run."""
    if home.size == 1:
        return None
    up = run.frame.rows_in(home)
    rows = np.tile(np.arange(run.frame.size), len(run.cards))
    return rows if up is None else up[rows]


def keyring_of(entry: ModelEntry) -> Keyring:
    """Keys of a registered model."""
    return _keyring(entry.model, entry.name)


@cache
def _keyring(model: type, name: str) -> Keyring:
    return Keyring(parameters(model), name)


def _add(
    expansion: Expansion,
    run: Run,
    kind: str,
    pins: int,
    said: Said,
    fields: tuple[Parameter, ...],
    entry: ModelEntry | None = None,
) -> None:
    """Put a run into the inventory, its names and nodes resolved."""
    naming = expansion.naming
    names = naming.names(run)
    nodes = [naming.nodes(run, column) for column in run.group.items[:pins]]
    expansion.elements.claim(names, run.place)
    model = None if entry is None else entry.model
    expansion.found.batches.append(
        Batch(
            kind,
            names,
            np.stack(nodes, 1),
            said,
            fields,
            run.order(),
            run.place,
            run.frame,
            entry,
            model,
        )
    )


def _by_spelling(run: Run) -> list[Run]:
    """The run in pieces of cards that spell their keys the same way."""
    pieces: dict[tuple[str, ...], list[int]] = {}
    for k in run.cards:
        names = tuple(arg.name.text for arg in run.group.card(k).args)
        pieces.setdefault(names, []).append(k)
    return [Run(run.frame, run.group, cards) for cards in pieces.values()]


def _as_is(span: Span, _row: int) -> Span:
    return span
