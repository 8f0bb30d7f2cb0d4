"""Result files: NetCDF, npz and ngspice raw; and what was written, read back."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.diagnostics import StorageError, refuse
from qnet.output.dataset import Dataset, Variable

_RE_IM: Final = "complex"
"""Dimension that holds real and imaginary part in files that know no complex."""

_RAW_TYPES: Final = {
    "V": "voltage", "A": "current", "Hz": "frequency", "s": "time",
    "Ohm": "impedance", "S": "admittance", "K": "temp-sweep",
}  # fmt: skip


def as_netcdf(dataset: Dataset) -> bytes:
    """NetCDF4 through h5netcdf; complex numbers have a last dimension ``complex``."""
    import h5netcdf

    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        for name, value in dataset.attributes.items():
            file.attrs[name] = value
        for name, variable in dataset.arrays.items():
            dims, values = _split(variable)
            for dim, length in zip(dims, values.shape, strict=True):
                if dim not in file.dimensions:
                    file.dimensions[dim] = length
            kind = _string_type() if values.dtype.kind in "UO" else values.dtype
            data = values.astype(object) if values.dtype.kind == "U" else values
            made = file.create_variable(name, dims, dtype=kind, data=data)
            for key, remark in variable.attributes.items():
                made.attrs[key] = remark
    return buffer.getvalue()


def _string_type() -> Any:  # noqa: ANN401  h5py's own type
    import h5py

    return h5py.string_dtype()


def _split(variable: Variable) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Dimensions and values, real and imaginary part apart."""
    values = np.asarray(variable.values)
    if values.dtype.kind != "c":
        return variable.dims, values
    return (*variable.dims, _RE_IM), np.stack([values.real, values.imag], -1)


def as_npz(dataset: Dataset) -> bytes:
    """NumPy's archive: one array a name, and ``about`` with all remarks as JSON."""
    arrays = {name: np.asarray(v.values) for name, v in dataset.arrays.items()}
    about = {
        "attributes": dict(dataset.attributes),
        "dims": {name: list(v.dims) for name, v in dataset.arrays.items()},
        "remarks": {name: dict(v.attributes) for name, v in dataset.arrays.items()},
        "coordinates": list(dataset.coordinates),
    }
    buffer = io.BytesIO()
    text = np.array(json.dumps(about, ensure_ascii=False))
    np.savez(buffer, allow_pickle=False, about=text, **arrays)
    return buffer.getvalue()


def as_raw(dataset: Dataset, *, is_binary: bool = True) -> bytes:
    """Raw file of ngspice and its viewers: columns over the flattened sweep.

    The innermost swept quantity is the scale. Arrays with axes of their own
    become a column for each entry.
    """
    columns = _columns(dataset)
    is_complex = any(np.iscomplexobj(values) for _, _, values in columns)
    count = len(columns[0][2])
    title = dataset.attributes.get("title") or "qnet"
    head = [
        f"Title: {' '.join(title.split())}",
        "Plotname: qnet",
        f"Flags: {'complex' if is_complex else 'real'}",
        f"No. Variables: {len(columns)}",
        f"No. Points: {count}",
        "Variables:",
    ]
    for k, (name, unit, _) in enumerate(columns):
        head.append(
            f"\t{k}\t{'_'.join(name.split())}\t{_RAW_TYPES.get(unit, 'notype')}"
        )
    kind = "<c16" if is_complex else "<f8"
    table = np.stack([values.astype(kind) for _, _, values in columns], -1)
    if is_binary:
        return "\n".join([*head, "Binary:", ""]).encode() + table.tobytes()
    lines = [*head, "Values:"]
    for k, row in enumerate(table.tolist()):
        cells = [f"{v.real!r},{v.imag!r}" if is_complex else repr(v) for v in row]
        lines.append(f" {k}\t" + "\n\t".join(cells) + "\n")
    return ("\n".join(lines) + "\n").encode()


def _columns(dataset: Dataset) -> list[tuple[str, str, NDArray[Any]]]:
    """(name, unit, values along the flattened sweep), the innermost axis first."""
    sweep: dict[str, int] = {}
    for name in json.loads(dataset.attributes["axes"]):
        sweep[name] = len(dataset.coordinates[name].values)
    shape = tuple(sweep.values())
    found = []
    names = [*reversed(list(sweep)), *(k for k in dataset.arrays if k not in sweep)]
    for name in names:
        variable = dataset.arrays[name]
        if variable.values.dtype.kind in "UO":
            continue
        own = [dim for dim in variable.dims if dim not in sweep]
        if name in own:
            continue
        order = [
            variable.dims.index(dim) for dim in (*sweep, *own) if dim in variable.dims
        ]
        values = np.transpose(variable.values, order)
        kept = tuple(slice(None) if dim in variable.dims else None for dim in sweep)
        lengths = values.shape[values.ndim - len(own) :]
        full = np.broadcast_to(values[kept], (*shape, *lengths))
        unit = str(variable.attributes.get("units", ""))
        for entry in np.ndindex(*lengths):
            labels = [
                str(dataset.coordinates[dim].values[k])
                for dim, k in zip(own, entry, strict=True)
            ]
            title = f"{name}[{','.join(labels)}]" if labels else name
            title += _limits(variable.attributes)
            found.append((title, unit, full[(..., *entry)].reshape(-1)))
    return found or [("empty", "", np.zeros(1))]


def _limits(remarks: Mapping[str, str | float]) -> str:
    """Both limits of a certificate, for files that have names alone."""
    told = [
        f"{word}={remarks[word]:.3g}"
        for word in ("silent", "refused")
        if word in remarks
    ]
    return f"[{','.join(told)}]" if told else ""


def read(path: Path) -> Dataset:
    """Read a result file back.

    Raises
    ------
    StorageError
        QN705: it is damaged, or no result of qnet.
    """
    readers = {".nc": _read_netcdf, ".npz": _read_npz}
    if path.suffix.lower() not in readers:
        raise refuse(
            StorageError,
            "QN705",
            f"'{path.name}' is of no kind that qnet writes",
        )
    try:
        found = readers[path.suffix.lower()](path)
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever a damaged file makes its reader say
        message = f"'{path.name}' is damaged, or no result of qnet"
        raise refuse(StorageError, "QN705", message, why=str(error)[:200]) from None
    return found


def _read_netcdf(path: Path) -> Dataset:
    import h5netcdf

    coordinates: dict[str, Variable] = {}
    variables: dict[str, Variable] = {}
    with h5netcdf.File(path, "r") as file:
        attributes = {name: str(value) for name, value in file.attrs.items()}
        for name, held in file.variables.items():
            values, dims = np.asarray(held[...]), tuple(held.dimensions)
            if values.dtype.kind == "O":
                values = np.array([_text(v) for v in values.ravel()]).reshape(
                    values.shape
                )
            if dims[-1:] == (_RE_IM,):
                values, dims = (
                    np.ascontiguousarray(values).view(complex)[..., 0],
                    dims[:-1],
                )
            about = {key: _remark(value) for key, value in held.attrs.items()}
            group = coordinates if _is_coordinate(name, dims, attributes) else variables
            group[name] = Variable(dims, values, about)
    return Dataset(variables, coordinates, attributes)


def _is_coordinate(
    name: str, dims: tuple[str, ...], attributes: Mapping[str, str]
) -> bool:
    return dims == (name,) or name in json.loads(attributes["coordinates"])


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _remark(value: Any) -> str | float:  # noqa: ANN401  text, or a number of NumPy
    return value if isinstance(value, str) else float(value)


def _read_npz(path: Path) -> Dataset:
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"][()]))
        made = {
            name: Variable(tuple(dims), file[name], about["remarks"][name])
            for name, dims in about["dims"].items()
        }
    coordinates = {name: made.pop(name) for name in about["coordinates"]}
    return Dataset(made, coordinates, about["attributes"])
