"""Counting statistics of a whole circuit: which of its charges can be counted."""

from __future__ import annotations

import numpy as np

from qnet.circuit import Circuit
from qnet.diagnostics import PhysicsError, refuse
from qnet.registry import ReservoirKind
from qnet.transport.circuit_action import Conductor, Resistors
from qnet.transport.correlations import Islands, unknown_voltages
from qnet.transport.equations import Solution


def circuit_conductor(
    circuit: Circuit, islands: Islands, solution: Solution, counted: int
) -> Conductor:
    """Circuit at a working point, ready to be counted at one reservoir.

    Parameters
    ----------
    islands : callable
        Energies (*sweep, nE) in eV to scattering matrices.
    solution : Solution
        Mean voltages and temperatures.
    counted : int
        Reservoir whose electrons are counted.

    Raises
    ------
    PhysicsError
        QN562: a temperature floats. QN563: a reservoir is superconducting. QN564: the
        counted reservoir floats.
    """
    reservoirs = circuit.reservoirs
    _refuse_kind(
        circuit,
        ReservoirKind.THERMAL,
        "QN562",
        "its fluctuating temperature is not followed beyond the second cumulant",
        "use `.noise`, or a probe of type=voltage or type=dephasing",
    )
    _refuse_kind(
        circuit,
        ReservoirKind.SUPERCONDUCTOR,
        "QN563",
        "electrons and holes are counted apart in noise only",
        "use `.noise`, which has the first two cumulants",
    )
    for group in circuit.groups:
        if getattr(group.model, "nambu", False):
            raise refuse(
                PhysicsError,
                "QN563",
                f"charge is not counted beside '{group.names[0]}'",
                group.spans[0],
                why="electrons and holes are counted apart in noise only",
                help="use `.noise`, which has the first two cumulants",
            )
    unknown = unknown_voltages(circuit, solution)
    if unknown[counted] >= 0:
        raise refuse(
            PhysicsError,
            "QN564",
            f"the electrons of '{reservoirs.names[counted]}' cannot be counted",
            reservoirs.spans[counted],
            why="its voltage floats, so that on the long run its charge is fixed",
            help="count where the voltage is held",
        )
    voltage = np.nan_to_num(solution.voltage)
    return Conductor(
        islands,
        circuit.fermi[..., None] - voltage,
        np.nan_to_num(solution.temperature),
        np.flatnonzero(reservoirs.kind == ReservoirKind.DEPHASING),
        unknown,
        _resistors(circuit),
        circuit.degeneracy,
    )


def _refuse_kind(
    circuit: Circuit, kind: ReservoirKind, code: str, why: str, cure: str
) -> None:
    reservoirs = circuit.reservoirs
    for k in np.flatnonzero(reservoirs.kind == kind).tolist():
        raise refuse(
            PhysicsError,
            code,
            f"charge is not counted beside '{reservoirs.names[k]}'",
            reservoirs.spans[k],
            why=why,
            help=cure,
        )


def _resistors(circuit: Circuit) -> Resistors | None:
    cards = circuit.lumped_of("R")
    if cards is None or not len(cards):
        return None
    R, T = np.broadcast_arrays(cards.value, cards.temperature)
    return Resistors(cards.ends, R, T)
