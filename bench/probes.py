"""D'Amato-Pastawski chain of a hundred thousand dephasing probes, from its text."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, agree, median, show
from scipy.sparse import block_array, diags_array
from scipy.sparse.linalg import splu

import qnet
from qnet.constants import RK

PROBES, LEAK = 100_000, 0.2


def netlist(probes):
    return (
        ".title dephasing chain\n"
        "T1 n0 V=1mV\n"
        f"T2 n{probes} V=0\n"
        f".for k in 1:{probes}\n"
        f"P{{k}} n{{k-1}} n{{k}} eps={LEAK} type=dephasing\n"
        ".endfor\n"
        ".meas R R(T1,T2,T1,T2)\n"
    )


def by_qnet(text):
    return float(qnet.run(text).measures["R"].values)


def by_scipy(probes):
    """Resistance of the chain in RK, its matrix written down by hand.

    Between the probes right movers f and left movers b pass without reflection:
    f = (1 - ε) f' + ε v, and a probe's v is the mean of what comes from both sides.
    """
    n, keep = probes, 1 - LEAK
    # unknowns f_1 … f_n behind each probe, then b_1 … b_n before it
    ones = np.ones(n)
    half = LEAK / 2
    straight = diags_array(
        [ones, -(keep + half) * ones[1:]], offsets=[0, -1], shape=(n, n)
    )
    turned = diags_array([-half * ones[1:]], offsets=[1], shape=(n, n))
    A = block_array([[straight, turned], [turned.T, straight.T]]).tocsc()
    drive = np.zeros(2 * n)
    drive[0], drive[n] = keep + half, half
    passes = splu(A, "MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(drive)
    return 1 / passes[n - 1]


def rows():
    text = netlist(PROBES)
    ours, R = median(lambda: by_qnet(text))
    theirs, expected = median(lambda: by_scipy(PROBES))
    exact = 1 + PROBES * LEAK / (2 - LEAK)
    apart = max(abs(R / RK / exact - 1), abs(expected / exact - 1))
    work = f"chain of {PROBES} dephasing probes, text to R"
    note = f"to reach: 5 s, then 2 s; it took {ours:.1f} s"
    # Rounding grows with the length: the chain's condition is the square of it.
    agree(apart, work, 1e-7)
    return [Row(work, "SciPy, matrix ready", ours, theirs, None, apart, note)]


if __name__ == "__main__":
    show(rows())
