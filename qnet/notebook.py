"""Notebooks: ``%load_ext qnet.notebook`` brings the cell magic ``%%qnet``.

The cell is a netlist; its report is shown and stays in a variable:

    %%qnet --draw --plot bar
    T1 a V=1mV
    …

``--draw`` shows the circuit, ``--plot`` the figures, and ``bar`` is the name of the
variable (``report`` if none is given). Without the magic, reports, builders and
explanations show themselves as HTML where a notebook asks for it.
"""

from __future__ import annotations

import shlex
from typing import Any, Final

from qnet.corridor import run
from qnet.diagnostics import QnetError
from qnet.output.html import diagnostics_html, figure_html, report_html
from qnet.pictures.drawing import draw
from qnet.pictures.plotting import plot
from qnet.results import Report

VARIABLE: Final = "report"
"""Where a report stays if the cell names no variable."""


class Page:
    """HTML that a notebook shows."""

    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html


def answer_cell(line: str, cell: str) -> tuple[str, Report | None, Page]:
    """What the magic does with the words of its line and the text of its cell.

    Returns
    -------
    variable : str
        Where the report belongs.
    report : Report or None
        None where the netlist is refused.
    page : Page
        What to show.

    Raises
    ------
    ValueError
        A word of the line is no option and no name.
    """
    words = shlex.split(line)
    options = {word for word in words if word.startswith("-")}
    names = [word for word in words if not word.startswith("-")]
    if options - {"--draw", "--plot"} or len(names) > 1:
        raise ValueError("usage: %%qnet [--draw] [--plot] [variable]")
    variable = names[0] if names else VARIABLE
    if not variable.isidentifier():
        raise ValueError(f"'{variable}' is no name of a variable")
    text = cell if cell.endswith("\n") else f"{cell}\n"
    try:
        report = run(text)
        parts = [figure_html(draw(text))] if "--draw" in options else []
        parts.append(diagnostics_html(report.diagnostics) + report_html(report))
        if "--plot" in options:
            parts.append(figure_html(plot(report)))
    except QnetError as refusal:
        return variable, None, Page(diagnostics_html(refusal.diagnostics))
    return variable, report, Page("".join(parts))


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401  IPython is not imported
    """Register the magic; called by ``%load_ext qnet.notebook``."""

    def qnet(line: str, cell: str) -> Page:
        """Run the netlist of a cell."""
        variable, report, page = answer_cell(line, cell)
        shell.push({variable: report})
        return page

    shell.register_magic_function(qnet, "cell", "qnet")
