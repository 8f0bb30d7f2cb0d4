"""Onsager-Casimir: G(B) is the transpose of G(-B), or by how much it is not."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from qnet.circuit import Floats
from qnet.constants import Gq
from qnet.network.entries import largest, taken
from qnet.transport.conductance import Stamp, currents, dense_conductance
from qnet.transport.response import follow
from qnet.transport.transmission import sum_by

DENSE: Final = 400
"""Up to so many reservoirs inner vertices are eliminated and every entry compared."""
FAINT: Final = 1e-6 * Gq
"""Conductances below are small differences of probabilities: defects are judged
against this one, in siemens."""
PROBES: Final = 2
"""Beyond, both matrices are held to one another between so many random vectors; a
single one meets every entry."""


def asymmetry(stamp: Stamp, turned: Stamp) -> Floats:
    """Largest |G(B)_ab - G(-B)_ba| over the largest |G|.

    Every entry is compared, unless inner vertices join more than `DENSE` reservoirs:
    then the bilinear forms of random vectors are.

    Parameters
    ----------
    stamp, turned : Stamp
        Conductances at B and at -B, between the same reservoirs.

    Returns
    -------
    (*sweep,)

    References
    ----------
    M. Büttiker, IBM J. Res. Dev. 32, 317 (1988).
    """
    if not stamp.inner and not turned.inner:
        return _entry_by_entry(stamp, turned)
    if stamp.reservoirs <= DENSE:
        return relative_asymmetry(dense_conductance(stamp), dense_conductance(turned))
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, stamp.reservoirs, PROBES))
    return relative_asymmetry(_form(stamp, left, right), _form(turned, right, left))


def sum_rule_defect(stamp: Stamp) -> Floats:
    """Largest row or column sum of G, over the largest sum of absolute values.

    A channel counts at least: what is left of a probability near one by rounding is
    no fault of a small conductance.

    Returns
    -------
    (*sweep,)
    """
    sums = sum_by(stamp.values, stamp.cols, stamp.size)
    scales = sum_by(stamp.magnitude, stamp.cols, stamp.size)
    fault = np.maximum(largest(abs(stamp.row_sums)), largest(abs(sums)))
    scale = np.maximum(largest(stamp.row_scale), largest(scales))
    return fault / np.maximum(scale, Gq)


def imbalance(stamp: Stamp, faint: Floats) -> Floats:
    """Largest difference of what a vertex gives to and receives from all others.

    Relative to both, so that a tunnelling conductance is held to its own size: no
    reflection near one takes part.

    Parameters
    ----------
    stamp : Stamp
    faint : (*sweep)
        Conductance that is rounding errors alone, in siemens: no less is compared
        with.

    Returns
    -------
    (*sweep,)
    """
    off = np.flatnonzero(stamp.rows != stamp.cols)
    rows, cols = stamp.rows[off], stamp.cols[off]
    between, size = taken(stamp.values, off), taken(stamp.magnitude, off)
    fault = abs(sum_by(between, rows, stamp.size) - sum_by(between, cols, stamp.size))
    scale = sum_by(size, rows, stamp.size) + sum_by(size, cols, stamp.size)
    scale = scale + faint[..., None]
    # a circuit of resistors alone has vertices that nothing of an island reaches
    share = np.divide(fault, scale, out=np.zeros_like(scale), where=scale > 0)
    return largest(share)


def _entry_by_entry(stamp: Stamp, turned: Stamp) -> Floats:
    n = stamp.size
    if turned is stamp and stamp.mirrored is not None:
        upper = np.flatnonzero(stamp.rows < stamp.cols)
        ours = taken(stamp.values, upper)
        fault = largest(abs(ours - taken(stamp.values, stamp.mirrored[upper])))
        return _relative(fault, largest(stamp.magnitude))
    keys = np.concatenate([stamp.rows * n + stamp.cols, turned.cols * n + turned.rows])
    pairs, place = np.unique(keys, return_inverse=True)
    ours = sum_by(stamp.values, place[: len(stamp.rows)], len(pairs))
    theirs = sum_by(turned.values, place[len(stamp.rows) :], len(pairs))
    fault = largest(abs(ours - theirs))
    return _relative(fault, largest(abs(ours)))


def _form(stamp: Stamp, left: Floats, right: Floats) -> Floats:
    """Bilinear forms leftᵀ G right, inner vertices following."""
    n = stamp.reservoirs
    unknown = np.full(stamp.size, -1)
    unknown[n:] = np.arange(stamp.inner)
    drive = np.zeros((stamp.size, right.shape[-1]))
    drive[:n] = right
    voltage = np.swapaxes(follow(stamp, unknown, drive), -1, -2)
    wide = Stamp(
        stamp.rows, stamp.cols, stamp.values[..., None, :], stamp.size, stamp.inner
    )
    current = currents(wide, voltage)[..., :n]
    return left.T @ np.swapaxes(current, -1, -2)


def relative_asymmetry(ours: Floats, theirs: Floats) -> Floats:
    """Largest difference of one matrix from the transpose of the other, (*sweep,).

    Relative to the largest entry.
    """
    apart = ours - np.swapaxes(theirs, -1, -2)
    fault, scale = (
        largest(abs(each).reshape(*each.shape[:-2], math.prod(each.shape[-2:])))
        for each in (apart, ours)
    )
    return _relative(fault, scale)


def _relative(fault: Floats, scale: Floats) -> Floats:
    """Fault over scale, which is no less than `FAINT`: rounding has no scale."""
    return fault / np.maximum(scale, FAINT)
