"""Runs that are killed, disks that are full, journals that are damaged."""

import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import qnet
from qnet import files
from qnet.cli import main
from qnet.diagnostics import StorageError
from qnet.records.custody import dump, status, verify
from qnet.records.store import Journal, journal_of, lock_of, locked, refuse_another

ROOT = Path(__file__).parents[2]

NETLIST = """
.title A wire between two barriers
.param kL=1 g=0.3
.temp 20mK
T1 s V=10uV
T2 d V=0
B1 s u T={g}
W1 u v phi={kL}
B2 v d T=0.5
.step g lin 40 0.1 0.9
.step kL lin 30 0 7
.meas G1 G(T1,T1)
.op
"""


@pytest.fixture
def netlist(tmp_path):
    path = tmp_path / "wire.qnet"
    path.write_text(NETLIST)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Canonical text of a run that nothing disturbed."""
    output = tmp_path_factory.mktemp("whole") / "out.nc"
    qnet.run(NETLIST, output=output)
    return list(dump(output))


def left_behind(folder):
    return sorted(p.name for p in folder.iterdir() if p.name != "wire.qnet")


class Stopped(Exception):
    """The run is cut short."""


def stop_after(points):
    def told(done, total):
        if done >= points:
            raise Stopped

    return told


def cut_short(netlist, output, points=500):
    with pytest.raises(Stopped):
        qnet.run(netlist, output=output, progress=stop_after(points))


@pytest.mark.parametrize("suffix", [".nc", ".npz", ".json"])
def test_a_finished_run_leaves_its_file_and_nothing_else(netlist, suffix):
    output = netlist.with_name(f"out{suffix}")
    qnet.run(netlist, output=output)
    assert left_behind(netlist.parent) == [output.name]
    assert verify(output) == []
    assert status(output).state == "complete"


def test_a_run_that_was_cut_short_goes_on_to_the_same_bits(netlist, whole):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    assert status(output).state == "unfinished"
    done = status(output).tiles
    solved = []
    qnet.run(
        netlist, output=output, resume=True, progress=lambda *now: solved.append(now)
    )
    assert done >= 2
    assert list(dump(output)) == whole
    assert left_behind(netlist.parent) == ["out.nc"]


def test_nothing_finished_is_computed_twice(netlist, monkeypatch):
    from qnet.sweep.tile import Desk

    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    finished = status(output).tiles
    asked = []
    explore = Desk.explore

    def counted(desk, number):
        asked.append(number)
        return explore(desk, number)

    monkeypatch.setattr(Desk, "explore", counted)
    qnet.run(netlist, output=output, resume=True)
    assert len(asked) == 5 - finished
    assert min(asked) == finished


def test_workers_go_on_where_one_process_stopped(netlist, whole):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    qnet.run(netlist, output=output, resume=True, workers=2)
    assert list(dump(output)) == whole


def test_an_unfinished_run_is_not_forgotten_by_accident(netlist, whole):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    with pytest.raises(StorageError, match="QN706"):
        qnet.run(netlist, output=output)
    qnet.run(netlist, output=output, force=True)
    assert list(dump(output)) == whole


def test_an_output_is_not_replaced_by_accident(netlist):
    output = netlist.with_name("out.nc")
    output.write_text("precious")
    with pytest.raises(StorageError, match="QN711"):
        qnet.run(netlist, output=output)
    assert output.read_text() == "precious"


@pytest.mark.parametrize(
    ("change", "how", "named"),
    [
        ((".step g lin 40", ".step g lin 41"), {}, "netlist"),
        (("T=0.5", "T=0.6"), {}, "netlist"),
        (("", ""), {"overrides": {"temp": "30mK"}}, "overrides"),
    ],
)
def test_another_netlist_does_not_go_on_with_these_points(netlist, change, how, named):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    netlist.write_text(NETLIST.replace(*change))
    with pytest.raises(StorageError, match="QN704") as refusal:
        qnet.run(netlist, output=output, resume=True, **how)
    told = refusal.value.diagnostics[0]
    assert named in told.message
    if named == "netlist":
        old = next(line for line in NETLIST.splitlines() if change[0] in line)
        assert f"-{old}; +{old.replace(*change)}" in told.why
    assert journal_of(output).exists()


@pytest.mark.parametrize("cut", [1, 40, 1000])
def test_a_torn_record_is_solved_again(netlist, whole, cut):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    journal = journal_of(output)
    journal.write_bytes(journal.read_bytes()[:-cut])
    qnet.run(netlist, output=output, resume=True)
    assert list(dump(output)) == whole


def test_a_flipped_bit_costs_the_records_behind_it_and_no_more(netlist, whole):
    output = netlist.with_name("out.nc")
    cut_short(netlist, output)
    finished = status(output).tiles
    journal = journal_of(output)
    data = bytearray(journal.read_bytes())
    data[-100] ^= 4
    journal.write_bytes(data)
    held = Journal.open(journal, is_read_only=True)
    assert held.is_damaged
    assert len(held) == finished - 1
    held.close()
    qnet.run(netlist, output=output, resume=True)
    assert list(dump(output)) == whole


def small_journal(path):
    """Three tiles behind a fingerprint; the journal's bytes, and what it holds."""
    held = {number: bytes([65 + number]) * (5 + number) for number in range(3)}
    journal = Journal.begin(path, {"netlist": "T1 a"})
    for number, data in held.items():
        journal.keep(number, data)
    journal.close()
    return path.read_bytes(), held


def test_no_flipped_bit_of_a_journal_goes_unnoticed(tmp_path):
    path = tmp_path / "out.nc.journal"
    sound, held = small_journal(path)
    first = sound.index(b"A" * 5) - 48
    for place in range(len(sound)):
        data = bytearray(sound)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        if place < first:
            with pytest.raises(StorageError, match="QN703"):
                Journal.open(path)
            continue
        journal = Journal.open(path)
        found = {number: journal.known(number) for number in journal}
        journal.close()
        assert found.items() < held.items()
        assert journal.is_damaged


def test_a_damaged_record_costs_no_other(tmp_path):
    path = tmp_path / "out.nc.journal"
    sound, held = small_journal(path)
    path.write_bytes(sound.replace(held[1], b"x" * len(held[1])))
    journal = Journal.open(path)
    assert list(journal) == [0, 2]
    journal.keep(1, held[1])
    journal.close()
    again = Journal.open(path, is_read_only=True)
    assert {n: again.known(n) for n in again} == held
    again.close()


def test_a_journal_cut_anywhere_keeps_all_records_before(tmp_path):
    path = tmp_path / "out.nc.journal"
    sound, held = small_journal(path)
    start = sound.index(held[0]) - 48
    ends = [start, *(sound.index(data) + len(data) for data in held.values())]
    for length in range(start, len(sound)):
        path.write_bytes(sound[:length])
        journal = Journal.open(path)
        assert list(journal) == [n for n in held if ends[n + 1] <= length]
        journal.close()
        assert path.stat().st_size == max(end for end in ends if end <= length)


def test_a_journal_that_is_none_is_refused(netlist):
    output = netlist.with_name("out.nc")
    journal_of(output).write_bytes(b"something else")
    with pytest.raises(StorageError, match="QN703"):
        qnet.run(netlist, output=output, resume=True)


@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open"])
def test_a_disk_that_fails_at_any_moment_loses_nothing(
    netlist, whole, monkeypatch, name
):
    output = netlist.with_name("out.nc")
    owner = Path if name == "replace" else os
    working = getattr(owner, name)
    for nth in range(1, 100):
        calls = []

        def failing(*given, calls=calls, nth=nth):
            calls.append(given)
            if len(calls) == nth:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return working(*given)

        monkeypatch.setattr(owner, name, failing)
        refusal = None
        try:
            qnet.run(netlist, output=output, resume=True)
        except qnet.QnetError as error:
            refusal = error
        finally:
            monkeypatch.setattr(owner, name, working)
        if len(calls) < nth:
            break
        if refusal is not None:  # the last flush of all may fail unseen: all is there
            assert refusal.diagnostics[0].code in {"QN701", "QN250"}
            assert refusal.__cause__.errno == errno.ENOSPC
        if output.exists():  # only the folder's flush was left to fail
            assert list(dump(output)) == whole
            output.unlink()
    assert nth > (1 if name == "replace" else 3)
    assert list(dump(output)) == whole
    assert left_behind(netlist.parent) == ["out.nc"]


def test_a_full_disk_is_worth_another_try(netlist, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    output = netlist.with_name("out.nc")
    assert main(["run", str(netlist), "-o", str(output)]) == 75
    assert "No space left" in capsys.readouterr().err


def test_a_disk_that_is_really_full_ends_the_run_and_loses_nothing(netlist, whole):
    """The system itself stops writing, in the middle of a journal."""
    output = netlist.with_name("out.nc")

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    run = subprocess.run(
        [sys.executable, "-m", "qnet", "run", netlist, "-o", output],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=little_room, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 75, run.stderr
    assert "QN701" in run.stderr
    assert status(output).state == "unfinished"
    assert left_behind(netlist.parent) == ["out.nc.journal"]
    qnet.run(netlist, output=output, resume=True)
    assert list(dump(output)) == whole


def test_parts_of_a_crash_are_cleared_by_the_next_run(netlist):
    part = netlist.with_name(".out.nc.abcdef" + files.PART)
    part.write_bytes(b"half")
    qnet.run(netlist, output=netlist.with_name("out.nc"))
    assert left_behind(netlist.parent) == ["out.nc"]


def test_two_runs_on_one_output_are_told_of_each_other(netlist, capsys):
    output = netlist.with_name("out.nc")
    with locked(output):
        assert status(output).holder == os.getpid()
        code = main(["run", str(netlist), "-o", str(output)])
    assert code == 75
    assert str(os.getpid()) in capsys.readouterr().err
    assert not lock_of(output).exists()


def test_asking_how_far_a_run_is_never_stands_in_its_way(netlist):
    output = netlist.with_name("out.nc")
    ended = threading.Event()

    def ask():
        while not ended.is_set():
            status(output)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(200):
            with locked(output):
                assert status(output).holder == os.getpid()
    finally:
        ended.set()
        asking.join()


@pytest.mark.parametrize(
    ("key", "old", "new", "shown"),
    [
        ("versions", {"numpy": "2.1", "numba": "1"}, {"numpy": "2.2", "numba": "1"},
         "versions, numpy: was 2.1, is 2.2"),
        ("data", {"f.npz": "abc"}, {}, "data, f.npz: was abc, is not there"),
        ("limits", {"samples": 10}, {"samples": 20},
         "limits, samples: was 10, is 20"),
    ],
)  # fmt: skip
def test_what_changed_is_shown_entry_by_entry(key, old, new, shown):
    ours, theirs = ({"seed": "1", key: json.dumps(one)} for one in (new, old))
    with pytest.raises(StorageError, match="QN704") as refusal:
        refuse_another(ours, theirs, "out.nc")
    assert refusal.value.diagnostics[0].why == shown


def test_the_lock_of_a_dead_process_is_free(netlist):
    output = netlist.with_name("out.nc")
    lock_of(output).write_text("999999\n")
    qnet.run(netlist, output=output)
    assert left_behind(netlist.parent) == ["out.nc"]


def start(netlist, output, *more):
    command = [sys.executable, "-m", "qnet", "run", netlist, "-o", output, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*map(str, command), "--quiet"],
        env=environment,
        stderr=subprocess.PIPE,
        # a suite that runs in the background hands on that it ignores SIGINT
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_until(claim):
    deadline = time.monotonic() + 60
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_killed_run_goes_on_to_the_same_bits(netlist, whole):
    output = netlist.with_name("out.nc")
    moments = random.Random(7)
    for _ in range(3):
        run = start(netlist, output, "--resume", "--workers", "2")
        with run:
            wait_until(lambda: journal_of(output).exists() or output.exists())
            time.sleep(moments.uniform(0, 1.5))
            run.kill()
        if output.exists():
            break
    if not output.exists():
        with start(netlist, output, "--resume", "--workers", "2") as run:
            pass
        assert run.returncode == 0
    assert list(dump(output)) == whole


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (15, 143)])
def test_a_signal_ends_a_run_that_can_go_on(netlist, whole, number, code):
    output = netlist.with_name("out.nc")
    long = netlist.with_name("wire.qnet")
    long.write_text(NETLIST.replace("kL lin 30", "kL lin 3000"))
    with start(long, output, "--workers", "2") as run:
        wait_until(lambda: status(output).tiles > 0)
        run.send_signal(number)
        run.wait(20)
    assert run.returncode == code
    assert status(output).state == "unfinished"
    assert not lock_of(output).exists()


def test_status_verify_and_dump_answer_on_the_command_line(netlist, capsys):
    output = netlist.with_name("out.json")
    assert main(["status", str(output)]) == 0
    assert "absent" in capsys.readouterr().out
    assert main(["run", str(netlist), "-o", str(output), "--quiet"]) == 0
    assert main(["verify", str(output)]) == 0
    assert "sound" in capsys.readouterr().out
    assert main(["dump", str(output)]) == 0
    assert str(netlist.parent) not in capsys.readouterr().out
    output.write_text(output.read_text().replace("0.5", "0.6", 1))
    assert main(["verify", str(output)]) == 1
    assert "checksum" in capsys.readouterr().out


def test_a_damaged_result_is_found_out(netlist):
    output = netlist.with_name("out.npz")
    qnet.run(netlist, output=output)
    data = bytearray(output.read_bytes())
    data[len(data) // 2] ^= 1
    output.write_bytes(data)
    assert faults(output)


def faults(output):
    """What is wrong with a file, whether it can still be read or not."""
    try:
        return verify(output)
    except StorageError as error:
        return [d.code for d in error.diagnostics]


def test_resume_needs_an_output(netlist, capsys):
    assert main(["run", str(netlist), "--resume"]) == 2
    assert "-o" in capsys.readouterr().err
