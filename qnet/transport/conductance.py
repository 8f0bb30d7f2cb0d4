"""From probabilities to the conductances of Kirchhoff's law."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.constants import Gq
from qnet.network.entries import entry_first, entry_last, taken
from qnet.transport.transmission import (
    ROUNDING,
    Flows,
    balanced,
    eliminate,
    sum_by,
)


@dataclass(frozen=True, eq=False)
class Stamp:
    """Büttiker conductance matrix in coordinates: what islands add to Kirchhoff's law.

    Not slotted: sums of rows are made when first asked for and kept.

    Attributes
    ----------
    rows, cols : (nnz,)
        Vertex whose current it is, and vertex whose voltage drives it. Pairs add.
    values : (*sweep, nnz)
        Conductance in siemens, channel degeneracy included.
    size : int
        Number of vertices: reservoirs first, then inner ones.
    inner : int
        Vertices that are no reservoirs; no net current enters them.
    """

    rows: Ints
    cols: Ints
    values: Floats
    size: int
    inner: int = 0

    @property
    def reservoirs(self) -> int:
        """Number of reservoirs."""
        return self.size - self.inner

    @cached_property
    def magnitude(self) -> Floats:
        """Absolute values, (*sweep, nnz), S."""
        return abs(self.values)

    @cached_property
    def mirrored(self) -> Ints | None:
        """Which entry stands at each one's transposed place, (nnz,).

        None where a place has several entries, or the transposed one has none.
        """
        own, other = (
            self.rows * self.size + self.cols,
            self.cols * self.size + self.rows,
        )
        order = np.argsort(own)
        if not np.array_equal(own[order], np.sort(other)) or len(set(own)) < len(own):
            return None
        place: Ints = order[np.searchsorted(own[order], other)]
        return place

    @cached_property
    def row_sums(self) -> Floats:
        """What a common voltage drives, rounding included, (*sweep, size), S."""
        return sum_by(self.values, self.rows, self.size)

    @cached_property
    def row_scale(self) -> Floats:
        """Sums of absolute values along the rows, (*sweep, size), S."""
        return sum_by(self.magnitude, self.rows, self.size)

    @cached_property
    def surplus(self) -> Floats:
        """Row sums, S: what a common voltage drives; rounding is taken for zero.

        (*sweep, size); zero unless unitarity fails.
        """
        if not self.has_surplus:
            return np.zeros((*(1 for _ in self.values.shape[:-1]), self.size))
        is_rounding = abs(self.row_sums) <= ROUNDING * self.row_scale
        return np.where(is_rounding, 0.0, self.row_sums)

    @cached_property
    def has_surplus(self) -> bool:
        """Whether a common voltage drives a current somewhere."""
        is_rounding = abs(self.row_sums) <= ROUNDING * self.row_scale
        return not is_rounding.all()

    def at(self, shape: tuple[int, ...], points: Bools | None) -> Stamp:
        """The same at some points of a sweep, in one row; itself for None."""
        if points is None:
            return self
        values = np.broadcast_to(self.values, (*shape, self.values.shape[-1]))
        return replace(self, values=values[points])


def conductance_stamp(
    flows: Flows, degeneracy: int = 1, weights: Floats | None = None
) -> Stamp:
    """Conductance g (e²/h) Σ_E w (N δ - P) of all islands, as coordinates.

    Parameters
    ----------
    flows : Flows
        Probabilities (*sweep, energy, nnz).
    degeneracy : int
        Channels counted as one in the netlist.
    weights : (*sweep, energy), optional
        Quadrature weights of -f'; left out, the flows have a single energy.

    Returns
    -------
    Stamp
        Rows sum to zero exactly where unitarity holds to rounding.

    References
    ----------
    M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986), eq. (2).
    """
    each = energy_stamp(flows)
    values = average(each.values, weights)
    return replace(each, values=values if degeneracy == 1 else degeneracy * values)


def energy_stamp(flows: Flows) -> Stamp:
    """Conductance (e²/h) (N δ - P) at each energy, one channel counting once.

    Returns
    -------
    Stamp
        Values (*sweep, energy, nnz) in siemens.
    """
    n = flows.size
    is_off = flows.rows != flows.cols
    off, home = np.flatnonzero(is_off), np.flatnonzero(~is_off)
    rows, cols = flows.rows[off], flows.cols[off]
    between = taken(flows.values, off)
    reflected = sum_by(taken(flows.values, home), flows.rows[home], n)
    diagonal = balanced(
        flows.fed, reflected, sum_by(between, rows, n), sum_by(between, cols, n)
    )
    shape = np.broadcast_shapes(between.shape[:-1], diagonal.shape[:-1])
    K = np.empty((len(off) + n, *shape))
    np.multiply(entry_first(between), -Gq, out=K[: len(off)])
    np.multiply(entry_first(diagonal), Gq, out=K[len(off) :])
    vertices = np.arange(n)
    return Stamp(
        np.concatenate([rows, vertices]),
        np.concatenate([cols, vertices]),
        entry_last(K),
        n,
        flows.inner,
    )


def currents(stamp: Stamp, voltage: Floats, shift: Floats | None = None) -> Floats:
    """Current into the device at each vertex, from differences of voltage.

    Parameters
    ----------
    voltage : (*sweep, size)
        In volts, measured from `shift`: a bias far below a common voltage keeps its
        digits.
    shift : (*sweep, size), optional
        In volts, common to vertices that conduct to one another.

    Returns
    -------
    (*sweep, size)
        In amperes.
    """
    if not stamp.values.any():  # heat at zero temperature
        shape = np.broadcast_shapes(stamp.values.shape[:-1], voltage.shape[:-1])
        return np.zeros((*shape, stamp.size))
    difference = taken(voltage, stamp.cols) - taken(voltage, stamp.rows)
    flow = sum_by(stamp.values * difference, stamp.rows, stamp.size)
    if not stamp.has_surplus:
        return flow
    return flow + stamp.surplus * (voltage if shift is None else voltage + shift)


def average(values: Floats, weights: Floats | None) -> Floats:
    """Sum over energies (the axis before the last) with weights; one energy without."""
    if weights is None:
        (energies,) = values.shape[-2:-1]
        if energies != 1:
            raise ValueError(f"{energies} energies need weights")
        return values[..., 0, :]
    return (weights[..., None, :] @ values)[..., 0, :]


def dense_conductance(stamp: Stamp) -> Floats:
    """Conductance matrix between reservoirs, inner vertices eliminated.

    Returns
    -------
    (*sweep, reservoir, reservoir)
        In siemens.
    """
    n, size = stamp.reservoirs, stamp.size
    flat = sum_by(stamp.values, stamp.rows * size + stamp.cols, size * size)
    G = flat.reshape(*flat.shape[:-1], size, size)
    if not stamp.inner:
        return G
    between = G.copy()
    vertices = np.arange(size)
    between[..., vertices, vertices] = 0.0
    defect = G.sum(-1)[..., :n]
    through = eliminate(-between / Gq, np.arange(n, size)).P
    reservoirs = vertices[:n]
    through[..., reservoirs, reservoirs] = 0.0
    reduced = -Gq * through
    reduced[..., reservoirs, reservoirs] = defect - reduced.sum(-1)
    return reduced
