"""QN6xx: questions that have no answer."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN620": Code(
        "there is nothing to plot",
        "The answers of this netlist are single numbers: no step, no matrix, no "
        "spectrum.",
        "Step something, `.step B 0T 1T 10mT`, or ask for `.gmatrix` or `.op`.",
    ),
}
