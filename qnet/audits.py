"""What is checked by itself beside every answer, and what ``.check`` calls it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import numpy as np

from qnet.certificate import Certificate
from qnet.circuit import Floats
from qnet.constants import Gq, kB_eV
from qnet.network.entries import largest
from qnet.network.retrace import faintness
from qnet.smatrix import sum_defect, unitarity_defect
from qnet.solved import Solved
from qnet.transport.audits import entropy_production, first_law_defect
from qnet.transport.reciprocity import imbalance, sum_rule_defect

if TYPE_CHECKING:
    from qnet.fluctuating import Fluctuations

AUDITS: Final = {
    "unitarity": ("S†S = 1", ("composed unitarity", "input unitarity")),
    "waves": ("all waves match at the joints", ("wave matching",)),
    "kcl": (
        "currents are conserved",
        ("current conservation", "noise conservation"),
    ),
    "sumrules": (
        "rows and columns of G sum to zero",
        ("sum rules", "weak conductances"),
    ),
    "quadrature": (
        "energy integrals keep their tolerance",
        ("quadrature error", "noise error"),
    ),
    "onsager": ("G(B) = G(-B)ᵀ", ("reciprocity",)),
    "fdt": (
        "noise is positive, and 2kT(G + Gᵀ) without bias",
        ("fluctuation-dissipation", "noise positivity", "fluctuation theorem"),
    ),
    "laws": (
        "energy is conserved and entropy grows",
        ("first law", "second law"),
    ),
}
"""What each word of ``.check`` claims, and the certificates it stands for."""

OF_UNITARY: Final = frozenset(
    {
        "input unitarity",
        "composed unitarity",
        "sum rules",
        "weak conductances",
        "current conservation",
        "noise conservation",
        "fluctuation-dissipation",
        "fluctuation theorem",
        "first law",
        "second law",
    }
)
"""What a scatterer that is declared `lossy` breaks on purpose."""

IDLE: Final = 1e-6
"""Power below this share of (k_BT + eV)²/h is rounding of the energy integrals."""


def certificates(solved: Solved, checks: frozenset[str]) -> list[Certificate]:
    """Defects of everything that was computed for a piece of a sweep.

    Parameters
    ----------
    solved : Solved
        After all its questions: noise is audited where it was asked, thermodynamics
        beyond linear response. What losses break on purpose is left out.
    checks : frozenset of str
        Words of ``.check`` that are on.
    """
    size = len(solved.circuit.reservoirs)
    found = _of_currents(solved)
    if "onsager" in checks:
        found.append(Certificate("reciprocity", solved.asymmetry, size))
    told = solved.asked_fluctuations
    if told and told.has_noise:
        found += _of_noise(told, size, checks)
    if told and told.has_counted and "fdt" in checks:
        defect = _fluctuation_theorem(solved)
        found.append(Certificate("fluctuation theorem", defect, size))
    if "laws" in checks and solved.is_full:
        found += _of_heat(solved)
    if solved.circuit.lossy:
        found = [one for one in found if one.name not in OF_UNITARY]
    return found


def unchecked(solved: Solved) -> dict[str, str]:
    """Words of ``.check`` without a certificate here if they are on, and why."""
    lost = f"'{lossy[0].names[0]}' is lossy" if (lossy := solved.circuit.lossy) else ""
    return {
        "unitarity": lost,
        "kcl": lost,
        "sumrules": lost,
        "waves": solved.sample.unmatched,
        "fdt": "no noise is asked for",
        "laws": lost or "linear response: heat is of second order",
    }


def _of_currents(solved: Solved) -> list[Certificate]:
    """Defects of scattering, conductances and circuit equations."""
    flows, solution = solved.flows, solved.solution
    n, channels = len(solved.circuit.reservoirs), flows.channels
    is_full = solved.is_full
    excess = solved.biased.working.excess if is_full else solved.onsager().error
    condition, unitarity = largest(flows.condition), largest(flows.defect)
    faint = solved.circuit.degeneracy * Gq * faintness(channels, condition)
    weak = imbalance(solved.full_stamp, faint)
    again = solved.sample.discrepancy(solved.cells, flows)
    if again is not None:
        weak = np.maximum(weak, again.weak)
    found = _of_inputs(solved)
    found += [
        Certificate("composed unitarity", unitarity, channels),
        Certificate("loop condition", condition),
        Certificate("sum rules", sum_rule_defect(solved.full_stamp), n),
        Certificate("weak conductances", weak),
        Certificate("backward error", solution.backward_error, n),
        Certificate("current conservation", solution.conservation, n),
        Certificate("quadrature error", excess),
    ]
    if again is not None:
        matching = np.full((1,) * condition.ndim, again.matching)
        found.append(Certificate("wave matching", matching, channels))
    return found


def _of_inputs(solved: Solved) -> list[Certificate]:
    """Departure from unitarity of matrices that somebody else computed."""
    groups, defects, size = solved.circuit.groups, [], 0
    for cell, found in zip(solved.sample.topology.cells, solved.cells, strict=True):
        model = groups[cell.group].model
        if not getattr(model, "imported", False):
            continue
        inner = cell.outgoing // cell.copies, cell.incoming // cell.copies
        S = found.values.reshape(*found.values.shape[:2], -1, *inner)
        is_known = not getattr(model, "incoherent", False)
        is_finite = np.isfinite(S).all((-2, -1))
        S = np.nan_to_num(S)
        defect = unitarity_defect(S) if is_known else sum_defect(S.real**2 + S.imag**2)
        defect = np.where(is_finite, defect, np.nan).max((0, 2))
        defects.append(defect.reshape(found.axes).max(-1))
        size = max(size, inner[1])
    if not defects:
        return []
    worst = functools.reduce(np.maximum, defects)
    return [Certificate("input unitarity", worst, size)]


def _of_noise(
    told: Fluctuations, size: int, checks: frozenset[str]
) -> list[Certificate]:
    """Conservation and positivity of the noise, and its value without bias."""
    from qnet.transport.fluctuations import conservation_defect, negativity

    S = told.current(told.watched)
    found = [Certificate("noise error", told.excess)]
    if "kcl" in checks:
        found.append(Certificate("noise conservation", conservation_defect(S), size))
    if "fdt" in checks:
        found += [
            Certificate("noise positivity", negativity(S), size),
            Certificate("fluctuation-dissipation", told.equilibrium_defect, size),
        ]
    return found


def _of_heat(solved: Solved) -> list[Certificate]:
    """First and second law at the working point."""
    circuit, found = solved.circuit, solved.solution
    spread = np.nan_to_num(abs(found.voltage)).max(-1)
    warmth = kB_eV * np.nan_to_num(found.temperature).max(-1)
    idle = IDLE * circuit.degeneracy * Gq * (spread + warmth) ** 2
    heat = abs(np.nan_to_num(found.heat))
    turned = (heat + abs(np.nan_to_num(found.current * found.voltage))).sum(-1)
    lost = first_law_defect(found.voltage, found.current, found.heat)
    first = lost * _share(turned, idle)
    T = found.temperature
    produced = entropy_production(found.heat, T)
    flowing = np.where(T > 0, heat / np.where(T > 0, T, 1.0), 0.0).sum(-1)
    coldest = np.where(T > 0, T, np.inf).min(-1)
    floor = np.where(np.isfinite(coldest), idle / coldest, np.inf)
    second = np.maximum(-produced, 0.0) / np.maximum(np.maximum(flowing, floor), 1e-300)
    size = len(circuit.reservoirs)
    return [
        Certificate("first law", first, size),
        Certificate("second law", second, size),
    ]


def _share(turned: Floats, idle: Floats) -> Floats:
    """What is turned over, over the larger of it and what rounding can be."""
    larger = np.maximum(turned, idle)
    return np.divide(turned, larger, out=np.zeros_like(larger), where=larger > 0)


def _fluctuation_theorem(solved: Solved) -> Floats:
    """Largest failure of P(n; B)/P(-n; -B) = exp(-Σ nμ/k_BT) at EF, (*sweep,)."""
    from qnet.transport.counting import fluctuation_theorem_defect

    circuit = solved.circuit
    T = np.broadcast_to(circuit.temperature, circuit.shape)
    if not T.any():
        return np.zeros(circuit.shape)
    warm = np.where(T > 0, T, T.max())
    kT = kB_eV * warm[..., None]
    voltage = np.nan_to_num(solved.biased.solution.voltage)
    bias = voltage / np.maximum(abs(voltage).max(-1, keepdims=True) / (4 * kT), 1.0)
    fermi = circuit.fermi[..., None]
    worst = fluctuation_theorem_defect(
        solved.matrices, solved.turned.matrices, fermi, fermi - bias, warm
    )
    return np.where(T > 0, worst, 0.0)
