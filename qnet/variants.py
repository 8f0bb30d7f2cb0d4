"""Circuits that lack something: an element taken out, a probe that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Group, Ints, Lever, Reservoirs
from qnet.discovery import models
from qnet.registry import parameters


def walled(circuit: Circuit, name: str) -> Circuit:
    """The circuit with walls where the pins of a scatterer met coherent joints.

    Raises
    ------
    KeyError
        There is no such scatterer.
    """
    number, instance = _find(circuit, name)
    group = circuit.groups[number]
    ends = group.nodes[instance, : pins_of(group)]
    joints = [int(node) for node in ends if circuit.reservoir_of[node] < 0]
    left = _without_instance(circuit, number, instance, name)
    if not joints:
        return left
    walls = Group(
        model=models()["wall"].model(),
        names=[f"{name}.{k}" for k in range(len(joints))],
        nodes=np.array(joints)[:, None],
        spans=[None] * len(joints),
    )
    return replace(left, groups=(*left.groups, walls))


def bridged(circuit: Circuit, name: str) -> Circuit | None:
    """The circuit with a scatterer of two pins replaced by a plain joint.

    Returns None where that has no meaning: more pins than two, or a reservoir at
    either end, which one joint cannot be.

    Raises
    ------
    KeyError
        There is no such scatterer.
    """
    number, instance = _find(circuit, name)
    first, second, *inner = circuit.groups[number].nodes[instance].tolist()
    seas = circuit.reservoir_of
    if any(seas[node] < 0 for node in inner) or min(seas[first], seas[second]) >= 0:
        return None
    kept, gone = (first, second) if seas[first] >= 0 else (second, first)
    left = _without_instance(circuit, number, instance, name)
    joined = tuple(
        replace(group, nodes=np.where(group.nodes == gone, kept, group.nodes))
        for group in left.groups
    )
    return replace(left, groups=joined)


def without_reservoir(circuit: Circuit, name: str) -> Circuit | None:
    """The circuit with a reservoir's node turned into a coherent joint.

    Returns None where a lumped element or a lever arm needs the reservoir.

    Raises
    ------
    KeyError
        There is no such reservoir.
    """
    names = [known.casefold() for known in circuit.reservoirs.names]
    if name.casefold() not in names:
        raise KeyError(name)
    gone = np.zeros(len(names), bool)
    gone[names.index(name.casefold())] = True
    return _without_reservoirs(circuit, gone, name)


def _find(circuit: Circuit, name: str) -> tuple[int, int]:
    """Group and instance of a scatterer."""
    for number, group in enumerate(circuit.groups):
        for instance, known in enumerate(group.names):
            if known.casefold() == name.casefold():
                return number, instance
    raise KeyError(name)


def _without_instance(
    circuit: Circuit, number: int, instance: int, name: str
) -> Circuit:
    """Drop a scatterer, and the reservoirs that live inside it."""
    group = circuit.groups[number]
    left = np.delete(np.arange(len(group)), instance)
    groups = [*circuit.groups]
    groups[number : number + 1] = [_rows(group, left)] if len(left) else []
    inner = circuit.reservoir_of[group.nodes[instance][pins_of(group) :]]
    gone = np.zeros(len(circuit.reservoirs), bool)
    gone[inner[inner >= 0]] = True
    without = replace(
        circuit, groups=tuple(groups), structure=(circuit.structure, "without", name)
    )
    if not gone.any():
        return without
    found = _without_reservoirs(without, gone, name)
    return without if found is None else found


def pins_of(group: Group) -> int:
    """Ports that are pins of the card; those behind end in reservoirs of its own."""
    own = getattr(group.model, "own_reservoirs", None)
    ports = {port for sea in own() for port in sea.ports} if own is not None else ()
    return len(group.model.ports) - len(ports)


def _rows(group: Group, kept: Ints) -> Group:
    """Some instances of a group; what they share stays as it is."""
    changed: dict[str, Any] = {}
    for parameter in parameters(type(group.model)):
        value = getattr(group.model, parameter.name)
        if isinstance(value, np.ndarray) and value.ndim and value.shape[0] > 1:
            changed[parameter.name] = value[kept]
    lever = group.lever
    if lever is not None:
        lever = Lever(lever.reservoirs[kept], _own(lever.weights, kept))
    return replace(
        group,
        model=replace(group.model, **changed),  # type: ignore[type-var]
        names=[group.names[k] for k in kept],
        nodes=group.nodes[kept],
        spans=[group.spans[k] for k in kept],
        lever=lever,
    )


def _own(values: Floats, kept: Ints) -> Floats:
    return values[kept] if values.shape[0] > 1 else values


def _without_reservoirs(circuit: Circuit, gone: Bools, name: str) -> Circuit | None:
    """Drop rows of the table of reservoirs; their nodes become joints."""
    used = [part.ends.ravel() for part in circuit.lumped]
    used += [
        group.lever.reservoirs.ravel()
        for group in circuit.groups
        if group.lever is not None
    ]
    if any(gone[index].any() for index in used):
        return None
    number = np.where(gone, -1, np.cumsum(~gone) - 1)
    seas = np.append(number, -1)[circuit.reservoir_of]
    lumped = tuple(replace(part, ends=number[part.ends]) for part in circuit.lumped)
    groups = tuple(
        group
        if group.lever is None
        else replace(
            group, lever=replace(group.lever, reservoirs=number[group.lever.reservoirs])
        )
        for group in circuit.groups
    )
    return replace(
        circuit,
        reservoir_of=seas,
        reservoirs=_some(circuit.reservoirs, np.flatnonzero(~gone)),
        lumped=lumped,
        groups=groups,
        structure=(circuit.structure, "without", name),
    )


def _some(rows: Reservoirs, kept: Ints) -> Reservoirs:
    """Some rows of the table of reservoirs."""
    single = ("nodes", "kind", "held", "driven", "is_terminal")
    swept = ("voltage", "current", "temperature", "gap", "phase", "polarization",
             "absorb")  # fmt: skip
    changed: dict[str, Any] = {column: getattr(rows, column)[kept] for column in single}
    for column in swept:
        values = getattr(rows, column)
        changed[column] = None if values is None else values[..., kept]
    return replace(
        rows,
        names=[rows.names[k] for k in kept],
        spans=[rows.spans[k] for k in kept],
        axis=None if rows.axis is None else rows.axis[..., kept, :],
        **changed,
    )
