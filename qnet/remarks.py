"""What an answer leaves open, said beside it: references, levels, heat."""

from __future__ import annotations

from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Group
from qnet.diagnostics import Diagnostic, Label, Span
from qnet.network.matrix import Mark as Composition

ROUNDING = 1e-9
"""Departure of the sum of lever arms from one that is none."""

REMARKS: Final[dict[Composition, Diagnostic]] = {
    Composition.ILL_CONDITIONED: Diagnostic(
        "QN541",
        "a resonance is so narrow that rounding shows",
        why="waves that go round a loop come back almost unchanged: the loop condition "
        "exceeds 1e10",
        severity="warning",
    ),
    Composition.SINGULAR: Diagnostic(
        "QN542",
        "an internal state is decoupled from every reservoir",
        why="a wave goes round a loop for ever; S between the reservoirs stays finite "
        "and unitary, and the minimum-norm solution gives it",
        severity="note",
    ),
    Composition.NOT_FINITE: Diagnostic(
        "QN543",
        "a scattering matrix is not finite",
        why="a model gives infinity or no number here",
    ),
}
"""What is to be said of an island's S."""


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


def of_levels(circuit: Circuit, voltage: Floats) -> list[Diagnostic]:
    """What a bias does to levels that the netlist fixes, and the answer leaves out.

    Parameters
    ----------
    voltage : (*sweep, n)
        V of every reservoir beyond linear response.
    """
    found = []
    for group in circuit.groups:
        if group.lever is not None:
            loose = abs(group.lever.weights.sum(-1) - 1) > ROUNDING
            loose = np.asarray(loose.reshape(len(loose), -1).any(-1))
            found += [_loose(group, k) for k in _instances(group, loose)]
            continue
        width = getattr(group.model, "width", None)
        if width is None:
            continue
        spread = np.nanmax(voltage, -1) - np.nanmin(voltage, -1)
        exceeds = np.less(width()[..., 0], spread)
        some = np.asarray(exceeds.reshape(len(exceeds), -1).any(-1))
        found += [_fixed(group, k) for k in _instances(group, some)]
    return found


def heat_beside_holes() -> Diagnostic:
    """Heat currents that are not told."""
    return _note(
        "QN552",
        "heat currents are not told beside a superconductor",
        None,
        why="a hole carries charge one way and heat the other; currents count holes "
        "by their charge",
        cure="ask for charge: I, V, G, S hold",
    )


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
        why="the potential inside the device is not solved for; levels are fixed in "
        "absolute energy, and how the bias is applied matters",
        cure="give lever arms that sum to 1: ref=(s:0.5 d:0.5)",
    )


def _note(
    code: str, message: str, span: Span | None, *, why: str, cure: str, place: str = ""
) -> Diagnostic:
    label = Label(span, place) if span is not None else None
    return Diagnostic(code, message, label, why=why, help=cure, severity="note")
