"""Numbers of words: columns and the dictionary give the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.lang.interning import Interner, first_seen, packed
from qnet.lang.texts import Words

LETTERS = st.text("ab01_", min_size=1, max_size=20)
COLUMNS = st.lists(
    st.tuples(st.booleans(), st.lists(LETTERS, min_size=1, max_size=12)),
    min_size=1,
    max_size=5,
)


def column(words):
    return Words(["\n".join(words)], len(words))


@given(COLUMNS)
def test_words_are_numbered_as_they_come_however_they_are_kept(columns):
    interner, known = Interner(), {}
    for is_kept_as_column, words in columns:
        before = len(interner)
        found = interner.numbers(column(words) if is_kept_as_column else words)
        assert found.tolist() == [known.setdefault(w, len(known)) for w in words]
        news = [words[k] for k in np.flatnonzero(first_seen(found, before))]
        assert news == list(known)[before:]
        assert list(interner.words()) == list(known)
        assert len(interner) == len(known)
        assert [interner.find(word) for word in words] == found.tolist()
        assert interner.find("other") is None


@pytest.mark.parametrize("odd", ["x" * 25, "µ1", "x" * 24])
def test_long_and_foreign_words_are_told_from_short_ones(odd):
    interner = Interner()
    words = [odd, "x", odd[:-1], odd, "x" * 8, "x" * 9]
    assert interner.numbers(column(words)).tolist() == [0, 1, 2, 0, 3, 4]
    assert (packed(column(words)) is None) == (odd != "x" * 24)
    assert interner.find(odd) == 0
    assert interner.find("x" * 10) is None


def test_few_words_after_many_do_not_pack_them_again():
    interner = Interner()
    many = [f"n{k}" for k in range(100)]
    assert interner.numbers(column(many)).tolist() == list(range(100))
    assert interner.numbers(column(["n7", "m"])).tolist() == [7, 100]
    assert interner.numbers(["m", "n99", "o"]).tolist() == [100, 99, 101]
