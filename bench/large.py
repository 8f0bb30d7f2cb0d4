"""Large islands: Chalker-Coddington lattices beside sparse LU."""

from __future__ import annotations

import os
import resource

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pymetis
from beside import Row, agree, median, present, processor_seconds, show
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

    return "\n".join(cards + nodes(size, across, down)) + "\n"


def two_terminals(size):
    """The same lattice with closed edges, but for a link in and one out of either T."""
    middle = size // 4

    def across(i, j):
        if j not in (0, size):
            return f"h{i}_{j}"
        return "ab"[j > 0] if i // 2 == middle else f"h{i // 2}_{j}e"

    def down(i, j):
        return f"v{i}_{j}" if i not in (0, size) else f"v{i}_{j // 2}e"

    cards = [".title Chalker-Coddington", ".field 1T", "T1 a V=0", "T2 b V=0"]
    return "\n".join(cards + nodes(size, across, down)) + "\n"


def nodes(size, across, down):
    """Cards of all plaquettes; neighbours along a row turn their pins round."""
    cards = []
    for i in range(size):
        for j in range(size):
            level = (across(i, j), across(i, j + 1))
            upright = (down(i, j), down(i + 1, j))
            pins = (*level, *upright) if (i + j) % 2 == 0 else (*upright, *level)
            cards.append(f"S{i}_{j} {' '.join(pins)} plaquette seed={size * i + j}")
    return cards


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


def by_metis(parts, columns):
    """Some columns of S by SuperLU on a METIS order: fewer fill-ins than its own."""
    A, drive, out, direct = parts
    graph = abs(A) + abs(A.T)
    graph.setdiag(0)
    graph.eliminate_zeros()
    graph = graph.tocsr()
    neighbours = pymetis.CSRAdjacency(graph.indptr, graph.indices)
    order = np.array(pymetis.nested_dissection(adjacency=neighbours)[0])
    factors = splu(A[order][:, order].tocsc(), permc_spec="NATURAL")
    waves = np.empty((A.shape[0], len(columns)), complex)
    waves[order] = factors.solve(drive[:, columns].toarray()[order])
    return direct[:, columns].toarray() + out @ waves


def by_splu(parts, columns):
    """Some columns of S by SciPy's factorisation in its default order."""
    A, drive, out, direct = parts
    waves = splu(A).solve(drive[:, columns].toarray())
    return direct[:, columns].toarray() + out @ waves


def by_mumps(parts, columns):
    """Some columns of S by MUMPS, and the seconds of its analysis and factorisation."""
    import mumps

    A, drive, out, direct = parts
    context = mumps.Context()
    start = processor_seconds()
    context.set_matrix(A.tocoo())
    context.analyze()
    context.factor()
    seconds = processor_seconds() - start
    waves = context.solve(drive[:, columns].toarray())
    return direct[:, columns].toarray() + out @ waves, seconds


def edges(size, repeats=3):
    """S between all edge links, the plan included.

    The peer is timed on some columns, and its time for all of them follows.
    """
    sample = compiled(lattice(size))
    cells = sample.cell_matrices(np.zeros(1))
    ours, S = median(lambda: scattering(sample, cells), repeats)
    parts = network(sample)
    few = np.arange(min(SEEN, S.shape[1]))
    one, _ = median(lambda: by_metis(parts, few[:1]), 1)
    some, expected = median(lambda: by_metis(parts, few), 1)
    theirs = one + max(some - one, 0) / (len(few) - 1) * (S.shape[1] - 1)
    work = f"Chalker-Coddington L = {size}, S of {S.shape[1]} edge links"
    apart = agree(np.abs(S[:, few] - expected).max(), work)
    note = f"peer from {len(few)} right-hand sides"
    return Row(work, "SuperLU, METIS order", ours, theirs, 12, apart, note)


def between_two(size, repeats=3):
    """S between two terminals, the order kept."""
    sample = compiled(two_terminals(size))
    (composer,) = sample.topology.composers
    cells = sample.cell_matrices(np.zeros(1))
    island_matrix(composer, cells)
    ours, found = median(lambda: island_matrix(composer, cells), repeats)
    parts = network(sample)
    columns = np.arange(found.S.shape[-1])
    theirs, expected = median(lambda: by_splu(parts, columns), 1)
    work = f"Chalker-Coddington L = {size}, two terminals, order kept"
    apart = agree(np.abs(found.S[0, 0] - expected).max(), work)
    return Row(work, "SciPy splu", ours, theirs, 1.8, apart)


def largest(size):
    """The largest lattice, with the memory that it takes, beside MUMPS."""
    sample = compiled(lattice(size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cells = sample.cell_matrices(np.zeros(1))
    ours, S = median(lambda: scattering(sample, cells), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    note = (
        f"all columns; peak {peak / 2**20:.2f} GiB, of which text and circuit "
        f"{before / 2**20:.2f}"
    )
    work = f"Chalker-Coddington L = {size}, S of {S.shape[1]} edge links"
    if not present("mumps"):
        return Row(work, "MUMPS, factors alone", ours, None, 1, None, note)
    columns = np.arange(2)
    expected, theirs = by_mumps(network(sample), columns)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    apart = agree(np.abs(S[:, columns] - expected).max(), work)
    note += f"; with MUMPS {after / 2**20:.2f} GiB"
    return Row(work, "MUMPS, factors alone", ours, theirs, 1, apart, note)


def rows(*, whole=False):
    yield edges(200)
    yield between_two(200)
    if whole:
        yield edges(400, 1)
        yield between_two(400)
        yield largest(700)


if __name__ == "__main__":
    import sys

    show(rows(whole="--whole" in sys.argv))
