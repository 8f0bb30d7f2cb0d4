"""What a device does at each energy: transmission, eigenchannels, density of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from qnet.circuit import Floats
from qnet.limits import within
from qnet.registry import analysis, param
from qnet.results import Labels, Quantity, Result
from qnet.solved import Solved
from qnet.transport.delay import density_of_states
from qnet.transport.transmission import transmission_matrix


@analysis("spectrum")
@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """T_ab(E), the density of states, and the eigenchannels between two terminals.

    The density of states is that of the Wigner-Smith matrix, summed over all coherent
    islands, without spin factor.
    """

    positional: ClassVar[tuple[str, ...]] = ("start", "stop", "points")

    start: float = param(unit="eV", doc="first energy")
    stop: float = param(unit="eV", doc="last energy")
    points: int = param(101, kind="int", low=2, doc="number of energies")
    channels: tuple[str, ...] = param(
        (), kind="reservoirs", doc="(to from): eigenvalues of t†t between two terminals"
    )

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        within("sweep points", self.points)
        grid = np.linspace(float(self.start), float(self.stop), int(self.points))
        energy = grid.reshape((1,) * len(solved.circuit.shape) + (-1,))
        names = tuple(solved.circuit.reservoirs.names)
        T = transmission_matrix(solved.sample.flows(energy))
        labels: Labels = {"energy": grid, "to": names, "from": names}
        found = {
            "T": Quantity("T", T, ("energy", "to", "from"), "", labels),
            "density of states": Quantity(
                "density of states",
                _density(solved, energy),
                ("energy",),
                "1/eV",
                {"energy": grid},
            ),
        }
        if self.channels:
            values = self._eigenchannels(solved, energy)
            order = tuple(str(n) for n in range(values.shape[-1]))
            found["eigenchannels"] = Quantity(
                "eigenchannels",
                values,
                ("energy", "channel"),
                "",
                {"energy": grid, "channel": order},
            )
        return Result("spectrum", found, title="Spectrum (.spectrum)")

    def _eigenchannels(self, solved: Solved, energy: Floats) -> Floats:
        """Transmission eigenvalues from the second terminal to the first, falling."""
        to, by = (solved.find(name) for name in self.channels)
        found = []
        for matrix in solved.sample.smatrix(energy):
            for island, (out, into) in enumerate(
                zip(matrix.outgoing, matrix.incoming, strict=True)
            ):
                S = np.take(matrix.S, min(island, len(matrix.S) - 1), 0)
                t = S[..., out == to, :][..., into == by]
                if t.size:
                    found.append(np.linalg.svd(t, compute_uv=False) ** 2)
        shape = np.broadcast_shapes(*[f.shape[:-1] for f in found], energy.shape)
        spread = [np.broadcast_to(f, (*shape, f.shape[-1])) for f in found]
        together = np.concatenate([np.zeros((*shape, 0)), *spread], -1)
        return -np.sort(-together, axis=-1)


def _density(solved: Solved, energy: Floats) -> Floats:
    """Density of states of all islands together, (*sweep, E)."""
    return density_of_states(
        lambda at: [matrix.S for matrix in solved.sample.smatrix(at)], energy
    )
