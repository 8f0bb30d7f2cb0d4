"""Where to begin: conductances averaged over the energies that carry current."""

from __future__ import annotations

import numpy as np

from qnet.circuit import Circuit, Floats
from qnet.constants import Gq
from qnet.smatrix import Complex
from qnet.transport.conductance import Stamp
from qnet.transport.landauer import Conductor
from qnet.transport.onsager import place
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.spectral import Spectrum, along_shared, pack, unpack
from qnet.transport.thermal import (
    occupation_difference,
    occupation_variance,
    reduced_energy,
    thermal_breaks,
)

ROUGH = 1e-6
"""Tolerance of averages that only start an iteration."""


def window_stamp(circuit: Circuit, conductor: Conductor) -> Stamp:
    """Conductances averaged over the window that held reservoirs open.

    Energies count by how much the occupations of the held reservoirs differ there and
    by how warm the reservoirs are. Where they are cold and alike, EF alone counts.

    Returns
    -------
    Stamp
        Rows of dephasing probes state the voltage that they take on.
    """
    reservoirs = circuit.reservoirs
    kept = conductor.kept
    held = np.where(reservoirs.held, reservoirs.voltage, 0.0)[..., kept]
    # one that floats stands where some held one stands, and opens no window
    somewhere = held[..., np.argmax(reservoirs.held[kept]), None]
    voltage = np.where(reservoirs.held[kept], held, somewhere)
    mu = conductor.fermi[..., None] - voltage
    mu, warmth = np.broadcast_arrays(mu, reservoirs.temperature[..., kept])

    def integrand(energy: Floats) -> tuple[Floats, Complex]:
        found = conductor.spectrum(energy, reservoirs.voltage)
        x = reduced_energy(energy[..., None], mu[..., None, :], warmth[..., None, :])
        excess = occupation_difference(x, x[..., :1])
        width = excess.max(-1) - excess.min(-1) + occupation_variance(x).max(-1)
        weight = width[..., None]
        ones = np.ones((*width.shape, 1))
        return weight * _columns(found, ones), weight * found.witness

    breaks = thermal_breaks(
        along_shared(mu, conductor.lead), along_shared(warmth, conductor.lead)
    )
    breaks = np.broadcast_to(breaks, (*conductor.lead, breaks.shape[-1]))
    rough = integrate_guarded(integrand, breaks, rtol=ROUGH, entries=4 * len(kept) ** 2)
    average = np.asarray(rough.value, float)
    area = average[..., -1:]
    sharp = conductor.spectrum(conductor.fermi[..., None], reservoirs.voltage)
    at_fermi = _columns(sharp, np.ones((*mu.shape[:-1], 1, 1)))[..., 0, :]
    average = np.where(area > 0, average / np.where(area > 0, area, 1.0), at_fermi)
    return _stamp(conductor, average)


def _columns(found: Spectrum, ones: Floats) -> Floats:
    return pack((found.K, found.share, ~found.is_shut, ones), (2, 2, 1, 1))


def _stamp(conductor: Conductor, average: Floats) -> Stamp:
    k, g = len(conductor.kept), len(conductor.gone)
    K, share, is_open, _ = unpack(average, ((k, k), (g, k), (g,), (1,)))
    unit = conductor.degeneracy * Gq
    return place(
        unit * K, -unit * share, np.where(is_open > 0, unit, 0.0), conductor.dephasing
    )
