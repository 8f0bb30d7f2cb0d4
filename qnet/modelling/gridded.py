"""Values between the points of a grid: the nearest, or straight lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qnet.diagnostics import PhysicsError, refuse
from qnet.smatrix import Complex, Float

SLACK = 1e-9
"""Relative to the grid: what rounding may put outside its last point."""


def nearest(S: Complex, axes: tuple[tuple[str, Float | None, Float], ...]) -> Complex:
    """Values at the nearest grid points, up to half a step beyond the last.

    Parameters
    ----------
    S : (grid, ..., out, in)
    axes : tuple of (name, grid, position)
        For each grid axis; grid None: values hold everywhere along it. Positions
        broadcast to one another.

    Returns
    -------
    (..., out, in)

    Raises
    ------
    PhysicsError
        QN525 beyond the grid.
    """
    index = []
    for name, grid, at in axes:
        if grid is None:
            index.append(np.zeros_like(at, int))
            continue
        step = (grid[1] - grid[0], grid[-1] - grid[-2]) if grid.size > 1 else (0.0, 0.0)
        _refuse_beyond(name, grid, at, (step[0] / 2, step[1] / 2))
        index.append(np.searchsorted((grid[1:] + grid[:-1]) / 2, at))
    return S[tuple(index)]


def linear(P: Float, axes: tuple[tuple[str, Float | None, Float], ...]) -> Float:
    """Values on straight lines between grid points; arguments as for `nearest`.

    Raises
    ------
    PhysicsError
        QN525 beyond the grid.
    """
    corners: list[tuple[tuple[NDArray[np.intp], ...], Float]] = [((), np.ones(()))]
    for name, grid, at in axes:
        if grid is None or grid.size == 1:
            if grid is not None:
                _refuse_beyond(name, grid, at, (0.0, 0.0))
            ends = [(np.zeros_like(at, int), np.ones_like(at))]
        else:
            _refuse_beyond(name, grid, at, (0.0, 0.0))
            low = np.clip(np.searchsorted(grid, at) - 1, 0, grid.size - 2)
            share = (at - grid[low]) / (grid[low + 1] - grid[low])
            share = np.clip(share, 0.0, 1.0)
            ends = [(low, 1 - share), (low + 1, share)]
        corners = [
            ((*index, place), weight * part)
            for index, weight in corners
            for place, part in ends
        ]
    total = sum(P[index] * weight[..., None, None] for index, weight in corners)
    return np.asarray(total)


def _refuse_beyond(
    name: str, grid: Float, at: Float, slack: tuple[float, float]
) -> None:
    rounding = SLACK * float(np.max(np.abs(grid)))
    low, high = grid[0] - slack[0] - rounding, grid[-1] + slack[1] + rounding
    outside = np.ravel(at[(at < low) | (at > high)])
    if outside.size:
        raise refuse(
            PhysicsError,
            "QN525",
            f"the table reaches from {name} = {grid[0]:g} to {grid[-1]:g}, "
            f"and {name} = {outside[0]:g} is asked for",
            help=f"tabulate a wider range; without an array {name} it holds everywhere",
        )
