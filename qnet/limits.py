"""Every resource limit, one table: what a netlist may ask of the machine.

A netlist cannot change a limit; the command line and Python can (`set_limit`). What
expands is counted before it is made, and `within` refuses it.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qnet.diagnostics import LimitError, Span, refuse


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes
    ----------
    value : float
        Largest number that is accepted.
    unit : str
        What is counted.
    code : str
        Diagnostic raised beyond it.
    doc : str
        What it protects, one line for ``qnet limits``.
    """

    value: float
    unit: str
    code: str
    doc: str


LIMITS: Final[dict[str, Limit]] = {
    "file size": Limit(128e6, "bytes", "QN801", "one netlist, include or data file"),
    "total size": Limit(256e6, "bytes", "QN801", "a netlist with all its includes"),
    "line length": Limit(1e6, "characters", "QN802", "a card with its continuations"),
    "word length": Limit(4096, "characters", "QN803", "one name, number or string"),
    "card words": Limit(50_000, "words", "QN804", "words and signs of one card"),
    "dot-cards": Limit(20_000, "dot-cards", "QN815", "dot-cards of one text"),
    "expression depth": Limit(200, "levels", "QN805", "nesting of one expression"),
    "block depth": Limit(64, "levels", "QN806", "nesting of .subckt, .for and .lib"),
    "subcircuit depth": Limit(64, "levels", "QN807", "subcircuits inside subcircuits"),
    "include files": Limit(256, "files", "QN808", "files that one netlist brings in"),
    "include depth": Limit(64, "levels", "QN809", "includes inside includes"),
    "elements": Limit(2e6, "elements", "QN810", "elements of the flat circuit"),
    "port channels": Limit(1e4, "channels", "QN811", "channels of one port"),
    "sweep points": Limit(1e7, "points", "QN812", "points of all sweeps together"),
    "sweep axes": Limit(16, "axes", "QN812", "sweeps inside sweeps"),
    "samples": Limit(1e7, "samples", "QN813", "Monte Carlo samples"),
    "matrix memory": Limit(
        0.75, "of the free memory", "QN814", "matrices held at one time"
    ),
}
"""Limits by name, as ``qnet limits`` prints them."""


def within(
    name: str, count: float, span: Span | Callable[[], Span] | None = None
) -> None:
    """Refuse what is more than a limit allows.

    Parameters
    ----------
    name : str
        Key of `LIMITS`.
    count : float
        What was counted, in the limit's unit.
    span : Span or callable, optional
        The place in the netlist that asks for it, or what finds it.

    Raises
    ------
    LimitError
        QN801 to QN815, the code of the limit.
    """
    limit = LIMITS[name]
    if count <= limit.value:
        return
    raise refuse(
        LimitError,
        limit.code,
        f"{limit.doc}: {count:,.7g} {limit.unit} where {limit.value:,.7g} are allowed",
        span() if callable(span) else span,
        help=f"the limit '{name}' is raised on the command line, not in a netlist",
    )


def set_limit(name: str, value: float) -> None:
    """Set a limit for this process; the command line's ``--limit`` does.

    Parameters
    ----------
    name : str
        Key of `LIMITS`.
    value : float
        The new largest number, in the limit's unit.
    """
    LIMITS[name] = dataclasses.replace(LIMITS[name], value=value)


def free_memory() -> int:
    """Bytes that a new computation can have: free pages and caches that give way.

    Where the system does not say, all of the memory.
    """
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def peak_memory() -> tuple[int, int]:
    """Most bytes that this process has held at a time, and the largest of its workers.

    Of workers that have ended; 0 without any, and where the system does not say.
    """
    try:
        import resource
    except ImportError:  # no POSIX system
        return 0, 0
    # Linux counts in kilobytes, others in bytes.
    unit = 1024 if sys.platform == "linux" else 1
    here, workers = (
        unit * resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return here, workers
