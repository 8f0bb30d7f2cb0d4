"""QN7xx: storage: files that exist, disks that are full."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

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
    "QN720": Code(
        "workers died at some points",
        "A process that solved these points ended before it answered, and so did the "
        "next two that were given them: killed for want of memory, perhaps. The points "
        "are marked; all others have their answers.",
        "Run with fewer workers, or with none but this process, to see what happens.",
    ),
}
