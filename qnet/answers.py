"""What V(), I(), G(), R() and their kin in an expression mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from qnet.constants import kB
from qnet.diagnostics import PhysicsError, refuse
from qnet.registry import Ask, ReservoirKind
from qnet.smatrix import Float
from qnet.solved import Solved
from qnet.transport.fluctuations import fano_factor

Routine = Callable[..., Float]


def _voltage(solved: Solved, node: str) -> Float:
    return solved.solution.voltage[..., solved.find(node)]


def _temperature(solved: Solved, node: str) -> Float:
    return solved.temperature[..., solved.find(node)]


def _current(solved: Solved, name: str) -> Float:
    index = solved.locate(name)
    if isinstance(index, int):
        return solved.solution.current[..., index]
    letter, number = index
    return solved.solution.lumped[letter][..., number]


def _heat(solved: Solved, node: str) -> Float:
    return solved.solution.heat[..., solved.find(node)]


def _differential(solved: Solved, *nodes: str) -> Float:
    return solved.differential(solved.find(nodes[0]), solved.find(nodes[-1]))


def _seebeck(solved: Solved, a: str, b: str) -> Float:
    return solved.thermoelectric(solved.find(a), solved.find(b)).seebeck


def _kappa(solved: Solved, a: str, b: str) -> Float:
    return solved.thermoelectric(solved.find(a), solved.find(b)).kappa


def _noise(solved: Solved, a: str, b: str) -> Float:
    pair = np.array([solved.find(a), solved.find(b)])
    return solved.fluctuations.current(pair)[..., 0, 1]


def _fano(solved: Solved, node: str) -> Float:
    return _over_poisson(solved, node, _noise(solved, node, node))


def _excess_fano(solved: Solved, node: str) -> Float:
    k = solved.find(node)
    thermal = 4 * kB * solved.temperature[..., k] * solved.differential(k, k)
    return _over_poisson(solved, node, _noise(solved, node, node) - thermal)


def _over_poisson(solved: Solved, node: str, noise: Float) -> Float:
    """Noise over 2e|I|; NaN where there is no current."""
    k = solved.find(node)
    carries = solved.carries(np.array([k]))[..., 0]
    return np.where(
        carries, fano_factor(noise, solved.solution.current[..., k]), np.nan
    )


def _conductance(solved: Solved, a: str, b: str) -> Float:
    return solved.conductance(solved.find(a), solved.find(b))


def _transmission(solved: Solved, a: str, b: str) -> Float:
    return solved.transmission[..., solved.find(a), solved.find(b)]


def _resistance(solved: Solved, *terminals: str) -> Float:
    quadruple = np.array([[solved.find(name) for name in terminals]])
    is_super = solved.circuit.reservoirs.kind[quadruple] == ReservoirKind.SUPERCONDUCTOR
    for pair in (slice(0, 2), slice(2, 4)):
        if is_super[0, pair].all() and len(set(quadruple[0, pair].tolist())) == 2:
            rows, two = solved.circuit.reservoirs, quadruple[0, pair].tolist()
            names = "' and '".join(rows.names[k] for k in two)
            raise refuse(
                PhysicsError,
                "QN544",
                f"no resistance between the superconductors '{names}'",
                rows.spans[two[1]],
                why="they are at one voltage, and what flows between them flows by "
                "itself: a Josephson current",
                help="measure from a normal terminal, R(n,s,n,s)",
            )
    return solved.resistance(quadruple)[..., 0]


_ROUTINES: Final[dict[str, tuple[Ask, Routine]]] = {
    ask.name: (ask, routine)
    for ask, routine in (
        (Ask("V", "V", (1, 1), "reservoir", "voltage of a reservoir"), _voltage),
        (
            Ask(
                "I",
                "A",
                (1, 1),
                "reservoir or lumped",
                "current into the device; of a lumped element from its first node",
            ),
            _current,
        ),
        (
            Ask("temp", "K", (1, 1), "reservoir", "temperature of a reservoir"),
            _temperature,
        ),
        (
            Ask("J", "W", (1, 1), "reservoir", "heat current out of a reservoir"),
            _heat,
        ),
        (
            Ask("didv", "S", (1, 2), "reservoir", "∂I_a/∂V_b at the working point"),
            _differential,
        ),
        (
            Ask("S", "A^2/Hz", (2, 2), "reservoir", "current correlation, one-sided"),
            _noise,
        ),
        (
            Ask("F", "", (1, 1), "reservoir", "Fano factor, noise over 2e|I|"),
            _fano,
        ),
        (
            Ask("Fex", "", (1, 1), "reservoir", "the same without 4 k_BT G"),
            _excess_fano,
        ),
        (
            Ask("seebeck", "V/K", (2, 2), "reservoir", "-(V_a-V_b)/(T_a-T_b) at I=0"),
            _seebeck,
        ),
        (
            Ask("kappa", "W/K", (2, 2), "reservoir", "thermal conductance at I=0"),
            _kappa,
        ),
        (
            Ask("G", "S", (2, 2), "reservoir", "∂I_a/∂V_b, probes following"),
            _conductance,
        ),
        (
            Ask("T", "", (2, 2), "reservoir", "transmission probability from b to a"),
            _transmission,
        ),
        (
            Ask("R", "Ohm", (4, 4), "reservoir", "four-terminal resistance R_ij,kl"),
            _resistance,
        ),
    )
}

ASKS: Final[Mapping[str, Ask]] = MappingProxyType(
    {name: ask for name, (ask, _) in _ROUTINES.items()}
)
"""The functions that expressions may ask, by name."""

_FOLDED: Final = {name.lower(): routine for name, (_, routine) in _ROUTINES.items()}


def answer(solved: Solved, name: str, arguments: tuple[str, ...]) -> Float:
    """Value of one answer function at every point of the sweep.

    Parameters
    ----------
    solved : Solved
    name : str
        A key of `ASKS`, in any case.
    arguments : tuple of str
        Names of reservoirs or lumped elements.

    Returns
    -------
    (*sweep)
        In the unit that `ASKS` states; NaN at marked points.
    """
    return _FOLDED[name.lower()](solved, *arguments)
