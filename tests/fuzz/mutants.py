"""Netlists gone wrong: by byte, by word, by line; from a seed number."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from tests.independent.drawn import cold, is_sound

CORPUS = Path(__file__).parents[1] / "corpus"
SEEDS = [path.read_text("utf-8") for path in sorted((CORPUS / "seeds").glob("*.qnet"))]
WORDS = (CORPUS / "dictionary.txt").read_text("utf-8").splitlines()
TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)
ODD = "\0\t\r\n {}()[]=+-*/^%'\";#$.,:?<>&|!~\\_0123456789eEjinfaTΩ\u202e\ufeff"
NETWORKS = 200
"""Random networks that mutants descend from."""


@cache
def network(number: int) -> str:
    """A random network that is valid."""
    found = (cold(NETWORKS * k + number) for k in range(10**6))
    return next(filter(is_sound, found)).netlist(".op", ".gmatrix")


def parent(random: Random) -> str:
    """A seed of the corpus, or a random network."""
    if random.random() < 0.8:
        return random.choice(SEEDS)
    return network(random.randrange(NETWORKS))


def mutant(number: int) -> str:
    """The same text for the same number, always."""
    random = Random(number)
    text = parent(random)
    for _ in range(random.randrange(1, 6)):
        text = random.choice((_bytes, _words, _lines))(text, random)
    return text


def _bytes(text: str, random: Random) -> str:
    k = random.randrange(len(text) + 1)
    insert = "".join(random.choices(ODD, k=random.randrange(3)))
    return text[:k] + insert + text[k + random.randrange(3) :]


def _words(text: str, random: Random) -> str:
    start, stop = _word(text, random)
    kind = random.randrange(4)
    if kind == 0:
        return text[:start] + random.choice(WORDS) + text[stop:]
    if kind == 1:
        return f"{text[:start]} {random.choice(WORDS)} {text[start:]}"
    if kind == 2:
        other = slice(*_word(text, random))
        return text[:start] + text[other] + text[stop:]
    return text[:start] + text[stop:]


def _word(text: str, random: Random) -> tuple[int, int]:
    """Where a word, some blanks or a sign begins and ends."""
    if not text:
        return 0, 0
    k = random.randrange(len(text))
    return next(m.span() for m in TOKEN.finditer(text, _begin(text, k)) if m.end() > k)


def _begin(text: str, k: int) -> int:
    """Begin of the line that holds a place."""
    return text.rfind("\n", 0, k) + 1


def _lines(text: str, random: Random) -> str:
    lines = text.split("\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(3)
    if kind == 0:
        lines[a], lines[b] = lines[b], lines[a]
    elif kind == 1:
        lines.insert(a, lines[b])
    else:
        del lines[a]
    return "\n".join(lines)
