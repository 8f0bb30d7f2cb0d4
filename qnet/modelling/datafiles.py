"""S matrices in files: NumPy archives, CSV tables, Touchstone.

A file is somebody else's: sizes are checked before anything is read, nothing in it is
ever executed, and what is wrong is told with its line.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.constants import h_eV
from qnet.diagnostics import NetlistError, clean, refuse
from qnet.limits import within
from qnet.smatrix import Complex, Float

TOUCHSTONE: Final = re.compile(r"\.s(\d{1,3})p", re.IGNORECASE)
DAMAGE: Final = (zipfile.BadZipFile, zlib.error)
HERTZ: Final = {"HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6, "GHZ": 1e9}


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated:
    """S on a grid of energies and fields.

    Attributes
    ----------
    S : (energy, field, out, in)
        Amplitudes; of length 1 along an axis that the file does not have.
    E, B : (energy,), (field,) or None
        Grids, increasing, in the file's units.
    nch : tuple of int or None
        Channels of each port, if the file says so.
    E_unit : float or None
        Unit of `E` in eV where the format fixes it.
    is_probability : bool
        Whether `S` holds probabilities.
    """

    S: Complex
    E: Float | None = None
    B: Float | None = None
    nch: tuple[int, ...] | None = None
    E_unit: float | None = None
    is_probability: bool = False


def read_table(path: str, key: str = "") -> Tabulated:
    """Read ``.npz``, ``.csv`` or ``.sNp``; a file that did not change is read once.

    Parameters
    ----------
    path : str
        A regular file that the netlist may read.
    key : str
        Prefix of the array names in an archive.

    Raises
    ------
    NetlistError
        QN350 to QN352, without the content of the file.
    """
    file = Path(path)
    try:
        status = file.stat()
    except OSError as error:
        raise _bad(file, f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        raise _bad(file, "is no regular file")
    within("file size", status.st_size)
    return _read_once(path, key, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _read_once(path: str, key: str, changed: int, size: int) -> Tabulated:
    """Read; `changed` and `size` are in the key of the cache."""
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix == ".npz":
        return _checked(file, _from_archive(file, key))
    if suffix == ".csv":
        return _checked(file, _from_csv(file))
    touchstone = TOUCHSTONE.fullmatch(suffix)
    if touchstone:
        return _checked(file, _from_touchstone(file, int(touchstone[1])))
    raise _bad(file, f"has the ending '{clean(suffix, 20)}', not .npz, .csv or .sNp")


def _bad(file: Path, fault: str, line: int | None = None) -> Exception:
    place = f"'{file.name}'" if line is None else f"'{file.name}', line {line},"
    return refuse(NetlistError, "QN350", f"data file {place} {fault}")


def _checked(file: Path, table: Tabulated) -> Tabulated:
    """Refuse tables whose axes or shapes make no sense."""
    if not table.S.size:
        raise _bad(file, "holds no matrix")
    for name, axis, length in (
        ("E", table.E, table.S.shape[0]),
        ("B", table.B, table.S.shape[1]),
    ):
        if axis is None:
            continue
        if axis.shape != (length,):
            raise _bad(file, f"has {axis.size} values of {name} for {length} matrices")
        if not np.all(np.isfinite(axis)) or np.any(np.diff(axis) <= 0):
            message = f"data file '{file.name}': {name} does not increase everywhere"
            raise refuse(NetlistError, "QN351", message, help="sort and merge the rows")
    rows, columns = table.S.shape[-2:]
    counts = table.nch or (rows,)
    if rows != columns or sum(counts) != rows or min(counts) < 1:
        message = (
            f"data file '{file.name}': S is {rows} by {columns} "
            f"with the channels {counts}"
        )
        raise refuse(NetlistError, "QN352", message)
    return table


def _from_archive(file: Path, key: str) -> Tabulated:
    try:
        with zipfile.ZipFile(file) as archive:
            held = {
                name: _member(file, archive, f"{key}{name}.npy")
                for name in ("S", "P", "E", "B", "nch")
                if f"{key}{name}.npy" in archive.namelist()
            }
    except (OSError, EOFError, ValueError, RuntimeError, *DAMAGE) as error:
        raise _bad(file, "is damaged, or no NumPy archive") from error
    name = "S" if "S" in held else "P"
    if name not in held:
        raise _bad(file, f"has no array '{clean(key, 60)}S'")
    S = held[name].astype(complex)
    for axis in ("E", "B"):
        if axis in held and held[axis].ndim == 0:  # where S was taken, and no axis
            del held[axis]
    wanted = 2 + ("E" in held) + ("B" in held)
    if S.ndim != wanted:
        axes = "([E,] [B,] out, in)"
        raise _bad(file, f"has '{name}' with {S.ndim} axes where {axes} gives {wanted}")
    if "E" not in held:
        S = S[None]
    if "B" not in held:
        S = S[:, None]
    nch = tuple(int(n) for n in np.atleast_1d(held["nch"])) if "nch" in held else None
    E, B = (held[k].astype(float) if k in held else None for k in ("E", "B"))
    return Tabulated(S, E, B, nch, is_probability=name == "P")


def _member(file: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array, after its header has been held against the bytes that are there."""
    info = archive.getinfo(name)
    within("file size", info.file_size)
    with archive.open(info) as stream:
        shape, dtype = _header(file, stream)
        declared = int(np.prod([int(n) for n in shape], dtype=object)) * dtype.itemsize
        if dtype.kind not in "fciub" or dtype.hasobject:
            raise _bad(file, f"has '{clean(name, 60)}' of a type that is no number")
        if declared != info.file_size - stream.tell():
            raise _bad(file, f"declares {declared} bytes for '{clean(name, 60)}'")
    with archive.open(info) as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _header(file: Path, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read(stream)
    except (ValueError, KeyError) as error:
        raise _bad(file, "has an array with a damaged header") from error
    return shape, dtype


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(file, "is no UTF-8 text") from error


def _number(file: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _bad(file, f"has '{clean(text, 40)}' for a number", line) from None
    if not np.isfinite(value):
        raise _bad(file, "has a number that is not finite", line)
    return value


def _from_csv(file: Path) -> Tabulated:
    """Columns ``E``, ``B``, and ``re_1_2 im_1_2`` (out, in), or ``p_1_2``."""
    rows = [
        (number, [cell.strip() for cell in line.split(",")])
        for number, line in enumerate(_lines(file), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if len(rows) < 2:
        raise _bad(file, "has no header with rows below")
    (_, header), *body = rows
    columns = {name: n for n, name in enumerate(header)}
    entries = _csv_entries(file, header)
    values = np.empty((len(body), len(header)))
    for n, (line, cells) in enumerate(body):
        if len(cells) != len(header):
            raise _bad(file, f"has {len(cells)} cells for {len(header)} columns", line)
        values[n] = [_number(file, line, cell) for cell in cells]
    size = max(max(out, in_) for _, out, in_ in entries.values())
    S = np.zeros((len(body), size, size), complex)
    for column, (part, out, in_) in entries.items():
        S[:, out - 1, in_ - 1] += (1j if part == "im" else 1.0) * values[:, column]
    is_probability = any(part == "p" for part, _, _ in entries.values())
    return _on_grid(
        file,
        S,
        {name: values[:, columns[name]] for name in ("E", "B") if name in columns},
        is_probability,
    )


def _csv_entries(file: Path, header: Sequence[str]) -> dict[int, tuple[str, int, int]]:
    """Part, out and in of each column that holds an entry of S."""
    entries = {}
    for n, name in enumerate(header):
        found = re.fullmatch(r"(re|im|p)_(\d{1,4})_(\d{1,4})", name)
        if found and int(found[2]) and int(found[3]):
            entries[n] = (found[1], int(found[2]), int(found[3]))
        elif name not in {"E", "B"}:
            fault = (
                f"has a column '{clean(name, 40)}', not E, B, re_1_1, im_1_1 or p_1_1"
            )
            raise _bad(file, fault, 1)
    if not entries:
        raise _bad(file, "has no column re_1_1 or p_1_1", 1)
    return entries


def _on_grid(
    file: Path, S: Complex, axes: Mapping[str, Float], is_probability: bool
) -> Tabulated:
    """Rows, in any order, as a full grid of the values they list."""
    grids = {name: np.unique(values) for name, values in axes.items()}
    shape = tuple(grids[k].size if k in grids else 1 for k in ("E", "B"))
    if shape[0] * shape[1] != len(S):
        raise _bad(file, f"has {len(S)} rows for a grid of {shape[0]} by {shape[1]}")
    place = [
        np.searchsorted(grids[k], axes[k]) if k in grids else np.zeros(len(S), int)
        for k in ("E", "B")
    ]
    full = np.full((*shape, *S.shape[1:]), np.nan + 0j)
    full[place[0], place[1]] = S
    if np.any(np.isnan(full)):
        raise _bad(file, "lists a point twice and leaves out another")
    return Tabulated(
        full, E=grids.get("E"), B=grids.get("B"), is_probability=is_probability
    )


def _from_touchstone(file: Path, ports: int) -> Tabulated:
    """Version 1: an option line, then a frequency and the matrix; energy is h f."""
    scale, form = 1e9, "MA"
    numbers: list[float] = []
    starts: list[int] = []
    record = 1 + 2 * ports**2
    for line, text in _touchstone_lines(file):
        if text.startswith("["):
            fault = (
                f"has '{clean(text, 20)}', a keyword of Touchstone 2; version 1 is read"
            )
            raise _bad(file, fault, line)
        if text.startswith("#"):
            scale, form = _touchstone_options(file, line, text, scale, form)
            continue
        for word in text.split():
            if len(numbers) % record == 0:
                starts.append(line)
            numbers.append(_number(file, line, word))
    if not numbers or len(numbers) % record:
        fault = f"has not {record} numbers for each frequency"
        raise _bad(file, fault, starts[-1] if starts else None)
    table = np.reshape(numbers, (-1, record))
    first, second = table[:, 1::2], table[:, 2::2]
    if form == "RI":
        flat = first + 1j * second
    else:
        size = 10 ** (first / 20) if form == "DB" else first
        flat = size * np.exp(1j * np.deg2rad(second))
    S = flat.reshape(-1, 1, ports, ports)
    if ports == 2:  # the format lists two-ports by columns, all others by rows
        S = np.swapaxes(S, -1, -2)
    return Tabulated(S, E=table[:, 0] * scale, E_unit=h_eV)


def _touchstone_lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_lines(file), 1):
        text = line.split("!", 1)[0].strip()
        if text:
            yield number, text


def _touchstone_options(
    file: Path, line: int, text: str, scale: float, form: str
) -> tuple[float, str]:
    words = text[1:].upper().split()
    for n, word in enumerate(words):
        if word in HERTZ:
            scale = HERTZ[word]
        elif word in {"RI", "MA", "DB"}:
            form = word
        elif word in {"Y", "Z", "G", "H"}:
            raise _bad(file, f"holds {word} parameters, not S", line)
        elif word not in {"S", "R"} and words[n - 1] != "R":
            raise _bad(file, f"has the unknown option '{clean(word, 20)}'", line)
    return scale, form
