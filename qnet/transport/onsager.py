"""Thermally averaged linear response of charge and heat to voltage and temperature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import Gq, kB_eV
from qnet.registry import ReservoirKind
from qnet.smatrix import Complex
from qnet.transport.conductance import Stamp, conductance_stamp
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.spectral import (
    FlowsAt,
    Spectrum,
    along_shared,
    energy_axes,
    pack,
    spectrum,
    unpack,
)
from qnet.transport.thermal import fermi_slope, thermal_breaks


@dataclass(frozen=True, slots=True, eq=False)
class Onsager:
    """Linear response of charge and heat to voltages and temperatures.

    I = charge V + charge_heat ΔT/T and J = heat_charge V + heat ΔT/T, with V in volts
    and ΔT/T a plain number: S, A, A and W. J leaves the reservoir. The row of a
    dephasing probe that was eliminated states which mean voltage it takes.

    Attributes
    ----------
    charge, charge_heat, heat_charge, heat : Stamp
    temperature : (*sweep,)
        Temperature T of all reservoirs before it is varied, K.
    follows : (n,)
        Reservoirs whose temperature follows, so that no heat enters them.
    error : (*sweep,)
        Quadrature error over its tolerance; zero where nothing is integrated.
    """

    charge: Stamp
    charge_heat: Stamp
    heat_charge: Stamp
    heat: Stamp
    temperature: Floats
    follows: Bools
    error: Floats


def onsager_stamps(
    circuit: Circuit, flows_at: FlowsAt, as_voltage: Ints | None = None
) -> Onsager:
    r"""Onsager coefficients of all islands at the temperature of the netlist.

    .. math:: L_n = \frac{g}{h} \int dE\, (E - \mu)^n (-f') (N \delta - T),

    dephasing probes eliminated at each energy before the average. At zero temperature,
    or where nothing depends on energy, the Fermi energy alone is exact.

    Parameters
    ----------
    flows_at : callable
        Probabilities at given energies; ``sample.flows`` is one.
    as_voltage : (k,), optional
        Dephasing and thermal probes that act as voltage probes: those that a
        resistance or a conductance names.

    References
    ----------
    P. N. Butcher, J. Phys.: Condens. Matter 2, 4869 (1990).
    """
    kind = circuit.reservoirs.kind.copy()
    if as_voltage is not None:
        kind[as_voltage] = ReservoirKind.NORMAL
    thermal = kind == ReservoirKind.THERMAL
    dephasing = kind == ReservoirKind.DEPHASING
    energy = circuit.fermi[..., None]
    is_cold = not circuit.temperature.any()
    lead, is_flat = ((), True) if is_cold else energy_axes(flows_at, energy)
    if is_flat:
        stamp = conductance_stamp(flows_at(energy, None), circuit.degeneracy)
        return _flat(stamp, circuit.temperature, thermal | dephasing)
    return _averaged(circuit, flows_at, lead, thermal, dephasing)


def _flat(charge: Stamp, temperature: Floats, follows: Bools) -> Onsager:
    """Without dependence on energy heat follows the law of Wiedemann and Franz.

    A dephasing probe then takes up no heat, because it does not at any energy; to
    first order it is at one with a thermal probe. At zero temperature heat is of
    second order.
    """
    nothing = Stamp(
        np.zeros(0, np.intp),
        np.zeros(0, np.intp),
        np.zeros((*(1 for _ in temperature.shape), 0)),
        charge.size,
        charge.inner,
    )
    heat = nothing
    if temperature.any():
        lorenz = pi**2 / 3 * (kB_eV * temperature[..., None]) ** 2
        heat = replace(charge, values=charge.values * lorenz)
    return Onsager(
        charge=charge,
        charge_heat=nothing,
        heat_charge=nothing,
        heat=heat,
        temperature=temperature,
        follows=follows,
        error=np.zeros_like(temperature),
    )


def _averaged(
    circuit: Circuit,
    flows_at: FlowsAt,
    lead: tuple[int, ...],
    thermal: Bools,
    dephasing: Bools,
) -> Onsager:
    """Integrate over the thermal window; points at zero temperature read μ alone."""
    mu, temperature = np.broadcast_arrays(circuit.fermi, circuit.temperature)
    cold = temperature == 0
    # cold points go along at some temperature, so that one call serves all
    smeared = np.where(cold, temperature.max(), temperature)

    def integrand(energy: Floats) -> tuple[Floats, Complex]:
        found = spectrum(flows_at(energy, None), dephasing)
        weight = fermi_slope(energy, mu[..., None], smeared[..., None])[..., None]
        x = (energy - mu[..., None]) / (kB_eV * smeared[..., None])
        return weight * _moments(found, x), weight * found.witness

    breaks = thermal_breaks(
        along_shared(mu[..., None], lead), along_shared(smeared[..., None], lead)
    )
    breaks = np.broadcast_to(breaks, (*lead, breaks.shape[-1]))
    average = integrate_guarded(integrand, breaks)
    sharp = spectrum(flows_at(mu[..., None], None), dephasing)
    found = np.where(
        cold[..., None],
        _moments(sharp, np.zeros((*mu.shape, 1)))[..., 0, :],
        np.asarray(average.value, float),
    )
    error = np.where(cold, 0.0, average.excess)
    mean = _stamps(found, temperature, dephasing, circuit.degeneracy)
    return replace(mean, follows=thermal, error=error)


def _moments(found: Spectrum, x: Floats) -> Floats:
    """All that is averaged, side by side.

    K and K x of charge, x and x² of energy, shares, shares x, open.
    """
    x = x[..., None, None]
    columns = (
        found.K,
        found.K * x,
        found.energy * x,
        found.energy * x * x,
        found.share,
        found.share * x,
        ~found.is_shut,
    )
    return pack(columns, (2, 2, 2, 2, 2, 2, 1))


def _stamps(
    found: Floats, temperature: Floats, dephasing: Bools, degeneracy: int
) -> Onsager:
    """Averages (*sweep, columns of `_moments`) in units of current, as coordinates."""
    k, g = int((~dephasing).sum()), int(dephasing.sum())
    square, tall = (k, k), (g, k)
    K0, K1, Q1, Q2, share, tilt, is_open = unpack(
        found, (square, square, square, square, tall, tall, (g,))
    )
    unit = degeneracy * Gq
    kT = kB_eV * temperature[..., None, None]
    shut = np.zeros_like(is_open)
    # a probe's mean voltage is that of the energies at which it is open
    opened = np.where(is_open > 0, is_open, 1.0)[..., None]
    share, tilt = share / opened, tilt / opened
    cross = place(-unit * kT * K1, unit * kT * tilt, shut, dephasing)
    reverse = place(-unit * kT * Q1, np.zeros_like(tilt), shut, dephasing)
    return Onsager(
        charge=place(
            unit * K0, -unit * share, np.where(is_open > 0, unit, 0.0), dephasing
        ),
        charge_heat=cross,
        heat_charge=reverse,
        heat=place(unit * kT**2 * Q2, np.zeros_like(tilt), shut, dephasing),
        temperature=temperature,
        follows=np.zeros(len(dephasing), bool),
        error=np.zeros_like(temperature),
    )


def joined(onsager: Onsager, node: Ints) -> Onsager:
    """Let the voltages of some reservoirs be those of others, temperatures their own.

    Parameters
    ----------
    node : (n,)
        Reservoir that stands for each: superconductors that an island joins share one
        voltage, and charge enters them by the first.
    """
    if (node == np.arange(len(node))).all():
        return onsager
    charge, crossed = onsager.charge, onsager.heat_charge
    inner = np.arange(len(node), charge.size)
    every = np.concatenate([node, inner])
    return replace(
        onsager,
        charge=replace(charge, rows=every[charge.rows], cols=every[charge.cols]),
        heat_charge=replace(crossed, cols=every[crossed.cols]),
    )


def place(between: Floats, received: Floats, own: Floats, dephasing: Bools) -> Stamp:
    """Coordinates among all reservoirs of blocks between the kept ones and probes.

    Parameters
    ----------
    between : (*sweep, kept, kept)
    received : (*sweep, gone, kept)
        Rows of the dephasing probes; their columns are empty but for the diagonal.
    own : (*sweep, gone)
        That diagonal.
    dephasing : (n,)
    """
    kept, probes = np.flatnonzero(~dephasing), np.flatnonzero(dephasing)
    k, g = len(kept), len(probes)
    rows = np.concatenate([np.repeat(kept, k), np.repeat(probes, k), probes])
    cols = np.concatenate([np.tile(kept, k), np.tile(kept, g), probes])
    values = pack((between, received, own), (2, 2, 1))
    return Stamp(rows, cols, values, len(dephasing))
