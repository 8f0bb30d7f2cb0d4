"""``words.pyi``: every letter and dot-word as a typed method, from the registry."""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator
from typing import Final

from qnet.vocabulary import Word, vocabulary

_HEAD: Final = '''\
"""Written by `make docs` from the registry; see `qnet.editors.stubs`."""

from typing import Self

from qnet.spelling import Spellable

class Words:
    """Methods that are found in the registry."""
'''


def stub() -> str:
    """Text of ``words.pyi``."""
    parts = [_HEAD]
    parts += ["\n".join(_method(word)) + "\n" for word in vocabulary().values()]
    return "\n".join(parts)


def _method(word: Word) -> Iterator[str]:
    name = f"{word.name}_" if keyword.iskeyword(word.name) else word.name
    first = ["name: str", "/"] if word.is_element else []
    keys = [f"{key}: Spellable = ..." for key in word.keys if _is_name(key)]
    keys += [f"{flag}: bool = ..." for flag in word.flags if _is_name(flag)]
    arguments = ["self", *first, "*items: Spellable", *keys, "**keys: Spellable"]
    yield f"    def {name}("
    yield from (f"        {argument}," for argument in arguments)
    yield "    ) -> Self:"
    lines = (line.rstrip() for line in word.doc.replace("\\", "\\\\").splitlines())
    told = textwrap.indent("\n".join(lines), 8 * " ").strip()
    yield f'        """{told}{chr(10) + 8 * " " if chr(10) in told else ""}"""'


def _is_name(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key)
