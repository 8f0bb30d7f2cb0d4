"""The grammar: no conflicts, terminals that exclude one another, a maker a rule."""

import logging
import re
import shutil

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet.lang import tables
from qnet.lang.dotcards import DOT_CARDS
from qnet.lang.parse import parse
from qnet.lang.phrases import PHRASES
from qnet.lang.replay import form_of, grown
from qnet.lang.tables import (
    GRAMMARS,
    built_parser,
    grammar_folder,
    stored_parser,
    stored_terminals,
    stored_tree,
)
from qnet.lang.tokens import lexicon, parser, terminals, unqualified
from tests.lang.corpus import EVERYTHING, NETLISTS

NEVER_MADE = {"ends", "endl", "endfor", "end"}
DOT_WORDS = {
    "TITLE", "PARAM", "FUNC", "MODEL", "SUBCKT", "ENDS", "FOR", "ENDFOR", "STEP",
    "MEAS", "ASSERT", "LISTING", "INCLUDE", "LIB", "ENDL", "END", "DIRECTIVE",
}  # fmt: skip


def test_the_grammar_has_no_conflicts(caplog):
    caplog.set_level(logging.DEBUG, logger=lark.logger.name)
    file = str(grammar_folder() / "qnet.lark")
    lark.Lark.open(file, parser="lalr", lexer="basic", start="card", debug=True)
    assert not caplog.records


def test_every_rule_has_a_maker():
    rules = {
        unqualified(rule.alias or rule.origin.name)
        for rule in parser().rules
        if not re.search(r"_(star|plus)_\d|^_|__\w+__", rule.origin.name)
        and (rule.alias or not rule.options.expand1)
    }
    assert rules - NEVER_MADE == {"element", *PHRASES, *DOT_CARDS}


def test_no_literal_reads_like_a_name():
    literals = [t.pattern for t in parser().terminals if t.pattern.type == "str"]
    assert literals
    for literal in literals:
        assert not re.fullmatch(r"\.?[A-Za-z_][A-Za-z0-9_]*", literal.value)


def _repeats_inside(pattern, inside=False):
    """Whether an unbounded repetition stands inside another."""
    for operation, argument in pattern:
        if str(operation) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _, most, inner = argument
            is_open = most > 1
            if (is_open and inside) or _repeats_inside(inner, inside or is_open):
                return True
        elif str(operation) == "BRANCH":
            if any(_repeats_inside(branch, inside) for branch in argument[1]):
                return True
        elif str(operation) == "SUBPATTERN":
            if _repeats_inside(argument[-1], inside):
                return True
        elif str(operation) in {"ASSERT", "ASSERT_NOT"} and _repeats_inside(
            argument[1], inside
        ):
            return True
    return False


def test_no_terminal_repeats_inside_a_repetition():
    parsed = re._parser.parse  # the public name of this module is deprecated
    assert _repeats_inside(parsed("(a+)+"))
    for source in lexicon().sources:
        assert not _repeats_inside(parsed(source)), source


@given(st.text("ab1j.%{}()[]=+-*/^<>!&|?:,'\" \teµ_", max_size=30))
def test_the_terminals_of_element_cards_exclude_one_another(text):
    words = lexicon()
    skipped = {"", "STRAY", "COMMENT", *DOT_WORDS}
    terminals = {
        name: re.compile(source)
        for name, source in zip(words.names, words.sources, strict=True)
        if name not in skipped
    }
    for place in range(len(text)):
        fits = [name for name, t in terminals.items() if t.match(text, place)]
        assert len(fits) <= 1, (text, place, fits)


@pytest.mark.parametrize("name", NETLISTS)
def test_every_netlist_of_the_repository_is_read(name):
    assert parse(NETLISTS[name], name).title


def test_a_card_of_every_form_is_read():
    deck = parse(EVERYTHING)
    forms = {form.rule for form in deck.sheet.forms}
    assert forms == {"element", *DOT_CARDS, *NEVER_MADE} - {"listed"}


def test_the_stored_tables_are_of_this_grammar():
    stored = stored_parser()
    assert stored is not None, "python -m qnet.lang.tables"
    built = built_parser()
    for line in EVERYTHING.splitlines():
        if lexicon().kinds(line, 0, len(line)) and not line.startswith("+"):
            assert stored.parse(line) == built.parse(line)


def test_the_stored_forms_are_larks():
    assert stored_terminals() == list(terminals()), "python -m qnet.lang.tables"
    usual = lexicon().kinds("W1 a b tau=1ps", 0, 14)
    assert stored_tree(usual) is not None
    for kinds in tables._known()["forms"]:
        form = grown(bytes.fromhex(kinds))
        assert form_of(form.kinds).steps == form.steps
        assert form_of(form.kinds).depth == form.depth


def test_forms_of_another_grammar_are_left_aside(tmp_path, monkeypatch):
    for name in (*GRAMMARS, "tables.json"):
        shutil.copy(grammar_folder() / name, tmp_path)
    (tmp_path / "one.qnet").write_text("* short\nT1 a V=1mV\nT1 )\n")
    monkeypatch.setattr(tables, "grammar_folder", lambda: tmp_path)
    tables._known.cache_clear()
    try:
        assert stored_terminals() == []
        tables.write_forms(tmp_path)
        tables._known.cache_clear()
        assert list(tables._known()["forms"]) == [
            lexicon().kinds("T1 a V=1V", 0, 9).hex()
        ]
        with (tmp_path / GRAMMARS[1]).open("a") as file:
            file.write("// changed\n")
        tables._known.cache_clear()
        assert stored_terminals() == []
    finally:
        tables._known.cache_clear()


def test_tables_of_another_grammar_are_left_aside(tmp_path, monkeypatch):
    for name in (*GRAMMARS, "tables.json"):
        shutil.copy(grammar_folder() / name, tmp_path)
    monkeypatch.setattr(tables, "grammar_folder", lambda: tmp_path)
    assert stored_parser() is not None
    with (tmp_path / GRAMMARS[1]).open("a") as file:
        file.write("// changed\n")
    assert stored_parser() is None
    assert tables.built_parser().parse("T1 a")
    tables.write_tables()
    assert stored_parser() is not None
    (tmp_path / "tables.json").write_text("{")
    assert stored_parser() is None
    (tmp_path / "tables.json").unlink()
    assert stored_parser() is None
