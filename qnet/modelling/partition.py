"""How a barrier divides what comes: T and R from whichever of T, R, Z, Tn is given."""

from __future__ import annotations

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.registry import Infer, Real
from qnet.smatrix import Float, unvaried


def refuse_unless_one(**keys: Real | None) -> None:
    """Refuse a card that gives none of these keys, or several.

    Raises
    ------
    NetlistError
        QN341.
    """
    given = [key for key, value in keys.items() if value is not None]
    if len(given) == 1:
        return
    asked = ", ".join(keys)
    if given:
        message = f"'{given[0]}' and '{given[1]}' both fix the transmission"
        raise refuse(NetlistError, "QN341", message, help=f"keep one of {asked}")
    message = "nothing fixes the transmission"
    raise refuse(NetlistError, "QN341", message, help=f"give one of {asked}")


def counted_by(n: int | Infer, listed: Real | None) -> int | Infer:
    """Channel count: `n`, or the length of a list with one entry a channel.

    Raises
    ------
    NetlistError
        QN342 when both are given and differ.
    """
    if listed is None:
        return n
    length = np.shape(listed)[-1]
    if not isinstance(n, Infer) and n != length:
        message = f"N={n}, and {length} channels are listed"
        raise refuse(NetlistError, "QN342", message, help="leave N out")
    return length


def divide(
    energy: Float,
    n: int | Infer,
    *,
    T: Real | None,
    R: Real | None,
    Z: Real | None,
    Tn: Real | None,
) -> tuple[Float, Float]:
    """Transmission and reflection probabilities, both without cancellation.

    Parameters
    ----------
    energy : (...)
        Only its rank matters.
    n : int
        Channels, unless `Tn` lists them.
    T, R, Z : (...)
        One of them, or
    Tn : (..., channel)

    Returns
    -------
    T, R : (..., channel)
    """
    rank = unvaried(energy)[..., None]
    if Tn is not None:
        through = np.asarray(Tn) + rank
        return through, 1 - through
    wide = rank + np.ones(n if isinstance(n, int) else 1)
    if T is not None:
        through = np.asarray(T)[..., None] * wide
        return through, 1 - through
    if R is not None:
        back = np.asarray(R)[..., None] * wide
        return 1 - back, back
    strength = np.asarray(Z, float)[..., None] * wide
    root = np.hypot(1.0, strength)
    return (1 / root) ** 2, (strength / root) ** 2
