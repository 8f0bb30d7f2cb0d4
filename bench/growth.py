"""How time grows: slopes of log time against log size over three doublings."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cards
import chain
import large
import numpy as np
from beside import median

import qnet

DOUBLINGS = 3


def ladder(points):
    """A ring in a long sweep of its flux."""
    return (
        ".title ring\n.param x=0\nT1 s V=1mV\nT2 d V=0\n"
        "Y1 s u1 l1 eps=0.4\nW1 u1 u2 phi=3.1 flux={x/2}\n"
        "W2 l1 l2 phi=2.7 flux={-x/2}\nY2 d u2 l2 eps=0.4\n"
        f".step x lin {points} 0 1\n.meas G G(T1,T1)\n"
    )


def lattice(size):
    sample = large.compiled(large.lattice(size))
    cells = sample.cell_matrices(np.zeros(1))
    return lambda: large.scattering(sample, cells)


def running(make):
    """Netlist by size, as work to be timed."""

    def work(size):
        text = make(size)
        return lambda: qnet.run(text)

    return work


LAWS = (
    ("chain, text to G", running(chain.netlist), 50_000, 1.1),
    ("cards, text to voltages", running(cards.netlist), 25_000, 1.1),
    ("sweep of a ring, text to G", running(ladder), 20_000, 1.1),
    ("lattice, S of all edge links", lattice, 50, 3.2),
)


def slope(work, first):
    """Slope over three doublings, and the times."""
    sizes = [first * 2**k for k in range(DOUBLINGS + 1)]
    work(first)()
    seconds = [median(work(size))[0] for size in sizes]
    return np.polyfit(np.log(sizes), np.log(seconds), 1)[0], sizes, seconds


def main():
    print("| work | sizes | seconds | slope | at most |\n|---|---|---|---|---|")
    for name, work, first, most in LAWS:
        found, sizes, seconds = slope(work, first)
        shown = ", ".join(f"{s:.2g}" for s in seconds)
        span = f"{sizes[0]} to {sizes[-1]}"
        print(f"| {name} | {span} | {shown} | {found:.2f} | {most} |", flush=True)


if __name__ == "__main__":
    main()
