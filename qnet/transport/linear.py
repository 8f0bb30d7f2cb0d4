"""Linear response at finite temperature: thermal probes, heat, and what follows."""

from __future__ import annotations

from dataclasses import replace
from types import EllipsisType

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.transport.conductance import Stamp, currents, dense_conductance
from qnet.transport.equations import Solution, number_trees, pick, solve_circuit
from qnet.transport.groups import connections
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.onsager import Onsager


def solve_linear(circuit: Circuit, onsager: Onsager) -> Solution:
    """Voltages, temperatures, charge and heat currents to first order.

    Temperatures of the netlist count as differences from ``.temp``; a thermal probe
    takes the one at which no heat enters it. At zero temperature heat is of second
    order: probes keep their temperature, and heat currents are zero.

    Raises
    ------
    PhysicsError
        As `qnet.transport.equations.solve_circuit`.
    """
    warming = given_warming(circuit, onsager)
    stamp, thermal = balance(onsager, warming)
    solution = solve_circuit(circuit, stamp, thermal)
    if not len(onsager.heat.rows):
        return solution
    voltage = np.nan_to_num(solution.voltage)
    warming = follow_heat(onsager, voltage, warming)
    heat = currents(onsager.heat, warming)
    if len(onsager.heat_charge.rows):
        heat = heat + currents(onsager.heat_charge, voltage)
    n = len(circuit.reservoirs)
    base = onsager.temperature[..., None]
    follows = onsager.follows & (base > 0)
    lost = np.isnan(solution.voltage)
    return replace(
        solution,
        temperature=np.where(
            follows, base * (1 + warming[..., :n]), solution.temperature
        ),
        heat=np.where(lost, np.nan, heat[..., :n]),
    )


def given_warming(circuit: Circuit, onsager: Onsager) -> Floats:
    """ΔT/T (*sweep, n) of the reservoirs with a given temperature, zero elsewhere."""
    base = onsager.temperature[..., None]
    # at zero temperature any number will do: what it drives is of second order
    scale = np.where(base > 0, base, 1.0)
    warming = (circuit.reservoirs.temperature - base) / scale
    return np.where(onsager.follows, 0.0, warming)


def balance(onsager: Onsager, warming: Floats) -> tuple[Stamp, Floats]:
    """Charge response once the temperatures that follow have been eliminated.

    Parameters
    ----------
    warming : (*sweep, n)
        ΔT/T where given.

    Returns
    -------
    stamp : Stamp
        Conductances in S.
    thermal : (*sweep, n)
        A into the device at zero voltages.
    """
    cross = onsager.charge_heat
    if not len(cross.rows):
        return onsager.charge, np.zeros((*onsager.charge.values.shape[:-1], 0))
    thermal = currents(cross, warming)
    follower = np.flatnonzero(onsager.follows)
    if not len(follower):
        return onsager.charge, thermal
    G, M, W, K = (
        dense_conductance(part)
        for part in (onsager.charge, cross, onsager.heat_charge, onsager.heat)
    )
    answers = _followers(onsager)[..., follower, None]
    own = np.where(answers, K[..., follower[:, None], follower], np.eye(len(follower)))
    warmth = currents(onsager.heat, warming)[..., follower, None]
    driven = np.broadcast_to(W[..., follower, :], (*warmth.shape[:-1], W.shape[-1]))
    incoming = np.concatenate([driven, warmth], -1)
    followed = np.linalg.solve(own, np.where(answers, incoming, 0.0))
    drawn = M[..., :, follower] @ followed
    G = G - drawn[..., :-1]
    rows, cols = np.divmod(np.arange(G.shape[-1] ** 2), G.shape[-1])
    stamp = Stamp(rows, cols, G.reshape(*G.shape[:-2], -1), G.shape[-1])
    return stamp, thermal - drawn[..., -1]


def follow_heat(onsager: Onsager, voltage: Floats, warming: Floats) -> Floats:
    """ΔT/T of all vertices, those that follow at zero heat current.

    Parameters
    ----------
    voltage, warming : (*sweep, n)
        V of all reservoirs; ΔT/T of those with a given temperature.

    Returns
    -------
    (*sweep, size)
    """
    heat = onsager.heat
    shape = np.broadcast_shapes(
        voltage.shape[:-1], warming.shape[:-1], heat.values.shape[:-1]
    )
    found = np.zeros((*shape, heat.size))
    found[..., : warming.shape[-1]] = warming
    push = -currents(heat, found)
    if len(onsager.heat_charge.rows):
        push = push - currents(onsager.heat_charge, voltage)
    if not push.any():
        return found
    vertices = np.arange(heat.size)
    for points, group in connections(heat, vertices, shape):
        is_free = _exchanges_heat(onsager, group)
        number = number_trees(vertices, is_free)
        within = is_free[heat.rows] & is_free[heat.cols]
        warmed = solve_nodal(
            number[heat.rows[within]],
            number[heat.cols[within]],
            pick(heat.values, shape, points)[..., within],
            int(is_free.sum()),
            pick(push, shape, points)[..., is_free, None],
        )[..., 0]
        chosen: Bools | EllipsisType = ... if points is None else points
        part = found[chosen]
        part[..., is_free] = warmed
        found[chosen] = part
    return found


def _exchanges_heat(onsager: Onsager, group: Ints) -> Bools:
    """Vertices (size,) that follow, and are not cut off from all given temperatures."""
    follows = np.ones(onsager.heat.size, bool)
    follows[: len(onsager.follows)] = onsager.follows
    return follows & np.isin(group, group[~follows])


def _followers(onsager: Onsager) -> Bools:
    """`_exchanges_heat` at each sweep point, (*sweep, size)."""
    heat = onsager.heat
    shape = heat.values.shape[:-1]
    found = np.zeros((*shape, heat.size), bool)
    for points, group in connections(heat, np.arange(heat.size), shape):
        chosen: Bools | EllipsisType = ... if points is None else points
        found[chosen] = _exchanges_heat(onsager, group)
    return found
