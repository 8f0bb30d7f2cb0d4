"""Any scatterer by its matrix, written on the card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.imported import check_unitary, port_pattern, reverse_in_time
from qnet.registry import Complexes, Counts, param, scatterer
from qnet.smatrix import Bool, Complex, Float, unvaried


@scatterer("matrix", pins=(), flags={"lossy": {"lossy": True}})
@dataclass(frozen=True, eq=False, kw_only=True)
class Matrix:
    """Scatterer given by its amplitudes: rows are out, columns in.

         1 ──┐     ┌── 3
             │  S  │
         2 ──┘     └── …

    A literal ``0`` declares that nothing ever passes there, and so decides what falls
    into independent blocks; the value of an expression never does. With the field
    turned round S is transposed, unless `reverse` says that it stays (``same``) or that
    nobody knows (``refuse``).
    """

    S: Complexes = param(kind="complex", axes=("out", "in"), doc="amplitudes")
    nch: tuple[int, ...] | None = param(
        None, low=1, kind="int", axes=("pin",), structural=True, doc="channels per pin"
    )
    reverse: str = param(
        "transpose",
        kind="choice",
        choices=("transpose", "same", "refuse"),
        structural=True,
        doc="what a reversed field does",
    )
    lossy: bool = param(
        False, kind="flag", structural=True, doc="S is meant not to be unitary"
    )
    zeros: tuple[tuple[bool, ...], ...] = param((), structural=True, state="zeros")
    pins: int = param(2, low=1, kind="int", structural=True, state="pins")
    reversed: bool = param(False, structural=True, state="opposite")

    imported = True

    def __post_init__(self) -> None:
        rows, columns = np.shape(self.S)[-2:]
        if (
            rows != columns
            or rows != sum(self._counts)
            or len(self._counts) != self.pins
        ):
            message = (
                f"S is {rows} by {columns}, and {self.pins} pins with "
                f"{self._counts} channels need {sum(self._counts)} by "
                f"{sum(self._counts)}"
            )
            raise refuse(NetlistError, "QN345", message, help="mend S= or nch=")
        if not self.lossy:
            check_unitary(np.asarray(self.S, np.complex128))

    @property
    def ports(self) -> tuple[str, ...]:
        """All pins, by number."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    def channels(self) -> Counts:
        """Give the channels of each pin, as many out as in."""
        return tuple((n, n) for n in self._counts)

    def pattern(self) -> Bool:
        """Couple pins that no declared zeros keep apart."""
        return port_pattern(self.coupling(), self._counts)

    def coupling(self) -> Bool:
        """Couple channels that no declared zero keeps apart."""
        if not self.zeros:
            return np.ones((sum(self._counts),) * 2, bool)
        couples = ~np.array(self.zeros, bool)
        return couples.T if self.reversed and self.reverse == "transpose" else couples

    def smatrix(self, energy: Float) -> Complex:
        """Return the amplitudes as given, or for the reversed field."""
        S: Complex = (
            np.asarray(self.S, np.complex128) + unvaried(energy)[..., None, None]
        )
        return reverse_in_time(S, self.reverse) if self.reversed else S

    @property
    def _counts(self) -> tuple[int, ...]:
        return (1,) * self.pins if self.nch is None else tuple(self.nch)
