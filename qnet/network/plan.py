"""The order in which internal waves are eliminated, planned once for a shape.

Waves are vertices and amplitudes are edges. Eliminating an internal wave k replaces
every path through it by an edge,

.. math:: T_{ij} \\mathrel{+}= T_{ik} T_{kj} / (1 - T_{kk}),

and when no internal wave is left, the edges from incoming to outgoing channels are S.
All partial results are scattering matrices of partly joined networks, hence bounded by
one. Waves with the fewest new paths go first (Markowitz); those that do not touch one
another go in one *round*, so a chain takes logarithmically many rounds. Everything here
works on whole columns of edges: planning costs Python time per round, not per wave.

References
----------
H. M. Markowitz, Management Science 3, 255 (1957).
M. Luby, SIAM J. Comput. 15, 1036 (1986): independent sets by random priorities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.network.islands import Shape


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Elimination of waves that have equally many edges and do not disturb each other.

    Attributes
    ----------
    loop : (wave,) or None
        Slot of the edge T_kk; None where there is none.
    into : (wave, in)
        Slots of the edges T_kj.
    out : (wave, out)
        Slots of the edges T_ik.
    target : (wave, out, in)
        Slots of the edges T_ij.
    """

    loop: Ints | None
    into: Ints
    out: Ints
    target: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Steps on numbered slots, one slot for each edge there ever is.

    Attributes
    ----------
    entries : int
        The first slots hold the entries of the shape, in order; the others begin at 0.
    slots : int
        Number of slots.
    steps : tuple of Step
    result : (k,)
        Slots of the edges of S, and where in flattened S (out, in) they belong.
    place : (k,)
    """

    entries: int
    slots: int
    steps: tuple[Step, ...]
    result: Ints
    place: Ints

    @property
    def work(self) -> int:
        """Multiplications for one point."""
        return sum(step.target.size for step in self.steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges that are left, in the order of row and column.

    `n` internal waves; `width` columns, so that row * width + col tells an edge.
    """

    n: int
    width: int
    row: Ints
    col: Ints
    slot: Ints

    @property
    def key(self) -> Ints:
        return self.row * self.width + self.col


RELAXED = 2000
"""Internal waves from which a round takes more than the very cheapest: it is the
number of rounds that costs time there."""

SHARE = 16
"""A relaxed round takes its waves from the cheapest 1/16."""


def make_plan(shape: Shape, limit: int | None = None) -> Plan | None:
    """Plan the elimination of all internal waves of a shape.

    Parameters
    ----------
    shape : Shape
    limit : int, optional
        Multiplications a point up to which elimination is worth while.

    Returns
    -------
    Plan or None
        None where the fill-in exceeds `limit`.
    """
    n = shape.internal
    key = shape.row * (n + shape.entering) + shape.col
    order = np.argsort(key)
    edges = _Edges(n, n + shape.entering, shape.row[order], shape.col[order], order)
    # Any fixed preference among equals will do; a random one has many local leaders.
    preference = np.random.default_rng(n).permutation(n)
    left = np.arange(n)
    steps: list[Step] = []
    slots, work = len(order), 0
    while len(left):
        chosen = _choose(edges, left, preference)
        edges, slots, more = _eliminate(edges, chosen, slots)
        steps.extend(more)
        work += sum(step.target.size for step in more)
        if limit is not None and work > limit:
            return None
        left = left[~np.isin(left, chosen, assume_unique=True)]
    place = (edges.row - n) * shape.entering + edges.col - n
    return Plan(len(order), slots, tuple(steps), edges.slot, place)


def _choose(edges: _Edges, left: Ints, preference: Ints) -> Ints:
    """Cheap waves of which no two share an edge, and no two the same new path."""
    n = edges.n
    proper = edges.row != edges.col
    into, out = (
        np.bincount(end[proper & (end < n)], minlength=n)
        for end in (edges.row, edges.col)
    )
    cost = (into - 1) * (out - 1)
    # Of n waves the cheapest is left[position 0]; a large network takes a share.
    position = len(left) // SHARE if len(left) > RELAXED else 0
    bound = np.partition(cost[left], position)[position]
    candidate = np.zeros(n, bool)
    candidate[left[cost[left] <= bound]] = True
    both = proper & (edges.row < n) & (edges.col < n)
    tail, head = edges.col[both], edges.row[both]
    near = candidate[tail] & candidate[head]
    chosen = _independent(candidate, tail[near], head[near], preference)
    return _without_clashes(edges, chosen, into, out)


def _independent(candidate: Bools, tail: Ints, head: Ints, preference: Ints) -> Ints:
    """Find a maximal set of candidates without an edge between them."""
    chosen = np.zeros(len(candidate), bool)
    while candidate.any():
        beaten = np.zeros(len(candidate), bool)
        first = preference[tail] < preference[head]
        beaten[np.where(first, head, tail)] = True
        leaders = candidate & ~beaten
        chosen |= leaders
        candidate = candidate & ~leaders
        for one, other in ((tail, head), (head, tail)):
            candidate[other[leaders[one]]] = False
        open_ = candidate[tail] & candidate[head]
        tail, head = tail[open_], head[open_]
    return np.flatnonzero(chosen)


def _without_clashes(edges: _Edges, chosen: Ints, into: Ints, out: Ints) -> Ints:
    """Leave out waves that would add to an edge another one adds to as well."""
    keep = np.ones(len(chosen), bool)
    for group, _, _, key in _paths(edges, chosen, into, out):
        flat = key.reshape(len(group), -1)
        _, first, inverse = np.unique(flat, return_index=True, return_inverse=True)
        width = max(flat.shape[1], 1)
        owner = np.arange(flat.size) // width
        lost = owner[first[inverse.ravel()] // width != owner]
        keep[np.searchsorted(chosen, group[lost])] = False
    return chosen[keep]


def _paths(
    edges: _Edges, chosen: Ints, into: Ints, out: Ints
) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Yield chosen waves by (in, out): waves, edges in, edges out, keys of paths."""
    by_col = np.lexsort((edges.row, edges.col))
    proper_row = np.flatnonzero(edges.row != edges.col)
    proper_col = by_col[edges.row[by_col] != edges.col[by_col]]
    first_row = np.searchsorted(edges.row[proper_row], chosen)
    first_col = np.searchsorted(edges.col[proper_col], chosen)
    size = into[chosen] * (int(out.max(initial=0)) + 1) + out[chosen]
    for value in np.unique(size):
        here = np.flatnonzero(size == value)
        wave = chosen[here]
        n_in, n_out = int(into[wave[0]]), int(out[wave[0]])
        arriving = proper_row[first_row[here][:, None] + np.arange(n_in)]
        going = proper_col[first_col[here][:, None] + np.arange(n_out)]
        row, col = edges.row[going], edges.col[arriving]
        yield wave, arriving, going, row[:, :, None] * edges.width + col[:, None, :]


def _eliminate(
    edges: _Edges, chosen: Ints, slots: int
) -> tuple[_Edges, int, list[Step]]:
    """Write the steps of a round, and the edges that are left after it."""
    n = edges.n
    proper = edges.row != edges.col
    into, out = (
        np.bincount(end[proper & (end < n)], minlength=n)
        for end in (edges.row, edges.col)
    )
    groups = list(_paths(edges, chosen, into, out))
    keys = edges.key
    wanted = np.unique(np.concatenate([key.ravel() for *_, key in groups]))
    fresh = np.setdiff1d(wanted, keys, assume_unique=True)
    all_keys = np.concatenate([keys, fresh])
    all_slots = np.concatenate([edges.slot, slots + np.arange(len(fresh))])
    order = np.argsort(all_keys, kind="stable")
    all_keys, all_slots = all_keys[order], all_slots[order]
    steps = []
    for wave, arriving, going, key in groups:
        self_key = wave * edges.width + wave
        place = np.minimum(np.searchsorted(keys, self_key), len(keys) - 1)
        loops = keys[place] == self_key
        target = all_slots[np.searchsorted(all_keys, key)]
        for part in (loops, ~loops):
            if part.any():
                steps.append(
                    Step(
                        edges.slot[place[part]] if part is loops else None,
                        edges.slot[arriving[part]],
                        edges.slot[going[part]],
                        target[part],
                    )
                )
    row, col = np.divmod(all_keys, edges.width)
    gone = np.zeros(max(edges.width, int(row.max(initial=0)) + 1), bool)
    gone[chosen] = True
    gone[n:] = False
    stay = ~(gone[row] | gone[col])
    return (
        _Edges(n, edges.width, row[stay], col[stay], all_slots[stay]),
        slots + len(fresh),
        steps,
    )
