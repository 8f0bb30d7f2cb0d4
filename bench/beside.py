"""Rows of the table of speed: qnet beside a peer on the same work."""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import times
from typing import Any

AGREEMENT = 1e-9
"""Largest difference between the numbers of qnet and of its peer."""


@dataclass(frozen=True)
class Row:
    """One comparison: medians in processor seconds, and what is to be reached.

    `theirs` is None where the peer is absent; `goal` the ratio theirs / ours to reach,
    or None where the row has a goal of its own, told by `note`.
    """

    work: str
    peer: str
    ours: float
    theirs: float | None
    goal: float | None
    difference: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Peer over qnet."""
        return None if self.theirs is None else self.theirs / self.ours

    def markdown(self) -> str:
        """One line of the table."""
        theirs = "absent" if self.theirs is None else f"{self.theirs:.3g} s"
        ratio = "" if self.ratio is None else f"{self.ratio:.2g}"
        goal = "" if self.goal is None else f"{self.goal:g}"
        agree = "" if self.difference is None else f"{self.difference:.0e}"
        return (
            f"| {self.work} | {self.peer} | {theirs} | {self.ours:.3g} s | {ratio} "
            f"| {goal} | {agree} | {self.note} |"
        )


HEAD = (
    "| work | peer | peer takes | qnet takes | ratio | to reach | difference | note |\n"
    "|---|---|---|---|---|---|---|---|"
)


def median(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Median of the processor seconds of some work, and what it returns."""
    seconds = []
    for _ in range(repeats):
        start = processor_seconds()
        found = work()
        seconds.append(processor_seconds() - start)
    return statistics.median(seconds), found


def processor_seconds() -> float:
    """Time of this process and its children on processors.

    Not by the clock: both sides run one thread, and the machine may have other work.
    """
    used = times()
    return used.user + used.system + used.children_user + used.children_system


def present(module: str) -> bool:
    """Whether a peer is installed."""
    return importlib.util.find_spec(module) is not None


def agree(difference: float, work: str, within: float = AGREEMENT) -> float:
    """Pass a difference on, or say that the two computed different things."""
    if not difference <= within:
        raise SystemExit(f"{work}: qnet and its peer differ by {difference:.1e}")
    return difference


def show(rows: Iterable[Row]) -> None:
    """Print rows as they come."""
    print(HEAD)
    for row in rows:
        print(row.markdown(), flush=True)
