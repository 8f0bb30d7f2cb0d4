r"""Islands of broad joints: eliminate all waves of a joint at once, as matrices.

Where scatterers mix dozens of channels the edges between joints are dense matrices,
and each joint J goes by one pivoted solve and one product,

.. math:: T_{ab} \mathrel{+}= T_{aJ} (1 - T_{JJ})^{-1} T_{Jb},

which is Redheffer's star product written for networks. Above some sixteen channels
this beats elimination wave by wave, which moves single numbers.

References
----------
R. Redheffer, J. Math. Phys. 41, 1 (1962).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.network.compose import CellMatrix, batch_axes, gather, stretches
from qnet.network.islands import Shape
from qnet.smatrix import Complex

BROAD = 16
"""Waves a joint from which matrices are faster than single waves."""

AT_ONCE = 2**22
"""Numbers that the matrices of one stretch of points may take."""

Pair = tuple[int, int]


def is_broad(shape: Shape) -> bool:
    """Whether joints carry enough waves for matrices to pay."""
    return shape.internal >= BROAD * max(1, int(shape.joint.max(initial=0)) + 1)


def compose_blocks(shape: Shape, cells: Sequence[CellMatrix]) -> tuple[Complex, Floats]:
    """S of all islands of a shape, as `qnet.network.compose.compose` gives it.

    Returns
    -------
    S : (island, point, out, in)
    pivot : (island, point)
        1 / ‖(1 - T_JJ)⁻¹ T_J·‖ at its largest: how weakly the stiffest joint amplified
        what drives it.
    """
    axes = batch_axes(shape, cells)
    points = int(np.prod(axes))
    S = np.empty((shape.islands, points, shape.leaving, shape.entering), complex)
    pivot = np.empty((shape.islands, points))
    order = list(_order(shape))
    length = max(1, AT_ONCE // len(shape.row))
    for part in stretches(shape.islands, points, length):
        amplitude = np.empty(
            (len(shape.row), *pivot[part.islands, part.points].shape), complex
        )
        for entries, values in gather(shape, cells, axes, part):
            amplitude[entries] = values
        flat = amplitude.reshape(len(amplitude), -1)
        joined, weakest = _eliminate(shape, flat, order)
        S[part.islands, part.points] = joined.reshape(
            *amplitude.shape[1:], *joined.shape[1:]
        )
        pivot[part.islands, part.points] = weakest.reshape(amplitude.shape[1:])
    return S, pivot


def _order(shape: Shape) -> Iterator[int]:
    """Joints, each time the one with the fewest new numbers."""
    joints = int(shape.joint.max(initial=-1)) + 1
    size = [*np.bincount(shape.joint, minlength=joints).tolist(), shape.leaving]
    row, col = _joints_of(shape)
    takes: list[set[int]] = [set() for _ in range(joints + 2)]
    gives: list[set[int]] = [set() for _ in range(joints + 2)]
    for to, by in set(zip(row.tolist(), col.tolist(), strict=True)):
        takes[to].add(by)
        gives[by].add(to)
    size.append(shape.entering)

    def growth(joint: int) -> int:
        rows = sum(size[a] for a in gives[joint] - {joint})
        return rows * sum(size[b] for b in takes[joint] - {joint})

    cost = {joint: growth(joint) for joint in range(joints)}
    while cost:
        joint = min(cost, key=lambda j: (cost[j], j))
        del cost[joint]
        yield joint
        to, by = gives[joint] - {joint}, takes[joint] - {joint}
        for a in to:
            takes[a] = (takes[a] | by) - {joint}
        for b in by:
            gives[b] = (gives[b] | to) - {joint}
        cost.update({near: growth(near) for near in (to | by) & cost.keys()})


def _joints_of(shape: Shape) -> tuple[Ints, Ints]:
    """Joint of each entry's row and column; outgoing and incoming channels come last.

    With n joints, n stands for all outgoing and n + 1 for all incoming channels.
    """
    joints = int(shape.joint.max(initial=-1)) + 1
    row = np.concatenate([shape.joint, np.full(shape.leaving, joints)])[shape.row]
    col = np.concatenate([shape.joint, np.full(shape.entering, joints + 1)])[shape.col]
    return row, col


def _eliminate(
    shape: Shape, amplitude: Complex, order: Sequence[int]
) -> tuple[Complex, Floats]:
    """S (point, out, in) and smallest pivots (point,) of amplitudes (entry, point)."""
    blocks = _matrices(shape, amplitude)
    points = amplitude.shape[1]
    weakest = np.full(points, np.inf)
    for joint in order:
        takes = {b: M for (a, b), M in blocks.items() if a == joint != b}
        gives = {a: M for (a, b), M in blocks.items() if b == joint != a}
        loop = blocks.get((joint, joint))
        blocks = {k: M for k, M in blocks.items() if joint not in k}
        if not takes or not gives:
            continue
        drive = np.concatenate(list(takes.values()), axis=-1)
        if loop is not None:
            waves, pivot = _solve(np.eye(loop.shape[-1]) - loop, drive)
            np.minimum(weakest, pivot, out=weakest)
            drive = waves
        widths = np.cumsum([M.shape[-1] for M in takes.values()])[:-1]
        answers = dict(zip(takes, np.split(drive, widths, axis=-1), strict=True))
        for a, out in gives.items():
            for b, wave in answers.items():
                path = out @ wave
                blocks[a, b] = blocks[a, b] + path if (a, b) in blocks else path
    joints = int(shape.joint.max(initial=-1)) + 1
    nothing = np.zeros((points, shape.leaving, shape.entering), complex)
    return blocks.get((joints, joints + 1), nothing), weakest


def _solve(A: Complex, drive: Complex) -> tuple[Complex, Floats]:
    """Waves (point, n, k) of A waves = drive, and 1 / amplification (point,)."""
    try:
        waves = np.linalg.solve(A, drive).astype(complex, copy=False)
    except np.linalg.LinAlgError:  # at some point: 0 sends all to a second look
        return np.zeros_like(drive), np.zeros(len(A))
    driven, answer = (np.linalg.norm(M, axis=(1, 2)) for M in (drive, waves))
    amplified = answer > driven
    return waves, np.where(amplified, driven / np.where(amplified, answer, 1), 1)


def _matrices(shape: Shape, amplitude: Complex) -> dict[Pair, Complex]:
    """Dense blocks (point, row, col) between joints."""
    joints = int(shape.joint.max(initial=-1)) + 1
    by_joint = np.argsort(shape.joint, kind="stable")
    size = np.bincount(shape.joint, minlength=joints)
    place = np.empty(shape.internal, dtype=np.intp)
    start = np.cumsum(size) - size
    place[by_joint] = np.arange(shape.internal) - start[shape.joint[by_joint]]
    rows = np.concatenate([place, np.arange(shape.leaving)])[shape.row]
    cols = np.concatenate([place, np.arange(shape.entering)])[shape.col]
    height = [*size.tolist(), shape.leaving, shape.entering]
    to, by = _joints_of(shape)
    key = to * (joints + 2) + by
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    blocks = {}
    for here in np.split(order, ends):
        a, b = int(to[here[0]]), int(by[here[0]])
        M = np.zeros((amplitude.shape[1], height[a], height[b]), complex)
        M[:, rows[here], cols[here]] = amplitude[here].T
        blocks[a, b] = M
    return blocks
