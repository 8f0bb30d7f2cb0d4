"""Whether anything of a netlist depends on the sense of its magnetic field.

Where nothing does, the circuit at -B is the circuit itself, and need not be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from qnet.circuit import Circuit
from qnet.lang.frames import Cell, names_used
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.keys import flattened
from qnet.registry import Parameter, parameters

FIELDS: Final = frozenset({"B", "M"})
"""States that are turned round."""

_TURNING: Final = FIELDS | {"sign B", "sign M", "opposite", "reversed"}
"""What a model may read of them."""


def names_field(found: Inventory, asks: frozenset[str]) -> bool:
    """Whether a formula, an odd key or a model of the netlist follows the field."""
    if any(_is_odd(batch) for batch in found.batches):
        return True
    cells = [cell for frame in found.frames for cell in frame.cells.values()]
    for batch in found.batches:
        for key in batch.said.keys.values():
            cells.extend(flattened(key.cells))
        if batch.said.weights is not None:
            cells.extend(batch.said.weights.weights)
    return any(_names_field(cell, asks) for cell in cells)


def reads_field(circuit: Circuit) -> bool:
    """Whether a scatterer, or part of one, reads the field; or something has spin."""
    models = (type(group.model) for group in circuit.groups)
    return circuit.reservoirs.polarization is not None or any(
        _turns(parameters(model)) for model in models
    )


def _is_odd(batch: Batch) -> bool:
    """Whether cards have a key that changes sign with the field, or read the field.

    The direction of a polarisation matters only where something is polarised.
    """
    odd = [field for field in batch.parameters if field.odd]
    return (
        _turns(batch.parameters)
        or any(field.name in batch.said.keys for field in odd)
        or (batch.kind == "S" and any(np.any(field.default) for field in odd))
    )


def _turns(fields: Iterable[Parameter]) -> bool:
    return any(field.state in _TURNING for field in fields)


def _names_field(cell: Cell, asks: frozenset[str]) -> bool:
    return any(
        name.text in FIELDS
        for formula in cell.formulas
        for name in names_used(formula, cell.frame, asks)
    )
