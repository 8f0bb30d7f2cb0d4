r"""Large islands: clusters of scatterers joined two by two, up a tree.

METIS cuts the island in halves, these in halves again, and so on. Each leaf becomes
one dense matrix between the waves that cross its border; two clusters A and B become
one by Redheffer's star product,

.. math:: x_{AB} = (1 - A_{..} B_{..})^{-1} (A_{.e} a_e + A_{..} B_{.e} b_e),

with x the waves from A into B. A cluster keeps what crosses its border and nothing
else: on a lattice of L × L the work is L³ and the memory L², however many ports lead
outside. This is nested dissection, carried out on scattering matrices.

References
----------
A. George, SIAM J. Numer. Anal. 10, 345 (1973).
G. Karypis and V. Kumar, SIAM J. Sci. Comput. 20, 359 (1998).
R. Redheffer, J. Math. Phys. 41, 1 (1962).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.network.connected import components
from qnet.network.islands import Shape
from qnet.network.leaves import Leaves, close, solve
from qnet.smatrix import Complex

LEAF = 48
"""Blocks of a leaf: small enough for one dense solve, large enough to pay for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """Two clusters that become one.

    `forth` waves go from the first to the second and `back` the other way; they come
    first among the rows and columns of either. `rows` and `cols` then sort what is
    left of both, so that what is joined next comes first again.
    """

    forth: int
    back: int
    rows: Ints
    cols: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Leaves, and levels of joins above them: cluster 2 k and 2 k + 1 become k."""

    leaves: Leaves
    levels: tuple[tuple[Join, ...], ...]

    @property
    def width(self) -> int:
        """Waves of the widest join."""
        joins = (join.forth + join.back for level in self.levels for join in level)
        return max(joins, default=0)


def is_available() -> bool:
    """Whether METIS is installed."""
    return importlib.util.find_spec("pymetis") is not None


def make_tree(shape: Shape) -> Tree:
    """Cut an island into leaves, and plan how they are joined."""
    n = shape.internal
    outs, ins = n + shape.leaving, n + shape.entering
    block = components(outs + ins, shape.row, outs + shape.col)
    depth = max(0, int(np.ceil(np.log2((int(block.max()) + 1) / LEAF))))
    leaf = _partition(block, n, outs, depth)[block]
    sender, taker = leaf[:outs], leaf[outs:]
    # The level at which both ends of a wave are in one cluster; never, outside.
    out_level, in_level = np.full(outs, depth + 1), np.full(ins, depth + 1)
    out_level[:n] = in_level[:n] = _bit_length(sender[:n] ^ taker[:n])
    levels = []
    for level in range(depth):
        count = 2 ** (depth - level)
        out = _Side.of(sender >> level, out_level, level, count)
        into = _Side.of(taker >> level, in_level, level, count)
        levels.append(tuple(_joins(out, into)))
    return Tree(_leaves(shape, sender, out_level, in_level, taker), tuple(levels))


def join_tree(tree: Tree, amplitude: Complex) -> tuple[Complex, float]:
    """S of one island at one point, and the smallest pivot.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    """
    clusters, weakest = close(tree.leaves, amplitude)
    for joins in tree.levels:
        above = []
        clusters.reverse()  # so that what is joined is let go at once
        for join in joins:
            joined, pivot = _star(join, clusters.pop(), clusters.pop())
            above.append(joined)
            weakest = min(weakest, pivot)
        clusters = above
    return clusters[0], weakest


def _star(join: Join, A: Complex, B: Complex) -> tuple[Complex, float]:
    """Matrix of two clusters together."""
    f, b = join.forth, join.back
    wide = A.shape[1] - b
    P, Q = A[:f, :b], B[:b, :f]
    drive = np.hstack([A[:f, b:], P @ B[:b, f:]])
    forth, pivot = solve(P @ Q, drive)
    back = Q @ forth
    back[:, wide:] += B[:b, f:]
    upper, lower = A[f:, :b] @ back, B[b:, :f] @ forth
    upper[:, :wide] += A[f:, b:]
    lower[:, wide:] += B[b:, f:]
    return np.vstack([upper, lower])[join.rows[:, None], join.cols], pivot


def _partition(block: Ints, n: int, outs: int, depth: int) -> Ints:
    """Leaf of each block; halves of the island differ in the highest bit."""
    count = int(block.max()) + 1
    if depth == 0:
        return np.zeros(count, np.intp)
    import pymetis
    from scipy.sparse import coo_array

    first, second = block[:n], block[outs : outs + n]
    apart = first != second
    ends = np.concatenate([first[apart], second[apart]])
    others = np.concatenate([second[apart], first[apart]])
    pairs = coo_array((np.ones(len(ends), np.int8), (ends, others)), (count, count))
    graph = pairs.tocsr()
    neighbours = pymetis.CSRAdjacency(graph.indptr, graph.indices)
    _, leaf = pymetis.part_graph(2**depth, adjacency=neighbours, recursive=True)
    return np.asarray(leaf, np.intp)


def _bit_length(number: Ints) -> Ints:
    """Binary digits of each number."""
    return np.frexp(number.astype(float))[1].astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Rows or columns of all clusters of one level, cluster by cluster.

    Those of a cluster stand from `first` to the next, sorted by the level at which
    they close; `joined` of them close at the next level, and `after` are the places
    of the others once two clusters are one.
    """

    first: Ints
    joined: Ints
    after: Ints

    @staticmethod
    def of(owner: Ints, closes: Ints, level: int, count: int) -> _Side:
        alive = np.flatnonzero(closes > level)
        order = alive[np.lexsort((alive, closes[alive], owner[alive]))]
        first = np.searchsorted(owner[order], np.arange(count + 1))
        is_joined = closes[order] == level + 1
        joined = np.bincount(owner[order][is_joined], minlength=count)
        rest = order[~is_joined]
        after = np.lexsort((rest, closes[rest], owner[rest] >> 1))
        return _Side(first, joined, after)

    def sorting(self) -> list[Ints]:
        """For each pair of clusters, the order of what is left of both."""
        left = np.diff(self.first) - self.joined
        ends = np.cumsum(left.reshape(-1, 2).sum(1))
        starts = np.concatenate([[0], ends[:-1]])
        pieces = np.split(self.after, ends[:-1])
        return [p - s for p, s in zip(pieces, starts.tolist(), strict=True)]


def _joins(out: _Side, into: _Side) -> Iterator[Join]:
    """All joins of one level."""
    pairs = zip(
        out.joined.reshape(-1, 2).tolist(), out.sorting(), into.sorting(), strict=True
    )
    for (forth, back), rows, cols in pairs:
        yield Join(forth, back, rows, cols)


def _leaves(
    shape: Shape, sender: Ints, out_level: Ints, in_level: Ints, taker: Ints
) -> Leaves:
    """Waves and entries of every leaf."""
    count = int(max(sender.max(initial=0), taker.max(initial=0))) + 1
    place, rows, inner = _numbered(sender, out_level, count)
    spot, cols, _ = _numbered(taker, in_level, count)
    owner = sender[shape.row]
    entry = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[entry], np.arange(count + 1))
    row, col = place[shape.row[entry]], spot[shape.col[entry]]
    return Leaves(inner, rows, cols, first, entry, row, col)


def _numbered(owner: Ints, closes: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Number of each wave in its leaf, how many these are, and how many stay inside."""
    order = np.lexsort((np.arange(len(owner)), closes, owner))
    total = np.bincount(owner, minlength=count)
    start = np.cumsum(total) - total
    place = np.empty(len(owner), np.intp)
    place[order] = np.arange(len(owner)) - start[owner[order]]
    return place, total, np.bincount(owner[closes == 0], minlength=count)
