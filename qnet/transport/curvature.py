r"""First and second derivatives of the counting action at finite, complex fields.

Every parameter of det K, K = 1 + F (S†e^{η} S e^{-ζ} - 1), enters through a matrix of
rank one: the filling of an incoming channel, the field η of an outgoing one, the field
ζ of an incoming one. With ∂K/∂α = u_α v_αᵀ and Γ_αβ = v_αᵀ K⁻¹ u_β,

.. math:: \partial_\alpha \ln\det K = Γ_{αα}, \qquad
          \partial_α\partial_β \ln\det K = \mathrm{tr}\,K^{-1}\partial_α\partial_β K
          - Γ_{αβ} Γ_{βα}.

No logarithm is taken: there is no branch to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.smatrix import Complex, Float
from qnet.transport.noise import Island


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """Derivatives of ln χ at each energy by fields and fillings of m reservoirs.

    Attributes
    ----------
    counted : (...)
        Derivative by the counting variable: electrons that are counted.
    slope : (..., 2m)
        By the fields ξ_a, then by the fillings f_a.
    hessian : (..., 2m, 2m)
    """

    counted: Complex
    slope: Complex
    hessian: Complex


def curvature(
    islands: Sequence[Island],
    field: Complex,
    filling: Complex,
    counted: Float,
    chosen: Ints,
) -> Curvature:
    """Derivatives of the Levitov-Lesovik action.

    Parameters
    ----------
    islands : sequence of Island
    field, filling : (*sweep, nE, n)
        Counting fields ξ_a = iλ_a and occupations of all reservoirs.
    counted : (n,)
        Weight of each reservoir in the count.
    chosen : (m,)
        Reservoirs by whose fields and fillings is differentiated.
    """
    parts = [_of_island(one, field, filling, counted, chosen) for one in islands]
    sums = [sum(column[1:], column[0]) for column in zip(*parts, strict=True)]
    return Curvature(*sums)


def _of_island(
    island: Island, field: Complex, filling: Complex, counted: Float, chosen: Ints
) -> tuple[Complex, Complex, Complex]:
    S, out, into = island.S, island.outgoing, island.incoming
    Sd = np.swapaxes(S.conj(), -1, -2)
    grown = _at(np.exp(field), out)[..., None] * S
    w = grown * _at(np.exp(-field), into)[..., None, :]
    W = Sd @ w
    f = _at(filling, into)
    one = np.eye(S.shape[-1])
    R: Complex = np.asarray(np.linalg.inv(one + f[..., None] * (W - one)), complex)
    wR = w @ R
    FS = f[..., None] * Sd
    FW = f[..., None] * W
    by_out = (wR * np.swapaxes(FS, -1, -2)).sum(-1)
    RFW = R @ FW
    by_in = -np.diagonal(RFW, axis1=-2, axis2=-1)
    told = (by_out * _weight(counted, out, by_out.ndim)).sum(-1)
    told = told + (by_in * _weight(counted, into, by_in.ndim)).sum(-1)
    if not len(chosen):
        none = np.zeros((*told.shape[1:], 0), complex)
        return told.sum(0), none, none[..., None, :]
    used_out, used_in = (np.isin(k, chosen).any(0) for k in (out, into))
    by_filling = np.diagonal((W - one) @ R, axis1=-2, axis2=-1)[..., used_in]
    by_out, by_in = by_out[..., used_out], by_in[..., used_in]
    V = np.concatenate(
        _wide([(W - one)[..., used_in, :], w[..., used_out, :], one[used_in]]), -2
    )
    U = np.concatenate(
        _wide([one[:, used_in], FS[..., used_out], -FW[..., used_in]]), -1
    )
    RFS: Complex = np.asarray(R @ FS, complex)
    gamma = V @ R @ U
    direct = _direct(
        S[..., used_out, :][..., used_in].conj(),
        wR[..., used_out, :][..., used_in],
        w[..., used_out, :][..., used_in],
        RFS[..., used_in, :][..., used_out],
        W[..., used_in, :][..., used_in],
        R[..., used_in, :][..., used_in],
        (by_out, by_in),
    )
    second = direct - gamma * np.swapaxes(gamma, -1, -2)
    C = _collector(out[:, used_out], into[:, used_in], chosen)
    C = C.reshape(len(C), *(1,) * (second.ndim - 3), *C.shape[1:])
    first = np.concatenate([by_filling, by_out, by_in], -1)
    slope = (first[..., None, :] @ C)[..., 0, :]
    hessian = np.swapaxes(C, -1, -2) @ second @ C
    return told.sum(0), slope.sum(0), hessian.sum(0)


def _direct(
    S: Complex,
    wR: Complex,
    w: Complex,
    RFS: Complex,
    W: Complex,
    R: Complex,
    first: tuple[Complex, Complex],
) -> Complex:
    """Tr K⁻¹ ∂²K by fillings, outgoing and incoming fields."""
    by_out, by_in = first
    o, i = by_out.shape[-1], by_in.shape[-1]
    D = np.zeros((*by_out.shape[:-1], 2 * i + o, 2 * i + o), complex)
    filling, sent, fed = slice(0, i), slice(i, i + o), slice(i + o, None)
    D[..., sent, filling] = wR * S
    D[..., filling, fed] = -W * np.swapaxes(R, -1, -2)
    D[..., sent, fed] = -w * np.swapaxes(RFS, -1, -2)
    D = D + np.swapaxes(D, -1, -2)
    k = np.arange(i, i + o)
    D[..., k, k] += by_out
    k = np.arange(i + o, 2 * i + o)
    D[..., k, k] -= by_in
    return D


def _at(values: Complex, reservoirs: Ints) -> Complex:
    """Values (..., n) at channels: (island, ..., channel)."""
    return np.moveaxis(values[..., reservoirs], -2, 0)


def _weight(counted: Float, reservoirs: Ints, rank: int) -> Float:
    own = counted[reservoirs]
    return own.reshape(len(own), *(1,) * (rank - 2), own.shape[-1])


def _wide(parts: Sequence[Complex | Float]) -> list[Complex]:
    """Matrices of one batch shape."""
    shape = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return [np.broadcast_to(p, (*shape, *p.shape[-2:])).astype(complex) for p in parts]


def _collector(out: Ints, into: Ints, chosen: Ints) -> Float:
    """Parameters of channels to those of reservoirs, (island, parameter, 2m)."""
    m = len(chosen)

    def hot(reservoirs: Ints) -> Bools:
        found: Bools = reservoirs[..., None] == chosen
        return found

    i, o = into.shape[1], out.shape[1]
    C = np.zeros((len(out), 2 * i + o, 2 * m))
    C[:, :i, m:] = hot(into)
    C[:, i : i + o, :m] = hot(out)
    C[:, i + o :, :m] = hot(into)
    return C
