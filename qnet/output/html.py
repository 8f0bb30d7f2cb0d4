"""Reports, findings and drawings as HTML for notebooks."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from qnet.diagnostics import Diagnostic, render
from qnet.output.tables import report_lines
from qnet.results import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = {
    "title": "font-weight:bold", "heading": "font-weight:bold;color:#0e7490",
    "faint": "opacity:.65", "good": "color:#15803d", "bad": "color:#b91c1c",
}  # fmt: skip
_SEVERE = {"error": "#b91c1c", "warning": "#b45309", "note": "#0e7490"}


def report_html(report: Report) -> str:
    """The printed report, coloured as on a screen."""
    lines = []
    for line in report_lines(report):
        style = _COLOURS.get(line.style, "")
        text = escape(line.text)
        lines.append(f'<span style="{style}">{text}</span>' if style else text)
    return _block("\n".join(lines))


def diagnostics_html(found: Sequence[Diagnostic]) -> str:
    """Findings with their carets, each behind a bar in the colour of its severity."""
    return "".join(
        f'<div style="border-left:3px solid {_SEVERE[one.severity]};'
        f'padding-left:.7em;margin:.4em 0">{_block(escape(render([one])))}</div>'
        for one in found
    )


def text_html(text: str) -> str:
    """Text in columns."""
    return _block(escape(text))


def figure_html(figure: Figure) -> str:
    """A figure as SVG in the page."""
    room = io.StringIO()
    figure.savefig(room, format="svg", metadata={"Date": None})
    drawn = room.getvalue()
    return drawn[drawn.index("<svg") :]


def _block(inner: str) -> str:
    style = "line-height:1.3;overflow-x:auto;background:none"
    return f'<pre style="{style}">{inner}</pre>'
