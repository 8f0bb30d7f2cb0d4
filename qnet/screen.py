"""What the command shows: reports, diagnostics, progress, defects."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qnet.diagnostics import Diagnostic, clean, render

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from qnet.explain import Entry
    from qnet.results import Report

_COLOURS: Final = {
    "title": "bold", "heading": "bold cyan", "faint": "dim", "good": "green",
    "bad": "bold red",
}  # fmt: skip

UNTOLD: Final = 2.0
"""Seconds that a run may take before it shows how far it is."""


def show(report: Report) -> None:
    """Print the report, in colour where there is a screen."""
    from qnet.output.tables import as_text, report_lines

    lines = report_lines(report)
    if not sys.stdout.isatty():
        sys.stdout.write(as_text(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=_COLOURS.get(line.style, "")))


@contextmanager
def progress(*, is_wanted: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show how far a long run is and how long it will take, on a screen only."""
    if not (is_wanted and sys.stderr.isatty()):
        yield None
        return
    bar = _Bar()
    # By the clock and not when a tile is done: a single point may take minutes.
    opening = threading.Timer(UNTOLD, bar.open)
    opening.daemon = True
    opening.start()
    try:
        yield bar.told
    finally:
        opening.cancel()
        bar.close()


class _Bar:
    """A bar that is opened when a run is long, and knows what it was told before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done, self._total = 0, 0
        self._is_over = False
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def open(self) -> None:
        """Show it; it pulses as long as nothing is known."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            BarColumn(), MofNCompleteColumn(), TextColumn("points,"),
            TimeElapsedColumn(), TextColumn("gone,"),
            TimeRemainingColumn(), TextColumn("left"),
        )  # fmt: skip
        with self._lock:
            if self._is_over:
                return
            console = Console(stderr=True)
            self._bar = Progress(*columns, console=console, transient=True)
            total = self._total or None
            self._task = self._bar.add_task("", completed=self._done, total=total)
            self._bar.start()

    def told(self, done: int, total: int) -> None:
        """Take note of the points that are done."""
        with self._lock:
            self._done, self._total = done, total
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Take it away."""
        with self._lock:
            self._is_over = True
            if self._bar is not None:
                self._bar.stop()


def show_status(output: Path, *, as_json: bool) -> None:
    """Print how far the run into a file is."""
    from dataclasses import asdict

    from qnet.records.custody import status

    found = status(output)
    if as_json:
        print_json({"schema": 1, "file": output.name, **asdict(found)})
        return
    text = f"{clean(output.name)}: {found.state}"
    if found.state in {"unfinished", "running"}:
        text += f", {found.tiles} tiles are done"
    if found.holder:
        text += f", written by process {found.holder}"
    print(text)


def show_faults(output: Path, *, as_json: bool) -> bool:
    """Print what is wrong with a result file; returns whether it is sound."""
    from qnet.records.custody import verify

    faults = verify(output)
    if as_json:
        print_json({"schema": 1, "file": output.name, "faults": faults})
    else:
        name = clean(output.name)
        print("\n".join(f"{name}: {text}" for text in faults or ["sound"]))
    return not faults


def entry_text(entry: Entry) -> str:
    """One explanation: what it is, all there is to say, its keys."""
    from qnet.output.columns import Column, draw

    parts = [f"{entry.name} ({entry.kind}): {entry.title}"]
    if entry.text:
        parts.append(entry.text)
    if entry.keys:
        titles = ("key", "default", "range", "meaning")
        columns = [
            Column(title, list(cells))
            for title, cells in zip(titles, zip(*entry.keys, strict=True), strict=True)
        ]
        parts.append("\n".join(line.text for line in draw(columns)))
    return "\n\n".join(parts)


def say(found: Sequence[Diagnostic], *, as_json: bool) -> None:
    """Diagnostics on stderr; as data on stdout with ``--json``."""
    if not found:
        return
    if as_json:
        from qnet.results import SCHEMA, diagnostic_as_dict

        listed = [diagnostic_as_dict(d) for d in found]
        print_json({"schema": SCHEMA, "diagnostics": listed})
    else:
        print(render(found), end="\n\n", file=sys.stderr)


def print_json(answer: dict[str, Any]) -> None:
    """One object on stdout."""
    json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def complain(text: str) -> None:
    """One line on stderr that has no place in a netlist."""
    print(f"qnet: {clean(text, 600)}", file=sys.stderr)


def version() -> str:
    """Version of the installed distribution."""
    from importlib import metadata

    try:
        return metadata.version("qnet-transport")
    except metadata.PackageNotFoundError:  # a checkout on the path, not installed
        return "not installed"


def write_defect(fault: Exception) -> str:
    """Write what is needed to mend a defect to a file; returns the line to print."""
    import platform
    import traceback

    text = "\n".join(
        (
            f"qnet {version()}, Python {platform.python_version()}, {sys.platform}",
            f"command: {' '.join(sys.argv)}",
            "",
            "".join(traceback.format_exception(fault)),
        )
    )
    what = f"internal defect ({type(fault).__name__})"
    path = Path(f"qnet-defect-{os.getpid()}.txt")
    try:
        path.write_text(text, "utf-8")
    except OSError:
        return f"{what}: {fault}"
    return f"{what}; please report it together with the file {path}"
