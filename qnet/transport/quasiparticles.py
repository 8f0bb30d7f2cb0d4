"""Spectra beside superconductors: charge and energy by matrices of their own."""

from __future__ import annotations

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.network.excitations import Excitations
from qnet.transport.transmission import eliminate, energy_conductance


def condensed_matrices(
    found: Excitations, dephasing: Bools
) -> tuple[Floats, Floats, Floats, Bools]:
    """Eliminate dephasing probes among electrons and among holes.

    Electrons alone are fed: by the symmetry of electrons and holes the occupation of a
    reservoir's electrons says that of its holes. Rows are completed at the condensate,
    so that a common voltage drives nothing.

    Parameters
    ----------
    found : Excitations
    dephasing : (n,)
        Reservoirs whose electrons and whose holes emit at each energy what they
        receive.

    Returns
    -------
    K, energy : (*sweep, E, kept, kept)
        N δ - P of charge, and of energy counted from the condensate.
    share : (*sweep, E, gone, kept)
        Weights of the kept reservoirs in what the electrons of each probe receive.
    is_shut : (*sweep, E, gone)
    """
    n = len(dephasing)
    kept, probes = np.flatnonzero(~dephasing), np.flatnonzero(dephasing)
    k, g = len(kept), len(probes)
    gone = np.concatenate([probes, n + probes])
    both = np.concatenate([kept, n + kept])
    left = eliminate(found.P, gone)
    home = int(np.searchsorted(kept, found.home))

    K2 = energy_conductance(left.P, found.fed[..., both])
    electrons, holes = K2[..., :k, :k], K2[..., k:, :k]
    K, energy = electrons - holes, electrons + holes
    K[..., found.is_super[kept], :] = 0.0
    taken = found.taken[..., kept, :]
    K -= (taken[..., both] + taken[..., gone] @ left.share)[..., :k]
    K -= _columns(found, kept, gone)
    own = np.flatnonzero(found.is_super[kept])
    K[..., own, own] -= K[..., own].sum(-2)
    share = left.share[..., :g, :k] - left.share[..., g:, :k]
    for matrix, total in ((K, 0.0), (energy, 0.0), (share, 1.0)):
        matrix[..., home] += total - matrix.sum(-1)
    is_shut = left.is_shut[..., :g]
    return K, energy, np.where(is_shut[..., None], 0.0, share), is_shut


def _columns(found: Excitations, kept: Ints, gone: Ints) -> Floats:
    """What each condensate adds to the currents of the kept reservoirs, (…, k, k).

    Half of it as electrons, half as holes that are missing: the one at E is the other
    at -E.
    """
    n, k = len(found.is_super), len(kept)
    both = np.concatenate([kept, n + kept])
    given = found.given[..., both, :]
    if len(gone):
        handed = eliminate(np.swapaxes(found.P, -1, -2), gone).share
        given = given + np.swapaxes(handed, -1, -2) @ found.given[..., gone, :]
    columns = (given[..., :k, :] - given[..., k:, :]) / 2
    columns[..., found.is_super[kept], :] = 0.0
    return columns[..., kept]
