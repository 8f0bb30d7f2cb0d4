"""Loops that Numba compiles, for runs that are long enough to pay for it.

Loading Numba takes longer than most runs. What a long run has loaded serves the short
ones after it: each compiled loop does the operations of its NumPy twin in the same
order, without fusing any, so that no bit tells which of them was at hand.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from typing import Any

_loaded: list[bool] = []


def is_available() -> bool:
    """Whether Numba is installed."""
    return importlib.util.find_spec("numba") is not None


def load() -> None:
    """Let loops be compiled from now on, if Numba is installed."""
    if not _loaded and is_available():
        _loaded.append(True)


def is_loaded() -> bool:
    """Whether loops run compiled."""
    return bool(_loaded)


def unload() -> None:
    """Go back to NumPy: for tests, and for whoever mistrusts a compiler."""
    _loaded.clear()


def when_loaded(loop: Callable[..., Any]) -> Callable[..., Any] | None:
    """The compiled form of a loop if a long run has loaded Numba, else None."""
    return _compiled(loop) if _loaded else None


@functools.cache
def _compiled(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop, or take it from where Numba keeps it."""
    from numba import njit

    # No fused or reordered arithmetic: the bits are those of NumPy.
    compiler = njit(cache=True, nogil=True, error_model="numpy")
    return compiler(loop)
