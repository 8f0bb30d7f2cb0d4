"""Which reservoirs hang together, what holds their voltage, and which are lost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import Gq
from qnet.diagnostics import Diagnostic, Label, PhysicsError, refuse
from qnet.network.connected import components
from qnet.network.entries import entry_first, taken
from qnet.transport.conductance import Stamp
from qnet.transport.transmission import NEGLIGIBLE, ROUNDING, sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Voltage sources as rigid links between reservoirs: a forest.

    Attributes
    ----------
    root : (size,)
        Vertex at the foot of each vertex's tree; itself where no source ends.
    child, parent, source : (links,)
        Each link from its upper to its lower vertex, lower ones first.
    sign : (links,)
        +1 where the source's first node is the child: V[child] = V[parent] + sign·E.
    depth : (links,)
        Links between the child and the root.
    closing : (k,)
        Sources left out of the forest because they would close a loop.
    """

    root: Ints
    child: Ints
    parent: Ints
    source: Ints
    sign: Ints
    depth: Ints
    closing: Ints

    def offset(self, emf: Floats) -> Floats:
        """Voltage of each vertex above its root, (*sweep, size), volts."""
        offset = np.zeros((*emf.shape[:-1], len(self.root)))
        for level in self.levels():
            rise = self.sign[level] * emf[..., self.source[level]]
            offset[..., self.child[level]] = offset[..., self.parent[level]] + rise
        return offset

    def source_currents(self, outflow: Floats, sources: int) -> Floats:
        """Current through each source, first to second node, by Kirchhoff's law.

        Parameters
        ----------
        outflow : (*sweep, size)
            A leaving each vertex otherwise than through a source.

        Returns
        -------
        (*sweep, sources)
        """
        leaving = outflow.copy()
        through = np.zeros((*outflow.shape[:-1], sources))
        for level in reversed(list(self.levels())):
            child = leaving[..., self.child[level]]
            through[..., self.source[level]] = -self.sign[level] * child
            leaving += sum_by(child, self.parent[level], leaving.shape[-1])
        return through

    def levels(self) -> Iterator[Ints]:
        """Links of one depth after another, from the roots up."""
        for depth in range(1, self.depth.max(initial=0) + 1):
            yield np.flatnonzero(self.depth == depth)


def voltage_links(circuit: Circuit, held: Bools) -> Links:
    """Trees of voltage sources, each rooted in a held vertex if it touches one.

    Parameters
    ----------
    held : (size,)
        Vertices whose voltage is given.
    """
    sources = circuit.lumped_of("V")
    if sources is None:
        none = np.zeros(0, np.intp)
        return Links(np.arange(len(held)), none, none, none, none, none, none)
    ends = sources.ends.tolist()
    touching: dict[int, list[tuple[int, int, int]]] = {}
    for k, (first, second) in enumerate(ends):
        touching.setdefault(first, []).append((k, second, -1))
        touching.setdefault(second, []).append((k, first, +1))
    root = np.arange(len(held))
    links: list[tuple[int, int, int, int, int]] = []
    closing: set[int] = set()
    reached: set[int] = set()
    for foot in sorted(touching, key=lambda vertex: not held[vertex]):
        if foot in reached:
            continue
        reached.add(foot)
        frontier = [(foot, 0, -1)]
        for vertex, depth, climbed in frontier:
            for k, other, sign in touching[vertex]:
                if k == climbed:
                    continue
                if other in reached or held[other]:
                    closing.add(k)
                    continue
                reached.add(other)
                root[other] = foot
                links.append((other, vertex, k, sign, depth + 1))
                frontier.append((other, depth + 1, k))
    child, parent, source, side, depths = np.array(links, np.intp).reshape(-1, 5).T
    return Links(
        root, child, parent, source, side, depths, np.array(sorted(closing), np.intp)
    )


def refuse_loops(circuit: Circuit, links: Links) -> None:
    """Raise for voltage sources in a loop, directly or through held voltages.

    Raises
    ------
    PhysicsError
        QN532.
    """
    sources = circuit.lumped_of("V")
    if sources is None or not len(links.closing):
        return
    k = int(links.closing[0])
    names = circuit.reservoirs.names
    first, second = (names[end] for end in sources.ends[k])
    raise refuse(
        PhysicsError,
        "QN532",
        f"voltage source '{sources.names[k]}' closes a loop of given voltages "
        f"between '{first}' and '{second}'",
        sources.spans[k],
        why="two ideal voltage sources prescribe one difference, "
        "and nothing decides their currents",
        help="put a resistor in series, or drop one of the sources",
    )


def with_resistors(circuit: Circuit, stamp: Stamp) -> Stamp:
    """The islands' conductances and those of the R cards in one stamp.

    Raises
    ------
    PhysicsError
        QN533: a resistor of 0 Ω.
    """
    resistors = circuit.lumped_of("R")
    if resistors is None or not len(resistors):
        return stamp
    shorted = np.flatnonzero((resistors.value == 0).reshape(-1, len(resistors)).any(0))
    if len(shorted):
        k = int(shorted[0])
        raise refuse(
            PhysicsError,
            "QN533",
            f"resistor '{resistors.names[k]}' has 0 Ω",
            resistors.spans[k],
            help="an ideal wire or ammeter is a voltage source of 0 V: `V… a b 0`",
        )
    a, b = resistors.ends.T
    g = 1 / resistors.value
    shape = np.broadcast_shapes(stamp.values.shape[:-1], g.shape[:-1])
    pieces = [stamp.values, g, g, -g, -g]
    return Stamp(
        np.concatenate([stamp.rows, a, b, a, b]),
        np.concatenate([stamp.cols, a, b, b, a]),
        np.concatenate([np.broadcast_to(p, (*shape, p.shape[-1])) for p in pieces], -1),
        stamp.size,
        stamp.inner,
    )


def connections(
    conductors: Stamp, root: Ints, shape: tuple[int, ...]
) -> list[tuple[Bools | None, Ints]]:
    """Groups of vertices that conduct to one another, wherever they are the same.

    Parameters
    ----------
    root : (size,)
        Vertex to which a voltage source ties each vertex, or itself.
    shape : tuple of int
        Lengths of the sweep axes.

    Returns
    -------
    list of (points, group)
        `points` (*shape) tells at which points the grouping holds, None for all of
        them; `group` (size,) numbers the group of each vertex.
    """
    is_off = conductors.rows != conductors.cols
    left = np.concatenate([conductors.rows[is_off], root])
    right = np.concatenate([conductors.cols[is_off], np.arange(len(root))])
    conducts = taken(conductors.magnitude, is_off) > NEGLIGIBLE * Gq
    if conducts.all():
        return [(None, components(conductors.size, left, right))]
    tied = np.ones(len(root), bool)

    def grouped(edges: Bools) -> Ints:
        used = np.concatenate([edges, tied])
        return components(conductors.size, left[used], right[used])

    # counted, for a circuit without scatterers has no pairs and -1 cannot be inferred
    count = math.prod(conducts.shape[:-1])
    columns = entry_first(conducts).reshape(conducts.shape[-1], count)
    if (columns == columns[:, :1]).all():
        return [(None, grouped(columns[:, 0]))]
    flat = columns.T
    _, first, label = np.unique(
        np.packbits(flat, axis=-1), axis=0, return_index=True, return_inverse=True
    )
    distinct, same = np.unique(
        np.stack([grouped(flat[k]) for k in first]), axis=0, return_inverse=True
    )
    if len(distinct) == 1:
        return [(None, distinct[0])]
    where = same.ravel()[label.ravel()].reshape(conducts.shape[:-1])
    where = np.broadcast_to(where, shape)
    return [(where == k, group) for k, group in enumerate(distinct)]


def feeding(conductors: Stamp) -> Bools:
    """Vertices that do not merely listen to others, (size,).

    An eliminated dephasing probe feeds nobody: its row is no law of Kirchhoff, and its
    voltage would hold no other if it were grounded.
    """
    is_off = conductors.rows != conductors.cols
    listens = np.zeros(conductors.size, bool)
    listens[conductors.rows[is_off]] = True
    listens[conductors.cols[is_off]] = False
    return ~listens


def grounds(group: Ints, feeds: Bools) -> Ints:
    """Vertex that grounds each vertex's group: the last of it that feeds others."""
    ground = np.zeros(len(group), np.intp)
    order = np.argsort(feeds, kind="stable")
    ground[group[order]] = order
    return ground[group]


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """What fixes the voltages of each group.

    Attributes
    ----------
    reference : (size,)
        Held vertex of each vertex's group, -1 where there is none.
    grounded : (size,)
        Vertices set to 0 V because their group has no reference.
    is_adrift : (size,)
        Vertices of groups that nothing determines.
    is_lost : (*sweep, size), or (size,) where it is the same everywhere
        Vertices without a voltage: those adrift, and those whose driven currents
        cannot return.
    faults : tuple of (where (*sweep), Diagnostic)
        Why.
    """

    reference: Ints
    grounded: Bools
    is_adrift: Bools
    is_lost: Bools
    faults: tuple[tuple[Bools, Diagnostic], ...]


def anchor(circuit: Circuit, group: Ints, held: Bools, injected: Floats) -> Anchors:
    """Find a reference for each group, or say why there is none.

    A group without a held voltage has its last terminal set to 0 V, one that no
    current drives if there is such a one: it takes back what others drive in. Without
    terminals it is the last node that a source touches. Probes by themselves are lost.

    Parameters
    ----------
    group : (size,)
        Number of each vertex's group.
    held : (size,)
    injected : (*sweep, size)
        A put into each vertex by sources of current.
    """
    size, n = len(group), len(circuit.reservoirs)
    reference = _last(group, np.flatnonzero(held))[group]
    loose = reference < 0
    if not loose.any():
        return Anchors(reference, loose, loose, loose, ())
    source = _last(group, np.flatnonzero(_touched(circuit, "VI", size)))
    is_terminal, driven = circuit.reservoirs.is_terminal, circuit.reservoirs.driven
    terminal = _last(group, np.flatnonzero(is_terminal))
    taker = _last(group, np.flatnonzero(is_terminal & ~driven))
    foot = np.where(terminal >= 0, terminal, source)
    foot = np.where(taker >= 0, taker, foot)[group]
    adrift = loose & (foot < 0)
    is_lost = np.broadcast_to(adrift, injected.shape).copy()
    everywhere = np.ones(injected.shape[:-1], bool)
    faults = [
        (everywhere, _disconnected(circuit, np.flatnonzero(group[:n] == k)))
        for k in np.unique(group[:n][adrift[:n]])
    ]
    total, scale = (sum_by(x, group, size) for x in (injected, abs(injected)))
    unbalanced = abs(total) > ROUNDING * scale
    stranded = np.asarray(unbalanced & loose & (taker < 0)[group])
    for k in np.flatnonzero(stranded.any(axis=tuple(range(stranded.ndim - 1)))):
        members = np.flatnonzero(group == k)
        is_lost[..., members] |= stranded[..., k, None]
        faults.append((stranded[..., k], _no_return(circuit, members, injected)))
    return Anchors(
        reference, loose & (foot == np.arange(size)), adrift, is_lost, tuple(faults)
    )


def _last(group: Ints, candidates: Ints) -> Ints:
    """Last candidate in each group, -1 where there is none."""
    last = np.full(len(group), -1)
    last[group[candidates]] = candidates  # in rising order: the last one stays
    return last


def _touched(circuit: Circuit, letters: str, size: int) -> Bools:
    """Reservoirs at which lumped elements of these letters end."""
    touched = np.zeros(size, bool)
    for part in circuit.lumped:
        if part.kind in letters:
            touched[part.ends.ravel()] = True
    return touched


def _disconnected(circuit: Circuit, members: Ints) -> Diagnostic:
    reservoirs = circuit.reservoirs
    wired = _touched(circuit, "VIRC", len(reservoirs))[members].all()
    noun = "node" if wired else "probe"
    several = len(members) > 1
    span = reservoirs.spans[members[0]]
    return Diagnostic(
        "QN530",
        f"{noun}{'s' if several else ''} {quoted(reservoirs.names, members)} "
        f"{'are' if several else 'is'} disconnected",
        None if span is None else Label(span),
        why="nothing is transmitted between "
        + ("them" if several else "it")
        + " and any terminal, so no voltage is defined there",
        help="open a path to a terminal, or hold the voltage with a T",
    )


def _no_return(circuit: Circuit, members: Ints, injected: Floats) -> Diagnostic:
    reservoirs = circuit.reservoirs
    is_driven = np.any(injected.reshape(-1, injected.shape[-1]), 0)
    driven = members[is_driven[members]]
    span = reservoirs.spans[driven[0]]
    return Diagnostic(
        "QN531",
        f"the currents driven into {quoted(reservoirs.names, driven)} do not sum to "
        "zero, and nothing takes the rest",
        None if span is None else Label(span),
        why="no reservoir connected to them has a given voltage, "
        "so no current can leave the group",
        help="give one of them `V=0` instead of a current",
    )


def befalling(said: Diagnostic, circuit: Circuit, is_meant: Bools) -> Diagnostic:
    """A fault whose ``{where}`` is the reservoirs among some vertices (vertex,)."""
    reservoirs = circuit.reservoirs
    members = np.flatnonzero(is_meant[: len(reservoirs)])
    if len(members) == 0:
        return replace(said, why=said.why.format(where="somewhere inside"))
    span = reservoirs.spans[members[0]]
    return replace(
        said,
        primary=None if span is None else Label(span),
        why=said.why.format(where=f"at {quoted(reservoirs.names, members)}"),
    )


def quoted(names: Sequence[str], which: Ints, limit: int = 5) -> str:
    """Names for a message, ``'P1', 'P2' and 7 more``."""
    shown = ", ".join(f"'{names[k]}'" for k in which[:limit])
    return shown + (f" and {len(which) - limit} more" if len(which) > limit else "")
