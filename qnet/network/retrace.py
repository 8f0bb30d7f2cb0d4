"""Transmission once more, from the scatterers: all waves in one system of equations.

With a the waves that enter scatterers and b those that leave them, b = s a, and
a = C b + f, where C carries waves across joints and f feeds them from reservoirs. No
plan and no kernel takes part, and joints are read from the circuit anew: whatever goes
wrong between the scatterers and the probabilities in use shows as a difference.

Beside superconductors electrons and holes are in one system, and C turns one into the
other there; a hole that arrives counts minus one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qnet.certificate import EPSILON
from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix
from qnet.network.condensate import Condensates
from qnet.network.flow import Flows
from qnet.network.stripes import solve_in_stripes
from qnet.network.wiring import Wiring
from qnet.smatrix import Complex

DENSE: Final = 500
"""Waves up to which a dense factorisation costs less than importing a sparse one."""
FEW_STRIPES: Final = 2
"""Stripes up to which all waves at once cost no more."""
USABLE: Final = 1e8
"""Condition from which two ways to solve differ too much to tell a fault."""

Matrix = Any
"""An array (n, m), or a sparse one: they share indexing and products."""


@dataclass(frozen=True, slots=True, eq=False)
class Retraced:
    """What is found once more, between the reservoirs (r, r) of the wiring.

    Attributes
    ----------
    charge : (r, r)
        Probability from a reservoir (column) to another, holes minus one; NaN where a
        closed wave makes the equations singular.
    weight : (r, r)
        The same, holes counted like electrons.
    growth : float
        Largest probability of a wave at the joints, for one that is fed.
    """

    charge: Floats
    weight: Floats
    growth: float


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """Waves that enter by what leaves: (k,) each, with an amplitude if not just 1."""

    enter: Ints
    leave: Ints
    amplitude: Complex | None = None


def retrace(
    wiring: Wiring,
    cells: Sequence[CellMatrix],
    point: tuple[int, ...],
    condensed: Condensates | None = None,
) -> Retraced:
    """Probabilities between reservoirs from all waves at once, at one point.

    Parameters
    ----------
    wiring : Wiring
    cells : sequence of CellMatrix
        Matrices of all scatterers.
    point : tuple of int
        Index along sweep and energy axes.
    condensed : Condensates, optional
        The superconductors there.
    """
    fed, fed_from = wiring.fed, wiring.fed_from
    taken, taken_by = wiring.taken, wiring.taken_by
    is_hole = np.zeros(len(taken), bool)
    links = _Links(wiring.inner, wiring.crossing)
    if condensed is None:
        s = _scatterers(wiring, [(cells, False)], point)
    elif condensed.mirrored:
        s = _scatterers(wiring, [(cells, False), (condensed.mirrored, True)], point)
        links = _turned(wiring, condensed, point)
        taken = np.concatenate([taken, taken + wiring.shape[0]])
        taken_by = np.concatenate([taken_by, taken_by])
        is_hole = np.arange(len(taken)) >= len(wiring.taken)
    else:
        s = _scatterers(wiring, [(cells, False)], point)
        links = _turned(wiring, condensed, point)
        is_hole = taken % 2 == 1
        fed, fed_from = fed[fed % 2 == 0], fed_from[fed % 2 == 0]
    carried = s[links.leave]
    if links.amplitude is not None:
        carried = links.amplitude[:, None] * carried
    stripes = wiring.stripes if condensed is None else ()
    waves = _join(carried[:, links.enter], carried[:, fed], stripes)
    out = s[taken]
    b = out[:, fed] + out[:, links.enter] @ waves
    p = b.real**2 + b.imag**2
    size = len(wiring.reservoirs)
    pair = taken_by[:, None] * size + fed_from
    charge = weight = _total(pair, p, size)
    if condensed is not None:
        charge = _total(pair, np.where(is_hole[:, None], -p, p), size)
    growth = float((waves.real**2 + waves.imag**2).max(initial=0.0))
    return Retraced(charge, weight, growth)


def _total(pair: Ints, p: Floats, size: int) -> Floats:
    """Sum numbers by pair of reservoirs, to * size + from: (size, size)."""
    summed = np.bincount(pair.ravel(), p.ravel(), size * size)
    return summed.astype(float, copy=False).reshape(size, size)


def _turned(wiring: Wiring, condensed: Condensates, point: tuple[int, ...]) -> _Links:
    r"""Joints of electrons and holes, and superconductors that turn them round.

    With holes as time-reversed partners of electrons, :math:`h' = σ_y h`, an electron
    comes back as the hole of the other spin.
    """
    out, into = wiring.mirrored, wiring.returned
    alpha = condensed.alpha[_within(point, condensed.alpha.shape[:-1])][wiring.mirror]
    phase = condensed.phase[_within(point, condensed.phase.shape[:-1])][wiring.mirror]
    down, up = alpha * np.exp(-1j * phase), alpha * np.exp(1j * phase)
    enter, leave = [wiring.inner], [wiring.crossing]
    holes_out, holes_in = out + 1, into + 1
    if condensed.mirrored:
        enter.append(wiring.inner + wiring.shape[1])
        leave.append(wiring.crossing + wiring.shape[0])
        holes_out, holes_in = out, into
        if condensed.has_spin:
            holes_out, holes_in = out ^ 1, into ^ 1
            down = down * np.where(into % 2 == 0, 1j, -1j)
            up = up * np.where(out % 2 == 0, -1j, 1j)
        holes_out, holes_in = holes_out + wiring.shape[0], holes_in + wiring.shape[1]
    else:
        is_electron = out % 2 == 0
        out, into, down, up = (x[is_electron] for x in (out, into, down, up))
        holes_out, holes_in = out + 1, into + 1
    joints = np.ones(sum(map(len, enter)), complex)
    return _Links(
        np.concatenate([*enter, holes_in, into]),
        np.concatenate([*leave, out, holes_out]),
        np.concatenate([joints, down, up]),
    )


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """How far probabilities are from those that are found once more.

    Attributes
    ----------
    matching : float
        Largest difference of a probability, over the condition of the waves.
    weak : float
        Largest difference over what a reservoir receives from the others, as far as
        that is more than rounding.
    """

    matching: float
    weak: float


def discrepancy(
    wiring: Wiring,
    cells: Sequence[CellMatrix],
    flows: Flows,
    condensed: Condensates | None = None,
) -> Discrepancy | None:
    """Hold probabilities against those that `retrace` finds, at two points.

    These are the first point, and that of the narrowest resonance that is not
    ill-conditioned: what goes wrong between scatterers and S does so everywhere.

    Parameters
    ----------
    wiring : Wiring
    cells : sequence of CellMatrix
        Matrices of all scatterers.
    flows : Flows
        Probabilities that followed from them.
    condensed : Condensates, optional
        The superconductors there.

    Returns
    -------
    Discrepancy or None
        None where both points are ill-conditioned.
    """
    axes = np.broadcast_shapes(flows.condition.shape, flows.values.shape[:-1])
    condition = np.broadcast_to(flows.condition, axes)
    is_usable = condition < USABLE
    usable = condition if is_usable.all() else np.where(is_usable, condition, 0.0)
    found: list[Discrepancy] = []
    for k in {int(np.argmax(is_usable)), int(np.argmax(usable))}:
        point = tuple(int(i) for i in np.unravel_index(k, axes))
        if usable[point]:
            again = retrace(wiring, cells, point, condensed)
            if np.isfinite(again.charge).all() and again.growth < USABLE:
                worst = max(float(condition[point]), again.growth)
                found.append(_compare(wiring, flows, point, worst, again))
    if not found:
        return None
    return Discrepancy(
        max(one.matching for one in found), max(one.weak for one in found)
    )


def faintness(channels: int, condition: Floats) -> Floats:
    """Probability below which its digits are those of rounding errors.

    Amplitudes are off by ε × channels × condition in the worst case; where one is a
    hundred thousand times as large, five digits of its square are right.
    """
    return (1e5 * EPSILON * channels * condition) ** 2


def _compare(
    wiring: Wiring,
    flows: Flows,
    point: tuple[int, ...],
    condition: float,
    again: Retraced,
) -> Discrepancy:
    """Probabilities in use at one point against those found once more."""
    expected = again.charge
    place = np.full(flows.size, -1)
    place[wiring.reservoirs] = np.arange(len(expected))
    row, col = place[flows.rows], place[flows.cols]
    here = (row >= 0) & (col >= 0)
    size = len(expected)
    at = _within(point, flows.values.shape[:-1])
    used = _total((row * size + col)[here], flows.values[at][here], size)
    fault = np.where(wiring.is_settled, abs(used - expected), 0.0)
    is_off = ~np.eye(len(expected), dtype=bool)
    received = (again.weight * is_off).sum(1, keepdims=True)
    received += faintness(flows.channels, np.array(condition))
    return Discrepancy(
        float(fault.max()) / condition, float((fault * is_off / received).max())
    )


def _within(point: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """Index of a point along axes of which some are of length 1."""
    return tuple(k if n > 1 else 0 for k, n in zip(point, axes, strict=True))


def _scatterers(
    wiring: Wiring,
    worlds: Sequence[tuple[Sequence[CellMatrix], bool]],
    point: tuple[int, ...],
) -> Matrix:
    """All scatterers side by side (leaving, entering).

    Each of `worlds` has all of them: matrices, and whether these are of holes and
    conjugate.
    """
    values = [np.zeros(0, complex)]
    for cells, are_holes in worlds:
        for cell, (instance, place) in zip(cells, wiring.places, strict=True):
            at = 0
            for k, n in zip(_within(point, cell.axes), cell.axes, strict=True):
                at = at * n + k
            own = cell.values[instance if len(cell.values) > 1 else 0, at, place]
            values.append(own.conj() if are_holes else own)
    leaving, entering = wiring.shape
    world = np.arange(len(worlds))[:, None]
    rows, cols = (
        (wiring.rows + leaving * world).ravel(),
        (wiring.cols + entering * world).ravel(),
    )
    shape = len(worlds) * leaving, len(worlds) * entering
    if shape[1] <= DENSE:
        s = np.zeros(shape, complex)
        s[rows, cols] = np.concatenate(values)
        return s
    from scipy.sparse import csr_array

    return csr_array((np.concatenate(values), (rows, cols)), shape)


def _join(loops: Matrix, fed: Matrix, stripes: Sequence[int] = ()) -> Complex:
    """Waves at the joints: (1 - loops) x = fed; NaN where that is singular."""
    if isinstance(loops, np.ndarray):
        A: Complex = np.negative(loops)
        A.flat[:: len(A) + 1] += 1.0
        if len(stripes) > FEW_STRIPES:
            waves = solve_in_stripes(A, fed, stripes)
            if waves is not None:
                return waves
        try:
            x = np.asarray(np.linalg.solve(A, fed), complex)
        except np.linalg.LinAlgError:
            return np.full_like(fed, np.nan)
        return x
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    try:
        factors = splu((eye_array(loops.shape[0]) - loops).tocsc())
    except RuntimeError:  # SuperLU: exactly singular
        return np.full(fed.shape, np.nan + 0j)
    solved: Complex = factors.solve(fed.toarray())
    return solved
