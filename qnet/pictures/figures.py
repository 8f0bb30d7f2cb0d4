"""Figures without a screen: matplotlib on demand, and pictures written whole."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qnet.diagnostics import PluginError, StorageError, refuse
from qnet.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS: Final = 200
"""Dots for an inch of a bitmap."""
FORMATS: Final = (".pdf", ".png", ".svg")
"""Suffixes of files that a figure can be written to."""


def new_figure(size: tuple[float, float]) -> Figure:
    """Return an empty figure of a size in inches, apart from any window.

    Raises
    ------
    PluginError
        QN905: matplotlib is not there.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        message = "pictures need matplotlib, which is not installed"
        raise refuse(
            PluginError, "QN905", message, help="pip install 'qnet-transport[plot]'"
        ) from None
    return Figure(figsize=size, dpi=DOTS)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure whole or not at all; equal figures give equal files.

    Raises
    ------
    StorageError
        QN710: the suffix is no format of pictures.
    """
    import matplotlib as mpl

    if path.suffix not in FORMATS:
        message = f"'{path.name}' does not end in {', '.join(FORMATS)}"
        raise refuse(StorageError, "QN710", message)
    room = io.BytesIO()
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "qnet"}):
        figure.savefig(
            room, format=path.suffix[1:], metadata=undated.get(path.suffix), dpi=DOTS
        )
    write_whole(path, room.getvalue())
