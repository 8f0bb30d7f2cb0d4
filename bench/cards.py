"""A hundred thousand cards: from text to a compiled circuit, beside ngspice's load."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from beside import Row, median, show

import qnet.corridor
from qnet.network.sample import compile_circuit

CARDS = 100_000


def netlist(cards):
    lines = [".title wires", "T1 n0 V=1mV", f"T2 n{cards} V=0"]
    lines += [f"W{k} n{k} n{k + 1} phi={k % 7}.{k % 10}" for k in range(cards)]
    return "\n".join(lines) + "\n"


def spice_deck(cards, *, load):
    """As many resistors; ngspice reads them and stops, or stops at once."""
    lines = ["* resistors", "V1 n0 0 1", f"Rend n{cards} 0 1"]
    if load:
        lines += [f"R{k} n{k} n{k + 1} {k % 7 + 1}.{k % 10}" for k in range(cards)]
    return "\n".join([*lines, ".control", "quit", ".endc", ".end"]) + "\n"


def compiled(text):
    template = qnet.corridor.template(text)
    return compile_circuit(template.circuit())


def by_ngspice(cards, repeats=3):
    """Seconds that loading takes, its start-up not counted."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = []
        for load in (False, True):
            deck = Path(folder) / f"{load}.cir"
            deck.write_text(spice_deck(cards, load=load))
            command = ["ngspice", "-b", str(deck)]
            took, _ = median(
                lambda command=command: subprocess.run(
                    command, capture_output=True, check=False
                ),
                repeats,
            )
            seconds.append(took)
    return seconds[1] - seconds[0]


def row(cards, repeats=3):
    text = netlist(cards)
    ours, _ = median(lambda: compiled(text), repeats)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    theirs = by_ngspice(cards, repeats) if shutil.which("ngspice") else None
    work = f"{cards} cards, text to compiled"
    goal = 0.67 if cards == CARDS else 1
    return Row(work, "ngspice load", ours, theirs, goal, None, f"peak {peak:.2f} GiB")


def rows(*, whole=False):
    return [row(CARDS), *([row(10 * CARDS, 1)] if whole else [])]


if __name__ == "__main__":
    import sys

    show(rows(whole="--whole" in sys.argv))
