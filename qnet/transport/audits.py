"""What thermodynamics demands of every answer: the first and the second law."""

from __future__ import annotations

import numpy as np

from qnet.circuit import Floats

ROUNDING = 1e-300
"""Power below which there is none to compare with."""


def first_law_defect(voltage: Floats, current: Floats, heat: Floats) -> Floats:
    r"""Energy that is lost: \|Σ J + Σ I V\| over the power that is turned over.

    Electrons carry energy, so that heat leaving all reservoirs together with the work
    of the sources is zero: what the sources give comes out as Joule heat.

    Parameters
    ----------
    voltage, current, heat : (*sweep, n)
        V, A into the device, W out of each reservoir; reservoirs without a voltage
        (NaN) take no part.

    Returns
    -------
    (*sweep,)
    """
    work = np.nan_to_num(current * voltage)
    warmth = np.nan_to_num(heat)
    turned = (abs(work) + abs(warmth)).sum(-1)
    fault = abs((work + warmth).sum(-1))
    return np.divide(fault, turned, out=np.zeros_like(fault), where=turned > ROUNDING)


def entropy_production(heat: Floats, temperature: Floats) -> Floats:
    r"""Entropy -Σ J/T produced in the reservoirs, W/K; never negative.

    Parameters
    ----------
    heat, temperature : (*sweep, n)
        W out of each reservoir; K.

    Returns
    -------
    (*sweep,)
        Infinite where a reservoir at zero temperature takes up heat.
    """
    warmth = np.nan_to_num(heat)
    cold = temperature == 0
    each = -warmth / np.where(cold, 1.0, temperature)
    each = np.where(cold & (warmth != 0), np.copysign(np.inf, each), each)
    return each.sum(-1)
