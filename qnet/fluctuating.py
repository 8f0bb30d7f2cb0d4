"""Noise and counting statistics of one compiled circuit, each computed once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from qnet.circuit import Circuit, Floats, Ints
from qnet.network.condensate import condensate_index
from qnet.network.flow import Flows
from qnet.network.sample import Sample
from qnet.registry import ReservoirKind
from qnet.transport.bias import BiasSolution
from qnet.transport.circuit_action import Conductor
from qnet.transport.conductance import Stamp
from qnet.transport.correlations import (
    Correlations,
    Islands,
    Response,
    circuit_noise,
    full_response,
    linear_response,
)
from qnet.transport.counted import circuit_conductor
from qnet.transport.counting import Cumulants, Distribution, cumulants, distribution
from qnet.transport.equations import Solution
from qnet.transport.equilibrium import equilibrium_defect
from qnet.transport.instruments import reading, resistor_noise
from qnet.transport.kirchhoff import DENSE_LIMIT
from qnet.transport.network_noise import Network, network_noise
from qnet.transport.noise import equilibrium_noise
from qnet.transport.onsager import Onsager

FEW: Final = 16
"""Contacts up to which a large circuit is asked for all their currents at once."""


class WorkingPoint(Protocol):
    """A circuit whose voltages and temperatures are known."""

    @property
    def sample(self) -> Sample:
        """The compiled circuit."""

    @property
    def circuit(self) -> Circuit:
        """The sample's circuit."""

    @property
    def flows(self) -> Flows:
        """Probabilities at the Fermi energy."""

    @property
    def solution(self) -> Solution:
        """At the netlist's sources, in the response that it chose."""

    @property
    def biased(self) -> BiasSolution:
        """At the netlist's sources, energy by energy."""

    @property
    def stamp(self) -> Stamp:
        """Linear conductances, probes following in their own way."""

    @property
    def is_full(self) -> bool:
        """Whether answers are beyond linear response."""

    @property
    def contacts(self) -> Ints:
        """Reservoirs that an experiment holds."""

    @property
    def contact_matrix(self) -> Floats:
        """Conductances between the contacts, everything else following, in siemens."""

    def onsager(self) -> Onsager:
        """Linear response of charge and heat."""


class Fluctuations:
    """Lazy answers about fluctuations, at every point of a sweep.

    Small circuits have the correlations of all reservoirs at once; large ones those
    that somebody asks for.

    Parameters
    ----------
    at : WorkingPoint
    """

    def __init__(self, at: WorkingPoint) -> None:
        self.at = at
        self.has_counted = False
        self._dense: dict[bool, Correlations] = {}
        self._read: dict[tuple[bool, bytes, bytes], tuple[Floats, Floats]] = {}
        self._excess: Floats = np.zeros(at.circuit.shape)
        self._defect: Floats | None = None

    @property
    def has_noise(self) -> bool:
        """Whether noise with answering probes was asked so far."""
        return False in self._dense or any(not key[0] for key in self._read)

    @property
    def is_large(self) -> bool:
        """Whether pairs of all reservoirs are too many to be followed."""
        at = self.at
        thermal = at.circuit.reservoirs.kind == ReservoirKind.THERMAL
        is_steady = at.is_full is False and not len(at.onsager().charge_heat.rows)
        return (
            at.flows.size > DENSE_LIMIT
            and condensate_index(at.circuit) is None
            and (is_steady or not thermal.any() or not self._varies)
        )

    @property
    def _varies(self) -> bool:
        """Whether scattering depends on energy."""
        energy = self.at.circuit.fermi[..., None]
        twice = np.concatenate([energy, energy], -1)
        return self.at.sample.flows(twice, self._lift).values.shape[-2] > 1

    # --- noise

    def current(self, reservoirs: Ints, *, is_frozen: bool = False) -> Floats:
        """Correlations of the currents from some reservoirs, (*sweep, k, k), A²/Hz."""
        if self.is_large:
            return self._large_current(reservoirs, is_frozen)
        found = self.correlations(is_frozen=is_frozen).current
        return found[..., reservoirs[:, None], reservoirs]

    def _large_current(self, reservoirs: Ints, is_frozen: bool) -> Floats:
        """The same from the currents that are read in any case for the audits."""
        own, watched = np.unique(reservoirs), self.watched
        if len(watched) <= FEW and np.isin(own, watched).all():
            own = watched
        found = self._reading(own, own[:0], is_frozen)
        at = np.searchsorted(own, reservoirs)
        return found[..., at[:, None], at]

    def voltage(self, reservoirs: Ints, *, is_frozen: bool = False) -> Floats:
        """Noise of the voltages of some reservoirs, (*sweep, k), V²/Hz."""
        if self.is_large:
            found = self._reading(reservoirs[:0], reservoirs, is_frozen)
            return np.diagonal(found, axis1=-2, axis2=-1)
        whole = np.diagonal(
            self.correlations(is_frozen=is_frozen).voltage, axis1=-2, axis2=-1
        )
        return whole[..., reservoirs]

    @property
    def excess(self) -> Floats:
        """Worst error over tolerance (*sweep,) of the energy integrals so far."""
        found = self._excess
        for one in self._dense.values():
            found = np.maximum(found, one.excess)
        return found

    def correlations(self, *, is_frozen: bool = False) -> Correlations:
        """Correlations between all reservoirs."""
        at = self.at
        if is_frozen not in self._dense:
            self._dense[is_frozen] = circuit_noise(
                at.circuit,
                self.islands(at.solution.voltage) if at.is_full else self._at_rest,
                at.solution,
                self._response(),
                is_frozen=is_frozen,
            )
        return self._dense[is_frozen]

    def _response(self) -> Response:
        """How charge and heat follow voltages and temperatures where it stands."""
        at = self.at
        if at.is_full:
            return full_response(at.circuit, at.biased)
        return linear_response(at.circuit, at.onsager())

    def _reading(self, currents: Ints, voltages: Ints, is_frozen: bool) -> Floats:
        """What instruments read, (*sweep, j + k, j + k)."""
        key = (is_frozen, currents.tobytes(), voltages.tobytes())
        if key not in self._read:
            at = self.at
            response = at.biased.differential if at.is_full else at.stamp
            found, excess = self._network_noise(
                at.solution, response, currents, voltages, is_frozen, self._lift
            )
            self._excess = np.maximum(self._excess, excess)
            self._read[key] = found, excess
        return self._read[key][0]

    @property
    def _lift(self) -> Floats | None:
        """Voltages that move levels along their lever arms, where some do."""
        at = self.at
        if not at.is_full or all(group.lever is None for group in at.circuit.groups):
            return None
        return np.nan_to_num(at.solution.voltage)

    def _network_noise(
        self,
        solution: Solution,
        response: Stamp,
        currents: Ints,
        voltages: Ints,
        is_frozen: bool,
        lift: Floats | None,
    ) -> tuple[Floats, Floats]:
        """Noise of a large circuit by the answers of its instruments."""
        sample, circuit = self.at.sample, self.at.circuit
        network = Network(
            lambda energy: sample.flows(energy, lift),
            lambda energy: sample.branches(energy, lift),
        )
        told = reading(
            circuit, response, solution, currents, voltages, is_frozen=is_frozen
        )
        found, excess = network_noise(
            circuit, network, solution, told.island, is_frozen=is_frozen
        )
        return found + resistor_noise(circuit, told.resistor), excess

    # --- audits

    @property
    def watched(self) -> Ints:
        """Reservoirs whose current can fluctuate: held ones, and those of lumped cards.

        What floats alone takes up no current: its row of the noise is zero.
        """
        circuit = self.at.circuit
        if not self.is_large:
            return np.arange(len(circuit.reservoirs))
        lead = tuple(range(self.at.solution.grounded.ndim - 1))
        draws = circuit.reservoirs.held | self.at.solution.grounded.any(lead)
        for part in circuit.lumped:
            draws = draws | np.isin(np.arange(len(draws)), part.ends)
        return np.flatnonzero(draws)

    @property
    def equilibrium_defect(self) -> Floats:
        """|S - 2 k_BT (G + Gᵀ)| without bias, over the largest element, (*sweep,)."""
        if self._defect is None:
            large = self._large_defect if self.is_large else self._dense_defect
            self._defect = large()
        return self._defect

    def _dense_defect(self) -> Floats:
        at = self.at
        return equilibrium_defect(
            at.circuit,
            self.islands(None),
            at.solution,
            linear_response(at.circuit, at.onsager()),
            at.contacts,
            at.contact_matrix,
        )

    def _large_defect(self) -> Floats:
        """The same between the contacts, all else following."""
        at, circuit = self.at, self.at.circuit
        T = np.broadcast_to(circuit.temperature, circuit.shape)
        if not T.any() or circuit.lumped_of("R") is not None:
            return np.zeros(circuit.shape)
        warm = np.where(T > 0, T, T.max())
        voltage = np.where(np.isnan(at.solution.voltage), np.nan, 0.0)
        held = np.zeros(voltage.shape, bool)
        held[..., at.contacts] = True
        still = replace(
            at.solution,
            voltage=voltage,
            temperature=np.broadcast_to(warm[..., None], voltage.shape),
            grounded=at.solution.grounded | held,
        )
        none = at.contacts[:0]
        found, _ = self._network_noise(still, at.stamp, at.contacts, none, False, None)
        expected = equilibrium_noise(at.contact_matrix, warm)
        scale = abs(expected).max((-1, -2), initial=1e-300)
        defect = abs(found - expected).max((-1, -2), initial=0.0) / scale
        return np.where(T > 0, defect, 0.0)

    # --- counting

    def counting(self, reservoir: int, order: int) -> Cumulants:
        """Cumulants of the electrons that a reservoir receives, beyond linear response.

        Raises
        ------
        PhysicsError
            QN560, QN562 to QN564: what cannot be counted.
        """
        return cumulants(*self._counted(reservoir), order)

    def distribution(self, reservoir: int, time: float) -> Distribution:
        """Probabilities of the numbers of electrons received in some time, s.

        Raises
        ------
        PhysicsError
            QN561 to QN564: what has no distribution.
        """
        return distribution(*self._counted(reservoir), time)

    def _counted(self, reservoir: int) -> tuple[Conductor, Floats]:
        """What is counted, and the weights (n,) of the count: 1 at one reservoir."""
        self.has_counted = True
        circuit, found = self.at.circuit, self.at.biased.solution
        islands = self.islands(found.voltage)
        one = np.zeros(len(circuit.reservoirs))
        one[reservoir] = 1.0
        return circuit_conductor(circuit, islands, found, reservoir), one

    @property
    def _at_rest(self) -> Islands:
        """Scattering matrices by energy in linear response: no voltage moves levels.

        A condensate has its gap at its own potential all the same, as occupations do.
        """
        at = self.at
        if condensate_index(at.circuit) is None:
            return self.islands(None)
        groups = tuple(replace(group, lever=None) for group in at.circuit.groups)
        sample = replace(at.sample, circuit=replace(at.circuit, groups=groups))
        voltage = np.nan_to_num(at.solution.voltage)
        return lambda energy: sample.nambu(energy, voltage)

    def islands(self, voltage: Floats | None) -> Islands:
        """Scattering matrices by energy, levels where the voltages put them."""
        sample, circuit = self.at.sample, self.at.circuit
        lift = None if voltage is None else np.nan_to_num(voltage)
        if condensate_index(circuit) is not None:
            return lambda energy: sample.nambu(energy, lift)
        if not any(group.lever is not None for group in circuit.groups):
            lift = None
        return lambda energy: sample.smatrix(energy, lift)
