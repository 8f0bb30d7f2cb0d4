"""One thread for linear algebra: the same bits on any number of cores.

Tiles are what runs side by side. Inside a tile a second thread would only change the
order in which sums are rounded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_VARIABLES: Final = (
    "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS",
    "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold every linear-algebra library to one thread, those loaded later too.

    A library that is loaded inside reads its number of threads from the environment;
    when the last one leaves, it is given as many as the others. Nested use is free.
    """
    _hold.enter()
    try:
        yield
    finally:
        _hold.leave()


class _Hold:
    """The limit, which is the process' own, and how many are inside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._release: Callable[[], None] | None = None

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._release = _limit()
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._release is not None:
                self._release()


def _limit() -> Callable[[], None]:
    """Set all libraries to one thread; returns what undoes it."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
    libraries = _libraries(len(sys.modules))
    free = {each.filepath: each.num_threads for each in libraries.lib_controllers}
    limited = libraries.limit(limits=1)

    def release() -> None:
        limited.restore_original_limits()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _free_newcomers(free)

    return release


@lru_cache(maxsize=1)
def _libraries(_modules: int) -> ThreadpoolController:
    """All linear-algebra libraries: looked for again once more modules are loaded."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _free_newcomers(free: dict[str, int]) -> None:
    """Give libraries that came while all were held as many threads as the others."""
    most = max(free.values(), default=os.cpu_count() or 1)
    for library in _libraries(len(sys.modules)).lib_controllers:
        if library.filepath not in free:
            library.set_num_threads(most)


_hold: Final = _Hold()
