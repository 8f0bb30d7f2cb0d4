"""Answers as labelled values: a quantity, the answer to one card, the whole report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A labelled array.

    Attributes
    ----------
    values : (*axes)
        Real or complex; NaN at a marked point.
    axes : tuple of str
        Name of each dimension: sweep axes first, then its own (``terminal``, ``to``,
        ``from`` …).
    labels : mapping
        Coordinates of its own axes: terminal names, energies.
    """

    name: str
    values: NDArray[Any]
    axes: tuple[str, ...] = ()
    unit: str = ""
    labels: Mapping[str, tuple[str, ...] | NDArray[np.float64]] = field(
        default_factory=dict
    )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: ANN401
        return np.array(self.values, dtype=dtype, copy=copy)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The answer to one card."""

    analysis: str
    quantities: Mapping[str, Quantity]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """An ``.assert`` or an audit: what was asked, whether it holds, how far at worst.

    `where` names the worst point or pair in words.
    """

    name: str
    passed: bool
    worst: float
    where: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything a run has to say."""

    title: str
    axes: tuple[Axis, ...]
    measures: Mapping[str, Quantity]
    tables: tuple[Mapping[str, Quantity], ...]
    analyses: tuple[Result, ...]
    asserts: tuple[Verdict, ...]
    audits: tuple[Verdict, ...]
    certificates: Mapping[str, Quantity]
    diagnostics: tuple[Diagnostic, ...]
    settings: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether every assert and every audit holds."""
        return all(v.passed for v in (*self.asserts, *self.audits))
