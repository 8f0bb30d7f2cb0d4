"""S matrices that somebody else computed, and what is asked of them before use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qnet.diagnostics import PhysicsError, refuse
from qnet.smatrix import Bool, Complex, unitarity_defect

REFUSED_DEFECT = 1e-6
"""‖S†S - 1‖ above which a matrix is no scattering matrix: ten digits short of rounding,
more than any solver leaves by accident."""


def check_unitary(S: Complex) -> None:
    """Refuse amplitudes that are not finite, or lose or make particles.

    Parameters
    ----------
    S : (..., out, in)

    Raises
    ------
    PhysicsError
        QN520 or QN521.
    """
    if not np.all(np.isfinite(S)):
        raise refuse(PhysicsError, "QN520", "S has entries that are not finite")
    defect = float(np.max(unitarity_defect(S), initial=0.0))
    if defect > REFUSED_DEFECT:
        raise refuse(
            PhysicsError,
            "QN521",
            f"S is not unitary: ‖S†S - 1‖ = {defect:.2g}",
            why="what enters a scatterer must leave it, or current is not conserved",
            help="mend S, or write `lossy` on the card if the loss is meant",
        )


def reverse_in_time(S: Complex, rule: str) -> Complex:
    """S for the reversed field, by ``transpose``, ``same`` or ``refuse``.

    Raises
    ------
    PhysicsError
        QN522 for ``refuse``.
    """
    if rule == "refuse":
        raise refuse(
            PhysicsError,
            "QN522",
            "nothing is known of this scatterer in the reversed field",
            help="give data for it, or write reverse=transpose",
        )
    return np.swapaxes(S, -1, -2) if rule == "transpose" else S


def port_pattern(couples: Bool, counts: Sequence[int]) -> Bool:
    """Couplings between ports from those between channels.

    Parameters
    ----------
    couples : (out channel, in channel)
    counts : sequence of int
        Channels of each port.

    Returns
    -------
    (out port, in port)
    """
    starts = np.cumsum([0, *counts[:-1]])
    return np.logical_or.reduceat(np.logical_or.reduceat(couples, starts, 0), starts, 1)
