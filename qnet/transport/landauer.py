r"""Charge and heat currents at any voltages and temperatures.

.. math:: I_a = -g\frac{e}{h} \int dE \sum_b (N_a δ_{ab} - T_{ab}) f_b, \qquad
          J_a = \frac{g}{h} \int dE\, (E - μ_a) \sum_b (N_a δ_{ab} - T_{ab}) f_b,

for electrons, μ_b = EF - e V_b; dephasing probes are eliminated at each energy.

References
----------
M. Büttiker, Phys. Rev. B 46, 12485 (1992); U. Sivan, Y. Imry, Phys. Rev. B 33, 551
(1986).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.constants import Gq, kB_eV
from qnet.smatrix import Complex
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.spectral import (
    FlowsAt,
    Spectrum,
    along_shared,
    pack,
    spectrum,
    unpack,
)
from qnet.transport.thermal import (
    occupation_difference,
    occupation_variance,
    reduced_energy,
    thermal_breaks,
)

LEVER_STEP: Final = 1e-4
"""Share of the energy window by which levels are moved for a central difference."""


@dataclass(frozen=True, slots=True, eq=False)
class Conductor:
    """What energy integrals need to know of a circuit.

    Attributes
    ----------
    flows_at : callable
        Probabilities at given energies and voltages.
    dephasing : (n,)
        Reservoirs that emit at each energy what they receive.
    fermi : (*sweep,)
        EF, eV.
    degeneracy : int
    levers : (k,)
        Reservoirs whose voltages shift levels.
    lead : tuple of int
        Sweep axes of a mesh of energies: 1 where all points share it.
    rtol : float
    flat : Spectrum or None
        Transport between the kept reservoirs if it does not depend on energy at all;
        its energy axis has length 1.
    """

    flows_at: FlowsAt
    dephasing: Bools
    fermi: Floats
    degeneracy: int
    levers: Ints
    lead: tuple[int, ...]
    rtol: float
    flat: Spectrum | None = None

    @property
    def kept(self) -> Ints:
        """Reservoirs with a Fermi function of their own."""
        return np.flatnonzero(~self.dephasing)

    @property
    def gone(self) -> Ints:
        """Dephasing probes."""
        return np.flatnonzero(self.dephasing)

    def lever_voltage(self, mu: Floats) -> Floats:
        """Voltages (*sweep, n) for given μ of the kept reservoirs (*sweep, kept)."""
        voltage = np.zeros((*mu.shape[:-1], len(self.dephasing)))
        voltage[..., self.kept] = self.fermi[..., None] - mu
        return voltage

    def spectrum(self, energy: Floats, voltage: Floats) -> Spectrum:
        """Transport between the kept reservoirs, levels moved by their voltages."""
        lift = voltage if len(self.levers) else None
        return spectrum(self.flows_at(energy, lift), self.dephasing)


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
        self.is_warm = self.temperature[..., self.at] > 0
        self.width, self.depth = scale.width[..., None], scale.depth[..., None]
        self.coupling = scale.coupling[..., kept]
        self.gates = np.flatnonzero(np.isin(columns, conductor.levers))

    def solve(self) -> Working:
        """Integrate on a mesh of its own, and put the units back."""
        conductor = self.conductor
        if conductor.flat is not None:
            return self.assemble(self.summed(conductor.flat), np.zeros(self.shape))
        breaks = thermal_breaks(
            along_shared(self.mu, conductor.lead),
            along_shared(self.temperature, conductor.lead),
        )
        k, c, r = len(conductor.kept), len(self.columns), len(self.gates)
        average = integrate_guarded(
            self.integrand,
            np.broadcast_to(breaks, (*conductor.lead, breaks.shape[-1])),
            rtol=conductor.rtol,
            entries=8 * k * k,
        )
        shapes = ((k,), (k,), *[(k, c)] * 3, (k, r), (k, r), (len(conductor.gone),))
        found = unpack(np.asarray(average.value, float), shapes)
        return self.assemble(found, average.excess)

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
        gain = np.where(self.is_warm[..., None, :], K[..., self.at] / columns, 0.0)
        none = np.zeros((*self.mu.shape, 0))
        return [
            (K * apart).sum(-1) / unit,
            (K * (apart**2 / 2 + pi**2 / 6 * warmer)).sum(-1) / (unit * self.depth),
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
        seen = np.where(warm, x[..., self.at], 0.0)
        kT = kB_eV * np.where(warm, self.temperature[..., None, self.at], 1.0)
        slope = np.where(warm, occupation_variance(seen), 0.0) / kT
        net = _applied(found.K, excess) / coupling
        gain = found.K[..., self.at] / coupling[..., None] * slope[..., None, :]
        tilt = seen[..., None, :]
        lift = self.lift(energy, excess) / coupling[..., None]
        received = _applied(found.share, excess)
        columns = (
            net / width,
            net * away / (width * depth),
            gain,
            gain * tilt,
            gain * tilt**2,
            lift,
            lift * (away / depth)[..., None],
            received / width,
        )
        spread = (excess.max(-1) - excess.min(-1)) / self.width
        weight = spread + slope.max(-1, initial=0.0)
        values = pack(columns, (1, 1, 2, 2, 2, 2, 2, 1))
        return values, weight[..., None] * found.witness

    def lift(self, energy: Floats, excess: Floats) -> Floats:
        """What currents gain at each energy as a voltage moves levels, (…, k, r)."""
        moved = []
        for gate in self.columns[self.gates]:
            step = np.zeros_like(self.voltage)
            step[..., gate] = LEVER_STEP * self.depth[..., 0]
            up, down = (
                self.conductor.spectrum(energy, self.voltage + way * step).K
                for way in (1, -1)
            )
            slope = (up - down) / (2 * LEVER_STEP * self.depth[..., None, None])
            moved.append(_applied(slope, excess))
        return np.stack(moved, -1) if moved else np.zeros((*excess.shape, 0))

    def cold_gain(self) -> Floats:
        """∂I/∂V of reservoirs at zero temperature: N - T at their own μ."""
        if self.is_warm.all():
            return np.zeros(())
        mu = np.ascontiguousarray(self.mu[..., self.at])
        flat = self.conductor.flat
        K = (flat or self.conductor.spectrum(mu, self.voltage)).K
        K = np.broadcast_to(K, (*mu.shape, *K.shape[-2:]))
        own = np.arange(len(self.at))
        sharp = np.moveaxis(K[..., own, :, self.at], 0, -1)
        return np.where(
            self.is_warm[..., None, :], 0.0, sharp / self.coupling[..., None]
        )

    def assemble(self, found: list[Floats], excess: Floats) -> Working:
        """Currents and derivatives in amperes, watts, volts and kelvin."""
        net, warmth, gain, tilt, bend, lift, lifted, received = found
        gain = gain + self.cold_gain()
        unit = self.conductor.degeneracy * Gq * self.coupling
        row, depth = unit[..., None], self.depth[..., None]
        kT = kB_eV * self.temperature[..., None, self.at]
        apart = self.mu[..., None, self.at] - self.mu[..., None]
        charge = -unit * self.width * net
        charge_voltage = row * gain
        heat_voltage = -row * (kT * tilt + apart * gain)
        charge_voltage[..., self.gates] -= row * lift
        heat_voltage[..., self.gates] += row * depth * lifted
        own = np.arange(len(self.at))
        heat_voltage[..., self.at, own] -= charge[..., self.at]
        spread = self._spread
        return Working(
            charge=spread(charge, -1),
            heat=spread(unit * self.width * self.depth * warmth, -1),
            columns=self.columns,
            charge_voltage=spread(charge_voltage, -2),
            heat_voltage=spread(heat_voltage, -2),
            charge_temperature=spread(-kB_eV * row * tilt, -2),
            heat_temperature=spread(kB_eV * row * (kT * bend + apart * tilt), -2),
            # what the first reservoir falls short of EF is known in closed form
            probe_voltage=self.voltage[..., self.conductor.kept[:1]]
            - self.width * received,
            excess=excess,
        )

    def _spread(self, values: Floats, axis: int) -> Floats:
        """Rows of the kept reservoirs among all, the others zero."""
        n = len(self.conductor.dephasing)
        moved = np.moveaxis(values, axis, -1)
        wide = np.zeros((*moved.shape[:-1], n))
        wide[..., self.conductor.kept] = moved
        return np.moveaxis(wide, -1, axis)


def _applied(matrix: Floats, filling: Floats) -> Floats:
    """Matrix (…, a, b) times fillings (…, b)."""
    return (matrix @ filling[..., None])[..., 0]
