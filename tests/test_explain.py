"""What words of the language mean, and that every one of them is explained."""

import pytest

from qnet.cli import main
from qnet.codes import CODES
from qnet.explain import SHELVES, explain, known_words


@pytest.mark.parametrize("kind", list(SHELVES))
def test_every_word_on_a_shelf_has_a_meaning_in_one_line(kind):
    entries = list(SHELVES[kind])
    assert entries
    for entry in entries:
        assert entry.kind == kind
        assert entry.title
        assert "\n" not in entry.title


def test_every_key_of_every_model_is_explained():
    for entry in SHELVES["model"]:
        for key, _, _, meaning in entry.keys:
            assert meaning, f"{entry.name}: {key}"


def test_one_word_may_mean_several_things():
    assert {entry.kind for entry in explain("T")} == {"card", "unit", "function"}
    assert {entry.name for entry in explain("b")} == {"barrier", "splitter"}


def test_units_and_constants_are_found_in_their_case_only():
    assert [entry.name for entry in explain("meV")] == []
    assert [entry.title for entry in explain("eV")] == ["1eV"]
    assert "constant" in {entry.kind for entry in explain("RK")}
    assert "constant" not in {entry.kind for entry in explain("rk")}


def test_an_analysis_is_found_with_and_without_its_dot():
    assert explain(".op") == explain("op")
    assert explain("op")[0].kind == "analysis"


def test_a_code_tells_meaning_and_cure():
    (entry,) = explain("qn711")
    assert CODES["QN711"].meaning in entry.text
    assert CODES["QN711"].cure in entry.text


def test_a_model_prints_with_its_formula_reference_and_keys(capsys):
    assert main(["explain", "qpc"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("qpc (model): ")
    assert "Büttiker" in out
    assert "hwx" in out
    assert "\\hbar" not in out


def test_an_unknown_word_is_met_with_the_nearest(capsys):
    assert main(["explain", "barier"]) == 2
    assert "did you mean 'barrier'?" in capsys.readouterr().err


def test_known_words_hold_letters_models_and_codes():
    assert {"X", "barrier", "QN711", "Ohm", "RK", "R"} <= set(known_words())


def test_a_dot_tells_a_card_from_a_model_of_its_name():
    assert [entry.kind for entry in explain(".step")] == ["directive"]
    assert "model" in [entry.kind for entry in explain("step")]


def test_every_dot_word_of_the_language_is_explained():
    from qnet.lang.directives import WORDS

    ends = {"endl", "ends", "endfor"}
    missing = [word for word in WORDS if word not in ends and not explain(f".{word}")]
    assert missing == []


def test_a_terminal_names_its_keys():
    (card,) = (entry for entry in explain("T") if entry.kind == "card")
    assert {"V", "I", "temp", "Delta", "absorb"} <= {row[0] for row in card.keys}
