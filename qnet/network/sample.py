"""The compiled circuit: scattering matrices and probabilities at any energy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qnet.circuit import Circuit, Floats, Group
from qnet.diagnostics import Diagnostic, Label, PhysicsError, PluginError, refuse
from qnet.network.branches import Branch, branches
from qnet.network.channels import Cell, has_holes
from qnet.network.compose import CellMatrix
from qnet.network.condensate import (
    Condensates,
    NambuMatrix,
    condensate_index,
    condensate_potential,
    condensates,
    nambu_matrices,
)
from qnet.network.contacts import with_contacts
from qnet.network.excitations import excitations
from qnet.network.flow import Flows, flows_of
from qnet.network.islands import Shape
from qnet.network.matrix import IslandMatrix, island_matrix
from qnet.network.nambu import separate_matrices, with_condensate
from qnet.network.retrace import Discrepancy, discrepancy
from qnet.network.superconductors import with_common_voltage
from qnet.network.topology import Topology, topology_of
from qnet.network.wiring import WAVES
from qnet.smatrix import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A compiled circuit: ask it for amplitudes or probabilities.

    Attributes
    ----------
    circuit : Circuit
    topology : Topology
        Ports, cells, islands and plans.
    """

    circuit: Circuit
    topology: Topology

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Kinds of coherent islands."""
        return self.topology.shapes

    @property
    def island_count(self) -> int:
        """Number of coherent islands; channels that do not mix count apart."""
        return sum(shape.islands for shape in self.shapes)

    @property
    def numbers(self) -> int:
        """How many numbers scattering takes at one point: amplitudes, S, and G."""
        amplitudes = sum(s.islands * len(s.row) for s in self.shapes)
        channels = sum(s.islands * s.leaving * s.entering for s in self.shapes)
        return amplitudes + channels + len(self.circuit.reservoirs) ** 2

    def smatrix(
        self, energy: Floats, voltage: Floats | None = None
    ) -> tuple[IslandMatrix, ...]:
        """Scattering matrices of all coherent islands, one object per shape of island.

        Parameters
        ----------
        energy : (*sweep, E)
            In eV; all sweep axes, of length 1 or full.
        voltage : (*sweep, n), optional
            Reservoir voltages in V. Given, each element with lever arms ``ref=``
            is evaluated at E + e Σ w V.

        Returns
        -------
        tuple of IslandMatrix
            Sweep and energy axes on which S does not depend stay of length 1.

        Raises
        ------
        LimitError
            QN814 where the matrices would not fit into memory.
        PhysicsError
            QN527 where a scatterer is known by its probabilities alone.
        """
        for group in self.circuit.groups:
            if getattr(group.model, "incoherent", False):
                raise _without_amplitudes(group)
        cells = self.cell_matrices(energy, voltage)
        return tuple(
            island_matrix(composer, cells) for composer in self.topology.composers
        )

    def flows(
        self,
        energy: Floats,
        voltage: Floats | None = None,
        cells: tuple[CellMatrix, ...] | None = None,
        *,
        with_witness: bool = True,
    ) -> Flows:
        """Probabilities between reservoirs, for currents.

        Parameters
        ----------
        energy, voltage
            As in `smatrix`.
        cells : tuple of CellMatrix, optional
            `cell_matrices` there, if they are at hand.
        with_witness : bool
            False where nothing will be integrated over these energies.

        Returns
        -------
        Flows
            Large islands without interference come as a network of inner vertices.
        """
        if cells is None:
            cells = self.cell_matrices(energy, voltage)
        topology = self.topology
        condensed = self.condensates(energy, voltage)
        flows = flows_of(
            topology.pattern,
            topology.composers,
            cells,
            condensed,
            with_witness=with_witness,
        )
        if condensed is None:
            return flows
        return replace(
            flows,
            excitations=lambda: excitations(
                self.nambu(energy, voltage), condensed.is_super, condensed.home
            ),
        )

    def discrepancy(
        self, cells: tuple[CellMatrix, ...], flows: Flows
    ) -> Discrepancy | None:
        """How far probabilities are from those that the scatterers give once more.

        `cells` and `flows` are those at the Fermi energy and no voltage. None where
        `unmatched` says why.
        """
        wiring = self.topology.wiring
        if wiring is None:
            return None
        condensed = self.condensates(self.circuit.fermi[..., None])
        return discrepancy(wiring, cells, flows, condensed)

    @property
    def unmatched(self) -> str:
        """Why `discrepancy` has nothing to say, if it has not."""
        if self.topology.wiring is not None:
            return "waves are all but decoupled"
        if not self.circuit.groups:
            return "nothing scatters"
        if all(self.topology.pattern.networks):
            return "probabilities without interference, solved as a network"
        return f"every island is too large, more than {WAVES} waves"

    def branches(
        self, energy: Floats, voltage: Floats | None = None
    ) -> tuple[Branch, ...]:
        """Independent sources of fluctuations, between the vertices of `flows`.

        Parameters
        ----------
        energy, voltage
            As in `smatrix`; nothing may be superconducting.
        """
        cells = self.cell_matrices(energy, voltage)
        return branches(self.topology.pattern, self.topology.composers, cells)

    def nambu(
        self, energy: Floats, voltage: Floats | None = None
    ) -> tuple[NambuMatrix, ...]:
        """Scattering of electrons and holes, for the noise of superconducting contacts.

        Parameters
        ----------
        energy, voltage
            As in `smatrix`; only where something is superconducting.
        """
        condensed = self.condensates(energy, voltage)
        if condensed is None:
            raise ValueError("nothing is superconducting")
        composers = self.topology.composers
        cells = self.cell_matrices(energy, voltage)
        matrices = tuple(island_matrix(one, cells) for one in composers)
        if has_holes(self.circuit):
            return tuple(
                one
                for composer, matrix in zip(composers, matrices, strict=True)
                for one in separate_matrices(condensed, composer.shape, matrix)
            )
        return nambu_matrices(
            condensed,
            matrices,
            tuple(island_matrix(one, condensed.mirrored) for one in composers),
        )

    def condensates(
        self, energy: Floats, voltage: Floats | None = None
    ) -> Condensates | None:
        """Superconductors at some energies, with all scatterers at the holes'."""
        home = condensate_index(self.circuit)
        if home is None:
            return None
        potential = condensate_potential(self.circuit, voltage)
        mirrored = (
            ()
            if has_holes(self.circuit)
            else self.cell_matrices(2 * potential - energy, voltage)
        )
        return condensates(self.circuit, home, energy, potential, mirrored)

    def cell_matrices(
        self, energy: Floats, voltage: Floats | None = None
    ) -> tuple[CellMatrix, ...]:
        """Ask each model once for the matrices of all its scatterers.

        Raises
        ------
        PluginError
            QN904 where a model returns a matrix of the wrong shape.
        """
        circuit, at = self.circuit, np.asarray(energy, float)
        if not has_holes(circuit):
            return tuple(
                _evaluate(circuit, cell, at, voltage) for cell in self.topology.cells
            )
        potential = condensate_potential(circuit, voltage)
        return tuple(
            _in_pairs(
                _evaluate(circuit, cell, at, voltage),
                _evaluate(circuit, cell, 2 * potential - at, voltage),
            )
            if cell.has_holes
            else _evaluate(circuit, cell, at - potential, voltage)
            for cell in self.topology.cells
        )

    def scattering_labels(
        self, matrix: IslandMatrix, island: int = 0
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the outgoing and incoming channels of an island.

        Returns
        -------
        out, in : tuple of str
            ``T1:B1.left.0``: reservoir, port and channel from 0.
        """
        names = self.circuit.reservoirs.names
        # The topology may be that of an equal circuit, whose names are its own.
        ports = replace(self.topology.ports, circuit=self.circuit)
        out, into = (
            tuple(
                f"{names[node]}:{ports.name(port)}.{channel}"
                for node, (port, channel) in zip(
                    nodes[island].tolist(), channels[island].tolist(), strict=True
                )
            )
            for nodes, channels in (
                (matrix.outgoing, matrix.out_channels),
                (matrix.incoming, matrix.in_channels),
            )
        )
        return out, into


def compile_circuit(
    circuit: Circuit, like: Sample | None = None, *, points: int = 1
) -> Sample:
    """Pair ports, count channels, find islands and plan their elimination.

    Parameters
    ----------
    circuit : Circuit
    like : Sample, optional
        A sample whose circuit has an equal ``structure``: its topology and plans
        are used again.
    points : int
        How many points the whole run will ask for, as far as is known: long runs take
        the compiled loop, and the choice must not depend on how they are cut.

    Raises
    ------
    NetlistError
        QN401 to QN412, every fault of the stage that found some.
    """
    circuit = with_condensate(with_contacts(circuit))
    if (
        like is not None
        and circuit.structure is not None
        and like.circuit.structure == circuit.structure
    ):
        return Sample(with_common_voltage(circuit, like.shapes), like.topology)
    topology = topology_of(circuit, points)
    return Sample(with_common_voltage(circuit, topology.shapes), topology)


def _without_amplitudes(group: Group) -> PhysicsError:
    span = group.spans[0]
    return PhysicsError(
        (
            Diagnostic(
                "QN527",
                f"'{group.names[0]}' has probabilities and no amplitudes",
                Label(span) if span is not None else None,
                why="noise, counting statistics, delay and S itself take phases",
                help="give amplitudes, kind=amplitude; currents and heat need none",
            ),
        )
    )


def _in_pairs(electrons: CellMatrix, holes: CellMatrix) -> CellMatrix:
    """Matrices of a cell with those of its holes behind them."""
    full: list[Complex] = [
        cell.values.reshape(len(cell.values), *cell.axes, -1)
        for cell in (electrons, holes)
    ]
    alike = np.broadcast_arrays(full[0], full[1].conj())
    values = np.concatenate(alike, axis=-1)
    flat = values.reshape(len(values), -1, values.shape[-1])
    return CellMatrix(flat, values.shape[1:-1])


def _evaluate(
    circuit: Circuit, cell: Cell, energy: Floats, voltage: Floats | None
) -> CellMatrix:
    group = circuit.groups[cell.group]
    model = cell.model(circuit)
    at = energy[None] + _lift(group, cell, voltage)
    try:
        S = np.asarray(model.smatrix(at), complex)
    except PhysicsError as error:
        raise _naming(error, group, cell) from error
    inner = tuple(n // cell.copies for n in (cell.outgoing, cell.incoming))
    count = len(cell.instances)
    if S.ndim != at.ndim + 2 or S.shape[-2:] != inner or len(S) not in {1, count}:
        raise refuse(
            PluginError,
            "QN904",
            f"model '{type(model).__name__}' of '{group.names[0]}' gives a matrix of "
            f"shape {S.shape} where {(count, *at.shape[1:], *inner)} is expected",
        )
    axes = S.shape[1:-2]
    return CellMatrix(S.reshape(len(S), int(np.prod(axes)), inner[0] * inner[1]), axes)


def _naming(error: PhysicsError, group: Group, cell: Cell) -> PhysicsError:
    """Put into words, and into the text, whose matrix it is."""
    first = int(cell.instances[0])
    name, span = group.names[first], group.spans[first]
    if len(cell.instances) > 1:
        name = f"{name} or one of {len(cell.instances) - 1} like it"
    return PhysicsError(
        replace(
            finding,
            message=f"{name}: {finding.message}",
            primary=finding.primary or (Label(span) if span is not None else None),
        )
        for finding in error.diagnostics
    )


def _lift(group: Group, cell: Cell, voltage: Floats | None) -> Floats:
    """Energy shift (instance, *sweep, 1) in eV by the lever arms, or nothing."""
    if voltage is None or group.lever is None:
        return np.zeros(1)
    arms = group.lever.reservoirs[cell.instances]
    felt = np.moveaxis(np.asarray(voltage)[..., arms], -2, 0)
    return np.sum(group.lever.weights[cell.instances] * felt, -1)[..., None]
