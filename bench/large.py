"""Large islands: Chalker-Coddington lattices and a long chain, beside sparse LU."""

from __future__ import annotations

import os
import resource

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, agree, median, show
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

import qnet.corridor
from qnet.network.compose import sole_points
from qnet.network.matrix import island_matrix
from qnet.network.sample import compile_circuit

SEEN = 40
"""Columns of S that the peer solves for; it takes as long for each of the others."""


def lattice(size):
    """Netlist of size × size plaquettes; all links at the edge end in one terminal."""
    cards = [".title Chalker-Coddington", ".field 1T", "T1 e V=0"]

    def across(i, j):
        return "e" if j in (0, size) else f"h{i}_{j}"

    def down(i, j):
        return "e" if i in (0, size) else f"v{i}_{j}"

    for i in range(size):
        for j in range(size):
            level = (across(i, j), across(i, j + 1))
            upright = (down(i, j), down(i + 1, j))
            pins = (*level, *upright) if (i + j) % 2 == 0 else (*upright, *level)
            seed = size * i + j
            cards.append(f"S{i}_{j} {' '.join(pins)} plaquette seed={seed}")
    return "\n".join(cards) + "\n"


def chain(length):
    """Netlist of barriers one behind another, their phases all different."""
    cards = [".title chain", "T1 n0 V=0", f"T2 n{length} V=0"]
    cards += [
        f"B{k} n{k} n{k + 1} T=0.999 phase={0.37 * k % 6.28:.6f}" for k in range(length)
    ]
    return "\n".join(cards) + "\n"


def compiled(text):
    return compile_circuit(qnet.corridor.template(text).circuit())


def scattering(sample, cells):
    """S of the one island, plan included; its scatterers are ready, as for the peer."""
    (composer,) = compile_circuit(sample.circuit).topology.composers
    return island_matrix(composer, cells).S[0, 0]


def network(sample):
    """1 - S_ii, S_ie, S_ei and S_ee of the only island, for the peer."""
    (composer,) = sample.topology.composers
    shape = composer.shape
    ((_, _, amplitude),) = sole_points(shape, sample.cell_matrices(np.zeros(1)))
    n = shape.internal
    size = (n + shape.leaving, n + shape.entering)
    T = csc_array((amplitude, (shape.row, shape.col)), shape=size)
    eye = csc_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
    return (eye - T[:n, :n]).tocsc(), T[:n, n:], T[n:, :n], T[n:, n:]


def by_splu(parts, columns):
    """Some columns of S by SciPy's factorisation in its default order."""
    A, drive, out, direct = parts
    waves = splu(A).solve(drive[:, columns].toarray())
    return direct[:, columns].toarray() + out @ waves


def beside(text, work, goal, repeats=3):
    """S between all edge links; the peer is timed on some columns and told for all."""
    sample = compiled(text)
    cells = sample.cell_matrices(np.zeros(1))
    ours, S = median(lambda: scattering(sample, cells), repeats)
    parts = network(sample)
    few = np.arange(min(SEEN, S.shape[1]))
    one, _ = median(lambda: by_splu(parts, few[:1]), 1)
    some, expected = median(lambda: by_splu(parts, few), 1)
    each = max(some - one, 0) / max(len(few) - 1, 1)
    theirs = one + each * (S.shape[1] - 1)
    apart = agree(np.abs(S[:, few] - expected).max(), work)
    note = "" if len(few) == S.shape[1] else f"peer from {len(few)} right-hand sides"
    return Row(work, "SciPy splu", ours, theirs, goal, apart, note)


def alone(size):
    """The largest lattice, with the memory that it takes."""
    sample = compiled(lattice(size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cells = sample.cell_matrices(np.zeros(1))
    ours, S = median(lambda: scattering(sample, cells), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    defect = np.abs(S.conj().T @ S - np.eye(len(S))).max()
    note = (
        f"unitary to {defect:.0e}; peak {peak / 2**20:.2f} GiB, of which text and "
        f"circuit {before / 2**20:.2f}"
    )
    work = f"Chalker-Coddington L = {size}, {S.shape[1]} edge links"
    return Row(work, "none here", ours, None, None, None, note)


def rows(*, whole=False):
    found = [
        beside(lattice(200), "Chalker-Coddington L = 200, 400 edge links", 12),
        beside(chain(100_000), "series chain of 100000 two-ports", 10),
    ]
    if whole:
        edges = "Chalker-Coddington L = 400, 800 edge links"
        found += [beside(lattice(400), edges, 12, 1), alone(700)]
    return found


if __name__ == "__main__":
    import sys

    show(rows(whole="--whole" in sys.argv))
