"""What a sweep will take, told before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, Final

from numpy.typing import NDArray

from qnet.diagnostics import LimitError, refuse
from qnet.limits import LIMITS, free_memory
from qnet.sweep.findings import Findings, Piece
from qnet.sweep.tile import Desk

COPIES: Final = 3
"""Copies of the results at the end: as found, as measured, as written."""

_AMPLITUDE: Final = 16
"""Bytes of a complex number."""

_SIDE_BY_SIDE: Final = 4
"""Arrays of the size of all amplitudes that composition holds at one time."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Size of a sweep, and the memory that it needs, in bytes.

    Attributes
    ----------
    points, tiles : int
    results : int
        Every answer at every point, with the copies that are made of it.
    tile : int
        A tile at work, in each process.
    processes : int
        That solve tiles.
    """

    points: int
    tiles: int
    results: int
    tile: int
    processes: int

    @property
    def total(self) -> int:
        """Bytes of everything together."""
        return self.results + self.tile * self.processes

    def __str__(self) -> str:
        return (
            f"{self.points:,} points in {self.tiles:,} tiles: about "
            f"{size(self.results)} of memory for the results, {size(self.tile)} "
            f"for each tile at work"
        )


def estimate(desk: Desk, processes: int, known: Findings | None = None) -> Estimate:
    """Say what a sweep will take: the first point is solved, and multiplied.

    Parameters
    ----------
    desk : Desk
    processes : int
        That solve tiles at one time.
    known : tuple of Piece, optional
        Findings of the first tile, if an earlier run solved it.

    Raises
    ------
    LimitError
        QN814: more than is free.
    """
    points = prod(desk.shape)
    longest = max(_points(mesh) for mesh in desk.tiles)
    count = 1 if known is None else _points(desk.tiles[0])
    pieces = desk.first_point() if known is None else known
    each = -(-sum(map(_bytes, pieces)) // count)
    found = Estimate(
        points,
        len(desk.tiles),
        COPIES * each * points,
        longest * (each + _SIDE_BY_SIDE * _AMPLITUDE * desk.numbers),
        processes,
    )
    limit, free = LIMITS["matrix memory"].value, free_memory()
    if found.total > limit * free:
        raise refuse(
            LimitError,
            "QN814",
            f"the sweep needs about {size(found.total)} of memory, {size(free)} are "
            "free",
            why=str(found),
            help="sweep in parts, ask for less at each point, or take fewer workers; "
            "--limit 'matrix memory=…' raises the share that may be used",
        )
    return found


def _points(mesh: tuple[NDArray[Any], ...]) -> int:
    return prod(index.size for index in mesh)


def _bytes(piece: Piece) -> int:
    """Bytes of all answers of a piece."""
    return sum(array.nbytes for array in _arrays(piece))


def _arrays(piece: Piece) -> Iterable[NDArray[Any]]:
    yield from piece.values.values()
    for result in piece.results.values():
        yield from (quantity.values for quantity in result.quantities.values())


def size(count: float) -> str:
    """Bytes for people, in powers of a thousand."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
