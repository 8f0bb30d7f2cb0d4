r"""Generating function of the charge that coherent islands transfer.

Levitov and Lesovik: with counting fields λ_a for the electrons that reservoir a
receives, at each energy

.. math:: \ln\chi = \ln\det[1 + F (S^\dagger \Lambda S \Lambda^{-1} - 1)],
          \qquad \Lambda = \mathrm{diag}\, e^{i\lambda_a}.

Counting fields iλ = ξ and fillings are power series in one formal variable; so are the
results, and every cumulant is an exact derivative.

References
----------
L. S. Levitov and G. B. Lesovik, JETP Lett. 58, 230 (1993).
L. S. Levitov, H. Lee, G. B. Lesovik, J. Math. Phys. 37, 4845 (1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.smatrix import Float
from qnet.transport import series
from qnet.transport.noise import Island, noise_kernel, transmission
from qnet.transport.occupations import Occupations
from qnet.transport.panels import Values
from qnet.transport.transmission import eliminate, sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """Generating function at each energy, and how it changes.

    Attributes
    ----------
    value : (order + 1, ...)
        ln χ for each energy, dimensionless.
    by_field : (order + 1, ..., n)
        ∂/∂ξ_a: electrons that reservoir a receives.
    by_filling : (order + 1, ..., n)
        ∂/∂f_a.
    """

    value: Float
    by_field: Float
    by_filling: Float

    def __add__(self, other: Action) -> Action:
        return Action(
            self.value + other.value,
            self.by_field + other.by_field,
            self.by_filling + other.by_filling,
        )


def coherent_action(islands: Sequence[Island], field: Float, filling: Float) -> Action:
    """Levitov-Lesovik formula for given counting fields and occupations.

    Parameters
    ----------
    islands : sequence of Island
        Independent: their actions add.
    field : (order + 1, *sweep, nE, n)
        Series of ξ_a = iλ_a, without constant term.
    filling : (order + 1, *sweep, nE, n)
        Series of f_a.
    """
    parts = [_island_action(island, field, filling) for island in islands]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _island_action(island: Island, field: Float, filling: Float) -> Action:
    S, out, into = island.S, island.outgoing, island.incoming
    size = field.shape[-1]
    received = series.exponential(_at(field, out))
    emitted = series.exponential(-_at(field, into))
    filled = _at(filling, into)
    W = series.multiply(
        np.swapaxes(S.conj(), -1, -2) @ (received[..., None] * S),
        emitted[..., None, :],
    )
    W[0] = np.eye(W.shape[-1])
    change = W.copy()
    change[0] = 0.0
    X = series.multiply(filled[..., None], change)
    R = series.resolvent(X)
    carried = series.multiply(R, filled[..., None, :])
    arriving = S @ series.multiply(emitted[..., None], carried)
    gained = series.multiply(received, (arriving * S.conj()).sum(-1).real)
    return Action(
        _real(series.log_determinant(X, R)).sum(1),
        _collect(_real(gained), out, size)
        - _collect(_diagonal(carried, W), into, size),
        _collect(_diagonal(change, R), into, size),
    )


def _diagonal(A: Values, B: Values) -> Float:
    """Real diagonal of the product of two series of matrices."""
    return _real(series.multiply(A, np.swapaxes(B, -1, -2)).sum(-1))


def _real(values: Values) -> Float:
    return np.asarray(values.real, float)


def _at(values: Float, reservoirs: Ints) -> Float:
    """Values (order + 1, ..., n) at channels: (order + 1, island, ..., channel)."""
    return np.moveaxis(values[..., reservoirs], -2, 1)


def _collect(values: Float, reservoirs: Ints, size: int) -> Float:
    """Sum (order + 1, island, ..., channel) into reservoirs (order + 1, ..., n)."""
    together = np.moveaxis(values, 1, -2)
    flat = together.reshape(*together.shape[:-2], -1)
    return sum_by(flat, reservoirs.ravel(), size)


def dephased_action(
    islands: Sequence[Island],
    field: Float,
    filling: Float,
    held: Occupations,
    gone: Ints,
    depth: int,
) -> Action:
    """Action once dephasing probes have settled, energy by energy.

    A probe's counting field and filling take the values at which the action is
    stationary: no electron stays in it at any energy, whatever is counted.

    Parameters
    ----------
    islands : sequence of Island
    field, filling : (order + 1, *sweep, nE, n)
        As for `coherent_action`; what stands at the probes is not read.
    held : Occupations
        Mean occupations of all reservoirs, those of the probes included.
    gone : (g,)
        The probes.
    depth : int
        Powers up to which the probes settle. To m they give derivatives up to uᵐ and,
        since the action is stationary, its value up to u²ᵐ⁺¹.

    References
    ----------
    S. Pilgram, P. Samuelsson, H. Förster, M. Büttiker, Phys. Rev. Lett. 97, 066801
    (2006).
    """
    order = len(field) - 1
    size = field.shape[-1]
    shape = np.broadcast_shapes(
        field.shape[1:],
        filling.shape[1:],
        held.filled.shape,
        *[(*i.S.shape[1:-2], 1) for i in islands],
    )
    field = np.broadcast_to(field, (order + 1, *shape)).copy()
    filling = np.broadcast_to(filling, (order + 1, *shape)).copy()
    if not len(gone):
        return coherent_action(islands, field, filling)
    field[..., gone] = 0.0
    filling[..., gone] = 0.0
    filling[0][..., gone] = held.filled[..., gone]
    hessian = _probe_hessian(islands, held, gone, size)
    for k in range(1, depth + 1):
        slope = coherent_action(
            islands, series.truncate(field, k), series.truncate(filling, k)
        )
        misfit = np.concatenate(
            [slope.by_field[k][..., gone], slope.by_filling[k][..., gone]], -1
        )
        step = -np.linalg.solve(hessian, misfit[..., None])[..., 0]
        field[k][..., gone] += step[..., : len(gone)]
        filling[k][..., gone] += step[..., len(gone) :]
    return coherent_action(islands, field, filling)


def _probe_hessian(
    islands: Sequence[Island], held: Occupations, gone: Ints, size: int
) -> Float:
    """Second derivatives by fields and fillings of the probes at ξ = 0."""
    P = transmission(islands, size)
    among = gone[:, None], gone
    noise = noise_kernel(islands, held, size)[(..., *among)]
    shut = eliminate(P, gone).is_shut
    every, diagonal = np.arange(size), np.arange(len(gone))
    P[..., every, every] = 0.0
    into = P[..., gone, :].sum(-1)
    K = -P[(..., *among)]
    # a probe that nothing reaches keeps its filling and its field
    K[..., diagonal, diagonal] += np.where(shut, 1.0, into)
    noise, K = np.broadcast_arrays(noise, K)
    zero = np.zeros(K.shape)
    return np.block([[noise, -K], [-np.swapaxes(K, -1, -2), zero]])
