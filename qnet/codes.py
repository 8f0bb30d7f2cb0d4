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
    "QN710": Code(
        "the name of an output does not say its format",
        "The suffix of an output file chooses its format: .csv for the table of the "
        "sweep, .json for everything.",
        "End the name in .csv or .json.",
    ),
    "QN711": Code(
        "an output exists already",
        "A file of the output's name is there; results are never lost by running a "
        "netlist twice.",
        "Choose another name, or say --force to replace the file.",
    ),
    "QN340": Code(
        "a length is missing",
        "A phase per length or a decay length is given, and no length to go with it.",
        "Add L= to the card.",
    ),
    "QN341": Code(
        "the transmission is not fixed once",
        "A barrier or a point contact needs exactly one of the keys that fix its "
        "transmission.",
        "Keep one of the keys that the message names.",
    ),
    "QN342": Code(
        "two channel counts disagree",
        "A list with one entry per channel fixes the number of channels, and the card "
        "says another number.",
        "Leave N out, or mend the list.",
    ),
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
}


def as_markdown() -> str:
    """All codes as a page of documentation."""
    lines = [
        "# Diagnostic codes",
        "",
        "Written by `make docs` from `qnet/codes.py`. `qnet explain QN402` prints one.",
    ]
    for name, code in sorted(CODES.items()):
        lines += ["", f"## {name}: {code.title}", "", code.meaning, "", code.cure]
    return "\n".join(lines) + "\n"
