"""The replayed tree is Lark's tree; a run of equal lines is the lines one by one."""

import gc
import random
from dataclasses import replace

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.diagnostics import LimitError, NetlistError, Source
from qnet.lang.parse import parse
from qnet.lang.replay import form_of
from qnet.lang.rows import Cards
from qnet.lang.sheet import read_sheet
from qnet.lang.tokens import lexicon, parser, unqualified
from qnet.limits import LIMITS
from tests.lang.corpus import EVERYTHING, NETLISTS

FRAGMENTS = [
    "T1", "n1", "a", "x1.p2", "n{k}", "{k}n", "{2*g}", "'a+b'", "V=", "T =", "=", "5",
    "-5mV", "0.8j", "0.6+0.8j", "50%", "1:10", "s:0.6", "(", ")", "[", "]", "{", "}",
    ",", "+", "-", "*", "**", "/", "%", "^", "<", "==", "!", "&&", "||", "?", ":", '"',
    '"f.csv"', "max(", "R(*)", "V(a)", ".op", ".param", ".meas", ".step", ".for", "in",
    ".subckt", ".model", ".assert", ".print", ".func", ".title x", ".ends", "params:",
    "zip(", "max", "@", "µ", "; c", "// d", " $ e",
]  # fmt: skip

lines = st.lists(
    st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(["", " ", "\t", "  "])),
    min_size=1,
    max_size=12,
).map(lambda pairs: "".join(fragment + blank for fragment, blank in pairs))


def _lark_tree(text):
    """Nested (rule, parts) that Lark itself makes of a card, or None."""
    try:
        tree = parser().parse(text)
    except lark.UnexpectedInput:
        return None
    return _nested(tree)


def _nested(node):
    if isinstance(node, lark.Token):
        return node.start_pos, str(node)
    return unqualified(str(node.data)), [_nested(child) for child in node.children]


def _replayed_tree(text):
    """Return the same from the form of the text's token types."""
    words = lexicon()
    form = form_of(words.kinds(text, 0, len(text)))
    if form.fault is not None:
        return None
    tokens = [(token.start, token.text) for token in words.tokens(text, 0, len(text))]
    made = []
    for step in form.steps:
        parts = [tokens[p] if p >= 0 else made[~p] for p in step.parts]
        made.append((step.rule, parts))
    return made[-1]


def _cards(text):
    sheet = read_sheet(Source("corpus", text))
    for number in range(len(sheet)):
        yield sheet.text[sheet.starts[number] : sheet.stop(number)]


@pytest.mark.parametrize("text", [*NETLISTS.values(), EVERYTHING])
def test_replay_is_larks_tree_on_every_card_of_the_netlists(text):
    cards = list(_cards(text))
    assert cards
    for card in cards:
        tree = _lark_tree(card)
        assert tree is not None
        assert _replayed_tree(card) == tree


@settings(max_examples=500, deadline=None)
@given(lines)
def test_replay_is_larks_tree_on_random_lines(text):
    if lexicon().kinds(text, 0, len(text)):
        assert _replayed_tree(text) == _lark_tree(text.rstrip())


def _one_by_one(text):
    words, place, found = lexicon(), 0, []
    for line in text.split("\n"):
        if words.kinds(line, 0, len(line)):
            found.append((place, words.kinds(line, 0, len(line))))
        place += len(line) + 1
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.lists(lines, min_size=1, max_size=3))
def test_runs_of_equal_lines_are_read_as_the_lines_one_by_one(seed, strangers):
    # beyond 100 uses of a form its lines are matched whole
    draw = random.Random(seed)
    kinds = [
        lambda i: f"Q{i} n{i} n{i + 1} sp V0=-{i}meV T={{2*g}}",
        lambda i: f"P{i} n{i} ; comment {i}",
        lambda i: f"R{i} n{i}\t0 {i}k\r",
        lambda i: f"* comment {i}",
        lambda i: draw.choice([*strangers, "", "  "]),
    ]
    weights = [draw.choice([0, 1, 30]) for _ in kinds]
    chosen = draw.choices(kinds, [w + 0.01 for w in weights], k=800)
    text = "\n".join(line(i) for i, line in enumerate(chosen))
    sheet = read_sheet(Source("runs", text))
    singly = _one_by_one(sheet.text)
    assert [
        (start, form.kinds)
        for start, form in zip(sheet.starts, sheet.forms, strict=True)
    ] == singly[: len(sheet)]
    assert sheet.is_cut or len(sheet) == len(singly)


def _checked_against_cards(cards: Cards) -> int:
    """Compare every column with the cards it stands for; how many cards."""
    seen = []
    for group in cards.alike():
        for index, position in enumerate(group.positions):
            card = cards[position]
            assert group.card(index) == card
            assert card.name.text[0].lower() == group.letter
            assert group.names.texts[index] == card.name.text
            assert [a.name.text.lower() for a in card.args] == [
                key.lower() for key in group.keys
            ]
            values = [*card.items, *(arg.value for arg in card.args)]
            for column, value in zip(
                (*group.items, *group.values), values, strict=True
            ):
                assert column.value(index) == value
                if column.kind in {"word", "text"}:
                    assert column.texts[index] == value.text
                elif column.kind == "number":
                    assert column.texts[index] == value.span.text
        seen.extend(group.positions)
    others = [place for place, card in cards.others()]
    assert sorted(seen + others) == list(range(len(cards)))
    return len(seen)


@pytest.mark.parametrize("text", [*NETLISTS.values(), EVERYTHING])
def test_columns_say_what_the_cards_say(text):
    assert _checked_against_cards(parse(text).cards) > 0


def test_columns_of_many_cards_say_what_the_cards_say():
    text = "".join(
        f'Q{i} n{i} n{i + 1} sp V0=-{i}meV T={{2*g}} file="{i}.csv"\n'
        f"{'BW'[i % 2]}{i} n{i} n0 {'Tt'[i % 2]}=({i} 2)\n* x\n"
        for i in range(300)
    )
    assert _checked_against_cards(parse(text).cards) == 600


def test_the_garbage_collector_is_as_it_was():
    assert gc.isenabled()
    parse("T1 a")
    assert gc.isenabled()
    with pytest.raises(LimitError):
        parse("T1 " + "(" * 300)
    assert gc.isenabled()
    gc.disable()
    try:
        parse("T1 a")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_long_cards_are_read_without_being_remembered():
    numbers = " ".join(str(i) for i in range(5000))
    (card,) = parse(f"S1 a b matrix S=({numbers})").cards
    assert [item.text for item in card.args[0].value.items] == numbers.split()


def test_a_lower_limit_is_kept_by_cards_of_a_common_form(monkeypatch):
    card = "B{} a b T={{((0.5))}}"
    for _ in range(2):  # at the second time the form is common
        parse("\n".join(card.format(k) for k in range(200)))
    deep = LIMITS["expression depth"]
    monkeypatch.setitem(LIMITS, "expression depth", replace(deep, value=2))
    with pytest.raises(LimitError):
        parse(card.format(1))


def test_a_form_with_a_fault_keeps_failing():
    for _ in range(2):
        with pytest.raises(NetlistError):
            parse("T1 a )")
