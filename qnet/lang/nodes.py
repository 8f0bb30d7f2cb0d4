"""Names of nodes and elements: folded, interned to numbers, spelled as first seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Label, Span
from qnet.lang.findings import Findings
from qnet.lang.interning import Interner, first_seen
from qnet.lang.texts import lowered

GROUND = "0"
"""The voltage reference; ``gnd`` is another word for it."""

MOST_REPORTED = 20
"""Equal faults of one run that are told; nobody reads the thousandth."""


class NodeTable:
    """Numbers of nodes by name.

    Names fold case and keep their first spelling; a second spelling draws a note.
    """

    def __init__(self, findings: Findings) -> None:
        self._folded = Interner()
        self._spelled: list[str] | None = None  # None while all are in lower case
        self._noted: set[str] = set()
        self._findings = findings

    def __len__(self) -> int:
        return len(self._folded)

    @property
    def names(self) -> Sequence[str]:
        """Names by number, as they are spelled first."""
        return self._folded.words() if self._spelled is None else self._spelled

    def numbers(
        self, names: Sequence[str], place: Callable[[int], Span | None]
    ) -> Ints:
        """Numbers of nodes, new where a name is; `place` gives the span of the k-th."""
        folded, before = lowered(names), len(self)
        if "gnd" in folded:
            folded = [GROUND if name == "gnd" else name for name in folded]
        found = self._folded.numbers(folded)
        if folded is names and self._spelled is None:
            return found
        if self._spelled is None:
            self._spelled = list(self._folded.words()[:before])
        new = compress(zip(folded, names, strict=True), first_seen(found, before))
        self._spelled.extend(GROUND if low == GROUND else name for low, name in new)
        shown = list(map(self._spelled.__getitem__, found.tolist()))
        if shown != list(names):
            self._note_spellings(names, shown, place)
        return found

    def number(self, name: str, place: Callable[[], Span]) -> int:
        """Number of one node, new if the name is."""
        return int(self.numbers([name], lambda _: place())[0])

    def find(self, name: str) -> int | None:
        """Number of a node that exists, or None."""
        folded = name.lower()
        return self._folded.find(GROUND if folded == "gnd" else folded)

    def _note_spellings(
        self,
        names: Sequence[str],
        shown: Sequence[str],
        place: Callable[[int], Span | None],
    ) -> None:
        """A note for each second spelling of a node."""
        for k, (name, first) in enumerate(zip(names, shown, strict=True)):
            if first in (name, GROUND) or name in self._noted:
                continue
            self._noted.add(name)
            message = f"'{name}' and '{first}' are one node: names fold case"
            self._findings.note("QN210", message, place(k))


class ElementNames:
    """Every element's name, to find those given twice."""

    def __init__(self, findings: Findings) -> None:
        self._folded = Interner()
        # first number of each run, its places, and which rows those numbers are of
        self._runs: list[tuple[int, Callable[[int], Span], Ints]] = []
        self._findings = findings

    def claim(self, names: Sequence[str], place: Callable[[int], Span]) -> None:
        """Note the names of a run of elements; an error for each one taken already."""
        before = len(self._folded)
        found = self._folded.numbers(lowered(names))
        if len(self._folded) - before == len(names):
            self._runs.append((before, place, np.arange(len(names))))
            return
        is_new = first_seen(found, before)
        self._runs.append((before, place, np.flatnonzero(is_new)))
        for k in np.flatnonzero(~is_new)[:MOST_REPORTED].tolist():
            self._refuse(names[k], place(k), self._place(int(found[k])))

    def _place(self, number: int) -> Span:
        """Where the element of a number stands."""
        start, place, rows = next(r for r in reversed(self._runs) if r[0] <= number)
        return place(int(rows[number - start]))

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
