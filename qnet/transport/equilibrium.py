"""Noise without bias against conductance: the fluctuation-dissipation theorem."""

from __future__ import annotations

import numpy as np

from qnet.circuit import Circuit, Floats, Ints
from qnet.constants import kB
from qnet.transport.correlations import (
    Islands,
    Response,
    following,
    island_sources,
)
from qnet.transport.equations import Solution
from qnet.transport.fluctuations import respond
from qnet.transport.noise import equilibrium_noise


def equilibrium_defect(
    circuit: Circuit,
    islands: Islands,
    solution: Solution,
    response: Response,
    contacts: Ints,
    contact_matrix: Floats,
) -> Floats:
    r"""Largest departure from \|S - 2 k_BT (G + Gᵀ)\| at V = 0, element by element.

    First between all reservoirs, each held, with heat where a temperature floats; then
    between the contacts once every probe has answered in its way.

    Parameters
    ----------
    islands : callable
        Energies (*sweep, nE) in eV to scattering matrices, levels where they stand
        without voltages.
    solution : Solution
        Tells which reservoirs float.
    response : Response
        Linear response.
    contacts : (k,)
    contact_matrix : (*sweep, k, k)
        Conductances between the contacts, all others following, S.

    Returns
    -------
    (*sweep,)
        In units of the largest element; zero where the temperature is.

    References
    ----------
    H. Nyquist, Phys. Rev. 32, 110 (1928); R. Kubo, Rep. Prog. Phys. 29, 255 (1966).
    """
    T = np.broadcast_to(circuit.temperature, circuit.shape)
    if not T.any():
        return np.zeros(circuit.shape)
    warm = np.where(T > 0, T, T.max())
    n = len(circuit.reservoirs)
    voltage = np.zeros((*circuit.shape, n))
    at = np.broadcast_to(warm[..., None], voltage.shape)
    found = island_sources(circuit, islands, voltage, at)
    has_heat = found.sources.shape[-1] > n
    own = response.block() if has_heat else response.charge
    lift = np.ones(own.shape[-1])
    lift[n:] = 0.0
    # forces are V and ΔT/T
    forces = np.where(lift > 0, 1.0, warm[..., None])
    defect = _relative(found.sources, own * forces[..., None, :], warm, n)
    if circuit.lumped_of("R") is None and not solution.grounded.any():
        unknown, is_stuck = following(
            circuit, solution, has_heat=has_heat, held=contacts
        )
        told = respond(found.sources, own, unknown, is_stuck=is_stuck)
        between = (..., contacts[:, None], contacts)
        expected = equilibrium_noise(contact_matrix, warm)
        scale = abs(expected).max((-1, -2), initial=1e-300)
        answered = abs(told.current[between] - expected).max((-1, -2), initial=0.0)
        defect = np.maximum(defect, answered / scale)
    return np.where(T > 0, defect, 0.0)


def _relative(S: Floats, B: Floats, T: Floats, n: int) -> Floats:
    """|S - 2kT (B + Bᵀ)| with charge and heat each in units of its largest noise."""
    size = np.ones((*S.shape[:-2], S.shape[-1]))
    for part in (slice(0, n), slice(n, None)):
        block = S[..., part, part]
        largest = abs(block).max((-1, -2), initial=0.0)[..., None]
        size[..., part] = np.sqrt(np.where(largest > 0, largest, 1.0))
    fault = S - 2 * kB * T[..., None, None] * (B + np.swapaxes(B, -1, -2))
    return (abs(fault) / size[..., None] / size[..., None, :]).max((-1, -2))
