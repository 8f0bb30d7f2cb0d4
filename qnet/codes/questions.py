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
    "QN621": Code(
        "a measure without a value",
        "Every answer is there, but what the measure makes of them is not finite: it "
        "divides by a current or a voltage that is zero, or by a difference of equals.",
        "Leave the point out of the sweep, or give the measure another value there, "
        "`V(a) == 0 ? 0 : I(T1)/V(a)`.",
    ),
}
