"""Planted faults: what is wrong inside is flagged, refused, withheld."""

import json
from functools import wraps

import numpy as np
import pytest

import qnet
from qnet.certificate import THRESHOLDS
from qnet.cli import main
from qnet.diagnostics import PhysicsError
from qnet.scatterers.barrier import Barrier
from qnet.scatterers.junction import Junction

RING = """
.param kL=1
T1 s V=1mV
T2 d V=0
Y1 s u1 l1
W1 u1 u2 phi={kL} flux=0.1
B1 u2 u3 T=0.3 phase=0.2
W2 l1 u4 phi={kL} flux=-0.1
Y2 d u3 u4
.op
.meas g G(T1,T1)
.meas here V(T1)
"""
SWEPT = RING + ".step kL list 1 2 3\n"


def spoil(monkeypatch, model, change):
    """Let a scatterer give a wrong S."""
    honest = model.smatrix

    @wraps(honest)
    def wrong(self, energy):
        return change(np.array(honest(self, energy)))

    monkeypatch.setattr(model, "smatrix", wrong)


def add(size, where=(..., 0, 1)):
    def change(S):
        S[where] += size
        return S

    return change


def test_an_honest_ring_is_neither_flagged_nor_withheld():
    codes = {found.code for found in qnet.run(SWEPT).diagnostics}
    assert not codes & {"QN545", "QN546"}


@pytest.mark.parametrize("model", [Barrier, Junction])
def test_one_entry_off_by_a_billionth_is_flagged(monkeypatch, model):
    spoil(monkeypatch, model, add(1e-9))
    report = qnet.run(SWEPT)
    assert "QN546" in {found.code for found in report.diagnostics}
    assert float(report.certificates["composed unitarity"].values.max()) > 1e-10


@pytest.mark.parametrize("model", [Barrier, Junction])
def test_one_entry_off_by_a_thousandth_is_withheld(monkeypatch, model):
    spoil(monkeypatch, model, add(1e-3))
    report = qnet.run(SWEPT)
    assert np.isnan(report.measures["g"].values).all()
    assert np.isnan(report["op"]["current"].values).all()
    assert not report.passed
    assert "QN545" in {found.code for found in report.diagnostics}
    held = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert held["measures"]["g"]["values"] == [None, None, None]
    assert all(x is not None for x in held["certificates"]["sum rules"]["values"])


def test_without_steps_nothing_is_left_to_give(monkeypatch):
    spoil(monkeypatch, Junction, add(1e-3))
    with pytest.raises(PhysicsError, match="composed unitarity"):
        qnet.run(RING)


def test_a_link_that_carries_nothing_is_withheld(monkeypatch):
    def cut(S):
        S[..., 1, :] = 0
        return S

    spoil(monkeypatch, Junction, cut)
    assert np.isnan(qnet.run(SWEPT).measures["g"].values).all()


def test_two_rows_taken_for_one_are_withheld(monkeypatch):
    def double(S):
        S[..., 1, :] = S[..., 2, :]
        return S

    spoil(monkeypatch, Junction, double)
    assert np.isnan(qnet.run(SWEPT).measures["g"].values).all()


def test_a_block_turned_round_breaks_reciprocity(monkeypatch):
    """Still unitary: only the reversed field can tell."""
    from qnet.scatterers.matrix import Matrix

    turned = "T1 a V=1mV\nT2 b V=0\nT3 c V=0\nS1 a b c matrix "
    turned += "S=[[0.6, 0.8j, 0], [0, 0, 1], [0.8j, 0.6, 0]]\n.op\n.field 1T\n"
    assert qnet.run(turned).passed
    honest = Matrix.smatrix
    monkeypatch.setattr(
        Matrix,
        "smatrix",
        lambda self, energy: (
            np.swapaxes(honest(self, energy), -1, -2)
            if self.reversed
            else honest(self, energy)
        ),
    )
    report = qnet.run(turned)
    (failed,) = [audit for audit in report.audits if not audit.passed]
    assert failed.name == "G(B) = G(-B)ᵀ"


def test_only_the_bad_points_of_a_sweep_are_withheld(monkeypatch):
    honest = Barrier.smatrix

    def wrong(self, energy):
        S = np.array(honest(self, energy))
        bad = np.broadcast_to(self.T, S.shape[:-2]) > 0.5
        return S * np.where(bad, 0.9, 1.0)[..., None, None]

    monkeypatch.setattr(Barrier, "smatrix", wrong)
    swept = RING.replace("T=0.3", "T={t}") + ".param t=0.1\n.step t list 0.1 0.7 0.3\n"
    found = qnet.run(swept).measures["g"].values
    assert np.isnan(found).tolist() == [False, True, False]


def test_flags_are_errors_when_asked_to_be_strict(monkeypatch, tmp_path, capsys):
    path = tmp_path / "ring.qnet"
    path.write_text(SWEPT)
    spoil(monkeypatch, Barrier, add(1e-9))
    assert main(["run", str(path)]) == 0
    assert main(["run", str(path), "--strict"]) == 1
    assert "QN546" in capsys.readouterr().err


def test_what_is_withheld_is_what_would_be_wrong():
    assert {name for name, limit in THRESHOLDS.items() if limit.withholds} == {
        "composed unitarity",
        "current conservation",
        "sum rules",
        "weak conductances",
        "wave matching",
        "backward error",
        "quadrature error",
    }


def test_a_strip_at_its_threshold_is_refused_with_the_physical_reason():
    with pytest.raises(qnet.PhysicsError) as refused:
        qnet.run(
            "T1 a V=1mV\nT2 b V=0\n"
            "S1 a b strip width=3nm length=4nm t=1eV\n.fermi 2eV\n.op"
        )
    first = refused.value.diagnostics[0]
    assert first.code == "QN545"
    assert "a channel just opens" in first.why
