"""What an answer would be if the circuit lacked something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from qnet.answers import answer
from qnet.circuit import Circuit, Group
from qnet.codes import CODES
from qnet.diagnostics import QnetError
from qnet.network.sample import compile_circuit
from qnet.reasons.explanation import OPEN, PHASELESS, ROUNDING, Change
from qnet.solved import Solved
from qnet.variants import bridged, pins_of, walled, without_reservoir

MOST: Final = 400
"""So many changed circuits are solved for one question."""


def changes_of(
    circuit: Circuit, name: str, arguments: tuple[str, ...], value: float
) -> tuple[tuple[Change, ...], tuple[tuple[str, str], ...]]:
    """Answers of all circuits that lack one thing; what none can lack, and why."""
    found: list[Change] = []
    refused: list[tuple[str, str]] = []
    for count, (what, make) in enumerate(variants_of(circuit, arguments)):
        if count >= MOST:
            break
        try:
            changed = make()
            if changed is None:
                continue
            sample = compile_circuit(changed)
            other = value_of(
                Solved(sample, partial(compile_circuit, changed)), name, arguments
            )
        except QnetError as error:
            refused.append((what, _reason(error)))
            continue
        found.append(Change(what, other, other - value))
    size = abs(value) if np.isfinite(value) else 0.0
    size = max([size, *(abs(c.value) for c in found if np.isfinite(c.value))])
    found = [
        replace(c, difference=0.0) if abs(c.difference) <= ROUNDING * size else c
        for c in found
    ]
    found.sort(key=lambda change: -np.nan_to_num(abs(change.difference), nan=np.inf))
    return tuple(found), tuple(refused)


def variants_of(
    circuit: Circuit, arguments: Sequence[str]
) -> Iterator[tuple[str, Callable[[], Circuit | None]]]:
    """What can be left out: floating probes, then scatterers in two manners.

    Where a scatterer is taken out of a coherent piece, walls close its ends.
    """
    asked = {argument.casefold() for argument in arguments}
    rows = circuit.reservoirs
    own = {
        int(node)
        for group in circuit.groups
        for node in group.nodes[:, pins_of(group) :].ravel()
    }
    for k, probe in enumerate(rows.names):
        node = circuit.nodes[rows.nodes[k]]
        floats = not (rows.held[k] or rows.driven[k] or rows.is_terminal[k])
        is_apart = int(rows.nodes[k]) not in own
        if floats and is_apart and not asked & {probe.casefold(), node.casefold()}:
            yield (
                f"without {probe}",
                partial(without_reservoir, circuit, probe),
            )
    for group in circuit.groups:
        for element in group.names:
            is_through = pins_of(group) == 2
            is_probe = group.nodes.shape[-1] > pins_of(group)
            if not (is_through and is_probe):
                yield f"without {element}", partial(walled, circuit, element)
            if is_through:
                yield _open(group, element), partial(bridged, circuit, element)


def _open(group: Group, element: str) -> str:
    """What it is called when a plain joint takes the place of an element."""
    if group.nodes.shape[-1] > pins_of(group):
        return f"without {element}"
    pattern = group.model.pattern()
    is_mirror = bool(np.diagonal(pattern).any())
    return element + (OPEN if is_mirror else PHASELESS)


def _reason(error: QnetError) -> str:
    first = error.diagnostics[0]
    return f"{first.code}: {CODES[first.code].title}"


def value_of(solved: Solved, name: str, arguments: tuple[str, ...]) -> float:
    """One answer at the first point."""
    return float(np.asarray(answer(solved, name, arguments)).reshape(-1)[0])
