"""QN9xx: plug-ins."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN901": Code(
        "two modules register one name",
        "A scatterer or analysis of this name is registered by two modules; which one "
        "a netlist means would depend on the order of loading.",
        "Rename one of them, or uninstall the package that is not wanted.",
    ),
    "QN902": Code(
        "a plug-in cannot be imported",
        "The netlist asks for a model or an analysis of an installed package, and "
        "importing that package fails. Netlists that do not ask for it still run.",
        "Mend or uninstall the package that the message names.",
    ),
    "QN903": Code(
        "two modules claim one letter",
        "Two models share a shorthand letter and a number of nodes, so a card with "
        "that letter could mean either.",
        "Give one of them another letter, or none: `S1 a b model` always works.",
    ),
    "QN904": Code(
        "a model returns a matrix of the wrong shape",
        "`smatrix` must give (instance, sweep axes, energy, out channel, in channel), "
        "axes of length 1 where it is constant, channels as `channels()` counts them.",
        "Mend the model: its class stands in the message.",
    ),
    "QN905": Code(
        "pictures need matplotlib",
        "Drawings and figures are made by matplotlib, which is installed on request "
        "only: nothing else of qnet needs it.",
        "pip install 'qnet-transport[plot]'",
    ),
}
