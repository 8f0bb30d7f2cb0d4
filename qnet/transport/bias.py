"""Beyond linear response: a circuit at its own voltages and temperatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit
from qnet.constants import kB_eV
from qnet.diagnostics import Diagnostic
from qnet.network.condensate import condensate_index
from qnet.registry import ReservoirKind
from qnet.transport.conductance import Stamp
from qnet.transport.conductor import Conductor
from qnet.transport.equations import (
    PINCHED,
    Mark,
    Solution,
    lumped_currents,
    settle,
)
from qnet.transport.groups import befalling
from qnet.transport.landauer import Working
from qnet.transport.newton import Newton, State
from qnet.transport.ramp import turned_up
from qnet.transport.spectral import FlowsAt, energy_axes, spectrum

STUCK: Final = Diagnostic(
    "QN535",
    "floating voltages do not converge",
    why="no step brings the currents {where} nearer to balance",
    help="look for a negative differential conductance, or hold one more voltage",
)


@dataclass(frozen=True, slots=True, eq=False)
class BiasSolution:
    """A working point beyond linear response.

    Attributes
    ----------
    solution : Solution
        Voltages, temperatures, currents, heat.
    working : Working
        Currents and their derivatives by all voltages and temperatures.
    differential : Stamp
        ∂I/∂V once the temperatures of thermal probes have followed: what
        `qnet.transport.response` needs for a differential conductance.
    """

    solution: Solution
    working: Working
    differential: Stamp


def solve_bias(circuit: Circuit, flows_at: FlowsAt) -> BiasSolution:
    """Solve a circuit at the netlist's own voltages and temperatures.

    Parameters
    ----------
    flows_at : callable
        Probabilities at energies (*sweep, nE) and voltages (*sweep, n) or None.

    Raises
    ------
    PhysicsError
        As `qnet.transport.equations.solve_circuit`; QN535 where no voltages are found
        at any point.
    """
    newton = Newton(circuit, make_conductor(circuit, flows_at))
    state, settled = newton.run()
    if newton.samples is not None:
        occupations = newton.occupations(state.voltage, state.heat)
        if not newton.samples.covers(*occupations).all():
            newton = newton.without_samples()
            state, settled = newton.run()
    if not settled.all():
        newton = newton.without_samples()
        other, is_better = newton.run(turned_up(newton))
        state = state.where(settled, other)
        settled = settled | is_better
    return _report(newton, state, settled)


def make_conductor(circuit: Circuit, flows_at: FlowsAt) -> Conductor:
    """What the energy integrals of a circuit need to know."""
    levers = [g.lever.reservoirs.ravel() for g in circuit.groups if g.lever is not None]
    gates = np.unique(np.concatenate([np.zeros(0, np.intp), *levers]))
    condensate = condensate_index(circuit)
    moves = len(gates) or condensate is not None
    voltage = circuit.reservoirs.voltage if moves else None
    energy = circuit.fermi[..., None]
    lead, is_flat = energy_axes(flows_at, energy, voltage)
    dephasing = circuit.reservoirs.kind == ReservoirKind.DEPHASING
    flat = spectrum(flows_at(energy, None), dephasing) if is_flat else None
    return Conductor(
        flows_at=flows_at,
        dephasing=dephasing,
        fermi=circuit.fermi,
        degeneracy=circuit.degeneracy,
        levers=gates,
        lead=lead,
        rtol=circuit.tolerance,
        flat=flat,
        condensate=condensate,
    )


def _report(newton: Newton, state: State, settled: Bools) -> BiasSolution:
    """All currents, heat, derivatives and certificates of a state."""
    circuit, conductor, start = newton.circuit, newton.conductor, newton.start
    now = newton.working(state.voltage, state.heat, conductor.kept)
    outflow = newton.outflow(now.charge, state.voltage)
    lost = newton.lost | ~settled[..., None]
    trees = newton.tree.shape[-1]
    failed = []
    if not settled.all():
        floats = newton.is_free[..., :trees] @ newton.tree.T > 0
        floats = floats.any(tuple(range(floats.ndim - 1)))
        failed.append(Mark(~settled, befalling(STUCK, circuit, floats)))
    astray = np.where(newton.is_free[..., :trees], outflow @ newton.tree, 0.0)
    total = abs(now.charge).sum(-1)
    leak = np.maximum(abs(now.charge.sum(-1)), abs(astray).max(-1, initial=0.0))
    floor = PINCHED * newton.unit * newton.width[..., 0]
    voltage = state.voltage.copy()
    voltage[..., conductor.gone] = now.probe_voltage
    solution = Solution(
        voltage=np.where(lost, np.nan, voltage),
        current=np.where(lost, np.nan, now.charge),
        temperature=np.sqrt(state.heat) / kB_eV,
        heat=np.where(lost, np.nan, now.heat),
        lumped=lumped_currents(circuit, newton.links, state.voltage, outflow),
        grounded=start.grounded,
        marks=(*start.marks, *settle(failed)),
        backward_error=newton.backward_error(state, now),
        conservation=leak / np.maximum(total, floor),
    )
    return BiasSolution(solution, now, _differential(newton, now))


def _differential(newton: Newton, now: Working) -> Stamp:
    """∂I/∂V with the temperatures of thermal probes following, as coordinates."""
    conductor = newton.conductor
    G = now.charge_voltage[..., conductor.kept, :]
    thermal = newton.thermal
    follows = newton.is_free[..., newton.tree.shape[-1] :]
    if follows.any():
        at = np.searchsorted(conductor.kept, thermal)
        pairs = follows[..., None] & follows[..., None, :]
        own = np.where(
            pairs, now.heat_temperature[..., thermal[:, None], at], np.eye(len(thermal))
        )
        push = np.where(follows[..., None], now.heat_voltage[..., thermal, :], 0.0)
        warmed = np.linalg.solve(own, push)
        drawn = now.charge_temperature[..., conductor.kept[:, None], at] @ warmed
        G = G - drawn
    k = len(conductor.kept)
    rows, cols = np.repeat(conductor.kept, k), np.tile(conductor.kept, k)
    values = G.reshape(*G.shape[:-2], k * k)
    return Stamp(rows, cols, values, len(conductor.dephasing))
