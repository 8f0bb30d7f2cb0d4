"""From a form and the tokens of one card to the card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qnet.diagnostics import Source, Span
from qnet.lang import cards
from qnet.lang.dotcards import DOT_CARDS
from qnet.lang.phrases import PHRASES, Maker, Part, Place, only
from qnet.lang.replay import Form
from qnet.lang.tokens import Token


def make_card(
    form: Form, tokens: Sequence[Token], source: Source, inside: Span | None = None
) -> cards.Card:
    """Replay the tree of a card on its tokens.

    Parameters
    ----------
    form : Form
        The tree.
    tokens : sequence of Token
        The card's tokens, of the types of the form.
    source : Source
        The text that the tokens are of.
    inside : Span, optional
        The card that brought this text in.

    Returns
    -------
    cards.Card
        Blocks come without their cards.

    Raises
    ------
    NetlistError
        QN121: a word of the card is not one that may stand there.
    """

    def place(token: Token) -> Span:
        return Span(source, token.start, token.stop, inside)

    made: list[Part] = []
    for step in form.steps:
        parts = [tokens[p] if p >= 0 else made[~p] for p in step.parts]
        span = Span(source, tokens[step.first].start, tokens[step.last].stop, inside)
        made.append(_MAKERS[step.rule](parts, place, span))
    card: cards.Card = made[-1]
    return card


def _element(parts: Sequence[Part], place: Place, span: Span) -> cards.Element:
    items = tuple(p for p in parts[1:] if not isinstance(p, cards.Arg))
    return cards.Element(parts[0], items, only(parts, cards.Arg), span)


_MAKERS: Final[dict[str, Maker]] = {"element": _element, **PHRASES, **DOT_CARDS}
