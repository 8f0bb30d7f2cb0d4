"""What each verb of the command does: options in, exit code out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qnet.diagnostics import QnetError, clean, suggest
from qnet.limits import peak_memory
from qnet.screen import complain, entry_text, print_json, progress, say, show

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qnet.lang.cards import Deck
    from qnet.results import Report
    from qnet.sweep.memory import Estimate

GOOD: Final = 0
REFUSED: Final = 1
"""The computation was refused, or an assert or an audit failed."""
BAD_INPUT: Final = 2
"""Bad input or usage, or a limit that the text exceeds."""
DEFECT: Final = 70
"""An internal defect."""
TRY_AGAIN: Final = 75
"""Disk full, lock held."""

KINDS: Final = {
    "cards": "card", "directives": "directive",
    "models": "model", "analyses": "analysis", "units": "unit", "functions": "function",
    "codes": "code",
}  # fmt: skip


class Usage(Exception):
    """The command line asks for something that does not exist."""


def run(options: argparse.Namespace) -> int:
    """Solve a netlist, write what is wanted, print the report."""
    from qnet.sweep.processes import Workers

    _raise_limits(options.limit)
    if options.resume and options.output is None:
        raise Usage("--resume goes on with an output; name it with -o")
    with (
        # Before the rest is imported: they load while this process does.
        Workers(options.workers if options.cluster is None else 1) as workers,
        progress(is_wanted=not options.quiet) as told,
        _executor(options) as executor,
    ):
        from qnet.corridor import run

        announced: list[Estimate] = []
        report = run(
            _source(options.file),
            overrides=dict(options.overrides),
            include=options.include,
            progress=told,
            workers=workers,
            executor=executor,
            output=options.output,
            resume=options.resume,
            force=options.force,
            announce=partial(_announce, announced, is_quiet=options.quiet),
        )
    # Workers have ended here, so that the system knows what they took.
    here, workers_took = peak_memory()
    if options.json:
        took = {"peak_memory": here, "peak_memory_of_a_worker": workers_took}
        print_json({**report.to_dict(), "took": took})
    else:
        say(report.diagnostics, as_json=False)
        if announced and not options.quiet:
            complain(_told_peak(here, workers_took if options.workers > 1 else 0))
        if not options.quiet:
            show(report)
    return _verdict(report, strict=options.strict)


def _announce(announced: list[Estimate], told: Estimate, *, is_quiet: bool) -> None:
    """Say what a sweep will take, and remember that there is one."""
    announced.append(told)
    if not is_quiet:
        complain(str(told))


def _told_peak(here: int, worker: int) -> str:
    """Memory that a sweep took, beside what was estimated."""
    from qnet.sweep.memory import size

    more = f", {size(worker)} in the largest worker" if worker else ""
    return f"it took {size(here)} of memory at the peak{more}"


def _executor(options: argparse.Namespace) -> AbstractContextManager[Executor | None]:
    """Who shares the sweep besides this process and its workers."""
    if options.cluster is None:
        return nullcontext()
    from qnet.sweep.cluster import cluster

    return cluster(options.cluster, options.workers, is_open=options.insecure_cluster)


def status(options: argparse.Namespace) -> int:
    """Say how far a run into a file is."""
    from qnet.screen import show_status

    show_status(options.output, as_json=options.json)
    return GOOD


def verify(options: argparse.Namespace) -> int:
    """Check a result file."""
    from qnet.screen import show_faults

    return GOOD if show_faults(options.output, as_json=options.json) else REFUSED


def dump(options: argparse.Namespace) -> int:
    """Print a result file as canonical text."""
    from qnet.records.custody import dump

    for line in dump(options.output):
        print(line)
    return GOOD


def _raise_limits(wanted: Sequence[tuple[str, str]]) -> None:
    from qnet.limits import LIMITS, set_limit

    for name, value in wanted:
        if name not in LIMITS:
            raise Usage(f"unknown limit '{clean(name)}'{suggest(name, LIMITS)}")
        try:
            set_limit(name, float(value))
        except ValueError:
            raise Usage(f"limit '{name}' is a number, not '{clean(value)}'") from None


def _source(file: str) -> Path | Deck:
    """Where the netlist is: a path, or the cards on standard input."""
    if file != "-":
        return Path(file)
    from qnet.lang.parse import parse

    return parse(sys.stdin.read(), "<standard input>")


def _verdict(report: Report, *, strict: bool) -> int:
    from qnet.output.tables import marked_points

    severe = ("error", "warning") if strict else ("error",)
    flagged = any(d.severity in severe for d in report.diagnostics)
    is_bad = strict and (flagged or marked_points(report) > 0)
    return REFUSED if is_bad or not report.passed else GOOD


def check(options: argparse.Namespace) -> int:
    """Find the faults of netlists."""
    from qnet.corridor import check
    from qnet.results import diagnostic_as_dict

    _raise_limits(options.limit)
    worst, answers = GOOD, []
    for path in _netlists(options.paths):
        try:
            found = check(path, include=options.include)
        except QnetError as refusal:
            found = refusal.diagnostics
        is_bad = any(d.severity == "error" for d in found)
        worst = BAD_INPUT if is_bad else worst
        answers.append(
            {
                "file": str(path),
                "good": not is_bad,
                "diagnostics": [diagnostic_as_dict(d) for d in found],
            }
        )
        if not options.json:
            say(found, as_json=False)
            print(f"{clean(str(path))}: {'bad' if is_bad else 'good'}")
    if options.json:
        print_json({"schema": 1, "files": answers})
    return worst


def _netlists(paths: Sequence[Path]) -> list[Path]:
    """Files as given; of a folder, every netlist below it."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.qnet")) if path.is_dir() else [path]
    return found


def list_(options: argparse.Namespace) -> int:
    """List what netlists may use."""
    from qnet.explain import SHELVES, letter_of

    entries = tuple(SHELVES[KINDS[options.kind]])
    if options.json:
        print_json({"schema": 1, options.kind: [e.to_dict() for e in entries]})
        return GOOD
    dot = "." if options.kind in {"analyses", "directives"} else ""
    width = max((len(entry.name) for entry in entries), default=0) + len(dot)
    for entry in entries:
        print(f"{dot + entry.name:{width}}  {letter_of(entry):2}{entry.title}")
    return GOOD


def explain(options: argparse.Namespace) -> int:
    """Explain a model, a word or a code."""
    from qnet.explain import explain, known_words

    entries = explain(options.word)
    if not entries:
        near = suggest(options.word, known_words())
        complain(f"nothing is called '{clean(options.word)}'{near}")
    if options.json:
        print_json({"schema": 1, "entries": [entry.to_dict() for entry in entries]})
    elif entries:
        print("\n\n".join(entry_text(entry) for entry in entries))
    return GOOD if entries else BAD_INPUT


def why(options: argparse.Namespace) -> int:
    """Say what sets an answer."""
    from qnet.reasons.why import why

    _raise_limits(options.limit)
    told = why(
        _source(options.file),
        options.question,
        overrides=dict(options.overrides),
        include=options.include,
    )
    if options.json:
        print_json({"schema": 1, **told.to_dict()})
    else:
        print(told)
    return GOOD


def draw(options: argparse.Namespace) -> int:
    """Draw a netlist as a circuit."""
    from qnet.pictures.drawing import draw

    _raise_limits(options.limit)
    draw(
        _source(options.file),
        options.output,
        overrides=dict(options.overrides),
        include=options.include,
    )
    if options.json:
        print_json({"schema": 1, "written": str(options.output)})
    return GOOD


def plot(options: argparse.Namespace) -> int:
    """Solve a netlist and draw its answers."""
    from qnet.corridor import run
    from qnet.pictures.plotting import plot

    _raise_limits(options.limit)
    with progress(is_wanted=True) as told:
        report = run(
            _source(options.file),
            overrides=dict(options.overrides),
            include=options.include,
            progress=told,
        )
    plot(report, options.output)
    if options.json:
        print_json({"schema": 1, "written": str(options.output)})
    else:
        say(report.diagnostics, as_json=False)
    return _verdict(report, strict=False)


def fmt(options: argparse.Namespace) -> int:
    """Print a netlist in its stable form, or rewrite it; mend it first, if asked."""
    from qnet.lang.parse import parse
    from qnet.lang.write import write_deck

    _raise_limits(options.limit)
    if options.fix:
        return _fix(options)
    text = write_deck(parse(options.file.read_text("utf-8"), str(options.file)))
    _put(options, text)
    return GOOD


def _fix(options: argparse.Namespace) -> int:
    """Mend a netlist, say what was mended and what is left."""
    from qnet.mending import mend
    from qnet.results import diagnostic_as_dict

    mended = mend(options.file, include=options.include)
    if not options.json:
        for fix in mended.fixes:
            print(f"{clean(str(options.file))}:{fix}", file=sys.stderr)
        say(mended.left, as_json=False)
    _put(
        options,
        mended.text,
        fixes=[fix.to_dict() for fix in mended.fixes],
        diagnostics=[diagnostic_as_dict(d) for d in mended.left],
    )
    is_bad = any(d.severity == "error" for d in mended.left)
    return BAD_INPUT if is_bad else GOOD


def _put(options: argparse.Namespace, text: str, **more: object) -> None:
    """Print a netlist's text, or rewrite the file with it."""
    if options.write:
        from qnet.files import write_whole

        write_whole(options.file, text)
    if options.json and (more or not options.write):
        print_json({"schema": 1, "text": text, **more})
    elif not options.write:
        sys.stdout.write(text)


def limits(options: argparse.Namespace) -> int:
    """Print the resource limits."""
    from qnet.limits import LIMITS

    if options.json:
        print_json({"schema": 1, "limits": {n: x.value for n, x in LIMITS.items()}})
        return GOOD
    width = max(len(name) for name in LIMITS)
    unit = max(len(limit.unit) for limit in LIMITS.values())
    for name, limit in LIMITS.items():
        value = f"{limit.value:,.10g}"
        print(f"{name:{width}}  {value:>12} {limit.unit:{unit}}  {limit.doc}")
    return GOOD
