"""Constants of nature, SI 2019: a table, because importing SciPy's costs 0.25 s."""

from __future__ import annotations

from math import pi
from typing import Final

e: Final = 1.602176634e-19
"""Elementary charge, C."""
h: Final = 6.62607015e-34
"""Planck constant, J s."""
hbar: Final = h / (2 * pi)
"""Reduced Planck constant, J s."""
kB: Final = 1.380649e-23
"""Boltzmann constant, J/K."""
me: Final = 9.1093837139e-31
"""Electron mass, kg (CODATA 2022)."""
muB_J: Final = 9.2740100657e-24
"""Bohr magneton, J/T (CODATA 2022)."""

Gq: Final = e * e / h
"""Conductance quantum e²/h of one channel, S. No spin factor."""
G0: Final = 2 * Gq
"""2e²/h, S."""
RK: Final = h / (e * e)
"""von Klitzing constant h/e², Ω."""
Phi0: Final = h / e
"""Flux quantum h/e, Wb."""
L0: Final = pi * pi / 3 * (kB / e) ** 2
"""Lorenz number, W Ω/K²."""

kB_eV: Final = kB / e
"""Boltzmann constant, eV/K."""
h_eV: Final = h / e
"""Planck constant, eV s."""
hbar_eV: Final = hbar / e
"""Reduced Planck constant, eV s."""
muB_eV: Final = muB_J / e
"""Bohr magneton, eV/T."""
hbar2_2me: Final = hbar**2 / (2 * me) / e
"""ħ²/2mₑ, eV m²: what turns the square of a wave number into an energy."""
