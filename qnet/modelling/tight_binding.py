"""Recursive Green's function of a strip on a square lattice."""

from __future__ import annotations

import numpy as np

from qnet.smatrix import Bool, Complex, Float


def strip_smatrix(energy: Float, sites: Float, hop: Complex) -> Complex:
    r"""S of a strip between two clean leads of its width, without a field in them.

    Columns are added one at a time; Fisher and Lee's relation gives the amplitudes,

    .. math:: S_{ab} = -\delta_{ab} + i\sqrt{\Gamma_a}\,G_{ab}\sqrt{\Gamma_b},

    between the transverse modes of the leads, phases counted at the first and the last
    column.

    Parameters
    ----------
    energy : (...)
        In units of the hopping.
    sites : (..., column, row)
        Energies of the sites.
    hop : (..., row)
        Amplitude to hop from a column to the next one, -1 without a field.

    Returns
    -------
    (..., 2 rows, 2 rows)
        A channel outside its band reflects with -1.

    References
    ----------
    D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981).
    P. A. Lee and D. S. Fisher, Phys. Rev. Lett. 47, 882 (1981): the recursion.
    """
    columns, rows = sites.shape[-2:]
    n = np.arange(1, rows + 1)
    modes = np.sqrt(2 / (rows + 1)) * np.sin(np.pi * np.outer(n, n) / (rows + 1))
    subbands = 4 - 2 * np.cos(np.pi * n / (rows + 1))
    self_energy, width = _lead(np.asarray(energy)[..., None] - subbands)
    lead = (modes * self_energy[..., None, :]) @ modes
    one = np.eye(rows, dtype=np.complex128)
    across = -np.eye(rows, k=1) - np.eye(rows, k=-1)
    onward: Complex = np.asarray(hop)[..., :, None] * np.eye(rows)
    backward = onward.conj()

    def inverse(column: int, self_energies: Complex) -> Complex:
        """Green's function of one column, its neighbours as self-energies."""
        level = np.asarray(energy)[..., None] - sites[..., column, :]
        matrix = level[..., None] * np.eye(rows) - across - self_energies
        green = np.linalg.solve(matrix, np.broadcast_to(one, matrix.shape))
        return np.asarray(green, np.complex128)

    first = last = there = back = inverse(0, lead + (lead if columns == 1 else 0))
    for column in range(1, columns):
        beyond = lead if column == columns - 1 else 0
        last = inverse(column, onward @ last @ backward + beyond)
        first = first + back @ backward @ last @ onward @ there
        there, back = last @ onward @ there, back @ backward @ last
    root = np.sqrt(width)
    blocks = [[first, back], [there, last]]
    inner = [
        [
            1j * root[..., :, None] * (modes @ G @ modes) * root[..., None, :]
            for G in row
        ]
        for row in blocks
    ]
    S: Complex = np.concatenate([np.concatenate(row, -1) for row in inner], -2)
    return S - np.eye(2 * rows)


def _lead(above: Float) -> tuple[Complex, Float]:
    """Self-energy of each mode, and its width: zero outside the band.

    Parameters
    ----------
    above : (..., mode)
        Energy from the middle of the mode's band, which is 4 hoppings wide.
    """
    z = -above / 2
    inside: Bool = np.abs(z) < 1
    sine = np.sqrt(np.where(inside, 1 - z**2, 0.0))
    # The wave that decays, as a fraction that does not cancel.
    far = np.where(inside, 2.0, np.abs(z))
    decays = np.sign(z) / (far + np.sqrt(far**2 - 1))
    return np.where(inside, -(z + 1j * sine), -decays), 2 * sine
