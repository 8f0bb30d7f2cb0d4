"""Whatever a text says, it is read, or refused by a diagnostic."""

from contextlib import suppress
from pathlib import Path

import pytest

import qnet
from qnet.corridor import check
from qnet.diagnostics import QnetError
from tests.fuzz.campaign import megabytes, run
from tests.fuzz.mutants import SEEDS, mutant

REPLAYED = sorted((Path(__file__).parents[1] / "corpus").rglob("*.qnet"))


def read(text):
    """Parse, and elaborate what parses: every refusal has its codes."""
    codes = ["QN"]
    try:
        check(qnet.parse_netlist(text))
    except QnetError as refusal:
        codes = [found.code for found in refusal.diagnostics]
    assert codes
    assert all(code.startswith("QN") for code in codes)


@pytest.mark.parametrize("path", REPLAYED, ids=lambda path: path.stem)
def test_the_corpus_is_read_or_refused(path):
    text = path.read_text("utf-8")
    read(text)
    with suppress(QnetError):
        qnet.run(text)


def test_there_is_a_corpus():
    assert len(SEEDS) >= 10


@pytest.mark.parametrize("start", range(0, 1000, 250))
def test_a_thousand_mutants_are_read_or_refused(start):
    for number in range(start, start + 250):
        read(mutant(number))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(10**6, 2 * 10**6, 10**5))
def test_a_million_mutants_neither_fail_nor_hang_nor_grow(start):
    """As ``python -m tests.fuzz.campaign`` does."""
    assert run(start, 500) == 0
    before = megabytes()
    assert run(start + 500, 10**5 - 500) == 0
    assert megabytes() - before < 100
