r"""The order in which internal waves are eliminated, planned once for a shape.

Waves are vertices and amplitudes are edges. Eliminating an internal wave k replaces
every path through it by an edge,

.. math:: T_{ij} \mathrel{+}= T_{ik} T_{kj} / (1 - T_{kk}),

and when no internal wave is left, the edges from incoming to outgoing channels are S.
All partial results are scattering matrices of partly joined networks, hence bounded by
one. The waves of one joint go together, for half a joint costs more than a whole one;
joints that leave the fewest edges behind go first, and those that are no neighbours go
in one *round*, so that a chain takes logarithmically many. Everything here works on
whole columns of edges: planning costs Python time per round, not per wave.

References
----------
H. M. Markowitz, Management Science 3, 255 (1957): cheap pivots first.
M. Luby, SIAM J. Comput. 15, 1036 (1986): independent sets by random priorities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.network.islands import Shape
from qnet.network.numbering import distinct


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


RELAXED = 1000
"""Joints from which a round takes more than the very cheapest: there it is the number
of rounds that costs time."""

SHARE = 16
"""A relaxed round takes its joints from the cheapest 1/16."""


REMEMBERED = 16
"""Plans at hand: the next run of a network that was planned already finds its own."""

MODEST = 20_000
"""Entries of the largest shape whose plan is kept."""

_plans: dict[bytes, Plan | None] = {}


def plan_for(shape: Shape, limit: int | None = None) -> Plan | None:
    """`make_plan`, or what it gave for an equal shape: it depends on nothing else."""
    if len(shape.row) > MODEST:
        return make_plan(shape, limit)
    sizes = (shape.internal, shape.entering, shape.leaving, limit)
    digest = blake2b(repr(sizes).encode(), digest_size=16)
    for column in (shape.row, shape.col, shape.joint):
        digest.update(np.ascontiguousarray(column).tobytes())
    key = digest.digest()
    if key not in _plans:
        while len(_plans) >= REMEMBERED:
            _plans.pop(next(iter(_plans)), None)
        _plans[key] = make_plan(shape, limit)
    return _plans[key]


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
    joint = np.concatenate([shape.joint, np.full(shape.leaving + shape.entering, -1)])
    # Any fixed preference among equals will do; a random one has many local leaders.
    count = int(shape.joint.max(initial=-1)) + 1
    preference = np.random.default_rng(count).permutation(count)
    by_joint = np.argsort(shape.joint, kind="stable")
    first = np.searchsorted(shape.joint[by_joint], np.arange(count + 1))
    is_left = np.ones(count, bool)
    left = np.arange(count)
    steps: list[Step] = []
    slots, work = len(order), 0
    while len(left):
        chosen = _choose(edges, joint, left, preference)
        is_left[chosen] = False
        left = left[is_left[left]]
        for member in range(int(np.diff(first)[chosen].max())):
            waves = first[chosen] + member
            waves = by_joint[waves[waves < first[chosen + 1]]]
            edges, slots, more = _eliminate(edges, np.sort(waves), slots)
            steps.extend(more)
            work += sum(step.target.size for step in more)
            if limit is not None and work > limit:
                return None
    place = (edges.row - n) * shape.entering + edges.col - n
    return Plan(len(order), slots, tuple(steps), edges.slot, place)


def _choose(edges: _Edges, joint: Ints, left: Ints, preference: Ints) -> Ints:
    """Joints that are cheap to remove, no two of them neighbours."""
    count = len(preference)
    to, by = joint[edges.row], joint[edges.col]
    # Waves of external rows and columns have numbers too, but belong to no joint.
    outside = to != by
    growth = _distinct(to, edges.col, outside & (edges.row < edges.n), count)
    growth *= _distinct(by, edges.row, outside & (edges.col < edges.n), count)
    growth -= np.bincount(to[edges.row < edges.n], minlength=count)
    growth -= np.bincount(by[outside & (edges.col < edges.n)], minlength=count)
    position = len(left) // SHARE if len(left) > RELAXED else 0
    bound = np.partition(growth[left], position)[position]
    candidate = np.zeros(count, bool)
    candidate[left[growth[left] <= bound]] = True
    inner = outside & (edges.row < edges.n) & (edges.col < edges.n)
    tail, head = by[inner], to[inner]
    near = candidate[tail] & candidate[head]
    return _independent(candidate, tail[near], head[near], preference)


def _distinct(joint: Ints, wave: Ints, mask: Bools, count: int) -> Ints:
    """For each joint the number of different waves it is coupled to."""
    width = int(wave.max(initial=0)) + 1
    return np.bincount(
        _unique(joint[mask] * width + wave[mask]) // width, minlength=count
    )


def _unique(keys: Ints) -> Ints:
    """Sorted keys, each once; NumPy's own way by hashing is slower on long columns."""
    keys = np.sort(keys)
    return keys[np.diff(keys, prepend=-1) > 0]


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


@dataclass(frozen=True, slots=True, eq=False)
class _Bundle:
    """Waves with equally many edges in and out, and all paths through them.

    `loop` (wave,) is the position of the edge T_kk, -1 without one; `into`, `out`
    positions of the other edges; `key` (wave, out, in) tells the edges they add to.
    """

    loop: Ints
    into: Ints
    out: Ints
    key: Ints


def _eliminate(
    edges: _Edges, waves: Ints, slots: int
) -> tuple[_Edges, int, list[Step]]:
    """Write the steps that eliminate some waves, none the neighbour of another.

    Returns
    -------
    edges, slots, steps
        What is left, the number of slots now in use, and the steps.
    """
    bundles = list(_bundles(edges, waves))
    key = edges.key
    wanted = _unique(np.concatenate([bundle.key.ravel() for bundle in bundles]))
    fresh = wanted[np.append(key, -1)[np.searchsorted(key, wanted)] != wanted]
    key = np.concatenate([key, fresh])
    slot = np.concatenate([edges.slot, slots + np.arange(len(fresh))])
    order = np.argsort(key, kind="stable")
    key, slot = key[order], slot[order]
    steps = [
        Step(
            edges.slot[bundle.loop[part]] if bundle.loop[part[0]] >= 0 else None,
            edges.slot[bundle.into[part]],
            edges.slot[bundle.out[part]],
            slot[np.searchsorted(key, bundle.key[part])],
        )
        for bundle in bundles
        for part in _without_clashes(bundle)
    ]
    row, col = np.divmod(key, edges.width)
    gone = np.zeros(max(edges.width, int(row.max(initial=0)) + 1), bool)
    gone[waves] = True
    stay = ~(gone[row] | gone[col])
    left = _Edges(edges.n, edges.width, row[stay], col[stay], slot[stay])
    return left, slots + len(fresh), steps


def _bundles(edges: _Edges, waves: Ints) -> Iterator[_Bundle]:
    """Sort waves by their numbers of edges in and out."""
    asked = np.zeros(max(edges.row.max(), edges.col.max()) + 1, bool)
    asked[waves] = True
    loops = np.flatnonzero(asked[edges.row] & (edges.row == edges.col))
    loop = np.full(len(asked), -1)
    loop[edges.row[loops]] = loops
    proper = edges.row != edges.col
    by_row = np.flatnonzero(asked[edges.row] & proper)
    by_col = np.flatnonzero(asked[edges.col] & proper)
    by_col = by_col[np.argsort(edges.col[by_col], kind="stable")]
    row_start, row_stop = _extent(edges.row[by_row], waves)
    col_start, col_stop = _extent(edges.col[by_col], waves)
    loop = loop[waves]
    ins, outs = row_stop - row_start, col_stop - col_start
    wide = int(outs.max(initial=0)) + 1
    size = 2 * (ins * wide + outs) + (loop >= 0)
    for each in distinct(size).tolist():
        n_in, n_out = divmod(each // 2, wide)
        here = np.flatnonzero(size == each)
        into = by_row[row_start[here, None] + np.arange(n_in)]
        out = by_col[col_start[here, None] + np.arange(n_out)]
        rows, cols = edges.row[out], edges.col[into]
        key = rows[:, :, None] * edges.width + cols[:, None, :]
        yield _Bundle(loop[here], into, out, key)


def _extent(column: Ints, waves: Ints) -> tuple[Ints, Ints]:
    """Where each wave starts and stops in a sorted column."""
    return np.searchsorted(column, waves), np.searchsorted(column, waves, "right")


def _without_clashes(bundle: _Bundle) -> Iterator[Ints]:
    """Cut a bundle so that no two waves of a piece add to the same edge."""
    left = np.arange(len(bundle.key))
    while len(left):
        flat = bundle.key[left].reshape(len(left), -1)
        owner = np.repeat(np.arange(len(left)), flat.shape[1])
        order = np.argsort(flat, axis=None, kind="stable")
        same = np.diff(flat.ravel()[order], prepend=-1) == 0
        late = np.zeros(len(left), bool)
        late[owner[order[same]]] = True
        yield left[~late]
        left = left[late]
