"""Files that last: written beside their name, flushed to the disk, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from qnet.diagnostics import StorageError, refuse

PART: Final = ".part"
"""End of the names of files that are being written."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say which file it is that the system cannot write.

    Raises
    ------
    StorageError
        QN701, caused by the system's own error.
    """
    try:
        yield
    except OSError as error:
        message = f"'{path.name}' cannot be written: {error.strerror or error}"
        raise refuse(
            StorageError,
            "QN701",
            message,
            help="what was finished before is kept; go on with --resume",
        ) from error


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that its name holds either the old content or all of the new.

    Raises
    ------
    StorageError
        QN701: the system cannot write it; the old file is as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    with told(path):
        handle, name = mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
        part = Path(name)
        try:
            try:
                write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            part.chmod(0o666 & ~_umask())
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        flush_folder(path.parent)


def write_all(handle: int, data: bytes) -> None:
    """Write all bytes to an open file, however many it takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def flush_folder(folder: Path) -> None:
    """Make the names in a folder last, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_parts(path: Path) -> None:
    """Remove what a run that was cut short left beside a file."""
    for part in path.parent.glob(f".{path.name}.*{PART}"):
        part.unlink(missing_ok=True)


def _umask() -> int:
    """The process' file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
