"""Specimens: what is said of each broken netlist in tests/errors, word by word.

Every ``QNxyz_some_words.qnet`` stands beside a ``.txt`` with the exact findings; each
code that a text can provoke has at least one specimen.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from qnet.codes import CODES
from qnet.diagnostics import Diagnostic, QnetError, render
from qnet.lang.parse import load

FOLDER = Path(__file__).parent / "errors"
SPECIMENS = sorted(file.name for file in FOLDER.glob("*.qnet"))

NOT_OF_A_TEXT = {
    "QN124",  # only the builder has arguments
    "QN211",  # only a text without a file
    "QN220",  # only a command line has overrides
    "QN301",  # the lexer takes nothing for a number that is none
    "QN620",  # only a figure can be empty
    "QN801", "QN802", "QN804",  # megabytes of text
    "QN808", "QN809",  # hundreds of files
    "QN815",  # thousands of cards
    "QN814",  # tells the memory of the machine
}  # fmt: skip
"""Codes that no short netlist provokes; tests of their own do."""


def findings(name: str) -> Sequence[Diagnostic]:
    """Walk the corridor until a room refuses; what it says, or what was noted."""
    try:
        load(name)
    except QnetError as error:
        return error.diagnostics
    from qnet.corridor import check, run

    found = check(name)
    if any(diagnostic.severity == "error" for diagnostic in found):
        return found
    try:
        return run(name).diagnostics
    except QnetError as error:
        return error.diagnostics


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")  # QN543 goes that far
@pytest.mark.parametrize("name", SPECIMENS)
def test_a_broken_netlist_is_told_what_is_wrong(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    found = findings(name)
    expected = (FOLDER / name).with_suffix(".txt").read_text("utf-8")
    assert render(found) + "\n" == expected
    assert name.partition("_")[0] in {diagnostic.code for diagnostic in found}


def test_every_specimen_has_its_findings_and_the_other_way_round():
    texts = {file.stem for file in FOLDER.glob("*.txt")}
    assert texts == {Path(name).stem for name in SPECIMENS}
    assert SPECIMENS


def test_every_code_of_the_syntax_has_a_specimen():
    shown = {name.partition("_")[0] for name in SPECIMENS}
    of_syntax = {code for code in CODES if code[:3] == "QN1" or code[:4] == "QN25"}
    assert of_syntax - NOT_OF_A_TEXT <= shown


def test_specimens_show_known_codes():
    assert {name.partition("_")[0] for name in SPECIMENS} <= set(CODES)
