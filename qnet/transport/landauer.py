r"""Charge and heat currents at any voltages and temperatures.

.. math:: I_a = -g\frac{e}{h} \int dE \sum_b (N_a δ_{ab} - T_{ab}) f_b, \qquad
          J_a = \frac{g}{h} \int dE\, (E - μ_a) \sum_b (N_a δ_{ab} - T_{ab}) f_b,

for electrons, μ_b = EF - e V_b; dephasing probes are eliminated at each energy. Beside
a condensate of potential μ_s charge has a matrix K and energy one of its own, Q:

.. math:: J_a = \frac{g}{h} \int dE \sum_b
          [(E - μ_s) Q_{ab} + (μ_s - μ_a) K_{ab}] f_b .

References
----------
M. Büttiker, Phys. Rev. B 46, 12485 (1992); U. Sivan, Y. Imry, Phys. Rev. B 33, 551
(1986).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi
from typing import Final

import numpy as np

from qnet.circuit import Floats, Ints
from qnet.constants import Gq, kB_eV
from qnet.smatrix import Complex
from qnet.transport.conductor import Conductor
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.spectral import (
    Spectrum,
    along_shared,
    pack,
    unpack,
)
from qnet.transport.thermal import (
    occupation_difference,
    occupation_variance,
    reduced_energy,
    thermal_breaks,
)
from qnet.transport.transmission import ROUNDING

GAP_EDGE: Final = 1e-7
"""Relative accuracy of integrals beside a condensate, by which they are judged: at the
edge of its gap the density of states goes as 1/√(E - Δ), and E - Δ rounds."""

LEVER_STEP: Final = 1e-4
"""Share of the energy window by which levels are moved for a central difference."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Magnitudes of a working point, in which all integrals are of order one.

    Attributes
    ----------
    width : (*sweep,)
        Spread of voltages and thermal energies, eV: what drives currents.
    depth : (*sweep,)
        The same with the largest k_BT: energies that carriers bring along.
    coupling : (*sweep, n)
        Typical N - T of each reservoir, so that weak probes are resolved as well.
    """

    width: Floats
    depth: Floats
    coupling: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """Currents at a working point and how they answer, reservoir by reservoir.

    Attributes
    ----------
    charge, heat : (*sweep, n)
        A into the device; W out of the reservoir. Zero at dephasing probes.
    columns : (c,)
        Reservoirs by whose voltage and temperature is differentiated.
    charge_voltage, heat_voltage : (*sweep, n, c)
        ∂I/∂V in S, ∂J/∂V in A.
    charge_temperature, heat_temperature : (*sweep, n, c)
        ∂I/∂T in A/K, ∂J/∂T in W/K.
    probe_voltage : (*sweep, g)
        Mean voltage -∫(f_p - f_EF)dE/e of each dephasing probe, V. Where a probe is
        shut it is taken to be filled like the first reservoir.
    excess : (*sweep,)
        Quadrature error over its tolerance.
    """

    charge: Floats
    heat: Floats
    columns: Ints
    charge_voltage: Floats
    heat_voltage: Floats
    charge_temperature: Floats
    heat_temperature: Floats
    probe_voltage: Floats
    excess: Floats


def working_point(
    conductor: Conductor,
    voltage: Floats,
    temperature: Floats,
    columns: Ints,
    scale: Scale,
) -> Working:
    """Currents and their derivatives at given voltages and temperatures.

    Parameters
    ----------
    voltage, temperature : (*sweep, n)
        V and K of all reservoirs; those of dephasing probes are not read.
    columns : (c,)
        Kept reservoirs by which to differentiate.
    scale : Scale
    """
    return Point(conductor, voltage, temperature, columns, scale).solve()


class Point:
    """A working point, with all integrals scaled to order one.

    Charge is counted in units of Gq g · width · coupling, heat by depth besides.
    """

    def __init__(
        self,
        conductor: Conductor,
        voltage: Floats,
        temperature: Floats,
        columns: Ints,
        scale: Scale,
    ) -> None:
        kept = conductor.kept
        self.conductor = conductor
        self.voltage = voltage
        self.columns = columns
        self.at = np.searchsorted(kept, columns)
        self.mu = conductor.fermi[..., None] - voltage[..., kept]
        self.temperature = temperature[..., kept]
        home = conductor.condensate
        # a condensate moves all energies: its column follows from those of all others
        self.home = -1 if home is None else int(np.searchsorted(columns, home))
        if home is None or home not in columns:
            self.home = -1
        self.seen = self.at if self.home < 0 else np.arange(len(kept))
        # μ_s of the condensate; without one any origin will do
        self.origin = self.mu[..., :1]
        if home is not None:
            self.origin = self.mu[..., np.searchsorted(kept, home), None]
        self.is_warm = self.temperature[..., self.seen] > 0
        self.width, self.depth = scale.width[..., None], scale.depth[..., None]
        self.coupling = scale.coupling[..., kept]
        moving = conductor.levers if home is None else [*conductor.levers, home]
        self.gates = np.flatnonzero(np.isin(columns, moving))

    def solve(self) -> Working:
        """Integrate on a mesh of its own, and put the units back."""
        conductor = self.conductor
        if conductor.flat is not None:
            return self.assemble(self.summed(conductor.flat), np.zeros(self.shape))
        breaks = thermal_breaks(
            along_shared(self.mu, conductor.lead),
            along_shared(self.temperature, conductor.lead),
        )
        k, c, r = len(conductor.kept), len(self.seen), len(self.gates)
        average = integrate_guarded(
            self.integrand,
            np.broadcast_to(breaks, (*conductor.lead, breaks.shape[-1])),
            rtol=conductor.rtol,
            entries=8 * k * k,
        )
        shapes = ((k,), (k,), *[(k, c)] * 5, (k, r), (k, r), (len(conductor.gone),))
        found = unpack(np.asarray(average.value, float), shapes)
        excess = average.excess
        if conductor.condensate is not None:
            excess = excess * (conductor.rtol / max(conductor.rtol, GAP_EDGE))
        return self.assemble(found, excess)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the sweep axes."""
        return self.mu.shape[:-1]

    def summed(self, flat: Spectrum) -> list[Floats]:
        """Integrals in closed form where K does not depend on energy.

        ∫(f_b - f_a)dE = μ_b - μ_a at any temperatures, and
        ∫(E - μ_a)(f_b - f_a)dE = (μ_b - μ_a)²/2 + π²/6 [(kT_b)² - (kT_a)²].
        """
        K, share = flat.K[..., 0, :, :], flat.share[..., 0, :, :]
        apart = self.mu[..., None, :] - self.mu[..., None]
        kT = kB_eV * self.temperature
        warmer = kT[..., None, :] ** 2 - kT[..., None] ** 2
        unit, columns = self.width * self.coupling, self.coupling[..., None]
        gain = np.where(self.is_warm[..., None, :], K[..., self.seen] / columns, 0.0)
        none = np.zeros((*self.mu.shape, len(self.gates)))
        # what rows miss, a scatterer that loses particles takes for EF
        lost = surplus_of(K) * (self.mu - self.conductor.fermi[..., None])
        return [
            ((K * apart).sum(-1) + lost) / unit,
            (K * (apart**2 / 2 + pi**2 / 6 * warmer)).sum(-1) / (unit * self.depth),
            gain,
            np.zeros_like(gain),
            gain,
            np.zeros_like(gain),
            pi**2 / 3 * gain,
            none,
            none,
            _applied(share, self.mu - self.mu[..., :1]) / self.width,
        ]

    def integrand(self, energy: Floats) -> tuple[Floats, Complex]:
        """Currents, heat currents and their derivatives at energies (*points, nE)."""
        width, coupling = self.width[..., None], self.coupling[..., None, :]
        depth = self.depth[..., None]
        found = self.conductor.spectrum(energy, self.voltage)
        away = energy[..., None] - self.mu[..., None, :]
        x = reduced_energy(away, 0.0, self.temperature[..., None, :])
        excess = occupation_difference(x, x[..., :1])
        warm = self.is_warm[..., None, :]
        seen = np.where(warm, x[..., self.seen], 0.0)
        kT = kB_eV * np.where(warm, self.temperature[..., None, self.seen], 1.0)
        slope = np.where(warm, occupation_variance(seen), 0.0) / kT
        net = self.net(found.K, energy, excess) / coupling
        warmth = self.warmth(found, net, energy, excess)
        gain, flow = (
            matrix[..., self.seen] / coupling[..., None] * slope[..., None, :]
            for matrix in (found.K, found.energy)
        )
        tilt = seen[..., None, :]
        lift, lifted = self.lift(energy, excess)
        received = _applied(found.share, excess)
        columns = (
            net / width,
            warmth / (width * depth),
            gain,
            gain * tilt,
            flow,
            flow * tilt,
            flow * tilt**2,
            lift,
            lifted / depth[..., None],
            received / width,
        )
        spread = (excess.max(-1) - excess.min(-1)) / self.width
        weight = spread + slope.max(-1, initial=0.0)
        values = pack(columns, (1, 1, 2, 2, 2, 2, 2, 2, 2, 1))
        return values, weight[..., None] * found.witness

    def net(self, K: Floats, energy: Floats, excess: Floats) -> Floats:
        """Particles that leave each reservoir at energies, (…, k).

        What rows miss, a scatterer that loses particles takes in as filled to EF.
        """
        lost = surplus_of(K)
        net = _applied(K, excess)
        if not lost.any():
            return net
        first = self.temperature[..., :1]
        edges = (self.mu[..., :1], self.conductor.fermi[..., None])
        x, at_fermi = (reduced_energy(energy - mu, 0.0, first) for mu in edges)
        return net + lost * occupation_difference(x, at_fermi)[..., None]

    def warmth(
        self, found: Spectrum, net: Floats, energy: Floats, excess: Floats
    ) -> Floats:
        """Heat that leaves each reservoir at energies, in units of `net`, (…, k)."""
        if found.energy is found.K:
            return net * (energy[..., None] - self.mu[..., None, :])
        above = energy[..., None] - self.origin[..., None]
        flow = _applied(found.energy, excess) / self.coupling[..., None, :]
        return above * flow + (self.origin - self.mu)[..., None, :] * net

    def lift(self, energy: Floats, excess: Floats) -> tuple[Floats, Floats]:
        """What currents and heat gain at each energy as a voltage moves levels.

        A condensate takes the energies along with it: occupations stay where they are.

        Returns
        -------
        (…, k, r), (…, k, r)
            In units of the coupling.
        """
        coupling = self.coupling[..., None, :]
        charge, heat = [], []
        for gate in self.columns[self.gates]:
            step = np.zeros_like(self.voltage)
            step[..., gate] = LEVER_STEP * self.depth[..., 0]
            along = step[..., gate, None] if gate == self.conductor.condensate else 0.0
            up, down = (
                self.conductor.spectrum(energy - way * along, self.voltage + way * step)
                for way in (1, -1)
            )
            unit = 2 * LEVER_STEP * self.depth[..., None]
            net = _applied(up.K - down.K, excess) / (unit * coupling)
            slope = replace(up, energy=up.energy - down.energy)
            if up.energy is up.K:
                slope = replace(slope, energy=slope.K)
            warmth = self.warmth(slope, net * unit, energy, excess) / unit
            charge.append(net)
            heat.append(warmth)
        none = np.zeros((*excess.shape, 0))
        if not charge:
            return none, none
        return np.stack(charge, -1), np.stack(heat, -1)

    def cold_gain(self) -> tuple[Floats, Floats]:
        """∂I/∂V of reservoirs at zero temperature: N - T at their own μ.

        Of charge, and of energy.
        """
        if self.is_warm.all():
            return np.zeros(()), np.zeros(())
        mu = np.ascontiguousarray(self.mu[..., self.seen])
        found = self.conductor.flat or self.conductor.spectrum(mu, self.voltage)
        sharp = []
        own = np.arange(len(self.seen))
        for K in (found.K, found.energy):
            each = np.broadcast_to(K, (*mu.shape, *K.shape[-2:]))
            column = np.moveaxis(each[..., own, :, self.seen], 0, -1)
            column = column / self.coupling[..., None]
            sharp.append(np.where(self.is_warm[..., None, :], 0.0, column))
        return sharp[0], sharp[1]

    def assemble(self, found: list[Floats], excess: Floats) -> Working:
        """Currents and derivatives in amperes, watts, volts and kelvin."""
        net, warmth, gain, tilt, flow, flow_tilt, bend, lift, lifted, received = found
        cold = self.cold_gain()
        gain, flow = gain + cold[0], flow + cold[1]
        unit = self.conductor.degeneracy * Gq * self.coupling
        row, depth = unit[..., None], self.depth[..., None]
        kT = kB_eV * self.temperature[..., None, self.seen]
        above = self.mu[..., None, self.seen] - self.origin[..., None]
        below = (self.origin - self.mu)[..., None]
        charge = -unit * self.width * net
        heat_voltage = -row * (kT * flow_tilt + above * flow + below * gain)
        heat_temperature = kB_eV * row * (kT * bend + above * flow_tilt + below * tilt)
        charge_voltage, heat_voltage = (
            self.chosen(part) for part in (row * gain, heat_voltage)
        )
        charge_temperature, heat_temperature = (
            part if self.home < 0 else part[..., self.at]
            for part in (-kB_eV * row * tilt, heat_temperature)
        )
        charge_voltage[..., self.gates] -= row * lift
        heat_voltage[..., self.gates] += row * depth * lifted
        if self.home >= 0:
            heat_voltage[..., self.home] += charge
        own = np.arange(len(self.at))
        heat_voltage[..., self.at, own] -= charge[..., self.at]
        spread = self._spread
        return Working(
            charge=spread(charge, -1),
            heat=spread(unit * self.width * self.depth * warmth, -1),
            columns=self.columns,
            charge_voltage=spread(charge_voltage, -2),
            heat_voltage=spread(heat_voltage, -2),
            charge_temperature=spread(charge_temperature, -2),
            heat_temperature=spread(heat_temperature, -2),
            # what the first reservoir falls short of EF is known in closed form
            probe_voltage=self.voltage[..., self.conductor.kept[:1]]
            - self.width * received,
            excess=excess,
        )

    def chosen(self, columns: Floats) -> Floats:
        """Derivatives by voltage (…, k, c) from those by occupations, (…, k, seen).

        As a condensate rises and takes all energies along, the others fall behind.
        """
        if self.home < 0:
            return columns
        found = columns[..., self.at]
        found[..., self.home] -= columns.sum(-1)
        return found

    def _spread(self, values: Floats, axis: int) -> Floats:
        """Rows of the kept reservoirs among all, the others zero."""
        n = len(self.conductor.dephasing)
        moved = np.moveaxis(values, axis, -1)
        wide = np.zeros((*moved.shape[:-1], n))
        wide[..., self.conductor.kept] = moved
        return np.moveaxis(wide, -1, axis)


def surplus_of(K: Floats) -> Floats:
    """Row sums (…, a) of K (…, a, b), rounding taken for zero."""
    total, scale = K.sum(-1), abs(K).sum(-1)
    return np.where(abs(total) <= ROUNDING * np.maximum(scale, 1.0), 0.0, total)


def _applied(matrix: Floats, filling: Floats) -> Floats:
    """Matrix (…, a, b) times fillings (…, b)."""
    return (matrix @ filling[..., None])[..., 0]
