"""Answers into files: CSV with all digits, JSON, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import StorageError, refuse
from qnet.files import write_whole
from qnet.output.dataset import CONVENTIONS, dataset_of
from qnet.output.formats import as_netcdf, as_npz, as_raw
from qnet.results import Quantity, Report, aligned, numeric_axes

if TYPE_CHECKING:
    import pandas

SUFFIXES: Final = (".nc", ".csv", ".json", ".npz", ".raw", ".parquet")
"""Formats that `write` knows."""

TABLES: Final = (".csv", ".parquet", ".raw")
"""Those that hold numbers alone; all the rest stands beside them."""

Columns = dict[str, NDArray[Any]]
"""Values along the flattened points, by header."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write(report: Report, path: Path, *, replace: bool = False) -> tuple[Path, ...]:
    """Write a report to a file, in the format that its suffix names.

    The file appears under its name complete or not at all: it is written beside it,
    flushed to the disk, and renamed. Spectra have rows of their own, one for each
    energy: in CSV they go to a second file, ``out.spectrum.csv`` beside ``out.csv``.

    Parameters
    ----------
    path : Path
        ``.nc`` (NetCDF4), ``.npz`` and ``.json`` hold everything, with a checksum;
        ``.csv`` and ``.parquet`` the table of the sweep; ``.raw`` its columns as
        ngspice writes them, in text if the name ends in ``.ascii.raw``. Beside these
        tables everything stands in ``out.csv.json``.
    replace : bool
        Whether files of that name may be replaced.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    StorageError
        QN710 for an unknown suffix, QN711 if a file exists already, QN701 if the system
        cannot write it.
    """
    check_suffix(path)
    contents = _contents(report, path)
    if not replace:
        for target in contents:
            refuse_existing(target)
    for target, content in contents.items():
        write_whole(target, content)
    return tuple(contents)


def check_suffix(path: Path) -> None:
    """Refuse a name that tells no format.

    Raises
    ------
    StorageError
        QN710.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise refuse(
            StorageError,
            "QN710",
            f"'{path.name}' does not say in which format to write",
            help=f"end its name in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
        )


def refuse_existing(path: Path) -> None:
    """Refuse to write where a file is.

    Raises
    ------
    StorageError
        QN711.
    """
    if path.exists():
        raise refuse(
            StorageError,
            "QN711",
            f"'{path.name}' exists already",
            help="choose another name, or say --force to replace it",
        )


def about_of(table: Path) -> Path:
    """Where everything stands that a table has no room for: ``out.csv.json``."""
    return table.with_name(f"{table.name}.json")


def mainstays(path: Path) -> tuple[Path, ...]:
    """Files that a result of this name has in any case."""
    return (path, about_of(path)) if path.suffix.lower() in TABLES else (path,)


def _contents(report: Report, path: Path) -> dict[Path, str | bytes]:
    """What goes into which file."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        return {path: as_json(report)}
    if suffix == ".nc":
        return {path: as_netcdf(dataset_of(report))}
    if suffix == ".npz":
        return {path: as_npz(dataset_of(report))}
    tables = _tables(report, path)
    return {**tables, about_of(path): as_json(report, _digests(path, tables))}


def _tables(report: Report, path: Path) -> dict[Path, str | bytes]:
    """Files that hold numbers and nothing else."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        sheets = as_csv(report).items()
        return {path.with_suffix(f".{n}.csv") if n else path: t for n, t in sheets}
    if suffix == ".parquet":
        return {path: _as_parquet(report)}
    is_text = path.name.lower().endswith(".ascii.raw")
    return {path: as_raw(dataset_of(report), is_binary=not is_text)}


def _digests(path: Path, tables: Mapping[Path, str | bytes]) -> dict[str, str]:
    """SHA-256 of each table by the end of its name."""
    return {
        table.name.removeprefix(path.stem): _digest(content)
        for table, content in tables.items()
    }


def _digest(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def changed_tables(path: Path, held: Mapping[str, Any]) -> list[str]:
    """Names of the tables beside `about_of` that are gone or not as they were."""
    changed = []
    for end, digest in held.get("files", {}).items():
        table = path.with_name(path.stem + end)
        if not table.exists() or _digest(table.read_bytes()) != digest:
            changed.append(table.name)
    return changed


def _as_parquet(report: Report) -> bytes:
    try:
        content: bytes = report.to_pandas().to_parquet()
    except ImportError as error:
        raise refuse(
            StorageError,
            "QN710",
            "Parquet needs pandas and pyarrow, which are not installed",
            help="pip install pandas pyarrow, or write .nc or .csv",
        ) from error
    return content


def as_json(report: Report, files: Mapping[str, str] | None = None) -> str:
    """Everything a report holds, as one JSON object with its checksum.

    Parameters
    ----------
    files : mapping, optional
        SHA-256 of the tables that it stands beside, by the ends of their names.
    """
    held = report.to_dict()
    if files:
        held["files"] = dict(files)
    sealed = {**held, "complete": True, "checksum": json_checksum(held)}
    return json.dumps(sealed, allow_nan=False, ensure_ascii=False) + "\n"


def json_checksum(held: Mapping[str, Any]) -> str:
    """SHA-256 of an object in its canonical text, seal and places of files apart."""
    return hashlib.sha256(json_dump(held).encode()).hexdigest()


def json_dump(held: Mapping[str, Any]) -> str:
    """Canonical text of an object: sorted, one entry a line, free of paths."""
    bare = {k: v for k, v in held.items() if k not in {"checksum", "complete"}}
    hidden = ("file", "others")
    bare["diagnostics"] = [
        {key: value for key, value in found.items() if key not in hidden}
        for found in held["diagnostics"]
    ]
    return json.dumps(bare, sort_keys=True, indent=1, ensure_ascii=False)


def as_csv(report: Report) -> dict[str, str]:
    """Tables with one row for each point, one column for each number.

    Columns are the sweep axes, the measures, the printed items, and then each
    analysis' quantities by terminal (``voltage[T1] (V)``, ``G[T1,T2] (Gq)``), with
    units in the header, and last the certificates with the limits up to which they are
    silent, and above which they refuse. Numbers have all their digits; a marked point
    is an empty cell; a complex column is two.

    Returns
    -------
    dict
        The table of the sweep under ``""``; under the name of an analysis, those of
        its quantities that have numeric axes of their own (energies).
    """
    return {name: _as_text(columns) for name, columns in _sheets(report).items()}


def _sheets(report: Report) -> dict[str, Columns]:
    """Columns of the table of the sweep, and of those with numeric axes beside it."""
    tables: list[Mapping[str, Quantity]] = [report.measures, *report.tables]
    sheets: dict[str, tuple[tuple[Axis, ...], list[Mapping[str, Quantity]]]] = {
        "": (report.axes, tables)
    }
    for result in report.analyses:
        plain: dict[str, Quantity] = {}
        grown: dict[str, Quantity] = {}
        for name, quantity in result.quantities.items():
            numeric = numeric_axes(quantity, report.sweep)
            (grown if numeric else plain)[name] = quantity
        tables.append(plain)
        if grown:
            numeric = numeric_axes(next(iter(grown.values())), report.sweep)
            sheets[result.analysis] = ((*report.axes, *numeric), [grown])
    tables.append(
        {
            _with_limits(name, report.limits_of(name)): certificate
            for name, certificate in report.certificates.items()
        }
    )
    return {name: _gathered(axes, listed) for name, (axes, listed) in sheets.items()}


def _with_limits(name: str, limits: Mapping[str, Any]) -> str:
    """Header of a certificate: ``sum rules [silent 2e-12, refused 1e-08]``."""
    told = [f"{word} {limits[word]:.3g}" for word in ("silent", "refused") if limits]
    return f"{name} [{', '.join(told)}]" if told else name


def to_pandas(report: Report) -> pandas.DataFrame:
    """The table of the sweep as `pandas.DataFrame`: a row for each point.

    Columns are as in CSV: axes, measures, printed items, quantities of analyses by
    terminal, certificates, with units in their names; ``attrs`` tells the netlist,
    versions and conventions.
    """
    import pandas

    table = pandas.DataFrame(_sheets(report)[""])
    table.attrs |= {
        "title": report.title,
        "conventions": CONVENTIONS,
        **report.provenance,
    }
    return table


def _gathered(
    axes: tuple[Axis, ...], tables: Iterable[Mapping[str, Quantity]]
) -> Columns:
    """Columns by their headers; the first of a name counts."""
    columns: Columns = {}
    for header, values in _columns(axes, tables):
        columns.setdefault(header, values)
    return columns


def _as_text(columns: Columns) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_safe(header) for header in columns])
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _columns(
    axes: tuple[Axis, ...], tables: Iterable[Mapping[str, Quantity]]
) -> Iterator[tuple[str, NDArray[Any]]]:
    """(header, values along the flattened points) of every column."""
    shape = tuple(len(axis) for axis in axes)
    for k, axis in enumerate(axes):
        along = [1] * len(shape)
        along[k] = len(axis)
        for name, values, unit in (
            (axis.name, axis.values, axis.unit),
            *axis.coordinates,
        ):
            column = np.broadcast_to(np.reshape(values, along), shape).reshape(-1)
            yield _header(name, unit), column
    for table in tables:
        for name, quantity in table.items():
            yield from _spread(name, quantity, axes)


def _spread(
    name: str, quantity: Quantity, axes: Sequence[Axis]
) -> Iterator[tuple[str, NDArray[Any]]]:
    """A column for each entry along a quantity's own axes; two if it is complex."""
    own = quantity.own_axes(tuple(axis.name for axis in axes))
    lengths = [len(quantity.labels[axis]) for axis in own]
    values = aligned(quantity, axes, own)
    for entry in np.ndindex(*lengths):
        labels = [str(quantity.labels[a][k]) for a, k in zip(own, entry, strict=True)]
        title = f"{name}[{','.join(labels)}]" if labels else name
        column = values[(..., *entry)].reshape(-1)
        if np.iscomplexobj(column):
            yield _header(f"Re {title}", quantity.unit), column.real
            yield _header(f"Im {title}", quantity.unit), column.imag
        else:
            yield _header(title, quantity.unit), column


def _header(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _cell(value: object) -> str:
    """A number with all its digits; nothing where there is no number."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    return str(value) if isinstance(value, (bool, int)) else _safe(str(value))


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line."""
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
