"""How each kind of element looks, around its centre and along its direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from qnet.pictures.labels import extent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = NDArray[np.float64]

INK: Final = "#222222"
PAPER: Final = "white"
UP: Final = "#c0392b"
DOWN: Final = "#2471a3"

HALF: Final = 0.13
"""Half of the length of a symbol, inches."""
LETTERS: Final = 6.0
"""Size of a word in a box, points."""
PROBE: Final = 1.7 * HALF
"""Inches from a line to the middle of the probe that stands on it."""
LINES: Final = frozenset({"edge", "helical", "wire"})
"""Models that are drawn as a line from neighbour to neighbour."""


class Pen:
    """Draws in the frame of one symbol: x along its direction, y to the left.

    Lengths are inches of a symbol of full size; `shrink` makes all of it smaller.
    """

    def __init__(self, axes: Axes, centre: Point, along: Point, shrink: float) -> None:
        self.axes, self.centre, self.shrink = axes, centre, shrink
        self._frame = np.array([along, [-along[1], along[0]]])

    def upright(self) -> Pen:
        """The same for what is not turned."""
        return Pen(self.axes, self.centre, np.array([1.0, 0.0]), self.shrink)

    def at(self, points: Any) -> Point:  # noqa: ANN401  whatever reads as (k, 2)
        """Points of the drawing."""
        local = np.asarray(points, float)
        found: Point = self.centre + self.shrink * local @ self._frame
        return found

    def line(self, points: Any, width: float = 1.0, colour: str = INK) -> None:  # noqa: ANN401
        """A line through points."""
        x, y = self.at(points).T
        self.axes.plot(x, y, color=colour, lw=width, solid_capstyle="round", zorder=4)

    def area(self, points: Any, fill: Any = PAPER, width: float = 1.0) -> None:  # noqa: ANN401
        """A filled polygon."""
        x, y = self.at(points).T
        self.axes.fill(x, y, facecolor=fill, edgecolor=INK, lw=width, zorder=4)

    def disc(self, middle: Any, radius: float, fill: Any = PAPER) -> None:  # noqa: ANN401
        """A filled circle."""
        from matplotlib.patches import Circle

        x, y = self.at(middle)
        size = self.shrink * radius
        self.axes.add_patch(Circle((x, y), size, fc=fill, ec=INK, lw=1.0, zorder=4))

    def word(self, text: str, size: float = 7) -> None:
        """A word on the symbol, upright."""
        x, y = self.centre
        self.axes.text(
            x, y, text, ha="center", va="center", fontsize=size * self.shrink,
            color=INK, zorder=6,
        )  # fmt: skip


def _barrier(pen: Pen) -> None:
    pen.area(_box(0.4 * HALF, 1.15 * HALF), fill="#5d5d5d")
    pen.line([(-HALF, 0), (-0.4 * HALF, 0)])
    pen.line([(0.4 * HALF, 0), (HALF, 0)])


def _point_contact(pen: Pen) -> None:
    for side in (1, -1):
        wedge = [(-0.9, 1.5), (0.9, 1.5), (0, 0.35)]
        pen.area([(HALF * x, side * HALF * y) for x, y in wedge], fill="#5d5d5d")
    pen.line([(-HALF, 0), (HALF, 0)])


def _dot(pen: Pen) -> None:
    pen.line([(-HALF, 0), (HALF, 0)])
    pen.disc((0, 0), 0.85 * HALF)
    for level in (-0.3, 0.0, 0.3):
        pen.line([(-0.4 * HALF, level * HALF), (0.4 * HALF, level * HALF)], 0.8)


def _splitter(pen: Pen) -> None:
    pen.area(_box(HALF, HALF))
    pen.line([(-HALF, -HALF), (HALF, HALF)], 1.6)


def _junction(pen: Pen) -> None:
    angles = 2 * np.pi * np.arange(3) / 3
    pen.area(0.9 * HALF * np.stack([np.cos(angles), np.sin(angles)], -1), fill=INK)


def _crossing(pen: Pen) -> None:
    pen.disc((0, 0), 0.55 * HALF, fill=INK)


def _saddle(pen: Pen) -> None:
    pen.disc((0, 0), HALF)
    for sign in (1, -1):
        x = np.linspace(-0.8, 0.8, 21)
        pen.line(HALF * np.stack([x, sign * (0.25 + 0.45 * x**2)], -1), 0.9)


def _wall(pen: Pen) -> None:
    pen.line([(0.2 * HALF, -HALF), (0.2 * HALF, HALF)], 2.0)
    for y in (-0.8, -0.3, 0.2, 0.7):
        pen.line([(0.2 * HALF, y * HALF), (0.8 * HALF, (y + 0.4) * HALF)], 0.8)


def _resistor(pen: Pen) -> None:
    pen.area(_box(HALF, 0.42 * HALF))


def _capacitor(pen: Pen) -> None:
    for x in (-0.25, 0.25):
        pen.line([(x * HALF, -HALF), (x * HALF, HALF)], 1.6)
        pen.line([(np.sign(x) * HALF, 0), (x * HALF, 0)])


def _voltage_source(pen: Pen) -> None:
    pen.disc((0, 0), HALF)
    size = 0.3 * HALF
    pen.line([(-0.55 * HALF - size / 2, 0), (-0.55 * HALF + size / 2, 0)], 1.0)
    pen.line([(-0.55 * HALF, -size / 2), (-0.55 * HALF, size / 2)], 1.0)
    pen.line([(0.55 * HALF, -size / 2), (0.55 * HALF, size / 2)], 1.0)


def _current_source(pen: Pen) -> None:
    pen.disc((0, 0), HALF)
    pen.line([(-0.6 * HALF, 0), (0.6 * HALF, 0)], 1.0)
    pen.line(
        [(0.2 * HALF, 0.3 * HALF), (0.6 * HALF, 0), (0.2 * HALF, -0.3 * HALF)], 1.0
    )


def _cavity(pen: Pen) -> None:
    angle = np.linspace(0, 2 * np.pi, 60)
    radius = HALF * (1.15 + 0.16 * np.cos(3 * angle + 0.4))
    pen.area(np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1))


def _box(x: float, y: float) -> list[tuple[float, float]]:
    return [(-x, -y), (x, -y), (x, y), (-x, y)]


SYMBOLS: Final[dict[str, Callable[[Pen], None]]] = {
    "barrier": _barrier, "delta": _barrier, "rectangular": _barrier,
    "eckart": _barrier, "step": _barrier, "qpc": _point_contact, "dot": _dot,
    "levels": _dot, "splitter": _splitter, "junction": _junction,
    "griffith": _crossing, "wall": _wall, "cavity": _cavity,
    "plaquette": _saddle, "R": _resistor, "C": _capacitor,
    "V": _voltage_source, "I": _current_source,
}  # fmt: skip
"""How to draw a model or a lumped element; any other is a box with its name."""


def reach_of(look: str, along: Point) -> Point:
    """Half the width and height that a symbol takes in a direction, inches."""
    if look in SYMBOLS or look == "probe":
        high = {"qpc": 1.5, "barrier": 1.15}.get(look, 0.9)
        turned = 0.9 * abs(along) + high * abs(along[::-1])
        found: Point = HALF * np.minimum(turned, max(high, 0.9))
        return found
    return np.array(box_of(look))


def box_of(look: str) -> tuple[float, float]:
    """Half the width and height of the box of a model without a symbol, inches."""
    width, height = extent(look, LETTERS)
    return float(width) + 0.04, float(height) + 0.045


def draw_symbol(pen: Pen, look: str, fill: Any) -> None:  # noqa: ANN401  a colour
    """Draw one element around the pen's centre."""
    if look == "probe":
        pen.line([(-HALF, 0), (HALF, 0)])
        pen.line([(0, 0), (0, PROBE - 0.62 * HALF)])
        pen.disc((0, PROBE), 0.62 * HALF, fill)
    elif look in SYMBOLS:
        SYMBOLS[look](pen)
    else:
        pen.upright().area(_box(*box_of(look)), fill="#f2efe6")
        pen.word(look, LETTERS)
