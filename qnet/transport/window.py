"""Where to begin: conductances averaged over the energies that carry current."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np

from qnet.circuit import Circuit, Floats
from qnet.constants import Gq, kB_eV
from qnet.registry import ReservoirKind
from qnet.smatrix import Complex
from qnet.transport.conductance import Stamp
from qnet.transport.conductor import Conductor
from qnet.transport.onsager import place
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.sampled import Samples, contract
from qnet.transport.spectral import Spectrum, along_shared, pack, unpack
from qnet.transport.thermal import (
    occupation,
    occupation_variance,
    reduced_energy,
    thermal_breaks,
)

ROUGH: Final = 1e-6
"""Tolerance of averages that only start an iteration."""


@dataclass(frozen=True, slots=True, eq=False)
class Outset:
    """Electrochemical potentials and temperatures before anything is solved.

    Attributes
    ----------
    mu, temperature : (*sweep, kept)
        eV, K. A reservoir that floats stands where some held one stands.
    """

    mu: Floats
    temperature: Floats

    def activity(self, energy: Floats) -> Floats:
        """How much occupations differ and are smeared at energies, (*sweep, nE)."""
        x = reduced_energy(
            energy[..., None], self.mu[..., None, :], self.temperature[..., None, :]
        )
        filling = occupation(x)
        return np.ptp(filling, -1) + occupation_variance(x).max(-1)


def outset(circuit: Circuit, conductor: Conductor) -> Outset:
    """Where held reservoirs are, and where the others might be."""
    reservoirs = circuit.reservoirs
    kept = conductor.kept
    is_held = reservoirs.held[kept]
    held = np.where(reservoirs.held, reservoirs.voltage, 0.0)[..., kept]
    voltage = np.where(is_held, held, held[..., np.argmax(is_held), None])
    mu = conductor.fermi[..., None] - voltage
    mu, given = np.broadcast_arrays(mu, reservoirs.temperature[..., kept])
    is_thermal = reservoirs.kind[kept] == ReservoirKind.THERMAL
    others = ~is_thermal
    hot = warmed(mu[..., others], given[..., others])
    return Outset(mu, np.where(is_thermal, hot, given))


def warmed(mu: Floats, temperature: Floats) -> Floats:
    """Temperature (*sweep, 1) to start a thermal probe from, K.

    That of the hottest electrons in the middle of a diffusive wire.

    Parameters
    ----------
    mu, temperature : (*sweep, k)
        Of the other reservoirs, eV and K.
    """
    mean = (temperature**2).mean(-1, keepdims=True)
    spread = np.ptp(mu, -1, keepdims=True) / kB_eV
    return np.sqrt(mean + 3 / (4 * pi**2) * spread**2)


def window_stamp(conductor: Conductor, start: Outset) -> Stamp:
    """Conductances averaged over the window that held reservoirs open.

    Energies count by the activity of the occupations there. Where reservoirs are cold
    and alike, EF alone counts.

    Returns
    -------
    Stamp
        Rows of dephasing probes state the voltage that they take on.
    """
    if conductor.flat is not None:
        flat = conductor.flat
        return _stamp(conductor, flat.K[..., 0, :, :], flat.share[..., 0, :, :])
    voltage = conductor.lever_voltage(start.mu)

    def integrand(energy: Floats) -> tuple[Floats, Complex]:
        found = conductor.spectrum(energy, voltage)
        weight = start.activity(energy)[..., None]
        return weight * _columns(found), weight * found.witness

    breaks = thermal_breaks(
        along_shared(start.mu, conductor.lead),
        along_shared(start.temperature, conductor.lead),
    )
    breaks = np.broadcast_to(breaks, (*conductor.lead, breaks.shape[-1]))
    entries = 4 * len(conductor.kept) ** 2
    rough = integrate_guarded(integrand, breaks, rtol=ROUGH, entries=entries)
    average = np.asarray(rough.value, float)
    sharp = conductor.spectrum(conductor.fermi[..., None], voltage)
    at_fermi = _columns(sharp)[..., 0, :]
    area = average[..., -1:]
    average = np.where(area > 0, average / np.where(area > 0, area, 1.0), at_fermi)
    k, g = len(conductor.kept), len(conductor.gone)
    K, share, _ = unpack(average, ((k, k), (g, k), (1,)))
    return _stamp(conductor, K, share)


def sampled_window_stamp(
    conductor: Conductor, start: Outset, samples: Samples
) -> Stamp:
    """The same from samples, one energy a panel."""
    rough = samples.coarse()
    activity = start.activity(rough.energy)
    area = (rough.weight * activity).sum(-1)[..., None, None]
    k, g = len(conductor.kept), len(conductor.gone)
    lead, nodes = rough.energy.shape[:-1], rough.energy.shape[-1]
    K = contract(rough.K.reshape(*lead, nodes, k * k), activity)
    share = contract(rough.share.reshape(*lead, nodes, k * g), activity)
    K, share = (
        np.swapaxes(a.reshape(*a.shape[:-1], k, m), -1, -2) / area
        for a, m in ((K, k), (share, g))
    )
    return _stamp(conductor, K, share)


def _columns(found: Spectrum) -> Floats:
    ones = np.ones((*found.K.shape[:-2], 1))
    return pack((found.K, found.share, ones), (2, 2, 1))


def _stamp(conductor: Conductor, K: Floats, share: Floats) -> Stamp:
    unit = conductor.degeneracy * Gq
    # shares sum to one wherever a probe is open
    is_open = share.sum(-1) > 0
    own = np.where(is_open, unit, 0.0)
    return place(unit * K, -unit * share, own, conductor.dephasing)
