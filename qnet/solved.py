"""A circuit with all that can be asked of it, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints, scatters_alike
from qnet.diagnostics import Diagnostic
from qnet.network.channels import has_holes
from qnet.network.compose import CellMatrix
from qnet.network.condensate import condensate_index
from qnet.network.flow import Flows
from qnet.network.loops import find_endless, find_loop
from qnet.network.matrix import IslandMatrix
from qnet.network.matrix import Mark as Composition
from qnet.network.sample import Sample
from qnet.network.superconductors import condensate_nodes
from qnet.registry import ReservoirKind
from qnet.remarks import (
    cold_differences,
    grounded,
    of_composition,
    of_endless,
    of_idle_terminals,
    of_scatterers,
)
from qnet.results import Result
from qnet.transport.conductance import Stamp, dense_conductance
from qnet.transport.equations import Mark, Solution
from qnet.transport.linear import balance, given_warming, solve_linear
from qnet.transport.onsager import Onsager, joined, onsager_stamps
from qnet.transport.reciprocity import (
    asymmetry,
    relative_asymmetry,
)
from qnet.transport.response import (
    base_held,
    four_terminal_resistance,
    outer_conductance,
    reduced_conductance,
)
from qnet.transport.thermoelectric import (
    Thermoelectric,
    onsager_matrix,
    thermoelectric,
)
from qnet.transport.transmission import transmission_matrix

if TYPE_CHECKING:
    from qnet.fluctuating import Fluctuations
    from qnet.transport.bias import BiasSolution

AUDITED: Final = 8
"""So many terminals enter the audit of four-terminal resistances: 784 of them."""

NO_CURRENT: Final = 1e-12
"""Share of the largest current below which one is rounding."""


class Question(Protocol):
    """An analysis: a card's keys, and how to answer it for one piece of a sweep."""

    def run(self, solved: Solved) -> Result:
        """Answer; values lead with the piece's sweep axes, which `axes` leaves out."""


class Solved:
    """Lazy answers about one compiled circuit, at every point of its sweep.

    Parameters
    ----------
    sample : Sample
        The compiled circuit.
    reverse : callable
        Makes the sample with field, magnetization and all odd keys turned round.
    """

    def __init__(self, sample: Sample, reverse: Callable[[], Sample]) -> None:
        self.sample = sample
        self.circuit: Circuit = sample.circuit
        self._reverse = reverse
        self._onsager: dict[tuple[int, ...], Onsager] = {}
        self._stamps: dict[tuple[int, ...], Stamp] = {}
        self._thermo: dict[tuple[int, int], Thermoelectric] = {}

    @cached_property
    def turned(self) -> Solved:
        """The same question at -B, -M; this one where nothing depends on them."""
        sample = self._reverse()
        if scatters_alike(self.circuit, sample.circuit):
            return self
        return Solved(sample, lambda: self.sample)

    # --- names

    @cached_property
    def places(self) -> dict[str, int]:
        """Index of each reservoir, by folded name of its node and of its T or P."""
        reservoirs = self.circuit.reservoirs
        nodes = [self.circuit.nodes[node] for node in reservoirs.nodes.tolist()]
        found: dict[str, int] = {}
        for names in (nodes, reservoirs.names):
            # Names have no line ends: all of them are folded at once.
            folded = "\n".join(names).casefold().split("\n")
            found.update(zip(folded, range(len(names)), strict=False))
        if "0" in found:
            found.setdefault("gnd", found["0"])
        return found

    def find(self, name: str) -> int:
        """Index of a reservoir, by its name or its node's."""
        return self.places[name.casefold()]

    def locate(self, name: str) -> int | tuple[str, int]:
        """Index of a reservoir, or letter and number of a lumped element."""
        folded = name.casefold()
        if folded in self.places:
            return self.places[folded]
        for part in self.circuit.lumped:
            for number, known in enumerate(part.names):
                if known.casefold() == folded:
                    return part.kind, number
        raise KeyError(name)

    # --- scattering at the Fermi energy

    @cached_property
    def energy(self) -> Floats:
        """Fermi energy as a list of one, (*sweep, 1)."""
        return self.circuit.fermi[..., None]

    @cached_property
    def cells(self) -> tuple[CellMatrix, ...]:
        """Matrices of all scatterers at the Fermi energy."""
        return self.sample.cell_matrices(self.energy)

    @cached_property
    def matrices(self) -> tuple[IslandMatrix, ...]:
        """S of every shape of island at the Fermi energy."""
        return self.sample.smatrix(self.energy)

    @cached_property
    def flows(self) -> Flows:
        """Probabilities between reservoirs at the Fermi energy."""
        return self.sample.flows(self.energy, cells=self.cells, with_witness=False)

    @cached_property
    def transmission(self) -> Floats:
        """T[a, b] between reservoirs at the Fermi energy, (*sweep, n, n)."""
        return transmission_matrix(self.flows)[..., 0, :, :]

    # --- linear response

    def onsager(self, as_voltage: Iterable[int] = ()) -> Onsager:
        """Response of charge and heat, some probes acting as voltage probes."""
        named = self._inelastic(as_voltage)
        if named not in self._onsager:
            chosen = np.array(named, np.intp) if named else None
            found = onsager_stamps(self.circuit, self._flows_at, chosen)
            self._onsager[named] = joined(found, self.condensate_nodes)
        return self._onsager[named]

    @cached_property
    def condensate_nodes(self) -> Ints:
        """Reservoir (n,) that stands for each: superconductors of an island are one."""
        return condensate_nodes(self.circuit, self.sample.shapes)

    def _flows_at(self, energy: Floats, voltage: Floats | None = None) -> Flows:
        """Probabilities at some energies; those at the Fermi energy are at hand."""
        if voltage is None and np.array_equal(energy, self.energy):
            return self.flows
        return self.sample.flows(energy, voltage)

    def response(self, as_voltage: Iterable[int] = ()) -> Stamp:
        """Linear conductances, temperatures of thermal probes following."""
        named = self._inelastic(as_voltage)
        if named not in self._stamps:
            onsager = self.onsager(named)
            warming = given_warming(self.circuit, onsager)
            self._stamps[named] = balance(onsager, warming)[0]
        return self._stamps[named]

    def _inelastic(self, reservoirs: Iterable[int]) -> tuple[int, ...]:
        """Those of some reservoirs that are dephasing or thermal probes."""
        if not self._probes:
            return ()
        return tuple(sorted(self._probes.intersection(reservoirs)))

    @cached_property
    def _probes(self) -> frozenset[int]:
        """All dephasing and thermal probes."""
        kind = self.circuit.reservoirs.kind
        special = (kind == ReservoirKind.DEPHASING) | (kind == ReservoirKind.THERMAL)
        return frozenset(np.flatnonzero(special).tolist())

    @property
    def stamp(self) -> Stamp:
        """Linear conductances between all reservoirs."""
        return self.response()

    @property
    def full_stamp(self) -> Stamp:
        """Linear conductances when all probes act as voltage probes."""
        return self.response(range(len(self.circuit.reservoirs)))

    @cached_property
    def matrix(self) -> Floats:
        """Conductance matrix of all reservoirs, (*sweep, n, n), in siemens."""
        return dense_conductance(self.full_stamp)

    def conductance(self, a: int, b: int) -> Floats:
        """∂I_a/∂V_b with every reservoir following that is not held, (*sweep,), S."""
        return self._between(self.response((a, b)), a, b)

    def resistance(self, quadruples: Ints) -> Floats:
        """R_ij,kl for each row (i, j, k, l), (*sweep, rows), Ω.

        Dephasing and thermal probes among the four act as voltage probes;
        superconductors that a scatterer joins are one node.
        """
        quadruples = self.condensate_nodes[quadruples]
        named = [self._inelastic(row) for row in quadruples.tolist()]
        parts: dict[int, Floats] = {}
        for group in dict.fromkeys(named):
            rows = [k for k, one in enumerate(named) if one == group]
            stamp = self.response(group)
            R = four_terminal_resistance(self.circuit, stamp, quadruples[rows])
            parts.update(zip(rows, np.moveaxis(R, -1, 0), strict=True))
        columns = [parts[k] for k in range(len(named))]
        return np.stack(np.broadcast_arrays(*columns), -1)

    def _between(self, stamp: Stamp, a: int, b: int) -> Floats:
        kept = np.array(list(dict.fromkeys((a, b))), np.intp)
        return reduced_conductance(self.circuit, stamp, kept)[..., 0, len(kept) - 1]

    # --- at the netlist's own sources

    @cached_property
    def biased(self) -> BiasSolution:
        """Working point at the netlist's own voltages, energy by energy."""
        from qnet.transport.bias import solve_bias

        return solve_bias(self.circuit, self.sample.flows)

    @property
    def is_full(self) -> bool:
        """Whether answers are beyond linear response."""
        return self.circuit.response == "full"

    @cached_property
    def solution(self) -> Solution:
        """Voltages, temperatures, currents and heat at the netlist's sources."""
        if self.is_full:
            return self.biased.solution
        return solve_linear(self.circuit, self.onsager())

    @property
    def temperature(self) -> Floats:
        """Temperature of every reservoir, (*sweep, n), K."""
        return self.solution.temperature

    def differential(self, a: int, b: int) -> Floats:
        """∂I_a/∂V_b at the working point, (*sweep,), in siemens."""
        if not self.is_full:
            return self.conductance(a, b)
        return self._between(self.biased.differential, a, b)

    def thermoelectric(self, a: int, b: int) -> Thermoelectric:
        """Thermopower and its kin between two reservoirs."""
        if (a, b) not in self._thermo:
            onsager = self.onsager((a, b))
            self._thermo[a, b] = thermoelectric(self.circuit, onsager, a, b)
        return self._thermo[a, b]

    # --- fluctuations

    @cached_property
    def fluctuations(self) -> Fluctuations:
        """Noise and counting statistics at the netlist's sources."""
        from qnet.fluctuating import Fluctuations

        return Fluctuations(self)

    @property
    def asked_fluctuations(self) -> Fluctuations | None:
        """What was asked of `fluctuations` so far; None if nothing was."""
        return vars(self).get("fluctuations")

    def carries(self, reservoirs: Ints) -> Bools:
        """Where a current is more than rounding, (*sweep, reservoirs)."""
        current = abs(self.solution.current)
        return current[..., reservoirs] > NO_CURRENT * current.max(-1, keepdims=True)

    @property
    def has_holes(self) -> bool:
        """Whether electrons are reflected as holes somewhere."""
        return self.is_superconducting or has_holes(self.circuit)

    @property
    def is_superconducting(self) -> bool:
        """Whether electrons turn into holes somewhere."""
        return condensate_index(self.circuit) is not None

    # --- who is who

    @cached_property
    def contacts(self) -> Ints:
        """Reservoirs that an experiment holds, or all terminals if it holds one."""
        reservoirs = self.circuit.reservoirs
        held = base_held(self.circuit, self.stamp.size)[: len(reservoirs)]
        chosen = np.flatnonzero(held)
        return chosen if len(chosen) > 1 else np.flatnonzero(reservoirs.is_terminal)

    @cached_property
    def contact_matrix(self) -> Floats:
        """Conductances between the contacts, everything else following, in siemens."""
        return reduced_conductance(self.circuit, self.stamp, self.contacts)

    def configurations(self, most: int = AUDITED) -> Ints:
        """All (i, j, k, l) with i before j and k before l among the first terminals."""
        reservoirs = self.circuit.reservoirs
        order = np.argsort(~reservoirs.is_terminal, kind="stable")
        chosen = np.sort(order[:most])
        pairs = np.array(list(combinations(chosen, 2)), np.intp).reshape(-1, 2)
        m = len(pairs)
        return np.hstack([np.repeat(pairs, m, 0), np.tile(pairs, (m, 1))])

    def channel_names(
        self, matrix: IslandMatrix, island: int
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the outgoing and incoming channels of one island."""
        return self.sample.scattering_labels(matrix, island)

    # --- trust

    @cached_property
    def asymmetry(self) -> Floats:
        """Largest |G(B)_ab - G(-B)_ba| over the largest |G|, (*sweep,).

        Between all reservoirs, as voltage probes; and between the contacts once every
        probe has followed in its own way.
        """
        turned = self.turned
        every = asymmetry(self.full_stamp, turned.full_stamp)
        if self._has_contacts_alone:
            return every
        theirs = ours = outer_conductance(self.circuit, self.stamp, self.contacts)
        if turned is not self:
            theirs = outer_conductance(turned.circuit, turned.stamp, self.contacts)
        return np.maximum(every, relative_asymmetry(ours, theirs))

    @property
    def _has_contacts_alone(self) -> bool:
        """Whether every vertex is a contact: nothing follows, nothing is added."""
        return (
            len(self.contacts) == self.stamp.size
            and self.stamp is self.full_stamp
            and self.circuit.lumped_of("R") is None
        )

    @cached_property
    def thermal_asymmetry(self) -> Floats:
        """The same of the matrix of charge and heat, blocks exchanged, (*sweep,)."""
        every = range(len(self.circuit.reservoirs))
        ours = onsager_matrix(self.onsager(every))
        return relative_asymmetry(ours, onsager_matrix(self.turned.onsager(every)))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Points without an answer, and why."""
        return self.solution.marks

    @cached_property
    def remarks(self) -> tuple[Mark, ...]:
        """Points whose answer stands, but deserves a word: decoupled states."""
        marked = self.flows.marked
        return tuple(
            Mark((marked == mark).any(-1), self._remark(mark))
            for mark in Composition
            if mark and (marked == mark).any()
        )

    def _remark(self, mark: Composition) -> Diagnostic:
        """Put a mark of the flows into words, with whose it is at the first point."""
        place = tuple(np.argwhere(self.flows.marked == mark)[0].tolist())
        known = self.sample.topology
        if mark is Composition.NOT_FINITE:
            return of_endless(
                find_endless(self.circuit, known.cells, self.cells, place)
            )
        loop = find_loop(self.circuit, known, self.cells, place, mark)
        return of_composition(mark, loop)

    @cached_property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What was decided for the user while solving."""
        reservoirs = self.circuit.reservoirs
        set_to_zero = self.solution.grounded
        alone = set_to_zero.any(axis=tuple(range(set_to_zero.ndim - 1)))
        found = [
            grounded(reservoirs.names[k], reservoirs.spans[k])
            for k in np.flatnonzero(alone).tolist()
        ]
        voltage = self.solution.voltage if self.is_full else None
        known = self.sample.topology
        found += of_idle_terminals(self.circuit)
        found += of_scatterers(self.circuit, voltage, known.interfering, known.joined)
        if not self.is_full:
            found += cold_differences(self.circuit)
        return tuple(found)
