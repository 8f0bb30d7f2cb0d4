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
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from qnet import verbs
from qnet.diagnostics import PhysicsError, QnetError, StorageError
from qnet.screen import complain, print_json, say, version, write_defect
from qnet.verbs import BAD_INPUT, DEFECT, GOOD, KINDS, REFUSED, TRY_AGAIN

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
    except verbs.Usage as slip:
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
    words = parser.add_subparsers(metavar="VERB", required=True)

    run = _verb(words, "run", verbs.run, "solve a netlist and print the report")
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
                     help="share the sweep by Dask: tcp://HOST:PORT")  # fmt: skip
    run.add_argument("--insecure-cluster", action="store_true",
                     help="allow a scheduler elsewhere without TLS")  # fmt: skip
    run.add_argument("--strict", action="store_true",
                     help="fail on warnings and marked points")  # fmt: skip
    run.add_argument("--quiet", action="store_true", help="print no report")
    _add_bounds(run)

    check = _verb(
        words, "check", verbs.check, "find the faults of netlists without solving"
    )
    check.add_argument("paths", metavar="FILE|DIR", nargs="+", type=Path)
    _add_bounds(check)

    listing = _verb(words, "list", verbs.list_, "list what netlists may use")
    listing.add_argument("kind", choices=KINDS)

    why = _verb(
        words, "why", verbs.why, "say what sets an answer, and what would change it"
    )
    why.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    why.add_argument(
        "question", metavar="ANSWER", help='"V(P2)", "I(T1)", "R(1,2,3,4)"'
    )
    why.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or hold what is stepped (repeatable)",
    )  # fmt: skip
    _add_bounds(why)

    draw = _verb(words, "draw", verbs.draw, "draw a netlist as a circuit")
    draw.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    draw.add_argument("-o", dest="output", metavar="OUT", type=Path, required=True,
                      help="where to: OUT.svg, OUT.png or OUT.pdf")  # fmt: skip
    draw.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or hold what is stepped (repeatable)",
    )  # fmt: skip
    _add_bounds(draw)

    plot = _verb(words, "plot", verbs.plot, "solve a netlist and draw its answers")
    plot.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    plot.add_argument("-o", dest="output", metavar="OUT", type=Path, required=True,
                      help="where to: OUT.svg, OUT.png or OUT.pdf")  # fmt: skip
    plot.add_argument(
        "-D", dest="overrides", metavar="NAME=VALUE", action="append", default=[],
        type=_override, help="set a parameter, or B, EF, temp, M (repeatable)",
    )  # fmt: skip
    _add_bounds(plot)

    explain = _verb(
        words, "explain", verbs.explain, "explain a model, a word or a code"
    )
    explain.add_argument("word", metavar="NAME|CODE")

    fmt = _verb(words, "fmt", verbs.fmt, "print a netlist in its stable form")
    fmt.add_argument("file", metavar="FILE", type=Path)
    fmt.add_argument("--write", action="store_true", help="rewrite the file instead")

    for word, routine, meaning in (
        ("status", verbs.status, "say how far a run into a file is"),
        (
            "verify",
            verbs.verify,
            "check a file: checksum, certificates, asserts",
        ),
        ("dump", verbs.dump, "print a result file as canonical text"),
    ):
        verb = _verb(words, word, routine, meaning)
        verb.add_argument("output", metavar="FILE", type=Path)

    shells = _verb(words, "completion", _completion, "print a completion script")
    shells.add_argument("shell", choices=("bash", "zsh", "fish"))

    _verb(words, "limits", verbs.limits, "print the resource limits")
    return parser


def _verb(
    words: Any,  # noqa: ANN401  argparse names this type privately
    name: str,
    routine: Callable[[argparse.Namespace], int],
    meaning: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(
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


def _completion(options: argparse.Namespace) -> int:
    from qnet.editors.completion import completion

    script = completion(_parser(), options.shell)
    if options.json:
        print_json({"schema": 1, "script": script})
    else:
        sys.stdout.write(script)
    return GOOD


def _code_of(refusal: QnetError) -> int:
    if isinstance(refusal, PhysicsError):
        return REFUSED
    if isinstance(refusal, StorageError):
        cause = refusal.__cause__
        held = isinstance(cause, OSError) and cause.errno in _TEMPORARY
        return TRY_AGAIN if held else BAD_INPUT
    return BAD_INPUT
