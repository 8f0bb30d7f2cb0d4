"""Occupations of reservoirs: Fermi functions, their derivatives, thermal windows.

Every form keeps its *relative* precision deep in the tails, where f or 1 - f is far
below the rounding of 1. Zero temperature is exact: a step, 1/2 on its edge.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from qnet.constants import kB_eV
from qnet.smatrix import Float

REACH: Final = 36.0
"""Half width of a thermal window in k_B T: exp(-36) = 2e-16, the rounding of 1."""

GRADING: Final = np.array([0.0, 2.0, 4.0, 6.5, 10.0, 15.0, 23.0, REACH])
"""Break points in k_B T that let one panel rule resolve f between any two of them."""

CROWDED: Final = 2.0
"""Break points nearer than this in k_B T of the coldest reservoir gain nothing: one
panel resolves f over 2.5 k_B T to 1e-10."""


def reduced_energy(energy: ArrayLike, mu: ArrayLike, temperature: ArrayLike) -> Float:
    """(E - μ) / k_B T, infinite on either side of μ at zero temperature.

    Parameters
    ----------
    energy, mu : (...)
        eV.
    temperature : (...)
        K, not negative.

    Returns
    -------
    (...)
        Zero on the edge itself, also at zero temperature.
    """
    away = np.asarray(energy, float) - np.asarray(mu, float)
    scale = kB_eV * np.asarray(temperature, float)
    cold = scale == 0
    hot = away / np.where(cold, 1.0, scale)
    step = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    return np.where(cold, step, hot)


def fermi(energy: ArrayLike, mu: ArrayLike, temperature: ArrayLike) -> Float:
    """Fermi function f = 1 / (exp x + 1), x = (E - μ) / k_B T.

    Parameters
    ----------
    energy, mu : (...)
        eV.
    temperature : (...)
        K; zero gives the step.

    Returns
    -------
    (...)

    Examples
    --------
    >>> float(fermi(0.0, 0.0, 0.0)), float(fermi(1.0, 0.0, 0.0))
    (0.5, 0.0)
    """
    return occupation(reduced_energy(energy, mu, temperature))


def occupation(x: ArrayLike) -> Float:
    """Fermi function of the reduced energy x; 1 - f is ``occupation(-x)``."""
    small = np.exp(-np.abs(np.asarray(x, float)))
    return np.where(np.asarray(x) > 0, small, 1.0) / (1.0 + small)


def log_occupation(x: ArrayLike) -> Float:
    """Logarithm ln f of the reduced energy x, finite where f itself underflows."""
    return -np.logaddexp(0.0, x)


def occupation_variance(x: ArrayLike) -> Float:
    """Variance f (1 - f) of one state's filling, at reduced energy x."""
    small = np.exp(-np.abs(np.asarray(x, float)))
    return small / (1.0 + small) ** 2


def occupation_difference(x: ArrayLike, y: ArrayLike) -> Float:
    """Difference f(x) - f(y), with no cancellation however near x and y are.

    Notes
    -----
    f(x) - f(y) = f(x) [1 - f(y)] (1 - exp(x - y)), evaluated from the side where the
    exponent is negative.
    """
    low, high = np.minimum(x, y), np.maximum(x, y)
    # two infinities of one sign are the same filling; their difference is not a number
    same = low == high
    apart = np.where(same, 0.0, high) - np.where(same, 0.0, low)
    size = -np.expm1(-apart) * occupation(low) * occupation(-high)
    return np.where(np.asarray(x) <= np.asarray(y), size, -size)


def fermi_difference(
    energy: ArrayLike,
    mu: ArrayLike,
    temperature: ArrayLike,
    reference_mu: ArrayLike,
    reference_temperature: ArrayLike,
) -> Float:
    """Filling f(E; μ, T) minus that of a reference reservoir, without cancellation.

    Parameters
    ----------
    energy, mu, reference_mu : (...)
        eV.
    temperature, reference_temperature : (...)
        K.

    Returns
    -------
    (...)
    """
    return occupation_difference(
        reduced_energy(energy, mu, temperature),
        reduced_energy(energy, reference_mu, reference_temperature),
    )


def fermi_slope(energy: ArrayLike, mu: ArrayLike, temperature: ArrayLike) -> Float:
    """Thermal kernel -∂f/∂E = ∂f/∂μ, of unit area.

    Parameters
    ----------
    energy, mu : (...)
        eV.
    temperature : (...)
        K, positive: at zero temperature the kernel is a delta function, and the
        average over it is the value at μ.

    Returns
    -------
    (...)
        1/eV.
    """
    x = reduced_energy(energy, mu, temperature)
    return occupation_variance(x) / (kB_eV * np.asarray(temperature, float))


def fermi_heating(energy: ArrayLike, mu: ArrayLike, temperature: ArrayLike) -> Float:
    """Answer of the filling to temperature, ∂f/∂T = (E - μ)/T (-∂f/∂E).

    Parameters
    ----------
    energy, mu : (...)
        eV.
    temperature : (...)
        K, positive.

    Returns
    -------
    (...)
        1/K.
    """
    x = reduced_energy(energy, mu, temperature)
    return x * occupation_variance(x) / np.asarray(temperature, float)


def thermal_breaks(mu: Float, temperature: Float) -> Float:
    """Break points for energy integrals over the windows of several reservoirs.

    Around each μ the points are graded so that the panel rule of
    `qnet.transport.quadrature` resolves the Fermi function at once; points that crowd
    within two k_B T of the coldest (many reservoirs at nearly one μ) are
    thinned. At zero temperature each μ is a break point, never thinned away.

    Parameters
    ----------
    mu : (*sweep, n)
        eV.
    temperature : (*sweep, n)
        K.

    Returns
    -------
    (*sweep, points)
        eV, ascending; repeated points fill shorter rows.
    """
    mu, temperature = np.broadcast_arrays(mu, temperature)
    offsets = np.concatenate([-GRADING[:0:-1], GRADING])
    points = mu[..., None] + kB_eV * temperature[..., None] * offsets
    soft = points.reshape(*mu.shape[:-1], -1)
    coldest = np.where(temperature > 0, temperature, np.inf).min(-1)
    scale = CROWDED * kB_eV * coldest
    thinned = _thin(np.sort(soft, -1), np.where(np.isfinite(scale), scale, 0.0))
    cold = np.where(temperature > 0, thinned[..., :1], mu)
    return merge_breaks(thinned, cold)


def shared_breaks(mu: Float, temperature: Float, axes: tuple[int, ...]) -> Float:
    """Break points for one mesh common to all points along some sweep axes.

    Worth its while where amplitudes do not depend on what is swept there: they are
    then evaluated once for all voltages.

    Parameters
    ----------
    mu, temperature : (*sweep, n)
        eV, K.
    axes : tuple of int
        Sweep axes along which points share the mesh.

    Returns
    -------
    (*points, k)
        eV; of length 1 along `axes`.
    """
    shape = np.broadcast_shapes(mu.shape, temperature.shape)
    points = tuple(1 if k in axes else n for k, n in enumerate(shape[:-1]))
    rows = [
        np.moveaxis(np.broadcast_to(x, shape), axes, range(-1 - len(axes), -1))
        for x in (mu, temperature)
    ]
    return thermal_breaks(*(row.reshape(*points, -1) for row in rows))


def merge_breaks(*groups: Float) -> Float:
    """One ascending row of break points for each sweep point out of several.

    Parameters
    ----------
    groups : (*sweep, points)
        eV; sweep axes broadcast.

    Returns
    -------
    (*sweep, points)
    """
    lead = np.broadcast_shapes(*[g.shape[:-1] for g in groups])
    rows = [np.broadcast_to(g, (*lead, g.shape[-1])) for g in groups]
    return np.sort(np.concatenate(rows, -1), -1)


def resonance_breaks(position: Float, width: Float, low: Float, high: Float) -> Float:
    """Break points around known resonances, graded from their width outwards.

    Parameters
    ----------
    position, width : (*sweep, n)
        Real part and full width of each pole, eV; a width of zero marks a threshold.
    low, high : (*sweep,)
        The window; points outside are moved to its edge.

    Returns
    -------
    (*sweep, points)
        eV, ascending.
    """
    ladder = 4.0 ** np.arange(8)
    offsets = np.concatenate([-ladder[::-1], [0.0], ladder])
    points = position[..., None] + width[..., None] * offsets
    rows = np.sort(points.reshape(*points.shape[:-2], -1), -1)
    return np.clip(rows, low[..., None], high[..., None])


def thermal_window(mu: Float, temperature: Float) -> tuple[Float, Float]:
    """Lowest and highest energy at which two of the reservoirs differ.

    Parameters
    ----------
    mu, temperature : (*sweep, n)
        eV, K.

    Returns
    -------
    low, high : (*sweep,)
        eV; at ±36 k_B T from the outermost μ what is cut off is below rounding.
    """
    reach = REACH * kB_eV * temperature
    return (mu - reach).min(-1), (mu + reach).max(-1)


def _thin(points: Float, spacing: Float) -> Float:
    """Ascending points, those in an already occupied bin moved onto its first one."""
    width = np.where(spacing > 0, spacing, 1.0)[..., None]
    bins = np.floor((points - points[..., :1]) / width)
    fresh = np.concatenate(
        [np.ones_like(bins[..., :1], bool), np.diff(bins, axis=-1) > 0], -1
    )
    fresh[..., -1] = True
    held = np.where(fresh, points, -np.inf)
    return np.where(
        spacing[..., None] > 0, np.maximum.accumulate(held, axis=-1), points
    )
