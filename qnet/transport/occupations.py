"""How reservoirs and dephasing probes are filled, energy by energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.circuit import Ints
from qnet.smatrix import Float
from qnet.transport.thermal import (
    occupation,
    occupation_difference,
    reduced_energy,
)


@dataclass(frozen=True, slots=True, eq=False)
class Occupations:
    """How reservoirs are filled at each energy, in a form without cancellation.

    Attributes
    ----------
    filled, empty : (..., n)
        f and 1 - f, each to its own relative precision.
    excess : (..., n)
        f minus that of some reference common to all reservoirs.
    """

    filled: Float
    empty: Float
    excess: Float

    @property
    def variance(self) -> Float:
        """Thermal fluctuation f (1 - f) of the filling, (..., n)."""
        return self.filled * self.empty

    @property
    def activity(self) -> Float:
        """Typical weight (...) of a unit probability in the noise, smooth in energy."""
        return (self.variance + self.excess**2).mean(-1)

    def with_probes(self, share: Float, gone: Ints) -> Occupations:
        """Replace the occupations of dephasing probes by what they receive.

        Parameters
        ----------
        share : (..., gone, kept)
            Weights of the kept reservoirs in each probe, from `eliminate`.
        gone : (gone,)
            The probes.
        """
        kept = np.setdiff1d(np.arange(self.filled.shape[-1]), gone)
        return Occupations(
            *(
                _with_received(part, share, kept, gone)
                for part in (self.filled, self.empty, self.excess)
            )
        )


def fermi_occupations(energy: Float, mu: Float, temperature: Float) -> Occupations:
    """Occupations of reservoirs in equilibrium with themselves.

    Parameters
    ----------
    energy : (*points, nE)
        eV.
    mu, temperature : (*sweep, n)
        eV, K.

    Returns
    -------
    Occupations
        Arrays (*sweep, nE, n); the reference is the first reservoir.
    """
    x = reduced_energy(
        energy[..., None], mu[..., None, :], np.expand_dims(temperature, -2)
    )
    return reduced_occupations(x, 0)


def reduced_occupations(x: Float, reference: int) -> Occupations:
    """Occupations at reduced energies x (..., n), compared with one reservoir."""
    own = x[..., reference, None]
    return Occupations(occupation(x), occupation(-x), occupation_difference(x, own))


def _with_received(values: Float, share: Float, kept: Ints, gone: Ints) -> Float:
    received = (share @ values[..., kept, None])[..., 0]
    shape = np.broadcast_shapes(values.shape[:-1], received.shape[:-1])
    whole = np.broadcast_to(values, (*shape, values.shape[-1])).copy()
    whole[..., gone] = received
    return whole
