"""Two workers instead of one: a sweep of a hundred thousand points."""

from __future__ import annotations

import os
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, agree, show
from sweep import netlist, rings

import qnet

POINTS, SCATTERERS = 100_000, 100


def by_the_clock(text, workers):
    start = perf_counter()
    found = qnet.run(text, workers=workers).measures["t"].values
    return perf_counter() - start, found


def rows():
    text = netlist(rings(SCATTERERS, 0), POINTS)
    by_the_clock(netlist(rings(SCATTERERS, 0), 10_000), 1)  # compiles
    one, t = by_the_clock(text, 1)
    two, again = by_the_clock(text, 2)
    work = f"two workers, {POINTS} points"
    # NaN, where an answer is withheld, must be so for both.
    same = np.array_equal(t, again, equal_nan=True)
    apart = agree(0.0 if same else np.inf, work)
    note = "by the clock; ideal 2"
    return [Row(work, "one worker", two, one, 1.8, apart, note)]


if __name__ == "__main__":
    show(rows())
