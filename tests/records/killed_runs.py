"""A long run killed again and again, with -9: what comes out, and what was done twice.

`python -m tests.records.killed_runs` prints the figures of docs/long-runs.md.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from qnet.records.custody import dump
from qnet.records.store import Journal, journal_of

ROOT = Path(__file__).parents[2]

MAP = """
.title Conductance map of a wire between two barriers, and its noise
.temp 20mK
.param kL=1 g=0.3
T1 s V=10uV
T2 d V=0
B1 s u T={g}
W1 u v phi={kL}
B2 v p T=0.5
P1 p
B3 p d T=0.7
.step g lin 250 0.1 0.9
.step kL lin 400 0 7
.meas G1 G(T1,T1)
.op
.noise
"""

TRACED = """
import os, sys
from pathlib import Path
import qnet.sweep.tile as tile
solve = tile.Desk.explore

def traced(desk, number):
    with open(os.environ["TRACE"], "a") as trace:
        trace.write(f"{number}\\n")
    return solve(desk, number)

tile.Desk.explore = traced
if __name__ == "__main__":
    from qnet.cli import main
    sys.exit(main(sys.argv[1:]))
"""
"""The command with a trace of every tile begun; spawned workers read it again."""


@dataclass
class Told:
    """What happened to a run.

    Attributes
    ----------
    seconds : list of float
        How long each attempt lived.
    finished : list of int
        Tiles in the journal after each kill.
    twice : list of int
        Tiles that an attempt began although they had been finished before.
    complaints : list of str
        What attempts printed on stderr.
    same : bool
        Whether the file is, bit by bit, that of an undisturbed run.
    """

    seconds: list[float] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    same: bool = False


def campaign(folder: Path, *, kills: int, lifetime: float, seed: int) -> Told:
    """Kill a run at random moments, resume it each time, and let the last one end.

    Parameters
    ----------
    folder : Path
        Where to work.
    kills : int
        So many attempts are killed before they end.
    lifetime : float
        Seconds that an attempt may live at most after it began its last tile; how many
        tiles it begins, two to five, is random as well.
    seed : int
        Of the moments.
    """
    (folder / "map.qnet").write_text(MAP)
    (folder / "traced.py").write_text(TRACED)
    alone, output = folder / "alone.nc", folder / "map.nc"
    _wait(_begin(folder, alone, "--workers", "1"))
    told, moments = Told(), random.Random(seed)
    while len(told.seconds) < kills:
        before = _finished(output)
        trace = folder / "trace"
        trace.unlink(missing_ok=True)
        start = time.monotonic()
        run = _begin(folder, output, "--resume", "--workers", "2")
        tiles = moments.randint(2, 5)
        while len(_listed(trace)) < tiles and run.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, lifetime))
        assert run.poll() is None, f"an attempt ended by itself: {_wait(run)}"
        run.kill()
        told.complaints.append(_wait(run))
        told.seconds.append(time.monotonic() - start)
        told.twice += sorted(before & _begun(trace))
        told.finished.append(len(_finished(output)))
        assert not output.exists()
    before = _finished(output)
    (folder / "trace").unlink(missing_ok=True)
    run = _begin(folder, output, "--resume", "--workers", "2")
    told.complaints.append(_wait(run))
    assert run.returncode == 0, told.complaints[-1]
    told.twice += sorted(before & _begun(folder / "trace"))
    told.same = list(dump(output)) == list(dump(alone))
    return told


def _begin(folder: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "traced.py", "run", "map.qnet", "-o", output.name]
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "TRACE": str(folder / "trace"),
    }  # fmt: skip
    return subprocess.Popen(
        [*command, "--quiet", *more],
        cwd=folder, env=environment, text=True, stderr=subprocess.PIPE,
    )  # fmt: skip


def _wait(run: subprocess.Popen[str]) -> str:
    """What a run printed on stderr until its end."""
    with run:
        return run.communicate()[1]


def _finished(output: Path) -> set[int]:
    """Tiles in the journal."""
    place = journal_of(output)
    if not place.exists():
        return set()
    journal = Journal.open(place, is_read_only=True)
    journal.close()
    return set(journal)


def _begun(trace: Path) -> set[int]:
    """Tiles that workers began."""
    return set(map(int, _listed(trace)))


def _listed(trace: Path) -> list[str]:
    return trace.read_text().split() if trace.exists() else []


if __name__ == "__main__":
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as place:
        told = campaign(Path(place), kills=kills, lifetime=1.0, seed=seed)
    sys.stdout.write(
        f"kills: {len(told.seconds)}, finished after each: {told.finished}\n"
        f"solved twice: {told.twice}, same bits: {told.same}\n"
        f"complaints: {[text for text in told.complaints if text]}\n"
    )
