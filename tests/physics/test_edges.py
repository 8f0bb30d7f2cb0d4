"""Chiral and helical edges, probes along them, and the network of plaquettes."""

from dataclasses import replace

import numpy as np
import pytest

from qnet.constants import hbar_eV
from qnet.diagnostics import NetlistError, PhysicsError
from qnet.discovery import models
from qnet.registry import ReservoirKind

AT_FERMI = np.array(0.0)


def model(name, **keys):
    return models()[name].model(**keys)


def test_an_edge_runs_one_way_and_the_other_in_the_reversed_field():
    """Büttiker, Phys. Rev. B 38, 9375 (1988)."""
    edge = model("edge", nu=2)
    assert edge.channels() == ((2, 0), (0, 2))
    assert replace(edge, sign_B=-1).channels() == ((0, 2), (2, 0))
    assert edge.pattern().tolist() == [[False, False], [True, False]]


def test_an_anomalous_edge_follows_the_magnetization():
    edge = model("edge", anomalous=True, sign_B=0, sign_M=-1)
    assert edge.channels() == ((0, 1), (1, 0))


@pytest.mark.parametrize(
    ("keys", "state"),
    [({"sign_B": 0}, "field"), ({"anomalous": True, "sign_M": 0}, "magnetization")],
)
def test_an_edge_without_a_sense_is_refused(keys, state):
    edge = model("edge", **keys)
    with pytest.raises(PhysicsError, match=f"QN510: .* without a {state}"):
        edge.channels()


def test_edge_phases():
    E, L, v = np.array([1e-4]), 1e-6, 1e5
    edge = model("edge", phase=0.3, flux=0.2, L=L, v=v)
    phase = 0.3 + 0.4 * np.pi + E[0] * L / (hbar_eV * v)
    assert edge.smatrix(E)[0, 0, 0] == pytest.approx(np.exp(1j * phase))


def test_phase_is_lost_channel_by_channel():
    edge = model("edge", nu=2, L=1e-6, lphi=5e-7, slices=2, phase=0.4)
    pieces = {part.suffix: part.model for part in edge.parts()}
    assert list(pieces) == ["w1", "p1", "w2", "p2", "w3"]
    probe = pieces["p1"]
    assert probe.eps == pytest.approx(1 - np.exp(-1))
    assert [own.suffix for own in probe.own_reservoirs()] == ["1", "2"]
    assert {own.kind for own in probe.own_reservoirs()} == {ReservoirKind.DEPHASING}
    turned = sum(pieces[w].phase for w in ("w1", "w2", "w3"))
    assert turned == pytest.approx(0.4)


def test_channels_equilibrate_over_leq():
    """A shared voltage probe: both channels leave it with its one distribution."""
    edge = model("edge", nu=2, L=1e-6, leq=1e-6, lphi=1e-6)
    pieces = {part.suffix: part.model for part in edge.parts()}
    assert list(pieces) == ["w1", "p1", "q1", "w2"]
    (own,) = pieces["q1"].own_reservoirs()
    assert (own.suffix, own.kind, own.ports) == ("", ReservoirKind.NORMAL, (2, 3))


def test_helical_pair_scatters_back_only_when_told_to():
    """Roth et al., Science 325, 294 (2009): protected as long as G is not given."""
    free, magnetic = model("helical"), model("helical", G=0.3)
    assert free.pattern().tolist() == [[False, True], [True, False]]
    assert np.all(magnetic.pattern())
    T = np.abs(magnetic.smatrix(AT_FERMI)) ** 2
    np.testing.assert_allclose(T, [[0.3, 0.7], [0.7, 0.3]])


def test_backscattering_adds_up_over_dephased_slices():
    """G/(1-G), the four-terminal resistance, is a sum over incoherent pieces."""
    pair = model("helical", G=0.6, L=1e-6, lphi=1e-7, slices=4)
    pieces = [part.model for part in pair.parts() if part.suffix[0] == "w"]
    assert sum(p.G / (1 - p.G) for p in pieces) == pytest.approx(0.6 / 0.4)


@pytest.mark.parametrize("randomise", [False, True])
def test_spins_keep_their_probes_unless_randomised(randomise):
    pair = model("helical", L=1e-6, lphi=1e-6, randomise=randomise)
    probe = next(part.model for part in pair.parts() if part.suffix == "p1")
    owns = probe.own_reservoirs()
    assert [own.suffix for own in owns] == (["1"] if randomise else ["1.f", "1.b"])


@pytest.mark.parametrize(
    ("name", "key"),
    [("wire", "k"), ("wire", "v"), ("wire", "lphi"), ("edge", "v"), ("edge", "lphi"),
     ("edge", "leq"), ("helical", "lphi")],
)  # fmt: skip
def test_a_length_scale_needs_a_length(name, key):
    with pytest.raises(NetlistError, match=f"QN340: '{key}' needs the length"):
        model(name, **{key: 1.0})


def test_in_line_probe_leaks_and_gives_back():
    """Büttiker, IBM J. Res. Dev. 32, 63 (1988), ε = .3; pins first, then the probe."""
    T = np.abs(model("probe", N=1, eps=0.3).smatrix(AT_FERMI)) ** 2
    expected = [[0, 0.7, 0, 0.3], [0.7, 0, 0.3, 0], [0.3, 0, 0.7, 0], [0, 0.3, 0, 0.7]]
    np.testing.assert_allclose(T, expected, atol=1e-15)


@pytest.mark.parametrize(
    ("forward", "conductance"), [(False, 1 - 0.4 / 2), (True, 1.0)]
)
def test_a_floating_probe_on_a_perfect_wire(forward, conductance):
    """Büttiker, Phys. Rev. B 33, 3020 (1986): G = 1 - ε/2; onward re-emission: 1."""
    probe = model("probe", N=1, eps=0.4, forward=forward)
    T = np.abs(probe.smatrix(AT_FERMI)) ** 2
    K = np.eye(4) - T
    owns = [list(own.ports) for own in probe.own_reservoirs()]
    groups = [[0], [1], *owns]
    lumped = np.array([[K[np.ix_(a, b)].sum() for b in groups] for a in groups])
    # Currents of the floating reservoirs vanish: eliminate them.
    reduced = lumped[:2, :2] - lumped[:2, 2:] @ np.linalg.solve(
        lumped[2:, 2:], lumped[2:, :2]
    )
    assert reduced[0, 0] == pytest.approx(conductance)
    assert reduced[0, 1] == pytest.approx(-conductance)


def test_reversed_in_time_a_probe_onward_serves_the_other_way():
    probe = model("probe", N=1, eps=0.3, forward=True)
    turned = replace(probe, reversed=True)
    np.testing.assert_allclose(turned.smatrix(AT_FERMI), probe.smatrix(AT_FERMI).T)
    assert np.all(turned.pattern() == probe.pattern().T)


def test_plaquette_at_the_transition_splits_evenly():
    """Chalker and Coddington, J. Phys. C 21, 2665 (1988): t = (1 + e^{2x})^{-1/2}."""
    x = np.array([-400.0, 0.0, 0.7, 400.0])
    S = model("plaquette", x=x, phases=np.array([0.0, 0.0])).smatrix(np.zeros(4))
    np.testing.assert_allclose(
        np.abs(S[:, 0, 0]) ** 2, [1, 0.5, 1 / (1 + np.exp(1.4)), 0], atol=1e-300
    )
    np.testing.assert_allclose(S[:, 1, 0], -S[:, 0, 1])


def test_plaquette_phases_stand_on_the_links_behind():
    S = model("plaquette", phases=np.array([0.3, 1.2])).smatrix(AT_FERMI)
    assert np.angle(S[0, 0]) == pytest.approx(0.3)
    assert np.angle(S[1, 1]) == pytest.approx(1.2)


def test_plaquettes_of_one_seed_are_alike_and_others_are_not():
    def drawn(**keys):
        return model("plaquette", **keys).smatrix(AT_FERMI)

    assert np.all(drawn(seed=1.0) == drawn(seed=1.0))
    assert np.all(drawn(seed=1.0) != drawn(seed=2.0))
    assert np.all(drawn(seed=1.0) != drawn(seed=1.0, sample=1.0))


@pytest.mark.parametrize(
    "keys", [{"seed": 1.0, "phases": np.zeros(2)}, {"phases": np.zeros(3)}]
)
def test_plaquette_phases_are_two_and_given_once(keys):
    with pytest.raises(NetlistError, match=r"QN34[14]"):
        model("plaquette", **keys)
