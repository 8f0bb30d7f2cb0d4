"""QN8xx: limits on size and depth."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN801": Code(
        "a file too large",
        "Netlists, includes and data files have a largest size, each and together.",
        "Split the work, or raise the limit on the command line.",
    ),
    "QN802": Code(
        "a line too long",
        "A card with its continuation lines has a largest length.",
        "Put large matrices into a file that a `table` element reads.",
    ),
    "QN803": Code(
        "a word too long",
        "Names, numbers and strings have a largest length.",
        "Shorten it.",
    ),
    "QN804": Code(
        "a card of too many words",
        "A card has a largest number of words and signs.",
        "Put large matrices into a file that a `table` element reads.",
    ),
    "QN805": Code(
        "an expression or list nested too deep",
        "Brackets, signs and chains of operators have a largest depth; each term of a "
        "sum is a level.",
        "Give parts of it names with `.param`.",
    ),
    "QN806": Code(
        "blocks nested too deep",
        ".subckt, .for and .lib nest up to a largest depth.",
        "Take inner blocks out into subcircuits.",
    ),
    "QN807": Code(
        "subcircuits nested too deep",
        "Subcircuits that contain subcircuits do so up to a largest depth.",
        "Flatten some of the levels.",
    ),
    "QN808": Code(
        "too many included files",
        "A netlist brings in a largest number of files.",
        "Join some of them.",
    ),
    "QN809": Code(
        "includes nested too deep",
        "Included files that include files do so up to a largest depth.",
        "Include them from the netlist itself.",
    ),
    "QN810": Code(
        "too many elements",
        "Elements are counted, subcircuits and loops multiplied out, before any is "
        "made.",
        "Check the counts of the loops, or raise the limit on the command line.",
    ),
    "QN811": Code(
        "too many channels",
        "A port has a largest number of channels.",
        "Check `N` and `nch`, or raise the limit on the command line.",
    ),
    "QN812": Code(
        "too many sweep points",
        "The points of all sweeps are multiplied before the first is computed, and "
        "their axes are counted.",
        "Sweep in larger steps or fewer sweeps, or raise the limit on the command "
        "line.",
    ),
    "QN813": Code(
        "too many samples",
        "A Monte Carlo run has a largest number of samples.",
        "Ask for fewer, or raise the limit on the command line.",
    ),
    "QN814": Code(
        "too much memory",
        "The matrices that would be held at one time are estimated before the start.",
        "Sweep in parts, or raise the limit on the command line.",
    ),
    "QN815": Code(
        "too many dot-cards",
        "A netlist or an included file has a largest number of cards that are no "
        "elements; what a `.for` repeats counts once.",
        "Write what is alike in a `.for`, or raise the limit on the command line.",
    ),
}
