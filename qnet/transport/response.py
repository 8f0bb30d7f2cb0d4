"""What an experiment sees: conductances and resistances with the rest floating."""

from __future__ import annotations

import math
from types import EllipsisType
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.network.entries import taken
from qnet.transport.conductance import Stamp
from qnet.transport.equations import number_trees
from qnet.transport.groups import (
    connections,
    feeding,
    grounds,
    voltage_links,
    with_resistors,
)
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.transmission import sum_by

DIFFERENCES: Final = 4_000_000
"""Differences of voltages at hand at one time."""


def reduced_conductance(circuit: Circuit, stamp: Stamp, keep: Ints) -> Floats:
    """Differential conductance between some reservoirs while the others follow.

    Held are the reservoirs in `keep`, every T with ``V=`` or ``I=`` and what V cards
    tie to these; resistors stay, and every other reservoir takes the voltage that
    leaves it without current.

    Parameters
    ----------
    keep : (k,)
        Reservoirs whose rows and columns are wanted.

    Returns
    -------
    (*sweep, k, k)
        ∂I_a/∂V_b in siemens; I_a is the current through a's scatterer pins.
    """
    return _response(circuit, stamp, keep, stamp)


def outer_conductance(circuit: Circuit, stamp: Stamp, keep: Ints) -> Floats:
    """The same with I_a all current that `a` supplies, to resistors as well.

    This matrix obeys the reciprocity relations; parts of the currents need not.
    """
    return _response(circuit, stamp, keep, with_resistors(circuit, stamp))


def _response(circuit: Circuit, stamp: Stamp, keep: Ints, counted: Stamp) -> Floats:
    """Currents (*sweep, k, k) through what is counted, the voltages of `keep` raised.

    Everything conducts, whether its current is counted or not.
    """
    held = base_held(circuit, stamp.size)
    held[keep] = True
    links = voltage_links(circuit, held)
    conductors = with_resistors(circuit, stamp)
    raised = np.zeros((stamp.size, len(keep)))
    raised[keep, np.arange(len(keep))] = 1.0
    drive = raised[links.root]
    if held[links.root].all():
        return currents_of(counted, keep, drive)
    shape = conductors.values.shape[:-1]
    G = np.empty((*shape, len(keep), len(keep)))
    for points, group in connections(conductors, links.root, shape):
        matrix, part = (one.at(shape, points) for one in (conductors, counted))
        is_anchored = np.isin(group, group[held])
        is_free = is_anchored & ~held[links.root]
        V = follow(matrix, number_trees(links.root, is_free), drive)
        chosen: Bools | EllipsisType = ... if points is None else points
        G[chosen] = currents_of(part, keep, V)
    return G


def four_terminal_resistance(
    circuit: Circuit, stamp: Stamp, quadruples: Ints
) -> Floats:
    """Four-terminal resistances R(i, j, k, l) = (V_k - V_l)/I, all else floating.

    The current I enters at i and leaves at j. All sources of the netlist and its
    capacitors are opened; resistors stay.

    Parameters
    ----------
    quadruples : (m, 4)
        Reservoirs i, j, k, l of each resistance.

    Returns
    -------
    (*sweep, m)
        In ohms. Without a path from i to j: infinite where k and l lie on its two
        sides, else NaN; NaN also where nothing connects k with l.

    References
    ----------
    M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986).
    """
    conductors = with_resistors(circuit, stamp)
    shape = conductors.values.shape[:-1]
    fed, column = np.unique(quadruples[:, :2], return_inverse=True)
    i, j = column.reshape(-1, 2).T
    k, l = quadruples[:, 2:].T
    unit = np.zeros((stamp.size, len(fed)))
    unit[fed, np.arange(len(fed))] = 1.0
    vertices = np.arange(stamp.size)
    feeds = feeding(conductors)
    R = np.empty((*shape, len(quadruples)))
    for points, group in connections(conductors, vertices, shape):
        matrix = conductors.at(shape, points)
        unknown = number_trees(vertices, grounds(group, feeds) != vertices)
        Z = _impedance(matrix, unknown, unit)
        difference = Z[..., k, :] - Z[..., l, :]
        m = np.arange(len(quadruples))
        part = difference[..., m, i] - difference[..., m, j]
        for broken, value in _broken(group[quadruples]):
            part[..., broken] = value
        chosen: Bools | EllipsisType = ... if points is None else points
        R[chosen] = part
    return R


def _broken(sides: Ints) -> tuple[tuple[Bools, float], ...]:
    """Resistances without a path, from the groups (m, 4) of i, j, k and l."""
    i, j, k, l = sides.T
    return (
        ((i != j) | (k != l), np.nan),
        ((i != j) & (k == i) & (l == j), np.inf),
        ((i != j) & (k == j) & (l == i), -np.inf),
    )


def base_held(circuit: Circuit, size: int) -> Bools:
    """Reservoirs that an experiment holds: V=, I=, node 0, and V cards on these."""
    held = np.zeros(size, bool)
    held[: len(circuit.reservoirs)] = (
        circuit.reservoirs.held | circuit.reservoirs.driven
    )
    return held[voltage_links(circuit, held).root]


def follow(matrix: Stamp, unknown: Ints, drive: Floats) -> Floats:
    """Voltages of all vertices when some are set and the others draw no current.

    Parameters
    ----------
    unknown : (size,)
        Number of each free tree; -1 where the voltage is set.
    drive : (size, k)
        Voltages that are set, in k experiments; zero where free.

    Returns
    -------
    (*sweep, size, k)
    """
    rows, cols = matrix.rows, matrix.cols
    is_free = unknown >= 0
    count = int(unknown.max(initial=-1)) + 1
    if not count:
        return drive
    pulled = is_free[rows] & drive[cols].any(-1)
    pull = matrix.values[..., pulled, None] * drive[cols[pulled]]
    push = -sum_by(np.swapaxes(pull, -1, -2), unknown[rows[pulled]], count)
    within = is_free[rows] & is_free[cols]
    x = solve_nodal(
        unknown[rows[within]],
        unknown[cols[within]],
        matrix.values[..., within],
        count,
        np.swapaxes(push, -1, -2),
    )
    return np.where(is_free[:, None], x[..., unknown, :], drive)


def _impedance(matrix: Stamp, unknown: Ints, injected: Floats) -> Floats:
    """Voltages (*sweep, size, k) that k sets of currents (size, k) build up.

    Vertices with `unknown` -1 stay at 0 V.
    """
    is_free = unknown >= 0
    count = int(unknown.max(initial=-1)) + 1
    if not count:
        return np.zeros((*matrix.values.shape[:-1], *injected.shape))
    within = is_free[matrix.rows] & is_free[matrix.cols]
    x = solve_nodal(
        unknown[matrix.rows[within]],
        unknown[matrix.cols[within]],
        matrix.values[..., within],
        count,
        injected[is_free],
    )
    return np.where(is_free[:, None], x[..., unknown, :], 0.0)


def currents_of(stamp: Stamp, keep: Ints, voltage: Floats) -> Floats:
    """Currents into the device at some vertices, for several sets of voltages.

    Parameters
    ----------
    keep : (k,)
        The vertices.
    voltage : (*sweep, size, sources)
        In volts.

    Returns
    -------
    (*sweep, k, sources)
        In amperes.
    """
    place = np.full(stamp.size, -1)
    place[keep] = np.arange(len(keep))
    used = place[stamp.rows] >= 0
    rows, cols = stamp.rows[used], stamp.cols[used]
    sources, values = np.swapaxes(voltage, -1, -2), taken(stamp.values, used)
    # all pairs for all sources are n³ differences: some sources at a time
    lead = math.prod(np.broadcast_shapes(values.shape[:-1], voltage.shape[:-2]))
    step = max(1, DIFFERENCES // max(1, lead * len(rows)))
    parts = []
    for start in range(0, max(1, voltage.shape[-1]), step):
        some = sources[..., start : start + step, :]
        difference = taken(some, cols) - taken(some, rows)
        part = sum_by(values[..., None, :] * difference, place[rows], len(keep))
        parts.append(part)
    flow = np.swapaxes(np.concatenate(parts, -2), -1, -2)
    if not stamp.has_surplus:
        return flow
    return flow + stamp.surplus[..., keep, None] * voltage[..., keep, :]
