"""Action of a whole circuit: islands, resistors, and the edges of cold reservoirs.

Energies are in eV: an action here is (h/t) ln χ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Final

import numpy as np
from numpy.polynomial import legendre

from qnet.circuit import Bools, Ints
from qnet.constants import RK, kB_eV
from qnet.smatrix import Complex, Float
from qnet.transport import series
from qnet.transport.action import Action, dephased_action
from qnet.transport.noise import Island, transmission, witness
from qnet.transport.occupations import Occupations, reduced_occupations
from qnet.transport.panels import Mesh, Values, lobatto_rule
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.thermal import (
    occupation,
    occupation_variance,
    reduced_energy,
    thermal_breaks,
)
from qnet.transport.transmission import eliminate, sum_by

HIGHEST: Final = 4
"""Order up to which derivatives of the Fermi function are written out."""
EDGE: Final = 9
"""Energies around the edge of a cold floating reservoir that give S its slope there."""


@dataclass(frozen=True, slots=True, eq=False)
class Resistors:
    """Resistors between reservoirs, Gaussian sources of charge.

    Attributes
    ----------
    ends : (r, 2)
        Reservoirs.
    resistance, temperature : (*sweep, r)
        Ω, K.
    """

    ends: Ints
    resistance: Float
    temperature: Float


@dataclass(frozen=True, slots=True, eq=False)
class Conductor:
    """Islands between reservoirs at a working point, and what floats.

    Attributes
    ----------
    islands : callable
        Energies (*points, nE) in eV to islands.
    mu, temperature : (*sweep, n)
        eV, K of every reservoir, at the mean voltages of those that float.
    dephasing : (g,)
        Reservoirs that take up no current at any energy.
    unknown : (n,)
        Number of the free voltage that each reservoir follows; -1: held.
    resistors : Resistors, optional
    degeneracy : int
        Channels counted as one in the netlist.
    """

    islands: Callable[[Float], Sequence[Island]]
    mu: Float
    temperature: Float
    dephasing: Ints
    unknown: Ints
    resistors: Resistors | None = None
    degeneracy: int = 1

    @property
    def size(self) -> int:
        """Number of reservoirs."""
        return len(self.unknown)

    @property
    def floating(self) -> Ints:
        """Reservoirs whose voltage follows."""
        return np.flatnonzero(self.unknown >= 0)

    @property
    def kept(self) -> Ints:
        """Reservoirs with a voltage, held or not."""
        return np.setdiff1d(np.arange(self.size), self.dephasing)


@dataclass(frozen=True, slots=True, eq=False)
class CircuitAction:
    """Action of a circuit as power series, and how it changes.

    Attributes
    ----------
    value : (order + 1, *sweep)
        (h/t) ln χ, eV.
    by_field : (order + 1, *sweep, n)
        ∂/∂ξ at floating reservoirs, eV: electrons that they receive.
    by_level : (order + 1, *sweep, n)
        ∂/∂μ at floating reservoirs, dimensionless.
    excess : (*sweep,)
        Certificate of the energy integral: error over tolerance.
    """

    value: Float
    by_field: Float
    by_level: Float
    excess: Float


def circuit_action(
    conductor: Conductor, field: Float, level: Float, depth: int, rtol: float
) -> CircuitAction:
    """Action of islands and resistors for given series.

    Parameters
    ----------
    conductor : Conductor
    field, level : (order + 1, *sweep, n)
        Series of ξ and of the shifts of μ in eV, without constant term.
    depth : int
        Powers up to which dephasing probes settle, see `dephased_action`.
    rtol : float
        Tolerance of the energy integral.
    """
    floating, mu = conductor.floating, conductor.mu
    beta = _inverse_temperature(conductor.temperature)

    def integrand(energy: Float) -> tuple[Values, Complex]:
        x = reduced_energy(
            energy[..., None], mu[..., None, :], conductor.temperature[..., None, :]
        )
        sources = conductor.islands(energy)
        held = _occupations(conductor, sources, x)
        rates = _fermi_rates(x, beta[..., None, :])
        shift = level[..., None, :]
        action = _action(
            conductor, sources, field, series.taylor(rates, shift), held, depth
        )
        moved = series.multiply(action.by_filling, series.taylor(rates[1:], shift))
        columns = [
            action.value[..., None],
            action.by_field[..., floating],
            np.asarray(moved, float)[..., floating],
        ]
        hint = held.activity[..., None] * witness(sources)
        return np.moveaxis(np.concatenate(columns, -1), 0, -1), hint

    kept = conductor.kept
    breaks = thermal_breaks(mu[..., kept], conductor.temperature[..., kept])
    integral = integrate_guarded(
        integrand, breaks, rtol=rtol, entries=64 * conductor.size**2
    )
    found = conductor.degeneracy * np.moveaxis(np.asarray(integral.value, float), -1, 0)
    shape = (*found.shape[:-1], conductor.size)
    by_field, by_level = np.zeros((2, *shape))
    m = len(floating)
    by_field[..., floating] = found[..., 1 : m + 1]
    by_level[..., floating] = found[..., m + 1 :]
    total = CircuitAction(found[..., 0], by_field, by_level, integral.excess)
    for probe in floating[_is_cold(conductor, floating)]:
        total = _add(
            total, _edge(conductor, int(probe), field, level, depth, integral.mesh)
        )
    if conductor.resistors is not None:
        total = _add(total, _resistors(conductor, field, level))
    return total


def _is_cold(conductor: Conductor, reservoirs: Ints) -> Bools:
    """Which reservoirs are at zero temperature at some sweep point."""
    cold = conductor.temperature[..., reservoirs] == 0
    return cold.reshape(int(np.prod(cold.shape[:-1])), -1).any(0)


def _add(total: CircuitAction, part: CircuitAction) -> CircuitAction:
    return CircuitAction(
        total.value + part.value,
        total.by_field + part.by_field,
        total.by_level + part.by_level,
        total.excess,
    )


def _action(
    conductor: Conductor,
    sources: Sequence[Island],
    field: Float,
    filling: Float,
    held: Occupations,
    depth: int,
) -> Action:
    return dephased_action(
        sources, field[..., None, :], filling, held, conductor.dephasing, depth
    )


def _occupations(
    conductor: Conductor, sources: Sequence[Island], x: Float
) -> Occupations:
    """Mean occupations at reduced energies, those of dephasing probes included."""
    anchor = int(conductor.kept[0])
    # whatever stands at dephasing probes must not reach the arithmetic
    held = reduced_occupations(np.where(np.isnan(x), x[..., anchor, None], x), anchor)
    if not len(conductor.dephasing):
        return held
    P = transmission(sources, conductor.size)
    share = eliminate(P, conductor.dephasing).share
    return held.with_probes(share, conductor.dephasing)


def _inverse_temperature(temperature: Float) -> Float:
    """1/k_BT in 1/eV; zero for cold reservoirs, whose filling has no slope."""
    kT = kB_eV * temperature
    return np.divide(1.0, kT, out=np.zeros(kT.shape), where=kT > 0)


def _fermi_rates(x: Float, beta: Float) -> Float:
    """Derivatives of f by μ, (HIGHEST + 1, ...), 1/eVᵏ."""
    f, v = occupation(x), occupation_variance(x)
    tilt = occupation(-x) - f
    rates = [
        f,
        v * beta,
        v * tilt * beta**2,
        v * (1 - 6 * v) * beta**3,
        v * (1 - 12 * v) * tilt * beta**4,
    ]
    return np.stack(rates)


def _edge(
    conductor: Conductor, probe: int, field: Float, level: Float, depth: int, mesh: Mesh
) -> CircuitAction:
    """What the moving edge of a cold reservoir adds to the integrals.

    Between μ and μ + δμ the reservoir is filled instead of empty. Both actions are
    smooth there, and are expanded in energy.
    """
    nodes, _ = lobatto_rule(EDGE)
    mu, temperature = conductor.mu, conductor.temperature
    centre = mu[..., probe]
    reach = _panel_at(mesh, centre)
    energy = centre[..., None] + reach[..., None] * nodes
    # cold neighbours keep the filling they have at the edge
    read_at = np.where(
        temperature[..., None, :] == 0, centre[..., None, None], energy[..., None]
    )
    x = reduced_energy(read_at, mu[..., None, :], temperature[..., None, :])
    sources = conductor.islands(energy)
    beta = _inverse_temperature(temperature)[..., None, :]
    sides = []
    for filled in (-np.inf, np.inf):
        x[..., probe] = filled
        held = _occupations(conductor, sources, x)
        filling = series.taylor(_fermi_rates(x, beta), level[..., None, :])
        sides.append(_action(conductor, sources, field, filling, held, depth))
    value = _slopes(sides[0].value - sides[1].value, nodes, reach)
    by_field = _slopes(
        np.moveaxis(sides[0].by_field - sides[1].by_field, -1, 1),
        nodes,
        reach,
    )
    shift = level[..., probe]
    area, height = np.zeros((2, *shift.shape))
    areas = np.zeros(by_field[0].shape)
    power = series.constant(np.ones(shift.shape[1:]), len(shift) - 1)
    for k, (rise, rises) in enumerate(zip(value, by_field, strict=True)):
        height += _product(power, rise) / factorial(k)
        power = _product(power, shift)
        area += _product(power, rise) / factorial(k + 1)
        areas += _product(power[:, None], rises) / factorial(k + 1)
    by_level = np.zeros((*shift.shape, conductor.size))
    by_level[..., probe] = height
    g = conductor.degeneracy * (temperature[..., probe] == 0)
    return CircuitAction(
        g * area,
        g[..., None] * np.moveaxis(areas, 1, -1),
        g[..., None] * by_level,
        np.zeros(()),
    )


def _product(a: Float, b: Float) -> Float:
    return np.asarray(series.multiply(a, b), float)


def _panel_at(mesh: Mesh, energy: Float) -> Float:
    """Half width (*sweep,) of the narrowest panel that ends at an energy."""
    at = energy[..., None]
    touches = ((mesh.low == at) | (mesh.high == at)) & (mesh.high > mesh.low)
    width = np.where(touches, mesh.high - mesh.low, np.inf).min(-1)
    return np.where(np.isfinite(width), width / 2, 1.0)


def _slopes(values: Float, nodes: Float, reach: Float) -> Float:
    """Value and first two energy derivatives at the middle of the nodes."""
    fit = np.linalg.inv(legendre.legvander(nodes, EDGE - 1))
    rows = []
    for k in range(HIGHEST - 1):
        basis = [
            legendre.Legendre.basis(j).deriv(k)(0.0)
            if k
            else legendre.Legendre.basis(j)(0.0)
            for j in range(EDGE)
        ]
        rows.append((values @ (np.array(basis) @ fit)) / reach**k)
    return np.stack(rows)


def _resistors(conductor: Conductor, field: Float, level: Float) -> CircuitAction:
    """Gaussian action of resistors, whose electrons are not counted."""
    parts = conductor.resistors
    if parts is None:
        raise ValueError("no resistors")
    first, second = parts.ends.T
    own = np.where(conductor.unknown >= 0, field, 0.0)
    height = level.copy()
    height[0] += conductor.mu
    across = own[..., first] - own[..., second]
    fall = height[..., first] - height[..., second]
    g = RK / parts.resistance
    heat = kB_eV * parts.temperature
    value = g * (heat * series.multiply(across, across) - series.multiply(across, fall))
    push = g * (2 * heat * across - fall)
    pull = -g * across
    n = conductor.size
    return CircuitAction(
        np.asarray(value, float).sum(-1),
        sum_by(push, first, n) - sum_by(push, second, n),
        sum_by(pull, first, n) - sum_by(pull, second, n),
        np.zeros(()),
    )
