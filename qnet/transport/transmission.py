"""Transmission probabilities between reservoirs, energy by energy.

Everything here is per energy: reservoirs are indices, and a vertex that emits what it
receives at each energy (an inner wave of an interference-free island, a dephasing
probe) can be eliminated before anything is averaged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Final, Protocol

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.network.entries import entry_first, entry_last
from qnet.network.excitations import Excitations
from qnet.smatrix import Complex

NEGLIGIBLE: Final = 1e-26
"""A probability below this is an amplitude of rounding errors, 1e-13."""
ROUNDING: Final = 1e-12
"""Sum rules are taken as exact when they fail by less, relative to the channels."""
FEW_ENTRIES: Final = 32
"""Entries up to which each is added by itself, which costs less than to order them."""
MOST_ROUNDS: Final = 64
"""Entries of one bin up to which they are added row by row."""
SPARSE: Final = 0.2
"""Share of all pairs below which only those that a vertex joins are visited."""
CHUNK: Final = 1 << 18
"""Numbers worked on at a time: 2 MB, so that elimination stays in the cache."""


class Flows(Protocol):
    """Probabilities between vertices, as the network room hands them out.

    Vertices 0 … size - inner - 1 are reservoirs; the `inner` last ones emit at each
    energy what they receive. Pairs may repeat: they add.
    """

    @property
    def rows(self) -> Ints:
        """Receiving vertex of each pair, (nnz,)."""

    @property
    def cols(self) -> Ints:
        """Emitting vertex of each pair, (nnz,)."""

    @property
    def values(self) -> Floats:
        """Probabilities (*sweep, energy, nnz)."""

    @property
    def fed(self) -> Floats:
        """Open channels of each vertex, (*sweep, energy, size)."""

    @property
    def size(self) -> int:
        """Number of vertices."""

    @property
    def inner(self) -> int:
        """Number of vertices that are no reservoirs."""

    @property
    def witness(self) -> Complex:
        """Amplitudes (*sweep, energy, k) in which every narrow resonance shows."""

    @property
    def excitations(self) -> Callable[[], Excitations] | None:
        """Beside a condensate, electrons and holes apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Elimination:
    """What is left of a network of probabilities after some vertices have gone.

    Attributes
    ----------
    P : (..., kept, kept)
        Probabilities with the detours through the eliminated vertices.
    share : (..., gone, kept)
        Distribution of each eliminated vertex, as weights of the kept ones: they sum
        to one, or to zero where it is shut.
    is_shut : (..., gone)
        Where nothing reaches an eliminated vertex, so that its distribution is
        undetermined and it carries nothing.
    """

    P: Floats
    share: Floats
    is_shut: Bools


def transmission_matrix(flows: Flows) -> Floats:
    """Transmission T[a, b] from reservoir b to reservoir a at each energy.

    Returns
    -------
    (*sweep, energy, reservoir, reservoir)
        Dimensionless; the diagonal is reflection. Inner vertices are eliminated.
    """
    P = dense_probabilities(flows)
    if not flows.inner:
        return P
    reservoirs = flows.size - flows.inner
    return eliminate(P, np.arange(reservoirs, flows.size)).P


def dense_probabilities(flows: Flows) -> Floats:
    """All probabilities as matrices, inner vertices included.

    Returns
    -------
    (*sweep, energy, size, size)
    """
    n = flows.size
    flat = sum_by(flows.values, flows.rows * n + flows.cols, n * n)
    return flat.reshape(*flat.shape[:-1], n, n)


def energy_conductance(P: Floats, fed: Floats) -> Floats:
    """K = N δ - P at each energy, with rows that sum to zero as unitarity demands.

    The diagonal N - P is a small difference for a weakly coupled probe; where the sum
    rules hold to rounding it is taken as the sum of what comes in, to full relative
    accuracy. Where they fail by more it is left as it is, and the failure shows.

    Parameters
    ----------
    P : (..., v, v)
    fed : (..., v)

    Returns
    -------
    (..., v, v)
    """
    n = P.shape[-1]
    diagonal = np.arange(n)
    reflected = P[..., diagonal, diagonal]
    K = -P
    K[..., diagonal, diagonal] = 0.0
    incoming, outgoing = -K.sum(-1), -K.sum(-2)
    K[..., diagonal, diagonal] = balanced(fed, reflected, incoming, outgoing)
    return K


def balanced(
    fed: Floats, reflected: Floats, incoming: Floats, outgoing: Floats
) -> Floats:
    """Diagonal of N δ - P: the sum of what comes in, unless the sum rules fail."""
    diagonal = fed - reflected
    defect = np.maximum(abs(diagonal - incoming), abs(diagonal - outgoing))
    return np.where(defect <= ROUNDING * np.maximum(fed, 1.0), incoming, diagonal)


def eliminate(P: Floats, gone: Ints) -> Elimination:
    """Remove vertices that emit, at each energy, what they receive.

    One vertex p at a time, P_ab += P_ap P_pb / Σ_c P_pc, without a subtraction: each
    probability keeps its relative accuracy however weakly a probe is coupled. A vertex
    that nothing reaches is dropped at that point alone, as is the last one of an
    island that has no way out.

    Parameters
    ----------
    P : (..., v, v)
        Probabilities, [to, from].
    gone : (g,)
        Vertices to eliminate.

    Returns
    -------
    Elimination
        Kept vertices in their old order.

    References
    ----------
    W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33, 1107 (1985).
    """
    v = P.shape[-1]
    kept = np.setdiff1d(np.arange(v), gone)
    k, g = len(kept), len(gone)
    order = np.concatenate([kept, gone])
    batch = P.shape[:-2]
    flat = P.reshape(-1, v, v)
    left = np.empty((len(flat), k, k))
    share = np.empty((len(flat), g, k))
    is_shut = np.empty((len(flat), g), bool)
    step = max(1, CHUNK // (v * v))
    for start in range(0, len(flat), step):
        part = slice(start, start + step)
        work = flat[part][:, order[:, None], order]
        is_shut[part] = _fold(work, k)
        left[part] = work[:, :k, :k]
        share[part] = _unfold(work, k)
    return Elimination(
        left.reshape(*batch, k, k),
        share.reshape(*batch, g, k),
        is_shut.reshape(*batch, g),
    )


def _fold(work: Floats, k: int) -> Bools:
    """Eliminate vertices k, k+1, … from the last on, in place; which are shut.

    Row p is left holding the shares of the vertices before it.
    """
    v = work.shape[-1]
    is_shut = np.zeros((len(work), v - k), bool)
    for p in range(v - 1, k - 1, -1):
        row = work[:, p, :p]
        inflow = row.sum(-1)
        shut = inflow <= NEGLIGIBLE
        row /= np.where(shut, np.inf, inflow)[:, None]
        into, out = np.flatnonzero(row.any(0)), np.flatnonzero(work[:, :p, p].any(0))
        if len(into) * len(out) < SPARSE * p * p:
            passed = work[:, out, p, None] * row[:, None, into]
            work[:, out[:, None], into] += passed
        else:
            work[:, :p, :p] += work[:, :p, p, None] * row[:, None, :]
        is_shut[:, p - k] = shut
    return is_shut


def _unfold(work: Floats, k: int) -> Floats:
    """Weights of the kept vertices in each eliminated one, from the rows of `_fold`."""
    share = work[:, k:, :k].copy()
    for p in range(1, share.shape[1]):
        row = work[:, k + p, k : k + p]
        into = np.flatnonzero(row.any(0))
        share[:, p] += (row[:, None, into] @ share[:, into])[:, 0]
    return share


def sum_by(values: Floats, index: Ints, size: int) -> Floats:
    """Sum the last axis into `size` bins.

    Parameters
    ----------
    values : (..., m)
    index : (m,)
        Bin of each entry.

    Returns
    -------
    (..., size)
    """
    batch = values.shape[:-1]
    if prod(batch) == 1:
        counted = np.bincount(index, values.ravel(), size)
        return counted.astype(float).reshape(*batch, size)
    rows, sums = entry_first(values), np.zeros((size, *batch))
    if len(index) <= FEW_ENTRIES:
        for row, place in zip(rows, index.tolist(), strict=True):
            into = sums[place]
            into += row
        return entry_last(sums)
    order = np.argsort(index, kind="stable")
    ordered = index[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    crowd = np.diff(starts, append=len(order))
    if crowd.max(initial=0) > MOST_ROUNDS:
        whole = np.zeros((*batch, size), float)
        whole[..., ordered[starts]] = np.add.reduceat(values[..., order], starts, -1)
        return whole
    # One entry of every bin at a time: whole rows are added, each along the batch.
    for taken in range(int(crowd.max(initial=0))):
        full = crowd > taken
        sums[ordered[starts[full]]] += rows[order[starts[full] + taken]]
    return entry_last(sums)
