"""Which points of a sweep share a structure: channel counts, senses, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from qnet.circuit import Circuit, Floats, Group, Ints
from qnet.diagnostics import Diagnostic
from qnet.lang.inventory import Batch
from qnet.lang.keys import is_ready, numbers
from qnet.lang.pieces import World, is_structural, signature_of, structural_fields
from qnet.registry import parameters


@dataclass(frozen=True, slots=True, eq=False)
class Structures:
    """Which points of a sweep share a structure.

    Attributes
    ----------
    labels : (*sweep)
        Equal for points that may go into one circuit; negative where none can be made.
    reasons : dict
        Why, by negative label.
    examples : dict
        A circuit at one point of each other label.
    """

    labels: Ints
    reasons: dict[int, Diagnostic]
    examples: dict[int, Circuit]


def structure_key(
    batches: Sequence[Batch], groups: Sequence[Group], world: World
) -> bytes:
    """Equal for circuits of one template that share topology and channel counts."""
    first = [
        signature_of(structural_fields(batch, world), len(batch)).tobytes()
        for batch in batches
        if batch.kind == "S"
    ]
    is_turned = world.forward is not None and any(
        parameter.state == "reversed"
        for group in groups
        for parameter in parameters(type(group.model))
    )
    return b";".join([b"turned" if is_turned else b"", *first])


def signatures(
    batches: Sequence[Batch], world: World, shape: tuple[int, ...]
) -> Floats:
    """Structural numbers at each point; all other keys are inspected on the way.

    Returns
    -------
    (*sweep, k)
    """
    columns = [np.zeros((*shape, 1))]
    for batch in batches:
        for key in batch.said.keys.values():
            if not (is_structural(key.parameter) or is_ready(key)):
                numbers(key, world.around, world.inspection)
        if batch.kind == "S":
            columns.extend(
                _by_point(array, shape)
                for field in structural_fields(batch, world)
                for array in field.arrays
            )
    return np.concatenate(columns, -1)


def _by_point(array: Floats, shape: tuple[int, ...]) -> Floats:
    """One number at each point for a structural number of all rows."""
    by_point = np.moveaxis(array, 0, -1)
    if by_point.shape[-1] > 1:
        flat = by_point.reshape(-1, by_point.shape[-1])
        kinds, label = np.unique(flat, axis=0, return_inverse=True)
        digests = np.array([_digest(kind) for kind in kinds])
        by_point = digests[label].reshape(*by_point.shape[:-1], 1)
    return np.broadcast_to(by_point, (*shape, 1))


def _digest(column: Floats) -> float:
    """A number that stands for a whole column: 48 bits, exact in a double."""
    digest = blake2b(np.ascontiguousarray(column).tobytes(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big"))
