"""Lark's parse tables as data, so that starting up does not build them.

``python -m qnet.lang.tables`` writes ``grammar/tables.json``. Tables of another grammar
or of another Lark are left aside: then Lark builds its own.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lark import Lark

GRAMMARS: Final = ("qnet.lark", "expressions.lark")
"""Files of the grammar; the first has the start symbol."""
_TABLES: Final = "tables.json"


def grammar_folder() -> Path:
    """Beside this file in a wheel, at the top of the repository in a checkout."""
    packed = Path(__file__).parent / "grammar"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "grammar"


def built_parser() -> Lark:
    """Let Lark build the parser of one card from the grammar."""
    from lark import Lark

    return Lark.open(
        str(grammar_folder() / GRAMMARS[0]),
        parser="lalr",
        lexer="basic",
        start="card",
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


def stored_parser() -> Lark | None:
    """Take the parser from the stored tables, if they are of this grammar and Lark."""
    from lark import Lark

    try:
        tables = json.loads((grammar_folder() / _TABLES).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if tables.pop("fingerprint", None) != _fingerprint():
        return None
    table = tables["data"]["parser"]["parser"]
    table["tokens"] = _by_number(table["tokens"])
    table["states"] = {
        state: _by_number(actions)
        for state, actions in _by_number(table["states"]).items()
    }
    tables["memo"] = _by_number(tables["memo"])
    parser: Lark = Lark.load(tables)
    return parser


def _by_number(mapping: dict[str, Any]) -> dict[int, Any]:
    """Undo what JSON does to keys that are numbers."""
    return {int(key): value for key, value in mapping.items()}


def _fingerprint() -> list[str | int]:
    """Version of Lark, and a checksum of each file of the grammar."""
    import lark

    files = (grammar_folder() / name for name in GRAMMARS)
    return [lark.__version__, *(zlib.crc32(file.read_bytes()) for file in files)]


def write_tables() -> None:
    """Write the tables of the present grammar beside it."""
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = built_parser().memo_serialize([TerminalDef, Rule])
    tables = {"fingerprint": _fingerprint(), "data": data, "memo": memo}
    text = json.dumps(tables, separators=(",", ":"))
    (grammar_folder() / _TABLES).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_tables()
