"""Columns of large netlists: read in pages, and told like small ones."""

import pytest

from qnet.corridor import template
from qnet.diagnostics import NetlistError
from qnet.lang.parse import parse
from qnet.lang.texts import PAGE, Words, distinct, joined, lowered, pages_of, selected

MANY = 2 * PAGE + 5


def paged(texts):
    pages = [texts[k : k + PAGE] for k in range(0, len(texts), PAGE)]
    return Words(tuple("\n".join(page) for page in pages), len(texts))


def test_words_are_the_texts_that_they_keep():
    texts = [f"N{k}" for k in range(MANY)]
    words = paged(texts)
    assert list(words) == texts
    assert len(words) == MANY
    assert [words[0], words[PAGE], words[-1]] == [texts[0], texts[PAGE], texts[-1]]
    assert words[PAGE - 1 : PAGE + 1] == texts[PAGE - 1 : PAGE + 1]
    small = lowered(words)
    assert lowered(small) is small
    assert list(small) == [text.lower() for text in texts]
    assert distinct(words) == set(texts)
    assert selected(words, [3, PAGE]) == [texts[3], texts[PAGE]]
    assert list(joined([words, ("a", "b")])) == [*texts, "a", "b"]
    assert joined([words]) is words
    assert [len(page) for page in pages_of(words)] == [PAGE, PAGE, 5]
    with pytest.raises(IndexError):
        words[MANY]


def chain(count, between=()):
    lines = ["T1 n0 V=1mV", f"T2 n{count} V=0"]
    for k in range(count):
        lines += between
        lines.append(f"W{k} n{k} n{k + 1} phi={k % 7}.{k % 10}")
    return lines


@pytest.mark.parametrize("between", [(), ("* W1 a b phi=1",), ("",), ("R1 a b 1k",)])
def test_cards_in_columns_are_the_cards_one_by_one(between):
    cards = parse("\n".join(chain(MANY, between))).cards
    wires = next(group for group in cards.alike() if group.letter == "w")
    assert len(wires) == MANY
    for row in (0, 1, PAGE - 1, PAGE, MANY - 1):
        card = cards[int(wires.positions[row])]
        assert card == wires.card(row)
        assert wires.names.texts[row] == card.name.text == f"W{row}"
        assert [c.texts[row] for c in wires.items] == [w.text for w in card.items]
        assert wires.values[0].texts[row] == card.args[0].value.text


def test_nodes_of_a_long_netlist_are_numbered_as_they_come():
    nodes = template("\n".join(chain(MANY))).circuit().nodes
    # T1 and T2 name the ends; then come the nodes between, in the order of the wires.
    assert list(nodes) == ["n0", f"n{MANY}", *(f"n{k}" for k in range(1, MANY))]


def test_a_second_spelling_pages_later_is_noted_where_it_stands():
    lines = chain(MANY)
    lines[-2] = lines[-2].replace(f"n{MANY - 1} phi", f"N{MANY - 1} phi")
    (note,) = template("\n".join(lines)).notes
    assert note.code == "QN210"
    assert note.primary.span.text == f"N{MANY - 1}"


def test_names_given_twice_are_found_pages_apart():
    lines = [*chain(MANY), "B7 x y T=0.5", "w5 x y phi=1", "W6 x y phi=2"]
    with pytest.raises(NetlistError) as refused:
        template("\n".join(lines))
    twice = [d for d in refused.value.diagnostics if d.code == "QN202"]
    assert [d.primary.span.text for d in twice] == lines[-2:]
    assert [d.others[0].span.text for d in twice] == [lines[2 + 5], lines[2 + 6]]
