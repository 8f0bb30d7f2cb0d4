"""The command ``qnet``: run, check, why, draw, plot, list, explain, fmt, limits.

Results go to stdout and diagnostics to stderr; with ``--json`` both are one object on
stdout. Usage comes from this module alone, at the speed of Python's own start: whatever
a verb needs, down to its types, is imported when the verb is called.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # that of `typing` would load it
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from qnet.diagnostics import QnetError

KINDS = (
    "cards", "directives", "models", "analyses", "units", "functions", "codes",
)  # fmt: skip
"""What ``qnet list`` lists."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    return _do(_parser().parse_args(argv))


def _do(options: argparse.Namespace) -> int:
    import signal
    from contextlib import suppress

    from qnet import verbs
    from qnet.diagnostics import QnetError
    from qnet.screen import complain, say, write_defect
    from qnet.verbs import BAD_INPUT, DEFECT, GOOD, REFUSED, TRY_AGAIN

    def terminate(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    with suppress(ValueError):  # signals are the main thread's alone
        signal.signal(signal.SIGTERM, terminate)
    try:
        if options.verb == "completion":
            code = _completion(options)
        else:
            code = getattr(verbs, options.verb)(options)
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
        code = TRY_AGAIN if _is_temporary(trouble) else BAD_INPUT
    except MemoryError:
        complain("not enough memory")
        code = REFUSED
    except Exception as fault:
        complain(write_defect(fault))
        code = DEFECT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qnet",
        description="Solve netlists of quantum conductors: scatterers, reservoirs, "
        "probes.",
        epilog="Exit codes: 0 good; 1 refused, or an assert or audit failed; 2 bad "
        "input or usage; 70 internal defect; 75 try again.",
        formatter_class=_usage,
    )
    parser.add_argument("--version", action=_Version, help="show the version and leave")
    words = parser.add_subparsers(metavar="VERB", required=True)

    run = _verb(words, "run", "run", "solve a netlist and print the report")
    run.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    _add_overrides(run, "set a parameter, or B, EF, temp, M")
    run.add_argument("-o", dest="output", metavar="OUT", type=_path,
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
        words, "check", "check", "find the faults of netlists without solving"
    )
    check.add_argument("paths", metavar="FILE|DIR", nargs="+", type=_path)
    _add_bounds(check)

    listing = _verb(words, "list", "list_", "list what netlists may use")
    listing.add_argument("kind", choices=KINDS)

    why = _verb(
        words, "why", "why", "say what sets an answer, and what would change it"
    )
    why.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    why.add_argument(
        "question", metavar="ANSWER", help='"V(P2)", "I(T1)", "R(1,2,3,4)"'
    )
    _add_overrides(why, "set a parameter, or hold what is stepped")
    _add_bounds(why)

    draw = _verb(words, "draw", "draw", "draw a netlist as a circuit")
    draw.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    _add_picture(draw)
    _add_overrides(draw, "set a parameter, or hold what is stepped")
    _add_bounds(draw)

    plot = _verb(words, "plot", "plot", "solve a netlist and draw its answers")
    plot.add_argument("file", metavar="FILE", help="netlist, or - for standard input")
    _add_picture(plot)
    _add_overrides(plot, "set a parameter, or B, EF, temp, M")
    _add_bounds(plot)

    explain = _verb(words, "explain", "explain", "explain a model, a word or a code")
    explain.add_argument("word", metavar="NAME|CODE")

    fmt = _verb(words, "fmt", "fmt", "print a netlist in its stable form")
    fmt.add_argument("file", metavar="FILE", type=_path)
    fmt.add_argument("--write", action="store_true", help="rewrite the file instead")
    fmt.add_argument("--fix", action="store_true",
                     help="mend the faults whose cure is beyond doubt")  # fmt: skip
    _add_bounds(fmt)

    for word, routine, meaning in (
        ("status", "status", "say how far a run into a file is"),
        (
            "verify",
            "verify",
            "check a file: checksum, certificates, asserts",
        ),
        ("dump", "dump", "print a result file as canonical text"),
    ):
        verb = _verb(words, word, routine, meaning)
        verb.add_argument("output", metavar="FILE", type=_path)

    shells = _verb(words, "completion", "completion", "print a completion script")
    shells.add_argument("shell", choices=("bash", "zsh", "fish"))

    _verb(words, "limits", "limits", "print the resource limits")
    return parser


def _verb(
    words: Any,  # noqa: ANN401  argparse names this type privately
    name: str,
    routine: str,
    meaning: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(
        name,
        help=meaning,
        description=meaning.capitalize() + ".",
        formatter_class=_usage,
    )
    parser.set_defaults(verb=routine)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def _add_overrides(verb: argparse.ArgumentParser, meaning: str) -> None:
    verb.add_argument("-D", dest="overrides", metavar="NAME=VALUE", action="append",
                      default=[], type=_override,
                      help=f"{meaning} (repeatable)")  # fmt: skip


def _add_picture(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("-o", dest="output", metavar="OUT", type=_path, required=True,
                      help="where to: OUT.svg, OUT.png or OUT.pdf")  # fmt: skip


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", metavar="NAME=VALUE", action="append", default=[], type=_override,
        help="raise a resource limit, see `qnet limits` (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--include", metavar="DIR", action="append", default=[], type=_path,
        help="a further folder that the netlist may read from (repeatable)",
    )  # fmt: skip


class _Version(argparse.Action):
    """``--version``, which looks the version up only when asked."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from qnet.screen import version

        print(f"qnet {version()}")
        parser.exit()


def _usage(prog: str) -> argparse.HelpFormatter:
    """As wide as the screen; asked for by argparse, that would load much."""
    columns = os.environ.get("COLUMNS", "")
    if not columns.isdecimal() or columns == "0":
        try:
            columns = str(os.get_terminal_size(1).columns)
        except OSError:  # no screen
            columns = "80"
    return argparse.HelpFormatter(prog, width=(int(columns) or 80) - 2)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


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
    from qnet.screen import print_json

    script = completion(_parser(), options.shell)
    if options.json:
        print_json({"schema": 1, "script": script})
    else:
        sys.stdout.write(script)
    return 0


def _code_of(refusal: QnetError) -> int:
    from qnet.diagnostics import PhysicsError, StorageError
    from qnet.verbs import BAD_INPUT, REFUSED, TRY_AGAIN

    if isinstance(refusal, PhysicsError):
        exceeds = any(found.code.startswith("QN8") for found in refusal.diagnostics)
        return BAD_INPUT if exceeds else REFUSED
    if isinstance(refusal, StorageError):
        cause = refusal.__cause__
        held = isinstance(cause, OSError) and _is_temporary(cause)
        return TRY_AGAIN if held else BAD_INPUT
    return BAD_INPUT


def _is_temporary(trouble: OSError) -> bool:
    """Whether a later try may go well: disk full, lock held."""
    import errno

    passing = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EAGAIN, errno.ENOLCK)
    return trouble.errno in passing
