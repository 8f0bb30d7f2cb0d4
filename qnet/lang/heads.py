"""Which model a card means: its letter, its nodes, its trailing words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qnet.diagnostics import NetlistError, Span, refuse, suggest
from qnet.lang.cards import Model
from qnet.lang.frames import Frame
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

    def is_word(self, word: str, frame: Frame) -> bool:
        """Whether a trailing word may be a model's name or a flag."""
        if word in self.words:
            return True
        return any(word in around.models for around in frame.chain())

    def offer(self, frame: Frame) -> list[str]:
        """Every model name in reach."""
        cards = (card for around in frame.chain() for card in around.models.values())
        return [*(card.name.text for card in cards), *self.models]


def head_of(
    letter: str, words: Sequence[str | None], frame: Frame, shelf: Shelf, span: Span
) -> Head:
    """The head of a card from its letter and items.

    Parameters
    ----------
    words : sequence
        Folded text of each positional item; None for what is no plain word.
    span : Span
        Where the card stands.

    Raises
    ------
    NetlistError
        QN204 unknown letter or model, QN207 wrong number of nodes.
    """
    if letter == "s":
        return _by_name(words, frame, shelf, span)
    entries = shelf.by_letter.get(letter, [])
    if not entries:
        raise _unknown_letter(letter, shelf, span)
    for entry in entries:
        counts = entry.pins or range(1, len(words) + 1)
        for pins in counts:
            head = _tail(words[pins:], frame, shelf, entry)
            if pins <= len(words) and head is not None:
                return Head(pins, entry, head.card, head.home, head.flags)
    raise _no_fit(letter, words, frame, shelf, span)


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


def _by_name(
    words: Sequence[str | None], frame: Frame, shelf: Shelf, span: Span
) -> Head:
    """Head of an S card: nodes, a model's name, its flags."""
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
        if not named.entry.pins or k in named.entry.pins:
            return found
        wrong = wrong or found
    if wrong is not None:
        raise _wrong_pins(wrong.entry.name, [wrong.entry], wrong.pins, span)
    last = next((word for word in reversed(words) if word is not None), "")
    if not last:
        message = "an S card names its model after the nodes"
        raise refuse(NetlistError, "QN204", message, span, help="S1 a b barrier T=0.5")
    message = f"unknown model '{last}'{suggest(last, shelf.offer(frame))}"
    raise refuse(NetlistError, "QN204", message, span, help=stray_unit(last))


def _unknown_letter(letter: str, shelf: Shelf, span: Span) -> NetlistError:
    known = sorted({*OWN_LETTERS, "p", *shelf.by_letter})
    message = f"no element begins with the letter '{letter.upper()}'"
    letters = " ".join(known).upper()
    return refuse(NetlistError, "QN204", message, span, help=f"letters are {letters}")


def _no_fit(
    letter: str,
    words: Sequence[str | None],
    frame: Frame,
    shelf: Shelf,
    span: Span,
) -> NetlistError:
    """Why no model of the letter fits: too few nodes, or a word that means nothing."""
    entries = shelf.by_letter[letter]
    counts = sorted({pins for entry in entries for pins in entry.pins})
    name = entries[0].name
    if not counts or len(words) < counts[0] or len(words) == counts[0]:
        return _wrong_pins(name, entries, len(words), span)
    fits = max((c for c in counts if c < len(words)), default=counts[0])
    flags = [flag for entry in entries for flag in entry.flags]
    for word in words[fits:]:
        if word is None:
            break
        if not shelf.is_word(word, frame):
            message = f"'{word}' is no model or flag of '{name}'"
            message += suggest(word, [*flags, *shelf.offer(frame)])
            cure = stray_unit(word)
            return refuse(NetlistError, "QN204", message, span, help=cure)
        message = f"'{word}' is no {name}, which the letter {letter.upper()} means"
        cure = f"write S… nodes {word}"
        return refuse(NetlistError, "QN204", message, span, help=cure)
    return _wrong_pins(name, entries, len(words), span)


def _wrong_pins(
    name: str, entries: Sequence[ModelEntry], given: int, span: Span
) -> NetlistError:
    counts = sorted({pins for entry in entries for pins in entry.pins})
    wanted = " or ".join(str(count) for count in counts)
    plural = "node" if counts == [1] else "nodes"
    message = f"'{name}' has {wanted} {plural}, not {given}"
    return refuse(NetlistError, "QN207", message, span)


def stray_unit(word: str) -> str:
    """Help where a stray word is a unit: ``V=10 meV``."""
    try:
        read_quantity(f"1{word}")
    except BadQuantity:
        return ""
    return "a quantity is written without a blank, 10meV"
