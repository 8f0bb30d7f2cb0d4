"""A small sweep that a worker solves while it waits: so it loads what sweeps need."""

from __future__ import annotations

from typing import Final

from qnet.lang.parse import parse
from qnet.sweep.tile import Desk, Recipe

_RING: Final = """
.param phi=0
T1 s V=1uV
T2 d V=0
Y1 s u l
W1 u v phi={phi}
W2 l w flux=0.1
Y2 d v w
.meas g G(T1,T1)
"""

_LONG: Final = ".step phi lin 1000000 0 1\n"  # long enough for the compiled loop
_WARM: Final = ".temp 1K\n"


def rehearse() -> None:
    """Solve a tile of a long cold sweep, and a point at a temperature."""
    for more in (_LONG, _WARM):
        Desk(Recipe(parse(_RING + more, "rehearsal")).template).explore(0)
