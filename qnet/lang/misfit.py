"""A card that fits no rule, and the place where it stops making sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qnet.diagnostics import Diagnostic, Edit, Label, Span
from qnet.lang.sheet import Sheet
from qnet.lang.tokens import Token

OPENING: Final = {"LPAR": "RPAR", "LSQB": "RSQB", "OPEN": "CLOSE",
                   "GLUED_OPEN": "CLOSE"}  # fmt: skip
CLOSING: Final = frozenset(OPENING.values())
SIGNS: Final = frozenset({"SIGN", "TIGHT", "LOOSE"})
OPERATORS: Final = SIGNS | {
    "STAR", "SLASH", "MODULO", "POWER", "COMPARISON", "AND", "OR", "NOT", "QMARK",
}  # fmt: skip
_BARE: Final = frozenset({"PARAM", "FUNC", "MEAS", "ASSERT"})
_WORDS: Final = {
    "KEY": "a key", "EQUAL": "'='", "NAME": "a name", "NUMBER": "a number",
    "STRING": "a string", "COLON": "':'", "COMMA": "','",
    "LPAR": "an opening parenthesis", "RPAR": "a closing parenthesis",
    "RSQB": "a closing bracket", "CLOSE": "a closing brace",
    "STAR": "an operator", "$END": "the end of the card",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Misfit:
    """A card and the place where it stops making sense.

    Attributes
    ----------
    sheet : Sheet
        The text.
    tokens : sequence of Token
        The card's tokens.
    names : sequence of str
        Their types.
    index : int
        The token that does not fit; the number of tokens if the card ends too early.
    expected : frozenset of str
        Types that would fit.
    """

    sheet: Sheet
    tokens: Sequence[Token]
    names: Sequence[str]
    index: int
    expected: frozenset[str]

    @property
    def name(self) -> str:
        """Type of the token that does not fit; empty at the end of the card."""
        return self.names[self.index] if self.index < len(self.names) else ""

    @property
    def text(self) -> str:
        """The token that does not fit, as written."""
        return self.tokens[self.index].text if self.index < len(self.tokens) else ""

    @property
    def before(self) -> str:
        """Type of the token before it; empty at the start of the card."""
        return self.names[self.index - 1] if self.index else ""

    @property
    def word(self) -> str:
        """Type of the card's first token."""
        return self.names[0]

    def place(self, first: int, last: int | None = None) -> Span:
        """Stretch from one token to another; just after the card if there is none."""
        source, inside = self.sheet.source, self.sheet.inside
        if first >= len(self.tokens):
            stop = self.tokens[-1].stop
            return Span(source, stop, stop + 1, inside)
        end = self.tokens[first if last is None else last].stop
        return Span(source, self.tokens[first].start, end, inside)

    def unclosed(self) -> int | None:
        """Index of the innermost bracket that is open where the card stops fitting."""
        opened: list[int] = []
        for index, name in enumerate(self.names[: self.index]):
            if name in OPENING:
                opened.append(index)
            elif name in CLOSING and opened:
                opened.pop()
        return opened[-1] if opened else None

    def in_expression(self) -> bool:
        """Whether operators may stand here.

        They do in braces, in quotes, among the arguments of a call and on cards with
        bare expressions.
        """
        before = self.names[: self.index]
        braces = before.count("OPEN") + before.count("GLUED_OPEN")
        quotes = before.count("QUOTE") % 2
        opened = self.unclosed()
        is_call = opened is not None and self.names[opened - 1] == "FUNCTION"
        in_call = is_call and self.word in {"LISTING", "DIRECTIVE"}
        in_braces = braces > before.count("CLOSE") or quotes == 1
        return in_braces or in_call or self.word in _BARE

    def wanted(self) -> str:
        """``expected a name or '='``: at most four words for what would fit."""
        words = [word for name, word in _WORDS.items() if name in self.expected][:4]
        if len(words) < 2:
            return f"expected {words[0]}" if words else ""
        return f"expected {', '.join(words[:-1])} or {words[-1]}"

    def finding(
        self,
        code: str,
        message: str,
        label: str = "",
        *,
        at: Span | None = None,
        others: tuple[Label, ...] = (),
        why: str = "",
        fix: str = "",
        instead: str = "",
    ) -> Diagnostic:
        """Diagnostic at the token that does not fit, or elsewhere.

        `instead` is what may be written there unasked, `fix` the help in words.
        """
        at = at or self.place(self.index)
        edit = Edit(at, instead) if instead else None
        return Diagnostic(code, message, Label(at, label), others, why, fix, edit=edit)
