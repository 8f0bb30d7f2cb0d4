"""A grid of resistors: from text to the voltages of all its floating nodes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from beside import Row, agree, median, processor_seconds, show

import qnet

SIDE, FULL = 100, 316
"""Beside ngspice, whose time grows faster than the grid; and qnet alone."""


def resistors(side):
    for i in range(side):
        for j in range(side):
            for name, a, b in (("h", i + 1, j), ("v", i, j + 1)):
                if a < side and b < side:
                    ohms = 1000 + (7 * i + 13 * j) % 100
                    yield f"R{name}{i}_{j} x{i}_{j} x{a}_{b} {ohms}"


def netlist(side):
    last = side - 1
    middle = f"x{side // 2}_{side // 3}"
    return "\n".join(
        [
            ".title grid",
            "T1 x0_0 V=1V",
            f"T2 x{last}_{last} V=0",
            *resistors(side),
            f".meas v V({middle})",
            "",
        ]
    )


def spice_deck(side):
    last = side - 1
    middle = f"x{side // 2}_{side // 3}"
    return "\n".join(
        [
            "* grid",
            "V1 x0_0 0 1",
            f"V2 x{last}_{last} 0 0",
            *resistors(side),
            ".options klu reltol=1e-12",
            ".control",
            "op",
            "set numdgt=15",
            f"print v({middle})",
            "quit",
            ".endc",
            ".end",
            "",
        ]
    )


def by_qnet(text):
    return float(qnet.run(text).measures["v"].values)


def by_ngspice(side):
    with tempfile.TemporaryDirectory() as folder:
        deck = Path(folder) / "grid.cir"
        deck.write_text(spice_deck(side))
        start = processor_seconds()
        done = subprocess.run(
            ["ngspice", "-b", str(deck)], capture_output=True, text=True, check=False
        )
        seconds = processor_seconds() - start
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("v("))
    return seconds, float(line.split("=")[1])


def rows():
    text = netlist(SIDE)
    ours, v = median(lambda: by_qnet(text))
    work = f"resistor grid, {SIDE**2} nodes, text to voltages"
    theirs, apart = None, None
    if shutil.which("ngspice"):
        theirs, expected = by_ngspice(SIDE)
        apart = agree(abs(v - expected), work)
    beside = Row(work, "ngspice .op, klu", ours, theirs, 30, apart)
    whole = netlist(FULL)
    alone, _ = median(lambda: by_qnet(whole), 1)
    note = "too long for ngspice here"
    return [
        beside,
        Row(f"the same, {FULL**2} nodes", "not run", alone, None, 30, None, note),
    ]


if __name__ == "__main__":
    show(rows())
