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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix, batch_axes, sole_points
from qnet.network.connected import components
from qnet.network.islands import Shape
from qnet.network.sparse import join_sparse
from qnet.smatrix import Complex

LEAF = 48
"""Blocks of a leaf: small enough for one dense solve, large enough to pay for it."""

WEAK = 1e-8
"""Pivot of a join below which the island is left to sparse LU, which has all of it to
choose pivots from."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Blocks that are joined at once.

    Rows and columns of its matrix: first its `inner` waves, then what leaves it, or
    enters it. The entries `entry` of the shape stand at `row`, `col`.
    """

    inner: int
    rows: int
    cols: int
    entry: Ints
    row: Ints
    col: Ints


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

    leaves: tuple[Leaf, ...]
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
    return Tree(
        tuple(_leaves(shape, sender, out_level, in_level, taker)), tuple(levels)
    )


def join_clusters(
    shape: Shape, tree: Tree, cells: Sequence[CellMatrix]
) -> tuple[Complex, Floats]:
    """S of all islands of a shape, as `qnet.network.sparse.factorise` gives it.

    Returns
    -------
    S : (island, point, out, in)
    pivot : (island, point)
        Smallest pivot in modulus.
    """
    points = int(np.prod(batch_axes(shape, cells)))
    S = np.empty((shape.islands, points, shape.leaving, shape.entering), complex)
    pivot = np.empty((shape.islands, points))
    for island, point, amplitude in sole_points(shape, cells):
        found, weakest = join_tree(tree, amplitude)
        if not weakest > WEAK:  # NaN too
            found, weakest = join_sparse(shape, amplitude)
        S[island, point], pivot[island, point] = found, weakest
    return S, pivot


def join_tree(tree: Tree, amplitude: Complex) -> tuple[Complex, float]:
    """S of one island at one point, and the smallest pivot.

    Parameters
    ----------
    amplitude : (entry,)
        In the order of the shape's entries.
    """
    weakest = np.inf
    clusters: list[Complex] = []
    for leaf in tree.leaves:
        joined, pivot = _close(leaf, amplitude)
        clusters.append(joined)
        weakest = min(weakest, pivot)
    for joins in tree.levels:
        above = []
        clusters.reverse()  # so that what is joined is let go at once
        for join in joins:
            joined, pivot = _star(join, clusters.pop(), clusters.pop())
            above.append(joined)
            weakest = min(weakest, pivot)
        clusters = above
    return clusters[0], weakest


def _close(leaf: Leaf, amplitude: Complex) -> tuple[Complex, float]:
    """Matrix of a leaf between the waves that cross its border."""
    n = leaf.inner
    T = np.zeros((leaf.rows, leaf.cols), complex)
    T[leaf.row, leaf.col] = amplitude[leaf.entry]
    waves, pivot = _solve(T[:n, :n], T[:n, n:])
    return T[n:, n:] + T[n:, :n] @ waves, pivot


def _star(join: Join, A: Complex, B: Complex) -> tuple[Complex, float]:
    """Matrix of two clusters together."""
    f, b = join.forth, join.back
    wide = A.shape[1] - b
    P, Q = A[:f, :b], B[:b, :f]
    drive = np.hstack([A[:f, b:], P @ B[:b, f:]])
    forth, pivot = _solve(P @ Q, drive)
    back = Q @ forth
    back[:, wide:] += B[:b, f:]
    upper, lower = A[f:, :b] @ back, B[b:, :f] @ forth
    upper[:, :wide] += A[f:, b:]
    lower[:, wide:] += B[b:, f:]
    return np.vstack([upper, lower])[join.rows[:, None], join.cols], pivot


def _solve(loop: Complex, drive: Complex) -> tuple[Complex, float]:
    """Waves (n, k) of (1 - loop) waves = drive, NaN at a zero pivot; least pivot."""
    from scipy.linalg.lapack import zgetrf, zgetrs

    if not len(drive):
        return drive, np.inf
    A = np.eye(len(loop)) - loop
    factors, order, fault = zgetrf(A, overwrite_a=True)
    pivot = float(np.abs(factors.diagonal()).min())
    if fault or not drive.size:
        return np.full_like(drive, np.nan), pivot
    return zgetrs(factors, order, drive)[0], pivot


def _partition(block: Ints, n: int, outs: int, depth: int) -> Ints:
    """Leaf of each block; halves of the island differ in the highest bit."""
    count = int(block.max()) + 1
    if depth == 0:
        return np.zeros(count, np.intp)
    import pymetis

    first, second = block[:n], block[outs : outs + n]
    apart = first != second
    ends = np.concatenate([first[apart], second[apart]])
    others = np.concatenate([second[apart], first[apart]])
    key = np.unique(ends * count + others)
    start = np.searchsorted(key, np.arange(count + 1) * count)
    neighbours = pymetis.CSRAdjacency(start, key % count)
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
) -> Iterator[Leaf]:
    """Waves and entries of every leaf."""
    count = int(max(sender.max(initial=0), taker.max(initial=0))) + 1
    place, rows, inner = _numbered(sender, out_level, count)
    spot, cols, _ = _numbered(taker, in_level, count)
    owner = sender[shape.row]
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(1, count))
    for k, entry in enumerate(np.split(order, ends)):
        yield Leaf(
            int(inner[k]), int(rows[k]), int(cols[k]),
            entry, place[shape.row[entry]], spot[shape.col[entry]],
        )  # fmt: skip


def _numbered(owner: Ints, closes: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Number of each wave in its leaf, how many these are, and how many stay inside."""
    order = np.lexsort((np.arange(len(owner)), closes, owner))
    total = np.bincount(owner, minlength=count)
    start = np.cumsum(total) - total
    place = np.empty(len(owner), np.intp)
    place[order] = np.arange(len(owner)) - start[owner[order]]
    return place, total, np.bincount(owner[closes == 0], minlength=count)
