"""`qnet draw`: a circuit as a picture, with its voltages and currents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import numpy as np

from qnet.circuit import Floats
from qnet.corridor import template
from qnet.diagnostics import PhysicsError
from qnet.lang.cards import Deck
from qnet.network.sample import compile_circuit
from qnet.notation import engineering
from qnet.pictures.figures import new_figure, save_figure
from qnet.pictures.labels import SIDES, Room
from qnet.pictures.layout import place
from qnet.pictures.shades import VoltageScale, brightness
from qnet.pictures.sketch import ON_THE_RING, Sea, Sketch, Symbol, sketch
from qnet.pictures.strokes import NAME, Strokes, half_of, room_of, shifted, strands
from qnet.pictures.symbols import (
    DOWN,
    INK,
    LINES,
    PROBE,
    UP,
    Pen,
    draw_symbol,
    reach_of,
)
from qnet.registry import ReservoirKind
from qnet.solved import Solved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path as MatplotlibPath

BAR: Final = 0.72
"""Inches for the scale of voltages."""
MARGIN: Final = 0.08
"""Inches round everything."""
TITLE: Final = 0.24
"""Inches for the title."""
VALUES: Final = 6.5
"""Size of voltages, currents and names of elements, points."""
ARROW: Final = 0.27
"""Inches of the arrow of a current."""
SILENT: Final = 1e-6
"""Share of the largest current below which no arrow is drawn."""


@runtime_checkable
class Written(Protocol):
    """What gives cards: a `qnet.Builder`."""

    def deck(self) -> Deck:
        """Give the cards."""


def draw(
    source: str | Path | Deck | Written,
    path: str | Path | None = None,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
) -> Figure:
    """Draw a netlist: reservoirs on a ring, scatterers by their symbols.

    Voltages colour the reservoirs, and the edges that leave them; arrows at the
    terminals are as wide as their currents, inward where current enters the device;
    edges run as the sign of B says.

    Parameters
    ----------
    source : str, Path, Deck or Builder
        As for `qnet.run`.
    path : str or Path, optional
        Where to write the picture; its suffix says how: ``.svg .png .pdf``.
    overrides : mapping
        Values as for `qnet.run`. What is stepped and not named has the first value.
    include : sequence of paths
        Further folders from which the netlist may read.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    PluginError
        QN905: matplotlib is not there.
    """
    deck = source.deck() if isinstance(source, Written) else source
    whole = template(deck, overrides=overrides, include=include)
    circuit = whole.circuit(whole.first_point(overrides or ()))
    sample = compile_circuit(circuit)
    try:
        solution = Solved(sample, lambda: sample).solution
    except PhysicsError:  # the picture shows what is there, answers or not
        solution = None
    figure = on_paper(sketch(circuit, solution))
    if path is not None:
        save_figure(figure, Path(path))
    return figure


def on_paper(told: Sketch) -> Figure:
    """Lay out a sketch and draw it on a page of the size it needs.

    Raises
    ------
    PluginError
        QN905: matplotlib is not there.
    """
    drawing = _Drawing(Strokes(told, place(told.ring, told.links, room_of(told))))
    figure = new_figure((1.0, 1.0))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    drawing.draw(axes)
    low, high = drawing.room.limits
    low, high = low - MARGIN, high + MARGIN
    bar = BAR if drawing.scale.limits is not None else 0.0
    head = TITLE if told.title else 0.0
    width, height = high - low
    widest = max(width, 0.068 * len(told.title), 1.6)
    low[0] -= (widest - width) / 2
    height = max(height + head, 1.5 if bar else 0.0)
    figure.set_size_inches(widest + bar, height)
    axes.set_position((0, 0, widest / (widest + bar), 1))
    middle = (low[1] + high[1] + head) / 2
    axes.set(
        xlim=(low[0], low[0] + widest),
        ylim=(middle - height / 2, middle + height / 2),
    )
    if bar:
        drawing.scale.draw(figure)
    if told.title:
        axes.text(
            0.5, 1 - 0.05 / height, told.title, transform=axes.transAxes, ha="center",
            va="top", fontsize=8.5, color=INK,
        )  # fmt: skip
    return figure


class _Drawing:
    """A sketch with positions, on its way to paper: lines first, words last."""

    def __init__(self, strokes: Strokes) -> None:
        self.strokes, self.sketch = strokes, strokes.sketch
        self.where, self.shrink = strokes.where, strokes.shrink
        self.size = VALUES * max(self.shrink, 0.85)
        self.room = Room()
        seas, symbols = self.sketch.seas, self.sketch.symbols
        known = [*(sea.voltage for sea in seas), *(s.voltage for s in symbols)]
        self.scale = VoltageScale(known)
        self.middle: Floats = self.where.mean(0)
        currents = [abs(sea.current or 0.0) for sea in seas]
        currents += [abs(symbol.current or 0.0) for symbol in symbols]
        self.largest = float(np.nanmax(currents, initial=0.0))

    def draw(self, axes: Axes) -> None:
        """Draw everything."""
        for number, symbol in enumerate(self.sketch.symbols):
            self._lines(axes, number, symbol)
        for number, symbol in enumerate(self.sketch.symbols):
            self._symbol(axes, number, symbol)
        for number, sea in enumerate(self.sketch.seas):
            self._sea(axes, number, sea)
        for number, sea in enumerate(self.sketch.seas):
            self._values(axes, number, sea)
        for number, symbol in enumerate(self.sketch.symbols):
            self._name(axes, number, symbol)

    # --- lines

    def _lines(self, axes: Axes, number: int, symbol: Symbol) -> None:
        """Everything of an element that is line."""
        if symbol.look in LINES:
            self._curve(axes, number, symbol)
            return
        for pin in range(len(symbol.ends)):
            line = self.strokes.lead(number, pin)
            if line is not None:
                axes.plot(*line.T, color=INK, lw=1.1, zorder=2, solid_capstyle="round")
                self.room.take_line(line)
        current = symbol.current
        if current and abs(current) > SILENT * self.largest:
            line = self.strokes.lead(number, int(current > 0))
            if line is not None:  # where the current leaves
                self._head(axes, line, 0.62, INK, 6 + 7 * abs(current) / self.largest)

    def _curve(self, axes: Axes, number: int, symbol: Symbol) -> None:
        """A line through the element's place from neighbour to neighbour."""
        middle = self.strokes.curve(number)
        self.room.take_line(middle)
        length = float(np.linalg.norm(np.diff(middle, axis=0), axis=-1).sum())
        lines = strands(symbol)
        for (offset, sense), colour in zip(lines, self._inks(symbol), strict=True):
            line = shifted(middle, offset)
            axes.plot(*line.T, color=colour, lw=1.3, zorder=3, solid_capstyle="round")
            if sense:
                size = min(9.0 if len(lines) == 1 else 7.0, 26 * length)
                share = 0.5 + min(0.04 / length, 0.2)
                self._head(axes, line[::sense], share, colour, size)
        if symbol.leaks:  # probes along it
            from matplotlib.patches import Circle

            x, y = middle[len(middle) // 3]
            axes.add_patch(
                Circle((x, y), 0.045, fc="white", ec=INK, lw=0.8, ls=(0, (1.2, 0.8)),
                       zorder=4)
            )  # fmt: skip

    @staticmethod
    def _head(axes: Axes, line: Floats, share: float, colour: Any, size: float) -> None:  # noqa: ANN401
        """A head on a line, its tip at a share of its length."""
        tip = round(share * (len(line) - 1))
        axes.annotate(
            "", line[tip], line[max(tip - 3, 0)],
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 0.8,
                        "mutation_scale": size, "shrinkA": 0, "shrinkB": 0},
            zorder=3,
        )  # fmt: skip

    def _inks(self, symbol: Symbol) -> list[Any]:
        """Colour of each line of a curve: edges have that of where they begin."""
        if symbol.look == "helical":
            return [UP, DOWN]
        if symbol.look == "wire":
            return [INK]
        origin = symbol.ends[0 if symbol.sense >= 0 else -1]
        voltage = None
        if origin < len(self.sketch.seas):
            voltage = self.sketch.seas[origin].voltage
        return [self.scale.colour(voltage, 0.82)] * len(strands(symbol))

    # --- symbols and reservoirs

    def _symbol(self, axes: Axes, number: int, symbol: Symbol) -> None:
        if symbol.look in LINES:
            return
        centre = self.where[number + len(self.sketch.seas)]
        along = self.strokes.along[number]
        pen = Pen(axes, centre, along, self.shrink)
        half = self.strokes.half
        in_a_row = self.strokes.layout.in_a_row[number + len(self.sketch.seas)]
        if symbol.look == "probe":
            disc = np.full(2, 0.6 * half)
            sides = np.array([pen.at((0, PROBE)), pen.at((0, -PROBE))])
            crowd = self.room.crowd(sides, disc)
            if crowd[1] < crowd[0] and not in_a_row:
                pen = Pen(axes, centre, -along, self.shrink)
            self.room.take_box(pen.at((0, PROBE)), disc)
        draw_symbol(pen, symbol.look, self.scale.colour(symbol.voltage))
        self.room.take_box(centre, self.shrink * reach_of(symbol.look, along))

    def _sea(self, axes: Axes, number: int, sea: Sea) -> None:
        from matplotlib.patches import Circle, PathPatch

        centre, half = self.where[number], half_of(sea, self.shrink)
        self.room.take_box(centre, half)
        fill = self.scale.colour(sea.voltage)
        style: dict[str, Any] = {"fc": fill, "ec": INK, "lw": 1.1, "zorder": 5}
        if sea.look == "node":
            axes.add_patch(Circle((centre[0], centre[1]), half[0], **style))
            return
        if sea.look == "ground":
            self._earth(axes, number)
            return
        if sea.kind == ReservoirKind.DEPHASING:
            style["ls"] = (0, (2, 1.2))
        corner = half[1] if sea.look == "probe" else 0.3 * half[1]
        box = PathPatch(_rounded(centre, half, corner), **style)
        ground = None
        if sea.look == "superconductor":
            box.set_hatch("/////")
            ground = {"fc": fill, "ec": "none", "boxstyle": "square,pad=0.12"}
        axes.add_patch(box)
        ink = INK if fill == "white" or brightness(fill) > 0.45 else "white"
        x, y = centre.tolist()
        axes.text(
            x, y, sea.name, fontsize=NAME * self.shrink, ha="center",
            va="center_baseline", color=ink, zorder=8, bbox=ground,
        )  # fmt: skip

    def _earth(self, axes: Axes, number: int) -> None:
        """The sign of the voltage reference, at the end of what touches node 0."""
        links = self.sketch.links
        near = links[links[:, 1] == number, 0]
        step = self.where[number] - self.where[near].mean(0)
        step = step / max(float(np.hypot(*step)), 1e-9)
        pen = Pen(axes, self.where[number], step, self.shrink)
        for reach, half in ((0.0, 0.085), (0.035, 0.055), (0.07, 0.025)):
            pen.line([(reach, -half), (reach, half)], 1.1)

    # --- words

    def _values(self, axes: Axes, number: int, sea: Sea) -> None:
        """Arrow of the current, and voltage and current in figures."""
        if sea.look == "ground":
            return
        words = [sea.name] if sea.look == "node" else []
        if sea.voltage is not None:
            size = max(abs(v) for v in (self.scale.limits or (0, 1)))
            words.append(_short(sea.voltage, "V", 1e-9 * size))
        centre, half = self.where[number], half_of(sea, self.shrink)
        lean = self._outward(number)
        current = sea.current or 0.0
        if sea.look in ON_THE_RING - {"probe"} and (
            abs(current) > SILENT * self.largest > 0
        ):
            words.append(_short(current, "A"))
            side = self._free_side(centre, half, lean)
            near = centre + side * float((half / np.maximum(abs(side), 1e-9)).min())
            start, stop = near + 0.03 * side, near + (0.03 + ARROW) * side
            width = abs(current) / self.largest
            self._current(axes, (start, stop), width, inward=current > 0)
            centre, half = (start + stop) / 2, abs(stop - start) / 2 + 0.03
            lean = 1.5 * side
        if words:
            self._write(axes, "\n".join(words), self.size, centre, half, lean)

    def _outward(self, number: int) -> Floats:
        """Away from what a reservoir touches, or from the middle."""
        links = self.sketch.links
        near = links[links[:, 1] == number, 0]
        away = self.where[number] - self.where[near].mean(0) if len(near) else 0.0
        whole = self.where[number] - self.middle
        step = whole / max(float(np.hypot(*whole)), 1e-9)
        if self.strokes.layout.in_a_row[number]:
            step = np.zeros(2)
        step = step + away / max(float(np.hypot(*np.atleast_1d(away))), 1e-9)
        length = float(np.hypot(*step))
        return step / length if length > 1e-9 else np.array([0.0, 1.0])

    def _free_side(self, centre: Floats, half: Floats, lean: Floats) -> Floats:
        """Direction from a reservoir in which an arrow fits."""
        reach = (half / np.maximum(abs(SIDES), 1e-9)).min(-1) + 0.05 + ARROW / 2
        steps = np.linspace(-0.4, 0.4, 5) * ARROW
        price = 0.8 * (1 - SIDES @ lean)
        for step in steps:
            spots = centre + (reach + step)[:, None] * SIDES
            price += self.room.crowd(spots, np.full(2, 0.05))
        found: Floats = SIDES[int(np.argmin(price))]
        return found

    def _current(
        self, axes: Axes, ends: tuple[Floats, Floats], share: float, *, inward: bool
    ) -> None:
        """An arrow beside a reservoir, as wide as its current."""
        tail, tip = ends[::-1] if inward else ends
        width = 0.7 + 2.0 * share
        axes.annotate(
            "", (tip[0], tip[1]), (tail[0], tail[1]),
            arrowprops={"arrowstyle": "-|>", "color": INK, "lw": width,
                        "mutation_scale": 5 + 2.2 * width, "shrinkA": 0, "shrinkB": 0,
                        "joinstyle": "miter", "capstyle": "butt"},
            zorder=6,
        )  # fmt: skip
        self.room.take_box((tail + tip) / 2, abs(tip - tail) / 2 + 0.03)

    def _name(self, axes: Axes, number: int, symbol: Symbol) -> None:
        """The name of an element where there is most room beside it."""
        centre = self.where[number + len(self.sketch.seas)]
        if symbol.look in LINES:
            half = np.full(2, 0.02 + 0.025 * min(symbol.lines, 4))
        else:
            along = self.strokes.along[number]
            half = self.shrink * reach_of(symbol.look, along) + 0.01
        turned = self.strokes.along[number][::-1] * (-1, 1)
        side = turned * np.sign((centre - self.middle) @ turned or 1.0)
        if symbol.look == "probe":
            side = -self.strokes.along[number][::-1] * (-1, 1)
        if symbol.name:
            self._write(axes, symbol.name, self.size, centre, half, 0.5 * side)

    def _write(
        self, axes: Axes, text: str, size: float, centre: Floats, half: Floats,
        lean: Floats,
    ) -> None:  # fmt: skip
        x, y = self.room.label(text, size, centre, half, lean)
        axes.text(
            x, y, text, fontsize=size, ha="center", va="center", color=INK,
            linespacing=1.15, zorder=8,
        )  # fmt: skip


def _rounded(centre: Floats, half: Floats, corner: float) -> MatplotlibPath:
    """Outline of a box with round corners."""
    from matplotlib.path import Path as Outline

    turn = np.linspace(0, np.pi / 2, 12)
    arc = corner * np.stack([np.cos(turn), np.sin(turn)], -1)
    inner = half - corner
    corners = [
        centre + inner * sign + arc[::order] * sign
        for sign, order in (((1, 1), 1), ((-1, 1), -1), ((-1, -1), 1), ((1, -1), -1))
    ]
    points = np.concatenate(corners)
    return Outline(np.vstack([points, points[:1]]), closed=True)


def _short(value: float, unit: str, bound: float = 0.0) -> str:
    """A quantity in four digits, with a minus sign of the right length."""
    rounded = float(f"{value:.3e}") if np.isfinite(value) else value
    return engineering(rounded, unit, bound).replace("-", "−")
