"""Points whose certificate is refused: their numbers are withheld, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.certificate import THRESHOLDS
from qnet.circuit import Bools
from qnet.diagnostics import Diagnostic, PhysicsError
from qnet.results import Quantity
from qnet.sweep.findings import Key, Piece

WHY: Final = (
    "digits are lost where a channel just opens, beside a state that all but "
    "decouples, where conductances cancel, and by matrices that were read with few"
)
CURE: Final = "move the energy or a parameter a little off the exact degeneracy"
"""What is said of a refused certificate."""


def withhold(piece: Piece) -> Piece:
    """Put NaN in place of all numbers at points with a refused certificate.

    Certificates themselves stay, so that one sees how far they are off.

    Parameters
    ----------
    piece : Piece
        Answers with the certificates of the points.

    Returns
    -------
    Piece
        The same piece if nothing is refused.

    Raises
    ------
    PhysicsError
        QN545: the only point of a run without steps is refused.
    """
    refused = list(_refused(piece.values))
    if not refused:
        return piece
    if not piece.mesh:
        raise PhysicsError(tuple(why for _, why in refused))
    where = np.logical_or.reduce(np.broadcast_arrays(*(bad for bad, _ in refused)))
    return replace(
        piece,
        values={
            key: values if key[0] == "certificate" else _blank(values, where)
            for key, values in piece.values.items()
        },
        results={
            number: replace(
                result,
                quantities={
                    name: _withheld(quantity, where)
                    for name, quantity in result.quantities.items()
                },
            )
            for number, result in piece.results.items()
        },
        marks=(*piece.marks, *refused),
    )


def flags(name: str, defect: NDArray[np.float64], size: int) -> Diagnostic | None:
    """A warning that digits were lost somewhere along a sweep; None if all is well.

    Parameters
    ----------
    name : str
        Key of `THRESHOLDS`.
    defect : (*sweep)
        NaN at points without an answer.
    size : int
        What the silent limit grows with.
    """
    threshold = THRESHOLDS[name]
    silent = threshold.silent_at(size)
    if defect.max() <= silent:
        return None
    flagged = (defect > silent) & (defect <= threshold.refused)
    if not flagged.any():
        return None
    worst = float(defect[flagged].max())
    message = (
        f"{name} is flagged at {int(flagged.sum())} of {flagged.size} points: "
        f"{worst:.1e}, silent up to {silent:.1e}"
    )
    return Diagnostic("QN546", message, severity="warning")


def _refused(
    values: Mapping[Key, NDArray[Any]],
) -> Iterator[tuple[Bools, Diagnostic]]:
    told = False
    for (kind, name), defect in values.items():
        threshold = THRESHOLDS.get(str(name)) if kind == "certificate" else None
        if threshold is None or not threshold.withholds:
            continue
        bad = np.asarray(defect > threshold.refused)
        if bad.any():
            worst = float(np.max(defect[bad]))
            message = f"{name} is {worst:.1e}, refused above {threshold.refused:.0e}"
            why, cure = ("", "") if told else (WHY, CURE)
            yield bad, Diagnostic("QN545", message, why=why, help=cure)
            told = True


def _withheld(quantity: Quantity, where: Bools) -> Quantity:
    return replace(quantity, values=_blank(quantity.values, where))


def _blank(values: NDArray[Any], where: Bools) -> NDArray[Any]:
    """NaN at the points of a piece; own axes trail."""
    own = values.ndim - where.ndim
    return np.where(where.reshape(where.shape + (1,) * own), np.nan, values)
