"""Newton's method for floating voltages and the temperatures of thermal probes.

The residual is Kirchhoff's law at each floating reservoir and zero heat current at
each thermal probe; the Jacobian is that of the energy integrals themselves. A step
that goes too far is halved between bounds until imbalance is. A direction that leads
nowhere is turned by giving every reservoir a capacity, as if it were charged and
heated in time: the currents of floating reservoirs contract under that motion, so that
short steps always succeed.

References
----------
C. T. Kelley, D. E. Keyes, SIAM J. Numer. Anal. 35, 508 (1998): pseudo-transient
continuation.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from qnet.circuit import Bools, Circuit, Floats, Ints
from qnet.constants import Gq, kB_eV
from qnet.registry import ReservoirKind
from qnet.transport.conductance import Stamp, currents
from qnet.transport.conductor import Conductor
from qnet.transport.equations import number_trees, prescribe, solve_circuit
from qnet.transport.groups import voltage_links, with_resistors
from qnet.transport.kirchhoff import solve_each
from qnet.transport.landauer import Point, Scale, Working
from qnet.transport.sampled import (
    charge_point,
    sample,
    sampled_point,
    steady_current,
)
from qnet.transport.transmission import sum_by
from qnet.transport.window import (
    outset,
    sampled_window_stamp,
    warmed,
    window_stamp,
)

ROUNDS: Final = 60
"""Steps after which a point counts as not converging; a dozen is many."""
SETTLED: Final = 1e-7
"""Length of a last step, whose square is below what rounding leaves of currents."""
QUADRATIC: Final = 1e-3
"""Share of the imbalance that a last step leaves at most."""
NOISE: Final = 1e-10
"""Length of a step that the rounding of energy integrals can ask for."""
FINEST: Final = 1e-7
"""Share of a step below which its direction is given up."""
STRIDE: Final = 1.0
"""Longest step, in units of the spread of voltages and temperatures."""
COLDEST: Final = 1e-12
"""Least (kT)² of a thermal probe, in units of the spread squared."""
FIRST_DAMPING: Final = 0.1
"""Damping of the first step after one that failed."""
NARROW: Final = 1e-2
"""Spread over k_B T below which occupations are subtracted before they are summed, lest
the difference be lost in rounding."""
WARMEST: Final = 2.0
"""First temperature of the approach: the spread over k_B T."""
COOLEST: Final = 1e4
"""Its last one, where the reservoirs are colder still."""
COOLING: Final = 3.0
"""Factor from one temperature of the approach to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A trial: V and (kT)² in eV² of all reservoirs (*sweep, n), and what it gives."""

    voltage: Floats
    heat: Floats
    misfit: Floats
    jacobian: Floats

    def where(self, chosen: Bools, other: State) -> State:
        """Take chosen sweep points from here, the rest from another state."""
        one, two = chosen[..., None], chosen[..., None, None]
        return State(
            np.where(one, self.voltage, other.voltage),
            np.where(one, self.heat, other.heat),
            np.where(one, self.misfit, other.misfit),
            np.where(two, self.jacobian, other.jacobian),
        )


class Newton:
    """Newton's method at all sweep points at once, each with its own damping.

    Unknowns are the voltages of the floating trees of V sources, then (kT)² of the
    thermal probes, in natural units of each point.
    """

    def __init__(self, circuit: Circuit, conductor: Conductor) -> None:
        reservoirs = circuit.reservoirs
        n = len(reservoirs)
        self.circuit, self.conductor = circuit, conductor
        begin = outset(circuit, conductor)
        self.samples = sample(conductor, begin.mu, begin.temperature)
        self.steady: tuple[Ints, Floats] | None = None
        rough = (
            window_stamp(conductor, begin)
            if self.samples is None
            else sampled_window_stamp(conductor, begin, self.samples)
        )
        self.start = solve_circuit(circuit, rough)
        self.given = prescribe(circuit, n)
        self.links = voltage_links(circuit, self.given.held)
        none = np.zeros(0, np.intp)
        bare = Stamp(none, none, np.zeros((*(1 for _ in circuit.shape), 0)), n)
        self.resistors = with_resistors(circuit, bare)
        self.unit = conductor.degeneracy * Gq

        root, vertices = self.links.root, np.arange(n)
        floats = ~self.given.held[root] & ~conductor.dephasing
        feet = np.flatnonzero(floats & (root == vertices))
        self.feet, self.tree = feet, (root[:, None] == feet).astype(float)
        self.load = _between_trees(
            self.resistors, number_trees(root, floats), len(feet)
        )
        is_thermal = reservoirs.kind == ReservoirKind.THERMAL
        self.thermal = np.flatnonzero(is_thermal)
        self.columns = np.flatnonzero(self.tree.any(-1) | is_thermal)

        self.lost = np.isnan(self.start.voltage)
        voltage = np.where(self.lost, 0.0, self.start.voltage)
        base = np.broadcast_to(reservoirs.temperature, voltage.shape)
        own = conductor.kept[~is_thermal[conductor.kept]]
        spread = np.ptp(voltage[..., conductor.kept], -1)
        width = spread + kB_eV * np.ptp(base[..., own], -1)
        self.width = np.where(width > 0, width, 1.0)[..., None]
        own_conductance = np.where(rough.rows == rough.cols, rough.values, 0.0)
        coupling = sum_by(own_conductance, rough.rows, n) / self.unit
        coupling = np.where(coupling > 0, coupling, 1.0)
        depth = self.width[..., 0] + kB_eV * base.max(-1)
        coupling = np.broadcast_to(coupling, voltage.shape)
        self.scale = Scale(self.width[..., 0], depth, coupling)
        # a change of temperature by the width changes (kT)² by so much
        self.hot = self.width * depth[..., None]
        self.weight = np.concatenate(
            [
                self.scale.coupling @ self.tree
                + np.diagonal(self.load, axis1=-2, axis2=-1) / self.unit,
                self.scale.coupling[..., self.thermal],
            ],
            -1,
        )
        pinned = (self.start.grounded | self.lost).astype(float) @ self.tree > 0
        cold = self.lost[..., self.thermal] | (width == 0)[..., None]
        self.is_free = ~np.concatenate([pinned, cold], -1)
        heat = np.where(is_thermal, warmed(voltage[..., own], base[..., own]), base)
        self.origin, self.heat = voltage, (kB_eV * heat) ** 2
        self.settle_samples()

    def settle_samples(self) -> None:
        """Keep samples that reach as far as the start; sum up what stays the same."""
        occupations = self.occupations(self.origin, self.heat)
        if self.samples is not None and not self.samples.covers(*occupations).all():
            self.samples = sample(self.conductor, *occupations)
        kT = np.sqrt(self.heat.max(-1, keepdims=True))
        if self.samples is not None and (self.width > NARROW * kT).all():
            self.samples = self.samples.with_edges()
        steady = np.flatnonzero(~np.isin(self.conductor.kept, self.columns))
        if self.samples is not None and len(steady) and not len(self.thermal):
            point = self.point(self.origin, self.heat, self.columns)
            self.steady = steady, steady_current(point, self.samples, steady)

    def without_samples(self) -> Newton:
        """Return the same iteration on energies chosen anew for every voltage."""
        free = copy(self)
        free.samples, free.steady = None, None
        return free

    def occupations(self, voltage: Floats, heat: Floats) -> tuple[Floats, Floats]:
        """μ in eV and T in K of the kept reservoirs, (*sweep, kept)."""
        kept = self.conductor.kept
        mu = self.conductor.fermi[..., None] - voltage[..., kept]
        return mu, np.sqrt(heat[..., kept]) / kB_eV

    def run(self, begin: tuple[Floats, Floats] | None = None) -> tuple[State, Bools]:
        """Iterate from the start; the state found and where it is settled.

        Parameters
        ----------
        begin : (voltage, heat), optional
            V and (kT)² of all reservoirs (*sweep, n) in place of its own approach.
        """
        state = self.evaluate(*(self.approach() if begin is None else begin))
        points = state.misfit.shape[:-1]
        damping, low, high = np.zeros(points), np.zeros(points), np.ones(points)
        reach, settled = np.ones(points), self.imbalance(state) <= 0
        step, is_newton = self.step(state, damping)
        for _ in range(ROUNDS):
            if settled.all():
                break
            part = np.where(settled, 0.0, reach)[..., None] * step
            trial = self.evaluate(*self.stepped(state.voltage, state.heat, part))
            is_over, accepted = self.judge(state, trial, step, reach < 1)
            done = is_newton & self.has_settled(state, trial, step)
            accepted |= done
            low = np.where(is_over, low, reach)
            high = np.where(is_over, reach, high)
            lost = ~accepted & (high - low < FINEST)
            damping = np.where(lost, np.maximum(10 * damping, FIRST_DAMPING), damping)
            damping = np.where(accepted, np.where(reach < 1, damping, 0.0), damping)
            state = trial.where(accepted & ~settled, state)
            settled |= done
            fresh = accepted | lost
            low, high = np.where(fresh, 0.0, low), np.where(fresh, 1.0, high)
            reach = np.where(fresh, 1.0, (low + high) / 2)
            step, is_newton = self.step(state, damping)
        return state, settled

    def judge(
        self, state: State, trial: State, step: Floats, is_bracketed: Bools
    ) -> tuple[Bools, Bools]:
        """Whether a trial goes too far along its step, and whether it will do.

        Its currents still run towards the trial where it does not go far enough. It
        will do where imbalance halves, or where what drives the step does.
        """
        before, after = (
            (self.weight * np.sign(step) * s.misfit).sum(-1) for s in (state, trial)
        )
        old, new = self.imbalance(state), self.imbalance(trial)
        is_over = (after > 0) | (new >= old)
        halved = (new <= old / 2) | ((abs(after) <= abs(before) / 2) & (new < old))
        return is_over, halved | (~is_over & ~is_bracketed)

    def has_settled(self, state: State, trial: State, step: Floats) -> Bools:
        """Whether a whole Newton step leaves nothing to gain."""
        length = abs(step).max(-1, initial=0.0)
        gain = self.imbalance(trial) <= QUADRATIC * self.imbalance(state)
        return (length < NOISE) | (gain & (length < SETTLED))

    def approach(self) -> tuple[Floats, Floats]:
        """Voltages and (kT)² near the solution, by way of a warmer circuit.

        Narrow levels make currents jump with voltage, and Newton's method miss; smeared
        over the whole window they do not. One step is made at each temperature on the
        way down.
        """
        voltage, heat = self.origin, self.heat
        warmer = copy(self)
        if self.samples is not None:
            warmer.samples, warmer.steady = self.samples.coarse(), None
        blur = self.width / WARMEST
        coldest = np.sqrt(heat.min(-1, keepdims=True))
        # where nothing depends on energy, nothing jumps
        is_needed = self.is_free.any(-1, keepdims=True) & (self.conductor.flat is None)
        while (is_needed & (blur > np.maximum(coldest, self.width / COOLEST))).any():
            warm = warmer.evaluate(voltage, heat + blur**2)
            step, _ = self.step(warm, np.zeros(warm.misfit.shape[:-1]))
            voltage, heat = self.stepped(voltage, heat, step)
            blur = blur / COOLING
        return voltage, heat

    def step(self, state: State, damping: Floats) -> tuple[Floats, Bools]:
        """Damped Newton step, no longer than `STRIDE`, and where it is undamped."""
        count = state.misfit.shape[-1]
        matrix = state.jacobian + damping[..., None, None] * np.eye(count)
        points = prod(damping.shape)
        step = solve_each(
            matrix.reshape(points, count, count),
            -state.misfit.reshape(points, count, 1),
        ).reshape(state.misfit.shape)
        length = abs(step).max(-1, initial=0.0)
        fits = length <= STRIDE  # not where the step is NaN
        step = step * (STRIDE / np.maximum(length, STRIDE))[..., None]
        lame = np.isnan(length)[..., None]
        step = np.where(lame, -np.clip(state.misfit, -STRIDE, STRIDE), step)
        return step, fits & (damping == 0)

    def stepped(
        self, voltage: Floats, heat: Floats, step: Floats
    ) -> tuple[Floats, Floats]:
        """Voltages and (kT)² after a step; temperatures stay positive."""
        trees = self.tree.shape[-1]
        voltage = voltage + self.width * (step[..., :trees] @ self.tree.T)
        heat = heat.copy()
        old = heat[..., self.thermal]
        least = np.maximum(old / 16, COLDEST * self.width**2)
        new = np.maximum(old + self.hot * step[..., trees:], least)
        heat[..., self.thermal] = np.where(self.is_free[..., trees:], new, old)
        return voltage, heat

    def point(self, voltage: Floats, heat: Floats, columns: Ints) -> Point:
        """A working point at voltages and (kT)²."""
        temperature = np.sqrt(heat) / kB_eV
        return Point(self.conductor, voltage, temperature, columns, self.scale)

    def working(self, voltage: Floats, heat: Floats, columns: Ints) -> Working:
        """Currents, heat and all their derivatives."""
        point = self.point(voltage, heat, columns)
        if self.samples is None:
            return point.solve()
        return sampled_point(point, self.samples)

    def searched(self, voltage: Floats, heat: Floats) -> Working:
        """What a step needs: without thermal probes, no heat."""
        if self.samples is None or self.steady is None:
            return self.working(voltage, heat, self.columns)
        point = self.point(voltage, heat, self.columns)
        return charge_point(point, self.samples, *self.steady)

    def imbalance(self, state: State) -> Floats:
        """Sum of all imbalances, each with the capacity that damping gives it."""
        return (self.weight * abs(state.misfit)).sum(-1)

    def evaluate(self, voltage: Floats, heat: Floats) -> State:
        """Imbalance in natural units, and its derivatives."""
        now = self.searched(voltage, heat)
        tree, thermal = self.tree, self.thermal
        own = tree[self.columns]
        at = np.searchsorted(self.columns, thermal)
        natural = self.unit * self.weight
        trees = tree.shape[-1]
        charge_unit = natural[..., :trees] * self.width
        heat_unit = natural[..., trees:] * self.hot
        warmth = np.sqrt(heat[..., thermal]) / kB_eV
        # dT/d(kT)² in the natural units of (kT)²
        rise = self.hot / (2 * kB_eV**2 * np.where(warmth > 0, warmth, 1.0))

        charge = self.outflow(now.charge, voltage) @ tree / charge_unit
        misfit = np.concatenate([charge, now.heat[..., thermal] / heat_unit], -1)
        response = tree.T @ (now.charge_voltage @ own) + self.load
        jacobian = np.block(
            [
                [
                    self.width[..., None] * response,
                    tree.T @ now.charge_temperature[..., at] * rise[..., None, :],
                ],
                [
                    self.width[..., None] * (now.heat_voltage[..., thermal, :] @ own),
                    now.heat_temperature[..., thermal[:, None], at]
                    * rise[..., None, :],
                ],
            ]
        )
        jacobian /= np.concatenate([charge_unit, heat_unit], -1)[..., None]
        free = self.is_free
        pairs = free[..., None] & free[..., None, :]
        return State(
            voltage,
            heat,
            np.where(free, misfit, 0.0),
            np.where(pairs, jacobian, np.eye(free.shape[-1])),
        )

    def backward_error(self, state: State, now: Working) -> Floats:
        """What floating reservoirs are left with, ‖b - Ax‖ / (ε n ‖A‖ ‖x‖), (*sweep,).

        A is the derivative of all currents, x are voltages and thermal energies; heat
        counts in units of ‖A‖ times what carriers bring along. Thermal probes colder
        than a step can resolve are left out.

        Parameters
        ----------
        now : Working
            At the state, with all kept reservoirs as columns.
        """
        size = len(self.circuit.reservoirs)
        thermal, resistors = self.thermal, self.resistors
        coldest = state.heat[..., thermal] <= NOISE * self.width**2
        left = np.concatenate(
            [
                self.outflow(now.charge, state.voltage) @ self.tree,
                np.where(coldest, 0.0, now.heat[..., thermal])
                / self.scale.depth[..., None],
            ],
            -1,
        )
        worst = abs(np.where(self.is_free, left, 0.0)).max(-1, initial=0.0)
        rows = abs(now.charge_voltage).sum(-1)
        rows = rows + sum_by(abs(resistors.values), resistors.rows, size)
        warmth = np.sqrt(state.heat[..., thermal])
        x = np.concatenate([abs(state.voltage), warmth, self.width], -1).max(-1)
        unit = np.finfo(float).eps * size * rows.max(-1) * x
        return worst / np.maximum(unit, np.finfo(float).tiny)

    def outflow(self, charge: Floats, voltage: Floats) -> Floats:
        """A leaving each reservoir otherwise than through V cards, (*sweep, n)."""
        return charge + currents(self.resistors, voltage) - self.given.injected


def _between_trees(resistors: Stamp, number: Ints, trees: int) -> Floats:
    """Conductances (*sweep, tree, tree) of resistors between trees of V sources."""
    rows, cols = number[resistors.rows], number[resistors.cols]
    inside = (rows >= 0) & (cols >= 0)
    pairs = rows[inside] * trees + cols[inside]
    total = sum_by(resistors.values[..., inside], pairs, trees * trees)
    return total.reshape(*total.shape[:-1], trees, trees)
