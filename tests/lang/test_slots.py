"""Columns of equal cards: cut at blanks, by one expression, or card by card."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qnet.diagnostics import Source
from qnet.lang import slots
from qnet.lang.sheet import read_sheet
from qnet.lang.tokens import COMMENT_SIGNS, lexicon

WORDS = st.sampled_from(["a", "n1", "B", "5", "0.5meV", "1.", ".5", "50%", "x_2"])
VALUES = st.sampled_from(["1", "2.5mV", "dephasing", ".1", "3.", "1e-3", "µ"])
BLANKS = st.sampled_from([" ", "  ", "\t", ""])
TAILS = st.sampled_from(["", " ", "\r", "; a", " ;b", "//c=1", " $ d"])


@st.composite
def lines(draw):
    """Lines of a few forms: a name, words and keys, blanks anywhere."""
    kinds = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    keys = draw(st.lists(st.sampled_from(["T", "phi"]), min_size=4, max_size=4))
    made = []
    for number in range(draw(st.integers(1, 6))):
        line = f"W{number}"
        for is_key, key in zip(kinds, keys, strict=False):
            line += draw(BLANKS) + " " * draw(st.integers(0, 1))
            if is_key:
                line += key + draw(BLANKS) + "=" + draw(BLANKS) + draw(VALUES)
            else:
                line += draw(WORDS)
        made.append(line + draw(TAILS))
    return made


@given(lines())
def test_cards_cut_at_blanks_are_those_of_the_grammar(cards):
    sheet = read_sheet(Source("cards", "\n".join(cards)))
    form = sheet.forms[0]
    assume(form.rule == "element" and all(f is form for f in sheet.forms))
    assume(len(sheet) == len(cards))
    one_by_one = list(zip(*[slots._cut(sheet, slots.slots_of(form), n)
                            for n in range(len(cards))], strict=True))  # fmt: skip
    found = slots._at_blanks(form, sheet.text, len(cards))
    if found is not None:
        assert [tuple(column) for column in found] == one_by_one
    by_expression = slots._split(form, sheet.text)
    assert by_expression is not None
    assert [tuple(column) for column in by_expression] == one_by_one
    apart = slots._matched(sheet, form, np.arange(len(cards)))
    assert [tuple(column) for column in apart] == one_by_one


@pytest.mark.parametrize(
    ("cards", "is_plain"),
    [
        (["W1 a b phi=0.1", "W2 b c phi=2"], True),
        (["W1 a b phi=0.1", "W2 b c\tphi=2 \r"], True),
        (["W1 a b phi=0.1", "W2 b c phi = 2"], False),
        (["W1 a b phi=0.1", "W2 b c phi=2;x"], False),
        (["W1 a b phi=0.1", "W2 b c Phi=2"], False),
        (["W1 a b phi=0.1 T=1", "W2 b c phi =1 T=2 // a"], False),
        (["W1 a b 1..5", "W2 b c 1 5"], False),
        (["W1 a b phi={x}", "W2 b c phi={y}"], False),
    ],
)
def test_blanks_part_cards_only_where_they_must(cards, is_plain):
    sheet = read_sheet(Source("cards", "\n".join(cards)))
    assert sheet.forms[0] is sheet.forms[1]
    found = slots._at_blanks(sheet.forms[0], sheet.text, 2)
    assert (found is not None) == is_plain


def test_every_comment_begins_with_one_of_the_signs():
    comment = re.compile(lexicon().sources[lexicon().kind("COMMENT")])
    signs = [chr(code) for code in range(33, 127)]
    begun = {a + b for a in signs for b in signs if comment.match(f" {a}{b}", 1)}
    assert begun
    assert all(start.startswith(COMMENT_SIGNS) for start in begun)
