"""Scattering matrices of other programs as keys of a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

SLOW = 0.05
"""Share of the fastest mode's velocity below which a mode is close to its threshold."""


class ScatteringResult(Protocol):
    """What is asked of a scattering matrix made by Kwant 1.4 or later.

    Attributes
    ----------
    in_leads, out_leads : sequence of int
        Numbers of the leads from which waves come, and into which they go.
    """

    in_leads: Sequence[int]
    out_leads: Sequence[int]

    def submatrix(self, lead_out: int, lead_in: int) -> NDArray[np.complex128]:
        """Amplitudes (out mode, in mode) from one lead to another."""

    def num_propagating(self, lead: int) -> int:
        """Count the propagating modes of a lead."""


class MatrixKeys(TypedDict):
    """Keys of ``S… matrix``: rows of S are outgoing channels, pin after pin."""

    S: list[list[complex]]
    nch: tuple[int, ...]
    reverse: str


def from_kwant(
    smatrix: ScatteringResult,
    leads: Sequence[int] | None = None,
    *,
    reverse: str = "transpose",
) -> MatrixKeys:
    """Keys of a card whose scatterer is what Kwant computed, a pin for each lead.

    Parameters
    ----------
    smatrix
        What ``kwant.smatrix(system, energy)`` returns, for all leads; or anything
        shaped like it. Kwant itself is not needed.
    leads : sequence of int, optional
        Which lead is the first pin, which the second and so on; as they are numbered.
    reverse : str
        S in the reversed field: ``transpose`` of this one, the ``same``, or ``refuse``.

    Returns
    -------
    dict
        ``S``, ``nch`` and ``reverse`` of the model ``matrix``.

    Raises
    ------
    ValueError
        Some lead is missing or given twice, or carries no mode at this energy.

    Warns
    -----
    UserWarning
        A mode is close to its threshold, where the matrix known from ``lead_info`` has
        a velocity below a twentieth of the fastest: joined to another scatterer, such
        a matrix lacks the evanescent waves between the two.

    Notes
    -----
    The phases of Kwant's modes are its own choice: probabilities and everything
    between reservoirs are right, but a joint with another scatterer is meaningful only
    where both know the modes of the lead between them.

    References
    ----------
    C. W. Groth, M. Wimmer, A. R. Akhmerov and X. Waintal, New J. Phys. 16, 063065
    (2014).

    Examples
    --------
    ``device.S("S1", "a", "b", "matrix", **qnet.from_kwant(smatrix))`` adds it to a
    `Builder`.
    """
    known = sorted(smatrix.in_leads)
    if known != sorted(smatrix.out_leads):
        raise ValueError("waves come from other leads than they go to: compute all")
    order = known if leads is None else list(leads)
    if sorted(order) != known:
        raise ValueError(f"leads {order} are not {known}, each once")
    counts = tuple(int(smatrix.num_propagating(lead)) for lead in order)
    for lead, count in zip(order, counts, strict=True):
        if not count:
            raise ValueError(f"lead {lead} carries no mode at this energy")
    _warn_of_thresholds(smatrix, order)
    S = np.block([[smatrix.submatrix(out, into) for into in order] for out in order])
    if S.shape != (sum(counts), sum(counts)):
        raise ValueError(f"S is {S.shape}, for {sum(counts)} modes of all leads")
    return {"S": S.astype(complex).tolist(), "nch": counts, "reverse": reverse}


def _warn_of_thresholds(smatrix: ScatteringResult, order: Sequence[int]) -> None:
    """Warn of modes that hardly move, where Kwant tells their velocities."""
    import warnings

    for lead, modes in enumerate(getattr(smatrix, "lead_info", ())):
        speeds = np.abs(np.asarray(getattr(modes, "velocities", ()), float))
        if lead in order and speeds.size and speeds.min() < SLOW * speeds.max():
            message = (
                f"lead {lead} has a mode close to its threshold: its velocity is "
                f"{speeds.min() / speeds.max():.1g} of the fastest; join no other "
                "scatterer there"
            )
            warnings.warn(message, stacklevel=3)
