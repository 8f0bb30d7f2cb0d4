"""One format: written text reads back equal and is written again as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.diagnostics import NetlistError, QnetError
from qnet.lang.parse import load, parse
from qnet.lang.write import write_deck
from tests.fuzz.mutants import NETWORKS, mutant, network
from tests.lang.corpus import EVERYTHING, NETLISTS
from tests.lang.test_parse import shown


def formatted(text):
    return write_deck(parse(text))


@pytest.mark.parametrize("text", [*NETLISTS.values(), EVERYTHING])
def test_writing_and_reading_back_is_the_identity(text):
    deck = parse(text)
    written = write_deck(deck)
    assert write_deck(parse(written)) == written
    assert parse(written) == deck
    assert hash(parse(written)) == hash(deck)


@pytest.mark.parametrize("text", [*NETLISTS.values(), EVERYTHING])
def test_written_cards_say_the_same(text):
    """Compare what the cards hold, so that a writer and reader cannot err together."""
    before, after = (
        _contents(parse(text).cards),
        _contents(parse(formatted(text)).cards),
    )
    assert before == after


def _contents(thing):
    """Everything that cards hold but their places."""
    if hasattr(thing, "__dataclass_fields__"):
        fields = [name for name in thing.__dataclass_fields__ if name != "span"]
        if {"text", "parts"} <= set(fields) and thing.parts:
            fields.remove("text")  # `n{k - 1}` is written `n{k-1}`
        return type(thing).__name__, [_contents(getattr(thing, f)) for f in fields]
    if isinstance(thing, (str, int, type(None))):
        return thing
    return [_contents(part) for part in thing]


def test_every_comment_is_kept():
    written = formatted(EVERYTHING)
    for comment in (
        "; and every kind of comment",
        "# a comment",
        "* and another",
        "; after a blank",
        "* between a card and its continuation",
        "; more",
        "; only a comment",
        "* a last comment",
    ):
        assert comment in written
    assert written.count("comment") == EVERYTHING.count("comment")


def test_blanks_case_and_quotes_have_one_form():
    text = "T1   a V = 1mV\n.PARAM b='2 *c' // x\n.Measure m MAX( b )\n.inc \"f\"\n"
    assert formatted(text) == (
        'T1 a V=1mV\n.param b={2*c}  ; x\n.meas m MAX(b)\n.include "f"\n'
    )


def test_blocks_are_indented_and_blank_lines_kept_single():
    text = "\n\nT1 a\n\n\n.for k in 1:2\n.lib s\nW1 a b\n* x\n.endl s\n.ENDFOR\n\n"
    assert formatted(text) == (
        "T1 a\n\n.for k in 1:2\n  .lib s\n    W1 a b\n    * x\n  .endl\n.endfor\n"
    )


def test_long_cards_are_continued():
    text = "T1 a " + " ".join(f"key{i}={i}" for i in range(40))
    lines = formatted(text).splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 88 for line in lines)
    assert all(line.startswith("+ ") for line in lines[1:])
    assert parse(formatted(text)) == parse(text)


def test_a_percent_sign_stays_an_operator():
    for body in ("{5 % -x}", "n{5 % -x}", "{10 % {x}}", "{5 %3}"):
        text = f"W1 a {body}"
        assert parse(formatted(text)) == parse(text)
        assert _contents(parse(formatted(text)).cards) == _contents(parse(text).cards)


def test_brackets_stay_as_they_were_written():
    expression = "(a + b)*c - d*(e - {f})"
    assert formatted(f".assert {expression}\n") == f".assert {expression}\n"


def test_included_cards_are_written_in_place(tmp_path):
    (tmp_path / "m.qnet").write_text(
        '* m\nT1 a\n.include "b.qnet"  ; here\n* n\nT3 c\n'
    )
    (tmp_path / "b.qnet").write_text("T2 b ; two\n")
    assert (
        write_deck(load(tmp_path / "m.qnet")) == "* m\nT1 a\nT2 b  ; two\n* n\nT3 c\n"
    )


def test_decks_that_differ_are_not_equal():
    assert parse("T1 a V=1mV") != parse("T1 a V=1uV")
    assert parse("T1 a") == parse("* x\n\nT1 a ; y")
    assert parse("T1 a") != "T1 a"


@settings(max_examples=100, deadline=None)
@given(st.integers(0, NETWORKS - 1), st.integers(0, 10**6))
def test_random_netlists_keep_their_meaning(number, mutation):
    """Valid networks, and those of the mutants that can be read."""
    for text in (network(number), mutant(mutation)):
        try:
            deck = parse(text)
        except QnetError:
            continue
        written = write_deck(deck)
        again = parse(written)
        assert write_deck(again) == written
        assert again == deck
        assert _contents(again.cards) == _contents(deck.cards)


OPERATORS = ["+", "-", "*", "/", "%", "^", "<", "==", "&&", "||"]
operands = st.sampled_from(["a", "2", "5%", "0.8j", "f(x, y)", "n{k}", "{c}", "R(*)"])
expressions = st.recursive(
    operands,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        st.tuples(st.sampled_from("-+!"), inner).map("".join),
        inner.map("({})".format),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_written_expressions_mean_the_same(text):
    try:
        deck = parse(f".assert {text}")
    except NetlistError:
        return  # chained comparisons
    again = parse(write_deck(deck))
    assert shown(again.cards[0].body) == shown(deck.cards[0].body)
    assert write_deck(again) == write_deck(deck)
