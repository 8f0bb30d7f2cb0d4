"""Pygments lexer, found by its entry point: ``pygmentize -l qnet bar.qnet``."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pygments.lexer import RegexLexer
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Text,
    _TokenType,
)

from qnet.editors.highlight import inline, patterns

_KINDS: dict[str, _TokenType] = {
    "comment": Comment.Single, "string": String, "directive": Keyword,
    "element": Name.Label, "model": Name.Class, "key": Name.Attribute,
    "call": Name.Function, "constant": Name.Constant, "number": Number,
    "operator": Operator,
}  # fmt: skip


class QnetLexer(RegexLexer):  # type: ignore[misc]  # pygments has no types
    """Netlists of quantum conductors."""

    name = "qnet"
    aliases: ClassVar[list[str]] = ["qnet"]
    filenames: ClassVar[list[str]] = ["*.qnet"]
    url = ""
    flags = re.MULTILINE
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            *((inline(pattern), _KINDS[name]) for name, pattern in patterns()),
            (r"[A-Za-z_]\w*", Name),
            (r"\s+", Text.Whitespace),
            (r".", Text),
        ]
    }
