"""A report as labelled arrays: the form behind xarray, NetCDF, npz and raw files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.results import (
    SCHEMA,
    Quantity,
    Report,
    diagnostic_as_dict,
    limits_of,
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
    axis ``spectrum.energy``.
    """
    gathering = _Gathering(report)
    for name, quantity in report.measures.items():
        gathering.add(name, name, quantity, "")
    for table in report.tables:
        for name, quantity in table.items():
            gathering.add(name, name, quantity, "")
    for result in report.analyses:
        for name, quantity in result.quantities.items():
            key = f"{result.analysis}.{name}"
            gathering.add(key, f"{name} ({result.analysis})", quantity, result.analysis)
    for name, quantity in report.certificates.items():
        gathering.add(f"certificate.{name}", name, quantity, "", limits_of(name))
    attributes = {
        **_attributes(report),
        "axes": json.dumps(list(report.sweep)),
        "coordinates": json.dumps(list(gathering.coordinates)),
    }
    found = Dataset(gathering.variables, gathering.coordinates, attributes)
    return replace(found, attributes={**attributes, "checksum": found.checksum()})


class _Gathering:
    """Variables met so far, and the labels of their dimensions."""

    def __init__(self, report: Report) -> None:
        self.variables: dict[str, Variable] = {}
        self.coordinates: dict[str, Variable] = {}
        self._sweep = report.sweep
        for axis in report.axes:
            columns = ((axis.name, axis.values, axis.unit), *axis.coordinates)
            for name, values, unit in columns:
                about = {"units": unit, "long_name": name}
                self.coordinates[name] = Variable((axis.name,), values, about)

    def add(
        self,
        key: str,
        title: str,
        quantity: Quantity,
        analysis: str,
        remarks: Mapping[str, str | float] | None = None,
    ) -> None:
        """Add a quantity, unless one of this name is there."""
        key = _plain(key)
        if key in self.variables or key in self.coordinates:
            return
        dims = tuple(
            axis if axis in self._sweep else self._dimension(axis, quantity, analysis)
            for axis in quantity.axes
        )
        about = {"units": quantity.unit, "long_name": title, **(remarks or {})}
        lengths = [len(self.coordinates[dim].values) for dim in dims]
        values = np.broadcast_to(quantity.values, lengths)
        self.variables[key] = Variable(dims, values, about)

    def _dimension(self, axis: str, quantity: Quantity, analysis: str) -> str:
        """Name of a dimension whose labels are those of a quantity's own axis."""
        given = quantity.labels[axis]
        labels = np.asarray(given) if isinstance(given, np.ndarray) else np.array(
            [str(label) for label in given], str
        )  # fmt: skip
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


def _plain(name: str) -> str:
    """A name that files take: a stroke would open a group."""
    return name.replace("/", " per ")


def _attributes(report: Report) -> dict[str, str]:
    told = {
        "asserts": [verdict.to_dict("text") for verdict in report.asserts],
        "audits": [verdict.to_dict() for verdict in report.audits],
        "diagnostics": [
            _without_place(d) for d in map(diagnostic_as_dict, report.diagnostics)
        ],
        "settings": dict(report.settings),
        "notes": {r.analysis: list(r.notes) for r in report.analyses if r.notes},
    }
    return {
        "title": report.title,
        "schema": str(SCHEMA),
        "conventions": CONVENTIONS,
        **{key: json.dumps(value, ensure_ascii=False) for key, value in told.items()},
        **report.provenance,
        "complete": "yes",
    }


def _without_place(diagnostic: dict[str, Any]) -> dict[str, Any]:
    """A finding without the path of its file, which differs between machines."""
    return {
        key: value for key, value in diagnostic.items() if key not in {"file", "others"}
    }


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
