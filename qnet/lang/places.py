"""Places of many elements, looked up when asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

from qnet.diagnostics import Span


class Places(Sequence[Span | None]):
    """Spans of elements in stretches, each with a function that finds them.

    A span for each of 10⁵ elements would cost more than the circuit; an error or a plot
    asks for a few.
    """

    def __init__(
        self, stretches: Iterable[tuple[int, Callable[[int], Span | None]]]
    ) -> None:
        held = list(stretches)
        self._finders = [find for _, find in held]
        self._ends = list(accumulate(count for count, _ in held))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  an int or a slice
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        k = bisect_right(self._ends, row)
        before = self._ends[k - 1] if k else 0
        return self._finders[k](row - before)
