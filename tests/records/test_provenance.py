"""What decides the numbers is told when somebody reads it, and stays as it was."""

import pickle

import pytest

import qnet
from qnet.limits import LIMITS, set_limit
from qnet.records import provenance
from qnet.records.provenance import Provenance

SWEPT = "T1 a V=1mV\nT2 b\nB1 a b T=0.5\n.step EF lin 3 0eV 1meV\n.op\n"


def test_versions_are_looked_up_once_and_only_when_read(monkeypatch):
    asked = []
    monkeypatch.setattr(provenance, "_versions", lambda: asked.append(1) or "all")
    told = qnet.run(SWEPT).provenance
    assert not asked
    assert [told["versions"], told["versions"]] == ["all", "all"]
    assert asked == [1]


def test_limits_are_those_of_the_run():
    before = LIMITS["samples"].value
    told = qnet.run(SWEPT).provenance
    try:
        set_limit("samples", 7)
        assert f'"samples": {before}' in told["limits"]
    finally:
        set_limit("samples", before)


def test_it_is_a_mapping_that_travels():
    told = qnet.run(SWEPT).provenance
    assert isinstance(told, Provenance)
    again = pickle.loads(pickle.dumps(told))
    assert again == dict(told) == told
    with pytest.raises(KeyError):
        told["weather"]
