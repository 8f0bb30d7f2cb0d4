"""QN7xx: storage: files that exist, disks that are full."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN701": Code(
        "a file cannot be written",
        "The system refused to write, flush or rename a file: the disk is full, the "
        "folder is read-only, a quota is reached. It is not tried again. What was "
        "there before is as it was.",
        "Make room, and go on with --resume: finished points are not computed twice.",
    ),
    "QN702": Code(
        "another run writes this output",
        "A lock beside the output is held by a living process. The system frees the "
        "lock of a dead one.",
        "Wait for it, end it, or write to another file.",
    ),
    "QN703": Code(
        "a journal is damaged",
        "The journal of an unfinished run does not begin as one. Damage further on is "
        "cut off, and the points behind it are computed again.",
        "Begin again with --force.",
    ),
    "QN704": Code(
        "an unfinished run is another one",
        "Netlist, includes, overrides, data, seed, limits or versions differ from "
        "those of the run that was cut short: its points do not belong to this one.",
        "Undo the change and say --resume, or begin again with --force.",
    ),
    "QN705": Code(
        "a result file is damaged",
        "The file cannot be read, does not fit its checksum, is no result of qnet, or "
        "is a table (.csv, .parquet, .raw) without the .json that was written beside "
        "it.",
        "Run the netlist again, with --force if the file may be replaced.",
    ),
    "QN706": Code(
        "an unfinished run is there",
        "A journal stands beside the output: a run into it was cut short.",
        "Go on with --resume, or begin again with --force.",
    ),
    "QN707": Code(
        "a run is complete",
        "--resume found the output complete, and of the same netlist, data, options, "
        "seed and versions: its answer was read from it, and nothing was computed.",
        "Nothing to do; --force computes it again.",
    ),
    "QN710": Code(
        "the name of an output does not say its format",
        "The suffix of an output file chooses its format: .nc, .npz and .json for "
        "everything, .csv, .parquet and .raw for the table of the sweep, beside which "
        "a .json has all the rest.",
        "End the name in one of these.",
    ),
    "QN711": Code(
        "an output exists already",
        "A file of the output's name is there; results are never lost by running a "
        "netlist twice.",
        "Choose another name, or say --force to replace the file.",
    ),
    "QN712": Code(
        "an output that is an input",
        "The output has the name of the netlist, of a file that it includes, or of a "
        "data file: it is not replaced, not even with --force.",
        "Choose another name for the output.",
    ),
    "QN720": Code(
        "workers died at some points",
        "A process that solved these points ended before it answered, and so did the "
        "next two that were given them: killed for want of memory, perhaps. The points "
        "are marked; all others have their answers.",
        "Run with fewer workers, or with none but this process, to see what happens.",
    ),
    "QN721": Code(
        "a cluster elsewhere without TLS",
        "Whoever can reach a Dask scheduler can run programs as its user.",
        "Use a tls:// address, or say --insecure-cluster on a network that you trust.",
    ),
}
