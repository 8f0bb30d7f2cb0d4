"""Whatever a text says, it is read, or refused by a diagnostic."""

import resource
import time
from contextlib import suppress
from pathlib import Path

import pytest

import qnet
from qnet.corridor import check
from qnet.diagnostics import QnetError
from tests.fuzz.mutants import SEEDS, mutant

REPLAYED = sorted((Path(__file__).parents[1] / "corpus").rglob("*.qnet"))
HANG = 2.0
"""Seconds of this process's own time."""


def read(text):
    """Parse, and elaborate what parses; say how long it took."""
    start, codes = time.process_time(), ["QN"]
    try:
        check(qnet.parse_netlist(text))
    except QnetError as refusal:
        codes = [found.code for found in refusal.diagnostics]
    assert codes
    assert all(code.startswith("QN") for code in codes)
    return time.process_time() - start


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
@pytest.mark.parametrize("start", range(10_000, 110_000, 5_000))
def test_a_hundred_thousand_mutants_neither_hang_nor_grow(start):
    for number in range(start, start + 500):
        read(mutant(number))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(start + 500, start + 5_000):
        assert read(mutant(number)) < HANG, number
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, "kilobytes"
