"""Panels of energy integrals: their rule, their error bound, their bookkeeping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from qnet.smatrix import Bool, Complex, Float

Values = NDArray[np.float64 | np.complex128]
Integrand = Callable[[Float], Values]
"""Energies (*points, nE) in, values (*sweep, nE, ...) out."""
Ints = NDArray[np.intp]
GuardedIntegrand = Callable[[Float], tuple[Values, Complex]]
"""The same with a witness (*sweep, nE, columns) beside the values."""

NODES: Final = 17
"""Nodes of a panel: near the least number of evaluations for both Fermi functions
(which want many) and bisected resonances (which want few) at 1e-10."""
TAIL: Final = 3
"""Last Legendre coefficients in the error estimate: a parity hides at most every
second one, and a pole inside the panel at most one of three."""


def lobatto_rule(n: int) -> tuple[Float, Float]:
    """Nodes and weights of the n-point Gauss-Lobatto rule on [-1, 1].

    Returns
    -------
    nodes, weights : (n,)
        Exact for polynomials up to degree 2n - 3.
    """
    last = legendre.Legendre.basis(n - 1)
    inner = np.sort(last.deriv().roots().real)
    slope, curvature = last.deriv(), last.deriv(2)
    for _ in range(3):
        inner = inner - slope(inner) / curvature(inner)
    nodes = np.concatenate([[-1.0], inner, [1.0]])
    nodes = (nodes - nodes[::-1]) / 2
    return nodes, 2.0 / (n * (n - 1) * last(nodes) ** 2)


def _tail_transform(nodes: Float, weights: Float) -> Float:
    """Map values at the nodes to their last Legendre coefficients in the L2 norm."""
    n = len(nodes)
    basis = legendre.legvander(nodes, n - 1)
    norms = weights @ basis**2  # the rule's own norms: the last one is not 2/(2n - 1)
    coefficients = (basis * weights[:, None]).T / norms[:, None]
    degrees = np.arange(n - TAIL, n)
    return coefficients[degrees] / np.sqrt(2 * degrees + 1)[:, None]


_NODES, _WEIGHTS = lobatto_rule(NODES)
_TAIL = _tail_transform(_NODES, _WEIGHTS)
_GAPS = np.diff(_NODES)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Panels of an energy integral; panels of no width fill shorter rows.

    Attributes
    ----------
    low, high : (*points, panels)
        Edges, eV.
    """

    low: Float
    high: Float

    @property
    def energy(self) -> Float:
        """Nodes (*points, nE) in eV, strictly inside their panels.

        So that neither a step of a cold Fermi function nor a band edge is ever read on
        the edge itself.
        """
        low, high = self.low[..., None], self.high[..., None]
        middle, half = (low + high) / 2, (high - low) / 2
        inside = np.nextafter(low, np.inf), np.nextafter(high, -np.inf)
        nodes = np.clip(middle + half * _NODES, *inside)
        return nodes.reshape(*self.low.shape[:-1], -1)

    @property
    def weight(self) -> Float:
        """Weights (*points, nE) in eV: an integral is the sum of weight times value."""
        half = (self.high - self.low)[..., None] / 2
        return (half * _WEIGHTS).reshape(*self.low.shape[:-1], -1)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Evaluated panels; those of no width count for nothing.

    Attributes
    ----------
    low, high : (point, panel)
    value : (point, panel, extended, entry)
    error, floor : (point, panel, extended)
        Bound on the interpolation error, and what of it rounding explains.
    """

    low: Float
    high: Float
    value: Values
    error: Float
    floor: Float

    def worst(self, tolerance: Float) -> Bool:
        """Panels to divide: all but those whose errors together fit half of it."""
        share = (self.error / tolerance[:, None]).max(-1)
        order = np.argsort(share, 1, kind="stable")
        running = np.cumsum(np.take_along_axis(share, order, 1), 1)
        chosen = np.empty(share.shape, bool)
        np.put_along_axis(chosen, order, running > 0.5, 1)
        fine = (self.error <= self.floor).all(-1) | _is_narrow(self.low, self.high)
        return chosen & ~fine & (running[:, -1:] > 1.0)

    def replace(self, divided: Bool, halves: Pool) -> Pool:
        """Put the halves where the divided panels were, in ascending order."""
        kept = np.where(divided, self.low, self.high)
        low = np.concatenate([self.low, halves.low], 1)
        high = np.concatenate([kept, halves.high], 1)
        order = _order(low, high)
        value, error, floor = (
            np.take_along_axis(
                np.concatenate(pair, 1), order.reshape(*order.shape, *(1,) * rest), 1
            )
            for pair, rest in (
                ((self.value, halves.value), 2),
                ((self.error, halves.error), 1),
                ((self.floor, halves.floor), 1),
            )
        )
        low, high = (np.take_along_axis(edge, order, 1) for edge in (low, high))
        flat = high <= low
        return Pool(
            low,
            np.maximum(low, high),
            np.where(flat[..., None, None], 0.0, value),
            np.where(flat[..., None], 0.0, error),
            np.where(flat[..., None], 0.0, floor),
        )


class Panels:
    """Evaluates panels, with all axes folded: (point, panel, node, extended, entry).

    Extended axes are sweep axes along which the points share one mesh.
    """

    def __init__(
        self,
        function: GuardedIntegrand,
        points: tuple[int, ...],
        noise: float,
        energies: int,
    ) -> None:
        self._function = function
        self._points = points
        self._noise = noise
        self._energies = energies
        self._sweep = points
        self._trail: tuple[int, ...] = ()

    def evaluate(self, low: Float, high: Float) -> Pool:
        """Integrals over panels (point, panel), in as many calls as memory asks for."""
        pieces = [self._evaluate(*piece) for piece in self._pieces(low, high)]
        value, error, floor = (
            np.concatenate(part, 1) for part in zip(*pieces, strict=True)
        )
        return Pool(low, high, value, error, floor)

    def _pieces(self, low: Float, high: Float) -> Iterator[tuple[Float, Float]]:
        start = 0
        while start < low.shape[1]:
            room = self._energies // (NODES * low.shape[0])
            stop = start + max(1, room)
            yield low[:, start:stop], high[:, start:stop]
            start = stop

    def _evaluate(self, low: Float, high: Float) -> tuple[Values, Float, Float]:
        shape = (*self._points, low.shape[1])
        energy = Mesh(low.reshape(shape), high.reshape(shape)).energy
        values, witness = self._function(energy)
        rank = len(self._points)
        self._sweep = np.broadcast_shapes(self._points, values.shape[:rank])
        self._trail = values.shape[rank + 1 :]
        folded = self._fold(values, self._sweep, energy.shape[-1])
        half = (high - low)[..., None, None] / 2
        value = half * np.einsum("pmnxk,n->pmxk", folded, _WEIGHTS)
        error, floor = self._defect(folded, low, high)
        if witness.shape[-1]:
            free = all(witness.shape[i] == 1 for i in self._extended(self._sweep))
            lead = self._points if free else self._sweep
            columns = self._fold(witness, lead, energy.shape[-1])
            hidden, rounding = self._defect(columns, low, high)
            # a witness below its rounding tells nothing, and asks for nothing
            error = np.maximum(error, np.where(hidden > rounding, hidden, 0.0))
        return value, error, floor

    def _defect(self, folded: Values, low: Float, high: Float) -> tuple[Float, Float]:
        """L2 norm of the last coefficients times width, and what of it is rounding."""
        width = (high - low)[..., None]
        tail = np.einsum("pmnxk,tn->pmxtk", folded, _TAIL)
        norm = np.sqrt((tail.real**2 + tail.imag**2).sum(-2)).max(-1, initial=0.0)
        size = np.abs(folded).max((2, 4), initial=0.0)
        # energies round too: a resonance far from E = 0 is read at shifted energies
        gap = np.maximum(width / 2, np.finfo(float).tiny)[..., None, None]
        rise = np.abs(np.diff(folded, axis=2)) / (gap * _GAPS[:, None, None])
        slope = rise.max((2, 4), initial=0.0)
        shift = 2 * np.spacing(np.maximum(np.abs(low), np.abs(high)))[..., None]
        return width * norm, width * (self._noise * size + shift * slope)

    def _extended(self, lead: tuple[int, ...]) -> tuple[int, ...]:
        """Sweep axes that `lead` has at full length and the points have not."""
        pairs = zip(self._points, lead, strict=True)
        return tuple(i for i, (p, s) in enumerate(pairs) if p != s)

    def _fold(self, values: Values, lead: tuple[int, ...], energies: int) -> Values:
        rank = len(lead)
        full = np.broadcast_to(values, (*lead, energies, *values.shape[rank + 1 :]))
        axes = self._extended(lead)
        kept = [i for i in range(rank + 1) if i not in axes]
        moved = full.transpose((*kept, *axes, *range(rank + 1, full.ndim)))
        points = int(np.prod(self._points))
        extended = int(np.prod([lead[i] for i in axes]))
        entries = int(np.prod(values.shape[rank + 1 :]))
        return moved.reshape(points, -1, NODES, extended, entries)

    def restore(self, folded: Values) -> Values:
        """(point, extended, entry) back to (*sweep, ...)."""
        return self._unfold(folded, self._trail)

    def restore_rows(self, folded: Float) -> Float:
        """(point, extended) back to (*sweep,)."""
        return np.asarray(self._unfold(folded, ()), float)

    def _unfold(self, folded: Values, trail: tuple[int, ...]) -> Values:
        axes = self._extended(self._sweep)
        kept = [i for i in range(len(self._points)) if i not in axes]
        order = np.argsort([*kept, *axes])
        sizes = [self._points[i] for i in kept] + [self._sweep[i] for i in axes]
        rest = range(len(order), len(order) + len(trail))
        return folded.reshape((*sizes, *trail)).transpose((*order, *rest))


def rows(breaks: Float) -> tuple[Float, Float]:
    """Panels between neighbouring break points, points folded into one axis."""
    folded = breaks.reshape(-1, breaks.shape[-1])
    return folded[:, :-1], folded[:, 1:]


def _order(low: Float, high: Float) -> Ints:
    """Ascending order of panels, those without width last and as few as can be."""
    real = high > low
    order = np.argsort(np.where(real, low, np.inf), 1, kind="stable")
    return order[:, : max(1, int(real.sum(1).max(initial=0)))]


def compact(low: Float, high: Float) -> tuple[Float, Float]:
    """Panels in ascending order, without most of those that have no width."""
    order = _order(low, high)
    low, high = (np.take_along_axis(edge, order, 1) for edge in (low, high))
    return low, high


def _is_narrow(low: Float, high: Float) -> Bool:
    """Whether a panel's nodes can no longer be told apart."""
    return high - low <= NODES * np.spacing(np.maximum(np.abs(low), np.abs(high)))


def bisect(low: Float, high: Float, chosen: Bool) -> tuple[Float, Float]:
    """Both halves of the chosen panels."""
    low, high = compact(low, np.where(chosen, high, low))
    middle = (low + high) / 2
    return np.concatenate([low, middle], 1), np.concatenate([middle, high], 1)
