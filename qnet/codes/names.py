"""QN2xx: names: unknown, twice, circular; files that are included."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN250": Code(
        "a file that cannot be read",
        "An included file or a section of a library is not there, or is no regular "
        "file of UTF-8 text.",
        "Check its name: it is relative to the file that names it.",
    ),
    "QN251": Code(
        "a file outside the netlist's folder",
        "A netlist reads files of its own folder only, links resolved, so that a "
        "stranger's netlist cannot look around.",
        "Move the file, or allow its folder with `--include DIR`.",
    ),
    "QN252": Code(
        "a file that includes itself",
        "Following the includes leads back to a file that is being read.",
        "Break the circle.",
    ),
    "QN253": Code(
        "a section that the library does not have",
        '`.lib "file" name` reads the cards between `.lib name` and `.endl` of the '
        "file; no section, or more than one, has that name.",
        "Correct the name, or the library.",
    ),
}
