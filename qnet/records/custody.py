"""Result files afterwards: are they complete, unharmed, and what do they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qnet.certificate import THRESHOLDS
from qnet.diagnostics import StorageError, refuse
from qnet.output.dataset import Dataset, report_from
from qnet.output.export import (
    TABLES,
    about_of,
    changed_tables,
    json_checksum,
    json_dump,
)
from qnet.output.formats import read
from qnet.output.restore import report_of
from qnet.records.store import Journal, holder_of, journal_of
from qnet.results import Report


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run into a file is.

    Attributes
    ----------
    state : str
        ``complete``, ``running``, ``unfinished`` (go on with ``--resume``), ``absent``.
    tiles : int
        Finished tiles in the journal.
    holder : int or None
        Process that writes it now.
    """

    state: str
    tiles: int
    holder: int | None


def status(output: Path) -> Status:
    """Say how far the run into a file is; the file itself is not checked."""
    holder = holder_of(output)
    tiles = _finished(journal_of(output))
    if holder is not None:
        return Status("running", tiles or 0, holder)
    if tiles is not None:
        return Status("unfinished", tiles, None)
    return Status("complete" if output.exists() else "absent", 0, None)


def _finished(place: Path) -> int | None:
    """Tiles in a journal; None if there is none, or no longer."""
    if not place.exists():
        return None
    try:
        journal = Journal.open(place, is_read_only=True)
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):  # the run has just ended
            return None
        raise
    journal.close()
    return len(journal)


def dump(output: Path) -> Iterator[str]:
    """Everything in a file as canonical lines: equal for equal numbers.

    Neither times nor paths are among them.

    Raises
    ------
    StorageError
        QN705: the file is damaged, or a table without its ``.json``.
    """
    place = _json_of(output)
    if place is not None:
        yield from json_dump(_json(place)).splitlines()
    else:
        yield from read(output).dump()


def verify(output: Path) -> list[str]:
    """What is wrong with a result file; nothing if it is sound.

    Checksum and completeness, certificates against their thresholds, and whether all
    asserts and audits held.

    Raises
    ------
    StorageError
        QN705: the file is damaged, or a table without its ``.json``.
    """
    place = _json_of(output)
    if place is None:
        return list(_wrong(read(output)))
    held = _json(place)
    changed = changed_tables(output, held)
    faults = [f"'{name}' is gone, was changed or is damaged" for name in changed]
    return [*faults, *_wrong_in_json(held)]


def load_report(output: str | Path, name: str = "netlist") -> Report:
    """Read the report in a result file, or beside a table of results.

    Parameters
    ----------
    output : str or Path
        Of any format that `qnet.run` writes.
    name : str
        How diagnostics call the netlist, where the file does not tell.

    Returns
    -------
    Report
        As `qnet.run` gave it; of its diagnostics, those of the netlist itself have
        their places.

    Raises
    ------
    StorageError
        QN705: the file is damaged, is no result of qnet, or a table without the
        ``.json`` that was written beside it.
    """
    path = Path(output)
    place = _json_of(path)
    try:
        if place is None:
            held = read(path)
            is_sound = held.attributes.get("checksum") == held.checksum()
            report = report_from(held, name)
        else:
            told = _json(place)
            is_sound = told.get("checksum") == json_checksum(told)
            is_sound = is_sound and not changed_tables(path, told)
            report = report_of(told, name=name)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(path) from error
    if not is_sound:
        raise _damaged(path)
    return report


def _json_of(output: Path) -> Path | None:
    """Where the JSON of an output stands; None if the output holds all by itself."""
    if output.suffix.lower() == ".json":
        return output
    return about_of(output) if output.suffix.lower() in TABLES else None


def _damaged(path: Path) -> StorageError:
    message = f"'{path.name}' is damaged, or no result of qnet"
    return refuse(StorageError, "QN705", message)


def _json(path: Path) -> Mapping[str, Any]:
    try:
        held = json.loads(path.read_text("utf-8"))
        if isinstance(held, dict) and {"schema", "diagnostics"} <= held.keys():
            return held
    except (ValueError, FileNotFoundError):  # no JSON, no UTF-8, nothing at all
        pass
    raise _damaged(path)


def _wrong(held: Dataset) -> Iterator[str]:
    if held.attributes.get("complete") != "yes":
        yield "the file is not complete"
    if held.attributes.get("checksum") != held.checksum():
        yield "the checksum does not fit: the file was changed or is damaged"
    for name, variable in held.variables.items():
        kind, _, certificate = name.partition(".")
        if kind == "certificate":
            yield from _refused(certificate, variable.values)
    for kind in ("asserts", "audits"):
        yield from _failed(json.loads(held.attributes.get(kind, "[]")))


def _wrong_in_json(held: Mapping[str, Any]) -> Iterator[str]:
    if held.get("complete") is not True:
        yield "the file is not complete"
    if held.get("checksum") != json_checksum(held):
        yield "the checksum does not fit: the file was changed or is damaged"
    for name, certificate in held["certificates"].items():
        yield from _refused(name, np.array(certificate["values"], float))
    for kind in ("asserts", "audits"):
        yield from _failed(held[kind])


def _refused(name: str, defect: np.ndarray[Any, Any]) -> Iterator[str]:
    worst = float(np.nanmax(defect, initial=0.0))
    known = THRESHOLDS.get(name)
    if known is not None and worst > known.refused:
        yield f"{name} is {worst:.2g}, refused above {known.refused:g}"


def _failed(verdicts: list[Mapping[str, Any]]) -> Iterator[str]:
    for verdict in verdicts:
        if not verdict["passed"]:
            yield f"does not hold: {verdict.get('text') or verdict.get('name')}"
