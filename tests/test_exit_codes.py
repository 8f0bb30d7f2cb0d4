"""The exit codes of the command, each brought about in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qnet.records.store import locked

ROOT = Path(__file__).parents[1]
GOOD = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\n.op\n"
MARKED = (
    ".param t=0.5\nT1 a V=1mV\nP1 p\nB1 a p T={t}\n.meas v V(P1)\n.step t list 0 0.5\n"
)
LONG = """
.param x=1
.temp 1K
T1 a V=1mV
T2 b V=0
D1 a m E0={x*1meV} GL=0.2meV GR=0.1meV
P1 m type=thermal
D2 m b E0=0.3meV GL=0.1meV GR=0.2meV
.options response=full
.meas g I(T1)
.step x lin 200000 -3 3
"""
SECONDS = 5
"""In which a signal ends a run."""


def command(*words):
    return [sys.executable, "-m", "qnet", *map(str, words)]


def qnet(folder, *words, text=GOOD):
    (folder / "a.qnet").write_text(text, "utf-8")
    return subprocess.run(
        command(*words), cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (GOOD, (), 0),
        (MARKED, (), 0),
        (MARKED, ("--strict",), 1),
        (f"{MARKED}.assert v > 0\n", (), 1),
        (f"{GOOD}.assert I(T1) < 0\n", (), 1),
        (GOOD.replace("T2 b V=0", "T2 b V=0\nR1 b 0 0"), (), 1),
        (GOOD.replace("T=0.5", "T=1.5"), (), 2),
        (GOOD.replace("T=0.5", "T=0.5 N=20000"), (), 2),
        (GOOD, ("--limit", "elements=0"), 2),
        (GOOD, ("-o", "out.txt"), 2),
        (GOOD, ("--no-such-option",), 2),
    ],
)
def test_what_a_run_came_to(tmp_path, text, words, code):
    done = qnet(tmp_path, "run", "a.qnet", *words, text=text)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_flag_is_an_error_only_where_that_is_asked_for(tmp_path):
    S = "S=[[0.6, 0.8], [0.8, -0.5999999999]]"
    text = GOOD.replace("B1 a b T=0.5", f"S1 a b matrix {S}")
    assert qnet(tmp_path, "run", "a.qnet", text=text).returncode == 0
    strict = qnet(tmp_path, "run", "a.qnet", "--strict", text=text)
    assert strict.returncode == 1
    assert "QN546" in strict.stderr


def test_a_defect_is_one_line_and_a_report(tmp_path):
    program = (
        "import sys; from qnet import verbs; from qnet.cli import main\n"
        "verbs.limits = lambda options: 1 / 0\n"
        "sys.exit(main(['limits']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 70
    (line,) = done.stderr.splitlines()
    (report,) = tmp_path.iterdir()
    assert report.name in line
    assert "ZeroDivisionError" in report.read_text("utf-8")


def test_an_output_that_another_run_writes_is_worth_another_try(tmp_path):
    with locked(tmp_path / "out.nc"):
        done = qnet(tmp_path, "run", "a.qnet", "-o", "out.nc")
    assert done.returncode == 75
    assert str(os.getpid()) in done.stderr


def alive(group):
    """Processes of a group that are not merely waiting to be counted out."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its, *_ = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(its) == group and state not in "ZX":
            found.append((status.parent.name, state))
    return found


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (15, 143)])
def test_a_signal_ends_a_run_in_time_and_its_workers(tmp_path, number, code, workers):
    (tmp_path / "a.qnet").write_text(LONG, "utf-8")
    with subprocess.Popen(
        command("run", "a.qnet", "-o", "out.nc", "--workers", workers, "--quiet"),
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, process_group=0,
    ) as run:  # fmt: skip
        while not list(tmp_path.glob("out.nc.journal")):
            assert run.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        run.send_signal(number)
        asked = time.monotonic()
        _, told = run.communicate(timeout=60)
    assert time.monotonic() - asked < SECONDS
    assert run.returncode == code
    assert "Traceback" not in told
    while alive(run.pid) and time.monotonic() - asked < SECONDS:
        time.sleep(0.05)
    assert alive(run.pid) == []


def test_a_reader_that_leaves_hears_no_complaint(tmp_path):
    (tmp_path / "a.qnet").write_text(GOOD, "utf-8")
    line = " ".join(command("run", "a.qnet", "--json"))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} | head -c 1"], cwd=tmp_path,
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")
