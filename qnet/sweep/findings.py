"""What a tile of a sweep brought home, and how that becomes bytes and back.

The bytes travel from workers to the run and stand in its journal. They hold plain
numbers and text only: reading them runs nothing, whoever wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Bools
from qnet.diagnostics import Diagnostic, Label, Severity, Source, Span
from qnet.results import Labels, Quantity, Result
from qnet.sweep.workers import Mesh

Key = tuple[str, str | tuple[str, ...]]
"""Name of an answer: its function and arguments, or ``certificate`` and its name."""

Sources = Mapping[str, Source]
"""The texts that spans of a netlist point into, by name."""

_KINDS: Final = ("<f8", "<c16", "<i8", "|b1")
"""Types of arrays that are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Answers for the points of one mesh, which share a structure.

    Attributes
    ----------
    mesh : tuple of index arrays
        Where the points stand in the sweep.
    values : mapping
        Answers by key, (*piece).
    results : mapping
        Results by number of their card; quantities lead with the piece's axes.
    sizes : mapping
        Size of the problem behind each certificate.
    marks : tuple
        Points without an answer, (*piece) or broadcasting to it, and why.
    notes : tuple of Diagnostic
    settings : mapping
        What was solved, in words; empty where nothing was.
    unchecked : mapping
        Words of ``.check`` that are not audited here, and why.
    """

    mesh: Mesh
    values: Mapping[Key, NDArray[Any]] = field(default_factory=dict)
    results: Mapping[int, Result] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    marks: tuple[tuple[Bools, Diagnostic], ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    unchecked: Mapping[str, str] = field(default_factory=dict)


Findings = tuple[Piece, ...]
"""Answers for all points of a tile."""


def pack(findings: Findings, known: Sources) -> bytes:
    """Write findings as bytes.

    Parameters
    ----------
    findings : tuple of Piece
    known : mapping
        Texts that the reader has, and that are therefore not written.
    """
    writer = _Writer(known)
    body = [writer.piece(piece) for piece in findings]
    head = json.dumps(
        {"pieces": body, "sources": writer.sources, "arrays": writer.arrays},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    return b"".join((len(head).to_bytes(8, "little"), head, *writer.blobs))


def unpack(data: bytes, known: Sources) -> Findings:
    """Read what `pack` wrote.

    Raises
    ------
    ValueError, KeyError
        The bytes are no findings.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:start])
    reader = _Reader(head, memoryview(data)[start:], known)
    return tuple(reader.piece(piece) for piece in head["pieces"])


class _Writer:
    """Arrays and sources met while writing, in the order of their numbers."""

    def __init__(self, known: Sources) -> None:
        self._known = known
        self._numbers: dict[int, int] = {}
        self.sources: list[list[str | None]] = []
        self.arrays: list[list[Any]] = []
        self.blobs: list[bytes] = []

    def piece(self, piece: Piece) -> dict[str, Any]:
        return {
            "mesh": [self.array(index) for index in piece.mesh],
            "values": [[*key, self.array(a)] for key, a in piece.values.items()],
            "results": [[k, self.result(r)] for k, r in piece.results.items()],
            "sizes": dict(piece.sizes),
            "marks": [[self.array(w), self.diagnostic(d)] for w, d in piece.marks],
            "notes": [self.diagnostic(note) for note in piece.notes],
            "settings": dict(piece.settings),
            "unchecked": dict(piece.unchecked),
        }

    def result(self, result: Result) -> dict[str, Any]:
        return {
            "analysis": result.analysis,
            "title": result.title,
            "notes": list(result.notes),
            "quantities": [
                [key, self.quantity(q)] for key, q in result.quantities.items()
            ],
        }

    def quantity(self, quantity: Quantity) -> dict[str, Any]:
        labels = {
            axis: self.array(given) if isinstance(given, np.ndarray) else list(given)
            for axis, given in quantity.labels.items()
        }
        return {
            "name": quantity.name,
            "values": self.array(quantity.values),
            "axes": list(quantity.axes),
            "unit": quantity.unit,
            "labels": labels,
            "bound": quantity.bound,
        }

    def diagnostic(self, given: Diagnostic) -> dict[str, Any]:
        return {
            "code": given.code,
            "message": given.message,
            "primary": None if given.primary is None else self.label(given.primary),
            "others": [self.label(label) for label in given.others],
            "why": given.why,
            "help": given.help,
            "severity": given.severity,
        }

    def label(self, label: Label) -> list[Any]:
        return [self.span(label.span), label.text]

    def span(self, span: Span) -> list[Any]:
        inside = None if span.inside is None else self.span(span.inside)
        return [self.source(span.source), span.start, span.stop, inside]

    def source(self, source: Source) -> int:
        if id(source) not in self._numbers:
            known = self._known.get(source.name)
            is_known = known is not None and known.text == source.text
            self._numbers[id(source)] = len(self.sources)
            self.sources.append([source.name, None if is_known else source.text])
        return self._numbers[id(source)]

    def array(self, array: NDArray[Any]) -> int:
        array = np.asarray(array)
        kind = {"f": "<f8", "c": "<c16", "i": "<i8", "b": "|b1"}[array.dtype.kind]
        plain = np.ascontiguousarray(array, kind)
        self.arrays.append([kind, list(array.shape)])
        self.blobs.append(plain.tobytes())
        return len(self.arrays) - 1


class _Reader:
    """Makes findings from their description and the bytes of their arrays."""

    def __init__(
        self, head: Mapping[str, Any], body: memoryview, known: Sources
    ) -> None:
        self._sources = [
            known[name] if text is None else Source(name, text)
            for name, text in head["sources"]
        ]
        self._arrays: list[NDArray[Any]] = []
        place = 0
        for kind, shape in head["arrays"]:
            if kind not in _KINDS:
                raise ValueError(f"an array of type {kind!r}")
            dtype = np.dtype(kind)
            count = int(np.prod(shape, dtype=np.int64))
            flat = np.frombuffer(body, dtype, count, place)
            self._arrays.append(flat.reshape(shape))
            place += count * dtype.itemsize

    def piece(self, given: Mapping[str, Any]) -> Piece:
        return Piece(
            tuple(self._arrays[number] for number in given["mesh"]),
            {_key(name, about): self._arrays[k] for name, about, k in given["values"]},
            {number: self.result(result) for number, result in given["results"]},
            given["sizes"],
            tuple((self._arrays[w], self.diagnostic(d)) for w, d in given["marks"]),
            tuple(self.diagnostic(note) for note in given["notes"]),
            given["settings"],
            given["unchecked"],
        )

    def result(self, given: Mapping[str, Any]) -> Result:
        quantities = {key: self.quantity(q) for key, q in given["quantities"]}
        return Result(
            given["analysis"], quantities, tuple(given["notes"]), given["title"]
        )

    def quantity(self, given: Mapping[str, Any]) -> Quantity:
        labels: Labels = {
            axis: tuple(label) if isinstance(label, list) else self._arrays[label]
            for axis, label in given["labels"].items()
        }
        return Quantity(
            given["name"],
            self._arrays[given["values"]],
            tuple(given["axes"]),
            given["unit"],
            labels,
            given["bound"],
        )

    def diagnostic(self, given: Mapping[str, Any]) -> Diagnostic:
        primary = given["primary"]
        return Diagnostic(
            given["code"],
            given["message"],
            None if primary is None else self.label(primary),
            tuple(self.label(label) for label in given["others"]),
            given["why"],
            given["help"],
            cast("Severity", given["severity"]),
        )

    def label(self, given: Sequence[Any]) -> Label:
        return Label(self.span(given[0]), given[1])

    def span(self, given: Sequence[Any]) -> Span:
        source, start, stop, inside = given
        outer = None if inside is None else self.span(inside)
        return Span(self._sources[source], start, stop, outer)


def _key(name: str, about: str | Sequence[str]) -> Key:
    return name, about if isinstance(about, str) else tuple(about)
