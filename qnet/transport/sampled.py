"""Scattering sampled once over a window, for all biases inside it.

Where levels do not move with voltage, K(E) serves every bias: it is resolved once on
panels a few k_B T wide, on which any Fermi function is resolved as well, and each
current is a product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Final

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.constants import kB_eV
from qnet.smatrix import Complex
from qnet.transport.conductor import Conductor
from qnet.transport.edges import Edges
from qnet.transport.landauer import Point, Working, surplus_of
from qnet.transport.panels import NODES
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.spectral import along_shared, pack, spectrum
from qnet.transport.thermal import (
    REACH,
    occupation_difference,
    occupation_variance,
)

PANEL: Final = 6.0
"""Width of a panel in k_B T: the 17-point rule integrates f there to 1e-12."""
PANELS: Final = 512
"""Panels of a window beyond which a mesh around each μ is the cheaper one."""
ELEMENTS: Final = 1 << 23
"""Most elements of K to keep: 64 MB, and four times as much for running sums."""
MARGIN: Final = 0.1
"""What the window leaves on either side, in its own width, for voltages that float."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """K and shares at the nodes of a mesh, weights of the mesh included.

    Attributes
    ----------
    low, high : (*lead,)
        Ends of the window, eV.
    energy : (*lead, nE)
        Nodes, eV.
    weight : (*lead, nE)
        eV.
    K : (*lead, nE, from, to)
        N δ - P between the kept reservoirs, times the weight of the node in eV.
    share : (*lead, nE, from, gone)
        Shares in each dephasing probe, likewise.
    panels : int
        Nodes come in so many panels of equal numbers.
    excess : (*lead,)
        Quadrature error over its tolerance.
    edges : Edges or None
        Running sums, where Fermi edges are far narrower than the window.
    """

    low: Floats
    high: Floats
    energy: Floats
    weight: Floats
    K: Floats
    share: Floats
    panels: int
    excess: Floats
    edges: Edges | None = None

    @property
    def middle(self) -> Floats:
        """Middle of the window (*lead, 1), eV: energies are measured from there."""
        return ((self.low + self.high) / 2)[..., None]

    def coarse(self) -> Samples:
        """One node a panel: enough for reservoirs much warmer than a panel is wide."""
        lead = self.low.shape
        shape = (*lead, self.panels, NODES)
        energy = self.energy.reshape(shape).mean(-1)
        weight = self.weight.reshape(shape).sum(-1)
        K, share = (
            a.reshape(*shape, *a.shape[-2:]).sum(-3) for a in (self.K, self.share)
        )
        return replace(self, energy=energy, weight=weight, K=K, share=share, edges=None)

    def with_edges(self) -> Samples:
        """The same with running sums."""
        edges = Edges.of(self.energy - self.middle, self.K, self.share)
        return replace(self, edges=edges)

    def covers(self, mu: Floats, temperature: Floats) -> Bools:
        """Whether all windows of reservoirs (*sweep, kept) lie inside, (*sweep,)."""
        reach = REACH * kB_eV * temperature
        inside = (mu - reach >= self.low[..., None]) & (
            mu + reach <= self.high[..., None]
        )
        return np.asarray(inside.all(-1))


def sample(conductor: Conductor, mu: Floats, temperature: Floats) -> Samples | None:
    """Sample scattering over the window of all reservoirs, or not if that is dear.

    Parameters
    ----------
    mu, temperature : (*sweep, kept)
        Electrochemical potentials, eV, about where they will be; K.

    Returns
    -------
    Samples or None
        None where levels move with voltages or nothing depends on energy, or where
        some reservoir is too cold for the width of the window.
    """
    lead = conductor.lead
    mu, temperature = np.broadcast_arrays(mu, temperature)
    kT = kB_eV * temperature
    if conductor.moves or conductor.flat is not None or not (kT > 0).all():
        return None
    spread = MARGIN * np.ptp(mu, -1)[..., None] + PANEL * kT
    reach = REACH * kT + spread
    low, high, step = (
        np.broadcast_to(edge, lead)
        for edge in (
            along_shared(mu - reach, lead).min(-1),
            along_shared(mu + reach, lead).max(-1),
            PANEL * along_shared(kT, lead).min(-1),
        )
    )
    panels = int(np.ceil(((high - low) / step).max()))
    room = ELEMENTS // (prod(lead) * NODES * len(conductor.kept) ** 2)
    if panels > min(PANELS, room):
        return None

    def integrand(energy: Floats) -> tuple[Floats, Complex]:
        found = spectrum(conductor.flows_at(energy, None), conductor.dephasing)
        return pack((found.K, found.share), (2, 2)), found.witness

    stops = np.linspace(0.0, 1.0, panels + 1)
    breaks = low[..., None] + (high - low)[..., None] * stops
    resolved = integrate_guarded(integrand, breaks, rtol=conductor.rtol)
    mesh = resolved.mesh
    panels = mesh.low.shape[-1]
    if panels > room:
        return None
    found = spectrum(conductor.flows_at(mesh.energy, None), conductor.dephasing)
    if surplus_of(found.K).any():  # the sums below take rows to add up to nothing
        return None
    weight = mesh.weight[..., None, None]
    return Samples(
        low=low,
        high=high,
        # panels without width, which fill shorter rows, stand at the end
        energy=np.where(mesh.weight > 0, mesh.energy, high[..., None]),
        weight=mesh.weight,
        K=np.ascontiguousarray(weight * np.swapaxes(found.K, -1, -2)),
        share=np.ascontiguousarray(weight * np.swapaxes(found.share, -1, -2)),
        panels=panels,
        excess=resolved.excess,
    )


def sampled_point(point: Point, samples: Samples) -> Working:
    """Currents and all derivatives at a working point inside the window."""
    kept = len(point.conductor.kept)
    if samples.edges is not None:
        columns = samples.edges.terms.shape[-1]
        sums, moments = _edge_sums(
            point, samples, samples.edges, np.arange(kept), columns, 3
        )
        net, lifted, received = np.split(sums, [kept, 2 * kept], -1)
        warmth = lifted - (point.mu - samples.middle) * net
        return _finished(point, samples, net, warmth, received, moments[..., point.at])
    x = _reduced(point, samples, slice(None))
    filling = occupation_difference(x, x[..., :1])
    energy = (samples.energy - samples.middle)[..., None, None]
    net = _sum(samples.K, filling)
    warmth = _sum(energy * samples.K, filling)
    warmth -= (point.mu - samples.middle) * net
    received = _sum(samples.share, filling)
    return _assembled(point, samples, net, warmth, received, x[..., point.at])


def steady_current(point: Point, samples: Samples, steady: Ints) -> Floats:
    """Net current (*sweep, kept) that some reservoirs drive, in eV."""
    if samples.edges is not None:
        kept = len(point.conductor.kept)
        return _edge_sums(point, samples, samples.edges, steady, kept, 0)[0]
    x = _reduced(point, samples, steady)
    return _sum(samples.K[..., steady, :], occupation_difference(x, x[..., :1]))


def charge_point(
    point: Point, samples: Samples, steady: Ints, current: Floats
) -> Working:
    """Currents and their derivatives by voltage alone; heat is left out.

    Parameters
    ----------
    steady : (s,)
        Kept reservoirs, by place, whose occupations stay: all but the columns.
    current : (*sweep, kept)
        What `steady_current` found for these.
    """
    none = np.zeros_like(current)
    received = np.zeros((*current.shape[:-1], samples.share.shape[-1]))
    if samples.edges is not None:
        kept = len(point.conductor.kept)
        net, slopes = _edge_sums(point, samples, samples.edges, point.at, kept, 1)
        moments = np.concatenate([slopes, np.zeros((2, *slopes.shape[1:]))])
        return _finished(point, samples, current + net, none, received, moments)
    x = _reduced(point, samples, point.at)
    against = _reduced(point, samples, steady[:1])
    net = current + _sum(samples.K[..., point.at, :], occupation_difference(x, against))
    return _assembled(point, samples, net, none, received, x, orders=1)


def _reduced(point: Point, samples: Samples, which: Ints | slice) -> Floats:
    """(E - μ)/k_BT of some kept reservoirs, (*sweep, nE, …)."""
    away = samples.energy - samples.middle
    mu = (point.mu - samples.middle)[..., None, which]
    return (away[..., None] - mu) / (kB_eV * point.temperature[..., None, which])


def _assembled(
    point: Point,
    samples: Samples,
    net: Floats,
    warmth: Floats,
    received: Floats,
    seen: Floats,
    orders: int = 3,
) -> Working:
    """Add slopes (E - μ)ⁿ(-f') up to `orders` to sums over samples."""
    moments = np.zeros((3, *net.shape, len(point.at)))
    kT = kB_eV * point.temperature[..., None, point.at]
    slope = occupation_variance(seen) / kT
    for order in range(orders):
        for place, b in enumerate(point.at):
            moments[order, ..., place] = contract(
                samples.K[..., b, :], slope[..., place]
            )
        slope = slope * seen
    return _finished(point, samples, net, warmth, received, moments)


def _edge_sums(
    point: Point,
    samples: Samples,
    edges: Edges,
    which: Ints,
    columns: int,
    orders: int,
) -> tuple[Floats, Floats]:
    """Sums (*sweep, columns) of some reservoirs, moments (orders, *sweep, kept, which).

    Occupations count from the step of the first reservoir, which is common to all.
    """
    shape = point.shape
    kept = len(point.conductor.kept)
    lead = samples.low.shape
    row = np.broadcast_to(np.arange(prod(lead)).reshape(lead), shape).ravel()
    mu = (point.mu - samples.middle).reshape(-1, kept)
    kT = kB_eV * point.temperature.reshape(-1, kept)
    common = edges.below(row, mu[:, 0])
    total = np.zeros((len(row), columns))
    moments = np.zeros((orders, len(row), kept, len(which)))
    for place, b in enumerate(which):
        filled, slopes = edges.sums(row, b, mu[:, b], kT[:, b], columns, orders)
        total += filled - edges.running[row, common, b, :columns]
        moments[..., place] = slopes
    return (
        total.reshape(*shape, columns),
        moments.reshape(orders, *shape, kept, len(which)),
    )


def _finished(
    point: Point,
    samples: Samples,
    net: Floats,
    warmth: Floats,
    received: Floats,
    moments: Floats,
) -> Working:
    """Put units to sums over samples and moments (3, *sweep, kept, column)."""
    unit, row = point.width * point.coupling, point.coupling[..., None]
    none = np.zeros((*net.shape, 0))
    gain, tilt, bend = moments / row
    found = [net / unit, warmth / (unit * point.depth), gain, tilt, gain, tilt, bend]
    found += [none, none, received / point.width]
    excess = np.broadcast_to(samples.excess, net.shape[:-1])
    return point.assemble(found, excess)


def _sum(samples: Floats, filling: Floats) -> Floats:
    """Sum samples (*lead, nE, b, a) times fillings (*sweep, nE, b) over E and b."""
    rows = prod(samples.shape[-3:-1])
    flat = samples.reshape(*samples.shape[:-3], rows, samples.shape[-1])
    return contract(flat, filling.reshape(*filling.shape[:-2], rows))


def contract(samples: Floats, filling: Floats) -> Floats:
    """Sum over energies of samples (*lead, m, a) times fillings (*sweep, m).

    Sweep axes along which the samples are the same become rows of one product.

    Returns
    -------
    (*sweep, a)
    """
    lead, sweep = samples.shape[:-2], filling.shape[:-1]
    rank = len(sweep)
    own = [k for k in range(rank) if lead[k] == sweep[k]]
    shared = [k for k in range(rank) if lead[k] != sweep[k]]
    rows = filling.transpose(*own, *shared, rank)
    lengths = rows.shape[: len(own)]
    rows = rows.reshape(*lengths, prod(rows.shape[len(own) : rank]), rows.shape[-1])
    stacked = samples.reshape(*lengths, *samples.shape[-2:])
    product = rows @ stacked
    back = np.argsort([*own, *shared])
    width = samples.shape[-1]
    spread = product.reshape(*(sweep[k] for k in (*own, *shared)), width)
    return spread.transpose(*back, rank)
