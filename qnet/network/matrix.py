"""S of coherent islands with its certificate: route, pivots, unitarity, second look."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from qnet import compiled
from qnet.circuit import Bools, Floats, Ints
from qnet.diagnostics import LimitError, refuse
from qnet.limits import LIMITS, free_memory
from qnet.network import banded, clusters, series
from qnet.network.blocks import compose_blocks, is_broad
from qnet.network.compose import CellMatrix, Stretch, batch_axes, compose, gather
from qnet.network.dense import join_moderate, join_singular
from qnet.network.entries import largest, total
from qnet.network.islands import Shape
from qnet.network.kernel import SHORT, WORTH, Program, compose_rows, write_program
from qnet.network.plan import Plan, plan_for
from qnet.network.sparse import Join, factorise, one_by_one
from qnet.smatrix import Complex

WEAK_PIVOT = 1e-6
"""Pivots below this lose over six digits in a fixed order: solve again, pivoting."""

UNITARY = 1e3 * float(np.finfo(float).eps)
"""Unitarity defect per wave of an island that rounding explains."""

ILL = 1e10
"""Condition from which a point is marked."""

GROWTH = 100
"""How far composition may amplify a defect that the inputs bring along."""

PATIENCE = 60
"""Elimination is given up for a sparse factorisation when it multiplies this often for
each entry: the fill-in of a large two-dimensional lattice."""

LARGE = 3000
"""Internal waves up to which elimination is never given up."""

FEW = 64
"""Points of a run up to which a long chain is factored at each; a plan costs as much
as some dozens of factorisations."""

WIDE = 64
"""Waves of the widest join of two clusters from which a large island is a lattice."""

DECOUPLED = 1e12
"""Condition from which a large island counts as having a decoupled state."""

TOGETHER = 2**22
"""Numbers that the dense solve of a stretch of doubtful points may take."""


TRIFLE = 2**20
"""Bytes that are not asked for."""

FEW_WAVES = 8
"""Waves up to which they are mixed one by one, without a copy of S."""


class Mark(enum.IntEnum):
    """What is to be said about S at a point."""

    GOOD = 0
    """Nothing."""
    ILL_CONDITIONED = 1
    """The loop condition exceeds 1e10: a very narrow resonance."""
    SINGULAR = 2
    """An internal state is decoupled: the minimum-norm solution was taken."""
    NOT_FINITE = 3
    """A model gave NaN or infinity."""


@dataclass(frozen=True, eq=False)
class Composer:
    """A shape of islands and how to join it.

    Not slotted: plan and program are made when first asked for and kept.

    Attributes
    ----------
    shape : Shape
    points : int
        How many points the whole run will ask for, as far as is known: what is chosen
        by size must not depend on how a run is cut into pieces.
    """

    shape: Shape
    points: int = 1

    @cached_property
    def series(self) -> series.Series | None:
        """Order of a long row; None for everything else."""
        return series.make_series(self.shape) if self.shape.internal > LARGE else None

    @cached_property
    def band(self) -> banded.Band | None:
        """Order along a long chain; None for lattices and small islands."""
        return banded.make_band(self.shape) if self.shape.internal > LARGE else None

    @cached_property
    def tree(self) -> clusters.Tree | None:
        """Clusters of a large lattice; None for chains and small islands."""
        is_lattice = (
            self.shape.internal > LARGE and self.series is None and self.band is None
        )
        if not is_lattice or not clusters.is_available():
            return None
        tree = clusters.make_tree(self.shape)
        return tree if tree.width > WIDE else None

    @cached_property
    def plan(self) -> Plan | None:
        """Order of elimination; None where a sparse factorisation takes less."""
        if self.tree is not None:
            return None
        limit = PATIENCE * len(self.shape.row) if self.shape.internal > LARGE else None
        return plan_for(self.shape, limit)

    @cached_property
    def program(self) -> Program | None:
        """The plan row by row; None without a plan."""
        return None if self.plan is None else write_program(self.plan)

    @property
    def _few(self) -> Join | None:
        """What joins a long chain at few points, without a plan."""
        if self.series is not None:
            return partial(series.join_series, self.series)
        if self.band is not None:
            return partial(banded.join_band, self.shape, self.band)
        return None

    def join(self, cells: Sequence[CellMatrix]) -> tuple[Complex, Floats]:
        """S (island, point, out, in) and smallest pivots by the route that pays."""
        if is_broad(self.shape):
            return compose_blocks(self.shape, cells)
        points = prod(batch_axes(self.shape, cells))
        batch = self.shape.islands * max(points, self.points)
        few = self._few if batch <= FEW else None
        if few is not None:
            return one_by_one(self.shape, cells, few)
        if self.tree is not None:
            return one_by_one(self.shape, cells, partial(clusters.join_tree, self.tree))
        if self.plan is None:
            return factorise(self.shape, cells)
        if self.plan.work * batch >= WORTH:
            compiled.load()
        # Short rows cost more to ask for than to work on: without the compiled loop
        # the steps then take all waves of a kind together, to the same bits.
        is_wide = self.shape.islands * points >= SHORT
        if self.program is not None and (is_wide or compiled.is_loaded()):
            return compose_rows(self.shape, self.program, cells)
        return compose(self.shape, self.plan, cells)


@dataclass(frozen=True, slots=True, eq=False)
class IslandMatrix:
    """Scattering matrices of all islands of one shape.

    Attributes
    ----------
    S : (island, *sweep, E, out, in)
        Sweep and energy axes on which S does not depend are of length 1.
    outgoing, incoming : (island, out), (island, in)
        Reservoir index of each channel.
    out_channels, in_channels : (island, out, 2), (island, in, 2)
        Port number and channel of each.
    defect : (island, *sweep, E)
        Departure from unitarity, a lower estimate of the spectral norm of S†S - 1.
    condition : (island, *sweep, E)
        Loop condition: an estimate for 1 - S_ii; exact where it is large.
    marked : (island, *sweep, E)
        `Mark` values.
    """

    S: Complex
    outgoing: Ints
    incoming: Ints
    out_channels: Ints
    in_channels: Ints
    defect: Floats
    condition: Floats
    marked: NDArray[np.int8]


def island_matrix(composer: Composer, cells: Sequence[CellMatrix]) -> IslandMatrix:
    """Join the scatterers of all islands of a shape, and look twice where it is needed.

    Raises
    ------
    LimitError
        QN814 where S would take more than three quarters of the free memory.
    """
    shape = composer.shape
    axes = batch_axes(shape, cells)
    _check_memory(shape, axes)
    S, pivot = composer.join(cells)
    draft = _draft(S, pivot)
    tolerance = UNITARY * (shape.internal + shape.entering)
    sound = (pivot >= WEAK_PIVOT) & (draft.defect <= tolerance)
    at_once = max(1, TOGETHER // max(shape.internal**2, len(shape.row)))
    for island in np.flatnonzero(~sound.all(axis=1)).tolist():
        points = np.flatnonzero(~sound[island])
        for start in range(0, len(points), at_once):
            here = points[start : start + at_once]
            _look_again(draft, shape, cells, island, here)
    batch = (shape.islands, *axes)
    return IslandMatrix(
        draft.S.reshape(*batch, shape.leaving, shape.entering),
        shape.outgoing,
        shape.incoming,
        shape.out_channels,
        shape.in_channels,
        draft.defect.reshape(batch),
        draft.condition.reshape(batch),
        draft.marked.reshape(batch),
    )


def unitarity_estimate(S: Complex) -> Floats:
    """Lower estimate of the spectral norm of S†S - 1, at the cost of two products.

    The norm of every column is tested, and that of one fixed superposition of all.
    Closed channels, whose columns are zero, are left out.

    Parameters
    ----------
    S : (..., out, in)

    Returns
    -------
    (...)
    """
    width = S.shape[-1]
    if width == 0:
        return np.zeros(S.shape[:-2])
    with np.errstate(invalid="ignore", over="ignore"):
        columns = squared(S).sum(-2)
        is_open: Bools = columns > 0
        if is_open.all():  # the columns are to sum to one and to `width` in all
            astray = abs(total(squared(_mixed(S))) - width) / width
            return np.maximum(largest(abs(columns - 1.0)), astray)
        opened = total(is_open.astype(float))
        astray = abs(total(squared(_mixed(S))) - opened) / np.maximum(opened, 1)
        return np.maximum(largest(abs(columns - is_open)), astray)


def _mixed(S: Complex) -> Complex:
    """What leaves (..., out) when one fixed superposition of all waves enters."""
    width = S.shape[-1]
    # Irrational phases: no symmetry of a device hides a defect from them.
    mixture = np.exp(1j * np.sqrt(2) * np.arange(width) ** 2)
    if width > FEW_WAVES:
        return np.asarray((S.reshape(-1, width) @ mixture).reshape(S.shape[:-1]))
    out = S[..., 0] * mixture[0]
    for k in range(1, width):
        out += S[..., k] * mixture[k]
    return out


def squared(amplitude: Complex) -> Floats:
    """|s|² of every amplitude."""
    return amplitude.real**2 + amplitude.imag**2


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """S and its certificate (island, point, …), while doubtful points are mended."""

    S: Complex
    defect: Floats
    condition: Floats
    marked: NDArray[np.int8]


def _draft(S: Complex, pivot: Floats) -> _Draft:
    # A pivot of exactly zero leaves NaN in those after it.
    usable = pivot > np.finfo(float).tiny
    if usable.all():
        condition = np.maximum(1 / pivot, 1.0)
    else:
        inverse = 1 / np.where(usable, pivot, 1)
        condition = np.where(usable, np.maximum(inverse, 1), np.inf)
    marked = (condition > ILL).astype(np.int8) * np.int8(Mark.ILL_CONDITIONED)
    return _Draft(S, unitarity_estimate(S), condition, marked)


def _look_again(
    draft: _Draft,
    shape: Shape,
    cells: Sequence[CellMatrix],
    island: int,
    points: Ints,
) -> None:
    """Solve doubtful points of one island with pivoting, and write them in place."""
    amplitude = amplitudes(shape, cells, island, points)
    finite = np.isfinite(amplitude).all(axis=0)
    draft.S[island, points[~finite]] = np.nan
    draft.marked[island, points[~finite]] = Mark.NOT_FINITE
    points, amplitude = points[finite], amplitude[:, finite]
    if shape.internal > LARGE:  # too large for singular values
        lost = draft.condition[island, points] > DECOUPLED
        draft.marked[island, points[lost]] = Mark.SINGULAR
        return
    # A defect that the scatterers bring along (a lossy one) is not of our making.
    brought = np.maximum(_input_defect(shape, amplitude) - UNITARY, 0)
    ours = ~(draft.defect[island, points] <= GROWTH * shape.blocks * brought)
    weak = draft.condition[island, points] > 1 / WEAK_PIVOT
    for chosen, solve in ((ours & ~weak, join_moderate), (weak, join_singular)):
        here = points[chosen]
        if len(here) == 0 or shape.internal == 0:
            continue
        try:
            S, condition, singular = solve(shape, amplitude[:, chosen])
        except np.linalg.LinAlgError:  # a zero that no pivot of the plan had shown
            S, condition, singular = join_singular(shape, amplitude[:, chosen])
        ill = np.where(condition > ILL, Mark.ILL_CONDITIONED, Mark.GOOD)
        draft.S[island, here] = S
        draft.condition[island, here] = condition
        draft.defect[island, here] = unitarity_estimate(S)
        draft.marked[island, here] = np.where(singular, Mark.SINGULAR, ill)


def amplitudes(
    shape: Shape, cells: Sequence[CellMatrix], island: int, points: Ints
) -> Complex:
    """Entries (entry, point) of one island at some points."""
    axes = batch_axes(shape, cells)
    amplitude = np.empty((len(shape.row), len(points)), complex)
    whole = Stretch(slice(island, island + 1), points)
    for entries, values in gather(shape, cells, axes, whole):
        amplitude[entries] = values[:, 0]
    return amplitude


def _input_defect(shape: Shape, amplitude: Complex) -> Floats:
    """Largest departure from one of a column's norm among the scatterers (point,)."""
    norm = np.zeros((shape.internal + shape.entering, amplitude.shape[1]))
    np.add.at(norm, shape.col, np.abs(amplitude) ** 2)
    return np.abs(norm - (norm > 0)).max(axis=0, initial=0)


def _check_memory(shape: Shape, axes: tuple[int, ...]) -> None:
    points = shape.islands * prod(axes)
    need = 16 * points * shape.leaving * shape.entering
    if need <= TRIFLE:
        return
    free = free_memory()
    if need > LIMITS["matrix memory"].value * free:
        raise refuse(
            LimitError,
            "QN814",
            f"a coherent island of {shape.entering} channels at {points} points needs "
            f"{need / 2**30:.1f} GiB for its scattering matrices, "
            f"{free / 2**30:.1f} GiB are free",
            help="fewer points at a time, or probes that cut the island at reservoirs",
        )
