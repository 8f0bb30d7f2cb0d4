"""What a text says: cards with their places, and every syntax fault at once."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qnet.diagnostics import LimitError, NetlistError, render
from qnet.lang import cards
from qnet.lang.parse import load, parse
from qnet.lang.write import write_deck
from qnet.limits import LIMITS, set_limit
from tests.lang.corpus import EVERYTHING, NETLISTS


def card(text):
    """Return the single card of a text."""
    (only,) = parse(text).cards
    return only


def faults(text):
    """Codes of all faults of a text."""
    with pytest.raises(NetlistError) as caught:
        parse(text)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def shown(expression):
    """Expression with all its brackets, to see what binds to what."""
    match expression:
        case cards.Number() | cards.Name():
            return expression.text
        case cards.Unary():
            return f"({expression.operator}{shown(expression.operand)})"
        case cards.Binary():
            left, right = shown(expression.left), shown(expression.right)
            return f"({left} {expression.operator} {right})"
        case cards.Call():
            named = [f"{key}={shown(value)}" for key, value in expression.named]
            args = ", ".join([*map(shown, expression.args), *named])
            return f"{expression.function}({args})"
    raise TypeError(expression)


def bare(text):
    return shown(card(f".param x={text}").args[0].value)


# ---- elements


def test_an_element_has_items_and_keys_in_the_order_of_the_card():
    element = card("Q1 s mid sp V0=-4meV abrupt N = 2")
    assert element.name.text == "Q1"
    assert [item.text for item in element.items] == ["s", "mid", "sp", "abrupt"]
    assert [arg.name.text for arg in element.args] == ["V0", "N"]
    assert [shown(arg.value) for arg in element.args] == ["(-4meV)", "2"]


def test_every_word_knows_its_place():
    text = "* first\r\nB1  a\tb  T={ 2*g }\r\n"
    element = card(text)
    assert (element.span.line, element.span.column) == (2, 1)
    assert element.span.text == "B1  a\tb  T={ 2*g }"
    assert [item.span.text for item in element.items] == ["a", "b"]
    assert element.items[1].span.column == 7
    (arg,) = element.args
    assert arg.span.text == "T={ 2*g }"
    assert arg.value.span.text == "2*g"
    assert arg.value.right.span.text == "g"


def test_a_sign_after_a_blank_or_an_opening_belongs_to_what_follows():
    step = card(".step B list 5T -5T")
    assert [shown(value) for value in step.values] == ["5T", "(-5T)"]
    (value,) = (arg.value for arg in card("S1 a l=(1 -1 [-2, +3])").args)
    assert [shown(item) for item in value.items[:2]] == ["1", "(-1)"]
    assert [shown(item) for item in value.items[2].items] == ["(-2)", "(+3)"]


def test_a_complex_number_is_a_sum_without_blanks():
    (value,) = (arg.value for arg in card("S1 S=[[0.6+0.8j, -1-2.5e-3j] [1j 0]]").args)
    assert [[shown(x) for x in row.items] for row in value.items] == [
        ["(0.6 + 0.8j)", "((-1) - 2.5e-3j)"],
        ["1j", "0"],
    ]


def test_commas_in_lists_are_optional():
    with_commas, without = (card(f"Q1 a b Tn={t}") for t in ("(1, 0.4)", "(1 0.4)"))
    texts = [[x.text for x in c.args[0].value.items] for c in (with_commas, without)]
    assert texts == [["1", "0.4"]] * 2


def test_weights_and_ranges():
    element = card("D1 a b ref=(s:0.6 n{k}:-0.4) span=1:10 w=(2:0.5)")
    weights, span, digits = (arg.value for arg in element.args)
    assert [type(w) for w in weights.items] == [cards.Weight, cards.Weight]
    assert weights.items[0].name.text == "s"
    assert shown(weights.items[1].value) == "(-0.4)"
    assert isinstance(span, cards.Range)
    assert (span.first.text, span.last.text) == ("1", "10")
    assert isinstance(digits.items[0], cards.Range)


def test_braces_glued_to_a_name_are_filled_in_and_alone_are_a_value():
    element = card("X{k}_a n{k-1}.p{m+1}b {k}end c1 {2*k} slice")
    name, *items = element.name, *element.items
    assert name.text == "X{k}_a"
    assert [part if isinstance(part, str) else shown(part) for part in name.parts] == [
        "X", "k", "_a",
    ]  # fmt: skip
    parts = [p if isinstance(p, str) else shown(p) for p in items[0].parts]
    assert parts == ["n", "(k - 1)", ".p", "(m + 1)", "b"]
    assert shown(items[1].parts[0]) == "k"
    assert items[1].parts[1] == "end"
    assert items[2].parts == ()
    assert shown(items[3]) == "(2 * k)"


def test_a_bare_word_is_a_word_and_in_braces_a_name():
    element = card("T1 a type=sc V={sc}")
    assert isinstance(element.args[0].value, cards.Word)
    assert isinstance(element.args[1].value, cards.Name)


def test_strings_shield_what_begins_a_comment():
    element = card('S1 a b table file="a;b//c $d" ; a comment')
    assert element.args[0].value == cards.Text("a;b//c $d", element.args[0].value.span)


def test_nodes_may_be_digits_and_dotted():
    element = card("V1 0 x1.n3.7 1m")
    kinds = [type(item) for item in element.items]
    assert kinds == [cards.Number, cards.Word, cards.Number]
    assert element.items[1].text == "x1.n3.7"
    assert element.items[1].parts == ()


# ---- expressions


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1+2*3", "(1 + (2 * 3))"),
        ("1-2-3", "((1 - 2) - 3)"),
        ("a -b", "(a - b)"),
        ("-a^2", "(-(a ** 2))"),
        ("2^-3^x", "(2 ** (-(3 ** x)))"),
        ("a**b^c", "(a ** (b ** c))"),
        ("a/b*c%d", "(((a / b) * c) % d)"),
        ("5%", "5%"),
        ("5%3", "(5 % 3)"),
        ("5% + 1", "(5% + 1)"),
        ("10%{a}", None),
        ("x%(y)", "(x % y)"),
        ("!a && b || c", "(((!a) && b) || c)"),
        ("a < b+1 && c != d", "((a < (b + 1)) && (c != d))"),
        ("a ? b : c ? d : e", "if(a, b, if(c, d, e))"),
        ("(a+b)*{c-d}", "((a + b) * (c - d))"),
        ("'a+1'*2", "((a + 1) * 2)"),
        ("max(a, -b, along=Vg)", "max(a, (-b), along=Vg)"),
        ("R(T1,2,x1.p,n{k})", "R(T1, 2, x1.p, n{k})"),
        ("f()", "f()"),
        ("1e-6*RK", "(1e-6 * RK)"),
        (".5e3meV", ".5e3meV"),
        ("--a", "(-(-a))"),
        ("1+0.8j", "(1 + 0.8j)"),
    ],
)
def test_expressions_bind_as_in_spice(text, meaning):
    if meaning is None:
        assert faults(f".param x={text}")
    else:
        assert bare(text) == meaning


def test_a_bracket_is_part_of_the_place_of_what_holds_it():
    product = card(".param x=(a+b)*c").args[0].value
    assert product.span.text == "(a+b)*c"
    assert product.left.span.text == "a+b"


def test_parameters_follow_one_another():
    args = card(".param a = 1 b={2*a} c=-3 -4").args
    assert [(arg.name.text, shown(arg.value)) for arg in args] == [
        ("a", "1"), ("b", "(2 * a)"), ("c", "((-3) - 4)"),
    ]  # fmt: skip


# ---- dot-cards


def test_a_statistic_is_a_word_before_the_expression():
    for text, statistic, body in [
        ("max (x)", "max", "x"),
        ("MAX x+1", "max", "(x + 1)"),
        ("max(x)", "", "max(x)"),
        ("max -x", "", "(max - x)"),
        ("max {-x}", "max", "(-x)"),
        ("max", "", "max"),
        ("max/2", "", "(max / 2)"),
        ("argmin {G} ", "argmin", "G"),
    ]:
        meas = card(f".meas m {text}")
        assert (meas.statistic, shown(meas.body)) == (statistic, body)


def test_a_measure_takes_keys_after_its_expression():
    meas = card(".meas g find didv(T1) at=0V")
    assert meas.statistic == "find"
    assert [(arg.name.text, arg.value.text) for arg in meas.args] == [("at", "0V")]


def test_all_configurations_are_asked_for_with_a_star():
    assert shown(card(".meas all R(*)").body) == "R(*)"


def test_listed_items_are_names_calls_and_braces():
    listing = card(".print Vg -G(T1,T2) {a-b} V(n{k})")
    assert [shown(item) for item in listing.items] == [
        "Vg", "(-G(T1, T2))", "(a - b)", "V(n{k})",
    ]  # fmt: skip
    assert listing.items[3].args[0].parts
    plot = card(".plot G H vs Vg")
    assert [shown(item) for item in plot.items] == ["G", "H"]
    assert shown(plot.against) == "Vg"
    assert plot.word.text == "plot"


def test_steps_of_every_form():
    for text, names, form, count in [
        ("Vg -0.5V {top} 2mV", ["Vg"], "linear", 3),
        ("phi LIN 21 0 1", ["phi"], "lin", 3),
        ("f dec 10 1 1e3", ["f"], "dec", 3),
        ("B list 5T -5T", ["B"], "list", 2),
        ("zip(B, Vg) list (1T 0.1V) (2T 0.2V)", ["B", "Vg"], "list", 2),
        ('x file="b.csv"', ["x"], "file", 1),
        ("k N 1 -1", ["k"], "linear", 3),
    ]:
        step = card(f".step {text}")
        assert [name.text for name in step.names] == names
        assert (step.form, len(step.values)) == (form, count)


def test_a_model_has_a_kind_flags_and_keys():
    for text in ("qpc(N=4, abrupt hwx=1meV)", "qpc N=4 abrupt hwx=1meV"):
        model = card(f".model sp {text}")
        assert (model.name.text, model.kind.text) == ("sp", "qpc")
        assert [flag.text for flag in model.flags] == ["abrupt"]
        assert [arg.name.text for arg in model.args] == ["N", "hwx"]


def test_a_function_has_parameters_and_a_body():
    for text in ("f(x, y)={x*y}", "f(x,y) x*y"):
        func = card(f".func {text}")
        assert func.name.text == "f"
        assert [p.text for p in func.parameters] == ["x", "y"]
        assert shown(func.body) == "(x * y)"


def test_a_directive_is_its_word_in_lower_case():
    directive = card(".NOISE T1 T2 probes=frozen")
    assert directive.word.text == "noise"
    assert directive.word.span.text == ".NOISE"
    assert [item.text for item in directive.items] == ["T1", "T2"]


def test_the_title_is_raw_up_to_a_semicolon():
    deck = parse(".title A ring: 2 arms, $5 // not a comment ; but this is")
    assert deck.title == "A ring: 2 arms, $5 // not a comment"


# ---- blocks


def test_blocks_hold_their_cards():
    deck = parse(EVERYTHING)
    block = next(c for c in deck.cards if isinstance(c, cards.Subckt))
    assert [pin.text for pin in block.pins] == ["1", "out"]
    assert [arg.name.text for arg in block.params] == ["leak", "k"]
    probe, inner = block.cards
    assert probe.name.text == "P1"
    assert isinstance(inner, cards.Subckt)
    loops = [c for c in deck.cards if isinstance(c, cards.For)]
    assert loops[0].variable.text == "k"
    assert isinstance(loops[0].cards[1].over, cards.ListOf)
    assert isinstance(loops[1].over.first, cards.Name)
    section = next(c for c in deck.cards if isinstance(c, cards.Section))
    assert [c.name.text for c in section.cards] == ["W9"]


def test_cards_are_a_sequence():
    row = parse("T1 a\n.for k in 1:2\nW1 a b\n.endfor\nT2 b\n").cards
    assert [type(c).__name__ for c in row] == ["Element", "For", "Element"]
    assert row[-1] == row[2]
    assert row[0:3:2] == (row[0], row[2])
    with pytest.raises(IndexError):
        row[3]
    assert parse("").cards == ()
    assert row == tuple(row)
    assert row != "T1 a"
    assert len({row, row}) == 1
    assert repr(row) == "<3 cards>"
    assert [len(column) for column in row.alike()[0].items] == [2]


# ---- lines


def test_comments_and_blank_lines_may_stand_inside_a_card():
    text = "Q1 a b ; first\n* between\n\n  # too\n+ N=4 // second\n\t+V0=1meV $ third\n"
    element = card(text)
    assert [arg.name.text for arg in element.args] == ["N", "V0"]
    assert element.args[1].span.line == 6


def test_an_operator_may_begin_a_continuation():
    sum_ = card(".param a=3\n+ *2 ; twice\n+ + 1\n  + -b")
    assert shown(sum_.args[0].value) == "(((3 * 2) + 1) - b)"
    assert write_deck(parse(".param a=3\n+ *2 ; x\n")) == ".param a=3*2  ; x\n"


def test_line_ends_and_a_byte_order_mark_do_not_matter():
    plain = parse("T1 a V=1mV\n\nB1 a b T=0.5")
    assert parse("\ufeffT1 a V=1mV\r\n\r\nB1 a b T=0.5\r\n") == plain


def test_blanks_at_the_end_of_lines_do_not_matter():
    assert parse("T1 a   \t\nT2 b \t ; x  \n   \n") == parse("T1 a\nT2 b")


def test_the_case_of_keywords_does_not_matter():
    assert parse(".PARAM a=1\n.Meas x MAX a\n") == parse(".param a=1\n.meas x max a\n")


# ---- faults


def test_all_faults_are_raised_at_once_in_the_order_of_the_text():
    text = "T1 a )\n.op\nB1 a b T=2*g\n+ ;\n.endfor\nT2 é\n"
    with pytest.raises(NetlistError) as caught:
        parse(text)
    found = [(d.code, d.primary.span.line) for d in caught.value.diagnostics]
    assert found == [("QN109", 1), ("QN111", 3), ("QN117", 5), ("QN101", 6)]


def test_a_broken_header_opens_its_block_nevertheless():
    assert faults(".op\n.subckt\nT1 a\n.ends\n.for k=1\nT2 b\n.endfor") == [
        "QN121", "QN121",
    ]  # fmt: skip


def test_what_a_control_block_holds_is_not_read():
    assert faults(".op\n.control\nlet x = ( )\n.ends\n.endc\nT1 a )") == [
        "QN119", "QN109",
    ]  # fmt: skip


def test_reading_stops_after_a_hundred_faults():
    for line in ("T1 a )", ".ends", ".title x"):
        assert len(faults(f".op\n{line}\n" * 300)) in {99, 100}
    assert faults("+ a\n+ =\n* x\n\n+ )\nT1 a\n+ b\n") == ["QN120"]


def test_what_fits_no_card_is_told_from_what_ends_too_early():
    assert faults(".op\n{k}\nT1 a .op\n[1]\n") == ["QN107", "QN106", "QN105"]


def test_no_message_speaks_of_the_parser():
    words = lambda d: " ".join((d.message, d.help, d.why, d.primary.text))  # noqa: E731
    broken = ["T1 a (", "T1 =", ".param", ".meas", ".op (", "S1 [1 2)", ".for", ".lib"]
    for text in broken:
        with pytest.raises(NetlistError) as caught:
            parse(f".op\n{text}")
        for diagnostic in caught.value.diagnostics:
            for name in ("LPAR", "RSQB", "KEY", "$END", "STRAY", "NUMBER", "token"):
                assert name not in words(diagnostic)


def test_the_first_line_is_no_title():
    with pytest.raises(NetlistError) as caught:
        parse("A ring: flux (in h/e)\nT1 a")
    assert caught.value.diagnostics[0].code == "QN104"
    assert ".title" in caught.value.diagnostics[0].help
    # a card that only has a slip is told the slip
    assert faults("T1 a V=2*x\n") == ["QN111"]


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x1b", "\r", "\x0c", "\x7f", "\x9b"]
)
def test_control_characters_are_refused(character):
    assert faults(f"T1 a\nT2{character} b ; µ") == ["QN102"]


def test_characters_that_do_not_show_are_noted():
    deck = parse("T1 a ; left\u202eright\n")
    assert [note.code for note in deck.notes] == ["QN103"]
    assert "\u202e" not in render(deck.notes)


# ---- limits


def test_depth_of_expressions_is_counted_not_recursed():
    assert card(f".param a={'(' * 190}1{')' * 190}")
    for text in (
        "(" * 100_000,
        "-" * 49_000 + "1",
        "1" + "+1" * 24_000,
        "!" * 300 + "1",
    ):
        with pytest.raises(LimitError) as caught:
            parse(f".param a={text}")
        assert caught.value.diagnostics[0].code in {"QN804", "QN805"}


def test_depth_of_blocks_is_counted():
    with pytest.raises(LimitError, match="QN806"):
        parse(".for k in 1:2\n" * 1000)


def test_long_words_and_lines_are_refused():
    with pytest.raises(LimitError, match="QN803"):
        parse("T1 " + "a" * 5000)
    with pytest.raises(LimitError, match="QN802"):
        parse("T1 a ;" + "x" * 1_000_000)
    with pytest.raises(LimitError, match="QN804"):
        parse("T1 " + "a " * 100_001)
    assert parse("T1 a ;" + "x" * 5000)


def test_a_limit_is_raised_from_outside():
    usual = LIMITS["word length"].value
    set_limit("word length", 10_000)
    try:
        assert card("T1 " + "a" * 5000)
    finally:
        set_limit("word length", usual)


def test_a_text_beyond_the_size_of_a_file_is_refused():
    usual = LIMITS["file size"].value
    set_limit("file size", 10)
    try:
        with pytest.raises(LimitError, match="QN801"):
            parse("T1 a V=1mV\n")
    finally:
        set_limit("file size", usual)


# ---- files


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parts").mkdir()
    return tmp_path


def names(deck):
    return [c.name.text for c in deck.cards]


def test_included_cards_stand_in_place(folder):
    (folder / "main.qnet").write_text('T1 a\n.include "parts/b.qnet"\nT4 d\n')
    (folder / "parts/b.qnet").write_text('\ufeffT2 b\n.inc "c.qnet"\n', "utf-8")
    (folder / "parts/c.qnet").write_text("T3 c\n.end\n")
    deck = load(folder / "main.qnet")
    assert names(deck) == ["T1", "T2", "T3", "T4"]
    inside = deck.cards[2].span
    assert inside.source.name.endswith("c.qnet")
    assert inside.inside.text == '.inc "c.qnet"'
    assert inside.inside.inside.text == '.include "parts/b.qnet"'


def test_includes_inside_blocks_stand_in_the_block(folder):
    (folder / "main.qnet").write_text('.subckt s a b\n.include "w.qnet"\n.ends\n')
    (folder / "w.qnet").write_text("W1 a b\n")
    (block,) = load(folder / "main.qnet").cards
    assert [c.name.text for c in block.cards] == ["W1"]


def test_a_section_of_a_library_is_brought_in_alone(folder):
    (folder / "main.qnet").write_text('T1 a\n.lib "e.lib" FAST\n')
    (folder / "e.lib").write_text(
        ".lib slow\nE1 a b\n.endl\n.lib fast\nE2 a b\n.endl fast\nE3 a b\n"
    )
    assert names(load(folder / "main.qnet")) == ["T1", "E2"]


def test_faults_of_an_included_file_show_who_brought_it_in(folder):
    (folder / "main.qnet").write_text('T1 a\n.include "b.qnet"\n')
    (folder / "b.qnet").write_text("T2 b )\n")
    with pytest.raises(NetlistError) as caught:
        load(folder / "main.qnet")
    text = render(caught.value.diagnostics)
    assert "b.qnet:1:6: error[QN109]" in text
    assert "main.qnet:2:1" in text


def _refused(folder, card_text, **keys):
    (folder / "main.qnet").write_text(f"T1 a\n{card_text}\n")
    with pytest.raises(NetlistError) as caught:
        load(folder / "main.qnet", **keys)
    return caught.value.diagnostics[0]


def test_files_outside_the_folder_are_refused_unless_allowed(folder):
    home = folder / "home"
    home.mkdir()
    (folder / "secret.qnet").write_text("T9 secret )\n")
    for path in (
        "../secret.qnet",
        str(folder / "secret.qnet"),
        "./../home/../secret.qnet",
    ):
        found = _refused(home, f'.include "{path}"')
        assert found.code == "QN251"
        assert "T9" not in render([found])
    (folder / "secret.qnet").write_text("T9 z\n")
    assert names(load(home / "main.qnet", [folder])) == ["T1", "T9"]


def test_links_are_followed_before_a_folder_is_compared(folder):
    home = folder / "home"
    home.mkdir()
    (folder / "home-secret").mkdir()
    (folder / "home-secret/s.qnet").write_text("T9 z\n")
    (home / "link.qnet").symlink_to(folder / "home-secret/s.qnet")
    assert _refused(home, '.include "link.qnet"').code == "QN251"
    # a folder whose name begins alike is another folder
    assert _refused(home, '.include "../home-secret/s.qnet"').code == "QN251"


def test_only_regular_utf8_files_are_read(folder):
    os.mkfifo(folder / "pipe")
    (folder / "latin.qnet").write_bytes("T2 é\n".encode("latin-1"))
    for name in ("pipe", "parts", "missing", "latin.qnet"):
        assert _refused(folder, f'.include "{name}"').code == "QN250"
    with pytest.raises(NetlistError, match="QN250"):
        load(folder / "latin.qnet")


def test_a_circle_of_includes_is_named(folder):
    (folder / "b.qnet").write_text('.include "main.qnet"\n')
    found = _refused(folder, '.include "b.qnet"')
    assert found.code == "QN252"
    assert "'main.qnet' includes 'b.qnet' includes 'main.qnet'" in found.why


def test_a_library_needs_the_section_once(folder):
    (folder / "e.lib").write_text(".lib a\n.endl\n.lib a\n.endl\n")
    assert _refused(folder, '.lib "e.lib" b').code == "QN253"
    assert _refused(folder, '.lib "e.lib" a').code == "QN253"


def test_included_files_are_counted(folder):
    (folder / "b.qnet").write_text("T2 b\n")
    (folder / "main.qnet").write_text('.include "b.qnet"\n' * 257)
    with pytest.raises(LimitError, match="QN808"):
        load(folder / "main.qnet")


# ---- anything at all


def found(text):
    """Return the diagnostics of a text; nothing else may be raised."""
    try:
        parse(text)
    except (NetlistError, LimitError) as error:
        return error.diagnostics
    return ()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*NETLISTS.values(), EVERYTHING]), st.integers(0, 2**32))
def test_mutated_netlists_are_read_or_refused(text, seed):
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(text))
        piece = text[place : place + draw.randint(0, 12)]
        other = draw.randrange(len(text))
        stray = draw.choice("(){}[]'\"=+-*/.,:;$#\n\t\0µé\u202e") * draw.randint(0, 3)
        text = (
            text[:other]
            + draw.choice([piece, stray, ""])
            + text[other + draw.randint(0, 3) :]
        )
    diagnostics = found(text)
    for diagnostic in diagnostics:
        span = diagnostic.primary.span
        assert 0 <= span.start < span.stop <= len(text) + 1
    if not diagnostics:
        written = write_deck(parse(text))
        assert write_deck(parse(written)) == written


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    diagnostics = found(text)
    assert bool(diagnostics) == bool(render(diagnostics))
    if not diagnostics:
        deck = parse(text)
        assert len(list(deck.cards)) == len(deck.cards)
        assert parse(write_deck(deck)) == deck
