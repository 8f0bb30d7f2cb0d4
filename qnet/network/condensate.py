"""Probabilities of islands that touch superconductors: holes count minus one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.network.andreev import (
    Doubled,
    Mirrors,
    andreev_amplitude,
    double,
    mirror_pairs,
    side_by_side,
)
from qnet.network.channels import has_holes
from qnet.network.compose import CellMatrix
from qnet.network.matrix import IslandMatrix
from qnet.registry import ReservoirKind
from qnet.smatrix import Complex

Y_SPIN = np.array([[0, -1j], [1j, 0]])
"""σ_y: turns a spin round under time reversal."""


@dataclass(frozen=True, slots=True, eq=False)
class Condensates:
    """The superconductors of a circuit at given energies.

    Attributes
    ----------
    home : int
        Reservoir that stands for them all.
    is_super : (reservoirs,)
    alpha : (*sweep, E, reservoirs)
        Amplitude of Andreev reflection, zero for normal reservoirs.
    phase : (*sweep, 1, reservoirs)
        rad.
    mirrored : tuple of CellMatrix
        All scatterers at the energies of the holes, 2μ_s - E; none where the waves
        of the network are electrons and holes in turn.
    has_spin : bool
        Channels come in pairs of spins, and a hole is the time-reversed partner.
    """

    home: int
    is_super: Bools
    alpha: Complex
    phase: Floats
    mirrored: tuple[CellMatrix, ...]
    has_spin: bool

    def join(self, N: Complex, mirrors: Mirrors, leads: Ints) -> Doubled:
        """Electrons and holes (..., 2n, 2n) of an island, joined where they turn.

        `leads` (n,) are the reservoirs from which its channels enter.
        """
        chosen = leads[mirrors.into]
        return double(N, mirrors, self.alpha[..., chosen], self.phase[..., chosen])

    def mirrors(self, out: Ints, into: Ints) -> Mirrors:
        """Which channels of an island end in superconductors, in their order.

        `out`, `into` (n, 3) are reservoir, port and channel of each.
        """
        ends = [np.flatnonzero(self.is_super[side[:, 0]]) for side in (out, into)]
        left, right = mirror_pairs(out[ends[0]], into[ends[1]])
        leave, enter = ends[0][left], ends[1][right]
        order = np.argsort(out[leave, 0], kind="stable")
        return Mirrors(leave[order], enter[order], len(out))

    def touch(self, matrix: IslandMatrix) -> Bools:
        """Whether each island of a shape ends in a superconductor somewhere."""
        return np.asarray(self.is_super[matrix.incoming].any(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class NambuMatrix:
    """Scattering of electrons and holes of some islands.

    Attributes
    ----------
    S : (island, *sweep, E, out, in)
    outgoing, incoming : (island, k)
        Reservoir of each channel; n + a for the holes of a.
    """

    S: Complex
    outgoing: Ints
    incoming: Ints


def is_superconductor(circuit: Circuit) -> Bools:
    """Which reservoirs are superconducting, (n,)."""
    return circuit.reservoirs.kind == ReservoirKind.SUPERCONDUCTOR


def condensate_index(circuit: Circuit) -> int | None:
    """Reservoir that stands for all superconductors; None where there are none.

    The first superconducting terminal; where only scatterers turn electrons into
    holes, node 0, to which their condensate is grounded.
    """
    is_super = is_superconductor(circuit)
    if is_super.any():
        return int(np.argmax(is_super))
    if not has_holes(circuit):
        return None
    ground = [circuit.nodes[node] == "0" for node in circuit.reservoirs.nodes]
    return ground.index(True)


def condensate_potential(circuit: Circuit, voltage: Floats | None) -> Floats:
    """Chemical potential of the superconductors (*sweep, 1), eV.

    Superconductors at different voltages are refused before, so that the first one
    speaks for all.
    """
    if voltage is None:
        return circuit.fermi[..., None]
    return (circuit.fermi - voltage[..., condensate_index(circuit)])[..., None]


def condensates(
    circuit: Circuit,
    home: int,
    energy: Floats,
    potential: Floats,
    mirrored: tuple[CellMatrix, ...],
) -> Condensates:
    """Describe the superconductors at energies (*sweep, E)."""
    is_super = is_superconductor(circuit)
    gap = np.where(is_super, circuit.reservoirs.gap, 1.0)[..., None, :]
    excitation = (energy - potential)[..., None]
    alpha = np.where(is_super, andreev_amplitude(excitation, gap), 0.0)
    phase = circuit.reservoirs.phase[..., None, :]
    return Condensates(
        home,
        is_super,
        alpha,
        np.broadcast_to(phase, (*phase.shape[:-1], len(is_super))),
        mirrored,
        circuit.spin == "full",
    )


def doubled(
    condensed: Condensates, island: int, electrons: IslandMatrix, mirrored: IslandMatrix
) -> Doubled:
    """Electrons and holes of one island of a shape, (*sweep, E, 2 out, 2 in)."""
    leads = electrons.incoming[island]
    at = min(island, len(electrons.S) - 1)
    holes = mirrored.S[min(island, len(mirrored.S) - 1)].conj()
    if condensed.has_spin:
        turn = np.kron(np.eye(len(leads) // 2), Y_SPIN)
        holes = turn @ holes @ turn
    mirrors = island_mirrors(condensed, electrons, island)
    return condensed.join(side_by_side(electrons.S[at], holes), mirrors, leads)


def island_mirrors(
    condensed: Condensates, matrix: IslandMatrix, island: int
) -> Mirrors:
    """Where one island of a shape ends in superconductors."""
    out, into = (
        np.column_stack([leads[island], channels[island]])
        for leads, channels in (
            (matrix.outgoing, matrix.out_channels),
            (matrix.incoming, matrix.in_channels),
        )
    )
    return condensed.mirrors(out, into)


def signed_probabilities(
    condensed: Condensates, electrons: IslandMatrix, mirrored: IslandMatrix
) -> Floats:
    """Charge that arrives for each electron that enters, by channel.

    An Andreev-reflected hole counts minus one. The first superconducting channel of
    an island completes its rows and columns, so that N - P conserves charge and a
    common voltage drives nothing: superconductors of one island are one node for
    Kirchhoff's law.

    Returns
    -------
    (*sweep, E, island, out, in)
    """
    touched = condensed.touch(electrons)
    parts = [
        _completed(condensed, island, electrons, mirrored)
        if touched[island]
        else abs(electrons.S[min(island, len(electrons.S) - 1)]) ** 2
        for island in range(len(touched))
    ]
    return np.stack(np.broadcast_arrays(*parts), -3)


def _completed(
    condensed: Condensates, island: int, electrons: IslandMatrix, mirrored: IslandMatrix
) -> Floats:
    both = doubled(condensed, island, electrons, mirrored)
    ee, _, he, _ = both.blocks()
    mirrors = island_mirrors(condensed, electrons, island)
    out, into = mirrors.normal_out, mirrors.normal_into
    P = np.zeros(ee.shape)
    block = (..., out[:, None], into)
    P[block] = abs(ee[block]) ** 2 - abs(he[block]) ** 2
    P[..., mirrors.out[1:], mirrors.into[1:]] = 1.0
    taker, giver = mirrors.out[0], mirrors.into[0]
    P[..., taker, into] = 1 - P[..., into].sum(-2)
    P[..., out, giver] = 1 - P[..., out, :].sum(-1)
    P[..., taker, giver] = 1 - P[..., taker, :].sum(-1)
    return P


def nambu_matrices(
    condensed: Condensates,
    electrons: tuple[IslandMatrix, ...],
    mirrored: tuple[IslandMatrix, ...],
) -> tuple[NambuMatrix, ...]:
    """Islands of electrons and holes; a reservoir's holes are a reservoir of their own.

    The holes of reservoir a have number n + a. They are filled as electrons would be
    at the potential 2μ_s - μ_a.
    """
    n = len(condensed.is_super)
    found = []
    for one, other in zip(electrons, mirrored, strict=True):
        touched = condensed.touch(one)
        for island in np.flatnonzero(touched):
            S = doubled(condensed, int(island), one, other).S
            out, into = (
                np.concatenate([leads[island], n + leads[island]])[None]
                for leads in (one.outgoing, one.incoming)
            )
            found.append(NambuMatrix(S[None], out, into))
        if not touched.all():
            rest = ~touched
            found += [
                NambuMatrix(
                    _some(matrix, rest),
                    shift + one.outgoing[rest],
                    shift + one.incoming[rest],
                )
                for matrix, shift in ((one.S, 0), (other.S.conj(), n))
            ]
    return tuple(found)


def _some(S: Complex, chosen: Bools) -> Complex:
    """Rows of the instance axis, which may have length 1."""
    return S if len(S) == 1 else S[chosen]
