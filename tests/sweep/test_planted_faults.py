"""Faults planted between the scatterers and the answer: unitary, and still wrong."""

from dataclasses import replace
from functools import wraps

import numpy as np
import pytest

import qnet
from qnet.network import condensate, flow, graph, matrix, retrace
from qnet.scatterers.barrier import Barrier
from qnet.transport.newton import Newton
from tests.independent.drawn import cold, is_sound

THREE = """
.param kL=1
T1 a V=1mV
T2 b V=0
T3 c V=0
Y1 a u1 l1
W1 u1 u2 phi={kL} flux=0.1
B1 u2 u3 T=0.3 phase=0.2
W2 l1 l2 phi={2*kL}
Y2 l2 l3 b
W3 l3 l4 phi={0.7*kL} flux=0.2
Y3 c u3 l4
.meas g G(T1,T1)
.step kL list 1 2 3
"""
TUNNEL = """
.param t=1e-10
T1 a V=1mV
T2 b V=0
B1 a m T={t}
W1 m n phi=0.4
B2 n b T=2e-5
.meas g G(T1,T1)
.step t list 1e-10 1e-9 1e-5
"""
SUPER = THREE.replace("T3 c V=0", "T3 c V=0 type=sc Delta=1meV phase={0.3*kL}")
SPINS = f".options spin=full\n{SUPER}"
MAJORANA = THREE.replace("T3 c V=0", "S3 c majorana G=0.1meV")
DEVICES = [THREE, SUPER, SPINS, MAJORANA]
of_devices = pytest.mark.parametrize("device", DEVICES)
BIASED = """
.temp 2K
.param v=1mV
T1 a V={v}
T2 b V=0
D1 a m E0=0.3meV GL=0.2meV GR=0.1meV
P1 m type=thermal
D2 m b E0=-0.2meV GL=0.1meV GR=0.4meV
.options response=full
.meas g I(T1)
.step v list 0.5mV 1mV 2mV
"""


def spoil(monkeypatch, room, name, change):
    """Let a function of a room give something else."""
    honest = getattr(room, name)

    @wraps(honest)
    def wrong(*arguments):
        return change(honest(*arguments))

    monkeypatch.setattr(room, name, wrong)


def of_S(change):
    """Change S of every island."""

    def wrong(found):
        S = np.array(found.S)
        return replace(found, S=change(S))

    return wrong


def is_withheld(text):
    report = qnet.run(text)
    assert "QN545" in {found.code for found in report.diagnostics}
    assert not report.passed
    return bool(np.isnan(report.measures["g"].values).all())


def worst(text, name):
    return float(np.max(qnet.run(text).certificates[name].values))


def transmission(text):
    """T of a netlist without steps; None where it is withheld."""
    try:
        return qnet.run(text)["tmatrix"]["T"].values
    except qnet.PhysicsError as refused:
        codes = {found.code for found in refused.diagnostics}
    return None if codes == {"QN545"} else pytest.fail(str(codes))


@pytest.mark.parametrize("text", [*DEVICES, TUNNEL])
def test_an_honest_device_matches_at_its_joints(text):
    report = qnet.run(text)
    assert report.passed
    assert not {found.code for found in report.diagnostics} & {"QN545", "QN546"}
    assert float(report.certificates["wave matching"].values.max()) < 1e-14
    assert float(report.certificates["weak conductances"].values.max()) < 1e-12


@of_devices
def test_two_ports_of_a_unitary_S_taken_for_one_another_are_withheld(
    monkeypatch, device
):
    def swap(S):
        width = 1 if S.shape[-2] == 3 else 2  # spins, or electrons and holes
        order = np.arange(S.shape[-2])
        order[: 2 * width] = np.roll(order[: 2 * width], width)
        return S[..., order, :]

    spoil(monkeypatch, flow, "island_matrix", of_S(swap))
    assert worst(device, "composed unitarity") < 1e-13
    assert is_withheld(device)


@pytest.mark.parametrize("at", [0, 1])
def test_either_of_the_two_points_looked_at_tells_of_a_fault(monkeypatch, at):
    found = iter([at == 0, at == 1])
    honest = retrace.retrace

    def spoilt(*arguments):
        again = honest(*arguments)
        return replace(again, charge=again.charge * 1.01) if next(found) else again

    monkeypatch.setattr(retrace, "retrace", spoilt)
    last_is_narrowest = THREE.replace("list 1 2 3", "list 3 2 1")
    assert worst(last_is_narrowest, "wave matching") > 1e-4
    assert next(found, None) is None


@of_devices
def test_a_unitary_S_turned_round_is_withheld(monkeypatch, device):
    spoil(monkeypatch, flow, "island_matrix", of_S(lambda S: np.swapaxes(S, -1, -2)))
    assert worst(device, "composed unitarity") < 1e-13
    assert is_withheld(device)


def test_a_block_turned_round_before_it_is_joined_is_withheld(monkeypatch):
    """Unitary and complete: a wire whose flux has the wrong sign."""
    honest = matrix.Composer.join

    def wrong(self, cells):
        turned = [
            replace(c, values=c.values[..., [0, 2, 1, 3]])
            if c.values.shape[-1] == 4
            else c
            for c in cells
        ]
        return honest(self, turned)

    monkeypatch.setattr(matrix.Composer, "join", wrong)
    assert worst(THREE, "composed unitarity") < 1e-13
    assert is_withheld(THREE)


@of_devices
def test_two_joints_wired_crosswise_are_withheld(monkeypatch, device):
    def cross(partner):
        inner = np.flatnonzero(partner >= 0)
        first = inner[0]
        second = inner[-1]
        wrong = partner.copy()
        a, b = partner[first], partner[second]
        wrong[[first, second, a, b]] = second, first, b, a
        return wrong

    spoil(monkeypatch, graph, "_partners", cross)
    assert worst(device, "composed unitarity") < 1e-13
    assert is_withheld(device)


@of_devices
def test_a_link_dropped_is_withheld_or_mended(monkeypatch, device):
    """An island that lost unitarity is solved once more, from its scatterers."""
    honest, ours = matrix.Composer.join, qnet.run(device).measures["g"].values

    def wrong(self, cells):
        cut = [replace(cells[0], values=cells[0].values * 0), *cells[1:]]
        return honest(self, cut)

    monkeypatch.setattr(matrix.Composer, "join", wrong)
    theirs = qnet.run(device).measures["g"].values
    good = np.isfinite(theirs)
    np.testing.assert_allclose(theirs[good], ours[good], rtol=1e-12)


@of_devices
def test_one_amplitude_off_by_a_billionth_is_flagged(monkeypatch, device):
    def add(S):
        S[..., 0, 2] += 1e-9
        return S

    spoil(monkeypatch, flow, "island_matrix", of_S(add))
    codes = {found.code for found in qnet.run(device).diagnostics}
    assert codes & {"QN545", "QN546"}
    assert 1e-11 < worst(device, "wave matching") < 1e-8


def test_a_percent_of_a_tunnelling_conductance_is_withheld(monkeypatch):
    """1e-14 e²/h, and every sum rule holds to rounding."""

    def scale(S):
        S[..., 0, 1] *= 1.01
        return S

    spoil(monkeypatch, flow, "island_matrix", of_S(scale))
    assert worst(TUNNEL, "sum rules") < 1e-11
    assert is_withheld(TUNNEL)


def test_a_percent_both_ways_is_seen_by_solving_once_more(monkeypatch):
    def scale(S):
        S[..., [0, 1], [1, 0]] *= 1.01
        return S

    spoil(monkeypatch, flow, "island_matrix", of_S(scale))
    assert worst(TUNNEL, "sum rules") < 1e-11
    assert is_withheld(TUNNEL)


def test_a_barrier_that_lets_more_through_one_way_is_withheld(monkeypatch):
    honest = Barrier.smatrix

    def wrong(self, energy):
        S = np.array(honest(self, energy))
        S[..., 0, 1] *= 1.01
        return S

    monkeypatch.setattr(Barrier, "smatrix", wrong)
    assert is_withheld(TUNNEL)


@pytest.mark.parametrize("seed", range(6))
def test_any_two_leads_of_a_random_network_exchanged_are_seen(monkeypatch, seed):
    """Unless they are equal to every reservoir that measures them."""
    random = np.random.default_rng(seed)
    while not is_sound(network := cold(int(random.integers(10**6)))):
        pass
    text = network.netlist(".op", ".tmatrix")
    honest = qnet.run(text)
    assert float(honest.certificates["wave matching"].values.max()) < 1e-12

    def swap(S):
        leads = S.shape[-2]
        order = np.arange(leads)
        order[: leads // 2 * 2] = (
            order[: leads // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
        )
        return S[..., order, :]

    spoil(monkeypatch, flow, "island_matrix", of_S(swap))
    theirs = transmission(text)
    if theirs is not None:
        ours = honest["tmatrix"]["T"].values
        np.testing.assert_allclose(theirs, ours, atol=1e-9 * abs(ours).max())


def test_an_honest_working_point_solves_its_equations_to_rounding():
    report = qnet.run(BIASED)
    assert report.passed
    defect = report.certificates["backward error"].values
    assert 0 < float(defect.max()) < 30


@pytest.mark.parametrize(("share", "code"), [(1e-12, "QN546"), (1e-9, "QN545")])
def test_a_probe_that_is_off_beyond_linear_response_is_seen(monkeypatch, share, code):
    honest = Newton.run

    def wrong(self, *begin):
        state, settled = honest(self, *begin)
        return replace(state, voltage=state.voltage * (1 + share)), settled

    monkeypatch.setattr(Newton, "run", wrong)
    codes = {found.code for found in qnet.run(BIASED).diagnostics}
    assert code in codes


@pytest.mark.parametrize("device", [SUPER, SPINS])
def test_a_hole_that_comes_back_with_the_wrong_phase_is_withheld(monkeypatch, device):
    honest = condensate.double

    def wrong(N, mirrors, alpha, phase):
        return honest(N, mirrors, 1j * alpha, phase)

    monkeypatch.setattr(condensate, "double", wrong)
    assert worst(device, "composed unitarity") < 1e-13
    assert is_withheld(device)
