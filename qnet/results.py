"""Answers as labelled values: a quantity, the answer to one card, the whole report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.certificate import THRESHOLDS
from qnet.circuit import Axis
from qnet.diagnostics import Diagnostic, Label

if TYPE_CHECKING:
    import pandas
    import xarray

SCHEMA: Final = 1
"""Version of the layout that `Report.to_dict` gives."""

Labels = Mapping[str, tuple[str, ...] | NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A labelled array.

    Attributes
    ----------
    values : array, a dimension an axis
        Real or complex; NaN at a marked point.
    axes : tuple of str
        Name of each dimension: sweep axes first, then its own (``terminal``, ``to``,
        ``from`` …).
    labels : mapping
        Coordinates of its own axes: terminal names, energies. A key that is no axis
        is a further column beside the own axis of the same length (the node of each
        terminal).
    bound : float
        Rounding error of the values, in their unit, where it is known; values below
        it are printed as 0.
    """

    name: str
    values: NDArray[Any]
    axes: tuple[str, ...] = ()
    unit: str = ""
    labels: Labels = field(default_factory=dict)
    bound: float = 0.0

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: ANN401
        return np.array(self.values, dtype=dtype, copy=copy)

    def __float__(self) -> float:
        if np.size(self.values) != 1:
            raise TypeError(f"'{self.name}' has {np.size(self.values)} values, not one")
        return float(np.real(self.values).reshape(()))

    def own_axes(self, sweep: tuple[str, ...]) -> tuple[str, ...]:
        """Axes that are no sweep axes."""
        return tuple(axis for axis in self.axes if axis not in sweep)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: complex as [re, im], marked points as null."""
        shown: dict[str, Any] = {
            "values": plain(self.values),
            "unit": self.unit,
            "axes": list(self.axes),
        }
        if self.labels:
            shown["labels"] = {
                key: plain(value) if isinstance(value, np.ndarray) else list(value)
                for key, value in self.labels.items()
            }
        if self.bound:
            shown["bound"] = self.bound
        return shown


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The answer to one card; `title` is its heading for people."""

    analysis: str
    quantities: Mapping[str, Quantity]
    notes: tuple[str, ...] = ()
    title: str = ""

    def __getitem__(self, name: str) -> Quantity:
        return self.quantities[name]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        shown: dict[str, Any] = {
            "analysis": self.analysis,
            "quantities": {k: q.to_dict() for k, q in self.quantities.items()},
        }
        if self.title:
            shown["title"] = self.title
        if self.notes:
            shown["notes"] = list(self.notes)
        return shown


@dataclass(frozen=True, slots=True)
class Verdict:
    """An ``.assert`` or an audit: what was asked, whether it holds, how far at worst.

    `where` names the worst point or pair in words. `unchecked` says why an audit was
    not made; it has nothing against an answer then.
    """

    name: str
    passed: bool
    worst: float
    where: str = ""
    unchecked: str = ""

    def to_dict(self, name: str = "name") -> dict[str, Any]:
        """Plain values; `name` is the key of its name, ``text`` for an assert."""
        shown = {
            name: self.name,
            "passed": self.passed,
            "worst": plain(np.asarray(self.worst)),
            "where": self.where,
        }
        return shown | ({"unchecked": self.unchecked} if self.unchecked else {})


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A ``.plot`` card: what to show, against what if not against the sweep."""

    items: Mapping[str, Quantity]
    against: Quantity | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; `against` has one entry at most."""
        against = () if self.against is None else (self.against,)
        return {
            "items": {name: q.to_dict() for name, q in self.items.items()},
            "against": {q.name: q.to_dict() for q in against},
        }


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything a run has to say.

    Attributes
    ----------
    axes : tuple of Axis
        Sweep axes in the order declared; empty when nothing is swept.
    measures : mapping
        One entry for each ``.meas``.
    tables : tuple of mapping
        One for each ``.print``: its items by their text.
    analyses : tuple of Result
        One for each analysis card.
    asserts, audits : tuple of Verdict
        Claims of the netlist, and checks of qnet's own.
    certificates : mapping
        Worst defects behind the numbers, along the sweep.
    diagnostics : tuple of Diagnostic
        Notes and warnings, and the reason of every marked point.
    settings : mapping
        What was solved, in words: ``spin``, ``response``, counts of terminals and
        islands.
    provenance : mapping
        All that decides the numbers: text of the netlist, overrides, data, versions.
    graphs : tuple of Graph
        One for each ``.plot``.
    silent : mapping
        Up to where each certificate is silent, at the size of this problem.
    """

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
    provenance: Mapping[str, str] = field(default_factory=dict)
    graphs: tuple[Graph, ...] = ()
    silent: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every assert and every audit holds."""
        return all(v.passed for v in (*self.asserts, *self.audits))

    @property
    def sweep(self) -> tuple[str, ...]:
        """Names of the sweep axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def points(self) -> int:
        """Number of sweep points."""
        return int(np.prod([len(axis) for axis in self.axes], dtype=int))

    def __getitem__(self, analysis: str) -> Result:
        """Answer to the first card of one analysis: ``report["op"]``."""
        for result in self.analyses:
            if result.analysis == analysis:
                return result
        raise KeyError(analysis)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON.

        Complex numbers are [re, im]; a marked point is None, and its reason stands
        in ``diagnostics``. A quantity that depends on nothing has a plain number for
        its ``values``.
        """
        return {
            "schema": SCHEMA,
            "title": self.title,
            "axes": {axis.name: _axis_as_dict(axis) for axis in self.axes},
            "measures": {name: q.to_dict() for name, q in self.measures.items()},
            "tables": [
                {name: q.to_dict() for name, q in table.items()}
                for table in self.tables
            ],
            "analyses": [result.to_dict() for result in self.analyses],
            "asserts": [verdict.to_dict("text") for verdict in self.asserts],
            "audits": [verdict.to_dict() for verdict in self.audits],
            "certificates": {
                name: quantity.to_dict() | self.limits_of(name)
                for name, quantity in self.certificates.items()
            },
            "diagnostics": [diagnostic_as_dict(d) for d in self.diagnostics],
            "settings": dict(self.settings),
            "provenance": dict(self.provenance),
            "graphs": [graph.to_dict() for graph in self.graphs],
        }

    def limits_of(self, certificate: str) -> dict[str, Any]:
        """What a certificate means, and its limits.

        Returns
        -------
        dict
            ``meaning``; ``silent`` up to a defect, flagged up to the next, and
            ``refused`` above.
        """
        known = THRESHOLDS.get(certificate)
        if known is None:
            return {}
        return {
            "meaning": known.meaning,
            "silent": self.silent.get(certificate, known.silent),
            "refused": known.refused,
        }

    def _repr_html_(self) -> str:
        from qnet.output.html import report_html

        return report_html(self)

    def to_xarray(self) -> xarray.Dataset:
        """Everything as `xarray.Dataset`, dimensions named by the steps.

        Units and long names are attributes of the variables; the netlist, versions,
        conventions, verdicts and diagnostics are attributes of the whole. Certificates
        are variables, ``certificate.sum rules``, with their thresholds.
        """
        from qnet.output.dataset import to_xarray

        return to_xarray(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The table of the sweep as `pandas.DataFrame`, a row for each point."""
        from qnet.output.export import to_pandas

        return to_pandas(self)


def numeric_axes(quantity: Quantity, sweep: Sequence[str]) -> tuple[Axis, ...]:
    """Own axes of a quantity whose labels are numbers: energies, in eV."""
    axes = []
    for name in quantity.axes:
        labels = quantity.labels.get(name)
        if name not in sweep and isinstance(labels, np.ndarray):
            axes.append(Axis(name, labels, "eV" if name == "energy" else ""))
    return tuple(axes)


def aligned(
    quantity: Quantity, points: Sequence[Axis], own: Sequence[str]
) -> NDArray[Any]:
    """Values with all axes in `points` first, then those named in `own`, broadcast.

    Returns
    -------
    (*points, *own)
    """
    order = [*(axis.name for axis in points), *own]
    lengths = [*(len(axis) for axis in points), *(len(quantity.labels[a]) for a in own)]
    present = [quantity.axes.index(name) for name in order if name in quantity.axes]
    values = np.transpose(quantity.values, present)
    index = tuple(slice(None) if name in quantity.axes else None for name in order)
    return np.broadcast_to(values[index], lengths)


def plain(values: NDArray[Any]) -> Any:  # noqa: ANN401  nested lists of any depth
    """Nested lists of floats, [re, im] pairs, and None for what is not finite.

    >>> plain(np.array([1.0, np.nan]))
    [1.0, None]
    >>> plain(np.array(2 + 3j))
    [2.0, 3.0]
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fc":
        return values.tolist()
    good = np.isfinite(values)
    if values.dtype.kind == "c":
        pairs = np.stack([values.real, values.imag], -1)
        return pairs.tolist() if good.all() else _pairs_or_none(pairs.tolist(), good)
    if good.all():
        return values.tolist()
    marked = values.astype(object)
    marked[~good] = None
    return marked.tolist()


def _pairs_or_none(pairs: Any, good: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    if good.ndim == 0:
        return pairs if good else None
    return [_pairs_or_none(p, g) for p, g in zip(pairs, good, strict=True)]


def _axis_as_dict(axis: Axis) -> dict[str, Any]:
    shown: dict[str, Any] = {"values": plain(axis.values), "unit": axis.unit}
    if axis.coordinates:
        shown["coordinates"] = {
            name: {"values": plain(values), "unit": unit}
            for name, values, unit in axis.coordinates
        }
    return shown


def diagnostic_as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """One finding as plain values, ready for JSON."""
    shown: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    }
    if diagnostic.primary is not None:
        shown |= _place_as_dict(diagnostic.primary)
    if diagnostic.others:
        shown["others"] = [_place_as_dict(label) for label in diagnostic.others]
    if diagnostic.why:
        shown["why"] = diagnostic.why
    if diagnostic.help:
        shown["help"] = diagnostic.help
    return shown


def _place_as_dict(label: Label) -> dict[str, Any]:
    span = label.span
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "length": span.stop - span.start,
        "label": label.text,
    }
