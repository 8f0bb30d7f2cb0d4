"""Answers of pieces of a sweep, gathered into arrays over the whole of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnet.results import Quantity, Result
from qnet.sweep.workers import Box, Mesh


class Ledger:
    """Arrays over the sweep, filled piece by piece; NaN where nothing was entered.

    Parameters
    ----------
    shape : tuple of int
        Lengths of the sweep axes.
    names : tuple of str
        Their names.
    """

    def __init__(self, shape: tuple[int, ...], names: tuple[str, ...]) -> None:
        self.shape = shape
        self.names = names
        self._arrays: dict[Hashable, NDArray[Any]] = {}
        self._results: dict[int, Result] = {}

    def __len__(self) -> int:
        """Return the length of the first axis."""
        return self.shape[0] if self.shape else 1

    def enter(self, key: Hashable, mesh: Mesh | Box, values: NDArray[Any]) -> None:
        """Enter the values (*piece) of one answer."""
        if key not in self._arrays:
            kind = complex if np.iscomplexobj(values) else float
            self._arrays[key] = np.full(self.shape, np.nan, kind)
        self._arrays[key][mesh] = values

    def array(self, key: Hashable) -> NDArray[Any]:
        """Return one answer along the whole sweep; all NaN if never entered."""
        known = self._arrays.get(key)
        return np.full(self.shape, np.nan) if known is None else known

    def enter_result(self, number: int, mesh: Mesh | Box, result: Result) -> None:
        """Enter the answer of one piece to card `number`.

        Its quantities have the piece's sweep axes in front of the axes they name.
        """
        held = self._results.get(number)
        quantities = {} if held is None else dict(held.quantities)
        for name, part in result.quantities.items():
            quantities[name] = self._joined(quantities.get(name), mesh, part)
        notes = result.notes if held is None else (*held.notes, *result.notes)
        self._results[number] = replace(
            result, quantities=quantities, notes=tuple(dict.fromkeys(notes))
        )

    def result(self, number: int) -> Result | None:
        """Return the answer to card `number` along the whole sweep."""
        return self._results.get(number)

    def head(self, count: int) -> Ledger:
        """Return the first `count` entries along the first axis."""
        first = Ledger((count, *self.shape[1:]), self.names)
        first._arrays = {key: array[:count] for key, array in self._arrays.items()}
        first._results = {
            number: replace(
                result,
                quantities={
                    name: replace(quantity, values=quantity.values[:count])
                    for name, quantity in result.quantities.items()
                },
            )
            for number, result in self._results.items()
        }
        return first

    def _joined(
        self, whole: Quantity | None, mesh: Mesh | Box, part: Quantity
    ) -> Quantity:
        """A quantity with the values of one piece in it."""
        part = _full(part, len(self.shape))
        if whole is None:
            whole = self._blank(part)
        elif not _same_labels(whole, part):
            whole, part = _union(whole, part, len(self.shape))
        whole.values[mesh] = part.values
        return whole

    def _blank(self, part: Quantity) -> Quantity:
        """All points of a quantity, none of them known."""
        own = part.values.shape[len(self.shape) :]
        kind = complex if np.iscomplexobj(part.values) else float
        values = np.full((*self.shape, *own), np.nan, kind)
        return replace(part, values=values, axes=(*self.names, *part.axes))


@dataclass(frozen=True, slots=True)
class _Union:
    """Where old and new labels of one axis stand among all of them."""

    labels: tuple[str, ...] | NDArray[np.float64]
    old: NDArray[np.intp]
    new: NDArray[np.intp]


def _full(part: Quantity, rank: int) -> Quantity:
    """A piece with one value for each label, where all labels share one."""
    front, own = part.values.shape[:rank], part.values.shape[rank:]
    lengths = tuple(
        len(part.labels[axis]) if axis in part.labels else length
        for axis, length in zip(part.axes, own, strict=True)
    )
    return replace(part, values=np.broadcast_to(part.values, (*front, *lengths)))


def _labels(quantity: Quantity, axis: str) -> list[Any]:
    return list(quantity.labels.get(axis, ()))


def _same_labels(whole: Quantity, part: Quantity) -> bool:
    return all(_labels(whole, axis) == _labels(part, axis) for axis in part.axes)


def _union(whole: Quantity, part: Quantity, rank: int) -> tuple[Quantity, Quantity]:
    """Bring two quantities whose own axes differ onto the axes of both."""
    joined = {
        axis: _join(_labels(whole, axis), _labels(part, axis)) for axis in part.axes
    }
    labels: Mapping[str, Any] = {axis: u.labels for axis, u in joined.items()}
    spread = [
        _spread(
            quantity,
            [getattr(joined[axis], side) for axis in part.axes],
            [len(joined[axis].labels) for axis in part.axes],
            rank,
        )
        for quantity, side in ((whole, "old"), (part, "new"))
    ]
    return (
        replace(whole, values=spread[0], labels=labels),
        replace(part, values=spread[1], labels=labels),
    )


def _join(old: list[Any], new: list[Any]) -> _Union:
    together = list(dict.fromkeys([*old, *new]))
    if all(isinstance(label, float) for label in together):
        together.sort()
    place = {label: k for k, label in enumerate(together)}
    return _Union(
        tuple(together),
        np.array([place[label] for label in old], np.intp),
        np.array([place[label] for label in new], np.intp),
    )


def _spread(
    quantity: Quantity, places: list[NDArray[np.intp]], lengths: list[int], rank: int
) -> NDArray[Any]:
    """Values at their places on longer axes, NaN elsewhere."""
    values = quantity.values
    for k, (place, length) in enumerate(zip(places, lengths, strict=True)):
        axis = rank + k
        shape = (*values.shape[:axis], length, *values.shape[axis + 1 :])
        wider = np.full(shape, np.nan, np.result_type(values, float))
        np.moveaxis(wider, axis, 0)[place] = np.moveaxis(values, axis, 0)
        values = wider
    return values
