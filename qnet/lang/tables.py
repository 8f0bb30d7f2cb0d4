"""What Lark makes of the grammar as data, so that starting up does not build it.

``python -m qnet.lang.tables`` writes two files beside the grammar. ``tables.json`` has
Lark's parse tables; those of another grammar or of another Lark are left aside: then
Lark builds its own. ``forms.json`` has the terminals, and the trees of usual cards: a
netlist of such cards is read without Lark. Those of another grammar are left aside.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lark import Lark

GRAMMARS: Final = ("qnet.lark", "expressions.lark")
"""Files of the grammar; the first has the start symbol."""
_TABLES: Final = "tables.json"
_FORMS: Final = "forms.json"
_LONGEST: Final = 24
"""Words of a card whose tree is kept."""


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


def stored_terminals() -> list[tuple[str, str]]:
    """Name and expression of each terminal; empty if none of this grammar are kept."""
    return [(name, expression) for name, expression in _known().get("terminals", ())]


def stored_tree(kinds: bytes) -> list[list[Any]] | None:
    """Steps of the tree of a card by its token types, if it is a usual one."""
    found: list[list[Any]] | None = _known().get("forms", {}).get(kinds.hex())
    return found


@cache
def _known() -> dict[str, Any]:
    """Terminals and trees of this grammar, if they are kept."""
    try:
        known: dict[str, Any] = json.loads(
            (grammar_folder() / _FORMS).read_text("utf-8")
        )
    except (OSError, ValueError):
        return {}
    return known if known.pop("fingerprint", None) == _checksums() else {}


def _by_number(mapping: dict[str, Any]) -> dict[int, Any]:
    """Undo what JSON does to keys that are numbers."""
    return {int(key): value for key, value in mapping.items()}


def _fingerprint() -> list[str | int]:
    """Version of Lark, and a checksum of each file of the grammar."""
    import lark

    return [lark.__version__, *_checksums()]


def _checksums() -> list[int]:
    files = (grammar_folder() / name for name in GRAMMARS)
    return [zlib.crc32(file.read_bytes()) for file in files]


def write_tables() -> None:
    """Write the tables of the present grammar beside it."""
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = built_parser().memo_serialize([TerminalDef, Rule])
    tables = {"fingerprint": _fingerprint(), "data": data, "memo": memo}
    text = json.dumps(tables, separators=(",", ":"))
    (grammar_folder() / _TABLES).write_text(text + "\n", "utf-8")


def write_forms(folder: Path) -> None:
    """Write the terminals, and the trees of all short cards of some netlists."""
    from qnet.lang.replay import grown
    from qnet.lang.tokens import lexicon, terminals

    lines = {
        line
        for path in sorted(folder.glob("*.qnet"))
        for line in path.read_text("utf-8").splitlines()
    }
    every = {lexicon().kinds(line, 0, len(line)) for line in lines}
    forms = {
        kinds.hex(): grown(kinds).steps
        for kinds in sorted(every)
        if 0 < len(kinds) <= _LONGEST
    }
    known = {
        "fingerprint": _checksums(),
        "terminals": [list(terminal) for terminal in terminals()],
        "forms": {kinds: steps for kinds, steps in forms.items() if steps},
    }
    text = json.dumps(known, separators=(",", ":"))
    (grammar_folder() / _FORMS).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_tables()
    write_forms(Path("netlists"))
