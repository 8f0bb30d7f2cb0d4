"""Names of nodes and elements: folded, interned to numbers, spelled as first seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Label, Span
from qnet.lang.findings import Findings

GROUND = "0"
"""The voltage reference; ``gnd`` is another word for it."""


class NodeTable:
    """Numbers of nodes by name.

    Names fold case and keep their first spelling; a second spelling draws a note.
    """

    def __init__(self, findings: Findings) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._spellings: dict[str, int] = {}
        self._findings = findings

    def __len__(self) -> int:
        return len(self.names)

    def number(self, name: str, span: Callable[[], Span | None]) -> int:
        """Number of a node, new if the name is."""
        known = self._spellings.get(name)
        if known is not None:
            return known
        folded = name.lower()
        folded = GROUND if folded == "gnd" else folded
        number = self._numbers.get(folded)
        if number is None:
            number = len(self.names)
            self._numbers[folded] = number
            self.names.append(GROUND if folded == GROUND else name)
        elif folded != GROUND:
            first = self.names[number]
            message = f"'{name}' and '{first}' are one node: names fold case"
            self._findings.note("QN210", message, span())
        self._spellings[name] = number
        return number

    def numbers(
        self, names: Sequence[str], place: Callable[[int], Span | None]
    ) -> Ints:
        """Numbers of many nodes; `place` gives the span of the k-th."""
        known = self._spellings
        return np.fromiter(
            (
                known[name] if name in known else self._new(name, place, k)
                for k, name in enumerate(names)
            ),
            np.intp,
            len(names),
        )

    def find(self, name: str) -> int | None:
        """Number of a node that exists, or None."""
        folded = name.lower()
        return self._numbers.get(GROUND if folded == "gnd" else folded)

    def _new(self, name: str, place: Callable[[int], Span | None], k: int) -> int:
        return self.number(name, lambda: place(k))


class ElementNames:
    """Every element's name, to find those given twice."""

    def __init__(self, findings: Findings) -> None:
        self._owners: dict[str, tuple[Callable[[int], Span], int]] = {}
        self._findings = findings

    def claim(self, names: Sequence[str], place: Callable[[int], Span]) -> None:
        """Note the names of a run of elements; an error for each one taken already."""
        owners = self._owners
        for k, name in enumerate(names):
            owner = owners.setdefault(name.lower(), (place, k))
            if owner[1] != k or owner[0] is not place:
                self._refuse(name, place(k), owner[0](owner[1]))

    def _refuse(self, name: str, here: Span, first: Span) -> None:
        repeated = here.start == first.start and here.source is first.source
        cure = f"name each one, {name}{{k}}" if repeated else "rename one of them"
        self._findings.error(
            "QN202",
            f"two elements are called '{name}'",
            here,
            label="again here",
            others=() if repeated else (Label(first, "first here"),),
            help=cure,
        )
