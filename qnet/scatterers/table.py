"""A scatterer that was computed or measured: S from a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.datafiles import Tabulated, read_table
from qnet.modelling.gridded import linear, nearest
from qnet.modelling.imported import (
    block_pattern,
    check_sums,
    check_unitary,
    largest_turn,
    refuse_outside_blocks,
    reverse_in_time,
    with_closed_reflecting,
)
from qnet.registry import Counts, Real, param, scatterer
from qnet.smatrix import Bool, Complex, Float, unvaried


@scatterer("table", pins=(), flags={"lossy": {"lossy": True}})
@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """Scatterer given on a grid of energies and fields.

         1 ──┐      ┌── 3
             │ file │
         2 ──┘      └── …

    A NumPy archive holds arrays ``S`` ([E,] [B,] out, in), ``E``, ``B``, ``nch``; a CSV
    table has columns ``E B re_1_1 im_1_1 …`` (out, in); in a Touchstone file the energy
    is h times the frequency. Amplitudes are those of the nearest grid point: phases of
    modes are arbitrary in most solvers, and between two points mean nothing.
    ``kind=probability`` interpolates |S|² linearly, for scatterers between reservoirs.
    A channel whose row and column are zero is closed there, and reflects with -1.
    Beyond its grid a table knows nothing. Data for one sign of the field serve the
    other by `reverse`, or by the table under the prefix `minus`, where B counts by its
    size.
    """

    file: str = param(kind="file", structural=True, doc=".npz, .csv or Touchstone .sNp")
    key: str = param(
        "", kind="text", structural=True, doc="prefix of the arrays' names"
    )
    Eunit: Real = param(1.0, unit="eV", above=0, doc="energy that E counts in")
    Bunit: Real = param(1.0, unit="T", above=0, doc="field that B counts in")
    nch: tuple[int, ...] | None = param(
        None, low=1, kind="int", axes=("pin",), structural=True, doc="channels per pin"
    )
    blocks: tuple[tuple[int, ...], ...] = param(
        (), low=1, kind="int", axes=("block", "pin"), structural=True,
        doc="groups of pins that do not couple",
    )  # fmt: skip
    minus: str | None = param(
        None, kind="text", structural=True, doc="prefix of the data for -B"
    )
    reverse: str = param(
        "transpose",
        kind="choice",
        choices=("transpose", "same", "refuse"),
        structural=True,
        doc="what a reversed field does",
    )
    kind: str = param(
        "amplitude",
        kind="choice",
        choices=("amplitude", "probability"),
        structural=True,
        doc="what is read between grid points",
    )
    lossy: bool = param(
        False, kind="flag", structural=True, doc="S is meant not to be unitary"
    )
    pins: int = param(2, low=1, kind="int", structural=True, state="pins")
    B: Real = param(0.0, unit="T", state="B")
    reversed: bool = param(False, structural=True, state="opposite")

    imported = True

    def __post_init__(self) -> None:
        for table in (self._table, self._minus):
            if table is None:
                continue
            if table.is_probability and self.kind != "probability":
                message = f"'{Path(self.file).name}' holds probabilities, no amplitudes"
                cure = "write kind=probability"
                raise refuse(NetlistError, "QN353", message, help=cure)
            if table.S.shape[-1] != sum(self._counts) or len(self._counts) != self.pins:
                message = (
                    f"the table has {table.S.shape[-1]} channels, and {self.pins} pins "
                    f"with {self._counts} need {sum(self._counts)}"
                )
                raise refuse(NetlistError, "QN345", message, help="mend nch=")
            if not self.lossy:
                if table.is_probability:
                    check_sums(with_closed_reflecting(table.S, 1.0))
                else:
                    check_unitary(with_closed_reflecting(table.S))
            refuse_outside_blocks(table.S, self.pattern(), self._counts)

    @property
    def ports(self) -> tuple[str, ...]:
        """All pins, by number."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    @property
    def incoherent(self) -> bool:
        """Whether only |S|² is known: then every pin must be at a reservoir."""
        return self.kind == "probability"

    def channels(self) -> Counts:
        """Give the channels of each pin, as many out as in."""
        return tuple((n, n) for n in self._counts)

    def pattern(self) -> Bool:
        """Couple all pins, or those of one block."""
        return block_pattern(self.blocks, self.pins)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes at the nearest grid point, or roots of probabilities between."""
        forward, minus = self._table, self._minus
        if forward.B is None:
            if not self.reversed:
                return self._read(forward, energy, None)
            if minus is not None:
                return self._read(minus, energy, None)
            return reverse_in_time(self._read(forward, energy, None), self.reverse)
        field = np.asarray(self.B) / np.asarray(self.Bunit)
        known = (field >= forward.B[0]) & (field <= forward.B[-1])
        if np.all(known):
            return self._read(forward, energy, field)
        ahead = self._read(forward, energy, np.where(known, field, -field))
        other = (
            self._read(minus, energy, np.abs(field))
            if minus is not None
            else reverse_in_time(ahead, self.reverse)
        )
        return np.where(known[..., None, None], ahead, other)

    def phase_turn(self) -> tuple[float, float, float]:
        """Largest turn of a phase between neighbouring energies, and these, eV."""
        S, E = self._grid()
        return largest_turn(S, E) if E.size > 1 else (0.0, 0.0, 0.0)

    def openings(self) -> tuple[float, ...]:
        """Energies in eV between which and the one before channels open or close."""
        S, E = self._grid()
        is_open = np.any(S != 0, axis=-1)
        changes = np.any(is_open[1:] != is_open[:-1], axis=(-2, -1))
        return tuple(E[1:][changes].tolist())

    def roughness(self) -> tuple[float, float, float]:
        """Largest change of a probability between neighbouring energies, and these."""
        S, E = self._grid()
        if self.kind == "probability" or E.size < 2:
            return 0.0, 0.0, 0.0
        change = np.max(np.abs(np.diff(np.abs(S) ** 2, axis=0)), axis=(1, 2, 3))
        k = int(np.argmax(change))
        return float(change[k]), float(E[k]), float(E[k + 1])

    def _grid(self) -> tuple[Complex, Float]:
        """S (energy, field, out, in) and its energies in eV, none without an axis."""
        table = self._table
        if table.E is None:
            return table.S, np.zeros(0)
        scale = self.Eunit if table.E_unit is None else table.E_unit
        return table.S, table.E * float(np.max(np.asarray(scale)))

    def _read(self, table: Tabulated, energy: Float, field: Float | None) -> Complex:
        scale = self.Eunit if table.E_unit is None else table.E_unit
        E = np.asarray(energy) / np.asarray(scale)
        B = unvaried(energy) if field is None else field + unvaried(energy)
        E = np.zeros((1,) * E.ndim) if table.E is None else E
        axes = (("E", table.E, E), ("B", table.B, B))
        if self.kind == "probability":
            P = table.S if table.is_probability else np.abs(table.S) ** 2 + 0j
            between = linear(with_closed_reflecting(P, 1.0).real, axes)
            return np.sqrt(np.maximum(between, 0.0)) + 0j
        return with_closed_reflecting(nearest(table.S, axes))

    @property
    def _table(self) -> Tabulated:
        return read_table(self.file, self.key)

    @property
    def _minus(self) -> Tabulated | None:
        if self.minus is None:
            return None
        table = read_table(self.file, self.minus)
        if table.B is None or table.B[-1] > 0:
            return table
        return replace(table, S=table.S[:, ::-1], B=-table.B[::-1])

    @property
    def _counts(self) -> tuple[int, ...]:
        if self.nch is not None:
            return tuple(self.nch)
        return self._table.nch or (1,) * self.pins
