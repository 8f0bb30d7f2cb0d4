"""Data files that cards name: found beside the netlist, inside the allowed folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qnet.diagnostics import NetlistError, Span, refuse


def data_file(text: str, span: Span, roots: Sequence[Path]) -> Path:
    """Path of a file, relative to the netlist that names it.

    Parameters
    ----------
    roots : sequence of Path
        Folders, links resolved, that files may come from.

    Raises
    ------
    NetlistError
        QN250: no such file, or not a regular one; QN251: it lies outside the folders.
    """
    path = (Path(span.source.name).parent / text).resolve()
    if not any(path.is_relative_to(root) for root in roots):
        raise refuse(
            NetlistError,
            "QN251",
            "this file is outside the netlist's folder",
            span,
            why="a netlist reads files of its own folder, links resolved",
            help="move the file, or allow its folder with `--include DIR`",
        )
    if not path.is_file():
        fault = "it is no regular file" if path.exists() else "no such file"
        message = f"'{path.name}' cannot be read: {fault}"
        raise refuse(NetlistError, "QN250", message, span)
    return path


def allowed_roots(name: str, include_roots: Sequence[str | Path]) -> list[Path]:
    """The folder of the netlist called `name`, and those allowed besides."""
    return [Path(root).resolve() for root in (Path(name).parent, *include_roots)]
