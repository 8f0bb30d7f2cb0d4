"""What makes a long run last: its journal of finished tiles, and its lock.

A journal stands beside the output and holds the findings of every tile that is done,
each with its checksum, behind the fingerprint of the run. One process writes it.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from qnet.diagnostics import StorageError, clean, refuse
from qnet.files import told, write_all, write_whole

_MAGIC: Final = b"qnet journal 1\n"
_HEAD: Final = 8 + 8 + 32  # number, length, SHA-256 of number and content
_BETWEEN_FLUSHES: Final = 1.0
"""Seconds of work that a loss of power, unlike a killed process, may cost."""
_HEADER: Final = (1 << 64) - 1
"""Number of the record that holds the fingerprint."""
_PATIENCE: Final = 0.4
"""Seconds that a lock is waited for: `holder_of` takes it for a moment, to see."""
_SHOWN: Final = 12
"""Lines of a difference that are shown."""

Fingerprint = Mapping[str, str]
"""Everything that decides the numbers of a run, in words: texts, versions, options."""


def journal_of(output: Path) -> Path:
    """Where the journal of an output stands."""
    return output.with_name(output.name + ".journal")


def lock_of(output: Path) -> Path:
    """Where the lock of an output stands."""
    return output.with_name(output.name + ".lock")


class Journal:
    """Finished tiles of a run, on the disk.

    Attributes
    ----------
    fingerprint : mapping
        Of the run that it belongs to.
    is_damaged : bool
        Whether records were damaged or incomplete when it was opened; they are
        dropped, and their tiles solved again.
    """

    def __init__(self, path: Path) -> None:
        self.fingerprint: Fingerprint = {}
        self.is_damaged = False
        self._path = path
        self._places: dict[int, tuple[int, int]] = {}
        self._handle = -1
        self._flushed = 0.0

    @classmethod
    def begin(cls, path: Path, fingerprint: Fingerprint) -> Self:
        """Begin an empty journal; an old one is overwritten.

        Raises
        ------
        StorageError
            QN701: the system cannot write it.
        """
        said = json.dumps(dict(fingerprint)).encode()
        write_whole(path, _MAGIC + _record(_HEADER, said))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, is_read_only: bool = False) -> Self:
        """Open the journal of an earlier run, and cut off what is torn at its end.

        Raises
        ------
        StorageError
            QN701: the system cannot; QN703: this is no journal, or its fingerprint is
            damaged.
        """
        made = cls(path)
        with told(path):
            mode = os.O_RDONLY if is_read_only else os.O_RDWR
            made._handle = os.open(path, mode)
            try:
                end = made._read()
                if not is_read_only:
                    os.ftruncate(made._handle, end)
                    os.lseek(made._handle, end, os.SEEK_SET)
            except BaseException:
                made.close()
                raise
        return made

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[int]:
        """Numbers of the tiles that are done."""
        return iter(self._places)

    def known(self, number: int) -> bytes | None:
        """Packed findings of a tile that is done."""
        if number not in self._places:
            return None
        place, length = self._places[number]
        return os.pread(self._handle, length, place)

    def keep(self, number: int, data: bytes) -> None:
        """Add the packed findings of a tile.

        Raises
        ------
        StorageError
            QN701: the system cannot write them.
        """
        with told(self._path):
            self._append(number, data)
            if time.monotonic() - self._flushed > _BETWEEN_FLUSHES:
                self._flush()

    def close(self) -> None:
        """Flush and close."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            with suppress(OSError):  # an error of an earlier write has been told
                os.fsync(handle)
            os.close(handle)

    def _append(self, number: int, data: bytes) -> None:
        write_all(self._handle, _record(number, data))
        place = os.lseek(self._handle, 0, os.SEEK_CUR) - len(data)
        self._places[number] = place, len(data)

    def _flush(self) -> None:
        os.fsync(self._handle)
        self._flushed = time.monotonic()

    def _read(self) -> int:
        """Find all sound records; returns where they end."""
        if os.pread(self._handle, len(_MAGIC), 0) != _MAGIC:
            raise self._damaged()
        size = os.fstat(self._handle).st_size
        place = len(_MAGIC)
        end = place
        while place < size:
            head = os.pread(self._handle, _HEAD, place)
            number = int.from_bytes(head[:8], "little")
            length = int.from_bytes(head[8:16], "little")
            if len(head) < _HEAD or length > size - place - _HEAD:
                break
            data = os.pread(self._handle, length, place + _HEAD)
            start, place = place, place + _HEAD + length
            if head[16:] != _checksum(number, data):
                # Its length may be sound: then the next record is, and tells.
                self.is_damaged = True
                continue
            if start != end and not self.fingerprint:
                break
            if number == _HEADER:
                self.fingerprint = json.loads(data)
            else:
                self._places[number] = start + _HEAD, length
            end = place
        if not self.fingerprint:
            raise self._damaged()
        self.is_damaged |= end < size
        return end

    def _damaged(self) -> StorageError:
        return refuse(
            StorageError,
            "QN703",
            f"'{self._path.name}' is damaged from its first line on",
            help="begin again with --force",
        )


def _record(number: int, data: bytes) -> bytes:
    head = number.to_bytes(8, "little") + len(data).to_bytes(8, "little")
    return head + _checksum(number, data) + data


def _checksum(number: int, data: bytes) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "little") + data).digest()


def refuse_another(ours: Fingerprint, theirs: Fingerprint, name: str) -> None:
    """Raise if a file belongs to another run, and say in what they differ.

    Raises
    ------
    StorageError
        QN704.
    """
    changed = [key for key in (*theirs, *ours) if ours.get(key) != theirs.get(key)]
    if not changed:
        return
    shown = [
        line
        for key in dict.fromkeys(changed)
        for line in _difference(key, theirs.get(key, ""), ours.get(key, ""))
    ]
    raise refuse(
        StorageError,
        "QN704",
        f"'{name}' belongs to another run: {', '.join(dict.fromkeys(changed))} changed",
        why="; ".join(shown[:_SHOWN]),
        help="undo the change and say --resume, or begin again with --force",
    )


def _difference(key: str, old: str, new: str) -> list[str]:
    """What was taken away and what was added: line by line, or entry by entry."""
    if "\n" in old + new:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), n=0, lineterm=""
        )
        return [
            clean(line, 120)
            for line in lines
            if line[:1] in "+-" and line[:3] not in {"+++", "---"}
        ]
    before, now = _entries(old), _entries(new)
    if before is None or now is None:
        return [_change(key, old, new)]
    return [
        _change(f"{key}, {name}", before.get(name, ""), now.get(name, ""))
        for name in dict.fromkeys((*before, *now))
        if before.get(name) != now.get(name)
    ]


def _entries(text: str) -> dict[str, str] | None:
    """Entries of a JSON object as text; None of anything else."""
    try:
        held = json.loads(text)
    except ValueError:
        return None
    if not isinstance(held, dict):
        return None
    return {name: str(value) for name, value in held.items()}


def _change(what: str, old: str, new: str) -> str:
    return (
        f"{clean(what, 60)}: was {clean(old, 60) or 'not there'}, "
        f"is {clean(new, 60) or 'not there'}"
    )


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the lock of an output: one run writes it at a time.

    The system frees the lock of a dead process.

    Raises
    ------
    StorageError
        QN702: another run holds it.
    """
    path = lock_of(output)
    with told(path):
        handle = _take(path)
    try:
        with told(path):
            os.ftruncate(handle, 0)
            write_all(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # while it is held: who waits for it looks again
        os.close(handle)


def _take(path: Path) -> int:
    """Open and lock the file that has this name, and not one that was removed."""
    import fcntl

    deadline = time.monotonic() + _PATIENCE
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        except FileNotFoundError:
            pass
        except OSError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            if time.monotonic() < deadline:
                time.sleep(_PATIENCE / 20)
                continue
            raise refuse(
                StorageError,
                "QN702",
                f"'{path.stem}' is being written by process {clean(holder) or '?'}",
                help="wait for it, or write to another file",
            ) from error
        os.close(handle)


def holder_of(output: Path) -> int | None:
    """Process that writes an output now, if one does; 0 if it has not said its name."""
    import fcntl

    try:
        handle = os.open(lock_of(output), os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        told = os.pread(handle, 32, 0).strip()
        return int(told) if told.isdigit() else 0
    finally:
        os.close(handle)
    return None
