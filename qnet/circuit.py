"""The seam: what both text and Python make, and what the physics reads.

Flat, checked, in internal units (eV, V, K, A, S, W, m, s, T, Φ0), in columns. Batch
axes lead: the sweep axes, in the order declared; every array has all of them, of
length 1 where it does not depend on that axis.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qnet.diagnostics import Diagnostic, Span
from qnet.registry import ReservoirKind, Scatterer

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reservoir:
    """A node with a Fermi sea, as one row: made when somebody asks.

    `voltage` is None where nothing holds it; `current` is what is driven into the
    device; arrays run along the sweep axes.
    """

    name: str
    node: str
    kind: ReservoirKind
    voltage: Floats | None
    current: Floats
    temperature: Floats
    span: Span | None


@dataclass(frozen=True, slots=True, eq=False)
class Reservoirs:
    """All reservoir nodes, in columns of length n.

    T and P come first in the order of their cards, then the reservoirs inside in-line
    probes, then bare nodes that only touch lumped elements or node 0.

    Attributes
    ----------
    names : sequence of str
        Name of the T or P, else of the node.
    nodes : (n,)
        Node number.
    kind : (n,)
        `ReservoirKind` values.
    held : (n,)
        Whether a T holds its voltage (``V=``), or it is node 0.
    driven : (n,)
        Whether a T drives a current (``I=``).
    is_terminal : (n,)
        Whether it was declared by a T.
    voltage, current, temperature : (*sweep, n)
        V, A into the device, K; zero where not set.
    gap, phase : (*sweep, n)
        Superconductors only: eV, rad.
    spans : sequence of Span or None
        Where each is declared.
    polarization, absorb : (*sweep, n)
        Of terminals: spin polarisation, and the probability to absorb what a chiral
        edge brings; NaN where a card does not give it, None where none does.
    axis : (*sweep, n, 3)
        Direction of the polarisation; None: z.
    """

    names: Sequence[str]
    nodes: Ints
    kind: NDArray[np.int8]
    held: Bools
    driven: Bools
    is_terminal: Bools
    voltage: Floats
    current: Floats
    temperature: Floats
    gap: Floats
    phase: Floats
    spans: Sequence[Span | None]
    polarization: Floats | None = None
    absorb: Floats | None = None
    axis: Floats | None = None

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True, slots=True, eq=False)
class Lumped:
    """All lumped elements of one letter: V, I, R or C.

    `ends` holds reservoir indices (n, 2), first node first; `value` (*sweep, n) is in
    V, A, Ω or F; `temperature` (*sweep, n) in K serves the noise of resistors.
    """

    kind: str
    names: Sequence[str]
    ends: Ints
    value: Floats
    temperature: Floats
    spans: Sequence[Span | None]

    def __len__(self) -> int:
        return len(self.ends)


@dataclass(frozen=True, slots=True, eq=False)
class Lever:
    """Lever arms ``ref=(s:0.6 d:0.4)``: energies of an element follow voltages.

    The element is evaluated at E + e Σ w V: `reservoirs` (instance, k) are indices,
    `weights` (instance, *sweep, k) plain numbers.
    """

    reservoirs: Ints
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """All scatterers of one model and one structure.

    `model` holds numbers along (instance, sweep axes, energy); `nodes` (instance,
    port) are node numbers.
    """

    model: Scatterer
    names: Sequence[str]
    nodes: Ints
    spans: Sequence[Span | None]
    lever: Lever | None = None

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One sweep direction; `coordinates` are further columns of a zipped sweep."""

    name: str
    values: Floats
    unit: str = ""
    coordinates: tuple[tuple[str, Floats, str], ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is stepped along it."""
        return (self.name, *(name for name, _, _ in self.coordinates))


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """Everything the physics needs, and nothing of the text but names and places.

    Attributes
    ----------
    nodes : sequence of str
        Display name of each node number.
    reservoir_of : (nodes,)
        Reservoir index of each node, -1 for a coherent joint.
    shape : tuple of int
        Lengths of the sweep axes.
    fermi, temperature, field, magnetization : (*sweep,)
        EF in eV, .temp in K, B in T, M.
    spin : int or "full"
        Channel degeneracy as the netlist states it.
    response : str
        ``linear`` or ``full``.
    structure : hashable
        Equal for circuits of one template that share topology and channel counts, so
        that what was planned for one serves the other.
    """

    title: str
    nodes: Sequence[str]
    reservoir_of: Ints
    reservoirs: Reservoirs
    lumped: tuple[Lumped, ...]
    groups: tuple[Group, ...]
    shape: tuple[int, ...]
    fermi: Floats
    temperature: Floats
    field: Floats
    magnetization: Floats
    spin: int | str = 1
    response: str = "linear"
    tolerance: float = 1e-10
    structure: Hashable = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def degeneracy(self) -> int:
        """Factor on every conductance: 2 for ``spin=2``, else 1."""
        return 2 if self.spin == 2 else 1

    @property
    def lossy(self) -> tuple[Group, ...]:
        """Scatterers that are declared to lose particles."""
        return tuple(g for g in self.groups if getattr(g.model, "lossy", False))

    def with_source(self, name: str, value: Floats) -> Circuit:
        """The circuit with one source at other values, solved in full response.

        Parameters
        ----------
        name : str
            A V or I card; a T, whose ``I=`` is meant if it has one, else its ``V=``;
            or a P, which then is held.
        value : (*sweep,)
            V or A.

        Raises
        ------
        KeyError
            There is no such source.
        """
        folded = name.casefold()
        rows = self.reservoirs
        for k, known in enumerate(rows.names):
            if known.casefold() == folded:
                if rows.driven[k]:
                    current = _with_column(rows.current, k, value)
                    changed = replace(rows, current=current)
                else:
                    held = rows.held | (np.arange(len(rows)) == k)
                    voltage = _with_column(rows.voltage, k, value)
                    # a held probe gives and takes current: no dephasing probe does
                    kind = rows.kind.copy()
                    if kind[k] == ReservoirKind.DEPHASING:
                        kind[k] = ReservoirKind.NORMAL
                    changed = replace(rows, held=held, voltage=voltage, kind=kind)
                return replace(self, reservoirs=changed, response="full")
        for number, part in enumerate(self.lumped):
            for k, known in enumerate(part.names):
                if part.kind in {"V", "I"} and known.casefold() == folded:
                    lumped = list(self.lumped)
                    lumped[number] = replace(
                        part, value=_with_column(part.value, k, value)
                    )
                    return replace(self, lumped=tuple(lumped), response="full")
        raise KeyError(name)

    def lumped_of(self, kind: str) -> Lumped | None:
        """All lumped elements of one letter, or None."""
        return next((part for part in self.lumped if part.kind == kind), None)


def scatters_alike(first: Circuit, second: Circuit) -> bool:
    """Whether two circuits of one template agree in every number that physics reads.

    Then nothing needs to be computed twice: the audit at the reversed field of a
    circuit without field compares it with itself.
    """
    if first is second:
        return True
    names = ("groups", "lumped", "fermi", "temperature", "spin")
    return all(
        _equal(getattr(first, name), getattr(second, name)) for name in names
    ) and _equal(_unpolarised(first.reservoirs), _unpolarised(second.reservoirs))


def _unpolarised(reservoirs: Reservoirs) -> Reservoirs:
    """Without the direction of a polarisation that nothing has."""
    if reservoirs.polarization is not None:
        return reservoirs
    return replace(reservoirs, axis=None)


_SAID: Final = frozenset({"names", "spans"})
"""Fields that say what something is called, and where it stands in the text."""


def _equal(first: object, second: object) -> bool:
    """Whether two values, or the fields of two objects, are equal."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if is_dataclass(first):
        return all(
            _equal(getattr(first, part.name), getattr(second, part.name))
            for part in fields(first)
            if part.name not in _SAID
        )
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(_equal, first, second))
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        is_number = first.dtype.kind in "fc"
        return np.array_equal(first, second, equal_nan=is_number)
    return bool(first == second)


def _with_column(columns: Floats, k: int, value: Floats) -> Floats:
    """Columns (*sweep, n) with column k replaced along the sweep."""
    shape = np.broadcast_shapes(columns.shape[:-1], value.shape)
    changed = np.broadcast_to(columns, (*shape, columns.shape[-1])).copy()
    changed[..., k] = value
    return changed
