"""What to do with a number that a key refuses: an error, or a mark on that point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.diagnostics import Diagnostic
from qnet.lang.findings import Findings


class Inspection(Protocol):
    """Hears of numbers that are not acceptable."""

    def refuse(self, bad: Bools, why: Callable[[int], Diagnostic]) -> None:
        """Hear of a refusal.

        Parameters
        ----------
        bad : (rows or 1, *sweep)
            Where.
        why : callable
            The finding for a row.
        """


class Refusing:
    """Every refusal is an error of the netlist."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def refuse(self, bad: Bools, why: Callable[[int], Diagnostic]) -> None:
        """Add one error for each row, for the first few rows."""
        rows = np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))
        self._findings.errors.extend(why(int(row)) for row in rows[:20])


class Marking:
    """A refusal marks its points of the sweep, with the reason.

    Attributes
    ----------
    labels : (*sweep)
        0 where nothing is wrong, else minus the number of a reason.
    reasons : dict
        Diagnostic by label.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.labels: Ints = np.zeros(shape, np.intp)
        self.reasons: dict[int, Diagnostic] = {}

    def refuse(self, bad: Bools, why: Callable[[int], Diagnostic]) -> None:
        """Mark points not marked yet."""
        here = np.broadcast_to(bad.any(axis=0), self.labels.shape) & (self.labels == 0)
        if here.any():
            row = int(np.argmax(bad.reshape(len(bad), -1).any(axis=1)))
            self.mark(here, why(row))

    def mark(self, here: Bools, reason: Diagnostic) -> None:
        """Give points a reason."""
        label = -1 - len(self.reasons)
        self.labels[here] = label
        self.reasons[label] = reason
