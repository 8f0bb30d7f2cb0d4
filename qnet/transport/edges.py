"""Sums over sampled energies that look at Fermi edges alone.

Below its edge a reservoir is full and above it empty: what lies between two edges is
a difference of running sums, and only the nodes within an edge's own window are
weighed one by one. The sums are those over all nodes, term by term.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.transport.thermal import REACH, occupation, occupation_variance


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Samples with their running sums, sweep axes of the mesh folded into one.

    Attributes
    ----------
    energy : (row, nE)
        Ascending nodes, eV, from the middle of the window.
    ladder : (row · nE,)
        Row number plus place in the window, ascending through all rows.
    low, span : (row,)
        Lowest node and length of the window, eV.
    terms : (row, nE, from, column)
        What is summed: K, then (E - middle) K, then shares, those of the first less
        all, weights included.
    running : (row, nE + 1, from, column)
        Sums of the terms below each node.
    """

    energy: Floats
    ladder: Floats
    low: Floats
    span: Floats
    terms: Floats
    running: Floats

    @staticmethod
    def of(energy: Floats, K: Floats, share: Floats) -> Edges:
        """Edges of samples (*lead, nE) and (*lead, nE, from, to or gone)."""
        nodes, kept, gone = energy.shape[-1], K.shape[-1], share.shape[-1]
        rows = prod(energy.shape[:-1])
        energy = energy.reshape(rows, nodes)
        K = K.reshape(rows, nodes, kept, kept)
        share = share.reshape(rows, nodes, kept, gone)
        if gone:
            # counted from the occupation of the first reservoir, they sum to zero as K
            # does, and a step that is common to all drops out
            share = share.copy()
            share[..., 0, :] -= share.sum(-2)
        terms = np.concatenate([K, energy[..., None, None] * K, share], -1)
        running = np.zeros((len(terms), nodes + 1, kept, terms.shape[-1]))
        np.cumsum(terms, 1, out=running[:, 1:])
        low, span = energy[:, 0], np.ptp(energy, 1)
        place = (energy - low[:, None]) / span[:, None]
        ladder = np.arange(len(energy))[:, None] * 2.0 + place
        return Edges(energy, ladder.ravel(), low, span, terms, running)

    def below(self, row: Ints, energy: Floats) -> Ints:
        """Number of nodes of each row (s,) below an energy (s,)."""
        place = np.clip((energy - self.low[row]) / self.span[row], -0.5, 1.5)
        found = np.searchsorted(self.ladder, 2.0 * row + place)
        return found - row * self.energy.shape[1]

    def sums(
        self, row: Ints, b: int, mu: Floats, kT: Floats, columns: int, orders: int
    ) -> tuple[Floats, Floats]:
        """Terms of reservoir b times its occupation, and of K times its slopes.

        Parameters
        ----------
        row : (s,)
            Row of each point.
        mu, kT : (s,)
            eV, μ from the middle of the window.
        columns, orders : int
            How many columns of the terms; how many moments of the slope.

        Returns
        -------
        filled : (s, columns)
        moments : (orders, s, kept)
            Of xⁿ(-f'), x = (E - μ)/kT.
        """
        nodes, kept = self.energy.shape[1], self.terms.shape[2]
        edge = self.below(row, mu)
        first = self.below(row, mu - REACH * kT)
        count = int((self.below(row, mu + REACH * kT) - first).max(initial=0))
        which = first[:, None] + np.arange(count)
        inside = which < nodes
        which = np.minimum(which, nodes - 1)
        x = (self.energy[row[:, None], which] - mu[:, None]) / kT[:, None]
        sign = np.where(which < edge[:, None], -1.0, 1.0)
        away = np.where(inside, sign * occupation(sign * x), 0.0)
        terms = self.terms[row[:, None], which, b, :columns]
        filled = self.running[row, edge, b, :columns] + _weighed(away, terms)
        slope = np.where(inside, occupation_variance(x), 0.0) / kT[:, None]
        moments = np.zeros((orders, len(row), kept))
        for moment in moments:
            moment[:] = _weighed(slope, terms[..., :kept])
            slope = slope * x
        return filled, moments


def _weighed(weights: Floats, terms: Floats) -> Floats:
    """Sum over nodes of weights (s, n) times terms (s, n, k)."""
    return (weights[:, None, :] @ terms)[:, 0, :]
