"""Data files that a netlist names: only regular ones, and of a kind that is read."""

import os

import pytest

import qnet
from qnet.diagnostics import NetlistError

CARD = 'T1 a V=1mV\nT2 b V=0\nS1 a b table file="{name}"\n.op\n'
TOUCHSTONE_2 = """[Version] 2.0
# GHz S RI R 50
[Number of Ports] 2
[Network Data]
1 0 0 1 0 1 0 0 0
[End]
"""


def fault(folder, name):
    netlist = folder / "a.qnet"
    netlist.write_text(CARD.format(name=name), "utf-8")
    (found,) = qnet.check(netlist)
    return found


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_called_missing(tmp_path, make):
    make(tmp_path / "x.npz")
    found = fault(tmp_path, "x.npz")
    assert found.code == "QN250"
    assert found.message.endswith("it is no regular file")


def test_a_link_out_of_the_folder_is_refused_like_the_file(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.npz").write_text("secret")
    (inside / "x.npz").symlink_to(tmp_path / "secret.npz")
    for name in ("x.npz", "../secret.npz", str(tmp_path / "secret.npz"), "/dev/zero"):
        found = fault(inside, name)
        assert found.code == "QN251"
        assert "secret" not in found.message


def test_a_folder_whose_name_begins_alike_is_another(tmp_path):
    """Components of a path are compared, not its letters."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data-secret").mkdir()
    (tmp_path / "data-secret" / "x.npz").write_text("secret")
    assert fault(tmp_path / "data", "../data-secret/x.npz").code == "QN251"


def test_touchstone_2_is_named(tmp_path):
    (tmp_path / "x.s2p").write_text(TOUCHSTONE_2)
    found = fault(tmp_path, "x.s2p")
    assert "'[Version] 2.0', a keyword of Touchstone 2; version 1 is read" in (
        found.message
    )


def test_a_netlist_that_is_not_unicode_is_refused(tmp_path):
    (tmp_path / "a.qnet").write_bytes(b"T1 a V=1mV\xff")
    with pytest.raises(NetlistError) as refused:
        qnet.run(tmp_path / "a.qnet")
    assert {one.code for one in refused.value.diagnostics} == {"QN250"}
