"""A report as labelled arrays: the form behind xarray, NetCDF, npz and raw files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import Diagnostic
from qnet.output.restore import report_of
from qnet.results import (
    SCHEMA,
    Graph,
    Quantity,
    Report,
    Result,
    diagnostic_as_dict,
    plain,
)

if TYPE_CHECKING:
    import xarray

CONVENTIONS: Final = (
    "S[out, in]; T[a, b] from b into a; currents positive into the device; "
    "mu = EF - e V; one-sided noise; flux in h/e; G = (spin) e^2/h (N - T)"
)
"""Signs and units, in one line, for whoever finds a file years later."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One array with named dimensions and remarks: its unit, its long name."""

    dims: tuple[str, ...]
    values: NDArray[Any]
    attributes: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Variables, the coordinates of their dimensions, and what is said of them all."""

    variables: Mapping[str, Variable]
    coordinates: Mapping[str, Variable]
    attributes: Mapping[str, str]

    @property
    def arrays(self) -> dict[str, Variable]:
        """Coordinates and variables together, by name."""
        return {**self.coordinates, **self.variables}

    def checksum(self) -> str:
        """SHA-256 of every name, remark and bit."""
        total = hashlib.sha256()
        for name, variable in sorted(self.arrays.items()):
            remarks = sorted(dict(variable.attributes).items())
            said = [name, list(variable.dims), remarks, list(variable.values.shape)]
            total.update(json.dumps(said, ensure_ascii=False).encode())
            total.update(_bits(variable.values))
        rest = sorted((k, v) for k, v in self.attributes.items() if k != "checksum")
        total.update(json.dumps(rest, ensure_ascii=False).encode())
        return total.hexdigest()

    def dump(self) -> Iterator[str]:
        """Everything as lines of text, the same for the same numbers."""
        for name, text in sorted(self.attributes.items()):
            yield f"attribute {name}: {json.dumps(text, ensure_ascii=False)}"
        for name, variable in sorted(self.arrays.items()):
            about = json.dumps(dict(sorted(variable.attributes.items())))
            yield f"variable {name} ({', '.join(variable.dims)}) {about}"
            yield from (f"  {value!r}" for value in variable.values.ravel().tolist())


def _bits(values: NDArray[Any]) -> bytes:
    if values.dtype.kind in "USO":
        return json.dumps(values.tolist(), ensure_ascii=False).encode()
    kind = {"f": "<f8", "c": "<c16"}.get(values.dtype.kind, "<i8")
    return np.ascontiguousarray(values, kind).tobytes()


def dataset_of(report: Report) -> Dataset:
    """Every number of a report under one roof.

    Measures and printed items go by their own names, the quantities of an analysis by
    ``op.voltage``, certificates by ``certificate.sum rules``. Dimensions are named by
    the steps; where two cards have different labels on one axis, the second has the
    axis ``spectrum.energy``. The attribute ``report`` tells how to make a report of
    them again.
    """
    gathering = _Gathering(report)
    told = {
        "axes": gathering.axes(report.axes),
        "measures": gathering.table(report.measures),
        "tables": [gathering.table(table) for table in report.tables],
        "analyses": [gathering.result(result) for result in report.analyses],
        "certificates": gathering.certificates(report),
        "graphs": [gathering.graph(graph) for graph in report.graphs],
    }
    attributes = {
        **_attributes(report),
        "report": json.dumps(told, ensure_ascii=False),
        "axes": json.dumps(list(report.sweep)),
        "coordinates": json.dumps(list(gathering.coordinates)),
    }
    found = Dataset(gathering.variables, gathering.coordinates, attributes)
    return replace(found, attributes={**attributes, "checksum": found.checksum()})


def report_from(dataset: Dataset, name: str = "netlist") -> Report:
    """Make a report again from what `dataset_of` made of it.

    Raises
    ------
    KeyError, TypeError, ValueError
        The dataset is none of a report.
    """
    arrays = {name: variable.values for name, variable in dataset.arrays.items()}
    about = dataset.attributes
    words = ("asserts", "audits", "diagnostics", "settings")
    provenance = {key: about[key] for key in json.loads(about["provenance"])}
    held = {
        **json.loads(about["report"]),
        **{word: json.loads(about[word]) for word in words},
        "title": about["title"],
        "provenance": provenance,
    }
    return report_of(held, arrays, name)


class _Gathering:
    """Variables met so far, the labels of their dimensions, and who has which."""

    def __init__(self, report: Report) -> None:
        self.variables: dict[str, Variable] = {}
        self.coordinates: dict[str, Variable] = {}
        self._sweep = report.sweep
        for axis in report.axes:
            columns = ((axis.name, axis.values, axis.unit), *axis.coordinates)
            for name, values, unit in columns:
                about = {"units": unit, "long_name": name}
                self.coordinates[name] = Variable((axis.name,), values, about)

    def axes(self, axes: tuple[Axis, ...]) -> dict[str, Any]:
        """Where the values of the steps stand."""
        return {
            axis.name: {
                "values": {"array": axis.name},
                "unit": axis.unit,
                "coordinates": {
                    name: {"values": {"array": name}, "unit": unit}
                    for name, _, unit in axis.coordinates
                },
            }
            for axis in axes
        }

    def table(self, table: Mapping[str, Quantity]) -> dict[str, Any]:
        """Where measures, or the items of a ``.print``, stand."""
        return {name: self.add(name, name, q, "") for name, q in table.items()}

    def result(self, result: Result) -> dict[str, Any]:
        """Where the quantities of an analysis stand, and its words."""
        name = result.analysis
        return {
            "analysis": name,
            "title": result.title,
            "notes": list(result.notes),
            "quantities": {
                key: self.add(f"{name}.{key}", f"{key} ({name})", quantity, name)
                for key, quantity in result.quantities.items()
            },
        }

    def certificates(self, report: Report) -> dict[str, Any]:
        """Where the certificates stand, and up to where they are silent."""
        found = {}
        for name, quantity in report.certificates.items():
            limits = report.limits_of(name)
            place = self.add(f"certificate.{name}", name, quantity, "", limits)
            silent = {"silent": limits["silent"]} if limits else {}
            found[name] = place | silent
        return found

    def graph(self, graph: Graph) -> dict[str, Any]:
        """Where the values of a ``.plot`` stand."""
        against = () if graph.against is None else (graph.against,)
        return {
            "items": self.table(graph.items),
            "against": self.table({q.name: q for q in against}),
        }

    def add(
        self,
        key: str,
        title: str,
        quantity: Quantity,
        analysis: str,
        remarks: Mapping[str, str | float] | None = None,
    ) -> dict[str, Any]:
        """Add a quantity under a name of its own; returns where it stands."""
        dims = tuple(
            axis if axis in self._sweep else self._dimension(axis, quantity, analysis)
            for axis in quantity.axes
        )
        about = {"units": quantity.unit, "long_name": title, **(remarks or {})}
        lengths = [len(self.coordinates[dim].values) for dim in dims]
        made = Variable(dims, np.broadcast_to(quantity.values, lengths), about)
        return {
            "values": {"array": self._file(_plain(key), made)},
            "name": quantity.name,
            "unit": quantity.unit,
            "axes": list(quantity.axes),
            "labels": {
                name: self._told(name, quantity, dims)
                for name in quantity.labels
                if name not in self._sweep
            },
            "bound": quantity.bound,
        }

    def _told(self, name: str, quantity: Quantity, dims: tuple[str, ...]) -> Any:  # noqa: ANN401  for JSON
        """Where labels of a quantity stand, or the labels if they belong to no axis."""
        if name in quantity.axes:
            return {"array": dims[quantity.axes.index(name)]}
        labels = quantity.labels[name]
        if dims and len(labels) == len(self.coordinates[dims[-1]].values):
            return {"array": self._beside(name, labels, dims[-1:])}
        return plain(labels) if isinstance(labels, np.ndarray) else list(labels)

    def _file(self, key: str, made: Variable) -> str:
        """Put a variable under its name, numbered if another one has that."""
        name, k = key, 1
        while name in self.coordinates or not _same(self.variables.get(name), made):
            k += 1
            name = f"{key} ({k})"
        self.variables.setdefault(name, made)
        return name

    def _beside(self, name: str, values: Any, dims: tuple[str, ...]) -> str:  # noqa: ANN401
        """A further column of labels beside an axis: the node of each terminal."""
        made = Variable(dims, _labels(values), {"units": "", "long_name": name})
        for key in (name, *(f"{dim}.{name}" for dim in dims)):
            plain = _plain(key)
            if plain not in self.variables and _same(self.coordinates.get(plain), made):
                self.coordinates[plain] = made
                return plain
        return self._file(f"{name} labels", made)

    def _dimension(self, axis: str, quantity: Quantity, analysis: str) -> str:
        """Name of a dimension whose labels are those of a quantity's own axis."""
        given = quantity.labels[axis]
        labels = _labels(given)
        unit = "eV" if axis == "energy" else ""
        for name in (axis, f"{analysis}.{axis}", f"{analysis}.{quantity.name}.{axis}"):
            plain = _plain(name)
            known = self.coordinates.get(plain)
            if known is None:
                about = {"units": unit, "long_name": axis}
                self.coordinates[plain] = Variable((plain,), labels, about)
                return plain
            if known.dims == (plain,) and np.array_equal(known.values, labels):
                return plain
        raise ValueError(f"'{quantity.name}' has three sets of labels for '{axis}'")


def _labels(given: Any) -> NDArray[Any]:  # noqa: ANN401  a tuple of names, or numbers
    if isinstance(given, np.ndarray):
        return given
    return np.array([str(label) for label in given], str)


def _same(known: Variable | None, made: Variable) -> bool:
    """Whether a variable may stand where `known` is: nothing, or the same again."""
    return known is None or (
        known.dims == made.dims
        and known.attributes == made.attributes
        and _bits(known.values) == _bits(made.values)
    )


def _plain(name: str) -> str:
    """A name that files take: a stroke would open a group."""
    return name.replace("/", " per ")


def _words(report: Report) -> dict[str, Any]:
    """What a report says besides numbers, without the places of files."""
    netlist = report.provenance.get("netlist")
    return {
        "asserts": [verdict.to_dict("text") for verdict in report.asserts],
        "audits": [verdict.to_dict() for verdict in report.audits],
        "diagnostics": [_without_file(d, netlist) for d in report.diagnostics],
        "settings": dict(report.settings),
    }


def _attributes(report: Report) -> dict[str, str]:
    told = {
        **_words(report),
        "notes": {r.analysis: list(r.notes) for r in report.analyses if r.notes},
        "provenance": list(report.provenance),
    }
    return {
        "title": report.title,
        "schema": str(SCHEMA),
        "conventions": CONVENTIONS,
        **{key: json.dumps(value, ensure_ascii=False) for key, value in told.items()},
        **report.provenance,
        "complete": "yes",
    }


def _without_file(found: Diagnostic, netlist: str | None) -> dict[str, Any]:
    """A finding without the path of its file, which differs between machines."""
    told = {
        key: value
        for key, value in diagnostic_as_dict(found).items()
        if key not in {"file", "others"}
    }
    if found.primary is not None and found.primary.span.source.text != netlist:
        told["included"] = True
    return told


def to_xarray(report: Report) -> xarray.Dataset:
    """A report as `xarray.Dataset`; see `dataset_of`."""
    import xarray

    found = dataset_of(report)

    def made(variable: Variable) -> tuple[Any, ...]:
        return variable.dims, variable.values, dict(variable.attributes)

    return xarray.Dataset(
        {name: made(variable) for name, variable in found.variables.items()},
        {name: made(variable) for name, variable in found.coordinates.items()},
        dict(found.attributes),
    )
