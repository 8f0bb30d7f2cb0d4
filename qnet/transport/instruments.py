"""What instruments read of currents that are pushed into the vertices of a circuit.

One sparse solve with the transposed conductances for each instrument tells how much of
a current pushed into each vertex arrives there.

References
----------
S. W. Director and R. A. Rohrer, IEEE Trans. Circuit Theory 18, 349 (1971): adjoint
networks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import kB
from qnet.registry import ReservoirKind
from qnet.transport.conductance import Stamp
from qnet.transport.correlations import unknown_voltages
from qnet.transport.equations import Solution, pick
from qnet.transport.groups import connections, with_resistors
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.transmission import sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """How instruments answer to currents pushed into vertices.

    Attributes
    ----------
    island, resistor : (*sweep, size, k)
        Answer of each of k instruments to a unit current that islands, or resistors,
        push into a vertex: a plain number for a current, Ω for a voltage.
    """

    island: Floats
    resistor: Floats


def reading(
    circuit: Circuit,
    response: Stamp,
    solution: Solution,
    currents: Ints,
    voltages: Ints,
    *,
    is_frozen: bool = False,
) -> Reading:
    """What instruments read, floating voltages following.

    Parameters
    ----------
    response : Stamp
        ∂I/∂V at the working point, dephasing probes and inner vertices eliminated or
        among its vertices.
    solution : Solution
        Tells what floats.
    currents, voltages : (j,), (k,)
        Reservoirs at which a current into the islands, a voltage is read.
    is_frozen : bool
        No voltage follows.
    """
    size, n = response.size, len(circuit.reservoirs)
    both = np.arange(len(currents) + len(voltages))
    told = np.zeros((size, len(both)))
    # a dephasing probe takes up no current at any energy
    takes = circuit.reservoirs.kind[currents] != ReservoirKind.DEPHASING
    told[currents[takes], both[: len(currents)][takes]] = 1.0
    shape = np.broadcast_shapes(circuit.shape, response.values.shape[:-1])
    none = np.zeros((*shape, size, len(both)))
    if is_frozen:
        return Reading(none + told, none)
    unknown = _unknowns(circuit, response, solution)
    conductors = with_resistors(circuit, response)
    answer = np.zeros((*shape, size, len(both)))
    for points, group in connections(conductors, np.arange(size), shape):
        anchored = np.isin(group, group[:n][unknown[:n] < 0])
        number = _renumbered(np.where(anchored, unknown, -1))
        part = _adjoint(
            pick(response.values, shape, points),
            response,
            replace(conductors, values=pick(conductors.values, shape, points)),
            number,
            told,
            (voltages, both[len(currents) :]),
        )
        chosen: Bools | EllipsisType = ... if points is None else points
        answer[chosen] = part
    return Reading(told - answer, -answer)


def _unknowns(circuit: Circuit, response: Stamp, solution: Solution) -> Ints:
    """Free voltage of each vertex of a response, (size,); -1: held."""
    n, size = len(circuit.reservoirs), response.size
    unknown = np.full(size, -1)
    unknown[:n] = unknown_voltages(circuit, solution)
    hands_on = np.arange(size) >= n
    hands_on[:n] = circuit.reservoirs.kind == ReservoirKind.DEPHASING
    is_off = response.rows != response.cols
    drives = np.zeros(size, bool)
    drives[response.cols[is_off]] = True
    extra = np.flatnonzero(hands_on & drives)
    unknown[extra] = unknown.max(initial=-1) + 1 + np.arange(len(extra))
    return unknown


def _renumbered(unknown: Ints) -> Ints:
    """The same unknowns, numbered without gaps."""
    free = unknown >= 0
    found = unknown.copy()
    found[free] = np.unique(unknown[free], return_inverse=True)[1]
    return found


def _adjoint(
    values: Floats,
    response: Stamp,
    conductors: Stamp,
    number: Ints,
    told: Floats,
    voltmeters: tuple[Ints, Ints],
) -> Floats:
    """U (Uᵀ Yᵀ U)⁻¹ Uᵀ (Gᵀ told + voltmeters), (*points, size, k)."""
    count = int(number.max(initial=-1)) + 1
    shape = values.shape[:-1]
    if not count:
        return np.zeros((*shape, *told.shape))
    rows, cols = response.rows, response.cols
    used = (number[cols] >= 0) & told[rows].any(-1)
    pull = values[..., used, None] * told[rows[used]]
    push = sum_by(np.swapaxes(pull, -1, -2), number[cols[used]], count)
    push = np.swapaxes(push, -1, -2).copy()
    nodes, columns = voltmeters
    floats = number[nodes] >= 0
    push[..., number[nodes[floats]], columns[floats]] += 1.0
    within = (number[conductors.rows] >= 0) & (number[conductors.cols] >= 0)
    found = solve_nodal(
        number[conductors.cols[within]],
        number[conductors.rows[within]],
        conductors.values[..., within],
        count,
        push,
    )
    return np.where((number >= 0)[:, None], found[..., number, :], 0.0)


def resistor_noise(circuit: Circuit, answer: Floats) -> Floats:
    """Johnson noise of all R cards as instruments read it, (*sweep, k, k)."""
    resistors = circuit.lumped_of("R")
    k = answer.shape[-1]
    if resistors is None or not len(resistors):
        return np.zeros((*answer.shape[:-2], k, k))
    a, b = resistors.ends.T
    across = answer[..., a, :] - answer[..., b, :]
    power = 4 * kB * resistors.temperature / resistors.value
    return np.swapaxes(across * power[..., None], -1, -2) @ across
