"""`qnet draw`: a circuit as a picture, with its voltages and currents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from qnet.pictures.layout import place
from qnet.pictures.shades import VoltageScale, brightness
from qnet.pictures.sketch import Sea, Sketch, Symbol, sketch
from qnet.pictures.symbols import (
    DOWN,
    HALF,
    INK,
    LINES,
    UP,
    Pen,
    Point,
    draw_symbol,
)
from qnet.registry import ReservoirKind
from qnet.solved import Solved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCH: Final = 0.78
"""Inches for one unit of the layout."""
WIDEST: Final = 7.2
"""Inches of a figure over two columns; wider ones are scaled down to it."""
SEA: Final = 0.27
"""Radius of a reservoir."""
MARGIN: Final = np.array([1.15, 0.8])
"""Inches round the layout for labels and arrows."""
BAR: Final = 0.7
"""Inches for the scale of voltages."""
TITLE: Final = 0.2
"""Inches for the title."""
BOXES: Final = frozenset({"terminal", "superconductor"})
"""Reservoirs that are drawn as boxes; the others are circles."""
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
    figure = _Drawing(sketch(circuit, solution)).figure()
    if path is not None:
        save_figure(figure, Path(path))
    return figure


@dataclass(eq=False)
class _Drawing:
    """A sketch with positions, on its way to paper."""

    sketch: Sketch

    @cached_property
    def _placed(self) -> tuple[Floats, bool]:
        seas = np.arange(len(self.sketch.seas))
        return place(self.sketch.size, seas, self.sketch.links)

    @property
    def where(self) -> Floats:
        """Position of every vertex."""
        return self._placed[0]

    @cached_property
    def along(self) -> Floats:
        """Direction of every element, from its first pin to its last."""
        found = []
        for number, symbol in enumerate(self.sketch.symbols, len(self.sketch.seas)):
            here, ends = self.where[number], self.where[list(symbol.ends)]
            half = len(ends) // 2
            step = ends[half:].mean(0) - ends[:half].mean(0) if half else here - ends[0]
            if len(ends) == 3:
                step = ends[0] - here
            if self._placed[1]:
                step = step * [1, 0]
            if np.hypot(*step) < 1e-9:
                step = np.array([-(here - ends[0])[1], (here - ends[0])[0]])
            length = float(np.hypot(*step))
            found.append(step / length if length > 1e-9 else np.array([1.0, 0.0]))
        return np.array(found).reshape(-1, 2)

    @cached_property
    def scale(self) -> VoltageScale:
        """Colours of the voltages."""
        known = [sea.voltage for sea in self.sketch.seas]
        return VoltageScale([*known, *(s.voltage for s in self.sketch.symbols)])

    @cached_property
    def inch(self) -> float:
        """Inches for one unit of the layout."""
        width = float(np.ptp(self.where[:, 0]))
        return min(INCH, (WIDEST - BAR - 2 * MARGIN[0]) / max(width, 1e-9))

    def figure(self) -> Figure:
        """Draw everything."""
        shows = self.scale.limits is not None
        bar = BAR if shows else 0.0
        inch = self.inch
        low, high = self.where.min(0) - MARGIN / inch, self.where.max(0) + MARGIN / inch
        width, height = (high - low) * inch + (bar, TITLE)
        figure = new_figure((width, height))
        axes = figure.add_axes((0, 0, 1 - bar / width, 1))
        top = high[1] + TITLE / inch
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], top), aspect="equal")
        axes.axis("off")
        for number, symbol in enumerate(self.sketch.symbols):
            self._lines(axes, number, symbol)
        for number, symbol in enumerate(self.sketch.symbols):
            self._symbol(axes, number, symbol)
        middle = self.where[: len(self.sketch.seas)].mean(0)
        for number, sea in enumerate(self.sketch.seas):
            self._sea(axes, number, sea, middle)
        if shows:
            self.scale.draw(figure)
        if self.sketch.title:
            axes.text(
                0.5, 0.995, self.sketch.title, transform=axes.transAxes, ha="center",
                va="top", fontsize=8, color=INK, wrap=True,
            )  # fmt: skip
        return figure

    # --- lines

    def _port(self, number: int, pin: int) -> Point:
        """Where a line meets one pin of an element that is no line itself."""
        symbol = self.sketch.symbols[number]
        vertex = number + len(self.sketch.seas)
        centre = self.where[vertex]
        if len(symbol.ends) == 2:
            found: Point = centre + (2 * pin - 1) * HALF * self.along[number]
            return found
        step = self.where[symbol.ends[pin]] - centre
        return centre + 0.4 * HALF * step / max(float(np.hypot(*step)), 1e-9)

    def _meeting(self, number: int, pin: int, side: Point) -> Point:
        """Where the line of an element ends: at a reservoir, a port, or half-way."""
        vertex = number + len(self.sketch.seas)
        end = self.sketch.symbols[number].ends[pin]
        if end < len(self.sketch.seas):
            step = side - self.where[end]
            radius = (0.98 if self.sketch.seas[end].look in BOXES else 0.78) * SEA
            there: Point = self.where[end] + radius * step / max(np.hypot(*step), 1e-9)
            return there
        other = end - len(self.sketch.seas)
        if self.sketch.symbols[other].look in LINES:
            return (self.where[end] + self.where[vertex]) / 2
        theirs = [
            k for k, e in enumerate(self.sketch.symbols[other].ends) if e == vertex
        ]
        mine = [k for k, e in enumerate(self.sketch.symbols[number].ends) if e == end]
        return self._port(other, theirs[min(mine.index(pin), len(theirs) - 1)])

    def _lines(self, axes: Axes, number: int, symbol: Symbol) -> None:
        """Everything of an element that is line."""
        if symbol.look in LINES:
            self._curve(axes, number, symbol)
            return
        for pin, end in enumerate(symbol.ends):
            port = self._port(number, pin)
            other = end - len(self.sketch.seas)
            is_sea = other < 0
            is_ours = is_sea or (
                other > number and self.sketch.symbols[other].look not in LINES
            )
            if is_ours:
                stop = self._meeting(number, pin, port)
                x, y = np.transpose([port, stop])
                axes.plot(x, y, color=INK, lw=1.2, zorder=2, solid_capstyle="round")

    def _curve(self, axes: Axes, number: int, symbol: Symbol) -> None:
        """A line through the element's place from neighbour to neighbour."""
        centre = self.where[number + len(self.sketch.seas)]
        start = self._meeting(number, 0, centre)
        stop = self._meeting(number, 1, centre)
        control = 2 * centre - (start + stop) / 2
        t = np.linspace(0, 1, 61)[:, None]
        middle = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * stop
        step = np.gradient(middle, axis=0)
        across = np.stack([-step[:, 1], step[:, 0]], -1)
        across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
        for offset, sense, colour in self._strands(symbol):
            x, y = (middle + offset * across).T
            axes.plot(x, y, color=colour, lw=1.5, zorder=3, solid_capstyle="round")
            if sense:
                head = 34 if sense > 0 else 26
                size = 9 if symbol.lines == 1 else 7
                axes.annotate(
                    "", (x[head], y[head]), (x[head - sense], y[head - sense]),
                    arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2,
                                "mutation_scale": size, "shrinkA": 0, "shrinkB": 0},
                    zorder=3,
                )  # fmt: skip

    def _strands(self, symbol: Symbol) -> list[tuple[float, int, Any]]:
        """Offset, direction and colour of each line of a curve."""
        if symbol.look == "helical":
            return [(0.05, 1, UP), (-0.05, -1, DOWN)]
        if symbol.look == "wire":
            return [(0.0, 0, INK)]
        origin = symbol.ends[0 if symbol.sense >= 0 else -1]
        voltage = None
        if origin < len(self.sketch.seas):
            voltage = self.sketch.seas[origin].voltage
        colour = self.scale.colour(voltage, 0.82)
        count = min(symbol.lines, 4)
        offsets = 0.075 * (np.arange(count) - (count - 1) / 2)
        return [(float(offset), symbol.sense, colour) for offset in offsets]

    # --- symbols and reservoirs

    def _symbol(self, axes: Axes, number: int, symbol: Symbol) -> None:
        centre = self.where[number + len(self.sketch.seas)]
        if symbol.look not in LINES:
            pen = Pen(axes, centre, self.along[number], self.inch / INCH)
            draw_symbol(pen, symbol.look, self.scale.colour(symbol.voltage))
        side = self._free_side(number, symbol)
        reach = 0.09 + 0.038 * len(symbol.name) * abs(side[0])
        if symbol.look in LINES:
            reach += 0.025 * min(symbol.lines, 4)
        else:
            reach += HALF * self.inch
        x, y = centre + reach / self.inch * side
        axes.text(
            x, y, symbol.name, fontsize=5.5 if self._placed[1] else 6.5, ha="center",
            va="center", color=INK, zorder=7,
        )  # fmt: skip

    def _free_side(self, number: int, symbol: Symbol) -> Point:
        """Direction from an element in which there is most room for its name."""
        centre = self.where[number + len(self.sketch.seas)]
        angle = 2 * np.pi * np.arange(16) / 16
        sides = np.stack([np.cos(angle), np.sin(angle)], -1)
        steps = self.where[list(symbol.ends)] - centre
        if len(symbol.ends) == 2:
            steps = np.vstack([steps, self.along[number], -self.along[number]])
        if symbol.look == "probe":
            turned = self.along[number] @ np.array([[0, 1], [-1, 0]])
            if self._placed[1]:
                return -turned
            steps = np.vstack([steps, 1.6 * turned])
        steps = steps / np.maximum(np.linalg.norm(steps, axis=-1, keepdims=True), 1e-9)
        crowd = (sides @ steps.T).max(-1)
        outward = centre - self.where.mean(0)
        reach = float(np.hypot(*outward))
        pull = sides @ outward / reach if reach > 1e-6 else sides[:, 1]
        found: Point = sides[int(np.argmin(crowd - 0.12 * pull))]
        return found

    def _sea(self, axes: Axes, number: int, sea: Sea, middle: Point) -> None:
        from matplotlib.patches import Circle, FancyBboxPatch

        x, y = self.where[number]
        fill = self.scale.colour(sea.voltage)
        style: dict[str, Any] = {"fc": fill, "ec": INK, "lw": 1.3, "zorder": 5}
        if sea.kind == ReservoirKind.DEPHASING:
            style["ls"] = (0, (2, 1.2))
        if sea.look not in BOXES:
            axes.add_patch(Circle((x, y), 0.8 * SEA, **style))
        else:
            side = 0.68 * SEA
            box = FancyBboxPatch(
                (x - side, y - side), 2 * side, 2 * side,
                boxstyle=f"round,pad={SEA - side:.3f}", **style,
            )  # fmt: skip
            if sea.look == "superconductor":
                box.set_hatch("////")
            axes.add_patch(box)
        size = 7.5 if len(sea.name) < 4 else 5.5
        ink = INK if fill == "white" or brightness(fill) > 0.45 else "white"
        axes.text(
            x, y, sea.name, fontsize=size, ha="center", va="center", color=ink, zorder=8
        )
        outward = self.where[number] - middle
        if self._placed[1]:
            (near,) = self.sketch.links[self.sketch.links[:, 1] == number, 0]
            outward = (self.where[number] - self.where[near]) * [1, 0]
        if sea.look == "ground":
            _earth(axes, self.where[number], outward)
        length = float(np.hypot(*outward))
        outward = outward / length if length > 1e-9 else np.array([0.0, 1.0])
        self._values(axes, number, sea, outward)

    def _values(self, axes: Axes, number: int, sea: Sea, outward: Point) -> None:
        """Arrow of the current, and voltage and current in figures."""
        words = []
        if sea.voltage is not None:
            size = max(abs(v) for v in (self.scale.limits or (0, 1)))
            words.append(_short(sea.voltage, "V", 1e-9 * size))
        largest = max((abs(s.current or 0.0) for s in self.sketch.seas), default=0.0)
        current = sea.current or 0.0
        reach = SEA + (0.3 if sea.look == "ground" else 0.06)
        if sea.look in BOXES and abs(current) > SILENT * largest > 0:
            words.append(_short(current, "A"))
            near = self.where[number] + (SEA + 0.04) * outward
            far = self.where[number] + (SEA + 0.36) * outward
            start, stop = (far, near) if current > 0 else (near, far)
            width = 0.6 + 2.6 * abs(current) / largest
            axes.annotate(
                "", stop, start,
                arrowprops={"arrowstyle": "-|>", "color": INK, "lw": width,
                            "mutation_scale": 6 + 2.2 * width, "shrinkA": 0,
                            "shrinkB": 0},
                zorder=6,
            )  # fmt: skip
            reach += 0.33
        across = (
            "center"
            if abs(outward[0]) < 0.45
            else ("left", "right")[int(outward[0] < 0)]
        )
        down = (
            "center"
            if abs(outward[1]) < 0.45
            else ("bottom", "top")[int(outward[1] < 0)]
        )
        x, y = self.where[number] + reach * outward
        axes.text(
            x, y, "\n".join(words), fontsize=6.5, ha=across, va=down, color=INK,
            linespacing=1.15, zorder=8,
        )  # fmt: skip


def _short(value: float, unit: str, bound: float = 0.0) -> str:
    """A quantity in four digits, with a minus sign of the right length."""
    rounded = float(f"{value:.3e}") if np.isfinite(value) else value
    return engineering(rounded, unit, bound).replace("-", "−")


def _earth(axes: Axes, where: Point, outward: Point) -> None:
    """The sign of the voltage reference, on the outside of node 0."""
    pen = Pen(axes, where, outward / max(float(np.hypot(*outward)), 1e-9), 1.0)
    start = 0.78 * SEA
    pen.line([(start, 0), (start + 0.1, 0)])
    for step, half in ((0.1, 0.13), (0.15, 0.08), (0.2, 0.03)):
        pen.line([(start + step, -half), (start + step, half)])
