"""The circuit equations: islands, sources and resistors under Kirchhoff's law.

Every voltage source is a rigid link between two reservoirs, so that the unknowns are
the voltages of the floating trees alone: the matrix stays diagonally dominant, chiral
islands make it non-symmetric, and no pivot is zero by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import Gq, kB_eV
from qnet.diagnostics import Diagnostic, PhysicsError
from qnet.network.entries import largest, total
from qnet.transport.conductance import Stamp, currents
from qnet.transport.groups import (
    Anchors,
    Links,
    anchor,
    befalling,
    connections,
    refuse_loops,
    voltage_links,
    with_resistors,
)
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.transmission import sum_by

PINCHED: Final = 0.1
"""Currents below this share of (e²/h) V are small differences of probabilities, V the
largest voltage or difference of k_BT/e: conservation is then judged against that share.
"""

SINGULAR: Final = Diagnostic(
    "QN534",
    "the circuit equations are singular",
    why="conductances cancel, or are lost beside much larger ones, and the voltage "
    "{where} floats free",
    help="bring resistances nearer to one another, or hold one more voltage",
)


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """Sweep points at which something has no answer, and why."""

    where: Bools
    diagnostic: Diagnostic


class Apart(Exception):
    """Sweep points that must be solved apart: voltages float at some of them only.

    Attributes
    ----------
    labels : (*sweep,)
        Equal where points can be solved together.
    """

    def __init__(self, labels: Ints) -> None:
        super().__init__("voltages float at some points of a sweep only")
        self.labels = labels


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Voltages and currents that satisfy Kirchhoff's law.

    Attributes
    ----------
    voltage : (*sweep, n)
        V of each reservoir; NaN where nothing determines it.
    current : (*sweep, n)
        A into the device from each reservoir, through its scatterer pins.
    temperature : (*sweep, n)
        K of each reservoir.
    heat : (*sweep, n)
        W that leaves each reservoir through its scatterer pins.
    lumped : mapping
        By letter (V, I, R, C): currents (*sweep, count) in A, from the first node to
        the second through the element.
    grounded : (*sweep, n), or axes of length 1
        Reservoirs set to 0 V because nothing in their group refers to a voltage.
    marks : tuple of Mark
        Points without an answer.
    backward_error : (*sweep,)
        ‖b - A x‖ / (ε n ‖A‖ ‖x‖) of the circuit equations.
    conservation : (*sweep,)
        |Σ I| / Σ |I| over all reservoirs, and of each floating one if that is worse.
    """

    voltage: Floats
    current: Floats
    temperature: Floats
    heat: Floats
    lumped: Mapping[str, Floats]
    grounded: Bools
    marks: tuple[Mark, ...]
    backward_error: Floats
    conservation: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What the circuit prescribes, vertex by vertex.

    Attributes
    ----------
    held : (size,)
        Whether the voltage is given.
    voltage, injected : (*sweep, size)
        V where held, else 0; A put into each vertex by sources of current.
    thermal : (*sweep, size)
        A that temperature differences alone drive into the device at each vertex.
    emf : (*sweep, sources)
        V of the V cards.
    """

    held: Bools
    voltage: Floats
    injected: Floats
    thermal: Floats
    emf: Floats

    def at(self, shape: tuple[int, ...], points: Bools | None) -> Given:
        """The same at some of the sweep points, in one row."""
        return Given(
            self.held,
            pick(self.voltage, shape, points),
            pick(self.injected, shape, points),
            pick(self.thermal, shape, points),
            pick(self.emf, shape, points),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """The stamps of a circuit and what it prescribes."""

    circuit: Circuit
    stamp: Stamp
    conductors: Stamp
    links: Links
    given: Given
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Potentials:
    """Voltages (*sweep, size) measured from `shift`; which of them are free.

    Axes along which nothing varies are of length 1, or missing where all lead.
    """

    relative: Floats
    shift: Floats
    is_free: Bools
    grounded: Bools


def solve_circuit(
    circuit: Circuit, stamp: Stamp, thermal: Floats | None = None
) -> Solution:
    """Voltages of all floating reservoirs and all currents, at every sweep point.

    Parameters
    ----------
    circuit : Circuit
        Reservoirs and lumped elements; capacitors carry no steady current.
    stamp : Stamp
        Conductances of all islands.
    thermal : (*sweep, n), optional
        Current into the device that temperature differences drive without voltages.

    Returns
    -------
    Solution
        At the temperatures of the netlist, without heat, which is of second order.

    Raises
    ------
    PhysicsError
        QN530: a probe that nothing determines; QN531: prescribed currents that
        cannot return; QN532: a loop of voltage sources; QN533: a resistor of 0 Ω;
        QN534: singular equations. QN530, QN531 and QN534 are raised where they hold
        at every sweep point, and marked where only at some.
    """
    given = prescribe(circuit, stamp.size, thermal)
    links = voltage_links(circuit, given.held)
    refuse_loops(circuit, links)
    conductors = with_resistors(circuit, stamp)
    shape = np.broadcast_shapes(
        circuit.shape, conductors.values.shape[:-1], given.thermal.shape[:-1]
    )
    problem = _Problem(circuit, stamp, conductors, links, given, shape)
    found: list[Mark] = []
    parts: list[tuple[Bools | None, _Potentials]] = []
    for points, group in connections(conductors, links.root, shape):
        here = given.at(shape, points)
        anchors = anchor(circuit, group, here.held, here.injected)
        part = _solve_group(conductors.at(shape, points), links, anchors, here)
        parts.append((points, part))
        faults = list(anchors.faults)
        if part.is_free.any():
            adrift = np.asarray(np.isnan(part.relative) & ~anchors.is_lost)
            if adrift.any():
                vertices = np.asarray(adrift.reshape(-1, adrift.shape[-1]).any(0))
                singular = befalling(SINGULAR, circuit, vertices)
                faults.append((np.asarray(adrift.any(-1)), singular))
        found += [Mark(scatter(bad, shape, points), why) for bad, why in faults]
    return _report(problem, _together(parts, shape), settle(found))


def _together(
    parts: Sequence[tuple[Bools | None, _Potentials]], shape: tuple[int, ...]
) -> _Potentials:
    """Potentials of all points from those of each grouping."""
    (points, first), *_ = parts
    if points is None:
        return first
    size = first.relative.shape[-1]
    relative, shift = np.zeros((2, *shape, size))
    is_free, grounded = np.zeros((2, *shape, size), bool)
    for points, part in parts:
        relative[points], shift[points] = part.relative, part.shift
        is_free[points], grounded[points] = part.is_free, part.grounded
    return _Potentials(relative, shift, is_free, grounded)


def prescribe(circuit: Circuit, size: int, thermal: Floats | None = None) -> Given:
    """Held voltages and driven currents of a circuit, inner vertices with none."""
    reservoirs = circuit.reservoirs
    n = len(reservoirs)
    held = np.zeros(size, bool)
    held[:n] = reservoirs.held
    voltage = _widen(np.where(reservoirs.held, reservoirs.voltage, 0.0), size)
    injected = _widen(np.where(reservoirs.driven, reservoirs.current, 0.0), size)
    pumps, sources = circuit.lumped_of("I"), circuit.lumped_of("V")
    if pumps is not None:
        taken, given = pumps.ends.T
        injected = injected + sum_by(pumps.value, given, size)
        injected = injected - sum_by(pumps.value, taken, size)
    none = np.zeros((*(1 for _ in circuit.shape), 0))
    return Given(
        held,
        voltage,
        injected,
        _widen(none if thermal is None else thermal, size),
        none if sources is None else sources.value,
    )


def _widen(values: Floats, size: int) -> Floats:
    wide = np.zeros((*values.shape[:-1], size))
    wide[..., : values.shape[-1]] = values
    return wide


def pick(array: Floats, shape: tuple[int, ...], points: Bools | None) -> Floats:
    """Rows of an array (*sweep, m) at some sweep points; all of it for None."""
    if points is None:
        return array
    return np.broadcast_to(array, (*shape, array.shape[-1]))[points]


def scatter(flags: Bools, shape: tuple[int, ...], points: Bools | None) -> Bools:
    """Undo `pick` for one flag a point; False elsewhere."""
    if points is None:
        return np.broadcast_to(flags, shape)
    whole = np.zeros(shape, bool)
    whole[points] = flags
    return whole


def settle(found: Sequence[Mark]) -> tuple[Mark, ...]:
    """Join marks that say the same, and raise those that hold at every point."""
    joined: dict[str, Mark] = {}
    for mark in found:
        text = mark.diagnostic.message
        old = joined.get(text)
        joined[text] = (
            mark if old is None else replace(old, where=old.where | mark.where)
        )
    marks = tuple(mark for mark in joined.values() if mark.where.any())
    hopeless = [mark.diagnostic for mark in marks if mark.where.all()]
    if hopeless:
        raise PhysicsError(hopeless)
    return marks


def _solve_group(
    matrix: Stamp, links: Links, anchors: Anchors, given: Given
) -> _Potentials:
    """Voltages where one grouping holds; NaN where they have no meaning."""
    root = links.root
    offset = links.offset(given.emf)
    shift = np.where(anchors.reference >= 0, given.voltage[..., anchors.reference], 0.0)
    if given.held.all():
        relative = given.voltage - shift
        return _Potentials(relative, shift, ~given.held, anchors.grounded)
    foot = np.where(given.held, given.voltage - shift, 0.0)
    shape = np.broadcast_shapes(foot.shape, offset.shape)
    foot = np.broadcast_to(foot, shape).copy()
    stands = np.flatnonzero(anchors.grounded)
    foot[..., root[stands]] -= offset[..., stands]
    fixed = foot[..., root] + offset

    is_fixed = np.zeros(matrix.size, bool)
    is_fixed[root[given.held | anchors.grounded]] = True
    is_free = ~is_fixed[root] & ~anchors.is_adrift
    relative = fixed
    if is_free.any():
        injected = given.injected - given.thermal - matrix.surplus * shift
        relative = fixed + _rise(matrix, number_trees(root, is_free), fixed, injected)
    if anchors.is_lost.any():
        relative = np.where(anchors.is_lost, np.nan, relative)
    return _Potentials(relative, shift, is_free, anchors.grounded)


def _rise(matrix: Stamp, unknown: Ints, fixed: Floats, injected: Floats) -> Floats:
    """Voltages of free trees above where they would be `fixed`; zero elsewhere."""
    rows, cols = matrix.rows, matrix.cols
    is_free, count = unknown >= 0, int(unknown.max()) + 1
    push = injected - sum_by(matrix.values * fixed[..., cols], rows, matrix.size)
    drive = sum_by(push[..., is_free], unknown[is_free], count)
    within = is_free[rows] & is_free[cols]
    x = solve_nodal(
        unknown[rows[within]],
        unknown[cols[within]],
        matrix.values[..., within],
        count,
        drive[..., None],
    )[..., 0]
    return np.where(is_free, x[..., unknown], 0.0)


def number_trees(root: Ints, is_free: Bools) -> Ints:
    """Unknown of each vertex: one for each tree of free vertices, -1 elsewhere."""
    feet = is_free & (root == np.arange(len(root)))
    return np.where(is_free, (np.cumsum(feet) - 1)[root], -1)


def _report(
    problem: _Problem, potentials: _Potentials, marks: tuple[Mark, ...]
) -> Solution:
    """Currents and certificates, computed from the conductances themselves."""
    stamp, conductors, links = problem.stamp, problem.conductors, problem.links
    n, size, given = stamp.reservoirs, stamp.size, problem.given
    lost = np.isnan(potentials.relative)
    has_lost = bool(lost.any())
    relative = (
        np.where(lost, 0.0, potentials.relative) if has_lost else potentials.relative
    )
    into = currents(stamp, relative, potentials.shift)
    outflow = into
    if conductors is not stamp:
        outflow = currents(conductors, relative, potentials.shift)
    is_warm = given.thermal.any()
    if is_warm:
        into, outflow = into + given.thermal, outflow + given.thermal
    if given.injected.any():
        outflow = outflow - given.injected
    height = largest(abs(relative))
    temperature = problem.circuit.reservoirs.temperature
    # differences of temperature drive as much, and may find nothing to drive
    warmth = kB_eV * np.ptp(temperature, -1) if is_warm else 0.0
    drive = np.maximum(height, warmth)
    astray = abs(total(into[..., :n]))
    conservation = _share(astray, total(abs(into)), drive)
    backward_error = np.zeros((1,) * astray.ndim)
    if potentials.is_free.any():
        misfit = np.where(potentials.is_free & ~lost, outflow, 0.0)
        worst = largest(abs(sum_by(misfit, links.root, size)))
        norm = largest(conductors.row_scale) * height
        backward_error = _ratio(worst, np.finfo(float).eps * size * norm)
        turned = _share(worst, total(abs(outflow)), drive)
        conservation = np.maximum(conservation, turned)
    heat = np.where(lost, np.nan, 0.0) if has_lost else np.zeros(size)
    grounded, rank = potentials.grounded[..., :n], len(problem.shape)

    def everywhere(values: Floats) -> Floats:
        return np.broadcast_to(values, (*problem.shape, values.shape[-1]))

    through = lumped_currents(problem.circuit, links, potentials.relative, outflow)
    return Solution(
        voltage=everywhere((potentials.relative + potentials.shift)[..., :n]),
        current=everywhere(
            (np.where(lost, np.nan, into) if has_lost else into)[..., :n]
        ),
        temperature=everywhere(temperature),
        heat=everywhere(heat[..., :n]),
        lumped={letter: everywhere(each) for letter, each in through.items()},
        grounded=grounded.reshape((1,) * (rank - grounded.ndim + 1) + grounded.shape),
        marks=marks,
        backward_error=backward_error,
        conservation=conservation,
    )


def lumped_currents(
    circuit: Circuit, links: Links, voltage: Floats, outflow: Floats
) -> dict[str, Floats]:
    """Current through each lumped element, from its first node to its second.

    Parameters
    ----------
    voltage : (*sweep, size)
        V, from any level common to the ends of an element.
    outflow : (*sweep, size)
        A leaving each vertex otherwise than through a V card.

    Returns
    -------
    dict
        By letter, (*sweep, count) in A.
    """
    shape = outflow.shape[:-1]
    found: dict[str, Floats] = {}
    for part in circuit.lumped:
        if part.kind == "R":
            first, second = part.ends.T
            found["R"] = (voltage[..., first] - voltage[..., second]) / part.value
        elif part.kind == "I":
            found["I"] = np.broadcast_to(part.value, (*shape, len(part))).copy()
        elif part.kind == "C":
            found["C"] = np.zeros((*shape, len(part)))
        elif part.kind == "V":
            found["V"] = links.source_currents(outflow, len(part))
    return found


def _share(fault: Floats, flow: Floats, height: Floats) -> Floats:
    return _ratio(fault, np.maximum(flow, PINCHED * Gq * height))


def _ratio(fault: Floats, scale: Floats) -> Floats:
    return np.divide(fault, scale, out=np.zeros_like(fault), where=fault > 0)
