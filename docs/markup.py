"""From docstrings to Markdown that both Sphinx and a repository page show."""

from __future__ import annotations

import inspect
import re

INDENT = "    "


def documentation(thing: type) -> tuple[str, str]:
    r"""Title of a docstring, and the rest as Markdown.

    >>> class Wall:
    ...     r'''Wall: what comes goes back.
    ...
    ...          lead ──┃
    ...
    ...     .. math:: r = e^{i\phi}
    ...
    ...     with :math:`\phi` the `phase`.
    ...
    ...     References
    ...     ----------
    ...     A. Uthor, J. 1, 1 (1900).
    ...     '''
    >>> title, text = documentation(Wall)
    >>> title
    'Wall: what comes goes back'
    >>> print(text)
    ```text
    lead ──┃
    ```
    <BLANKLINE>
    $$r = e^{i\phi}$$
    <BLANKLINE>
    with $\phi$ the `phase`.
    <BLANKLINE>
    **References**
    <BLANKLINE>
    - A. Uthor, J. 1, 1 (1900).
    """
    title, _, rest = inspect.cleandoc(thing.__doc__ or "").partition("\n")
    parts = [_paragraph(part) for part in _paragraphs(rest)]
    return title.rstrip("."), "\n\n".join(part for part in parts if part)


def _paragraphs(text: str) -> list[str]:
    """Split at blank lines; drawings and formulas keep theirs."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        is_inner = not line or line.startswith(INDENT)
        was_inner = bool(found[-1]) and found[-1][-1].startswith(INDENT)
        if not line.strip():
            if found[-1]:
                found.append([])
        elif was_inner != is_inner and found[-1] and not found[-1][0].startswith(".. "):
            found.append([line])
        else:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found if lines]


def _paragraph(part: str) -> str:
    if part.startswith(".. math::"):
        formula = " ".join(part.removeprefix(".. math::").split())
        return f"$${formula}$$"
    if part.startswith(" "):
        return f"```text\n{_dedented(part)}\n```"
    head, _, below = part.partition("\n")
    if below.startswith("---"):
        listed = re.split(r"(?<=[.)])\n(?=[A-Z])", below.partition("\n")[2])
        rows = [f"- {_inline(' '.join(row.split()))}" for row in listed if row]
        return "\n\n".join([f"**{head}**", "\n".join(rows)]).rstrip()
    return _inline(part)


def _dedented(part: str) -> str:
    margin = min(len(line) - len(line.lstrip()) for line in part.splitlines())
    return "\n".join(line[margin:] for line in part.splitlines())


def _inline(text: str) -> str:
    text = re.sub(r":math:`([^`]*)`", r"$\1$", text)
    return re.sub(r"``([^`]*)``", r"`\1`", text)
