"""Scatterers of which probabilities alone are known: they may not meet waves."""

from __future__ import annotations

from collections.abc import Sequence

from qnet.diagnostics import Diagnostic, NetlistError
from qnet.network.channels import Cell, has_holes, port_numbers
from qnet.network.graph import Ports
from qnet.network.islands import Shape
from qnet.registry import ReservoirKind


def refuse_joined_probabilities(
    ports: Ports, cells: Sequence[Cell], shapes: Sequence[Shape]
) -> frozenset[int]:
    """Cells without phases, all of whose pins end in normal reservoirs.

    Returns
    -------
    frozenset of int
        Their numbers among the cells.

    Raises
    ------
    NetlistError
        QN412 where one meets another scatterer, or a superconductor.
    """
    circuit = ports.circuit
    found = frozenset(
        number
        for number, cell in enumerate(cells)
        if getattr(circuit.groups[cell.group].model, "incoherent", False)
    )
    faults = []
    for number in sorted(found):
        numbers = port_numbers(ports, cells[number]).ravel()
        reservoir = ports.reservoir[numbers]
        kind = circuit.reservoirs.kind[reservoir]
        mirrors = (kind == ReservoirKind.SUPERCONDUCTOR) | has_holes(circuit)
        for port in numbers[(reservoir < 0) | mirrors][:1].tolist():
            faults.append(_fault(ports, port))
    if faults:
        raise NetlistError(faults)
    return found


def _fault(ports: Ports, port: int) -> Diagnostic:
    is_joint = ports.reservoir[port] < 0
    node = ports.circuit.nodes[int(ports.node[port])]
    label = ports.label(port, "a joint" if is_joint else "electrons turn into holes")
    return Diagnostic(
        "QN412",
        f"'{ports.element_name(port)}' is given by probabilities, and its waves meet "
        + (f"others at the joint '{node}'" if is_joint else "a superconductor"),
        primary=label[0] if label else None,
        why="waves add with their phases, and probabilities have none",
        help=f"put a probe there, P9 {node} type=dephasing, or give amplitudes",
    )
