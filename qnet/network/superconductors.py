"""Superconductors of one circuit share one voltage.

Between two of them at different voltages flows a Josephson current that oscillates,
which no stationary S describes. Those that one island joins are one node for
Kirchhoff's law, those that stand apart must be held alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints, Lumped
from qnet.diagnostics import Diagnostic, Label, NetlistError
from qnet.network.condensate import is_superconductor
from qnet.network.connected import components
from qnet.network.islands import Shape


def with_common_voltage(circuit: Circuit, shapes: Sequence[Shape]) -> Circuit:
    """Tie floating superconductors to those that an island joins them with.

    Raises
    ------
    NetlistError
        QN410: superconductors at different voltages, or floating apart.
    """
    condensed = np.flatnonzero(is_superconductor(circuit))
    if len(condensed) < 2:
        return circuit
    piece = _pieces(len(circuit.reservoirs), condensed, shapes)[condensed]
    held = circuit.reservoirs.held[condensed]
    leaders = _leaders(piece, held)
    _check(circuit, condensed[held | (leaders == np.arange(len(condensed)))])
    loose = np.flatnonzero(~held & (leaders != np.arange(len(condensed))))
    if not len(loose):
        return circuit
    return _tied(circuit, np.stack([condensed[loose], condensed[leaders[loose]]], 1))


def condensate_nodes(circuit: Circuit, shapes: Sequence[Shape]) -> Ints:
    """Reservoir (n,) that stands for each in four-terminal resistances.

    Superconductors that an island joins are one node, the first of them; every other
    reservoir stands for itself.
    """
    n = len(circuit.reservoirs)
    condensed = np.flatnonzero(is_superconductor(circuit))
    if len(condensed) < 2:
        return np.arange(n)
    piece = _pieces(n, condensed, shapes)
    first = np.full(n, n)
    np.minimum.at(first, piece, np.arange(n))
    return first[piece]


def _pieces(size: int, condensed: Ints, shapes: Sequence[Shape]) -> Ints:
    """Number of the piece of each reservoir, joined by islands alone."""
    left, right = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for shape in shapes:
        for leads in shape.incoming if shape.mirrored else ():
            here = np.intersect1d(leads, condensed)
            left.append(here[:-1])
            right.append(here[1:])
    return components(size, np.concatenate(left), np.concatenate(right))


def _leaders(piece: Ints, held: Bools) -> Ints:
    """For each superconductor one of its piece, held if any is."""
    order = np.argsort(~held, kind="stable")
    first = {int(piece[k]): int(k) for k in order[::-1]}
    return np.array([first[int(p)] for p in piece])


def _check(circuit: Circuit, chosen: Ints) -> None:
    """Refuse superconductors that need not have one voltage."""
    rows = circuit.reservoirs
    if len(chosen) < 2:
        return
    voltage: Floats = rows.voltage[..., chosen]
    alike = np.all(voltage == voltage[..., :1], axis=tuple(range(voltage.ndim - 1)))
    apart = np.flatnonzero(~(alike & rows.held[chosen]))
    if not len(apart):
        return
    other = int(chosen[apart[-1]])
    first = int(next(k for k in chosen if k != other))
    spans = [rows.spans[k] for k in (other, first)]
    labels = [Label(span) for span in spans if span is not None]
    raise NetlistError(
        (
            Diagnostic(
                "QN410",
                f"superconductors '{rows.names[first]}' and '{rows.names[other]}' "
                "are not at one voltage",
                labels[0] if labels else None,
                tuple(labels[1:]),
                why="between different voltages a Josephson current oscillates, and "
                "energies count from one condensate",
                help="give both the same V=, or let one `I=0` where a scatterer joins "
                "them: it then follows the other",
            ),
        )
    )


def _tied(circuit: Circuit, ends: Ints) -> Circuit:
    """Add sources of 0 V."""
    old = circuit.lumped_of("V")
    rank = (1,) * len(circuit.shape)
    names = [f"{circuit.reservoirs.names[k]}.condensate" for k in ends[:, 0]]
    if old is None:
        zero = np.zeros((*rank, len(ends)))
        new = Lumped("V", names, ends, zero, zero, [None] * len(ends))
        return replace(circuit, lumped=(*circuit.lumped, new))

    def longer(column: Floats) -> Floats:
        tail = np.zeros((*column.shape[:-1], len(ends)))
        return np.concatenate([column, tail], axis=-1)

    new = replace(
        old,
        names=[*old.names, *names],
        ends=np.concatenate([old.ends, ends]),
        value=longer(old.value),
        temperature=longer(old.temperature),
        spans=[*old.spans, *[None] * len(ends)],
    )
    lumped = tuple(new if part is old else part for part in circuit.lumped)
    return replace(circuit, lumped=lumped)
