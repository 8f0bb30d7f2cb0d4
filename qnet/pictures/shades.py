"""Colours that stand for voltages, and the scale that explains them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from qnet.notation import scale
from qnet.pictures.symbols import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Colour = str | tuple[float, float, float]

MAP: Final = "coolwarm"
"""Diverging, and told apart by colour-blind readers and in print."""


class VoltageScale:
    """Colours between the lowest and the highest of some voltages.

    Parameters
    ----------
    voltages : iterable of float or None
        In V; None and NaN where nothing is known.
    """

    def __init__(self, voltages: Iterable[float | None]) -> None:
        known = [v for v in voltages if v is not None and np.isfinite(v)]
        spread = max(known, default=0.0) - min(known, default=0.0)
        differ = spread > 1e-9 * max(map(abs, known), default=0.0)
        self.limits = (min(known), max(known)) if differ else None

    def colour(self, voltage: float | None, depth: float = 1.0) -> Colour:
        """Colour of a voltage; white, or ink for lines, where there is none.

        `depth` below 1 darkens, for thin lines on white paper.
        """
        if voltage is None or self.limits is None or not np.isfinite(voltage):
            return "white" if depth == 1 else INK
        from matplotlib import colormaps

        low, high = self.limits
        share = (voltage - low) / (high - low)
        red, green, blue, _ = colormaps[MAP](share)
        if depth < 1:  # the middle of the scale is pale, and lines are thin
            depth -= 0.3 * (1 - abs(2 * share - 1))
        return (depth * red, depth * green, depth * blue)

    def draw(self, figure: Figure) -> None:
        """Add the scale at the right of a figure."""
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        low, high = self.limits or (0.0, 1.0)
        factor, unit = scale(max(abs(low), abs(high)), "V")
        width = float(figure.get_figwidth())
        bar = figure.add_axes((1 - 0.58 / width, 0.25, 0.09 / width, 0.5))
        ends = (low / factor, high / factor)
        figure.colorbar(
            ScalarMappable(Normalize(*ends), colormaps[MAP]),
            cax=bar,
            ticks=ends,
            format=lambda value, _: f"{value:.4g}",
        )
        bar.tick_params(labelsize=6.5, length=2)
        bar.set_title(f"$V$ ({unit})", fontsize=7)


def brightness(colour: Colour) -> float:
    """How light a colour is, between 0 and 1; names are light."""
    if isinstance(colour, str):
        return 1.0
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue
