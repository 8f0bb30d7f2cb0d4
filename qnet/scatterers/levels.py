"""Any levels, any couplings: S from a Hamiltonian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, PhysicsError, refuse
from qnet.modelling.imported import block_pattern, check_unitary, refuse_outside_blocks
from qnet.registry import Complexes, Counts, Real, param, scatterer
from qnet.smatrix import Bool, Complex, Float, resonant

ROUNDING = 1e-12
"""Relative size of what two equal numbers, written with all digits, may differ by."""


@scatterer("levels", pins=())
@dataclass(frozen=True, eq=False, kw_only=True)
class Levels:
    r"""Closed system with levels H, coupled to leads by W.

         1 ──┆ ═══ ┆── 2
             ┆ ═══ ┆── …

    .. math:: S(E) = \sqrt{S_0}\left[1 - 2\pi i\, W^\dagger
        (E - H - iAB/1\mathrm{T} + i\pi W W^\dagger)^{-1} W\right]\sqrt{S_0}

    H is Hermitian, and A, what a field of one tesla adds, real and antisymmetric. W has
    a row a level and a column a channel. :math:`S_0` is a direct path past the levels
    (`direct`, else none), unitary. With the field turned round H and W are conjugated,
    and :math:`S_0` is transposed.

    References
    ----------
    C. Mahaux and H. A. Weidenmüller, Shell-Model Approach to Nuclear Reactions (1969).
    U. Fano, Phys. Rev. 124, 1866 (1961).
    """

    H: Complexes = param(kind="complex", axes=("level", "to"), doc="levels, in `unit`")
    A: Real | None = param(
        None, axes=("level", "to"), doc="part odd in the field, per tesla, in `unit`"
    )
    W: Complexes = param(
        kind="complex",
        axes=("level", "channel"),
        doc="couplings, in the root of `unit`",
    )
    direct: Complexes | None = param(
        None, kind="complex", axes=("out", "in"), doc="direct path past the levels"
    )
    unit: Real = param(1.0, unit="eV", above=0, doc="energy that H, A and W count in")
    nch: tuple[int, ...] | None = param(
        None, low=1, kind="int", axes=("pin",), structural=True, doc="channels per pin"
    )
    blocks: tuple[tuple[int, ...], ...] = param(
        (), low=1, kind="int", axes=("block", "pin"), structural=True,
        doc="groups of pins that do not couple",
    )  # fmt: skip
    ref: None = param(None, kind="weights", doc="lever arms")
    pins: int = param(2, low=1, kind="int", structural=True, state="pins")
    B: Real = param(0.0, unit="T", state="B")
    reversed: bool = param(False, structural=True, state="opposite")

    def __post_init__(self) -> None:
        levels, columns = np.shape(self.W)[-2:]
        total = sum(self._counts)
        shapes = {"H": (self.H, levels), "A": (self.A, levels)}
        for key, (value, size) in {**shapes, "direct": (self.direct, total)}.items():
            if value is not None and np.shape(value)[-2:] != (size, size):
                message = f"'{key}' has to be {size} by {size}"
                raise refuse(NetlistError, "QN345", message, help="mend it, or W=")
        if columns != total or len(self._counts) != self.pins:
            message = (
                f"W has {columns} columns, and {self.pins} pins with channels "
                f"{self._counts} need {total}"
            )
            raise refuse(NetlistError, "QN345", message, help="mend W= or nch=")
        self.pattern()
        _refuse_skew("H", np.asarray(self.H), 1)
        if self.A is not None:
            _refuse_skew("A", np.asarray(self.A), -1)
        if self.direct is not None:
            check_unitary(np.asarray(self.direct, np.complex128))

    @property
    def ports(self) -> tuple[str, ...]:
        """All pins, by number."""
        return tuple(f"{n + 1}" for n in range(self.pins))

    def channels(self) -> Counts:
        """Give the channels of each pin, as many out as in."""
        return tuple((n, n) for n in self._counts)

    def pattern(self) -> Bool:
        """Couple all pins, or those of one block."""
        return block_pattern(self.blocks, self.pins)

    def softness(self) -> Float:
        """Width of the sharpest resonance in eV: twice the imaginary part of a pole."""
        H, W = self._coupled()
        poles = np.linalg.eigvals(H - 1j * np.pi * W @ np.swapaxes(W.conj(), -1, -2))
        widths = -2 * poles.imag
        seen = widths > ROUNDING * np.max(widths, -1, keepdims=True)
        return np.asarray(self.unit) * np.where(seen, widths, np.inf).min(-1)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes at each energy and field."""
        H, W = self._coupled()
        S = resonant(energy / np.asarray(self.unit, float), H, W)
        if self.direct is not None:
            root = _unitary_root(np.asarray(self.direct, np.complex128))
            root = np.swapaxes(root, -1, -2) if self.reversed else root
            S = root @ S @ root
        refuse_outside_blocks(S, self.pattern(), self._counts)
        return S

    def _coupled(self) -> tuple[Complex, Complex]:
        """Levels (..., level, level) in the field, and couplings, in `unit`."""
        H = np.asarray(self.H, np.complex128)
        W = np.asarray(self.W, np.complex128)
        if self.reversed:
            H, W = H.conj(), W.conj()
        if self.A is not None:
            H = H + 1j * np.asarray(self.B)[..., None, None] * np.asarray(self.A)
        return H, W

    @property
    def _counts(self) -> tuple[int, ...]:
        return (1,) * self.pins if self.nch is None else tuple(self.nch)


def _refuse_skew(key: str, value: Complex | Float, sign: int) -> None:
    """Refuse H that is not Hermitian, or A that is not antisymmetric."""
    other = np.swapaxes(np.conj(value), -1, -2)
    if np.max(np.abs(value - sign * other)) > ROUNDING * np.max(np.abs(value)):
        kind = "Hermitian" if sign > 0 else "antisymmetric"
        raise refuse(
            PhysicsError,
            "QN523",
            f"'{key}' is not {kind}",
            why="levels of a closed system are real and conserve particles",
        )


def _unitary_root(S: Complex) -> Complex:
    """Square root of unitary matrices, symmetric for symmetric ones.

    By the Schur form, which is diagonal for a normal matrix; the eigenvectors of
    degenerate phases would not be orthogonal.
    """
    from scipy.linalg import schur

    roots = np.empty_like(S)
    for index in np.ndindex(S.shape[:-2]):
        T, Z = schur(S[index], output="complex")
        angle = np.angle(np.diagonal(T))
        # -1 may come with either sign of zero: one branch for all of its space.
        angle = np.where(angle < -np.pi + 1e-6, angle + 2 * np.pi, angle)
        roots[index] = (Z * np.exp(0.5j * angle)) @ Z.conj().T
    return roots
