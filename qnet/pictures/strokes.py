"""Which way the lines of a drawing run: from pin to pin, round the symbols."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from qnet.circuit import Floats
from qnet.pictures.labels import extent
from qnet.pictures.layout import Layout
from qnet.pictures.sketch import ON_THE_RING, Sea, Sketch, Symbol
from qnet.pictures.symbols import HALF, LINES, reach_of

SEA: Final = 0.16
"""Half the height of a reservoir, inches."""
DOT: Final = 0.03
"""Radius of a plain node, inches."""
NAME: Final = 7.5
"""Size of the name in a reservoir, points."""
RIGHT: Final = np.array([1.0, 0.0])
SAMPLES: Final = 41
"""Points of a curve."""


def half_of(sea: Sea, shrink: float = 1.0) -> Floats:
    """Half the width and height of a reservoir, inches."""
    if sea.look == "node":
        return np.array([DOT, DOT])
    if sea.look == "ground":
        return np.array([0.08, 0.08]) * shrink
    width = extent(sea.name, NAME * shrink)[0] + 0.045
    return np.array([max(width, SEA * shrink), SEA * shrink])


def room_of(sketch: Sketch) -> Floats:
    """Room that each vertex of a drawing takes, a radius in inches, (n,)."""
    seas = [float(half_of(sea).max()) for sea in sketch.seas]
    symbols = [
        0.02 + 0.03 * min(symbol.lines, 4)
        if symbol.look in LINES
        else float(reach_of(symbol.look, RIGHT).max())
        for symbol in sketch.symbols
    ]
    return np.array(seas + symbols)


@dataclass(frozen=True, eq=False)
class Strokes:
    """A sketch with positions.

    Attributes
    ----------
    sketch : Sketch
    layout : Layout
    """

    sketch: Sketch
    layout: Layout

    @property
    def where(self) -> Floats:
        """Position of every vertex, inches, (n, 2)."""
        return self.layout.where

    @property
    def shrink(self) -> float:
        """Size of symbols, 1 where there is room."""
        return self.layout.shrink

    @property
    def half(self) -> float:
        """Half the length of a symbol, inches."""
        return HALF * self.shrink

    @cached_property
    def along(self) -> Floats:
        """Direction of every element, from its first pin to its last, (k, 2)."""
        first = len(self.sketch.seas)
        found = [
            self._direction(number, self.where[list(symbol.ends)])
            for number, symbol in enumerate(self.sketch.symbols, first)
        ]
        return np.array(found).reshape(-1, 2)

    def _direction(self, vertex: int, ends: Floats) -> Floats:
        here = self.where[vertex]
        if len(ends) == 1:
            step = here - ends[0]
        elif len(ends) == 3:
            step = ends[0] - here
        else:
            half = len(ends) // 2
            step = ends[half:].mean(0) - ends[:half].mean(0)
        if self.layout.in_a_row[vertex]:
            step = step * (1, 0)
        if np.hypot(*step) < 1e-9:
            step = np.array([-(here - ends[0])[1], (here - ends[0])[0]])
        length = float(np.hypot(*step))
        return step / length if length > 1e-9 else np.array([1.0, 0.0])

    def port(self, number: int, pin: int) -> Floats:
        """Where a line meets one pin of an element that is no line itself."""
        symbol = self.sketch.symbols[number]
        centre = self.where[number + len(self.sketch.seas)]
        found: Floats
        if len(symbol.ends) == 2:
            found = centre + (2 * pin - 1) * self.half * self.along[number]
        else:
            step = self.where[symbol.ends[pin]] - centre
            found = centre + 0.4 * self.half * step / max(float(np.hypot(*step)), 1e-9)
        return found

    def lead(self, number: int, pin: int) -> Floats | None:
        """Line from a pin to what it meets; None where the other end draws it."""
        end = self.sketch.symbols[number].ends[pin]
        other = end - len(self.sketch.seas)
        is_theirs = other >= 0 and (
            other <= number or self.sketch.symbols[other].look in LINES
        )
        if is_theirs:
            return None
        start = self.port(number, pin)
        return _sampled(start, self._meeting(number, pin, start))

    def curve(self, number: int) -> Floats:
        """Line through the place of an edge or a wire, from neighbour to neighbour."""
        centre = self.where[number + len(self.sketch.seas)]
        start = self._meeting(number, 0, centre)
        stop = self._meeting(number, 1, centre)
        control = 2 * centre - (start + stop) / 2
        t = np.linspace(0, 1, SAMPLES)[:, None]
        return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * stop

    def _meeting(self, number: int, pin: int, side: Floats) -> Floats:
        """Where the line of an element ends: at a reservoir, a port, or half-way."""
        vertex = number + len(self.sketch.seas)
        end = self.sketch.symbols[number].ends[pin]
        found: Floats
        if end < len(self.sketch.seas):
            return self._rim(end, side)
        other = end - len(self.sketch.seas)
        if self.sketch.symbols[other].look in LINES:
            found = (self.where[end] + self.where[vertex]) / 2
            return found
        theirs = [
            k for k, e in enumerate(self.sketch.symbols[other].ends) if e == vertex
        ]
        mine = [k for k, e in enumerate(self.sketch.symbols[number].ends) if e == end]
        return self.port(other, theirs[min(mine.index(pin), len(theirs) - 1)])

    def _rim(self, end: int, side: Floats) -> Floats:
        """Point on the outline of a reservoir towards `side`."""
        sea, centre = self.sketch.seas[end], self.where[end]
        if sea.look not in ON_THE_RING:
            return centre
        step = side - centre
        step = step / max(float(np.hypot(*step)), 1e-9)
        half = half_of(sea, self.shrink)
        reach = float((half / np.maximum(abs(step), 1e-9)).min())
        if sea.look == "probe":  # round at its ends
            inner = half[0] - half[1]
            reach = min(reach, half[1] + inner * abs(float(step[0])))
        found: Floats = centre + reach * step
        return found


def _sampled(start: Floats, stop: Floats) -> Floats:
    t = np.linspace(0, 1, SAMPLES)[:, None]
    found: Floats = start + t * (stop - start)
    return found


def strands(symbol: Symbol) -> list[tuple[float, int]]:
    """Offset in inches, and direction, of each line of an edge, a pair or a wire."""
    if symbol.look == "helical":
        return [(0.028, 1), (-0.028, -1)]
    if symbol.look == "wire":
        return [(0.0, 0)]
    count = min(symbol.lines, 4)
    offsets = 0.05 * (np.arange(count) - (count - 1) / 2)
    return [(float(offset), symbol.sense) for offset in offsets]


def shifted(line: Floats, offset: float) -> Floats:
    """A line beside another, to its left, (k, 2)."""
    step = np.gradient(line, axis=0)
    across = np.stack([-step[:, 1], step[:, 0]], -1)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    found: Floats = line + offset * across
    return found
