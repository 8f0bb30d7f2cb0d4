"""The tree of a card, learned from Lark once for each sequence of token types.

An LALR tree depends on the token types alone. So a `Form` is the tree of all cards with
one sequence of types: its steps say which tokens make which rule, bottom up, and are
replayed on the tokens of any such card. New sequences, and those that are no card, go
to Lark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from qnet.diagnostics import Span
from qnet.lang.tables import stored_tree
from qnet.lang.tokens import lexicon, parser, unqualified
from qnet.limits import LIMITS, within

if TYPE_CHECKING:
    from lark import Token, Tree

_KEPT_FORMS: Final = 10_000
_LONGEST_KEPT: Final = 200
_WORTH_COMPILING: Final = 100  # a pattern costs as much as tokenising so many cards
_LONGEST_PATTERN: Final = 100
_OPENING: Final = frozenset({"LPAR", "LSQB", "OPEN", "GLUED_OPEN"})
_CLOSING: Final = frozenset({"RPAR", "RSQB", "CLOSE"})


class Step(NamedTuple):
    """One rule of a tree.

    Attributes
    ----------
    rule : str
        Name of the rule or of its alternative.
    parts : tuple of int
        What it is made of: a token's index, or ``~i`` for the outcome of step i.
    first, last : int
        Indices of the first and the last token that it covers.
    """

    rule: str
    parts: tuple[int, ...]
    first: int
    last: int


class Fault(NamedTuple):
    """Where Lark gives up, and what would have gone on.

    `token` is the index of the first that does not fit; the number of tokens if the
    card ends too early. `expected` holds names of terminals, ``$END`` among them.
    """

    token: int
    expected: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """All that cards with one sequence of token types share.

    Attributes
    ----------
    kinds : bytes
        The token types.
    rule : str
        What card it is: the rule of the last step; empty for a fault.
    steps : tuple of Step
        The tree, bottom up; empty for a fault.
    depth : int
        Levels of the tree.
    """

    kinds: bytes
    rule: str
    steps: tuple[Step, ...]
    depth: int
    fault: Fault | None = None


_forms: dict[bytes, Form] = {}


def form_of(kinds: bytes, span: Span | None = None) -> Form:
    """Form of the cards with these token types.

    Parameters
    ----------
    kinds : bytes
        Token types, as `Lexicon.kinds` gives them for one line.
    span : Span, optional
        A card of this form, named when it is too large.

    Raises
    ------
    LimitError
        QN804, QN805: too many words, or nested too deep.
    """
    form = _forms.get(kinds)
    if form is None:
        form = _learned(kinds, span)
        if len(kinds) <= _LONGEST_KEPT and len(_forms) < _KEPT_FORMS:
            _forms[kinds] = form
    if form.depth > LIMITS["expression depth"].value:
        within("expression depth", form.depth, span)
    return form


_uses: Counter[Form] = Counter()


def note_use(form: Form) -> None:
    """Count a card of a form, if cards like it may have patterns of their own."""
    is_short = form.rule == "element" and len(form.kinds) <= _LONGEST_PATTERN
    if is_short and (form in _uses or len(_uses) < _KEPT_FORMS):
        _uses[form] += 1


def is_common(form: Form) -> bool:
    """Whether so many cards had this form, in any netlist, that a pattern is worth it.

    A form nested deeper than the limit is left to `form_of`, which refuses it.
    """
    deepest = LIMITS["expression depth"].value
    return _uses[form] >= _WORTH_COMPILING and form.depth <= deepest


def _learned(kinds: bytes, span: Span | None) -> Form:
    """Ask Lark about a sequence of token types not seen before."""
    within("card words", len(kinds), span)
    words = lexicon()
    within("expression depth", _brackets(map(words.names.__getitem__, kinds)), span)
    known = stored_tree(kinds)
    if known is None:
        return grown(kinds)
    steps = (Step(rule, tuple(parts), *ends) for rule, parts, *ends in known)
    return _with_depth(kinds, tuple(steps))


def _with_depth(kinds: bytes, steps: tuple[Step, ...]) -> Form:
    """The form of a card with these steps."""
    levels: list[int] = []
    for step in steps:
        below = (levels[~part] for part in step.parts if part < 0)
        levels.append(1 + max(below, default=0))
    return Form(kinds, steps[-1].rule, steps, levels[-1])


@lru_cache(8)  # a card too long to be kept is looked at several times in a row
def grown(kinds: bytes) -> Form:
    """Feed token types to Lark, and flatten its tree."""
    from lark import Token, UnexpectedToken

    words = lexicon()
    state = parser().parse_interactive()
    try:
        for index, kind in enumerate(kinds):
            state.feed_token(Token(words.types[kind], "", start_pos=index))
        tree = state.feed_token(Token("$END", "", start_pos=len(kinds)))
    except UnexpectedToken as error:
        expected = frozenset(map(unqualified, error.expected))
        return Form(kinds, "", (), 0, Fault(error.token.start_pos or 0, expected))
    return _with_depth(kinds, _steps(tree))


def _brackets(names: Iterable[str]) -> int:
    """Deepest nesting of brackets."""
    depth = deepest = 0
    for name in names:
        if name in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif name in _CLOSING:
            depth -= 1
    return deepest


def _steps(tree: Tree[Token]) -> tuple[Step, ...]:
    """Flatten a tree bottom up."""
    from lark import Token

    steps: list[Step] = []
    place: dict[int, int] = {}
    for branch in tree.iter_subtrees():
        parts: list[int] = []
        for child in branch.children:
            if isinstance(child, Token):
                parts.append(child.start_pos or 0)
            else:
                parts.append(~place[id(child)])
        first = parts[0] if parts[0] >= 0 else steps[~parts[0]].first
        last = parts[-1] if parts[-1] >= 0 else steps[~parts[-1]].last
        place[id(branch)] = len(steps)
        steps.append(Step(unqualified(str(branch.data)), tuple(parts), first, last))
    return tuple(steps)


@lru_cache(256)
def run_pattern(kinds: bytes) -> re.Pattern[str]:
    """Expression that matches as many lines of these token types as follow another.

    The terminals of an element card exclude one another, so that matching each in turn,
    without going back, is what the lexer does.
    """
    return re.compile(f"(?:{line_expression(kinds)})*+")


def line_expression(kinds: bytes, slots: Sequence[tuple[int, int]] = ()) -> str:
    """Expression for a whole line of these token types, its end included.

    Parameters
    ----------
    kinds : bytes
        The token types.
    slots : sequence of (first, last)
        Tokens that make a group of the expression together.
    """
    words = lexicon()
    opens, closes = {first for first, _ in slots}, {last for _, last in slots}
    tokens = r"[ \t]*+".join(
        f"{'(' * (i in opens)}(?>{words.sources[kind]}){')' * (i in closes)}"
        for i, kind in enumerate(kinds)
    )
    comment = words.sources[words.kind("COMMENT")]
    return rf"[ \t]*+{tokens}[ \t\r]*+(?>{comment})?+\n"
