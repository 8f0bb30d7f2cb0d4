"""The corridor as one function: read it first.

text → cards → template → circuit → sample → answers → report
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from qnet.conclusions import conclude, is_precise
from qnet.diagnostics import Diagnostic, QnetError
from qnet.lang.cards import Deck
from qnet.lang.parse import load, parse
from qnet.lang.template import Template
from qnet.results import Report
from qnet.solved import Question
from qnet.survey import Crew, compile_all, survey
from qnet.tile import Recipe

Progress = Callable[[int, int], None]
"""Called with the sweep points done and the number of them all."""


def run(
    source: str | Path | Deck,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
    analyses: Sequence[Question] = (),
    progress: Progress | None = None,
    workers: int = 1,
    executor: Executor | None = None,
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
    workers : int
        Processes that share the sweep. A script that asks for more than one keeps its
        own commands below ``if __name__ == "__main__":``.
    executor : concurrent.futures.Executor, optional
        Shares the sweep instead: threads, processes, ``client.get_executor()`` of
        Dask. The numbers are bitwise the same, whoever computes them.

    Raises
    ------
    NetlistError
        The text is wrong; all faults of one stage at once, with their places.
    PhysicsError
        The equations have no answer at any point.
    """
    ours = recipe(source, overrides=overrides, include=include, analyses=analyses)
    whole = ours.template
    is_enough = partial(is_precise, whole) if whole.is_open_ended else None
    found = survey(ours, progress, Crew(workers, executor), is_enough=is_enough)
    if whole.repeats:
        whole = whole.with_samples(len(found.ledger))
    return conclude(whole, found)


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
    return recipe(source, overrides=overrides, include=include).template


def recipe(
    source: str | Path | Deck,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
    analyses: Sequence[Question] = (),
) -> Recipe:
    """Everything that a run is made of, ready to be sent to workers."""
    deck = read(source, include)
    folders = tuple(str(Path(folder).resolve()) for folder in include)
    return Recipe(deck, dict(overrides or {}), folders, tuple(analyses))


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
