"""Which source sets what: answers of a linear circuit to one source at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Lumped
from qnet.transport.equations import Solution
from qnet.transport.groups import voltage_links


@dataclass(frozen=True, slots=True, eq=False)
class Superposition:
    """Answers to each source alone, at unit strength.

    Attributes
    ----------
    names : tuple of str
        Reservoirs that are held, and sources of current or voltage.
    units : tuple of str
        ``V`` or ``A`` of each.
    values : (k,)
        What the netlist gives each, in its unit.
    answers : Solution
        Along its leading axis (k + 1): 1 V or 1 A from each source, the others at
        zero; at the last place no source, the temperatures of the netlist alone.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Floats
    answers: Solution


def superpose(
    circuit: Circuit,
    solution: Solution,
    solve: Callable[[Circuit], Solution],
    *,
    with_sources: bool = False,
) -> Superposition:
    """Take a linear circuit apart by its sources.

    Reservoirs that V cards tie to a held one count as held themselves, so that the
    weights of a voltage are those of reservoirs and sum to 1.

    Parameters
    ----------
    circuit : Circuit
        At one point: its shape is (1,).
    solution : Solution
        The circuit's own answer.
    solve : callable
        Linear answers of the circuit with other sources.
    with_sources : bool
        Keep V cards as sources, for the current through one.
    """
    rows = circuit.reservoirs
    n = len(rows)
    held = rows.held | solution.grounded.reshape(-1, n).any(0)
    is_set = held if with_sources else held[voltage_links(circuit, held).root]
    kept = tuple(_kept(part, is_set, with_sources) for part in circuit.lumped)
    seas, pumps = np.flatnonzero(is_set), np.flatnonzero(rows.driven & ~is_set)
    active = [part for part in kept if part.kind in {"V", "I"}]
    count = len(seas) + len(pumps) + sum(map(len, active))
    one = np.eye(count + 1, count)
    voltage, current = np.zeros((2, count + 1, n))
    voltage[:, seas] = one[:, : len(seas)]
    current[:, pumps] = one[:, len(seas) : len(seas) + len(pumps)]
    values = [solution.voltage[0, seas], rows.current[0, pumps]]
    names = [rows.names[k] for k in (*seas.tolist(), *pumps.tolist())]
    units = ["V"] * len(seas) + ["A"] * len(pumps)
    lumped, start = [], len(names)
    for part in kept:
        changed = part
        if part.kind in {"V", "I"}:
            changed = replace(part, value=one[:, start : start + len(part)])
            values.append(part.value[0])
            names += part.names
            units += [{"V": "V", "I": "A"}[part.kind]] * len(part)
            start += len(part)
        lumped.append(changed)
    plain = np.broadcast_to(circuit.temperature[..., None], (1, n))
    temperature = np.repeat(plain, count + 1, 0)
    temperature[-1] = rows.temperature[0]
    alone = replace(
        circuit,
        shape=(count + 1,),
        reservoirs=replace(
            rows,
            held=is_set,
            driven=rows.driven & ~is_set,
            voltage=voltage,
            current=current,
            temperature=temperature,
        ),
        lumped=tuple(part for part in lumped if len(part)),
    )
    return Superposition(
        tuple(names), tuple(units), np.concatenate(values), solve(alone)
    )


def _kept(part: Lumped, is_set: Bools, with_sources: bool) -> Lumped:
    """A lumped part without the V cards between reservoirs that count as held."""
    if part.kind != "V" or with_sources:
        return part
    free = np.flatnonzero(~is_set[part.ends].all(-1)).tolist()
    return replace(
        part,
        names=[part.names[k] for k in free],
        ends=part.ends[free],
        value=part.value[..., free],
        temperature=part.temperature[..., free],
        spans=[part.spans[k] for k in free],
    )
