"""`qnet plot`: figures of a report, ready for print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from qnet.diagnostics import AnalysisError, refuse
from qnet.pictures.figures import new_figure, save_figure
from qnet.pictures.panels import Bars, Lines, Map, Matrix, Panel, Scaled, panels_of
from qnet.results import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 3.4
"""Inches of a panel: one column of a journal."""
HEIGHT: Final = 2.5
"""Inches of a panel."""
MOST: Final = 8
"""Panels of one figure."""
PLATEAU: Final = 1e-6
"""Relative height below which a curve is flat, and what is left of it rounding."""
CYCLE: Final = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222",
    "#8c6d31",
)  # fmt: skip
"""Colours of Okabe and Ito, which colour-blind readers tell apart."""
DASHES: Final = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
"""Strokes, so that curves are told apart without colour and where they coincide."""
MARKS: Final = ("o", "s", "^", "D")
"""Marks of single points."""
SPARSE: Final = 12
"""Points that are few enough to be marked one by one."""
STYLE: Final[dict[str, Any]] = {
    "axes.linewidth": 0.7, "axes.labelsize": 9, "font.size": 8.5,
    "xtick.direction": "in", "ytick.direction": "in", "xtick.top": True,
    "ytick.right": True, "xtick.major.width": 0.7, "ytick.major.width": 0.7,
    "legend.frameon": False, "legend.fontsize": 7.5, "lines.linewidth": 1.3,
    "axes.formatter.useoffset": False, "axes.formatter.use_mathtext": True,
    "mathtext.fontset": "dejavusans",
}  # fmt: skip


def plot(report: Report, path: str | Path | None = None) -> Figure:
    """Show a report: its ``.plot`` cards, or else all that can be shown.

    Measures become lines along a step and maps over two, with bands of one standard
    deviation where ``.mc`` drew samples; matrices between terminals become heat maps.

    Parameters
    ----------
    report : Report
    path : str or Path, optional
        Where to write the figure; its suffix says how: ``.svg .png .pdf``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    AnalysisError
        QN620: the report has nothing to show.
    PluginError
        QN905: matplotlib is not there.
    """
    panels = panels_of(report)[:MOST]
    if not panels:
        raise refuse(
            AnalysisError,
            "QN620",
            "there is nothing to plot",
            why="a single number is no figure",
            help="step something: `.step B 0T 1T 10mT`, or ask for `.gmatrix`",
        )
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    figure = new_figure((WIDTH * columns, HEIGHT * rows))
    import matplotlib as mpl

    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # a dict of any keys
        figure.set_layout_engine("constrained")
        for number, panel in enumerate(panels):
            axes = figure.add_subplot(rows, columns, number + 1)
            _show(figure, axes, panel)
            if len(panels) > 1:
                axes.set_title(f"({'abcdefgh'[number]})", loc="left", fontsize=9, pad=3)
        if path is not None:
            save_figure(figure, Path(path))
        else:
            figure.canvas.draw()
    return figure


def _show(figure: Figure, axes: Axes, panel: Panel) -> None:
    if isinstance(panel, Lines):
        _lines(axes, panel)
    elif isinstance(panel, Map):
        _map(figure, axes, panel)
    elif isinstance(panel, Matrix):
        _matrix(figure, axes, panel)
    else:
        _bars(axes, panel)


def _lines(axes: Axes, panel: Lines) -> None:
    x = panel.x.values
    is_sparse = len(x) <= SPARSE
    steps = np.diff(x)
    # Between two or three points, or back and forth, a line would tell of more.
    is_joined = len(x) > 3 and bool((steps >= 0).all() or (steps <= 0).all())
    for number, curve in enumerate(panel.curves):
        colour = CYCLE[number % len(CYCLE)]
        manner: dict[str, Any] = {"ls": DASHES[number % len(DASHES)]}
        if is_sparse:
            manner |= {"marker": MARKS[number % len(MARKS)], "ms": 4.2, "lw": 0.8}
            manner |= {} if is_joined else {"ls": "none"}
            # Hollow from the second on, so that points that coincide are all seen.
            manner |= {"mfc": "none"} if number else {}
        values = np.real(curve.values)
        axes.plot(x, values, color=colour, label=curve.name, **manner)
        if curve.spread is not None:
            low, high = curve.values - curve.spread, curve.values + curve.spread
            axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
    axes.set(xlabel=panel.x.label, ylabel=panel.label)
    if len(x) > 1 and np.ptp(x) > 0 and not is_sparse:
        axes.set_xlim(float(x.min()), float(x.max()))
    bottom, top = map(float, axes.get_ylim())
    middle = (bottom + top) / 2
    if top - bottom < PLATEAU * abs(middle):
        room = 0.1 * abs(middle)
        axes.set_ylim(middle - room, middle + room)
    if len(panel.curves) > 1:
        axes.legend(handlelength=1.4)


def _map(figure: Figure, axes: Axes, panel: Map) -> None:
    colours, low, high = _shades(panel.z)
    mesh = axes.pcolormesh(
        panel.x.values, panel.y.values, panel.z.values, cmap=colours, vmin=low,
        vmax=high, shading="nearest", rasterized=True,
    )  # fmt: skip
    axes.set(xlabel=panel.x.label, ylabel=panel.y.label)
    figure.colorbar(mesh, ax=axes, label=panel.z.label, pad=0.02)


def _matrix(figure: Figure, axes: Axes, panel: Matrix) -> None:
    colours, low, high = _shades(panel.z)
    values = panel.z.values
    shown = axes.imshow(values, cmap=colours, vmin=low, vmax=high)
    axes.set_xticks(range(len(panel.columns)), panel.columns, fontsize=7)
    axes.set_yticks(range(len(panel.rows)), panel.rows, fontsize=7)
    axes.tick_params(length=0)
    axes.set(xlabel="from", ylabel="to")
    figure.colorbar(shown, ax=axes, label=panel.z.label, pad=0.02)
    if len(values) > 10:
        return
    largest = max(abs(low), abs(high))
    for (row, column), value in np.ndenumerate(values):
        ink = "white" if abs(value) > 0.6 * largest else "black"
        text = f"{0.0 if abs(value) < 1e-9 * largest else value:.3g}"
        axes.text(
            column, row, text.replace("-", "−"), ha="center", va="center",
            fontsize=6.5, color=ink,
        )  # fmt: skip


def _shades(z: Scaled) -> tuple[str, float, float]:
    """Colour map and its ends: about zero where values have both signs."""
    finite = z.values[np.isfinite(z.values)]
    low = float(finite.min(initial=np.inf)) if finite.size else 0.0
    high = float(finite.max(initial=-np.inf)) if finite.size else 1.0
    if low < -1e-9 * abs(high) and high > 1e-9 * abs(low):
        most = max(-low, high)
        return "RdBu_r", -most, most
    return "viridis", low, high


def _bars(axes: Axes, panel: Bars) -> None:
    axes.bar(panel.names, panel.heights.values, color=CYCLE[0], width=0.6)
    axes.axhline(0, color="black", lw=0.7)
    axes.set_ylabel(panel.heights.label)
    axes.tick_params(axis="x", length=0, labelrotation=90 * (len(panel.names) > 12))
