r"""Probabilities of electrons and holes apart: what heat and dephasing ask for.

A hole that leaves counts minus one as charge and plus one as energy, both measured from
the condensate. So beside a superconductor currents of charge and of energy need two
matrices,

.. math:: I_a \propto \sum_b (N_a δ_{ab} - T^{ee}_{ab} + T^{he}_{ab}) f_b, \qquad
          J^E_a \propto \sum_b (N_a δ_{ab} - T^{ee}_{ab} - T^{he}_{ab}) f_b,

and a dephasing probe, which gives back at each energy what it takes, has one
distribution of electrons and another of holes.

References
----------
M. P. Anantram and S. Datta, Phys. Rev. B 53, 16390 (1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.network.condensate import NambuMatrix

ROUNDING: Final = 1e-10
"""Probability that may be missing in a scattering matrix because of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Excitations:
    """Probabilities between the electrons and the holes of all reservoirs.

    Attributes
    ----------
    P : (*sweep, E, 2n, 2n)
        [to, from]; electrons of all reservoirs, then their holes. At superconductors
        they are quasi-particles, shut below the gap.
    fed : (*sweep, E, 2n)
        Open channels.
    taken : (*sweep, E, n, 2n)
        Charge that each condensate takes for one particle that is fed, the charge of
        holes being -1; quasi-particles carry none of their own.
    given : (*sweep, E, 2n, n)
        Particles, holes counting -1, that leave each reservoir in place of those that
        its condensate fed, all others being filled by one.
    is_super : (n,)
    home : int
        Reservoir that stands for all condensates.
    """

    P: Floats
    fed: Floats
    taken: Floats
    given: Floats
    is_super: Bools
    home: int


def excitations(
    matrices: Sequence[NambuMatrix], is_super: Bools, home: int
) -> Excitations:
    """Add up the islands.

    Parameters
    ----------
    matrices : sequence of NambuMatrix
    is_super : (n,)
    home : int
        Condensate of scatterers that turn electrons into holes without a terminal.
    """
    n = len(is_super)
    axes = np.broadcast_shapes(*(m.S.shape[1:-2] for m in matrices))
    P, fed = np.zeros((*axes, 2 * n, 2 * n)), np.zeros((*axes, 2 * n))
    taken, given = np.zeros((*axes, n, 2 * n)), np.zeros((*axes, 2 * n, n))
    sign = np.repeat([1.0, -1.0], n)
    charge = np.where(np.tile(is_super, 2), 0.0, sign)
    for matrix in matrices:
        rank = (1,) * (matrix.S.ndim - 3)
        squared = matrix.S.real**2 + matrix.S.imag**2
        out, into, taker = (
            one.reshape(len(one), *rank, *one.shape[1:])
            for one in (
                _places(matrix.outgoing, 2 * n).swapaxes(-1, -2),
                _places(matrix.incoming, 2 * n),
                _places(_takers(matrix.incoming, is_super, home), n)[..., None],
            )
        )
        sent, received = squared.sum(-2), squared.sum(-1)
        is_open = (sent > 0).astype(float)
        brought, carried = (into @ charge)[..., None, :], (charge @ out)[..., :, None]
        kept = (squared * (brought - carried)).sum(-2)
        kept += brought[..., 0, :] * _lost(is_open, sent)
        brought, carried = (into @ sign)[..., None, :], (sign @ out)[..., :, None]
        arrives = (squared * (carried - brought)).sum(-1)
        arrives += carried[..., 0] * _lost(received > 0, received)
        given += ((out @ arrives[..., None]) @ taker.swapaxes(-1, -2)).sum(0)
        P += (out @ squared @ into).sum(0)
        fed += (is_open[..., None, :] @ into)[..., 0, :].sum(0)
        taken += (taker @ (kept[..., None, :] @ into)).sum(0)
    return Excitations(P, fed, taken, given, is_super, home)


def _lost(opened: Floats | Bools, found: Floats) -> Floats:
    """What is missing of a particle that is fed, unless rounding explains it.

    Charges are summed as differences, so that a tunnelling current keeps its digits
    beside a reflection near one.
    """
    missing = opened - found
    return np.where(abs(missing) <= ROUNDING, 0.0, missing)


def _places(reservoirs: Ints, size: int) -> Floats:
    """One-hot rows (..., size) of the numbers (...)."""
    return np.asarray(reservoirs[..., None] == np.arange(size), float)


def _takers(into: Ints, is_super: Bools, home: int) -> Ints:
    """Condensate (island,) of each: the first of its superconductors."""
    n = len(is_super)
    leads = np.where(is_super[into % n], into % n, n).min(-1)
    return np.where(leads < n, leads, home)
