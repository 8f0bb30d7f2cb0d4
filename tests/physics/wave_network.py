"""Joined scatterers the slow way: all amplitudes of a network in one dense system."""

import numpy as np


def joined(matrices, bonds):
    """S between the ports that no bond joins, in their order.

    `matrices` are square, one channel a port; ports are counted through all of them,
    and `bonds` pairs those that meet.
    """
    size = sum(len(S) for S in matrices)
    whole = np.zeros((size, size), complex)
    start = 0
    for S in matrices:
        stop = start + len(S)
        whole[start:stop, start:stop] = S
        start = stop
    inner = [port for bond in bonds for port in bond]
    outer = [port for port in range(size) if port not in inner]
    swap = np.zeros((len(inner), len(inner)))
    for n in range(0, len(inner), 2):
        swap[n, n + 1] = swap[n + 1, n] = 1
    # Waves that enter at the joints: a = C (S_ii a + S_ie)
    waves = np.linalg.solve(
        np.eye(len(inner)) - swap @ whole[np.ix_(inner, inner)],
        swap @ whole[np.ix_(inner, outer)],
    )
    return whole[np.ix_(outer, outer)] + whole[np.ix_(outer, inner)] @ waves
