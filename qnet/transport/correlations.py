"""Noise of a whole circuit: islands and resistors as sources, probes that answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.diagnostics import PhysicsError, refuse
from qnet.network.condensate import condensate_index, is_superconductor
from qnet.registry import ReservoirKind
from qnet.transport.bias import BiasSolution
from qnet.transport.conductance import Stamp, dense_conductance
from qnet.transport.equations import Apart, Solution, number_trees
from qnet.transport.fluctuations import (
    Fluctuations,
    johnson_noise,
    resistor_admittance,
    respond,
)
from qnet.transport.groups import voltage_links
from qnet.transport.island_noise import Bias, island_heat_noise, island_noise
from qnet.transport.noise import Island
from qnet.transport.onsager import Onsager

Islands = Callable[[Floats], Sequence[Island]]


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How currents of charge and heat follow voltages and temperatures.

    Attributes
    ----------
    charge : (*sweep, n, n)
        ∂I/∂V in S.
    charge_heat, heat_charge, heat : (*sweep, n, n)
        ∂I/∂T in A/K, ∂J/∂V in A, ∂J/∂T in W/K.
    """

    charge: Floats
    charge_heat: Floats
    heat_charge: Floats
    heat: Floats

    def block(self) -> Floats:
        """All of them as one matrix (*sweep, 2n, 2n)."""
        parts = np.broadcast_arrays(
            self.charge, self.charge_heat, self.heat_charge, self.heat
        )
        return np.block([list(parts[:2]), list(parts[2:])])


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Zero-frequency noise of a circuit.

    Attributes
    ----------
    current : (*sweep, n, n)
        Of the currents from reservoirs into the islands, A²/Hz, one-sided.
    voltage : (*sweep, n, n)
        Of the voltages, V²/Hz; zero where held.
    excess : (*sweep,)
        Error of the energy integrals over their tolerance.
    """

    current: Floats
    voltage: Floats
    excess: Floats


def linear_response(circuit: Circuit, onsager: Onsager) -> Response:
    """Response of the linear regime; rows of dephasing probes are zero."""
    n = len(circuit.reservoirs)
    base = onsager.temperature[..., None, None]
    warm = np.where(base > 0, base, np.inf)
    stays = circuit.reservoirs.kind != ReservoirKind.DEPHASING

    def dense(part: Stamp) -> Floats:
        if not len(part.rows):
            return np.zeros((*(1 for _ in circuit.shape), n, n))
        return _without(dense_conductance(part), ~stays)

    return Response(
        dense(onsager.charge),
        dense(onsager.charge_heat) / warm,
        dense(onsager.heat_charge),
        dense(onsager.heat) / warm,
    )


def _without(G: Floats, gone: Bools) -> Floats:
    """Response of the others once some reservoirs hand on what they receive."""
    if not gone.any():
        return G
    kept, probes = np.flatnonzero(~gone), np.flatnonzero(gone)
    own = G[..., probes[:, None], probes]
    is_lost = np.where(own.any(-1, keepdims=True), 0.0, 1.0)
    own = own + is_lost * np.eye(len(probes))
    handed = np.linalg.solve(own, G[..., probes[:, None], kept])
    found = np.zeros_like(G)
    block = (..., kept[:, None], kept)
    found[block] = G[block] - G[..., kept[:, None], probes] @ handed
    return found


def full_response(circuit: Circuit, biased: BiasSolution) -> Response:
    """Response at a working point; rows and columns of dephasing probes are zero."""
    n, working = len(circuit.reservoirs), biased.working

    def whole(part: Floats) -> Floats:
        found = np.zeros((*part.shape[:-1], n))
        found[..., working.columns] = part
        return found

    return Response(
        whole(working.charge_voltage),
        whole(working.charge_temperature),
        whole(working.heat_voltage),
        whole(working.heat_temperature),
    )


def circuit_noise(
    circuit: Circuit,
    islands: Islands,
    solution: Solution,
    response: Response,
    *,
    is_frozen: bool = False,
) -> Correlations:
    """Noise at the voltages and temperatures of a solution.

    Parameters
    ----------
    islands : callable
        Energies (*sweep, nE) in eV to scattering matrices. Where a reservoir is
        superconducting: of electrons and holes, the holes of reservoir a as number
        n + a.
    response : Response
        Differential response with which floating voltages and temperatures follow.
    is_frozen : bool
        Voltages and temperatures do not follow.

    References
    ----------
    M. Büttiker, Phys. Rev. B 46, 12485 (1992); M. P. Anantram and S. Datta, Phys.
    Rev. B 53, 16390 (1996).
    """
    reservoirs = circuit.reservoirs
    found = island_sources(
        circuit, islands, solution.voltage, solution.temperature, is_frozen=is_frozen
    )
    sources, excess = found.sources, found.excess
    answers_heat = sources.shape[-1] > len(reservoirs)
    n = len(reservoirs)
    conductance = response.block() if answers_heat else response.charge
    unknown, is_stuck = following(circuit, solution, has_heat=answers_heat)
    if is_frozen:
        unknown = np.full_like(unknown, -1)
    outside, outside_sources = _resistors(circuit, len(unknown))
    told: Fluctuations = respond(
        sources,
        conductance,
        unknown,
        is_stuck=is_stuck,
        outside=outside,
        outside_sources=outside_sources,
    )
    return Correlations(told.current[..., :n, :n], told.voltage[..., :n, :n], excess)


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Noise of the islands while all voltages and temperatures are held.

    Attributes
    ----------
    sources : (*sweep, m, m)
        Of the currents, A²/Hz, m = n; where temperatures follow, heat currents come
        after those of charge, and m = 2n.
    excess : (*sweep,)
        Error of the energy integrals over their tolerance.
    """

    sources: Floats
    excess: Floats


def island_sources(
    circuit: Circuit,
    islands: Islands,
    voltage: Floats,
    temperature: Floats,
    *,
    is_frozen: bool = False,
) -> Sources:
    """Noise of the islands, dephasing probes answering unless they are frozen.

    Parameters
    ----------
    islands : callable
        As for `circuit_noise`.
    voltage, temperature : (*sweep, n)
        V, K of every reservoir.

    Raises
    ------
    PhysicsError
        QN565: a thermal probe beside a condensate.
    """
    kind = circuit.reservoirs.kind
    bias = _bias(circuit, islands, voltage, temperature, is_frozen)
    thermal = np.flatnonzero(kind == ReservoirKind.THERMAL)
    answers = len(thermal) > 0 and not is_frozen and bool(temperature.any())
    if condensate_index(circuit) is not None:
        if answers:
            raise _without_heat_noise(circuit, int(thermal[0]))
        found = island_noise(bias)
        return Sources(_condensed(circuit, found.charge), found.excess)
    if answers:
        warm = island_heat_noise(bias)
        return Sources(warm.block, warm.excess)
    found = island_noise(bias)
    return Sources(found.charge, found.excess)


def _without_heat_noise(circuit: Circuit, probe: int) -> PhysicsError:
    reservoirs = circuit.reservoirs
    return refuse(
        PhysicsError,
        "QN565",
        f"the temperature of '{reservoirs.names[probe]}' fluctuates, and heat beside a "
        "superconductor is not followed in noise",
        reservoirs.spans[probe],
        help="type=voltage or type=dephasing, or `.noise probes=frozen`",
    )


def _bias(
    circuit: Circuit,
    islands: Islands,
    voltage: Floats,
    temperature: Floats,
    is_frozen: bool,
) -> Bias:
    """Potentials of all reservoirs, and of their holes beside a superconductor."""
    reservoirs = circuit.reservoirs
    n = len(reservoirs)
    voltage = np.nan_to_num(voltage)
    mu = circuit.fermi[..., None] - voltage
    temperature = np.nan_to_num(temperature)
    dephasing = np.flatnonzero(reservoirs.kind == ReservoirKind.DEPHASING)
    home = condensate_index(circuit)
    if home is not None:
        condensate = mu[..., home, None]
        mu = np.concatenate([mu, 2 * condensate - mu], -1)
        temperature = np.concatenate([temperature, temperature], -1)
        dephasing = np.concatenate([dephasing, n + dephasing])
    return Bias(islands, mu, temperature, dephasing, is_frozen, circuit.degeneracy)


def _condensed(circuit: Circuit, charge: Floats) -> Floats:
    """Charge noise (*sweep, n, n) from that of electrons and holes, (2n, 2n).

    Every excitation counts twice, as an electron at E and as a hole at -E. What the
    normal terminals draw, the condensate supplies.
    """
    n = len(circuit.reservoirs)
    sign = np.repeat([1.0, -1.0], n)
    signed = charge * sign[:, None] * sign
    folded = signed[..., :n, :n] + signed[..., :n, n:]
    folded = (folded + signed[..., n:, :n] + signed[..., n:, n:]) / 2
    collect = np.diag((~is_superconductor(circuit)).astype(float))
    collect[condensate_index(circuit)] -= np.diag(collect)
    return collect @ folded @ collect.T


def unknown_voltages(circuit: Circuit, solution: Solution) -> Ints:
    """Number of the free voltage that each reservoir follows, (n,); -1: held.

    Reservoirs that voltage sources tie together follow one voltage; what is grounded
    or lost counts as held.

    Raises
    ------
    Apart
        The points of the sweep differ in what is grounded or lost.
    """
    stuck = _stuck_voltages(solution)
    rows, labels = np.unique(
        stuck.reshape(-1, stuck.shape[-1]), axis=0, return_inverse=True
    )
    if len(rows) > 1:
        raise Apart(labels.reshape(stuck.shape[:-1]))
    return _numbered(circuit, rows[0])


def following(
    circuit: Circuit,
    solution: Solution,
    *,
    has_heat: bool,
    held: Ints | tuple[()] = (),
) -> tuple[Ints, Bools]:
    """Unknowns of `respond`, and where each of them stays as it is.

    Parameters
    ----------
    has_heat : bool
        Temperatures of thermal probes come after the voltages.
    held : (k,), optional
        Reservoirs whose voltages are held besides.

    Returns
    -------
    unknown : (m,)
        Number of the free voltage or temperature that each one follows; -1: held.
    is_stuck : (*sweep, m)
        Points at which a voltage is grounded or lost, or a temperature is lost.
    """
    stuck = _stuck_voltages(solution)
    unknown = _numbered(circuit, np.asarray(stuck.all(tuple(range(stuck.ndim - 1)))))
    unknown[list(held)] = -1
    free = unknown >= 0
    unknown[free] = np.unique(unknown[free], return_inverse=True)[1]
    if not has_heat:
        return unknown, stuck
    is_thermal = circuit.reservoirs.kind == ReservoirKind.THERMAL
    start = int(unknown.max(initial=-1)) + 1
    warm = np.where(is_thermal, start + np.cumsum(is_thermal) - 1, -1)
    is_lost = np.isnan(solution.voltage)
    return np.concatenate([unknown, warm]), np.concatenate([stuck, is_lost], -1)


def _stuck_voltages(solution: Solution) -> Bools:
    return solution.grounded | np.isnan(solution.voltage)


def _numbered(circuit: Circuit, stuck: Bools) -> Ints:
    reservoirs = circuit.reservoirs
    pinned = reservoirs.held | stuck
    root = voltage_links(circuit, pinned).root
    is_free = ~pinned[root] & (reservoirs.kind != ReservoirKind.DEPHASING)
    return number_trees(root, is_free)


def _resistors(circuit: Circuit, size: int) -> tuple[Floats | None, Floats | None]:
    """Admittance and Johnson noise of the R cards."""
    resistors = circuit.lumped_of("R")
    if resistors is None or not len(resistors):
        return None, None
    ends, R, T = resistors.ends, resistors.value, resistors.temperature
    R, T = np.broadcast_arrays(R, T)
    return resistor_admittance(ends, R, size), johnson_noise(ends, R, T, size)
