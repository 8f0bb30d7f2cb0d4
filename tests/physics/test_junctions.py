"""Junctions, rings and beam splitters."""

import numpy as np
import pytest
from wave_network import joined

from qnet.diagnostics import NetlistError
from qnet.discovery import models


def smatrix(name, energy=0.0, **keys):
    return models()[name].model(**keys).smatrix(np.asarray(energy, float))


@pytest.mark.parametrize(("pins", "T"), [(3, 4 / 9), (4, 1 / 4)])
def test_ideal_junction(pins, T):
    """Griffith, Trans. Faraday Soc. 49, 345 (1953); Shapiro, PRL 50, 747 (1983)."""
    S = smatrix("griffith", N=1, pins=pins)
    assert abs(S[1, 0]) ** 2 == pytest.approx(T)
    assert S[0, 0] == pytest.approx(2 / pins - 1)


def test_the_symmetric_three_way_junction_is_ideal():
    """Büttiker, Imry and Azbel, Phys. Rev. A 30, 1982 (1984), at ε = 4/9."""
    ideal = smatrix("griffith", N=1, pins=3)
    np.testing.assert_allclose(smatrix("junction", N=1), ideal, atol=1e-15)


@pytest.mark.parametrize("sym", [1, -1])
def test_three_way_junction_by_its_coupling(sym):
    eps = 0.3
    S = smatrix("junction", N=1, eps=eps, sym=sym)
    c = sym * np.sqrt(1 - 2 * eps)
    a, b = (c - 1) / 2, (c + 1) / 2
    np.testing.assert_allclose(S[0], [-(a + b), np.sqrt(eps), np.sqrt(eps)])
    np.testing.assert_allclose(S[1:, 1:], [[a, b], [b, a]])


def ring(eps, theta, flux):
    """Arms of phase θ, the flux shared between them."""
    node = smatrix("junction", N=1, eps=eps)
    upper = smatrix("wire", N=1, phi=theta, flux=flux / 2)
    lower = smatrix("wire", N=1, phi=theta, flux=-flux / 2)
    # ports: 0 1 2 | 3 4 5 | 6 7 | 8 9
    return joined([node, node, upper, lower], [(1, 6), (7, 4), (2, 8), (9, 5)])


@pytest.mark.parametrize(
    ("eps", "phi", "expected"),
    [
        (0.5, 0.0, 1.0),
        (0.5, 0.7, 0.99579913),
        (0.5, 2.5, 0.31285204),
        (0.25, 0.0, 0.11865838),
        (0.25, 0.7, 0.13579652),
        (0.25, 2.5, 0.999973),
    ],
)
def test_aharonov_bohm_ring(eps, phi, expected):
    """Büttiker, Imry and Azbel (1984); Gefen, Imry and Azbel, PRL 52, 129 (1984)."""
    S = ring(eps, 1.3, phi / (2 * np.pi))
    assert abs(S[1, 0]) ** 2 == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(S, ring(eps, 1.3, -phi / (2 * np.pi)).T, atol=1e-14)


def mach_zehnder(TA, TB, phi):
    """Two beam splitters and the edges between them; outputs 3, 4 for input 1."""
    first = smatrix("splitter", N=1, T=TA)[2:, :2]
    second = smatrix("splitter", N=1, T=TB)[2:, :2]
    phase = smatrix("edge", phase=phi)[0, 0]
    return second @ np.diag([phase, 1.0]) @ first


@pytest.mark.parametrize(
    ("phi", "expected"), [(0.0, 0.01100111), (1.0, 0.21740487), (np.pi, 0.90899889)]
)
def test_mach_zehnder_interferometer(phi, expected):
    """Ji et al., Nature 422, 415 (2003): R_A R_B + T_A T_B - 2√(…) cos φ."""
    S = mach_zehnder(0.3, 0.6, phi)
    assert abs(S[0, 0]) ** 2 == pytest.approx(expected, abs=1e-7)
    np.testing.assert_allclose(S.conj().T @ S, np.eye(2), atol=1e-15)


def test_mach_zehnder_visibilities():
    fringes = np.abs([mach_zehnder(0.3, 0.6, phi) for phi in (0.0, np.pi)]) ** 2
    seen = np.abs(fringes[1] - fringes[0]) / (fringes[1] + fringes[0])
    assert seen[0, 0] == pytest.approx(0.9760845, rel=1e-6)
    assert seen[1, 0] == pytest.approx(0.8314794, rel=1e-6)


@pytest.mark.parametrize("key", ["T", "R", "Z"])
def test_barriers_by_any_name(key):
    """T = 1 - R = 1/(1 + Z²): Blonder, Tinkham and Klapwijk (1982)."""
    value = {"T": 0.2, "R": 0.8, "Z": 2.0}[key]
    S = smatrix("barrier", N=2, phase=0.4, **{key: value})
    turn = np.exp(0.4j)
    np.testing.assert_allclose(S[:2, :2], np.sqrt(0.8) * turn * np.eye(2))
    np.testing.assert_allclose(S[2:, :2], 1j * np.sqrt(0.2) * turn * np.eye(2))


def test_a_list_of_transmissions_counts_the_channels():
    model = models()["splitter"].model(Tn=np.array([1.0, 0.3]))
    assert model.channels() == ((2, 2),) * 4
    T = np.abs(model.smatrix(np.array(0.0))) ** 2
    np.testing.assert_allclose(np.diag(T[4:6, :2]), [1, 0.3])
    np.testing.assert_allclose(np.diag(T[6:, :2]), [0, 0.7])


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({}, "QN341: nothing fixes the transmission"),
        ({"T": 0.5, "Z": 1.0}, "QN341: 'T' and 'Z' both fix the transmission"),
    ],
)
@pytest.mark.parametrize("name", ["barrier", "splitter"])
def test_a_transmission_is_given_once(name, keys, fault):
    with pytest.raises(NetlistError, match=fault):
        models()[name].model(**keys)


def test_a_list_that_contradicts_the_count_is_refused():
    model = models()["barrier"].model(N=3, Tn=np.array([1.0, 0.3]))
    with pytest.raises(NetlistError, match="QN342: N=3, and 2 channels are listed"):
        model.channels()


def test_a_strong_barrier_does_not_round_away():
    S = smatrix("barrier", N=1, Z=1e9)
    assert abs(S[1, 0]) == pytest.approx(1e-9, rel=1e-12)
    assert smatrix("barrier", N=1, Z=1e300)[0, 0] == 1


def test_wall_turns_by_half_a_wave():
    assert smatrix("wall", N=1)[0, 0] == pytest.approx(-1)
    assert smatrix("wall", N=1, phase=np.pi / 2)[0, 0] == pytest.approx(1j)
