r"""Phase factors :math:`e^{i\varphi}`: what sweeps of coherent networks ask for most.

Sine and cosine come together from one reduction and two short polynomials, several
times faster than a complex exponential, and to the same last digit or two. NumPy does
it in passes over blocks that stay in the cache. The compiled loop, once a long run has
loaded it, does the same operations in the same order: no bit depends on which of the
two was at hand.

References
----------
W. J. Cody, W. Waite, Software Manual for the Elementary Functions (1980): reduction in
three parts. Coefficients: K. C. Ng's kernels of fdlibm (1993).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from qnet.compiled import when_loaded
from qnet.smatrix import Complex, Float

FARTHEST: Final = 1e6
"""Phases beyond this lose digits in the reduction, and go to NumPy's functions."""

BLOCK: Final = 8192
"""Numbers of a block: a dozen of them stay in a second-level cache."""

_PER_QUARTER: Final = 2 / np.pi
_QUARTER: Final = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
"""π/2 in three parts; multiples of the first two are exact up to `FARTHEST`."""

_SINE: Final = (
    1.58969099521155010221e-10, -2.50507602534068634195e-08,
    2.75573137070700676789e-06, -1.98412698298579493134e-04,
    8.33333333332248946124e-03, -1.66666666666666324348e-01,
)  # fmt: skip
_COSINE: Final = (
    -1.13596475577881948265e-11, 2.08757232129817482790e-09,
    -2.75573143513906633035e-07, 2.48015872894767294178e-05,
    -1.38888888888741095749e-03, 4.16666666666666019037e-02,
)  # fmt: skip


def phase_factor(phase: ArrayLike) -> Complex:
    r""":math:`e^{i\varphi}` of real phases.

    Parameters
    ----------
    phase : (...)
        In radians.

    Returns
    -------
    (...)
        Of modulus 1 to rounding; NaN where the phase is not finite.
    """
    given = np.asarray(phase, float)
    x = np.ascontiguousarray(given).reshape(-1)
    turned = np.empty(x.shape, complex)
    loop = when_loaded(turn_each)
    if loop is not None:
        loop(x, turned)
    else:
        for start in range(0, len(x), BLOCK):
            part = slice(start, start + BLOCK)
            _turn_block(x[part], turned[part])
    if not np.abs(x).max(initial=0.0) <= FARTHEST:  # nor where one is no number
        far = ~(np.abs(x) <= FARTHEST)
        with np.errstate(invalid="ignore"):
            turned[far] = np.cos(x[far]) + 1j * np.sin(x[far])
    return turned.reshape(given.shape)


def _turn_block(x: Float, turned: Complex) -> None:
    """Write cos x + i sin x, in passes over one block."""
    k, r, z, sine, cosine, part = np.empty((6, len(x)))
    with np.errstate(invalid="ignore", over="ignore"):
        np.multiply(x, _PER_QUARTER, out=k)
        k += 0.5
        np.floor(k, out=k)
        r[:] = x
        for quarter in _QUARTER:
            r -= np.multiply(k, quarter, out=part)
        np.multiply(r, r, out=z)
        np.multiply(z, _SINE[0], out=sine)
        np.multiply(z, _COSINE[0], out=cosine)
        for a, b in zip(_SINE[1:-1], _COSINE[1:-1], strict=True):
            sine += a
            sine *= z
            cosine += b
            cosine *= z
        sine += _SINE[-1]
        sine *= np.multiply(r, z, out=part)
        sine += r
        cosine += _COSINE[-1]
        cosine *= np.multiply(z, z, out=part)
        z *= -0.5
        z += 1.0
        cosine += z
        # Odd quarters swap the two; two quarters turn both round.
        half, odd, even, other = r, z, part, np.empty(len(x))
        np.floor(np.multiply(k, 0.5, out=half), out=half)
        np.subtract(k, np.multiply(half, 2.0, out=odd), out=odd)
        np.floor(np.multiply(half, 0.5, out=even), out=even)
        half -= np.multiply(even, 2.0, out=even)
        np.subtract(1.0, np.multiply(half, 2.0, out=half), out=half)
        np.subtract(1.0, odd, out=even)
        even *= half
        odd *= half
        np.multiply(sine, odd, out=other)
        np.subtract(np.multiply(cosine, even, out=k), other, out=k)
        turned.real = k
        np.multiply(sine, even, out=other)
        np.add(np.multiply(cosine, odd, out=k), other, out=k)
        turned.imag = k


def turn_each(x: Float, turned: Complex) -> None:
    """Write cos x + i sin x, number by number: what the compiled loop does."""
    for n in range(x.size):
        k = np.floor(x[n] * _PER_QUARTER + 0.5)
        r = x[n] - k * _QUARTER[0]
        r -= k * _QUARTER[1]
        r -= k * _QUARTER[2]
        z = r * r
        sine = z * _SINE[0]
        sine = (sine + _SINE[1]) * z
        sine = (sine + _SINE[2]) * z
        sine = (sine + _SINE[3]) * z
        sine = (sine + _SINE[4]) * z
        sine = (sine + _SINE[5]) * (r * z) + r
        cosine = z * _COSINE[0]
        cosine = (cosine + _COSINE[1]) * z
        cosine = (cosine + _COSINE[2]) * z
        cosine = (cosine + _COSINE[3]) * z
        cosine = (cosine + _COSINE[4]) * z
        cosine = (cosine + _COSINE[5]) * (z * z) + (-0.5 * z + 1.0)
        half = np.floor(0.5 * k)
        odd = k - 2.0 * half
        back = 1.0 - 2.0 * (half - 2.0 * np.floor(0.5 * half))
        even = (1.0 - odd) * back
        odd = odd * back
        turned[n] = complex(cosine * even - sine * odd, cosine * odd + sine * even)
