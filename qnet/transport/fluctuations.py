"""How a circuit answers to the noise of its islands and resistors.

Floating reservoirs cannot take up charge: their voltages follow the fluctuating
currents, and drive further currents through every element. The answer is linear, with
the *differential* conductances at the working point, whatever the bias. Thermal probes
take up no heat either; their temperatures follow too.

References
----------
M. Büttiker, Phys. Rev. B 46, 12485 (1992), sec. V; C. W. J. Beenakker and M. Büttiker,
Phys. Rev. B 46, 1889 (1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.constants import e, kB
from qnet.smatrix import Float
from qnet.transport.transmission import sum_by


@dataclass(frozen=True, slots=True, eq=False)
class Fluctuations:
    """Correlations of what a circuit's instruments read.

    Attributes
    ----------
    current : (*sweep, m, m)
        Of the currents from each reservoir into the islands, A²/Hz; charge currents
        first and heat currents (W) after them, if heat was given.
    voltage : (*sweep, m, m)
        Of the voltages, V²/Hz, and temperatures (K); zero where held.
    """

    current: Float
    voltage: Float


def johnson_noise(
    ends: Ints, resistance: Float, temperature: Float, size: int
) -> Float:
    """Currents that resistors push into their nodes, 4 k_BT/R each.

    Parameters
    ----------
    ends : (r, 2)
        Reservoirs at both ends.
    resistance, temperature : (*sweep, r)
        Ω, K.
    size : int
        Number of reservoirs.

    Returns
    -------
    (*sweep, n, n)
        A²/Hz; rows sum to zero.
    """
    power = 4 * kB * temperature / resistance
    a, b = ends.T
    index = np.concatenate([a * size + a, b * size + b, a * size + b, b * size + a])
    flat = sum_by(np.concatenate([power, power, -power, -power], -1), index, size**2)
    return flat.reshape(*flat.shape[:-1], size, size)


def resistor_admittance(ends: Ints, resistance: Float, size: int) -> Float:
    """Conductance matrix (*sweep, n, n) of resistors alone, S."""
    g = 1 / resistance
    a, b = ends.T
    index = np.concatenate([a * size + a, b * size + b, a * size + b, b * size + a])
    flat = sum_by(np.concatenate([g, g, -g, -g], -1), index, size**2)
    return flat.reshape(*flat.shape[:-1], size, size)


def floating_unknowns(is_floating: Bools, is_thermal: Bools | None = None) -> Ints:
    """Unknown of each voltage, and of each temperature: -1 for what is held.

    Parameters
    ----------
    is_floating : (n,)
        Reservoirs whose voltage follows.
    is_thermal : (n,), optional
        Reservoirs whose temperature follows; given, temperatures come after voltages.

    Returns
    -------
    (n,) or (2n,)
        For `respond`. Reservoirs tied by a voltage source share an unknown, which
        `qnet.transport.equations.number_trees` finds.
    """
    parts = [is_floating] if is_thermal is None else [is_floating, is_thermal]
    free = np.concatenate(parts)
    return np.where(free, np.cumsum(free) - 1, -1)


def respond(
    sources: Float,
    conductance: Float,
    unknown: Ints,
    *,
    is_stuck: Bools | None = None,
    outside: Float | None = None,
    outside_sources: Float | None = None,
) -> Fluctuations:
    """Let floating voltages and temperatures follow the noise.

    Parameters
    ----------
    sources : (*sweep, m, m)
        Correlations of island currents at fixed voltages: `Noise.charge`, or
        `HeatNoise.block` with heat.
    conductance : (*sweep, m, m)
        Differential response of the islands' currents to voltages, ∂I_a/∂V_b in S, at
        the working point; with heat the block matrix [[∂I/∂V, ∂I/∂T], [∂J/∂V, ∂J/∂T]].
        Dephasing probes are eliminated, their rows and columns zero.
    unknown : (m,)
        Number of the free voltage or temperature that each one follows; -1: held.
    is_stuck : (*sweep, m), optional
        Points at which one of them does not follow, and what is tied to it neither.
    outside, outside_sources : (*sweep, m, m), optional
        Conductance and noise of resistors.

    Returns
    -------
    Fluctuations
        With nothing free the sources themselves: ``probes=frozen``.

    Notes
    -----
    With R = U (Uᵀ Y U)⁻¹ Uᵀ, where Y is the whole admittance and U says which voltages
    move together, δV = -R ξ and δI = ξ_islands + G δV.
    """
    m = len(unknown)
    Y = conductance if outside is None else conductance + outside
    pushed = sources if outside_sources is None else sources + outside_sources
    follow = _impedance(Y, unknown, is_stuck)
    answer = -conductance @ follow
    kept = np.eye(m) + answer
    current = kept @ sources @ np.swapaxes(kept, -1, -2)
    if outside_sources is not None:
        current = current + answer @ outside_sources @ np.swapaxes(answer, -1, -2)
    voltage = follow @ pushed @ np.swapaxes(follow, -1, -2)
    return Fluctuations(_symmetric(current), _symmetric(voltage))


def _impedance(Y: Float, unknown: Ints, is_stuck: Bools | None) -> Float:
    """R (..., m, m): minus the voltages that follow a current pushed into each node."""
    count = int(unknown.max(initial=-1)) + 1
    moves = (unknown[:, None] == np.arange(count)).astype(float)
    inner = moves.T @ Y @ moves
    pushes = np.broadcast_to(moves.T, (*inner.shape[:-1], len(unknown)))
    # no heat flows to or from a probe that is cold, or that only resistors reach
    stays = ~inner.any(-1, keepdims=True)
    if is_stuck is not None:
        stays = stays | (is_stuck @ moves > 0)[..., None]
    if stays.any():
        inner = np.where(stays | np.swapaxes(stays, -1, -2), np.eye(count), inner)
        pushes = np.where(stays, 0.0, pushes)
    # heat and charge rows differ by many decades: pivoting wants them of one size
    rows = np.abs(inner).max(-1, keepdims=True, initial=0.0)
    cols = np.abs(inner / rows).max(-2, keepdims=True, initial=0.0)
    solved = np.linalg.solve(inner / rows / cols, pushes / rows)
    return moves @ (solved / np.swapaxes(cols, -1, -2))


def _symmetric(S: Float) -> Float:
    return (S + np.swapaxes(S, -1, -2)) / 2


def fano_factor(noise: Float, current: Float) -> Float:
    """Noise over Poisson's 2 e |I|; infinite or undefined without a current.

    Parameters
    ----------
    noise : (...)
        A²/Hz.
    current : (...)
        A.
    """
    poisson = 2 * e * np.abs(current)
    return np.divide(
        noise, poisson, out=np.full(np.shape(noise), np.nan), where=poisson > 0
    )


def conservation_defect(S: Float) -> Float:
    """Largest row sum over the largest element, (...): charge that noise loses.

    Parameters
    ----------
    S : (..., n, n)
    """
    return _relative(np.abs(S.sum(-1)).max(-1), S)


def negativity(S: Float) -> Float:
    """Lowest eigenvalue below zero, over the largest element, (...).

    Parameters
    ----------
    S : (..., n, n)
        Symmetric. No correlation matrix has a negative eigenvalue.
    """
    lowest = np.linalg.eigvalsh(S)[..., 0]
    return _relative(np.maximum(-lowest, 0.0), S)


def _relative(fault: Float, S: Float) -> Float:
    size = np.abs(S).max((-1, -2))
    return np.divide(fault, size, out=np.zeros(np.shape(size)), where=size > 0)
