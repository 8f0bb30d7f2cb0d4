"""The slow independent way: all amplitudes of a circuit at once, dense, one point."""

import numpy as np


def dense_smatrix(circuit, energy=0.0):
    """S between reservoir channels, and the condition of 1 - S C.

    All scatterers must carry as many channels in as out on each port. Returns S,
    the (port, channel) of its rows and columns, their reservoirs, and the condition.
    """
    blocks, ends = [], []
    port = 0
    for group in circuit.groups:
        at = np.full((1,) * (len(circuit.shape) + 2), float(energy))
        S = group.model.smatrix(at)
        S = S.reshape(-1, *S.shape[-2:])
        for k, nodes in enumerate(group.nodes):
            blocks.append(S[min(k, len(S) - 1)])
            for node, (n, _) in zip(nodes, group.model.channels(), strict=True):
                ends.extend((int(node), port, c) for c in range(n))
                port += 1
    total = np.zeros((len(ends), len(ends)), complex)
    start = 0
    for S in blocks:
        stop = start + len(S)
        total[start:stop, start:stop] = S
        start = stop
    outer = [k for k, end in enumerate(ends) if circuit.reservoir_of[end[0]] >= 0]
    inner = [k for k, end in enumerate(ends) if circuit.reservoir_of[end[0]] < 0]
    joint = np.zeros((len(inner), len(inner)))
    for i, a in enumerate(inner):
        for j, b in enumerate(inner):
            same = ends[a][0] == ends[b][0] and ends[a][2] == ends[b][2]
            joint[i, j] = same and ends[a][1] != ends[b][1]
    A = np.eye(len(inner)) - total[np.ix_(inner, inner)] @ joint
    waves = np.linalg.solve(A, total[np.ix_(inner, outer)])
    S = total[np.ix_(outer, outer)] + total[np.ix_(outer, inner)] @ joint @ waves
    labels = [ends[k][1:] for k in outer]
    reservoirs = [int(circuit.reservoir_of[ends[k][0]]) for k in outer]
    condition = np.linalg.cond(A) if inner else 1.0
    return S, labels, reservoirs, condition


def collected(matrices, labels, point=()):
    """Put island matrices together: S over (port, channel) labels at one point."""
    place = {label: k for k, label in enumerate(labels)}
    S = np.zeros((len(labels), len(labels)), complex)
    for matrix in matrices:
        for island in range(len(matrix.S)):
            here = tuple(
                p if n > 1 else 0
                for p, n in zip(point, matrix.S.shape[1:-2], strict=False)
            ) or (0,) * (matrix.S.ndim - 3)
            rows = [place[tuple(c)] for c in matrix.out_channels[island].tolist()]
            cols = [place[tuple(c)] for c in matrix.in_channels[island].tolist()]
            S[np.ix_(rows, cols)] = matrix.S[island][here]
    return S
