"""What energy integrals need to know of a circuit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Bools, Floats, Ints
from qnet.transport.spectral import FlowsAt, Spectrum, spectrum


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
    condensate : int or None
        Reservoir from whose potential electrons and holes count their energies.
    """

    flows_at: FlowsAt
    dephasing: Bools
    fermi: Floats
    degeneracy: int
    levers: Ints
    lead: tuple[int, ...]
    rtol: float
    flat: Spectrum | None = None
    condensate: int | None = None

    @property
    def kept(self) -> Ints:
        """Reservoirs with a Fermi function of their own."""
        return np.flatnonzero(~self.dephasing)

    @property
    def gone(self) -> Ints:
        """Dephasing probes."""
        return np.flatnonzero(self.dephasing)

    @property
    def moves(self) -> bool:
        """Whether scattering follows voltages: levels, or a condensate."""
        return len(self.levers) > 0 or self.condensate is not None

    def lever_voltage(self, mu: Floats) -> Floats:
        """Voltages (*sweep, n) for given μ of the kept reservoirs (*sweep, kept)."""
        voltage = np.zeros((*mu.shape[:-1], len(self.dephasing)))
        voltage[..., self.kept] = self.fermi[..., None] - mu
        return voltage

    def spectrum(self, energy: Floats, voltage: Floats) -> Spectrum:
        """Transport between the kept reservoirs, levels moved by their voltages."""
        lift = voltage if self.moves else None
        return spectrum(self.flows_at(energy, lift), self.dephasing)
