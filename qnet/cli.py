"""The command ``qnet``: run, check, why, draw, plot, list, explain, fmt, limits.

Results go to stdout and diagnostics to stderr; with ``--json`` both are one object on
stdout. What a verb needs is imported when the verb is called.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qnet.diagnostics import (
    PhysicsError,
    QnetError,
    StorageError,
    clean,
    suggest,
)
from qnet.screen import (
    complain,
    entry_text,
    print_json,
    progress,
    say,
    show,
    version,
    write_defect,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qnet.lang.cards import Deck
    from qnet.results import Report

GOOD: Final = 0
REFUSED: Final = 1
"""The computation was refused, or an assert or an audit failed."""
BAD_INPUT: Final = 2
"""Bad input or usage, or a limit that the text exceeds."""
DEFECT: Final = 70
"""An internal defect."""
TRY_AGAIN: Final = 75
"""Disk full, lock held."""

_KINDS: Final = {
    "models": "model", "analyses": "analysis", "units": "unit", "functions": "function",
    "codes": "code",
}  # fmt: skip
_TEMPORARY: Final = (errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.ENOLCK)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    with suppress(ValueError):  # signals are the main thread's alone
        signal.signal(signal.SIGTERM, _terminate)
    options = _parser().parse_args(argv)
    try:
        code: int = options.verb(options)
        sys.stdout.flush()
    except QnetError as refusal:
        say(refusal.diagnostics, as_json=options.json)
        code = _code_of(refusal)
    except _Usage as slip:
        complain(str(slip))
        code = BAD_INPUT
    except BrokenPipeError:
        # The reader has gone, as in `qnet … | head`. What is still buffered must not
        # raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = GOOD
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except OSError as trouble:
        complain(f"{trouble.filename or ''}: {trouble.strerror}".removeprefix(": "))
        code = TRY_AGAIN if trouble.errno in _TEMPORARY else BAD_INPUT
    except MemoryError:
        complain("not enough memory")
        code = REFUSED
    except Exception as fault:
        complain(write_defect(fault))
        code = DEFECT
    return code


def _terminate(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qnet",
        description="Solve netlists of quantum conductors: scatterers, reservoirs, "
        "probes.",
        epilog="Exit codes: 0 good; 1 refused, or an assert or audit failed; 2 bad "
        "input or usage; 70 internal defect; 75 try again.",
    )
    parser.add_argument("--version", action=_Version, help="show the version and leave")
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    run = _verb(verbs, "run", _run, "solve a netlist and print the report")
    run.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    run.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or B, EF, temp, M (repeatable)",
    )  # fmt: skip
    run.add_argument("-o", dest="output", metavar="OUT", type=Path,
                     help="also write the answers to OUT "
                     "(.nc .csv .json .npz .raw .parquet)")  # fmt: skip
    run.add_argument("--force", action="store_true", help="replace OUT if it exists")
    run.add_argument("--resume", action="store_true",
                     help="go on with a run into OUT that was cut short")  # fmt: skip
    run.add_argument("--workers", metavar="N", type=_count, default=1,
                     help="processes that share the sweep (1)")  # fmt: skip
    run.add_argument("--cluster", metavar="ADDRESS",
                     help="share the sweep by Dask: tcp://HOST:PORT, local")  # fmt: skip
    run.add_argument("--insecure-cluster", action="store_true",
                     help="allow a scheduler elsewhere without TLS")  # fmt: skip
    run.add_argument("--strict", action="store_true",
                     help="fail on warnings and marked points")  # fmt: skip
    run.add_argument("--quiet", action="store_true", help="print no report")
    _add_bounds(run)

    check = _verb(verbs, "check", _check, "find the faults of netlists without solving")
    check.add_argument("paths", metavar="FILE|DIR", nargs="+", type=Path)
    _add_bounds(check)

    listing = _verb(verbs, "list", _list, "list what netlists may use")
    listing.add_argument("kind", choices=_KINDS)

    why = _verb(verbs, "why", _why, "say what sets an answer, and what would change it")
    why.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    why.add_argument(
        "question", metavar="ANSWER", help='"V(P2)", "I(T1)", "R(1,2,3,4)"'
    )
    why.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or hold what is stepped (repeatable)",
    )  # fmt: skip
    _add_bounds(why)

    draw = _verb(verbs, "draw", _draw, "draw a netlist as a circuit")
    draw.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    draw.add_argument("-o", dest="output", metavar="OUT", type=Path, required=True,
                      help="where to: OUT.svg, OUT.png or OUT.pdf")  # fmt: skip
    draw.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or hold what is stepped (repeatable)",
    )  # fmt: skip
    _add_bounds(draw)

    plot = _verb(verbs, "plot", _plot, "solve a netlist and draw its answers")
    plot.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    plot.add_argument("-o", dest="output", metavar="OUT", type=Path, required=True,
                      help="where to: OUT.svg, OUT.png or OUT.pdf")  # fmt: skip
    plot.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or B, EF, temp, M (repeatable)",
    )  # fmt: skip
    _add_bounds(plot)

    explain = _verb(verbs, "explain", _explain, "explain a model, a word or a code")
    explain.add_argument("word", metavar="NAME|CODE")

    fmt = _verb(verbs, "fmt", _fmt, "print a netlist in its stable form")
    fmt.add_argument("file", metavar="FILE", type=Path)
    fmt.add_argument("--write", action="store_true", help="rewrite the file instead")

    for word, routine, meaning in (
        ("status", _status, "say how far a run into a file is"),
        ("verify", _verify, "check a result file: checksum, certificates, asserts"),
        ("dump", _dump, "print a result file as canonical text"),
    ):
        verb = _verb(verbs, word, routine, meaning)
        verb.add_argument("output", metavar="FILE", type=Path)

    shells = _verb(verbs, "completion", _completion, "print a completion script")
    shells.add_argument("shell", choices=("bash", "zsh", "fish"))

    _verb(verbs, "limits", _limits, "print the resource limits")
    return parser


def _verb(
    verbs: Any,  # noqa: ANN401  argparse names this type privately
    name: str,
    routine: Callable[[argparse.Namespace], int],
    meaning: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=meaning, description=meaning.capitalize() + "."
    )
    parser.set_defaults(verb=routine)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", metavar="NAME=VALUE", action="append", default=[], type=_override,
        help="raise a resource limit, see `qnet limits` (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--include", metavar="DIR", action="append", default=[], type=Path,
        help="a further folder that the netlist may read from (repeatable)",
    )  # fmt: skip


class _Usage(Exception):
    """The command line asks for something that does not exist."""


class _Version(argparse.Action):
    """``--version``, which looks the version up only when asked."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"qnet {version()}")
        parser.exit()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of processes")
    return int(text)


def _override(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME=VALUE")
    return name.strip(), value.strip()


def _run(options: argparse.Namespace) -> int:
    from qnet.corridor import run

    _raise_limits(options.limit)
    if options.resume and options.output is None:
        raise _Usage("--resume goes on with an output; name it with -o")
    with (
        progress(is_wanted=not options.quiet) as told,
        _executor(options) as executor,
    ):
        report = run(
            _source(options.file),
            overrides=dict(options.overrides),
            include=options.include,
            progress=told,
            workers=options.workers,
            executor=executor,
            output=options.output,
            resume=options.resume,
            force=options.force,
        )
    if options.json:
        print_json(report.to_dict())
    else:
        say(report.diagnostics, as_json=False)
        if not options.quiet:
            show(report)
    return _verdict(report, strict=options.strict)


def _executor(options: argparse.Namespace) -> AbstractContextManager[Executor | None]:
    """Who shares the sweep besides this process and its workers."""
    if options.cluster is None:
        return nullcontext()
    from qnet.cluster import cluster

    return cluster(options.cluster, options.workers, is_open=options.insecure_cluster)


def _status(options: argparse.Namespace) -> int:
    from qnet.screen import show_status

    show_status(options.output, as_json=options.json)
    return GOOD


def _verify(options: argparse.Namespace) -> int:
    from qnet.screen import show_faults

    return GOOD if show_faults(options.output, as_json=options.json) else REFUSED


def _dump(options: argparse.Namespace) -> int:
    from qnet.custody import dump

    for line in dump(options.output):
        print(line)
    return GOOD


def _raise_limits(wanted: Sequence[tuple[str, str]]) -> None:
    from qnet.limits import LIMITS, set_limit

    for name, value in wanted:
        if name not in LIMITS:
            raise _Usage(f"unknown limit '{clean(name)}'{suggest(name, LIMITS)}")
        try:
            set_limit(name, float(value))
        except ValueError:
            raise _Usage(f"limit '{name}' is a number, not '{clean(value)}'") from None


def _source(file: str) -> Path | Deck:
    """Where the netlist is: a path, or the cards on standard input."""
    if file != "-":
        return Path(file)
    from qnet.lang.parse import parse

    return parse(sys.stdin.read(), "<standard input>")


def _verdict(report: Report, *, strict: bool) -> int:
    from qnet.tables import marked_points

    severe = ("error", "warning") if strict else ("error",)
    flagged = any(d.severity in severe for d in report.diagnostics)
    is_bad = strict and (flagged or marked_points(report) > 0)
    return REFUSED if is_bad or not report.passed else GOOD


def _check(options: argparse.Namespace) -> int:
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
            print(f"{path}: {'bad' if is_bad else 'good'}")
    if options.json:
        print_json({"schema": 1, "files": answers})
    return worst


def _netlists(paths: Sequence[Path]) -> list[Path]:
    """Files as given; of a folder, every netlist below it."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.qnet")) if path.is_dir() else [path]
    return found


def _list(options: argparse.Namespace) -> int:
    from qnet.explain import SHELVES, letter_of

    entries = tuple(SHELVES[_KINDS[options.kind]])
    if options.json:
        print_json({"schema": 1, options.kind: [e.to_dict() for e in entries]})
        return GOOD
    dot = "." if options.kind == "analyses" else ""
    width = max((len(entry.name) for entry in entries), default=0) + len(dot)
    for entry in entries:
        print(f"{dot + entry.name:{width}}  {letter_of(entry):2}{entry.title}")
    return GOOD


def _explain(options: argparse.Namespace) -> int:
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


def _why(options: argparse.Namespace) -> int:
    from qnet.why import why

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


def _draw(options: argparse.Namespace) -> int:
    from qnet.drawing import draw

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


def _plot(options: argparse.Namespace) -> int:
    from qnet.corridor import run
    from qnet.plot import plot

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


def _fmt(options: argparse.Namespace) -> int:
    from qnet.lang.parse import parse
    from qnet.lang.write import write_deck

    text = write_deck(parse(options.file.read_text("utf-8"), str(options.file)))
    if options.write:
        from qnet.files import write_whole

        write_whole(options.file, text)
    elif options.json:
        print_json({"schema": 1, "text": text})
    else:
        sys.stdout.write(text)
    return GOOD


def _completion(options: argparse.Namespace) -> int:
    from qnet.completion import completion

    script = completion(_parser(), options.shell)
    if options.json:
        print_json({"schema": 1, "script": script})
    else:
        sys.stdout.write(script)
    return GOOD


def _limits(options: argparse.Namespace) -> int:
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


def _code_of(refusal: QnetError) -> int:
    if isinstance(refusal, PhysicsError):
        return REFUSED
    if isinstance(refusal, StorageError):
        cause = refusal.__cause__
        held = isinstance(cause, OSError) and cause.errno in _TEMPORARY
        return TRY_AGAIN if held else BAD_INPUT
    return BAD_INPUT
