"""Tiles on a Dask cluster: the engine that clusters already run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from qnet.diagnostics import LimitError, refuse
from qnet.sweep.processes import AGAIN

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@contextmanager
def cluster(address: str, workers: int, *, is_open: bool) -> Iterator[Executor]:
    """Connect to a Dask scheduler, or start one with workers on this machine.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` or ``tls://HOST:PORT`` of a scheduler; ``local`` starts one
        on the loopback interface, without a dashboard.
    workers : int
        Processes of a local cluster.
    is_open : bool
        Whether a scheduler on another machine may be met without TLS.

    Raises
    ------
    LimitError
        QN721: another machine without TLS.
    """
    from dask import config
    from distributed import Client, LocalCluster

    host = urlsplit(address).hostname
    is_safe = address.startswith("tls://") or host in _LOOPBACK or is_open
    if address != "local" and not is_safe:
        raise refuse(
            LimitError,
            "QN721",
            f"the scheduler '{address}' is on another machine and speaks without TLS",
            why="whoever can reach it can run programs as you",
            help="use tls://…, or say --insecure-cluster",
        )
    with config.set({"distributed.scheduler.allowed-failures": AGAIN}):
        if address != "local":
            with Client(address) as client:
                yield client.get_executor(pure=False)
            return
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
            ) as started,
            Client(started) as client,
        ):
            yield client.get_executor(pure=False)
