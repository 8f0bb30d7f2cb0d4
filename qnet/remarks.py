"""What an answer leaves open, said beside it: references, levels, heat."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any, Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Group
from qnet.diagnostics import Diagnostic, Label, Severity, Span
from qnet.network.loops import Loop
from qnet.network.matrix import Mark as Composition

ROUNDING = 1e-9
"""Departure of the sum of lever arms from one that is none."""

TURN: Final = 1.0
"""Radians by which phases of a table may turn from one energy to the next."""

TOLD: Final = 3
"""So many terminals are told that they are idle."""

ROUGH: Final = 0.1
"""Change of a probability from one energy of a table to the next that is a step."""

SHOWN: Final = 4
"""So many scatterers, and so many nodes, of a loop are told."""

REMARKS: Final[dict[Composition, Diagnostic]] = {
    Composition.ILL_CONDITIONED: Diagnostic(
        "QN541",
        "a resonance is so narrow that rounding shows",
        why="waves that go round {loop} come back almost unchanged: the loop condition "
        "exceeds 1e10",
        severity="warning",
    ),
    Composition.SINGULAR: Diagnostic(
        "QN542",
        "an internal state is decoupled from every reservoir",
        why="a wave goes round {loop} for ever; S between the reservoirs stays finite "
        "and unitary, and the minimum-norm solution gives it",
        severity="note",
    ),
    Composition.NOT_FINITE: Diagnostic(
        "QN543",
        "a scattering matrix is not finite",
        why="a model gives infinity or no number here",
    ),
}
"""What is to be said of an island's S; ``{loop}`` stands for where that is."""


def of_composition(mark: Composition, loop: Loop | None) -> Diagnostic:
    """What is to be said of waves in an island, and of the loop that they go round."""
    said = REMARKS[mark]
    if loop is None:
        return replace(said, why=said.why.format(loop="a loop"))
    met = f"{'of' if loop.is_exact else 'somewhere among'} {_several(loop.scatterers)}"
    if loop.nodes:
        noun = "node" if len(loop.nodes) == 1 else "nodes"
        met += f" at {noun} {_several(loop.nodes)}"
    return replace(
        said,
        primary=None if loop.span is None else Label(loop.span),
        why=said.why.format(loop=f"a loop {met}"),
    )


def of_endless(scatterer: tuple[str, Span | None] | None) -> Diagnostic:
    """What is to be said of an island that is not finite, and of what makes it so."""
    said = REMARKS[Composition.NOT_FINITE]
    if scatterer is None:
        return said
    name, span = scatterer
    return replace(
        said,
        primary=None if span is None else Label(span),
        why=f"'{name}' gives infinity or no number here",
    )


def _several(names: Sequence[str]) -> str:
    """The first of some names, quoted: ``'W1', 'W2', …``."""
    shown = [f"'{name}'" for name in names[:SHOWN]]
    return ", ".join([*shown, "…"] if len(names) > SHOWN else shown)


def grounded(name: str, span: Span | None) -> Diagnostic:
    """A reservoir that was taken as the reference of its group."""
    return _note(
        "QN540",
        f"'{name}' is set to 0 V",
        span,
        why="nothing in its group of reservoirs refers to node 0 or a fixed voltage, "
        "and only differences of voltage have a meaning",
        cure=f"write V=0 on '{name}', or hold another terminal, to choose yourself",
        place="the reference of its group",
    )


def of_scatterers(
    circuit: Circuit,
    voltage: Floats | None,
    interfering: Set[int],
    joined: Set[int],
) -> list[Diagnostic]:
    """What the scatterers of a circuit leave open.

    Parameters
    ----------
    voltage : (*sweep, n), optional
        V of every reservoir beyond linear response.
    interfering, joined : set of int
        Groups where waves go round, and where they meet those of others.
    """
    found = [] if voltage is None else of_levels(circuit, voltage, interfering)
    found += of_losses(circuit)
    found += of_times(circuit)
    return [*found, *of_tables(circuit, joined)]


def of_idle_terminals(circuit: Circuit) -> list[Diagnostic]:
    """Terminals from which nothing leads anywhere: a misspelt node, most likely."""
    rows = circuit.reservoirs
    used = [group.nodes.ravel() for group in circuit.groups]
    ends = [rows.nodes[part.ends.ravel()] for part in circuit.lumped]
    is_touched = np.zeros(len(circuit.nodes), bool)
    is_touched[np.concatenate([np.zeros(0, np.intp), *used, *ends])] = True
    idle = rows.is_terminal & ~is_touched[rows.nodes]
    return [
        _note(
            "QN558",
            f"terminal '{rows.names[k]}' touches no scatterer",
            rows.spans[k],
            why=f"nothing else ends at node '{circuit.nodes[rows.nodes[k]]}', and no "
            "current flows there",
            cure="see whether the name of the node is meant",
        )
        for k in np.flatnonzero(idle)[:TOLD].tolist()
    ]


def of_levels(
    circuit: Circuit, voltage: Floats, interfering: Set[int]
) -> list[Diagnostic]:
    """What a bias does to levels that the netlist fixes, and the answer leaves out.

    A model's ``softness()`` is the energy, in eV, over which it passes or turns waves
    otherwise.

    Parameters
    ----------
    voltage : (*sweep, n)
        V of every reservoir beyond linear response.
    interfering : set of int
        Groups that stand where waves go round: only there phases matter.
    """
    found = []
    for number, group in enumerate(circuit.groups):
        if group.lever is not None:
            loose = abs(group.lever.weights.sum(-1) - 1) > ROUNDING
            loose = np.asarray(loose.reshape(len(loose), -1).any(-1))
            found += [_loose(group, k) for k in _instances(group, loose)]
            continue
        softness = getattr(group.model, "softness", None)
        if softness is None:
            continue
        if getattr(group.model, "only_turns", False) and number not in interfering:
            continue
        spread = np.nanmax(voltage, -1) - np.nanmin(voltage, -1)
        own = softness()[..., 0]
        own = own.reshape((1,) * (spread.ndim + 1 - own.ndim) + own.shape)
        exceeds = np.less(own, spread)
        some = np.asarray(exceeds.reshape(len(exceeds), -1).any(-1))
        found += [_fixed(group, k) for k in _instances(group, some)]
    return found


def of_times(circuit: Circuit) -> list[Diagnostic]:
    """Scatterers with two times of flight, which add."""
    return [
        _note(
            "QN559",
            f"'{group.names[0]}' has two times of flight, L/v and tau, which add",
            group.spans[0],
            why="both are the slope of one phase in the energy",
            cure="leave one of them out, unless their sum is meant",
        )
        for group in circuit.groups
        if getattr(group.model, "v", None) is not None
        and np.any(getattr(group.model, "tau", 0.0))
    ]


def of_tables(circuit: Circuit, joined: Set[int]) -> list[Diagnostic]:
    """What the grid of a table leaves open: phases that turn, channels that open.

    Parameters
    ----------
    joined : set of int
        Groups whose waves meet those of other scatterers.
    """
    found = []
    for number, group in enumerate(circuit.groups):
        model: Any = group.model
        if not hasattr(model, "phase_turn"):
            continue
        if number in joined:
            found += _of_joined_table(group)
        change, low, high = model.roughness()
        if change > ROUGH and number not in joined:
            found.append(
                _note(
                    "QN556",
                    f"a probability of '{group.names[0]}' changes by {change:.2g} "
                    f"between E = {low:g} eV and {high:g} eV",
                    group.spans[0],
                    why="amplitudes are those of the nearest point: answers have steps",
                    cure="tabulate a finer grid, or write kind=probability",
                )
            )
    return found


def _of_joined_table(group: Group) -> list[Diagnostic]:
    model: Any = group.model
    found = []
    turn, low, high = model.phase_turn()
    if turn > TURN:
        found.append(
            _note(
                "QN554",
                f"phases of '{group.names[0]}' turn by {turn:.2g} rad between "
                f"E = {low:g} eV and {high:g} eV",
                group.spans[0],
                why="at a joint phases matter, and between points of the grid nobody "
                "knows them",
                cure="tabulate a finer grid, with phases that follow the energy",
                severity="warning",
            )
        )
    for energy in model.openings()[:1]:
        found.append(
            _note(
                "QN555",
                f"a channel of '{group.names[0]}' opens or closes at E = {energy:g} "
                "eV, where it meets another scatterer",
                group.spans[0],
                why="close to its threshold it reaches further than the joint, and "
                "evanescent waves are not carried along",
                cure="stay away from the threshold, or join the two before tabulating",
                severity="warning",
            )
        )
    return found


def of_losses(circuit: Circuit) -> list[Diagnostic]:
    """Scatterers that lose particles, and what is not audited for their sake."""
    return [
        _note(
            "QN553",
            f"'{group.names[0]}' loses particles, and conservation is not audited",
            group.spans[0],
            why="S†S = 1, sums of currents and of noise, and the laws of "
            "thermodynamics fail by what is lost",
            cure="let a terminal take the loss instead: another pin of the scatterer",
        )
        for group in circuit.lossy
    ]


def cold_differences(circuit: Circuit) -> list[Diagnostic]:
    """A note where temperatures differ and linear response has none to start from."""
    rows = circuit.reservoirs
    is_cold = (circuit.temperature == 0)[..., None]
    is_warm = is_cold & (rows.temperature > 0)
    warm = is_warm.any(axis=tuple(range(is_warm.ndim - 1)))
    return [
        _note(
            "QN557",
            f"'{rows.names[k]}' is warm, and drives nothing at .temp 0K",
            rows.spans[k],
            why="linear response to a difference of temperature vanishes with the "
            "temperature itself",
            cure="write .options response=full, or a .temp near that of the contacts",
        )
        for k in np.flatnonzero(warm)[:1].tolist()
    ]


def _instances(group: Group, where: Bools) -> list[int]:
    """First of the instances that a claim holds for: one speaks for all."""
    return np.flatnonzero(np.broadcast_to(where, (len(group),)))[:1].tolist()


def _loose(group: Group, k: int) -> Diagnostic:
    return _note(
        "QN550",
        f"the lever arms of '{group.names[k]}' do not sum to 1",
        group.spans[k],
        why="the answer then depends on a voltage that is common to all terminals: "
        "the rest of the lever refers to an earth outside the netlist",
        cure="add the arm of the gate or of the ground that takes the rest",
    )


def _fixed(group: Group, k: int) -> Diagnostic:
    return _note(
        "QN551",
        f"the bias exceeds the width of '{group.names[k]}', whose levels stay",
        group.spans[k],
        why="the potential inside the device is not solved for; levels, steps and "
        "phases are fixed in absolute energy, and how the bias is applied matters",
        cure="give lever arms that sum to 1: ref=(s:0.5 d:0.5)",
    )


def _note(
    code: str,
    message: str,
    span: Span | None,
    *,
    why: str,
    cure: str,
    place: str = "",
    severity: Severity = "note",
) -> Diagnostic:
    label = Label(span, place) if span is not None else None
    return Diagnostic(code, message, label, why=why, help=cure, severity=severity)
