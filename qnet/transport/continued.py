r"""Counting with probes at finite counting fields: the saddle point, followed.

A probability of n electrons needs χ(λ) on the circle e^{iλ}. There floating voltages,
and the occupations of dephasing probes, take complex values at which the action is
stationary. They are continued from their mean values at λ = 0; the rate

.. math:: -i\, \frac{d \ln\chi}{dλ} = \sum_a w_a \langle\dot N_a\rangle_λ

is a rational function of S and occupations, so that no logarithm has to be followed. It
is analytic in λ: a few Chebyshev nodes hold it, and its integral is ln χ.

Where scattering does not depend on energy, energies leave the real axis and pass
through the complex levels themselves, so that no pole of a Fermi function is ever
crossed. Otherwise S is known at real energies alone, and a level may stray from them by
less than π k_BT.

References
----------
S. Pilgram, P. Samuelsson, H. Förster, M. Büttiker, Phys. Rev. Lett. 97, 066801 (2006).
H. Förster, P. Samuelsson, S. Pilgram, M. Büttiker, Phys. Rev. B 75, 035340 (2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.circuit import Bools, Ints
from qnet.constants import RK, kB_eV
from qnet.diagnostics import PhysicsError, refuse
from qnet.smatrix import Complex, Float
from qnet.transport.circuit_action import Conductor
from qnet.transport.contour import Contour
from qnet.transport.curvature import Curvature, curvature
from qnet.transport.noise import Island, transmission, witness
from qnet.transport.panels import Values
from qnet.transport.quadrature import integrate_guarded
from qnet.transport.transmission import eliminate

STRIDES: Final = (0.5, 0.1, 0.02)
"""Longest steps in λ along which dephasing probes are continued, in turn."""
ROUNDS: Final = 24
"""Newton steps after which a saddle point counts as lost."""
SETTLED: Final = 1e-7
"""Relative Newton step at which it counts as found, to the square of this."""
NEAR: Final = 1e-2
"""The same on the way to the counting field that is asked for."""
FAR: Final = 10.0
"""The same of one that runs away."""
EDGE: Final = 40
"""Fillings of a cold floating reservoir, from empty to full, at its Fermi edge."""


@dataclass(frozen=True, slots=True, eq=False)
class _Balance:
    """Rate of the count, and derivatives of the action by fields and levels."""

    counted: Complex
    slope: Complex
    hessian: Complex


class Saddle:
    """Stationary point of a circuit's action, followed along the counting circle.

    Parameters
    ----------
    conductor : Conductor
    counted : (n,)
        Weight of each reservoir in the count.
    rtol : float
        Tolerance of the energy integrals.
    """

    def __init__(self, conductor: Conductor, counted: Float, rtol: float) -> None:
        self.conductor, self.counted, self.rtol = conductor, counted, rtol
        self.excess = np.zeros(conductor.mu.shape[:-1])
        mu, kT = conductor.mu[..., conductor.kept], kB_eV * conductor.temperature
        self.kT = kT
        self.scale = np.maximum(np.ptp(mu, axis=-1) + kT.max(-1), 1e-300)
        self.count = int(conductor.unknown.max(initial=-1)) + 1
        ends = conductor.mu[..., [0, 0]]
        self.is_flat = all(one.S.shape[-3] == 1 for one in conductor.islands(ends))
        self.driven: Complex = np.zeros((), complex)
        none = np.zeros((*self.excess.shape, 2 * self.count), complex)
        if self.count:
            self.driven = self._balance(0.0, none).slope[..., : self.count]

    def rates(self, fields: Float) -> Complex:
        """Rates of the count (*sweep, k), eV, at ascending λ; times g/h: electrons/s.

        Raises
        ------
        PhysicsError
            QN561 where the saddle point is lost, or leaves the energies at which
            scattering is known.
        """
        found: list[Complex] = []
        states: list[Complex] = []
        for k, angle in enumerate(fields):
            guess = self._guess(fields[:k], states, angle)
            state, rate = self._solve(float(angle), guess)
            states.append(state)
            found.append(rate)
        return np.stack(found, -1)

    def _guess(self, fields: Float, states: Sequence[Complex], angle: float) -> Complex:
        """Extrapolation (*sweep, 2 unknowns) of the last few saddle points."""
        known = [np.zeros((*self.excess.shape, 2 * self.count), complex), *states][-4:]
        at = np.concatenate([[0.0], fields])[-4:]
        at, first = np.unique(at, return_index=True)
        total = np.zeros_like(known[0])
        for k, own in enumerate(at):
            others = np.delete(at, k)
            total = total + known[first[k]] * np.prod((angle - others) / (own - others))
        return total

    def _solve(self, angle: float, state: Complex) -> tuple[Complex, Complex]:
        """Newton's method for the floating voltages and their fields."""
        m = self.count
        for _ in range(ROUNDS):
            now = self._balance(angle, state)
            if not m:
                return state, now.counted
            slope = now.slope.copy()
            slope[..., :m] -= self.driven
            step = -np.linalg.solve(now.hessian, slope[..., None])[..., 0]
            state = state + step
            size = abs(step)
            size[..., m:] /= self.scale[..., None]
            if not size.max() < FAR:
                break
            if size.max() < SETTLED * max(1.0, angle):
                return state, self._balance(angle, state).counted
        raise lost("no stationary point is found", "count for a longer time")

    def _balance(self, angle: float, state: Complex) -> _Balance:
        """Derivatives of the whole action at fields and levels of the unknowns."""
        conductor, m = self.conductor, self.count
        field = np.zeros((*self.excess.shape, conductor.size), complex)
        level = np.zeros_like(field)
        held = conductor.unknown < 0
        field[..., held] = 1j * angle * self.counted[held]
        number = conductor.unknown[conductor.floating]
        field[..., conductor.floating] = state[..., number]
        level[..., conductor.floating] = state[..., m + number]
        total = self._islands(angle, field, level)
        for probe in conductor.floating[self._is_cold(conductor.floating)]:
            total = _add(total, self._edge(angle, int(probe), field, level))
        factor = conductor.degeneracy
        total = _Balance(*(factor * v for v in _parts(total)))
        if conductor.resistors is not None:
            total = _add(total, self._resistors(field, level))
        return total

    def _is_cold(self, reservoirs: Ints) -> Bools:
        """Which reservoirs are at zero temperature at some sweep point."""
        cold = self.kT[..., reservoirs] == 0
        found: Bools = cold.any(tuple(range(cold.ndim - 1)))
        return found

    def _islands(self, angle: float, field: Complex, level: Complex) -> _Balance:
        """Energy integrals over all islands."""
        conductor, kept = self.conductor, self.conductor.kept
        mu = conductor.mu + level
        contour = Contour(mu[..., kept], self.kT[..., kept], self.is_flat)
        if contour.is_astray:
            raise lost(
                "a floating voltage moves so far from real energies that scattering "
                "is not known there",
                "count for a longer time, which needs smaller counting fields, or set "
                "a higher `.temp`",
            )

        def integrand(energy: Float) -> tuple[Values, Complex]:
            sources = conductor.islands(energy)
            passed = contour.occupied(energy)
            whole = (*passed.filled.shape[:-1], conductor.size)
            filling, rate, bend = np.zeros((3, *whole), complex)
            filling[..., kept] = passed.filled
            rate[..., kept], bend[..., kept] = passed.rate, passed.bend
            found, slope = self._settled(angle, sources, field, filling)
            columns = self._by_levels(found, slope, rate, bend)
            weight = passed.activity[..., None]
            return passed.stretch[..., None] * columns, weight * witness(sources)

        integral = integrate_guarded(
            integrand,
            contour.breaks(),
            rtol=self.rtol,
            entries=64 * conductor.size**2,
        )
        self.excess = np.maximum(self.excess, integral.excess)
        return self._unpacked(np.asarray(integral.value, complex))

    def _settled(
        self, angle: float, sources: Sequence[Island], field: Complex, filling: Complex
    ) -> tuple[Curvature, Complex]:
        """Derivatives by the floating reservoirs once dephasing probes have settled.

        Returns
        -------
        found : Curvature
        by_filling : (..., m)
            Its slopes by the fillings.
        """
        conductor = self.conductor
        floating, gone = conductor.floating, conductor.dephasing
        field = np.broadcast_to(field[..., None, :], filling.shape).copy()
        if len(gone):
            field, filling = self._dephased(angle, sources, field, filling)
        chosen = np.concatenate([floating, gone])
        found = curvature(sources, field, filling, self.counted, chosen)
        m, size = len(floating), len(chosen)
        own = np.concatenate([np.arange(m), size + np.arange(m)])
        rest = np.setdiff1d(np.arange(2 * size), own)
        hessian = found.hessian[..., own[:, None], own]
        if len(gone):
            inner = found.hessian[..., rest[:, None], rest]
            inner = inner + self._shut(sources, len(gone))
            across = found.hessian[..., own[:, None], rest]
            back = np.linalg.solve(inner, np.swapaxes(across, -1, -2))
            hessian = hessian - across @ back
        slope = found.slope[..., own]
        return Curvature(found.counted, slope, hessian), slope[..., m:]

    def _dephased(
        self, angle: float, sources: Sequence[Island], field: Complex, filling: Complex
    ) -> tuple[Complex, Complex]:
        """Fields and fillings of all reservoirs, those of dephasing probes settled."""
        conductor = self.conductor
        gone, kept = conductor.dephasing, conductor.kept
        P = transmission(sources, conductor.size)
        share = eliminate(P, gone).share
        shape = np.broadcast_shapes(filling.shape[:-1], P.shape[:-2])
        filling = np.broadcast_to(filling, (*shape, filling.shape[-1])).copy()
        field = np.broadcast_to(field, filling.shape).copy()
        received = (share @ filling[..., kept, None])[..., 0]
        filling[..., gone], field[..., gone] = received, 0.0
        shut = self._shut(sources, len(gone))
        for stride in STRIDES:
            steps = max(1, int(np.ceil(angle / stride)))
            if self._walk(sources, (field, filling), shut, steps):
                return field, filling
            filling[..., gone], field[..., gone] = received, 0.0
        raise lost(
            "a dephasing probe finds no stationary occupation",
            "count for a longer time",
        )

    def _walk(
        self,
        sources: Sequence[Island],
        at: tuple[Complex, Complex],
        shut: Float,
        steps: int,
    ) -> bool:
        """Raise the fields in steps, dephasing probes following in place; success."""
        gone, kept = self.conductor.dephasing, self.conductor.kept
        (field, filling), g = at, len(gone)
        final = field[..., kept].copy()
        for k in range(1, steps + 1):
            field[..., kept] = final * (k / steps)
            for _ in range(ROUNDS):
                now = curvature(sources, field, filling, self.counted, gone)
                step = -np.linalg.solve(now.hessian + shut, now.slope[..., None])
                field[..., gone] += step[..., :g, 0]
                filling[..., gone] += step[..., g:, 0]
                moved = abs(step).max(initial=0.0)
                if moved > FAR:
                    break
                if not moved >= (SETTLED if k == steps else NEAR):
                    break
            if not moved < NEAR:
                field[..., kept] = final
                return False
        return True

    def _shut(self, sources: Sequence[Island], g: int) -> Float:
        """What keeps dephasing probes that nothing reaches, (..., 2g, 2g)."""
        P = transmission(sources, self.conductor.size)
        shut = eliminate(P, self.conductor.dephasing).is_shut
        found = np.zeros((*shut.shape[:-1], 2 * g, 2 * g))
        k = np.arange(g)
        found[..., k, g + k] = found[..., g + k, k] = shut
        return found

    def _by_levels(
        self, found: Curvature, by_filling: Complex, rate: Complex, bend: Complex
    ) -> Complex:
        """Columns of the integrals: fillings exchanged for levels, trees joined."""
        floating, m = self.conductor.floating, len(self.conductor.floating)
        rate, bend = rate[..., floating], bend[..., floating]
        slope = np.concatenate([found.slope[..., :m], by_filling * rate], -1)
        chain = np.concatenate([np.ones_like(rate), rate], -1)
        hessian = found.hessian * chain[..., :, None] * chain[..., None, :]
        k = np.arange(m, 2 * m)
        hessian[..., k, k] += by_filling * bend
        return self._packed(found.counted, slope, hessian)

    def _packed(self, counted: Complex, slope: Complex, hessian: Complex) -> Complex:
        """Sums over reservoirs whose voltages move together, side by side."""
        conductor, m = self.conductor, self.count
        number = conductor.unknown[conductor.floating]
        U = np.zeros((2 * len(number), 2 * m))
        for part in range(2):
            rows = part * len(number) + np.arange(len(number))
            U[rows, part * m + number] = 1.0
        slope = slope @ U
        square = U.T @ hessian @ U
        flat = square.reshape(*square.shape[:-2], 4 * m * m)
        shape = np.broadcast_shapes(counted.shape, slope.shape[:-1])
        columns = [counted[..., None], slope, flat]
        wide = [np.broadcast_to(c, (*shape, c.shape[-1])) for c in columns]
        return np.concatenate(wide, -1)

    def _unpacked(self, columns: Complex) -> _Balance:
        k = 2 * self.count
        return _Balance(
            columns[..., 0],
            columns[..., 1 : k + 1],
            columns[..., k + 1 :].reshape(*columns.shape[:-1], k, k),
        )

    def _edge(
        self, angle: float, probe: int, field: Complex, level: Complex
    ) -> _Balance:
        """What a cold floating reservoir gains where its Fermi edge moves.

        The derivative by its level is the action with its states at μ full, less that
        with them empty: an integral over the filling between the two.
        """
        conductor = self.conductor
        if not self.is_flat:
            raise lost(
                "a cold floating voltage moves off the real energies at which "
                "scattering is known",
                "set a finite `.temp`, and count for a long time",
            )
        kept, cold = conductor.kept, self.kT[..., probe] == 0
        mu = conductor.mu + level
        nodes, weights = np.polynomial.legendre.leggauss(EDGE)
        at = mu[..., probe, None]
        contour = Contour(mu[..., kept], self.kT[..., kept], is_bent=True)
        filling = np.zeros((*mu.shape[:-1], EDGE, conductor.size), complex)
        filling[..., kept] = contour.filled(at[..., None], at.real[..., None])
        filling[..., probe] = (nodes + 1) / 2
        sources = conductor.islands(at.real)
        found, by_filling = self._settled(angle, sources, field, filling)
        m, k = len(conductor.floating), list(conductor.floating).index(probe)
        share = weights / 2 * cold[..., None]
        slope = np.zeros((*mu.shape[:-1], 2 * m), complex)
        hessian = np.zeros((*mu.shape[:-1], 2 * m, 2 * m), complex)
        slope[..., m + k] = (by_filling[..., k] * share).sum(-1)
        rise = (found.hessian[..., m + k, :m] * share[..., None]).sum(-2)
        hessian[..., m + k, :m] = rise
        hessian[..., :m, m + k] = rise
        nothing = np.zeros(mu.shape[:-1], complex)
        return self._unpacked(self._packed(nothing, slope, hessian))

    def _resistors(self, field: Complex, level: Complex) -> _Balance:
        """Gaussian action of resistors, whose electrons are not counted."""
        conductor, m = self.conductor, self.count
        parts = conductor.resistors
        if parts is None:
            raise ValueError("no resistors")
        a, b = parts.ends.T
        own = np.where(conductor.unknown >= 0, field, 0.0)
        mu = conductor.mu + level
        across = own[..., a] - own[..., b]
        fall = mu[..., a] - mu[..., b]
        g = RK / parts.resistance
        heat = kB_eV * parts.temperature
        number = conductor.unknown
        tell = np.zeros((len(a), m))
        for ends, sign in ((a, 1.0), (b, -1.0)):
            free = np.flatnonzero(number[ends] >= 0)
            np.add.at(tell, (free, number[ends[free]]), sign)
        push = g * (2 * heat * across - fall)
        slope = np.concatenate([push @ tell, (-g * across) @ tell], -1)
        strong = np.swapaxes(tell, 0, 1) @ (2 * (g * heat)[..., None] * tell)
        mixed = -np.swapaxes(tell, 0, 1) @ (g[..., None] * tell)
        hessian = np.block([[strong, mixed], [mixed, np.zeros_like(mixed)]])
        return _Balance(np.zeros(slope.shape[:-1], complex), slope, hessian + 0j)


def _parts(one: _Balance) -> tuple[Complex, Complex, Complex]:
    return one.counted, one.slope, one.hessian


def _add(one: _Balance, other: _Balance) -> _Balance:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return _Balance(*(a + b for a, b in pairs))


def lost(why: str, cure: str) -> PhysicsError:
    """Refuse a distribution by name."""
    return refuse(
        PhysicsError,
        "QN561",
        "probes cannot be followed to the counting fields of a distribution",
        why=why,
        help=f"{cure}; cumulants up to the fourth need no finite fields",
    )
