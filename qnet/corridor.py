"""The corridor as one function: read it first.

text → cards → template → circuit → sample → answers → report
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qnet.answers import ASKS
from qnet.conclusions import conclude
from qnet.diagnostics import Diagnostic, QnetError
from qnet.discovery import analyses as known_analyses
from qnet.discovery import models
from qnet.lang.cards import Deck
from qnet.lang.elaborate import elaborate
from qnet.lang.parse import load, parse
from qnet.lang.template import Template
from qnet.results import Report
from qnet.solved import Question
from qnet.survey import compile_all, survey

Progress = Callable[[int, int], None]
"""Called with the sweep points done and the number of them all."""


def run(
    source: str | Path | Deck,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
    analyses: Sequence[Question] = (),
    progress: Progress | None = None,
) -> Report:
    """Answer a netlist.

    Parameters
    ----------
    source : str, Path or Deck
        A file's path, the text of a netlist, or what `Builder.deck` made. A string
        of one line that ends in ``.qnet`` is a path.
    overrides : mapping, optional
        Values of parameters and of ``B EF temp M``, as text: ``{"nu": "2"}``.
    include : sequence of paths
        Further folders from which the netlist may read.
    analyses : sequence
        Questions besides the netlist's own: ``qnet.Op()``.
    progress : callable, optional
        Told how many sweep points are done.

    Raises
    ------
    NetlistError
        The text is wrong; all faults of one stage at once, with their places.
    PhysicsError
        The equations have no answer at any point.
    """
    whole = template(source, overrides=overrides, include=include)
    return conclude(whole, survey(whole, analyses, progress))


def check(
    source: str | Path | Deck, *, include: Sequence[str | Path] = ()
) -> tuple[Diagnostic, ...]:
    """Everything that is wrong or noteworthy in a netlist, short of solving it."""
    try:
        whole = template(source, include=include)
        compile_all(whole)
    except QnetError as error:
        return error.diagnostics
    return whole.notes


def template(
    source: str | Path | Deck,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
) -> Template:
    """Read and elaborate a netlist: everything but its numbers."""
    deck = read(source, include)
    return elaborate(deck, models(), known_analyses(), ASKS, overrides or {})


def read(source: str | Path | Deck, include: Sequence[str | Path] = ()) -> Deck:
    """Cards of a path, a text or a deck."""
    if isinstance(source, Deck):
        return source
    is_path = isinstance(source, Path) or (
        "\n" not in source and source.endswith(".qnet")
    )
    if is_path:
        return load(Path(source), include_roots=tuple(Path(p) for p in include))
    return parse(str(source))
