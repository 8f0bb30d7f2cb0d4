"""A real Dask cluster of separate processes: the same bits, and a worker that dies."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import qnet
from qnet.diagnostics import LimitError
from qnet.records.custody import dump, status
from qnet.sweep.cluster import cluster

ROOT = Path(__file__).parents[2]

NETLIST = """
.title Two barriers
.param kL=1 g=0.3
.temp 20mK
T1 s V=10uV
T2 d V=0
B1 s u T={g}
W1 u v phi={kL}
B2 v d T=0.5
.step g lin 60 0.1 0.9
.step kL lin 60 0 7
.meas G1 G(T1,T1)
"""

SCRIPT = f'''
import os, signal
import qnet
from qnet.sweep.cluster import cluster

TEXT = """{NETLIST}"""

if __name__ == "__main__":
    killed = []
    with cluster("local", 2, is_open=False) as executor:
        client = executor._client

        def kill_one(done, total):
            if not killed:
                pids = client.run(os.getpid)
                killed.append(next(iter(pids.values())))
                os.kill(killed[0], signal.SIGKILL)

        shared = qnet.run(TEXT, executor=executor, progress=kill_one)
    alone = qnet.run(TEXT)
    ours, theirs = (r.measures["G1"].values.tobytes() for r in (alone, shared))
    same = ours == theirs
    print("same bits" if killed and same else "other bits")
'''


def test_a_cluster_whose_worker_is_killed_gives_the_same_bits(tmp_path):
    script = tmp_path / "cluster.py"
    script.write_text(SCRIPT)
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1",
        "DASK_DISTRIBUTED__NANNY__ENVIRON__OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, script],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "same bits", done.stderr


@contextmanager
def tcp_cluster(folder):
    """A scheduler and two workers, each a process of its own, and the address."""
    told = folder / "scheduler.json"
    python = [sys.executable, "-W", "ignore", "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [
        *python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
        "--port", "0", "--no-dashboard", "--scheduler-file", str(told),
    ]  # fmt: skip
    worker = [
        *python, "distributed.cli.dask_worker", "--scheduler-file", str(told),
        "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
        "--local-directory", str(folder),
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    started = [subprocess.Popen(scheduler, env=environment, cwd=folder, **quiet)]
    try:
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        started += [
            subprocess.Popen(worker, env=environment, cwd=folder, **quiet)
            for _ in range(2)
        ]
        yield json.loads(told.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_the_command_shares_a_sweep_over_tcp_though_a_worker_is_killed(tmp_path):
    netlist, output = tmp_path / "wire.qnet", tmp_path / "out.nc"
    netlist.write_text(NETLIST)
    with tcp_cluster(tmp_path) as (address, workers):
        assert address.startswith("tcp://127.0.0.1:")
        run = subprocess.Popen(
            [sys.executable, "-m", "qnet", "run", netlist, "-o", output, "--quiet",
             "--cluster", address],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with run:
            while run.poll() is None and status(output).tiles == 0:
                time.sleep(0.02)
            workers[0].kill()
            said = run.communicate(timeout=300)[1]
    assert run.returncode == 0, said
    alone = tmp_path / "alone.nc"
    qnet.run(netlist, output=alone)
    assert list(dump(output)) == list(dump(alone))


def test_a_scheduler_elsewhere_needs_tls():
    with (
        pytest.raises(LimitError, match="QN721"),
        cluster("tcp://example.org:8786", 1, is_open=False),
    ):
        pass
