"""Results read again: reports from files, and runs that have nothing left to do."""

import json

import numpy as np
import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import StorageError
from qnet.output.export import json_checksum
from qnet.records.custody import dump, verify
from qnet.sweep.tile import Desk

NETLIST = """
.title A barrier, its matrix, its noise and its spectrum
.param g=0.5 k=1
.field 0T
T1 a V=1mV
T2 b V=0
B1 a w T={g}
W1 w b phi=0.3 flux={B*1Phi0/1T}
B3 b q T=0.2
P3 q
.op
.smatrix
.noise T1
.noise T2
.spectrum -1meV 1meV 5
.step zip(g k) list (0.2 1) (0.4 2) (1.2 4)
.step B lin 4 0T 0.3T
.meas conductance G(T1,T1)
.meas largest max conductance
.print {I(T1)/V(T1)} conductance
.plot conductance vs g
.assert k > 0
"""
SUFFIXES = [".nc", ".npz", ".json", ".csv", ".raw", ".ascii.raw", ".parquet"]


@pytest.fixture
def netlist(tmp_path):
    path = tmp_path / "wire.qnet"
    path.write_text(NETLIST)
    return path


def words(report):
    """A report as JSON without the places of its findings."""
    held = report.to_dict()
    hidden = {"file", "others"}
    held["diagnostics"] = [
        {key: value for key, value in found.items() if key not in hidden}
        for found in held["diagnostics"]
        if found["code"] != "QN707"
    ]
    return json.dumps(held)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_complete_run_is_answered_from_its_file(netlist, monkeypatch, suffix):
    output = netlist.with_name(f"out{suffix}")
    first = qnet.run(netlist, output=output)
    assert verify(output) == []
    monkeypatch.setattr(Desk, "explore", None)
    again = qnet.run(netlist, output=output, resume=True)
    assert words(again) == words(first)
    assert again.diagnostics[-1].code == "QN707"
    assert words(qnet.load(output)) == words(first)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_file_tells_what_its_numbers_come_from(netlist, suffix):
    output = netlist.with_name(f"out{suffix}")
    qnet.run(netlist, output=output, overrides={"k": "2"})
    told = qnet.load(output).provenance
    assert told["netlist"] == NETLIST
    assert json.loads(told["overrides"]) == {"k": "2"}
    assert json.loads(told["versions"])["numpy"] == np.__version__
    assert json.loads(told["limits"])["sweep points"] > 0
    assert "seed" in told
    text = "\n".join(dump(output))
    assert "T1 a V=1mV" in text
    assert str(netlist.parent) not in text


@pytest.mark.parametrize("suffix", [".nc", ".csv"])
def test_a_complete_run_of_another_netlist_is_no_answer(netlist, suffix):
    output = netlist.with_name(f"out{suffix}")
    qnet.run(netlist, output=output)
    netlist.write_text(NETLIST.replace("T=0.2", "T=0.3"))
    with pytest.raises(StorageError, match="QN704") as refusal:
        qnet.run(netlist, output=output, resume=True)
    assert refusal.value.diagnostics[0].why == "-B3 b q T=0.2; +B3 b q T=0.3"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_file_is_no_answer(netlist, suffix):
    output = netlist.with_name(f"out{suffix}")
    qnet.run(netlist, output=output)
    data = bytearray(output.read_bytes())
    data[len(data) // 2] ^= 1
    output.write_bytes(data)
    with pytest.raises(StorageError, match="QN705"):
        qnet.run(netlist, output=output, resume=True)


def test_what_is_no_result_is_neither_an_answer_nor_replaced(netlist):
    for suffix in SUFFIXES:
        output = netlist.with_name(f"out{suffix}")
        output.write_text("precious")
        with pytest.raises(StorageError, match="QN705"):
            qnet.run(netlist, output=output, resume=True)
        assert output.read_text() == "precious"


def test_the_command_prints_the_answer_of_a_complete_run(netlist, capsys):
    output = netlist.with_name("out.nc")
    command = ["run", str(netlist), "-o", str(output)]
    assert main(command) == 0
    first = capsys.readouterr().out
    assert main([*command, "--resume"]) == 0
    told = capsys.readouterr()
    assert told.out == first
    assert "'out.nc' is complete" in told.err


def test_two_cards_of_one_kind_both_stand_in_a_file(netlist):
    output = netlist.with_name("out.nc")
    whole = qnet.run(netlist, output=output)
    noises = [r for r in qnet.load(output).analyses if r.analysis == "noise"]
    ours = [r for r in whole.analyses if r.analysis == "noise"]
    assert len(noises) == 2
    for one, other in zip(ours, noises, strict=True):
        for name, quantity in one.quantities.items():
            found = other[name]
            np.testing.assert_array_equal(found.values, quantity.values)


def test_a_file_beside_a_table_is_not_replaced_by_accident(netlist):
    beside = netlist.with_name("out.csv.json")
    beside.write_text("precious")
    with pytest.raises(StorageError, match="QN711"):
        qnet.run(netlist, output=netlist.with_name("out.csv"))
    assert beside.read_text() == "precious"


def sealed(output, **changes):
    """Change a result and put the right checksum on it."""
    told = json.loads(output.read_text("utf-8")) | changes
    told["checksum"] = json_checksum(told)
    output.write_text(json.dumps(told), "utf-8")


def test_a_run_that_is_not_complete_is_no_sound_file(netlist):
    output = netlist.with_name("out.json")
    qnet.run(netlist, output=output)
    sealed(output, complete=False)
    assert verify(output) == ["the file is not complete"]


@pytest.mark.parametrize("suffix", [".nc", ".json"])
def test_verify_names_the_assert_that_does_not_hold(netlist, suffix):
    output = netlist.with_name(f"out{suffix}")
    qnet.run(netlist, output=output, overrides={"k": "0"})
    netlist.write_text(NETLIST.replace("assert k > 0", "assert k > 3"))
    output.unlink()
    qnet.run(netlist, output=output)
    (fault,) = verify(output)
    assert fault.startswith("does not hold: k > 3")


def test_verify_names_a_certificate_beyond_its_limit(netlist):
    output = netlist.with_name("out.json")
    qnet.run(netlist, output=output)
    certificates = json.loads(output.read_text("utf-8"))["certificates"]
    name = "current conservation"
    worse = np.full(np.shape(certificates[name]["values"]), 1e-3).tolist()
    sealed(output, certificates={**certificates, name: {"values": worse}})
    assert verify(output) == [f"{name} is 0.001, refused above 1e-08"]


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "precious", "\x00"])
def test_json_that_is_no_result_is_refused_whatever_is_asked(netlist, text):
    output = netlist.with_name("out.json")
    output.write_text(text)
    for ask in (verify, qnet.load, lambda path: list(dump(path))):
        with pytest.raises(StorageError, match="QN705"):
            ask(output)


def test_a_result_without_what_a_report_needs_is_damaged(netlist):
    output = netlist.with_name("out.json")
    qnet.run(netlist, output=output)
    sealed(output, analyses=[{"analysis": "op"}])
    with pytest.raises(StorageError, match="QN705"):
        qnet.load(output)
