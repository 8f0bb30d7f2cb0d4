"""A tight-binding strip in kwant, beside a lattice with as many internal modes.

The two are no one network, so nothing is compared but time. kwant goes with NumPy 1,
and is asked in the interpreter that KWANT_PYTHON names.
"""

from __future__ import annotations

import json
import os
import subprocess

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, median, show
from large import compiled, two_terminals

from qnet.network.matrix import island_matrix

WIDTH, LENGTH = 200, 400

SCRIPT = """
import json, os, statistics, sys, time
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import kwant
width, length = map(int, sys.argv[1:])
square = kwant.lattice.square(norbs=1)
strip = kwant.Builder()
strip[(square(x, y) for x in range(length) for y in range(width))] = 4
strip[square.neighbors()] = -1
lead = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)))
lead[(square(0, y) for y in range(width))] = 4
lead[square.neighbors()] = -1
strip.attach_lead(lead)
strip.attach_lead(lead.reversed())
strip = strip.finalized().precalculate(0.4, what="modes")
seconds = []
for _ in range(3):
    start = time.process_time()
    kwant.smatrix(strip, 0.4)
    seconds.append(time.process_time() - start)
print(json.dumps(statistics.median(seconds)))
"""


def by_kwant():
    """Seconds for the scattering matrix at one energy, the modes of the leads known."""
    python = os.environ.get("KWANT_PYTHON")
    if not python:
        return None
    command = [python, "-c", SCRIPT, str(WIDTH), str(LENGTH)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def rows():
    side = int(np.sqrt(WIDTH * LENGTH / 2))
    sample = compiled(two_terminals(side))
    (composer,) = sample.topology.composers
    cells = sample.cell_matrices(np.zeros(1))
    island_matrix(composer, cells)
    ours, _ = median(lambda: island_matrix(composer, cells))
    work = f"{composer.shape.internal} internal modes at one energy, order kept"
    return [Row(work, f"kwant, strip of {WIDTH} × {LENGTH}", ours, by_kwant(), 3)]


if __name__ == "__main__":
    show(rows())
