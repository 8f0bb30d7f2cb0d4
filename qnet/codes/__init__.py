"""Every diagnostic code: title, meaning, cure. ``qnet explain QN402`` prints one.

Codes of one family stand in one file; `CODES` holds them all.
"""

from __future__ import annotations

from typing import Final

from qnet.codes import (
    limits,
    names,
    network,
    physics,
    plugins,
    questions,
    storage,
    text,
    values,
)
from qnet.codes.entry import Code as Code

CODES: Final[dict[str, Code]] = {
    **text.CODES,
    **names.CODES,
    **values.CODES,
    **network.CODES,
    **physics.CODES,
    **questions.CODES,
    **storage.CODES,
    **limits.CODES,
    **plugins.CODES,
}
"""All codes, in the order of their numbers."""


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
