"""The matrices of a device: conductance, transmission, scattering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.constants import Gq
from qnet.network.matrix import IslandMatrix
from qnet.registry import analysis
from qnet.results import Quantity, Result
from qnet.solved import Solved


@analysis("gmatrix")
@dataclass(frozen=True, kw_only=True)
class ConductanceMatrix:
    """Büttiker conductance matrix, in e²/h.

    That between the contacts, with all probes following, and the full one between all
    reservoirs. Rows: the current's terminal; columns: the voltage's.
    """

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        names = tuple(solved.circuit.reservoirs.names)
        contacts = tuple(names[k] for k in solved.contacts)
        title = "Conductance matrix (.gmatrix)"
        shown = {
            "contacts": (solved.contact_matrix, contacts),
            "all reservoirs": (solved.matrix, names),
        }
        quantities = {
            name: Quantity(
                name, values / Gq, ("to", "from"), "Gq", {"to": labels, "from": labels}
            )
            for name, (values, labels) in shown.items()
        }
        return Result("gmatrix", quantities, title=title)


@analysis("tmatrix")
@dataclass(frozen=True, kw_only=True)
class TransmissionMatrix:
    """Transmission probabilities between reservoirs, summed over channels."""

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        names = tuple(solved.circuit.reservoirs.names)
        labels = {"to": names, "from": names}
        T = Quantity("T", solved.transmission, ("to", "from"), "", labels)
        return Result("tmatrix", {"T": T}, title="Transmission (.tmatrix)")


@analysis("smatrix")
@dataclass(frozen=True, kw_only=True)
class ScatteringMatrix:
    """Scattering matrix between the channels of all reservoirs, island by island."""

    def run(self, solved: Solved) -> Result:
        """Answer at every point of a piece of the sweep."""
        quantities: dict[str, Quantity] = {}
        for shape in solved.matrices:
            for island in range(len(shape.outgoing)):
                name = f"S{len(quantities) + 1}"
                quantities[name] = _scattering(solved, shape, island, name)
        if len(quantities) == 1:
            quantities = {"S": quantities["S1"]}
        return Result("smatrix", quantities, title="Scattering matrix (.smatrix)")


def _scattering(
    solved: Solved, matrix: IslandMatrix, island: int, name: str
) -> Quantity:
    S = np.take(matrix.S, min(island, len(matrix.S) - 1), 0)[..., 0, :, :]
    out, into = solved.channel_names(matrix, island)
    labels = {"out": out, "in": into}
    return Quantity(name, S, ("out", "in"), "", labels)
