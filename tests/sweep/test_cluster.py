"""A real Dask cluster of separate processes: the same bits, and a worker that dies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qnet.diagnostics import LimitError
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


def test_a_scheduler_elsewhere_needs_tls():
    with (
        pytest.raises(LimitError, match="QN721"),
        cluster("tcp://example.org:8786", 1, is_open=False),
    ):
        pass
