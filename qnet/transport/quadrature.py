r"""Energy integrals of matrix-valued functions, adaptive and batched.

All open panels of all sweep points are evaluated in one call per level. On each panel
the integrand is read at Gauss-Lobatto nodes and expanded in Legendre polynomials; the
L2 norm of its last coefficients bounds the interpolation error, which is far above the
error of the integral itself and, unlike the difference of two rules, cannot vanish by
accident.

What is found without hints
---------------------------
The rule is closed: no energy lies between two panels unseen. Steps and kinks wider
apart than the nodes are bisected down to the tolerance. A resonance far narrower than
the nodes' spacing h leaves only its tail: Γ/h in amplitudes, (Γ/h)² in probabilities.
`integrate_guarded` therefore also resolves a *witness*, a smooth combination of
amplitudes such as `qnet.smatrix.amplitude_witness`: any simple pole above the tolerance
then shows in its coefficients, wherever it lies, and its panel is bisected until it is
resolved.

What is not
-----------
A feature that is exactly zero at all nodes, amplitudes included, such as a boxcar
filter narrower than the nodes' spacing: its edges must be given as break points. So
must poles whose width is below about 1e-13 of the panel, where amplitudes round.

References
----------
P. Gonnet, "Increasing the reliability of adaptive quadrature using explicit
interpolants", ACM Trans. Math. Softw. 37, 26 (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qnet.smatrix import Complex, Float
from qnet.transport.panels import (
    NODES,
    GuardedIntegrand,
    Integrand,
    Mesh,
    Panels,
    Values,
    bisect,
    compact,
    rows,
)

LEVELS: Final = 64
"""Bisections after which any panel is as narrow as the rounding of its energies."""
PANELS: Final = 4096
"""Open panels of one point and level beyond which an integrand counts as noise."""
BUDGET: Final = 2**22
"""Integrand values held at once; more are evaluated in several calls."""


@dataclass(frozen=True, slots=True, eq=False)
class Integral:
    """An energy integral with its certificate.

    Attributes
    ----------
    value : (*sweep, ...)
        The integral; integrand times eV.
    error : (*sweep,)
        Bound on the interpolation error, of the largest entry and the witness.
    tolerance : (*sweep,)
        What was asked for.
    mesh : Mesh
        Panels that resolve the integrand, to be used again.
    evaluations : int
        Energies at which each point was evaluated.
    """

    value: Values
    error: Float
    tolerance: Float
    mesh: Mesh
    evaluations: int

    @property
    def excess(self) -> Float:
        """Error over tolerance (*sweep,): the certificate is silent up to 1."""
        tiny = np.finfo(float).tiny
        return self.error / np.maximum(self.tolerance, tiny)


def integrate(
    function: Integrand,
    breaks: Float,
    *,
    rtol: float = 1e-10,
    atol: float = 0.0,
    noise: float = 1e-14,
    budget: int = BUDGET,
    entries: int = 64,
) -> Integral:
    """Integrate a matrix-valued function of energy, for all sweep points at once.

    Parameters
    ----------
    function : callable
        Takes energies (*points, nE) and returns values (*sweep, nE, ...). Where
        `breaks` has a sweep axis of length 1 the points along it share one mesh, and
        the values may have that axis at full length: amplitudes that do not depend on
        a swept voltage are then computed once. Values must be of one magnitude: scale
        (E - μ)ⁿ by (k_BT)ⁿ.
    breaks : (*points, n)
        Ascending break points, eV; the integral runs from the first to the last.
    rtol, atol : float
        Tolerance relative to the largest entry of the integral, and absolute.
    noise : float
        Relative rounding of the values; panels are not divided below it.
    budget : int
        Integrand values to hold at once.
    entries : int
        Numbers that the integrand works with at one energy, if these are more than
        its values.

    Returns
    -------
    Integral
    """

    def unguarded(energy: Float) -> tuple[Values, Complex]:
        return function(energy), _no_witness(energy)

    return integrate_guarded(
        unguarded,
        breaks,
        rtol=rtol,
        atol=atol,
        noise=noise,
        budget=budget,
        entries=entries,
    )


def integrate_guarded(
    function: GuardedIntegrand,
    breaks: Float,
    *,
    rtol: float = 1e-10,
    atol: float = 0.0,
    noise: float = 1e-14,
    budget: int = BUDGET,
    entries: int = 64,
) -> Integral:
    """Integrate a function on a mesh that also resolves a witness.

    As `integrate`, but `function` returns ``(values, witness)``: the witness must be
    resolved to the same absolute error as the values, and is not integrated. Weighted
    like the values, it uncovers any resonance whose weight could matter to them.

    Returns
    -------
    Integral
    """
    points = breaks.shape[:-1]
    panels = Panels(function, points, noise, budget // entries)
    pool = panels.evaluate(*compact(*rows(breaks)))
    evaluations = pool.low.shape[1] * NODES
    for _ in range(LEVELS):
        size = np.abs(pool.value.sum(1)).max(-1, initial=0.0)
        tolerance = np.maximum(np.maximum(atol, rtol * size), np.finfo(float).tiny)
        divided = pool.worst(tolerance)
        if not 0 < divided.sum(1).max(initial=0) <= PANELS:
            break
        halves = panels.evaluate(*bisect(pool.low, pool.high, divided))
        evaluations += halves.low.shape[1] * NODES
        pool = pool.replace(divided, halves)
    return Integral(
        value=panels.restore(pool.value.sum(1)),
        error=panels.restore_rows(pool.error.sum(1)),
        tolerance=panels.restore_rows(tolerance),
        mesh=Mesh(pool.low.reshape(*points, -1), pool.high.reshape(*points, -1)),
        evaluations=evaluations,
    )


def integrate_on(
    function: Integrand, mesh: Mesh, *, budget: int = BUDGET, entries: int = 64
) -> Values:
    """Integrate on a given mesh, without error control.

    For many integrands over energies that one of them has resolved.

    Parameters
    ----------
    function : callable
        As for `integrate`.
    mesh : Mesh
        Panels of the sweep points.
    budget, entries : int
        Integrand values to hold at once, and at one energy.

    Returns
    -------
    (*sweep, ...)
    """
    points = mesh.low.shape[:-1]

    def unguarded(energy: Float) -> tuple[Values, Complex]:
        return function(energy), _no_witness(energy)

    panels = Panels(unguarded, points, 0.0, budget // entries)
    rows = int(np.prod(points)), mesh.low.shape[-1]
    pool = panels.evaluate(mesh.low.reshape(rows), mesh.high.reshape(rows))
    return panels.restore(pool.value.sum(1))


def _no_witness(energy: Float) -> Complex:
    return np.zeros((*(1,) * energy.ndim, 0), complex)
