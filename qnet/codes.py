"""Every diagnostic code: title, meaning, cure. ``qnet explain QN402`` prints one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    title: str
    meaning: str
    cure: str


CODES: Final[dict[str, Code]] = {
    "QN901": Code(
        "two modules register one name",
        "A scatterer or analysis of this name is registered by two modules; which one "
        "a netlist means would depend on the order of loading.",
        "Rename one of them, or uninstall the package that is not wanted.",
    ),
}
