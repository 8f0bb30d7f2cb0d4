"""What the command shows: reports, diagnostics, progress, defects."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qnet.diagnostics import Diagnostic, render

if TYPE_CHECKING:
    from qnet.explain import Entry
    from qnet.results import Report

_COLOURS: Final = {
    "title": "bold", "heading": "bold cyan", "faint": "dim", "good": "green",
    "bad": "bold red",
}  # fmt: skip


def show(report: Report) -> None:
    """Print the report, in colour where there is a screen."""
    from qnet.tables import as_text, report_lines

    lines = report_lines(report)
    if not sys.stdout.isatty():
        sys.stdout.write(as_text(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=_COLOURS.get(line.style, "")))


def progress() -> Callable[[int, int], None] | None:
    """Show how far a long run is, on a screen only."""
    if not sys.stderr.isatty():
        return None
    start = time.monotonic()

    def show(done: int, total: int) -> None:
        if time.monotonic() - start < 1:
            return
        end = "\r" if done < total else "\r\033[K"
        print(f"{done} of {total} points", end=end, file=sys.stderr, flush=True)

    return show


def entry_text(entry: Entry) -> str:
    """One explanation: what it is, all there is to say, its keys."""
    from qnet.columns import Column, draw

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
    print(f"qnet: {text}", file=sys.stderr)


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
