r"""Islands in which electrons and holes move in turn: beside Majorana states.

A scatterer that turns electrons into holes by itself (``nambu = True``) makes every
other one act twice: on electrons by S(E), on holes by S*(2μ_s - E), energies counted
from the potential μ_s of the condensate. Channel 2c of the network is the electron of
channel c, channel 2c + 1 its hole. Currents follow from the electrons that are fed
alone,

.. math:: I_a = \frac{e}{h} \int dE \sum_b
          (N_a \delta_{ab} - T^{ee}_{ab} + T^{he}_{ab}) f_b ,

and what is missing in rows and columns the condensate takes up and gives.

References
----------
M. P. Anantram and S. Datta, Phys. Rev. B 53, 16390 (1996).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.network.andreev import Mirrors
from qnet.network.channels import has_holes
from qnet.network.condensate import Condensates, NambuMatrix, is_superconductor
from qnet.network.islands import Shape
from qnet.network.matrix import IslandMatrix
from qnet.registry import ReservoirKind
from qnet.smatrix import Complex


def with_condensate(circuit: Circuit) -> Circuit:
    """Give Majorana states the condensate they are part of.

    A superconducting terminal is one, and so is node 0. A circuit that has neither
    gets node 0 as one more reservoir, named ``condensate`` and held at 0 V.
    """
    if not has_holes(circuit) or is_superconductor(circuit).any():
        return circuit
    rows = circuit.reservoirs
    if any(circuit.nodes[node] == "0" for node in rows.nodes):
        return circuit

    def longer(column: Floats, fill: Floats | float = 0.0) -> Floats:
        """A column (*sweep, n) with one more row."""
        last = np.broadcast_to(np.asarray(fill)[..., None], (*column.shape[:-1], 1))
        return np.concatenate([column, last], axis=-1)

    temperature = np.broadcast_arrays(rows.temperature, circuit.temperature[..., None])
    axis = None
    if rows.axis is not None:
        axis = np.concatenate([rows.axis, rows.axis[..., :1, :]], axis=-2)
    reservoirs = replace(
        rows,
        names=[*rows.names, "condensate"],
        nodes=np.append(rows.nodes, len(circuit.nodes)),
        kind=np.append(rows.kind, np.int8(ReservoirKind.NORMAL)),
        held=np.append(rows.held, True),
        driven=np.append(rows.driven, False),
        is_terminal=np.append(rows.is_terminal, False),
        voltage=longer(rows.voltage),
        current=longer(rows.current),
        temperature=longer(temperature[0], circuit.temperature),
        gap=longer(rows.gap),
        phase=longer(rows.phase),
        spans=[*rows.spans, None],
        polarization=_with_nan(rows.polarization),
        absorb=_with_nan(rows.absorb),
        axis=axis,
    )
    return replace(
        circuit,
        nodes=[*circuit.nodes, "0"],
        reservoir_of=np.append(circuit.reservoir_of, len(rows)),
        reservoirs=reservoirs,
    )


def _with_nan(column: Floats | None) -> Floats | None:
    if column is None:
        return None
    return np.concatenate([column, np.full((*column.shape[:-1], 1), np.nan)], axis=-1)


def charged_leads(shape: Shape, home: int) -> tuple[Ints, Ints]:
    """Reservoirs (island, k) that take and that feed electrons, the condensate last."""
    out, into = (~_holes(k) for k in (shape.out_channels, shape.in_channels))
    condensate = np.full((shape.islands, 1), home)
    return (
        np.concatenate([shape.outgoing[:, out], condensate], axis=1),
        np.concatenate([shape.incoming[:, into], condensate], axis=1),
    )


def charges(condensed: Condensates, shape: Shape, matrix: IslandMatrix) -> Floats:
    """Charge that arrives for each electron that enters a mixed island.

    Returns
    -------
    (*sweep, E, island, k, k)
        Between the leads of `charged_leads`.
    """
    return np.stack(
        np.broadcast_arrays(
            *(
                _charges_of_one(
                    mixed(condensed, matrix, island),
                    _electron_mirrors(condensed, matrix, island),
                )
                for island in range(shape.islands)
            )
        ),
        -3,
    )


def _charges_of_one(S: Complex, mirrors: Mirrors) -> Floats:
    """Signed probabilities (*sweep, E, k, k) of S, electrons first, then holes."""
    n_out, n_in = (k // 2 for k in S.shape[-2:])
    P = np.zeros((*S.shape[:-2], n_out + 1, n_in + 1))
    block = P[..., :n_out, :n_in]
    block += abs(S[..., :n_out, :n_in]) ** 2 - abs(S[..., n_out:, :n_in]) ** 2
    block[..., mirrors.out, :] = 0.0
    block[..., mirrors.into] = 0.0
    block[..., mirrors.out, mirrors.into] = 1.0
    P[..., n_out, :n_in] = 1 - block.sum(-2)
    P[..., :n_out, n_in] = 1 - block.sum(-1)
    P[..., n_out, n_in] = 1 - P[..., n_out, :n_in].sum(-1)
    return P


def mixed(condensed: Condensates, matrix: IslandMatrix, island: int) -> Complex:
    """S (*sweep, E, out, in) of a mixed island, all electrons before all holes.

    Superconducting terminals have turned what comes to them.
    """
    out, into = (_in_order(k) for k in (matrix.out_channels, matrix.in_channels))
    S = matrix.S[min(island, len(matrix.S) - 1)][..., out[:, None], into]
    mirrors = _electron_mirrors(condensed, matrix, island)
    if not len(mirrors.out):
        return S
    return condensed.join(S, mirrors, matrix.incoming[island, into]).S


def _electron_mirrors(
    condensed: Condensates, matrix: IslandMatrix, island: int
) -> Mirrors:
    """Where electrons end in superconductors, numbered among the electrons."""
    out, into = (
        np.column_stack([leads[island], channels[island]])[~_holes(channels)]
        for leads, channels in (
            (matrix.outgoing, matrix.out_channels),
            (matrix.incoming, matrix.in_channels),
        )
    )
    return condensed.mirrors(out, into)


def separate_matrices(
    condensed: Condensates, shape: Shape, matrix: IslandMatrix
) -> list[NambuMatrix]:
    """Islands with the holes of reservoir a as reservoir n + a."""
    n = len(condensed.is_super)
    out, into = (
        leads + n * _holes(channels)
        for leads, channels in (
            (matrix.outgoing, matrix.out_channels),
            (matrix.incoming, matrix.in_channels),
        )
    )
    if not shape.mirrored:
        return [NambuMatrix(matrix.S, out, into)]
    row, col = (_in_order(k) for k in (matrix.out_channels, matrix.in_channels))
    return [
        NambuMatrix(
            mixed(condensed, matrix, island)[None],
            out[island, row][None],
            into[island, col][None],
        )
        for island in range(shape.islands)
    ]


def _holes(channels: Ints) -> Bools:
    """Which channels (k,) of the islands of one shape are holes."""
    return np.asarray(channels[0, :, 1] % 2 == 1)


def _in_order(channels: Ints) -> Ints:
    """Places of all electrons, then of all holes."""
    return np.argsort(_holes(channels), kind="stable")
