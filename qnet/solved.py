"""A circuit with all that can be asked of it, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import combinations
from typing import Final, Protocol

import numpy as np

from qnet.certificate import Certificate
from qnet.circuit import Circuit, Floats, Ints
from qnet.diagnostics import Diagnostic, Label, Span
from qnet.network.flow import Flows
from qnet.network.matrix import IslandMatrix
from qnet.network.sample import Sample
from qnet.results import Result
from qnet.transport.conductance import Stamp, conductance_stamp, dense_conductance
from qnet.transport.equations import Mark, Solution, solve_circuit
from qnet.transport.reciprocity import asymmetry, sum_rule_defect
from qnet.transport.response import (
    base_held,
    four_terminal_resistance,
    reduced_conductance,
)
from qnet.transport.transmission import transmission_matrix

AUDITED: Final = 8
"""So many terminals enter the audit of four-terminal resistances: 784 of them."""


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
        self._reduced: dict[tuple[int, ...], Floats] = {}

    @cached_property
    def turned(self) -> Solved:
        """The same question at -B, -M."""
        return Solved(self._reverse(), lambda: self.sample)

    @cached_property
    def places(self) -> dict[str, int]:
        """Index of each reservoir, by folded name of its node and of its T or P."""
        reservoirs = self.circuit.reservoirs
        nodes = (self.circuit.nodes[node] for node in reservoirs.nodes)
        found = {name.casefold(): k for k, name in enumerate(nodes)}
        found.update((name.casefold(), k) for k, name in enumerate(reservoirs.names))
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

    @cached_property
    def energy(self) -> Floats:
        """Fermi energy as a list of one, (*sweep, 1)."""
        return self.circuit.fermi[..., None]

    @cached_property
    def matrices(self) -> tuple[IslandMatrix, ...]:
        """S of every shape of island at the Fermi energy."""
        return self.sample.smatrix(self.energy)

    @cached_property
    def flows(self) -> Flows:
        """Probabilities between reservoirs at the Fermi energy."""
        return self.sample.flows(self.energy)

    @cached_property
    def stamp(self) -> Stamp:
        """Linear conductances between all reservoirs."""
        return conductance_stamp(self.flows, self.circuit.degeneracy)

    @cached_property
    def transmission(self) -> Floats:
        """T[a, b] between reservoirs, (*sweep, n, n)."""
        return transmission_matrix(self.flows)[..., 0, :, :]

    @cached_property
    def matrix(self) -> Floats:
        """Conductance matrix of all reservoirs, (*sweep, n, n), in siemens."""
        return dense_conductance(self.stamp)

    @cached_property
    def solution(self) -> Solution:
        """Voltages and currents at the netlist's sources."""
        return solve_circuit(self.circuit, self.stamp)

    @property
    def temperature(self) -> Floats:
        """Temperature of every reservoir, (*sweep, n), K."""
        return self.circuit.reservoirs.temperature

    def conductance(self, a: int, b: int) -> Floats:
        """∂I_a/∂V_b with every reservoir following that is not held, (*sweep,), S."""
        kept = tuple(dict.fromkeys((a, b)))
        if kept not in self._reduced:
            self._reduced[kept] = reduced_conductance(
                self.circuit, self.stamp, np.array(kept, np.intp)
            )
        return self._reduced[kept][..., 0, len(kept) - 1]

    def resistance(self, quadruples: Ints) -> Floats:
        """R_ij,kl for each row (i, j, k, l), (*sweep, rows), Ω."""
        return four_terminal_resistance(self.circuit, self.stamp, quadruples)

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

    @cached_property
    def asymmetry(self) -> Floats:
        """Largest |G(B)_ab - G(-B)_ba| over the largest |G|, (*sweep,)."""
        return asymmetry(self.stamp, self.turned.stamp)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Points without an answer, and why."""
        return self.solution.marks

    @cached_property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What was decided for the user while solving."""
        grounded = self.solution.grounded
        reservoirs = self.circuit.reservoirs
        return tuple(
            _grounded(reservoirs.names[k], reservoirs.spans[k])
            for k in np.flatnonzero(
                grounded.reshape(-1, len(reservoirs)).any(0)
            ).tolist()
        )

    def channel_names(
        self, matrix: IslandMatrix, island: int
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the outgoing and incoming channels of one island."""
        return self.sample.scattering_labels(matrix, island)

    def certificates(self) -> list[Certificate]:
        """Defects of everything that was computed, without the audits."""
        flows, solution = self.flows, self.solution
        n, channels = len(self.circuit.reservoirs), flows.channels
        return [
            Certificate("composed unitarity", flows.defect.max(-1), channels),
            Certificate("loop condition", flows.condition.max(-1)),
            Certificate("sum rules", sum_rule_defect(self.stamp), n),
            Certificate("backward error", solution.backward_error, n),
            Certificate("current conservation", solution.conservation, n),
        ]


def _grounded(name: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "QN540",
        f"'{name}' is set to 0 V",
        Label(span, "the reference of its group") if span is not None else None,
        why="nothing in its group of reservoirs refers to node 0 or a fixed voltage, "
        "and only differences of voltage have a meaning",
        help=f"write V=0 on '{name}', or hold another terminal, to choose yourself",
        severity="note",
    )
