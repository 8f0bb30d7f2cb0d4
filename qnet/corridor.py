"""The corridor as one function: read it first.

text → cards → template → circuit → sample → answers → report
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qnet.conclusions import conclude, is_precise
from qnet.diagnostics import Diagnostic, QnetError, StorageError, refuse
from qnet.files import clear_parts
from qnet.lang.cards import Deck
from qnet.lang.parse import load, parse
from qnet.lang.template import Template
from qnet.output.export import check_suffix, mainstays, refuse_existing, write
from qnet.records.custody import load_report
from qnet.records.provenance import provenance_of, refuse_inputs
from qnet.records.store import Journal, journal_of, locked, refuse_another
from qnet.results import Report
from qnet.solved import Question
from qnet.sweep.memory import Estimate
from qnet.sweep.processes import Workers, on_executor
from qnet.sweep.survey import Crew, Keeper, Survey, compile_all, survey
from qnet.sweep.tile import Recipe

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[int, int], None]
"""Called with the sweep points done and the number of them all."""


def run(
    source: str | Path | Deck,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
    analyses: Sequence[Question] = (),
    progress: Progress | None = None,
    workers: int | Workers = 1,
    executor: Executor | None = None,
    output: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    announce: Callable[[Estimate], None] | None = None,
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
    workers : int or Workers
        Processes that share the sweep: how many, or those of an open `Workers`, which
        serve one run after another. A script that asks for more than one keeps its
        own commands below ``if __name__ == "__main__":``.
    executor : concurrent.futures.Executor, optional
        Shares the sweep instead: threads, processes, ``client.get_executor()`` of
        Dask. The numbers are bitwise the same, whoever computes them.
    output : str or Path, optional
        Result file; its suffix names the format. A run of more than one tile keeps a
        journal of finished tiles beside it, so that nothing finished is lost.
    resume : bool
        Go on with a run into `output` that was cut short, if there is one; if `output`
        is complete, the report in it is returned.
    force : bool
        Replace `output`, and forget a run that was cut short.
    announce : callable, optional
        Told what a sweep of more than one tile will take, before it begins: points,
        tiles, bytes of memory.

    Raises
    ------
    StorageError
        QN7xx: the output exists, is being written, is an input, or belongs to another
        run.
    NetlistError
        The text is wrong; all faults of one stage at once, with their places.
    PhysicsError
        The equations have no answer at any point.
    LimitError
        QN8xx: too large, or QN814: the sweep needs more memory than is free.
    """
    with _crew(workers, executor) as crew:
        ours = recipe(source, overrides=overrides, include=include, analyses=analyses)
        walk = partial(
            survey,
            ours,
            progress,
            crew,
            announce=announce,
            processes=workers.count if isinstance(workers, Workers) else workers,
        )
        if output is None:
            return _report(ours, provenance_of(ours), walk)
        path = Path(output)
        check_suffix(path)
        refuse_inputs(ours, mainstays(path))
        provenance = provenance_of(ours)
        with locked(path):
            clear_parts(path)
            if resume and path.exists() and not (force or journal_of(path).exists()):
                return _finished(path, provenance, ours.deck.source.name)
            if not (force or (resume and journal_of(path).exists())):
                for target in mainstays(path):
                    refuse_existing(target)
            with _journal(path, provenance, resume=resume, force=force) as journal:
                report = _report(ours, provenance, walk, journal)
                write(report, path, replace=True)
            journal_of(path).unlink()
        return report


@contextmanager
def _crew(workers: int | Workers, executor: Executor | None) -> Iterator[Crew | None]:
    """Who solves the tiles, if it is not this process."""
    if executor is not None:
        yield partial(on_executor, executor=executor)
    elif not isinstance(workers, Workers):
        # Started before the netlist is read: they load while it is elaborated.
        with Workers(workers) as started:
            yield started.outcomes if workers > 1 else None
    else:
        yield workers.outcomes if workers.count > 1 else None


def _finished(path: Path, provenance: Mapping[str, str], netlist: str) -> Report:
    """The answer of a run that has nothing left to do."""
    report = load_report(path, netlist)
    refuse_another(provenance, report.provenance, path.name)
    note = Diagnostic(
        "QN707",
        f"'{path.name}' is complete: this is the answer in it, nothing was computed",
        help="say --force to compute it again",
        severity="note",
    )
    return replace(report, diagnostics=(*report.diagnostics, note))


@contextmanager
def _journal(
    path: Path, provenance: Mapping[str, str], *, resume: bool, force: bool
) -> Iterator[Journal]:
    """The journal of a run: that of an earlier one, or a new one."""
    place = journal_of(path)
    if not force and place.exists():
        if not resume:
            raise refuse(
                StorageError,
                "QN706",
                f"an unfinished run into '{path.name}' is there",
                help="go on with --resume, or begin again with --force",
            )
        journal = Journal.open(place)
        refuse_another(provenance, journal.fingerprint, path.name)
    else:
        journal = Journal.begin(place, provenance)
    with closing(journal):
        yield journal


def _report(
    ours: Recipe,
    provenance: Mapping[str, str],
    walk: Callable[..., Survey],
    keeper: Keeper | None = None,
) -> Report:
    """Answer a netlist; a keeper makes finished tiles last."""
    whole = ours.template
    is_enough = partial(is_precise, whole) if whole.is_open_ended else None
    found = walk(keeper=keeper, is_enough=is_enough)
    if whole.repeats:
        whole = whole.with_samples(len(found.ledger))
    return conclude(whole, found, provenance)


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
