"""Contacts that are not ideal: barriers between a terminal's reservoir and its pins.

A polarised terminal holds a spin filter in front of each pin; one that absorbs only
part of an edge lets the rest pass through a beam splitter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qnet.circuit import Circuit, Floats, Group, Ints
from qnet.diagnostics import Diagnostic, Label, NetlistError, Span
from qnet.scatterers.filter import SpinFilter
from qnet.scatterers.splitter import Splitter


def with_contacts(circuit: Circuit) -> Circuit:
    """Put what ``pol=`` and ``absorb=`` of terminals mean between node and pins.

    Raises
    ------
    NetlistError
        QN408: ``pol=`` without resolved spin; QN409: ``absorb=`` on a terminal that
        does not join two pins; QN411: ``pol=`` on a chiral edge.
    """
    reservoirs = circuit.reservoirs
    if reservoirs.polarization is None and reservoirs.absorb is None:
        return circuit
    work = _Insertion(circuit)
    if reservoirs.polarization is not None:
        for k in _given(reservoirs.polarization):
            work.polarize(k)
    if reservoirs.absorb is not None:
        for k in _given(reservoirs.absorb):
            work.let_pass(k)
    return work.result()


def _given(column: Floats) -> list[int]:
    """Reservoirs whose card gives a key, from (*sweep, n)."""
    flat = column.reshape(-1, column.shape[-1])
    return np.flatnonzero(~np.isnan(flat).all(0)).tolist()


@dataclass(frozen=True, slots=True)
class _Pin:
    """A port of an element that lands on a terminal: group, instance, port."""

    group: int
    instance: int
    port: int


class _Insertion:
    """A circuit to which nodes and scatterers are added."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.ports = [group.nodes.copy() for group in circuit.groups]
        self.names = list(circuit.nodes)
        self.added: list[Group] = []

    def polarize(self, k: int) -> None:
        """Put a spin filter before each pin of terminal k."""
        circuit, reservoirs = self.circuit, self.circuit.reservoirs
        name, span = reservoirs.names[k], reservoirs.spans[k]
        if circuit.spin != "full":
            raise _refusal(
                "QN408",
                f"'{name}' is polarised, but channels have no spin",
                span,
                why="a polarisation needs channels that are counted spin by spin",
                cure="write .options spin=full",
            )
        assert reservoirs.polarization is not None
        p = reservoirs.polarization[..., k]
        with np.errstate(divide="ignore"):
            up, down = (np.minimum(1, (1 + s * p) / (1 - s * p)) for s in (1, -1))
        up, down = (np.where(np.isnan(T), 1.0, T) for T in (up, down))
        assert reservoirs.axis is not None
        axis = reservoirs.axis[..., k, :]
        for pin in self._pins(k):
            self._refuse_one_way(pin, name, span)
            inner = self._new_node(f"{name}.{len(self.names)}", pin)
            filter_ = SpinFilter(
                Tup=up[None, ..., None],
                Tdn=down[None, ..., None],
                axis=axis[None, ..., None, :],
            )
            node = int(reservoirs.nodes[k])
            self._add(filter_, f"{name}.pol", [node, inner], span)

    def _refuse_one_way(self, pin: _Pin, name: str, span: Span | None) -> None:
        """A barrier reflects, and a chiral edge has no channel to lead that away."""
        group = self.circuit.groups[pin.group]
        incoming, outgoing = group.model.channels()[pin.port]
        if incoming != outgoing and 0 in (incoming, outgoing):
            edge = group.names[pin.instance]
            raise _refusal(
                "QN411",
                f"'{name}' is polarised, and '{edge}' runs one way",
                span,
                why="a polarised contact is a barrier for one of the spins; it "
                "reflects, and an edge channel leads nothing back",
                cure="leave out pol=, or choose the spin by a beam splitter",
            )

    def let_pass(self, k: int) -> None:
        """Let part of an edge pass terminal k."""
        reservoirs = self.circuit.reservoirs
        name, span = reservoirs.names[k], reservoirs.spans[k]
        pins = self._pins(k)
        if len(pins) != 2:
            raise _refusal(
                "QN409",
                f"'{name}' absorbs part of an edge, but joins {len(pins)} pins",
                span,
                why="an edge that passes a contact needs one pin to come from and one "
                "to go on to",
                cure="let two edges meet at the terminal, or leave out absorb=",
            )
        assert reservoirs.absorb is not None
        T = reservoirs.absorb[..., k]
        first, last = (self._new_node(f"{name}.{side}", pin)
                       for side, pin in zip("ab", pins, strict=True))  # fmt: skip
        node = int(reservoirs.nodes[k])
        splitter = Splitter(T=T[None, ..., None], phase=np.zeros((1,) * (T.ndim + 2)))
        self._add(splitter, f"{name}.absorb", [first, node, node, last], span)

    def result(self) -> Circuit:
        """The circuit with all that was added."""
        circuit = self.circuit
        new = len(self.names) - len(circuit.nodes)
        groups = [
            replace(group, nodes=nodes)
            for group, nodes in zip(circuit.groups, self.ports, strict=True)
        ]
        return replace(
            circuit,
            nodes=self.names,
            reservoir_of=np.concatenate([circuit.reservoir_of, np.full(new, -1)]),
            groups=(*groups, *self.added),
        )

    def _pins(self, k: int) -> list[_Pin]:
        node = self.circuit.reservoirs.nodes[k]
        return [
            _Pin(number, int(instance), int(port))
            for number, nodes in enumerate(self.ports)
            for instance, port in np.argwhere(nodes == node)
        ]

    def _new_node(self, name: str, pin: _Pin) -> int:
        """A joint of its own for one pin."""
        self.names.append(name)
        self.ports[pin.group][pin.instance, pin.port] = len(self.names) - 1
        return len(self.names) - 1

    def _add(
        self,
        model: Any,  # noqa: ANN401  the decorator completes it to a Scatterer
        name: str,
        nodes: list[int],
        span: Span | None,
    ) -> None:
        columns: Ints = np.array([nodes], np.intp)
        self.added.append(Group(model, [name], columns, [span]))


def _refusal(
    code: str, message: str, span: Span | None, *, why: str, cure: str
) -> NetlistError:
    label = Label(span) if span is not None else None
    return NetlistError((Diagnostic(code, message, label, why=why, help=cure),))
