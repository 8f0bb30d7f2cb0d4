"""Answers into files: CSV with all digits, JSON, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Axis
from qnet.diagnostics import StorageError, refuse
from qnet.results import Quantity, Report, aligned, limits_of, numeric_axes

SUFFIXES: Final = (".csv", ".json")
"""Formats that `write` knows."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write(report: Report, path: Path, *, replace: bool = False) -> tuple[Path, ...]:
    """Write a report to a file, in the format that its suffix names.

    The file appears under its name complete or not at all: it is written beside it,
    flushed to the disk, and renamed. Spectra have rows of their own, one for each
    energy: in CSV they go to a second file, ``out.spectrum.csv`` beside ``out.csv``.

    Parameters
    ----------
    path : Path
        ``.csv`` for the table of the sweep, ``.json`` for everything.
    replace : bool
        Whether files of that name may be replaced.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    StorageError
        QN710 for an unknown suffix, QN711 if a file exists already.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        texts = {path: as_json(report)}
    elif suffix == ".csv":
        texts = {
            path.with_suffix(f".{name}.csv") if name else path: text
            for name, text in as_csv(report).items()
        }
    else:
        raise refuse(
            StorageError,
            "QN710",
            f"'{path.name}' does not say in which format to write",
            help=f"end its name in {' or '.join(SUFFIXES)}",
        )
    for target in texts:
        if target.exists() and not replace:
            raise refuse(
                StorageError,
                "QN711",
                f"'{target.name}' exists already",
                help="choose another name, or say --force to replace it",
            )
    for target, text in texts.items():
        write_whole(target, text)
    return tuple(texts)


def as_json(report: Report) -> str:
    """Everything a report holds, as one JSON object."""
    return json.dumps(report.to_dict(), allow_nan=False, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> dict[str, str]:
    """Tables with one row for each point, one column for each number.

    Columns are the sweep axes, the measures, the printed items, and then each
    analysis' quantities by terminal (``voltage[T1] (V)``, ``G[T1,T2] (Gq)``), with
    units in the header, and last the certificates with the limit above which they
    refuse. Numbers have all their digits; a marked point is an empty cell; a complex
    column is two.

    Returns
    -------
    dict
        The table of the sweep under ``""``; under the name of an analysis, those of
        its quantities that have numeric axes of their own (energies).
    """
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
            f"{name} < {limits_of(name).get('refused')}": certificate
            for name, certificate in report.certificates.items()
        }
    )
    return {name: _sheet(axes, listed) for name, (axes, listed) in sheets.items()}


def _sheet(axes: tuple[Axis, ...], tables: Iterable[Mapping[str, Quantity]]) -> str:
    columns: dict[str, NDArray[Any]] = {}
    for header, values in _columns(axes, tables):
        columns.setdefault(header, values)
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


def write_whole(path: Path, text: str) -> None:
    """Write a file so that its name holds either the old text or all of the new."""
    folder = path.parent
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    with suppress(OSError):  # not every system lets a folder be opened
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """The process' file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
