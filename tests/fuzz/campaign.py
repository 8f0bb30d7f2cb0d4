"""A million mutants, or fewer: ``python -m tests.fuzz.campaign 1000000``.

All are parsed; of those that parse, every tenth is checked as ``qnet check`` does. What
fails is printed with its number, from which `mutant` makes the text again.
"""

from __future__ import annotations

import resource
import sys
import time
from contextlib import suppress

import qnet
from qnet.corridor import check
from qnet.diagnostics import QnetError
from tests.fuzz.mutants import mutant

HANG = 2.0
"""Seconds of this process's own time."""


def seconds(text: str, *, whole: bool) -> float:
    """Read a text, or see it refused by a diagnostic; how long that took."""
    start = time.process_time()
    with suppress(QnetError):
        deck = qnet.parse_netlist(text)
        if whole:
            check(deck)
    return time.process_time() - start


def megabytes() -> float:
    """Most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(first: int, count: int, report: int = 10_000) -> int:
    """Read mutants; the number of those that failed."""
    failed, worst, since = 0, (0.0, 0), time.process_time()
    for k in range(first, first + count):
        try:
            took = seconds(mutant(k), whole=k % 10 == 0)
        except Exception as error:
            failed += 1
            print(f"mutant {k}: {type(error).__name__}: {error}", flush=True)
            continue
        worst = max(worst, (took, k))
        if took > HANG:
            failed += 1
            print(f"mutant {k}: {took:.1f} s", flush=True)
        if (k - first + 1) % report == 0:
            each = (time.process_time() - since) / report
            since = time.process_time()
            print(
                f"{k - first + 1} read, {failed} failed, {1e3 * each:.2f} ms each, "
                f"longest {worst[0]:.2f} s (mutant {worst[1]}), "
                f"{megabytes():.0f} MB",
                flush=True,
            )
    return failed


if __name__ == "__main__":
    sys.exit(bool(run(first=1_000_000, count=int(sys.argv[1]))))
