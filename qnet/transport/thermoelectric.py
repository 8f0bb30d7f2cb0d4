r"""Thermopower, Peltier heat and thermal conductance between two reservoirs.

With no current anywhere but where it is driven: every other reservoir floats
electrically and keeps its temperature, thermal probes float in both. The first
terminal is warmed and the second cooled by half the difference each.

.. math:: S = -\left.\frac{V_a - V_b}{T_a - T_b}\right|_{I=0}, \qquad
          \Pi = \left.\frac{J_a - J_b}{2I}\right|_{\Delta T=0}, \qquad
          \kappa = \left.\frac{J_a - J_b}{2(T_a - T_b)}\right|_{I=0}.

References
----------
P. N. Butcher, J. Phys.: Condens. Matter 2, 4869 (1990); G. Benenti, G. Casati, K.
Saito and R. S. Whitney, Phys. Rep. 694, 1 (2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Circuit, Floats
from qnet.constants import L0, kB_eV
from qnet.transport.conductance import Stamp, currents, dense_conductance
from qnet.transport.equations import number_trees
from qnet.transport.groups import connections, feeding, grounds, with_resistors
from qnet.transport.kirchhoff import solve_nodal
from qnet.transport.linear import balance, follow_heat
from qnet.transport.onsager import Onsager


@dataclass(frozen=True, slots=True, eq=False)
class Thermoelectric:
    """Linear coefficients between two reservoirs, (*sweep,) each.

    Attributes
    ----------
    conductance : S
    seebeck : V/K
    peltier : V
    kappa : W/K
    temperature : K
    """

    conductance: Floats
    seebeck: Floats
    peltier: Floats
    kappa: Floats
    temperature: Floats

    @property
    def lorenz(self) -> Floats:
        """κ/GT over the Lorenz number (π²/3)(k_B/e)²."""
        return self.kappa / (self.conductance * self.temperature * L0)

    @property
    def merit(self) -> Floats:
        """Figure of merit ZT = G S² T / κ."""
        return self.conductance * self.seebeck**2 * self.temperature / self.kappa


def thermoelectric(
    circuit: Circuit, onsager: Onsager, a: int, b: int
) -> Thermoelectric:
    """Coefficients of linear response between reservoirs `a` and `b`.

    Parameters
    ----------
    onsager : Onsager
        With `a` and `b` among those that act as voltage probes.

    Returns
    -------
    Thermoelectric
        NaN where `a` and `b` are not connected, or without a temperature.
    """
    n = len(circuit.reservoirs)
    T = np.broadcast_to(circuit.temperature, circuit.shape)
    is_warm = T > 0
    base = np.where(is_warm, T, 1.0)
    none = np.zeros((*circuit.shape, n))
    warmed = none.copy()
    warmed[..., a], warmed[..., b] = 0.5 / base, -0.5 / base
    driven = none.copy()
    driven[..., a], driven[..., b] = 1.0, -1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        by_heat, heat = _answer(circuit, onsager, warmed, none)
        by_current, carried = _answer(circuit, onsager, none, driven)
        resistance = by_current[..., a] - by_current[..., b]
        conductance = 1 / resistance
    is_known = is_warm & ~np.isnan(resistance)  # else nothing connects the two
    seebeck, peltier, kappa = (
        np.where(is_known, difference[..., a] - difference[..., b], np.nan)
        for difference in (-by_heat, carried / 2, heat / 2)
    )
    return Thermoelectric(conductance, seebeck, peltier, kappa, T)


def _answer(
    circuit: Circuit, onsager: Onsager, warming: Floats, injected: Floats
) -> tuple[Floats, Floats]:
    """Voltages and heat currents (*sweep, n) once all reservoirs float.

    Parameters
    ----------
    warming : (*sweep, n)
        ΔT/T.
    injected : (*sweep, n)
        A into the device.
    """
    n = len(circuit.reservoirs)
    stamp, thermal = balance(onsager, warming)
    conductors = with_resistors(circuit, stamp)
    given = np.zeros((*circuit.shape, stamp.size))
    given[..., :n] = injected
    push = given.copy()
    push[..., : thermal.shape[-1]] -= thermal
    voltage = _floating(conductors, push, given)
    warming = follow_heat(onsager, voltage[..., :n], warming)
    heat = currents(onsager.heat, warming)
    if len(onsager.heat_charge.rows):
        heat = heat + currents(onsager.heat_charge, voltage)
    return voltage[..., :n], heat[..., :n]


def _floating(conductors: Stamp, push: Floats, given: Floats) -> Floats:
    """Voltages (*sweep, size) that currents build up, one of each group at 0 V.

    NaN in groups whose `given` currents do not cancel; what temperatures `push` besides
    does by its nature, and may be rounding alone.
    """
    vertices, feeds = np.arange(conductors.size), feeding(conductors)
    shape = np.broadcast_shapes(conductors.values.shape[:-1], push.shape[:-1])
    voltage = np.zeros((*shape, conductors.size))
    values = np.broadcast_to(conductors.values, (*shape, conductors.values.shape[-1]))
    push, given = (np.broadcast_to(x, voltage.shape) for x in (push, given))
    for points, group in connections(conductors, vertices, shape):
        chosen = np.ones(shape, bool) if points is None else points
        is_free = grounds(group, feeds) != vertices
        unknown = number_trees(vertices, is_free)
        within = is_free[conductors.rows] & is_free[conductors.cols]
        x = solve_nodal(
            unknown[conductors.rows[within]],
            unknown[conductors.cols[within]],
            values[chosen][:, within],
            int(is_free.sum()),
            push[chosen][:, is_free, None],
        )[..., 0]
        part = np.zeros((len(x), conductors.size))
        part[:, is_free] = x
        count = int(group.max(initial=-1)) + 1
        member = (group == np.arange(count)[:, None]).astype(float)
        total, scale = (x @ member.T for x in (given[chosen], abs(given[chosen])))
        adrift = abs(total) > 1e-9 * scale
        voltage[chosen] = np.where(adrift[:, group], np.nan, part)
    return voltage


def onsager_matrix(onsager: Onsager) -> Floats:
    """Full matrix of charge and heat, (*sweep, 2n, 2n) in siemens.

    Rows: charge currents, then heat currents over k_BT/e; columns: voltages, then
    ΔT/T times k_BT/e. Without a temperature charge alone counts.
    """
    kT = kB_eV * onsager.temperature[..., None, None]
    unit = np.where(kT > 0, kT, 1.0)
    n = onsager.charge.reservoirs
    blocks = [
        dense_conductance(part) if len(part.rows) else np.zeros((*kT.shape[:-2], n, n))
        for part in (
            onsager.charge,
            onsager.charge_heat,
            onsager.heat_charge,
            onsager.heat,
        )
    ]
    shape = np.broadcast_shapes(*(block.shape for block in blocks), kT.shape)
    charge, cross, back, heat = (np.broadcast_to(block, shape) for block in blocks)
    return np.block([[charge, cross / unit], [back / unit, heat / unit**2]])
