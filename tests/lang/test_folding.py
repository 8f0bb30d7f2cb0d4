"""Continued cards become one line; every character keeps its place."""

from hypothesis import given
from hypothesis import strategies as st

from qnet.diagnostics import Source
from qnet.lang.folding import unfolded

LINES = [
    "T1 a",
    "+ b",
    "  + *2",
    "* c",
    "# +",
    "; d",
    " $ e",
    "",
    "  ",
    'S1 "; f"',
    "+",
]


def folded(text):
    return unfolded(Source("text", text))[0]


@given(st.lists(st.sampled_from(LINES)), st.sampled_from(["\n", "\r\n"]))
def test_characters_stay_in_place_or_become_blanks(lines, end):
    text = end.join(lines)
    result = folded(text)
    assert result.endswith("\n")
    for before, after in zip(text, result, strict=False):
        assert after in (before, " ")
    assert len(result) - len(text) == (not text.endswith("\n"))


@given(st.lists(st.sampled_from(LINES)))
def test_no_line_begins_with_a_plus_sign(lines):
    result = folded("\n".join(lines))
    assert not any(line.lstrip().startswith("+") for line in result.splitlines())


def test_comments_inside_a_card_are_blanks_and_strings_are_not():
    text = 'S1 "; f" ; g\n* h\n\n+ b // i\n+c\n'
    assert folded(text).split() == ["S1", '";', 'f"', "b", "c"]
    assert folded(text).count("\n") == 1


def test_comments_between_cards_stay():
    text = "T1 a ; b\n* c\nT2 d\n"
    assert folded(text) == text
