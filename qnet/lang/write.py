"""Deck to text, in one format: what ``qnet fmt`` writes.

Cards are written from their trees, so that numbers, names and brackets stay as they
were spelled; what changes is blanks, line breaks, the case of keywords, and which of
two equal spellings is used (``'x'`` becomes ``{x}``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from qnet.lang.cards import Deck
from qnet.lang.folding import PLUS, is_remark
from qnet.lang.replay import Form
from qnet.lang.rows import Block, Cards
from qnet.lang.sheet import Sheet
from qnet.lang.tokens import lexicon

_WIDTH: Final = 88
_INDENT: Final = "  "
_PERCENT: Final = re.compile(r"%[^A-Za-z0-9_(]")  # would read as part of a number


def write_deck(deck: Deck, *, comments: bool = True) -> str:
    r"""Text of a deck.

    Parameters
    ----------
    deck : Deck
        The deck; included files are written in place of their includes.
    comments : bool
        Whether comments and blank lines are kept.

    Returns
    -------
    str
        A netlist that reads back equal; written once more it stays as it is.

    Examples
    --------
    >>> from qnet.lang.parse import parse
    >>> print(write_deck(parse("T1  a V = 1mV $ source\nB1 a b T='2*g'")), end="")
    T1 a V=1mV  ; source
    B1 a b T={2*g}
    """
    writer = _Writer(deck.sheet, comments)
    writer.cards(deck.cards, 0)
    writer.comments_until(deck.sheet, len(deck.sheet.text), 0)
    return "".join(f"{line}\n" for line in writer.lines)


@dataclass(slots=True)
class _Writer:
    """Lines written so far, and how far each text is written."""

    main: Sheet
    keeps_comments: bool
    lines: list[str] = field(default_factory=list)
    done: dict[Sheet, int] = field(default_factory=dict)

    def cards(self, cards: Cards, level: int) -> None:
        """Write cards, indented to a level."""
        for piece in cards.pieces:
            if isinstance(piece, Block):
                self._card(piece.sheet, piece.head, level)
                self.cards(piece.cards, level + 1)
                self._card(piece.sheet, piece.tail, level, level + 1)
            else:
                for number in piece.numbers:
                    self._card(piece.sheet, number, level)

    def _card(
        self, sheet: Sheet, number: int, level: int, remarks: int | None = None
    ) -> None:
        """Write one card, with the comments before and after it."""
        start, stop = sheet.starts[number], sheet.stop(number)
        if sheet is not self.main:
            self.done.setdefault(sheet, start)
        self.comments_until(sheet, start, level if remarks is None else remarks)
        *before, after = _remarks(sheet, start, stop) if self.keeps_comments else [""]
        self.lines += [_INDENT * level + remark for remark in before if remark]
        words = _words(sheet.forms[number], [t.text for t in sheet.tokens(number)])
        self.lines += _wrapped(words, _INDENT * level)
        if after:
            self.lines[-1] += f"  {after}"
        self.done[sheet] = stop + 1

    def comments_until(self, sheet: Sheet, stop: int, level: int) -> None:
        """Write the comments and blank lines before an offset."""
        start = self.done.get(sheet, 0)
        if not self.keeps_comments or start >= stop:
            return
        for line in sheet.source.text[start:stop].splitlines():
            if is_remark(line):
                self.lines.append(_INDENT * level + _remark(line.strip()))
            elif not line.strip() and self.lines and self.lines[-1]:
                self.lines.append("")
        if stop == len(sheet.text) and self.lines and not self.lines[-1]:
            self.lines.pop()


def _remark(comment: str) -> str:
    """Return a comment with a mark that makes it one wherever it stands."""
    if comment[0] in "*#":
        return comment.rstrip()
    mark = 2 if comment.startswith("//") else 1
    return f"; {comment[mark:].strip()}".rstrip()


def _remarks(sheet: Sheet, start: int, stop: int) -> Iterator[str]:
    """Yield the comment of each line of a card, empty where there is none."""
    text = sheet.source.text
    while start <= stop:
        end = text.find("\n", start)
        end = stop if end < 0 else min(end, stop)
        line = text[start:end]
        if is_remark(line):
            yield _remark(line.strip())
        else:
            plus = PLUS.match(text, start, end)
            place = lexicon().comment(text, plus.end() if plus else start, end)
            yield _remark(text[slice(*place)]) if place else ""
        start = end + 1


def _wrapped(words: Sequence[str], indent: str) -> list[str]:
    """Words on lines of bounded width, continued with ``+``."""
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > _WIDTH:
            lines.append(f"{indent}+ {word}")
        else:
            lines[-1] += f" {word}"
    return lines


def _words(form: Form, tokens: Sequence[str]) -> list[str]:
    """Write a card as words between which it may be broken."""
    made: list[str] = []
    for step in form.steps[:-1]:
        parts = [tokens[p] if p >= 0 else made[~p] for p in step.parts]
        made.append(_SPELLINGS.get(step.rule, _together)(parts))
    card = form.steps[-1]
    parts = [tokens[p] if p >= 0 else made[~p] for p in card.parts]
    return _CARDS.get(card.rule, _plain_card)(parts)


def _together(parts: Sequence[str]) -> str:
    return "".join(parts)


def _binary(parts: Sequence[str]) -> str:
    left, operator, right = parts
    tight = operator in {"*", "/", "^", "**"}
    return f"{left}{operator}{right}" if tight else f"{left} {operator} {right}"


def _tight(parts: Sequence[str]) -> str:
    tight = "".join(parts).replace(" ", "")
    return "".join(parts) if _PERCENT.search(tight) else tight


def _assignment(parts: Sequence[str]) -> str:
    return "".join(parts) if parts[-1].startswith("{") else _tight(parts)


def _list(parts: Sequence[str]) -> str:
    return f"({' '.join(part for part in parts[1:-1] if part != ',')})"


def _matrix(parts: Sequence[str]) -> str:
    return f"[{', '.join(part for part in parts[1:-1] if part != ',')}]"


_SPELLINGS: Final[dict[str, Callable[[Sequence[str]], str]]] = {
    "binary": _binary,
    "conditional": " ".join,
    "quoted": lambda parts: f"{{{parts[1]}}}",
    "inserted": _tight,
    "assignment": _assignment,
    "list": _list,
    "matrix": _matrix,
}
"""Rules whose parts are not simply written one after the other."""


def _plain_card(parts: Sequence[str]) -> list[str]:
    word, *rest = parts
    return [word.lower() if word.startswith(".") else word, *rest]


def _title(parts: Sequence[str]) -> list[str]:
    return [f".title {parts[0][len('.title') :].strip()}".rstrip()]


def _func(parts: Sequence[str]) -> list[str]:
    head = parts[1 : parts.index(")") + 1]
    return [".func", f"{''.join(head)}={parts[-1]}"]


def _model(parts: Sequence[str]) -> list[str]:
    _, name, kind, *rest = parts
    settings = [part for part in rest if part not in {"(", ")", ","}]
    if not settings:
        return [".model", name, kind]
    settings[0] = f"{kind}({settings[0]}"
    settings[-1] += ")"
    return [".model", name, *settings]


def _subckt(parts: Sequence[str]) -> list[str]:
    words = [part for part in parts[1:] if part != ":"]
    first = next((i for i, word in enumerate(words) if "=" in word), len(words))
    if first < len(words) and words[first - 1].lower() == "params":
        del words[first - 1]
        first -= 1
    return [
        ".subckt",
        *words[:first],
        *["params:"][: len(words) - first],
        *words[first:],
    ]


def _for(parts: Sequence[str]) -> list[str]:
    return [".for", parts[1], "in", parts[3]]


def _step(parts: Sequence[str]) -> list[str]:
    if "(" not in parts[2:3]:
        return _plain_card(parts)
    stop = parts.index(")")
    names = " ".join(part for part in parts[3:stop] if part != ",")
    return [".step", f"{parts[1].lower()}({names})", *parts[stop + 1 :]]


def _statistic(parts: Sequence[str]) -> list[str]:
    return [".meas", parts[1], parts[2].lower(), *parts[3:]]


_CARDS: Final[dict[str, Callable[[Sequence[str]], list[str]]]] = {
    "title": _title,
    "func": _func,
    "model": _model,
    "subckt": _subckt,
    "for": _for,
    "step": _step,
    "meas": lambda parts: [".meas", *parts[1:]],
    "statistic": _statistic,
    "include": lambda parts: [".include", *parts[1:]],
    "ends": lambda parts: [".ends"],
    "endl": lambda parts: [".endl"],
}
"""Cards that are more than words between blanks."""
