"""Cavities, diffusive wires and strips: averages of random scattering.

Sample means are held to five standard errors.
"""

import numpy as np
import pytest

from qnet.constants import Phi0
from qnet.diagnostics import LimitError, NetlistError
from qnet.discovery import models

AT_FERMI = np.array(0.0)


def model(name, **keys):
    return models()[name].model(**keys)


def conductances(scatterer):
    S = scatterer.smatrix(AT_FERMI)
    half = S.shape[-1] // 2
    return np.sum(np.abs(S[..., half:, :half]) ** 2, axis=(-2, -1))


def close_in_the_mean(values, expected):
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 5 * error + 1e-12


@pytest.mark.parametrize(
    ("beta", "spins", "shift"), [(1, 1, 1.0), (2, 1, 0.0), (4, 2, -0.5)]
)
def test_mean_conductance_of_a_cavity(beta, spins, shift):
    """Baranger and Mello; Jalabert, Pichard and Beenakker (1994).

    ⟨G⟩ = N²/(2N - 1 + 2/β) for N channels a lead, N of them with both spins at β = 4.
    """
    N = 3
    cavity = model("cavity", nch=(N, N), beta=beta, seed=np.arange(3000.0))
    close_in_the_mean(conductances(cavity), spins * N**2 / (2 * N + shift))


def test_weak_localisation_and_universal_fluctuations():
    """Beenakker, Rev. Mod. Phys. 69, 731 (1997): δg → -1/4, var g → 1/8β, N = 20."""
    N = 20
    g = conductances(model("cavity", nch=(N, N), beta=1, seed=np.arange(800.0)))
    close_in_the_mean(g, N**2 / (2 * N + 1))
    assert np.mean(g) - N / 2 == pytest.approx(-0.25, abs=0.07)
    assert np.var(g) == pytest.approx(1 / 8, rel=0.2)


@pytest.mark.parametrize(("beta", "share"), [(1, np.sqrt(0.1)), (2, 0.1)])
def test_distribution_with_one_channel_a_lead(beta, share):
    """P(T) = ½ T^{-1/2} (COE), 1 (CUE): Jalabert et al. (1994)."""
    T = conductances(model("cavity", nch=(1, 1), beta=beta, seed=np.arange(4000.0)))
    close_in_the_mean((T < 0.1).astype(float), share)


def test_contacts_reflect_directly_in_the_mean():
    """Poisson kernel, Brouwer, Phys. Rev. B 51, 16878 (1995): ⟨S⟩ = √(1 - Γ)."""
    contacts = np.array([0.36, 1.0])
    cavity = model(
        "cavity", nch=(1, 2), beta=2, seed=np.arange(4000.0), contacts=contacts
    )
    S = cavity.smatrix(AT_FERMI)
    for out, in_, expected in [(0, 0, 0.8), (1, 1, 0), (2, 1, 0), (0, 1, 0)]:
        close_in_the_mean(S[:, out, in_].real, expected)
        close_in_the_mean(S[:, out, in_].imag, 0)


def test_a_seed_fixes_a_cavity_and_a_sample_draws_another():
    def cavity(**keys):
        return model("cavity", seed=7.0, **keys).smatrix(AT_FERMI)

    assert np.all(cavity() == cavity())
    several = cavity(sample=np.array([0.0, 1.0, 0.0]))
    assert np.all(several[0] == cavity())
    assert np.all(several[2] == several[0])
    assert not np.any(several[1] == several[0])


@pytest.mark.parametrize(
    ("keys", "code"),
    [({"nch": (1, 1, 1)}, "QN344"), ({"beta": 3}, "QN347"),
     ({"contacts": np.ones(3)}, "QN344")],
)  # fmt: skip
def test_cavities_that_do_not_fit_are_refused(keys, code):
    with pytest.raises(NetlistError, match=code):
        model("cavity", seed=1.0, **keys)


@pytest.mark.parametrize("beta", [1, 2, 4])
def test_a_diffusive_wire_obeys_ohm_with_its_contacts(beta):
    """⟨G⟩ = N/(1 + s) + (1 - 2/β)(s/(1 + s))³/3, s = L/l.

    P. A. Mello and A. D. Stone, Phys. Rev. B 44, 3559 (1991); corrections of order 1/N.
    """
    N, s = 10, 3.0
    wire = model(
        "diffusive", N=N, L=s, l=1.0, beta=beta, seed=np.arange(100.0), slices=60
    )
    spins = 2 if beta == 4 else 1
    g = conductances(wire) / spins
    expected = N / (1 + s) + (1 - 2 / beta) / 3 * (s / (1 + s)) ** 3
    assert np.mean(g) == pytest.approx(expected, abs=0.02 + 5 * np.std(g) / 10)
    variance = {1: 2 / 15, 2: 1 / 15, 4: 1 / 30}[beta]
    assert np.var(g) == pytest.approx(variance, rel=0.7)


def test_a_wire_of_no_length_is_perfect():
    wire = model("diffusive", N=2, L=0.0, l=1.0, seed=1.0, slices=5)
    assert conductances(wire) == pytest.approx(2)


def test_diffusive_wires_know_three_classes():
    with pytest.raises(NetlistError, match="QN347"):
        model("diffusive", N=2, L=1.0, l=1.0, seed=1.0, beta=3)


def test_a_clean_strip_counts_its_subbands():
    """Thresholds of the lattice: E_n = 2t(1 - cos πn/(W + 1)) from the bottom."""
    width, t = 12, 0.4
    strip = model("strip", width=width * 1e-9, length=7e-9, t=t)
    thresholds = 2 * t * (1 - np.cos(np.pi * np.arange(1, width + 1) / (width + 1)))
    E = np.linspace(0.01, 0.75, 30)  # below the first upper band edge
    S = strip.smatrix(E)
    G = np.sum(np.abs(S[:, width:, :width]) ** 2, axis=(-2, -1))
    opened = np.sum((E[:, None] > thresholds) & (E[:, None] < thresholds + 4 * t), 1)
    np.testing.assert_allclose(G, opened, atol=1e-10)


def test_phases_of_a_clean_strip_are_those_of_its_length():
    strip = model("strip", width=1e-9, length=7e-9)
    E = 0.3 + 2.0  # one row: subband at 4 - 2cos(π/2) = 4 hoppings, its bottom at 2
    k = np.arccos((4 - E) / 2)
    t = strip.smatrix(np.array(E))[1, 0]
    assert t == pytest.approx(np.exp(7j * k))


def dense_strip(strip, E):
    """Fisher and Lee's S from the inverse of the whole strip at once."""
    rows, columns = round(strip.width / strip.a), round(strip.length / strip.a) + 1
    stream = np.random.SeedSequence(int(strip.seed), spawn_key=(0,))
    energies = np.random.default_rng(stream).uniform(-0.5, 0.5, (columns, rows))
    n = np.arange(1, rows + 1)
    modes = np.sqrt(2 / (rows + 1)) * np.sin(np.pi * np.outer(n, n) / (rows + 1))
    k = np.arccos((4 - 2 * np.cos(np.pi * n / (rows + 1)) - E) / 2 + 0j)
    k = np.where(k.imag < 0, -k, k)
    y = n - (rows + 1) / 2
    hop = -np.exp(2j * np.pi * strip.B * strip.a**2 / Phi0 * y)
    H = np.diag((4 + strip.disorder * energies).ravel()).astype(complex)
    for c in range(columns):
        for r in range(rows):
            site = c * rows + r
            if r + 1 < rows:
                H[site, site + 1] = H[site + 1, site] = -1
            if c + 1 < columns:
                H[site + rows, site] = hop[r]
                H[site, site + rows] = hop[r].conj()
    lead = modes @ np.diag(-np.exp(1j * k)) @ modes
    H[:rows, :rows] += lead
    H[-rows:, -rows:] += lead
    ends = np.r_[:rows, rows * (columns - 1) : rows * columns]
    both = np.kron(np.eye(2), modes)
    G = both @ np.linalg.inv(E * np.eye(len(H)) - H)[np.ix_(ends, ends)] @ both
    root = np.tile(np.sqrt(np.where(np.abs(k.imag) < 1e-12, 2 * np.sin(k.real), 0)), 2)
    return 1j * root[:, None] * G * root - np.eye(2 * rows)


@pytest.mark.parametrize("E", [0.3, 1.0, 4.1])
def test_recursion_equals_inversion_of_the_whole_strip(E):
    """Lee and Fisher, Phys. Rev. Lett. 47, 882 (1981); disorder and a field."""
    strip = model("strip", width=6e-9, length=8e-9, disorder=1.5, seed=4.0, B=60.0)
    np.testing.assert_allclose(
        strip.smatrix(np.array(E)), dense_strip(strip, E), atol=1e-12
    )


def test_a_field_guides_electrons_along_the_side_that_it_pushes_them_to():
    """The force on charge -e moving along +x in a field along +z points to +y.

    An absorber on the upper rows eats what runs to the right, not what runs back.
    """
    from qnet.modelling.tight_binding import strip_smatrix

    rows, columns = 20, 40
    y = np.arange(rows) - (rows - 1) / 2
    hop = -np.exp(2j * np.pi * 0.1 * y)  # a tenth of a flux quantum a plaquette
    sites = np.full((columns, rows), 4.0 + 0j)
    sites[10:30, rows - 6 :] -= 0.5j
    S = strip_smatrix(np.array(1.1), sites, hop)  # between the first Landau levels
    to_right = np.sum(np.abs(S[rows:, :rows]) ** 2)
    to_left = np.sum(np.abs(S[:rows, rows:]) ** 2)
    assert to_right < 1e-3
    assert to_left == pytest.approx(1, abs=0.05)


def test_strips_need_a_seed_and_a_size():
    with pytest.raises(NetlistError, match="QN349"):
        model("strip", width=1e-9, length=1e-9, disorder=0.1)
    with pytest.raises(LimitError, match="QN811"):
        model("strip", width=1e-4, length=1e-9)
    with pytest.raises(LimitError, match="QN810"):
        model("strip", width=1e-6, length=1e-3)
