"""Noise of large circuits, by what each source contributes to what is read.

Every scatterer and island is an independent source of fluctuations between its own
vertices. How much of a current pushed into each vertex arrives at an instrument is
known from `qnet.transport.instruments`; the noise is then a sum over sources. No matrix
of all pairs of reservoirs is formed.

References
----------
M. J. M. de Jong and C. W. J. Beenakker, Physica A 230, 219 (1996).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import Gq, e
from qnet.registry import ReservoirKind
from qnet.smatrix import Complex
from qnet.transport.conductance import Stamp, energy_stamp
from qnet.transport.equations import Solution, number_trees, pick
from qnet.transport.groups import connections
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.noise import Island, witness
from qnet.transport.occupations import Occupations, fermi_occupations
from qnet.transport.panels import Values
from qnet.transport.quadrature import BUDGET, integrate, integrate_guarded
from qnet.transport.thermal import thermal_breaks
from qnet.transport.transmission import Flows, sum_by

PER_VERTEX: Final = 32
"""Numbers that are worked with at one energy, for each vertex."""
AT_ONCE: Final = 4
"""The same where nothing but occupations depends on energy."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A circuit as a network of vertices: reservoirs first, then inner waves.

    Attributes
    ----------
    flows_at : callable
        Energies (*sweep, nE) in eV to probabilities.
    sources_at : callable
        Energies to independent sources, `Island` between vertices.
    """

    flows_at: Callable[[Floats], Flows]
    sources_at: Callable[[Floats], Sequence[Island]]


def network_noise(
    circuit: Circuit,
    network: Network,
    solution: Solution,
    answer: Floats,
    *,
    is_frozen: bool = False,
    rtol: float = 1e-10,
) -> tuple[Floats, Floats]:
    """Noise of all islands as instruments read it, and its quadrature error.

    Parameters
    ----------
    network : Network
    solution : Solution
        Voltages and temperatures.
    answer : (*sweep, n, k)
        `Reading.island`; those of dephasing probes and inner waves are found here, at
        each energy.
    is_frozen : bool
        What dephasing probes receive is lost.

    Returns
    -------
    noise : (*sweep, k, k)
        A²/Hz, one-sided, in the squared units of the answers.
    excess : (*sweep,)
        Error of the energy integrals over their tolerance.
    """
    mu = circuit.fermi[..., None] - np.nan_to_num(solution.voltage)
    temperature = np.nan_to_num(solution.temperature)
    kept = np.flatnonzero(circuit.reservoirs.kind != ReservoirKind.DEPHASING)
    n = len(circuit.reservoirs)
    told = answer[..., None, :n, :].copy()
    told[..., np.setdiff1d(np.arange(n), kept), :] = 0.0
    seen = _Seen(network, mu, temperature, kept, told, n, is_frozen)
    breaks = thermal_breaks(mu[..., kept], temperature[..., kept])
    twice = breaks[..., [0, -1]]
    if network.flows_at(twice).values.shape[-2] == 1:
        found, excess = seen.flat_noise(breaks, rtol)
    else:
        integral = integrate_guarded(
            seen.kernel, breaks, rtol=rtol, entries=seen.entries(breaks)
        )
        found, excess = np.asarray(integral.value, float), integral.excess
    return 2 * circuit.degeneracy * Gq * e * found, excess


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Energy integrals of the noise that instruments see."""

    network: Network
    mu: Floats
    temperature: Floats
    kept: Ints
    told: Floats
    reservoirs: int
    is_frozen: bool

    def entries(self, energy: Floats) -> int:
        """Numbers in the hand at one energy."""
        flows = self.network.flows_at(energy[..., :1])
        return PER_VERTEX * (flows.size + len(flows.rows)) * self.told.shape[-1]

    def kernel(self, energy: Floats) -> tuple[Values, Complex]:
        """Noise per energy, and a witness of resonances."""
        sources = self.network.sources_at(energy)
        each = energy_stamp(self.network.flows_at(energy))
        held, weight = self.occupations(each, energy)
        answer = self.answers(each)
        total = np.zeros(())
        for source in sources:
            pairs = (
                _received(source, held.variance),
                _partition(source, held.excess),
            )
            total = total + _contracted(source, pairs, answer)
        return total, weight[..., None] * witness(sources)

    def flat_noise(self, breaks: Floats, rtol: float) -> tuple[Floats, Floats]:
        """The same where scattering does not depend on energy: occupations alone do."""
        energy, weight, excess = self.mesh(breaks, rtol)
        sources = self.network.sources_at(breaks[..., :1])
        each = energy_stamp(self.network.flows_at(breaks[..., :1]))
        points = int(np.prod(self.mu.shape[:-1]))
        step = max(1, BUDGET // (AT_ONCE * each.size * points))
        thermal = np.zeros(())
        overlaps = [np.zeros(()) for _ in sources]
        for start in range(0, energy.shape[-1], step):
            part = slice(start, start + step)
            held, _ = self.occupations(each, energy[..., part])
            share = weight[..., part, None]
            thermal = thermal + (held.variance * share).sum(-2, keepdims=True)
            for k, source in enumerate(sources):
                overlaps[k] = overlaps[k] + _overlaps(source, held.excess, share)
        total = [
            (_received(source, thermal), _divided(source, overlap))
            for source, overlap in zip(sources, overlaps, strict=True)
        ]
        answer = self.answers(each)
        found = np.zeros(())
        for source, pairs in zip(sources, total, strict=True):
            found = found + _contracted(source, pairs, answer)
        return found[..., 0, :, :], excess

    def mesh(self, breaks: Floats, rtol: float) -> tuple[Floats, Floats, Floats]:
        """Energies, weights (*sweep, nE) that resolve all occupations, and the error.

        Without temperature occupations are constant between the μ's.
        """
        mu, temperature = (v[..., self.kept] for v in (self.mu, self.temperature))
        if not temperature.any():
            low, high = breaks[..., :-1], breaks[..., 1:]
            width = high - low
            used = width.reshape(-1, width.shape[-1]).any(0)
            middle = (low + width / 2)[..., used]
            return middle, width[..., used], np.zeros(mu.shape[:-1])

        def squares(energy: Floats) -> Values:
            held = fermi_occupations(energy, mu, temperature)
            return np.concatenate([held.excess**2, held.variance], -1)

        integral = integrate(squares, breaks, rtol=rtol, entries=4 * len(self.kept))
        return integral.mesh.energy, integral.mesh.weight, integral.excess

    def occupations(self, each: Stamp, energy: Floats) -> tuple[Occupations, Floats]:
        """Of all vertices (*sweep, nE, size), and the weight of an energy."""
        held = fermi_occupations(
            energy, self.mu[..., self.kept], self.temperature[..., self.kept]
        )
        given = np.stack([held.filled, held.empty, held.excess], -1)
        whole = np.zeros((*given.shape[:-2], each.size, 3))
        whole[..., self.kept, :] = given
        is_free = np.ones(each.size, bool)
        is_free[self.kept] = False
        filled, empty, excess = np.moveaxis(_settled(each, is_free, whole), -1, 0)
        return Occupations(filled, empty, excess), held.activity

    def answers(self, each: Stamp) -> Floats:
        """Answers (*sweep, nE, size, k) to what is pushed into each vertex."""
        shape = self.told.shape
        whole = np.zeros((*shape[:-2], each.size, shape[-1]))
        whole[..., : self.reservoirs, :] = self.told
        is_free = np.ones(each.size, bool)
        is_free[self.kept] = False
        if self.is_frozen:
            is_free[: self.reservoirs] = False
        turned = replace(each, rows=each.cols, cols=each.rows)
        return _settled(turned, is_free, whole)


def _settled(each: Stamp, is_free: Bools, given: Floats) -> Floats:
    """Values at free vertices that leave nothing in them: K x = 0 in their rows.

    Parameters
    ----------
    each : Stamp
        K at each energy, values (*sweep, nE, nnz).
    is_free : (size,)
    given : (*sweep, nE, size, k)
        Values at the other vertices.
    """
    shape = np.broadcast_shapes(each.values.shape[:-1], given.shape[:-2])
    found = np.broadcast_to(given, (*shape, *given.shape[-2:])).copy()
    if not is_free.any():
        return found
    vertices = np.arange(each.size)
    joined = each.values.shape[:-1]
    for points, group in connections(each, vertices, joined):
        free = is_free & np.isin(group, group[~is_free])
        number = number_trees(vertices, free)
        pulled = free[each.rows] & ~free[each.cols]
        within = free[each.rows] & free[each.cols]
        values = pick(each.values, joined, points)
        set_here = given if points is None else _picked(found, points)
        pull = values[..., pulled, None] * set_here[..., each.cols[pulled], :]
        push = sum_by(np.swapaxes(pull, -1, -2), number[each.rows[pulled]], free.sum())
        solved = solve_nodal(
            number[each.rows[within]],
            number[each.cols[within]],
            values[..., within],
            int(free.sum()),
            -np.swapaxes(push, -1, -2),
        )
        if points is None:
            found[..., free, :] = solved
        else:
            part = _picked(found, points)
            part[..., free, :] = solved
            found[np.broadcast_to(points, shape)] = part
    return found


def _picked(values: Floats, points: Bools) -> Floats:
    """Rows of (*shape, size, k) at chosen points."""
    where = np.broadcast_to(points, values.shape[:-2])
    return values[where]


def _received(source: Island, variance: Floats) -> Floats:
    """Thermal fluctuations from input to output, (block, *sweep, nE, out, in)."""
    warm = np.moveaxis(variance[..., source.incoming], -2, 0)[..., None, :]
    return (source.S.real**2 + source.S.imag**2) * warm


def _partition(source: Island, excess: Floats) -> Floats:
    """What outputs share by chance at each energy, (block, *sweep, nE, out, out)."""
    spread = np.moveaxis(excess[..., source.incoming], -2, 0)[..., None, :]
    mixed = (source.S * spread) @ np.swapaxes(source.S.conj(), -1, -2)
    return mixed.real**2 + mixed.imag**2


def _overlaps(source: Island, excess: Floats, weight: Floats) -> Floats:
    """Integrals of (f_c - f_0)(f_d - f_0) among the inputs of each block.

    f_0 is that of the first input: nothing cancels along a wire of many scatterers.

    Returns
    -------
    (block, *sweep, 1, in, in)
    """
    spread = np.moveaxis(excess[..., source.incoming], -2, 0)
    spread = spread - spread[..., :1]
    return (np.swapaxes(spread * weight, -1, -2) @ spread)[..., None, :, :]


def _divided(source: Island, overlap: Floats) -> Floats:
    """`_partition` integrated over energies at which S is the same.

    By modes of the overlaps, each an occupation in its own right.
    """
    power, modes = np.linalg.eigh(overlap)
    strength = modes * np.sqrt(np.maximum(power, 0.0))[..., None, :]
    S, turned = source.S, np.swapaxes(source.S.conj(), -1, -2)
    total = np.zeros(())
    for k in range(strength.shape[-1]):
        mixed = (S * strength[..., None, :, k]) @ turned
        total = total + mixed.real**2 + mixed.imag**2
    return total


def _contracted(source: Island, pairs: tuple[Floats, Floats], answer: Floats) -> Floats:
    """Σ over pairs of weight times both differences of answers, (*sweep, nE, k, k)."""
    taken = np.moveaxis(answer[..., source.outgoing, :], -3, 0)
    sent = np.moveaxis(answer[..., source.incoming, :], -3, 0)
    thermal, divided = pairs
    apart = taken[..., :, None, :] - sent[..., None, :, :]
    among = taken[..., :, None, :] - taken[..., None, :, :]
    return _quadratic(apart, thermal) + _quadratic(among, divided / 2)


def _quadratic(apart: Floats, weight: Floats) -> Floats:
    """Σ over blocks and channel pairs of weight times both differences."""
    shape = np.broadcast_shapes(apart.shape[:-1], weight.shape)
    count = shape[-2] * shape[-1]
    apart = np.broadcast_to(apart, (*shape, apart.shape[-1]))
    flat = apart.reshape(*shape[:-2], count, apart.shape[-1])
    weighed = flat * np.broadcast_to(weight, shape).reshape(*shape[:-2], count, 1)
    return (np.swapaxes(weighed, -1, -2) @ flat).sum(0)
