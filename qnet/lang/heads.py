"""Which model a card means: its letter, its nodes, its trailing words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qnet.diagnostics import NetlistError, Span, nearest, refuse, suggest
from qnet.lang.cards import Model
from qnet.lang.frames import Frame
from qnet.lang.habits import letter_cure, meaning
from qnet.lang.titles import TITLE_HELP, begins_the_text
from qnet.registry import ModelEntry
from qnet.units import BadQuantity, read_quantity

OWN_LETTERS = {
    "t": "terminal",
    "v": "voltage source",
    "i": "current source",
    "r": "resistor",
    "c": "capacitor",
    "x": "subcircuit",
    "s": "any scatterer by its model's name",
}
"""Letters that the language itself knows; P with one pin is a probe."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the first words of a card say.

    Attributes
    ----------
    pins : int
        How many of its items are nodes.
    entry : ModelEntry
        The scatterer.
    card : Model, optional
        The ``.model`` card it names, and in `home` the frame of that card.
    flags : tuple of str
        Bare words after the model.
    """

    pins: int
    entry: ModelEntry
    card: Model | None = None
    home: Frame | None = None
    flags: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """Fields that the flags set, those of the ``.model`` card first."""
        words = [*self.flags]
        if self.card is not None:
            words = [word.text.lower() for word in self.card.flags] + words
        found: dict[str, Any] = {}
        for word in words:
            found.update(self.entry.flags[word])
        return found


@dataclass(frozen=True, slots=True)
class Shelf:
    """The registered models, looked up by folded name, letter and flag."""

    models: Mapping[str, ModelEntry]
    by_letter: dict[str, list[ModelEntry]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name, entry in self.models.items():
            if entry.letter:
                self.by_letter.setdefault(entry.letter.lower(), []).append(entry)
            self.words.update((name, *entry.flags))

    def named(self, word: str, frame: Frame) -> Head | None:
        """Model that a word names: a ``.model`` card in reach, or a registered one."""
        for around in frame.chain():
            card = around.models.get(word)
            if card is not None:
                entry = self.models.get(card.kind.text.lower())
                return None if entry is None else Head(0, entry, card, around)
        entry = self.models.get(word)
        return None if entry is None else Head(0, entry)

    def words_in(self, frame: Frame) -> set[str]:
        """Folded words that name a model in reach or a flag."""
        return self.words.union(*(around.models for around in frame.chain()))

    def offer(self, frame: Frame) -> list[str]:
        """Every model name in reach."""
        cards = (card for around in frame.chain() for card in around.models.values())
        return [*(card.name.text for card in cards), *self.models]


@dataclass(frozen=True, slots=True)
class Items:
    """The positional items of a card.

    Attributes
    ----------
    words : tuple
        Folded text of each; None for what is no plain word.
    place : callable
        Span of an item by its number, of the card for -1.
    """

    letter: str
    words: tuple[str | None, ...]
    place: Callable[[int], Span]


def head_of(items: Items, frame: Frame, shelf: Shelf) -> Head:
    """The head of a card from its letter and items.

    Raises
    ------
    NetlistError
        QN204 unknown letter or model, QN207 wrong number of nodes.
    """
    if items.letter == "s":
        return _by_name(items, frame, shelf)
    entries = shelf.by_letter.get(items.letter, [])
    if not entries:
        raise _unknown_letter(items, shelf)
    words = items.words
    for entry in entries:
        for pins in entry.pins or range(1, len(words) + 1):
            head = _tail(words[pins:], frame, shelf, entry)
            if pins <= len(words) and head is not None:
                return Head(pins, entry, head.card, head.home, head.flags)
    raise _no_fit(items, frame, shelf)


def _tail(
    words: Sequence[str | None], frame: Frame, shelf: Shelf, entry: ModelEntry
) -> Head | None:
    """A head whose trailing words are flags of a model, and at most once its name."""
    found = Head(0, entry)
    flags: list[str] = []
    for word in words:
        if word is None:
            return None
        if word in entry.flags:
            flags.append(word)
            continue
        named = shelf.named(word, frame)
        if named is None or named.entry.name != entry.name or found.card is not None:
            return None
        found = named
    return Head(0, entry, found.card, found.home, tuple(flags))


def _by_name(items: Items, frame: Frame, shelf: Shelf) -> Head:
    """Head of an S card: nodes, a model's name, its flags."""
    words = items.words
    wrong: Head | None = None
    for k in range(len(words) - 1, -1, -1):
        word = words[k]
        named = None if word is None else shelf.named(word, frame)
        if named is None:
            continue
        head = _tail(words[k + 1 :], frame, shelf, named.entry)
        if head is None or head.card is not None:
            continue
        found = Head(k, named.entry, named.card, named.home, head.flags)
        if k in named.entry.pins or (k and not named.entry.pins):
            return found
        wrong = wrong or found
    if wrong is not None:
        raise _wrong_pins([wrong.entry], wrong.pins, items.place(-1))
    last = max((k for k, word in enumerate(words) if word is not None), default=-1)
    if last < 0:
        message, cure = "an S card names its model", "S1 a b barrier T=0.5"
        raise refuse(NetlistError, "QN204", message, items.place(-1), help=cure)
    word = words[last] or ""
    near = nearest(word, shelf.offer(frame))
    message = f"unknown model '{word}'{near}"
    cure = stray_unit(items.place(last).text)
    if not near:
        cure = cure or "S names its model after the nodes: `S1 n1 n2 barrier T=0.5`"
    place = items.place(last)
    # A name of the netlist's own may be near by chance: `left` and `lift`.
    named = shelf.named(near.name.lower(), frame) if near else None
    is_own = named is None or named.card is not None
    edit = None if is_own or cure else near.edit(place, word)
    raise refuse(NetlistError, "QN204", message, place, help=cure, edit=edit)


def _unknown_letter(items: Items, shelf: Shelf) -> NetlistError:
    known = sorted({*OWN_LETTERS, "p", *shelf.by_letter})
    message = f"no element begins with the letter '{items.letter.upper()}'"
    span = items.place(-1)
    cure = letter_cure(items.letter)
    cure = cure or f"letters are {' '.join(known).upper()}"
    if begins_the_text(span):
        cure = TITLE_HELP
    return refuse(NetlistError, "QN204", message, span, help=cure)


def _no_fit(items: Items, frame: Frame, shelf: Shelf) -> NetlistError:
    """Why no model of the letter fits: too few nodes, or a word that means nothing."""
    entries = shelf.by_letter[items.letter]
    counts = sorted({pins for entry in entries for pins in entry.pins})
    fits = max((count for count in counts if count < len(items.words)), default=None)
    first = items.place(-1).text.split()[0]
    cure = meaning(items.letter)
    if shelf.named(first.lower(), frame) is not None:
        letter = items.letter.upper()
        cure = f"a name comes first: `{letter}1 n1 n2 …`, or `S1 n1 n2 {first} …`"
    wrong = _wrong_pins(entries, len(items.words), items.place(-1), cure)
    if fits is None or items.words[fits] is None:
        return wrong
    word, span = items.words[fits] or "", items.place(fits)
    name = entries[0].name
    if word in shelf.words_in(frame):
        letter = items.letter.upper()
        message = f"'{word}' is no {name}, which the letter {letter} means"
        cure = f"a scatterer by its model's name is S{letter}1 nodes {word}"
        return refuse(NetlistError, "QN204", message, span, help=cure)
    flags = [flag for entry in entries for flag in entry.flags]
    near = suggest(word, [*flags, *shelf.offer(frame)])
    cure = stray_unit(span.text)
    if not near and not cure:
        return wrong
    message = f"'{word}' is no model or flag of '{name}'{near}"
    return refuse(NetlistError, "QN204", message, span, help=cure)


def _wrong_pins(
    entries: Sequence[ModelEntry], given: int, span: Span, cure: str = ""
) -> NetlistError:
    """The error for a number of nodes that no model has."""
    wanted = " and ".join(
        f"'{entry.name}' {' or '.join(map(str, entry.pins))}" for entry in entries
    )
    if not entries[0].pins:
        message = f"'{entries[0].name}' names its nodes before its model"
        return refuse(NetlistError, "QN207", message, span)
    if len(entries) == 1:
        count = " or ".join(map(str, entries[0].pins))
        plural = "node" if count == "1" else "nodes"
        message = f"'{entries[0].name}' has {count} {plural}, not {given}"
    else:
        message = f"{given} nodes fit no model of this letter: {wanted}"
    return refuse(NetlistError, "QN207", message, span, help=cure)


def stray_unit(word: str) -> str:
    """Help where a stray word is a unit: ``V=10 meV``."""
    try:
        found = read_quantity(f"1{word}")
    except BadQuantity:
        return ""
    is_unit = not found.unit.is_plain or word in ("deg", "rad", "%")
    return "a quantity is written without a blank, 10meV" if is_unit else ""
