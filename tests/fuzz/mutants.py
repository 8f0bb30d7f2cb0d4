"""Netlists gone wrong: by byte, by word, by line; from a seed number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tests.independent.drawn import cold, is_sound

CORPUS = Path(__file__).parents[1] / "corpus"
SEEDS = [path.read_text("utf-8") for path in sorted((CORPUS / "seeds").glob("*.qnet"))]
WORDS = (CORPUS / "dictionary.txt").read_text("utf-8").splitlines()
TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)


def parent(random: np.random.Generator) -> str:
    """A seed of the corpus, or a random network that is valid."""
    if random.random() < 0.8:
        return SEEDS[random.integers(len(SEEDS))]
    while not is_sound(network := cold(int(random.integers(10**6)))):
        pass
    return network.netlist(".op", ".gmatrix")


def mutant(number: int) -> str:
    """The same text for the same number, always."""
    random = np.random.default_rng(number)
    text = parent(random)
    for _ in range(random.integers(1, 6)):
        text = random.choice([_bytes, _words, _lines])(text, random)
    return text


def _bytes(text: str, random: np.random.Generator) -> str:
    k = int(random.integers(len(text) + 1))
    odd = "\0\t\r\n {}()[]=+-*/^%'\";#$.,:?<>&|!~\\_0123456789eEjinfaTΩ\u202e\ufeff"
    insert = "".join(random.choice(list(odd), int(random.integers(3))))
    return text[:k] + insert + text[k + int(random.integers(3)) :]


def _words(text: str, random: np.random.Generator) -> str:
    tokens = TOKEN.findall(text) or [""]
    k = int(random.integers(len(tokens)))
    kind = random.integers(4)
    if kind == 0:
        tokens[k] = WORDS[random.integers(len(WORDS))]
    elif kind == 1:
        tokens.insert(k, f" {WORDS[random.integers(len(WORDS))]} ")
    elif kind == 2:
        tokens[k] = tokens[random.integers(len(tokens))]
    else:
        del tokens[k]
    return "".join(tokens)


def _lines(text: str, random: np.random.Generator) -> str:
    lines = text.split("\n")
    a, b = random.integers(len(lines), size=2)
    kind = random.integers(3)
    if kind == 0:
        lines[a], lines[b] = lines[b], lines[a]
    elif kind == 1:
        lines.insert(a, lines[b])
    else:
        del lines[a]
    return "\n".join(lines)
