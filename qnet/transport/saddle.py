"""Where the action of a circuit is stationary: floating voltages as power series.

A floating reservoir takes up no charge on the long run. Its counting field enforces
that, its voltage is integrated over, and both settle where the action is stationary.
As series in the counting variable they give the cascade of corrections by which slow
voltage fluctuations feed back on higher cumulants.

References
----------
K. E. Nagaev, Phys. Rev. B 66, 075334 (2002).
S. Pilgram, A. N. Jordan, E. V. Sukhorukov, M. Büttiker, Phys. Rev. Lett. 90, 206801
(2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import PhysicsError, refuse
from qnet.smatrix import Float
from qnet.transport.circuit_action import Conductor, circuit_action
from qnet.transport.transmission import sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The action at its stationary point.

    Attributes
    ----------
    value : (order + 1, *sweep)
        Series of (h/t) ln χ, eV.
    field, level : (order + 1, *sweep, n)
        Series of the counting fields and of the shifts of μ, eV.
    excess : (*sweep,)
        Certificate of the energy integrals: error over tolerance.
    """

    value: Float
    field: Float
    level: Float
    excess: Float


def settle(
    conductor: Conductor, counted: Float, order: int, rtol: float = 1e-10
) -> Settled:
    """Series of the action when u times `counted` is the counting field.

    Parameters
    ----------
    conductor : Conductor
    counted : (n,)
        Weight of the electrons that each held reservoir receives.
    order : int
        Highest power, 1 to 4.
    rtol : float
        Tolerance of the energy integrals.

    Raises
    ------
    PhysicsError
        QN560: a third or fourth cumulant with a floating voltage that coincides with
        another one at zero temperature.
    """
    shape = (*conductor.mu.shape[:-1], conductor.size)
    field, level = np.zeros((2, order + 1, *shape))
    field[1] = np.where(conductor.unknown < 0, counted, 0.0)
    if not len(conductor.floating):
        total = circuit_action(conductor, field, level, order // 2, rtol)
        return Settled(total.value, field, level, total.excess)
    if order > 2:
        _refuse_coincidence(conductor)
    hessian, balance = _hessian(conductor, rtol)
    # an error u^(m+1) at the stationary point is an error u^(2m+2) of the action
    for k in range(1, order // 2 + 1):
        slope = circuit_action(conductor, field[: k + 1], level[: k + 1], k, rtol)
        misfit = np.concatenate(
            [_tied(part[k], conductor) for part in (slope.by_field, slope.by_level)], -1
        )
        step = -np.linalg.solve(hessian, misfit[..., None])[..., 0]
        half = step.shape[-1] // 2
        floating, number = conductor.floating, conductor.unknown[conductor.floating]
        field[k][..., floating] += step[..., :half][..., number]
        level[k][..., floating] += step[..., half:][..., number]
    total = circuit_action(conductor, field, level, order // 2, rtol)
    # driven currents hold the mean balance of a floating node
    driven = (balance * field)[..., conductor.floating].sum(-1)
    return Settled(total.value - driven, field, level, total.excess)


def _tied(values: Float, conductor: Conductor) -> Float:
    """Sum over reservoirs whose voltages move together, (..., unknowns)."""
    number = conductor.unknown[conductor.floating]
    return sum_by(values[..., conductor.floating], number, int(number.max()) + 1)


def _hessian(conductor: Conductor, rtol: float) -> tuple[Float, Float]:
    """Second derivatives by fields and levels, and the mean current of each node."""
    count = int(conductor.unknown.max()) + 1
    shape = (*conductor.mu.shape[:-1], conductor.size)
    noise, answer = np.zeros((2, *shape[:-1], count, count))
    for k in range(count):
        field = np.zeros((2, *shape))
        field[1] = conductor.unknown == k
        slope = circuit_action(conductor, field, np.zeros((2, *shape)), 1, rtol)
        noise[..., k, :] = _tied(slope.by_field[1], conductor)
        answer[..., k, :] = _tied(slope.by_level[1], conductor)
    zero = np.zeros(noise.shape)
    hessian = np.block([[noise, answer], [np.swapaxes(answer, -1, -2), zero]])
    return hessian, slope.by_field[0]


def _refuse_coincidence(conductor: Conductor) -> None:
    """Raise where a cold floating voltage coincides with another cold one."""
    cold = conductor.temperature[..., conductor.kept] == 0
    mu = np.where(cold, conductor.mu[..., conductor.kept], np.nan)
    is_biased = np.nanmax(mu, -1, initial=-np.inf) > np.nanmin(mu, -1, initial=np.inf)
    for probe in conductor.floating:
        own = conductor.mu[..., probe, None]
        is_cold = conductor.temperature[..., probe] == 0
        together = (mu == own).sum(-1) > 1
        if (together & is_cold & is_biased).any():
            raise refuse(
                PhysicsError,
                "QN560",
                "a cumulant beyond the second has no value at zero temperature where "
                "a floating voltage coincides with another voltage",
                why="the action is not smooth where two cold Fermi edges cross",
                help="set a finite `.temp`",
            )
