"""Diffusive wire: many weak scatterers in series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qnet.diagnostics import NetlistError, refuse
from qnet.modelling.ensembles import drawn, haar, mirrored
from qnet.registry import INFER, Counts, Real, both_ways, param, scatterer
from qnet.smatrix import Complex, Float, in_series, unvaried


@scatterer("diffusive")
@dataclass(frozen=True, eq=False, kw_only=True)
class Diffusive:
    r"""Disordered wire of N channels, L/l mean free paths long.

         left  ═══ · · ˙ · ˙ ═══  right

    Slices in series, each with

    .. math:: T = \frac{1}{1 + L/(l\,\mathrm{slices})}

    in every channel, between random rotations of the channels: the isotropic model
    behind the Dorokhov-Mello-Pereyra-Kumar equation, which is its limit of thin slices.
    ⟨G⟩ = N/(1 + L/l) for N ≫ L/l; in two dimensions l is π/2 mean free paths.
    `beta` is 1 with time reversal, 2 without, 4 with spin-orbit coupling (for
    spin-resolved circuits).

    References
    ----------
    O. N. Dorokhov, JETP Lett. 36, 318 (1982).
    P. A. Mello, P. Pereyra and N. Kumar, Ann. Phys. 181, 290 (1988).
    C. W. J. Beenakker, Rev. Mod. Phys. 69, 731 (1997), section III.
    """

    N: int = param(INFER, low=1, kind="int", structural=True, doc="channels")
    L: Real = param(unit="m", low=0, doc="length")
    l: Real = param(unit="m", above=0, doc="mean free path of the isotropic model")
    beta: int = param(1, low=1, high=4, kind="int", structural=True, doc="1, 2 or 4")
    seed: Real = param(low=0, doc="whole number that fixes the disorder")
    slices: int = param(
        100,
        low=1,
        high=100_000,
        kind="int",
        structural=True,
        doc="scatterers in series",
    )
    sample: Real = param(0.0, low=0, state="sample")
    reversed: bool = param(False, structural=True, state="opposite")

    ports = ("left", "right")

    def __post_init__(self) -> None:
        if self.beta == 3:
            message = "beta=3 is no symmetry class"
            raise refuse(NetlistError, "QN347", message, help="1, 2 or 4")

    @property
    def spinful(self) -> bool:
        """Whether channels come with both spins."""
        return self.beta == 4

    def channels(self) -> Counts:
        """Give N both ways at both ends, twice with spin."""
        if self.spinful and isinstance(self.N, int):
            return both_ways(2 * self.N, 2)
        return both_ways(self.N, 2)

    def smatrix(self, energy: Float) -> Complex:
        """Amplitudes of this wire."""
        ratio = np.asarray(self.L) / np.asarray(self.l) + unvaried(energy)
        per_slice = (ratio / self.slices)[..., None, None]
        r, t = np.sqrt(per_slice / (1 + per_slice)), 1 / np.sqrt(1 + per_slice)
        rotations = drawn(self._rotations, self.seed, self.sample)
        S = _slice(rotations[..., 0, :, :, :], r, t)
        for k in range(1, self.slices):
            S = in_series(S, _slice(rotations[..., k, :, :, :], r, t))
        return np.swapaxes(S, -1, -2) if self.reversed and self.beta == 2 else S

    def _rotations(self, stream: np.random.SeedSequence) -> Complex:
        """Rotations (slice, way, n, n): in and out on the left, then on the right."""
        random = np.random.default_rng(stream)
        n = 2 * self.N if self.spinful else self.N
        onward = haar(random, n, self.slices, 2)
        if self.beta == 2:
            back = haar(random, n, self.slices, 2)
        else:
            back = mirrored(onward, self.beta)
        return np.stack([onward, back], 2).reshape(self.slices, 4, n, n)


def _slice(rotations: Complex, r: Float, t: Float) -> Complex:
    """One scatterer of amplitudes r, t between its rotations."""
    left_in, left_out, right_in, right_out = np.moveaxis(rotations, -3, 0)
    return np.block(
        [
            [-r * (left_out @ left_in), t * (left_out @ right_in)],
            [t * (right_out @ left_in), r * (right_out @ right_in)],
        ]
    )
