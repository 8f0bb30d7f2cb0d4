"""Room on the paper: where a label fits without covering anything."""

from __future__ import annotations

from typing import Final

import numpy as np

from qnet.circuit import Floats

EM: Final = 0.63 / 72
"""Inches of an average character in a size of one point."""
LINE: Final = 1.25 / 72
"""Inches of a line of text in a size of one point."""
GAPS: Final = (0.03, 0.08, 0.15, 0.26, 0.4)
"""Inches between a thing and its label, the first preferred."""
BESIDE: Final = 0.015
"""Inches between a label and a line beside it."""

_TURN: Final = np.linspace(0, 2 * np.pi, 25)[:-1]
SIDES: Final = np.stack([np.cos(_TURN), np.sin(_TURN)], -1)
"""Directions in which a label may stand."""


def extent(text: str, size: float) -> Floats:
    """Half the width and half the height of a text in inches.

    Parameters
    ----------
    text : str
        One or several lines.
    size : float
        Of the font, in points.
    """
    lines = text.split("\n")
    width = max(map(len, lines)) * EM * size
    return np.array([width, len(lines) * LINE * size]) / 2


class Room:
    """What is taken on the paper: boxes, and lines as points."""

    def __init__(self) -> None:
        self._centres = self._halves = self._points = np.zeros((0, 2))

    def take_box(self, centre: Floats, half: Floats) -> None:
        """Nothing else may stand here."""
        self._centres = np.vstack([self._centres, centre])
        self._halves = np.vstack([self._halves, half])

    def take_line(self, points: Floats) -> None:
        """Labels should not stand on this line, (k, 2), sampled densely."""
        self._points = np.vstack([self._points, points])

    @property
    def limits(self) -> tuple[Floats, Floats]:
        """Lower left and upper right corner of all that is taken."""
        whole = np.vstack(
            [self._points, self._centres - self._halves, self._centres + self._halves]
        )
        return whole.min(0), whole.max(0)

    def crowd(self, centres: Floats, half: Floats) -> Floats:
        """How much boxes of one size would cover, (t,): 0 where there is room."""
        middle = (centres.min(0) + centres.max(0)) / 2
        reach = np.ptp(centres, axis=0) / 2 + half
        is_near = (abs(self._centres - middle) < reach + self._halves).all(-1)
        theirs, halves = self._centres[is_near], self._halves[is_near]
        apart = abs(centres[:, None] - theirs)
        over = np.clip(halves + half - apart, 0, 2 * np.minimum(halves, half))
        found = 3.0 * (over.prod(-1) / (4 * np.prod(half))).sum(-1)
        found += 0.6 * (over > 0).all(-1).sum(-1)
        points = self._points[(abs(self._points - middle) < reach + BESIDE).all(-1)]
        apart = abs(centres[:, None] - points)
        taken: Floats = found + 0.15 * (apart < half + BESIDE).all(-1).sum(-1)
        return taken

    def label(
        self, text: str, size: float, anchor: Floats, around: Floats, lean: Floats
    ) -> Floats:
        """Find room for a text, take it, and return its centre.

        Parameters
        ----------
        text, size
            What is written, and the size of its font in points.
        anchor : (2,)
            Centre of what it belongs to.
        around : (2,)
            Half the width and height of that.
        lean : (2,)
            Direction that is preferred; its length says how much.
        """
        half = extent(text, size)
        reach = (around + half) / np.maximum(abs(SIDES), 1e-9)
        trials, price = [], []
        for gap in GAPS:
            trials.append(anchor + (reach.min(-1) + gap)[:, None] * SIDES)
            tilt = np.hypot(*lean) - SIDES @ lean
            price.append(self.crowd(trials[-1], half) + 0.4 * tilt + 2.5 * gap)
        best = int(np.argmin(np.concatenate(price)))
        found: Floats = np.concatenate(trials)[best]
        self.take_box(found, half)
        return found
