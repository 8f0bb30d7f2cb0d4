"""A million barriers in a row, beside sparse LU of the ready matrix."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, agree, median, show
from large import by_splu, network

import qnet
from qnet.corridor import template
from qnet.network.matrix import Composer, island_matrix
from qnet.network.sample import compile_circuit

LENGTH = 1_000_000


def netlist(length):
    """Barriers one behind another, the phases between them all different."""
    return (
        ".title chain\n"
        "T1 n0 V=1mV\n"
        f"T2 n{length} V=0\n"
        f".for k in 1:{length}\n"
        "B{k} n{k-1} n{k} T=0.999999 phase={0.37*k}\n"
        ".endfor\n"
        ".meas G G(T1,T1)\n"
    )


def rows():
    text = netlist(LENGTH)
    whole, report = median(lambda: qnet.run(text), 1)
    circuit = template(text).circuit()
    connected, sample = median(lambda: compile_circuit(circuit), 1)
    cells = sample.cell_matrices(np.zeros(1))
    (composer,) = sample.topology.composers
    island_matrix(composer, cells)
    kept, found = median(lambda: island_matrix(composer, cells))
    planned, _ = median(lambda: island_matrix(Composer(composer.shape), cells))
    parts = network(sample)
    theirs, expected = median(lambda: by_splu(parts, np.arange(2)))
    work = f"series chain of {LENGTH} two-ports, matrices ready"
    apart = agree(np.abs(found.S[0, 0] - expected).max(), work)
    passed = abs(expected[0, 1]) ** 2
    agree(abs(report.measures["G"].values / qnet.constants.Gq - passed), work)
    note = (
        f"with its order {planned:.2f} s; ports paired and islands found "
        f"{connected:.1f} s; text to G with audits {whole:.1f} s"
    )
    return [Row(work, "SciPy splu", kept, theirs, 10, apart, note)]


if __name__ == "__main__":
    show(rows())
