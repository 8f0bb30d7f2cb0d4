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
from qnet.output.dataset import Dataset
from qnet.output.export import json_checksum, json_dump
from qnet.output.formats import read
from qnet.records.store import Journal, holder_of, journal_of


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
        QN705: the file is damaged, or of a kind without a checksum.
    """
    if output.suffix.lower() == ".json":
        yield from json_dump(_json(output)).splitlines()
    else:
        yield from read(output).dump()


def verify(output: Path) -> list[str]:
    """What is wrong with a result file; nothing if it is sound.

    Checksum and completeness, certificates against their thresholds, and whether all
    asserts and audits held.

    Raises
    ------
    StorageError
        QN705: the file is damaged, or of a kind without a checksum.
    """
    if output.suffix.lower() == ".json":
        return list(_wrong_in_json(_json(output)))
    return list(_wrong(read(output)))


def _json(path: Path) -> Mapping[str, Any]:
    try:
        held = json.loads(path.read_text("utf-8"))
        if isinstance(held, dict) and {"schema", "diagnostics"} <= held.keys():
            return held
    except ValueError:  # of text that is no JSON, or no UTF-8
        pass
    message = f"'{path.name}' is damaged, or no result of qnet"
    raise refuse(StorageError, "QN705", message)


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
