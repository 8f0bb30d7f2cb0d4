"""Names of nodes and elements: folded, interned to numbers, spelled as first seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count, islice

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import Label, Span
from qnet.lang.findings import Findings
from qnet.lang.texts import pages_of

GROUND = "0"
"""The voltage reference; ``gnd`` is another word for it."""

MOST_REPORTED = 20
"""Equal faults of one run that are told; nobody reads the thousandth."""


class NodeTable:
    """Numbers of nodes by name.

    Names fold case and keep their first spelling; a second spelling draws a note.
    """

    def __init__(self, findings: Findings) -> None:
        self.names: list[str] = []
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._is_folded = True  # every name so far is in lower case
        self._noted: set[str] = set()
        self._findings = findings

    def __len__(self) -> int:
        return len(self.names)

    def numbers(
        self, names: Sequence[str], place: Callable[[int], Span | None]
    ) -> Ints:
        """Numbers of nodes, new where a name is; `place` gives the span of the k-th."""
        found, done = [], 0
        for page in pages_of(names):
            found.append(self._page(page, _from(place, done)))
            done += len(page)
        return np.concatenate(found) if found else np.zeros(0, np.intp)

    def _page(self, names: Sequence[str], place: Callable[[int], Span | None]) -> Ints:
        """Numbers of some thousand nodes."""
        known, before = self._numbers, len(self._numbers)
        folded = _lowered(names)
        if "gnd" in folded:
            folded = [GROUND if name == "gnd" else name for name in folded]
        found = np.fromiter(map(known.__getitem__, folded), np.intp, len(folded))
        # New numbers ascend: each name is new where its number exceeds all so far.
        highest = np.maximum.accumulate(np.append(before - 1, found))
        new = [folded[k] for k in np.flatnonzero(found > highest[:-1]).tolist()]
        if folded is names and self._is_folded:
            self.names.extend(new)
            return found
        self._is_folded = False
        first = dict(zip(reversed(folded), reversed(names), strict=True))
        self.names.extend(GROUND if n == GROUND else first[n] for n in new)
        shown = list(map(self.names.__getitem__, found.tolist()))
        if shown != list(names):
            self._note_spellings(names, shown, place)
        return found

    def number(self, name: str, span: Span | None) -> int:
        """Number of one node, new if the name is."""
        return int(self.numbers([name], lambda _: span)[0])

    def find(self, name: str) -> int | None:
        """Number of a node that exists, or None."""
        folded = name.lower()
        return self._numbers.get(GROUND if folded == "gnd" else folded)

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
        self._known: set[str] = set()
        self._numbers: dict[str, int] = {}  # filled once a name is given twice
        self._runs: list[tuple[int, Sequence[str], Callable[[int], Span]]] = []
        self._count = 0
        self._findings = findings

    def claim(self, names: Sequence[str], place: Callable[[int], Span]) -> None:
        """Note the names of a run of elements; an error for each one taken already."""
        start = self._count
        self._count += len(names)
        if not self._numbers:
            for page in pages_of(names):
                self._known.update(_lowered(page))
            if len(self._known) < self._count:
                for first, earlier, _ in self._runs:
                    self._number(earlier, first)
        self._runs.append((start, names, place))
        if len(self._known) == self._count:
            return
        for k in islice(self._number(names, start), MOST_REPORTED):
            owner = self._numbers[names[k].lower()]
            self._refuse(names[k], place(k), self._place(owner))

    def _number(self, names: Sequence[str], start: int) -> list[int]:
        """Number names from `start` on; which of them have a number already."""
        known = self._numbers
        lowered = (name for page in pages_of(names) for name in _lowered(page))
        return [
            k
            for k, name in enumerate(lowered)
            if known.setdefault(name, start + k) != start + k
        ]

    def _place(self, number: int) -> Span:
        """Where the element of a number stands."""
        start, _, place = next(r for r in reversed(self._runs) if r[0] <= number)
        return place(number - start)

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


def _from(
    place: Callable[[int], Span | None], first: int
) -> Callable[[int], Span | None]:
    """Places counted from a later one on."""
    return lambda k: place(first + k)


def _lowered(names: Sequence[str]) -> Sequence[str]:
    """Names in lower case; the same object where they are."""
    together = "\n".join(names)
    lowered = together.lower()
    return names if lowered == together else lowered.split("\n")
