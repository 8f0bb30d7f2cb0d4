"""What a sweep will take is told before it begins, and refused beyond the limit."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import LimitError
from qnet.limits import LIMITS, set_limit
from qnet.sweep.tile import Desk

NETLIST = """
.title A barrier and a wire
.param g=0.3 k=0
T1 s V=10uV
T2 d V=0
B1 s u T={g}
W1 u d phi={k}
.step g lin 200 0.1 0.9
.step k lin 200 0 7
.meas G1 G(T1,T1)
.gmatrix
"""


@pytest.fixture
def no_memory():
    share = LIMITS["matrix memory"].value
    set_limit("matrix memory", 1e-12)
    yield
    set_limit("matrix memory", share)


def test_an_estimate_covers_the_results_without_exaggerating():
    told = []
    report = qnet.run(NETLIST, announce=told.append)
    (estimate,) = told
    found = [
        *report.measures.values(), *report.certificates.values(),
        *(q for result in report.analyses for q in result.quantities.values()),
    ]  # fmt: skip
    held = sum(np.asarray(quantity.values).nbytes for quantity in found)
    assert estimate.points == 40_000
    assert held <= estimate.results <= 5 * held


def test_twice_the_points_need_twice_the_memory():
    told = []
    for text in (NETLIST, NETLIST.replace("g lin 200", "g lin 400")):
        qnet.run(text, announce=told.append)
    assert told[1].results == 2 * told[0].results


def test_what_does_not_fit_is_refused_before_a_tile_is_solved(no_memory, monkeypatch):
    monkeypatch.setattr(Desk, "explore", None)
    with pytest.raises(LimitError, match="QN814"):
        qnet.run(NETLIST)


def test_the_command_prints_it_before_the_start_and_the_peak_at_the_end(
    tmp_path, capsys
):
    path = tmp_path / "wire.qnet"
    path.write_text(NETLIST)
    assert main(["run", str(path)]) == 0
    before, after = capsys.readouterr().err.splitlines()
    assert "40,000 points in " in before
    assert re.fullmatch(r"qnet: it took [\d.]+ [MG]B of memory at the peak", after)
    assert main(["run", str(path), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    path.write_text(NETLIST.replace("lin 200", "lin 3"))
    assert main(["run", str(path)]) == 0
    assert capsys.readouterr().err == ""


def test_json_tells_the_peak_and_a_file_does_not(tmp_path, capsys):
    path, output = tmp_path / "wire.qnet", tmp_path / "answer.json"
    path.write_text(NETLIST.replace("lin 200", "lin 3"))
    assert main(["run", str(path), "--json", "-o", str(output)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["took"]["peak_memory"] > 2**24
    assert told["took"]["peak_memory_of_a_worker"] >= 0
    assert "took" not in output.read_text()


def test_memory_once_held_stays_in_the_peak():
    script = (
        "import numpy as np; from qnet.limits import peak_memory\n"
        "np.ones(2**24).sum(); print(*peak_memory())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    here, worker = map(int, done.stdout.split())
    assert 2**27 < here < 2**30
    assert worker == 0
