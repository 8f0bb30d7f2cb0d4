"""S matrices that somebody else computed, and what is asked of them before use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qnet.diagnostics import NetlistError, PhysicsError, refuse
from qnet.smatrix import Bool, Complex, Float, sum_defect, unitarity_defect

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


def check_sums(P: Complex) -> None:
    """Refuse probabilities that are none, or do not add up to one.

    Parameters
    ----------
    P : (..., out, in)

    Raises
    ------
    PhysicsError
        QN520 or QN521.
    """
    if not np.all(np.isfinite(P)):
        raise refuse(PhysicsError, "QN520", "P has entries that are not finite")
    lowest = float(np.min(P.real, initial=0.0))
    missed = float(np.max(sum_defect(P), initial=0.0))
    if lowest < -REFUSED_DEFECT or missed > REFUSED_DEFECT:
        fault = f"one is {lowest:.2g}" if lowest < 0 else f"sums miss 1 by {missed:.2g}"
        raise refuse(
            PhysicsError,
            "QN521",
            f"probabilities do not conserve particles: {fault}",
            why="what enters a scatterer must leave it, and equal voltages drive "
            "nothing: columns and rows add up to one",
            help="mend P, or write `lossy` on the card if the loss is meant",
        )


def with_closed_reflecting(S: Complex, r: float = -1.0) -> Complex:
    """S in which a channel without any amplitude reflects all, as a closed one does.

    Parameters
    ----------
    S : (..., out, in)
    r : float
        Amplitude of the reflection; 1 for probabilities.
    """
    closed = ~np.any(S != 0, axis=-1) & ~np.any(S != 0, axis=-2)
    if not closed.any():
        return S
    return S + r * closed[..., None] * np.eye(S.shape[-1])


def largest_turn(S: Complex, energy: Float) -> tuple[float, float, float]:
    """Largest turn of a phase between neighbours of a grid, and where, (rad, E, E').

    Parameters
    ----------
    S : (energy, ..., out, in)
    energy : (energy,)
        Two or more.

    Notes
    -----
    Amplitudes below a tenth have no phase to speak of.
    """
    before, after = S[:-1], S[1:]
    seen = (np.abs(before) > 0.1) & (np.abs(after) > 0.1)
    turn = np.where(seen, np.abs(np.angle(after * before.conj())), 0.0)
    worst = turn.reshape(len(turn), -1).max(-1)
    k = int(np.argmax(worst))
    return float(worst[k]), float(energy[k]), float(energy[k + 1])


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


def block_pattern(blocks: Sequence[Sequence[int]], pins: int) -> Bool:
    """Couplings between pins where only those of one block, numbered from 1, couple.

    Raises
    ------
    NetlistError
        QN346 when the blocks are no partition of the pins.
    """
    if not blocks:
        return np.ones((pins, pins), bool)
    if sorted(pin for block in blocks for pin in block) != list(range(1, pins + 1)):
        message = f"blocks must name each of the pins 1 to {pins} once"
        raise refuse(NetlistError, "QN346", message)
    of_pin = np.empty(pins, int)
    for n, block in enumerate(blocks):
        of_pin[np.asarray(block) - 1] = n
    return of_pin[:, None] == of_pin


def refuse_outside_blocks(S: Complex, pattern: Bool, counts: Sequence[int]) -> None:
    """Refuse amplitudes between pins that were said not to couple.

    Raises
    ------
    PhysicsError
        QN524.
    """
    if pattern.all():
        return
    allowed = np.repeat(np.repeat(pattern, counts, 0), counts, 1)
    worst = float(np.max(np.abs(S[..., ~allowed]), initial=0.0))
    if worst > REFUSED_DEFECT:
        message = f"blocks= keeps pins apart that S couples by {worst:.2g}"
        raise refuse(
            PhysicsError, "QN524", message, help="mend blocks=, or leave it out"
        )
