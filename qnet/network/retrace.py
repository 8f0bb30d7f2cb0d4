"""Transmission once more, from the scatterers: all waves in one system of equations.

With a the waves that enter scatterers and b those that leave them, b = s a, and
a = C b + f, where C carries waves across joints and f feeds them from reservoirs. No
plan and no kernel takes part, and joints are read from the circuit anew: whatever goes
wrong between the scatterers and the probabilities in use shows as a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qnet.certificate import EPSILON
from qnet.circuit import Floats
from qnet.network.compose import CellMatrix
from qnet.network.flow import Flows
from qnet.network.wiring import Wiring
from qnet.smatrix import Complex

DENSE: Final = 500
"""Waves up to which a dense factorisation costs less than importing a sparse one."""
USABLE: Final = 1e8
"""Condition from which two ways to solve differ too much to tell a fault."""

Matrix = Any
"""An array (n, m), or a sparse one: they share indexing and products."""


def retrace(
    wiring: Wiring, cells: Sequence[CellMatrix], point: tuple[int, ...]
) -> Floats:
    """Probabilities between reservoirs from all waves at once, at one point.

    Parameters
    ----------
    wiring : Wiring
    cells : sequence of CellMatrix
        Matrices of all scatterers.
    point : tuple of int
        Index along sweep and energy axes.

    Returns
    -------
    (r, r)
        From a reservoir (column) to another; NaN where a closed wave makes the
        equations singular.
    """
    s = _scatterers(wiring, cells, point)
    carried = s[wiring.crossing]
    waves = _join(carried[:, wiring.inner], carried[:, wiring.fed])
    out = s[wiring.taken]
    b = out[:, wiring.fed] + out[:, wiring.inner] @ waves
    P = np.zeros((len(wiring.reservoirs),) * 2)
    np.add.at(P, (wiring.taken_by[:, None], wiring.fed_from), b.real**2 + b.imag**2)
    return P


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

    matching: float = 0.0
    weak: float = 0.0


def discrepancy(
    wiring: Wiring, cells: Sequence[CellMatrix], flows: Flows
) -> Discrepancy:
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
    """
    axes = np.broadcast_shapes(flows.condition.shape, flows.values.shape[:-1])
    condition = np.broadcast_to(flows.condition, axes)
    usable = np.where(condition < USABLE, condition, 0.0)
    found = Discrepancy()
    for k in {int(np.argmax(usable > 0)), int(np.argmax(usable))}:
        point = tuple(int(i) for i in np.unravel_index(k, axes))
        if usable[point]:
            one = _compare(wiring, cells, flows, point, float(condition[point]))
            found = Discrepancy(
                max(found.matching, one.matching), max(found.weak, one.weak)
            )
    return found


def faintness(channels: int, condition: Floats) -> Floats:
    """Probability below which its digits are those of rounding errors.

    Amplitudes are off by ε × channels × condition in the worst case; where one is a
    hundred thousand times as large, five digits of its square are right.
    """
    return (1e5 * EPSILON * channels * condition) ** 2


def _compare(
    wiring: Wiring,
    cells: Sequence[CellMatrix],
    flows: Flows,
    point: tuple[int, ...],
    condition: float,
) -> Discrepancy:
    expected = retrace(wiring, cells, point)
    if not np.isfinite(expected).all():
        return Discrepancy()
    place = np.full(flows.size, -1)
    place[wiring.reservoirs] = np.arange(len(expected))
    row, col = place[flows.rows], place[flows.cols]
    here = (row >= 0) & (col >= 0)
    used = np.zeros_like(expected)
    at = _within(point, flows.values.shape[:-1])
    np.add.at(used, (row[here], col[here]), flows.values[at][here])
    fault = np.where(wiring.is_settled, abs(used - expected), 0.0)
    is_off = ~np.eye(len(expected), dtype=bool)
    received = (expected * is_off).sum(1, keepdims=True)
    received += faintness(flows.channels, np.array(condition))
    return Discrepancy(
        float(fault.max()) / condition, float((fault * is_off / received).max())
    )


def _within(point: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """Index of a point along axes of which some are of length 1."""
    return tuple(k if n > 1 else 0 for k, n in zip(point, axes, strict=True))


def _scatterers(
    wiring: Wiring, cells: Sequence[CellMatrix], point: tuple[int, ...]
) -> Matrix:
    """All scatterers side by side (leaving, entering)."""
    values = [np.zeros(0, complex)]
    for cell, (instance, place) in zip(cells, wiring.places, strict=True):
        at = int(np.ravel_multi_index(_within(point, cell.axes), cell.axes))
        values.append(cell.values[instance if len(cell.values) > 1 else 0, at, place])
    if wiring.shape[1] <= DENSE:
        s = np.zeros(wiring.shape, complex)
        s[wiring.rows, wiring.cols] = np.concatenate(values)
        return s
    from scipy.sparse import csr_array

    return csr_array((np.concatenate(values), (wiring.rows, wiring.cols)), wiring.shape)


def _join(loops: Matrix, fed: Matrix) -> Complex:
    """Waves at the joints: (1 - loops) x = fed; NaN where that is singular."""
    if isinstance(loops, np.ndarray):
        try:
            x = np.linalg.solve(np.eye(len(loops), dtype=complex) - loops, fed)
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
