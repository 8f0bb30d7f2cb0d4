"""A report made again from what a result file holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import Diagnostic, Label, Source, Span
from qnet.results import Graph, Labels, Quantity, Report, Result, Verdict

Arrays = Mapping[str, NDArray[Any]]
"""Values that stand beside the description of a report, by name."""


def report_of(
    held: Mapping[str, Any], arrays: Arrays | None = None, name: str = "netlist"
) -> Report:
    """Make a report from what `Report.to_dict` made of it.

    Parameters
    ----------
    held : mapping
        In place of ``values`` and of ``labels`` may stand ``{"array": name}``.
    arrays : mapping, optional
        The arrays that such names stand for.
    name : str
        Of the netlist, where the file does not tell.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is no description of a report.
    """
    reader = _Reader(arrays or {})
    provenance = dict(held["provenance"])
    return Report(
        title=held["title"],
        axes=tuple(reader.axis(name, axis) for name, axis in held["axes"].items()),
        measures=reader.table(held["measures"]),
        tables=tuple(map(reader.table, held["tables"])),
        analyses=tuple(map(reader.result, held["analyses"])),
        asserts=tuple(_verdict(verdict, "text") for verdict in held["asserts"]),
        audits=tuple(_verdict(verdict, "name") for verdict in held["audits"]),
        certificates=reader.table(held["certificates"]),
        diagnostics=tuple(
            _diagnostic(found, provenance.get("netlist", ""), name)
            for found in held["diagnostics"]
        ),
        settings=dict(held["settings"]),
        silent={
            name: certificate["silent"]
            for name, certificate in held["certificates"].items()
            if "silent" in certificate
        },
        provenance=provenance,
        graphs=tuple(reader.graph(graph) for graph in held.get("graphs", ())),
    )


class _Reader:
    """Quantities from their description."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    def axis(self, name: str, held: Mapping[str, Any]) -> Axis:
        coordinates = held.get("coordinates", {}).items()
        return Axis(
            name,
            self._array(held["values"], 1),
            held["unit"],
            tuple(
                (key, self._array(c["values"], 1), c["unit"]) for key, c in coordinates
            ),
        )

    def table(self, held: Mapping[str, Any]) -> dict[str, Quantity]:
        return {name: self.quantity(name, q) for name, q in held.items()}

    def result(self, held: Mapping[str, Any]) -> Result:
        return Result(
            held["analysis"],
            self.table(held["quantities"]),
            tuple(held.get("notes", ())),
            held.get("title", ""),
        )

    def graph(self, held: Mapping[str, Any]) -> Graph:
        items = self.table(held["items"])
        against = [self.quantity(*one) for one in held["against"].items()]
        return Graph(items, against[0] if against else None)

    def quantity(self, name: str, held: Mapping[str, Any]) -> Quantity:
        axes = tuple(held["axes"])
        labels: Labels = {
            key: self._labels(value) for key, value in held.get("labels", {}).items()
        }
        return Quantity(
            held.get("name", name),
            self._array(held["values"], len(axes)),
            axes,
            held["unit"],
            labels,
            held.get("bound", 0.0),
        )

    def _labels(
        self, held: Sequence[Any] | Mapping[str, str]
    ) -> tuple[str, ...] | NDArray[np.float64]:
        if isinstance(held, Mapping):
            array = self._arrays[held["array"]]
            is_text = array.dtype.kind in "UO"
            return tuple(map(str, array)) if is_text else np.asarray(array, float)
        if any(isinstance(label, str) for label in held):
            return tuple(held)
        return np.array(held, float)

    def _array(self, held: Any, rank: int) -> NDArray[Any]:  # noqa: ANN401  any depth
        if isinstance(held, Mapping):
            return np.array(self._arrays[held["array"]])
        shape = tuple(_lengths(held, rank))
        flat = [held]
        for _ in range(rank):
            flat = [entry for row in flat for entry in row]
        if any(isinstance(entry, list) for entry in flat):
            pairs = [(np.nan, np.nan) if e is None else e for e in flat]
            return np.array([complex(*pair) for pair in pairs]).reshape(shape)
        return np.array([np.nan if e is None else e for e in flat]).reshape(shape)


def _lengths(held: Any, rank: int) -> Iterator[int]:  # noqa: ANN401  any depth
    for _ in range(rank):
        yield len(held)
        held = held[0] if held else []


def _verdict(held: Mapping[str, Any], name: str) -> Verdict:
    worst = np.nan if held["worst"] is None else held["worst"]
    unchecked = held.get("unchecked", "")
    return Verdict(held[name], held["passed"], worst, held["where"], unchecked)


def _diagnostic(held: Mapping[str, Any], netlist: str, name: str) -> Diagnostic:
    """A finding; its place, where that is in the netlist itself."""
    primary = None
    if "line" in held and not held.get("included"):
        source = Source(held.get("file", name), netlist)
        start = source.line_starts[held["line"] - 1] + held["column"] - 1
        primary = Label(Span(source, start, start + held["length"]), held["label"])
    return Diagnostic(
        held["code"],
        held["message"],
        primary,
        why=held.get("why", ""),
        help=held.get("help", ""),
        severity=held["severity"],
    )
