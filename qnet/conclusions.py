"""From values along the sweep to measures, tables, verdicts: the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from qnet.analyses.monte_carlo import MonteCarlo
from qnet.answers import ASKS
from qnet.audits import AUDITS
from qnet.certificate import THRESHOLDS
from qnet.circuit import Axis, Floats
from qnet.diagnostics import Diagnostic, Label
from qnet.lang.cards import Binary, Call, Expr
from qnet.lang.expressions import Scope, evaluate
from qnet.lang.questions import Assertion, Listing
from qnet.lang.template import Template
from qnet.lang.values import Value, value
from qnet.results import Graph, Quantity, Report, Result, Verdict
from qnet.sampling import statistics
from qnet.sweep.grading import flags
from qnet.sweep.survey import Survey
from qnet.sweep.tile import call_key
from qnet.units import unit


def conclude(
    template: Template, found: Survey, provenance: Mapping[str, str] | None = None
) -> Report:
    """Evaluate measures, tables and asserts over the whole sweep.

    Parameters
    ----------
    template : Template
    found : Survey
        Every answer at every point.
    provenance : mapping, optional
        All that decides the numbers.

    Returns
    -------
    Report
    """
    scope = _scope(template, found)
    measures = _measures(template, scope)
    return Report(
        title=template.title,
        axes=template.sweep,
        measures=measures,
        tables=tuple(
            {
                text: _quantity(text, evaluate(item, scope).working(), template.sweep)
                for text, item in listing.items
            }
            for listing in template.prints
            if listing.word == "print"
        ),
        analyses=(*_results(found), *statistics(measures)),
        asserts=tuple(
            _judge(claim, scope, template.sweep) for claim in template.asserts
        ),
        audits=tuple(_audits(template, found)),
        certificates=_certificates(found, template.sweep),
        silent={name: THRESHOLDS[name].silent_at(n) for name, n in found.sizes.items()},
        diagnostics=(
            *_diagnostics(template, found),
            *_without_value(template, found, measures),
        ),
        settings=found.settings,
        provenance=provenance or {},
        graphs=tuple(
            _graph(listing, scope, template.sweep)
            for listing in template.prints
            if listing.word == "plot"
        ),
    )


def is_precise(template: Template, found: Survey) -> bool:
    """Whether the samples so far have the standard error that ``.mc`` asks for."""
    cards = [task.analysis for task in template.tasks]
    card = next(card for card in cards if isinstance(card, MonteCarlo))
    shorter = template.with_samples(len(found.ledger))
    measures = _measures(shorter, _scope(shorter, found))
    asked = {
        name: quantity
        for name, quantity in measures.items()
        if card.of.casefold() in ("", name.casefold())
    }
    drawn = next(iter(statistics(asked)), None)
    if drawn is None:
        return False
    return all(
        bool(
            np.all(
                drawn[f"sem({n})"].values <= card.sem * abs(drawn[f"mean({n})"].values)
            )
        )
        for n in asked
        if f"sem({n})" in drawn.quantities
    )


_FOLDED: Final = {name.lower(): ask for name, ask in ASKS.items()}


def _scope(template: Template, found: Survey) -> Scope:
    """What names mean over the whole sweep."""

    def answered(call: Call) -> Value:
        key = call_key(call)
        return value(found.ledger.array(key), unit(_FOLDED[key[0]].unit))

    return template.scope(answered)


def _measures(template: Template, scope: Scope) -> dict[str, Quantity]:
    named = {m.name: scope.names[m.name.lower()] for m in template.measures}
    return {
        name: _quantity(name, given, template.sweep) for name, given in named.items()
    }


def _graph(listing: Listing, scope: Scope, axes: tuple[Axis, ...]) -> Graph:
    """Values of a ``.plot`` card, and of what they are drawn against."""
    items, against = {}, None
    for text, item in listing.items:
        items[text] = _quantity(text, evaluate(item, scope).working(), axes)
    if listing.against is not None:
        text, item = listing.against
        against = _quantity(text, evaluate(item, scope).working(), axes)
    return Graph(items, against)


def _quantity(name: str, given: Value, axes: tuple[Axis, ...]) -> Quantity:
    """A value with the sweep axes it depends on; those of length 1 are dropped."""
    array = np.asarray(given.array)
    if array.ndim == 0:
        return Quantity(name, array, (), str(given.unit))
    kept = [k for k, axis in enumerate(axes) if array.shape[k] > 1 or len(axis) == 1]
    dropped = tuple(k for k in range(array.ndim) if k not in kept)
    names = tuple(axes[k].name for k in kept)
    return Quantity(name, array.squeeze(dropped), names, str(given.unit))


def _results(found: Survey) -> list[Result]:
    numbered = (found.ledger.result(k) for k in range(found.results))
    return [result for result in numbered if result is not None]


def _judge(claim: Assertion, scope: Scope, axes: tuple[Axis, ...]) -> Verdict:
    """Whether a claim holds at every point; a marked point breaks it."""
    held = np.asarray(evaluate(claim.body, scope).array)
    good = np.isfinite(held) & (held != 0)
    where = "" if good.all() else _point(axes, good)
    text = f"{claim.text}  ({claim.why})" if claim.why else claim.text
    return Verdict(text, bool(good.all()), _left_side(claim.body, scope), where)


def _left_side(claim: Expr, scope: Scope) -> float:
    """What stands left of a comparison, where the claim comes nearest to failing.

    In the unit of the report; NaN for a claim that is no comparison of real numbers.
    """
    if not isinstance(claim, Binary) or claim.operator not in _HOW_FAR:
        return float("nan")
    difference = evaluate(replace(claim, operator="-"), scope).array
    left = evaluate(claim.left, scope).working().array
    left, difference = np.broadcast_arrays(left, difference)
    if np.iscomplexobj(left) or not np.isfinite(difference).any():
        return float("nan")
    how_far = _HOW_FAR[claim.operator](np.real(difference))
    return float(left.flat[np.nanargmax(how_far)])


_HOW_FAR: Final[dict[str, Callable[[Floats], Floats]]] = {
    "<": np.positive, "<=": np.positive, ">": np.negative, ">=": np.negative,
    "==": np.abs,
}  # fmt: skip
"""How far left minus right stands on the wrong side of a claim."""


def _point(
    axes: tuple[Axis, ...], good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> str:
    """First point at which something fails, in words."""
    if not axes or good.ndim == 0:
        return ""
    first = np.unravel_index(np.argmin(good), good.shape)
    return ", ".join(
        f"{axis.name} = {axis.values[k]:g} {axis.unit}".rstrip()
        for axis, k in zip(axes, first, strict=True)
        if good.shape[axes.index(axis)] > 1
    )


def _audits(template: Template, found: Survey) -> list[Verdict]:
    """A line for each audit: its worst certificate, or why there is none."""
    verdicts = []
    for word, (claim, names) in AUDITS.items():
        if word not in template.checks:
            verdicts.append(_unchecked(claim, "switched off by .check"))
            continue
        graded = [
            (worst / THRESHOLDS[name].refused, worst, where, name)
            for name in names
            if name in found.sizes
            for worst, where in [_worst(found, name, template.sweep)]
        ]
        if not graded:
            why = found.unchecked.get(word, "no point has an answer")
            verdicts.append(_unchecked(claim, why))
            continue
        share, worst, where, name = max(graded)
        holds = share <= 1
        if len(graded) > 1 and worst > 0:
            where = f"{name} {where}".rstrip()
        verdicts.append(Verdict(claim, holds, worst, where))
    return verdicts


def _unchecked(claim: str, why: str) -> Verdict:
    return Verdict(claim, passed=True, worst=float("nan"), unchecked=why)


def _worst(found: Survey, name: str, axes: tuple[Axis, ...]) -> tuple[float, str]:
    """Largest defect over the points that have an answer, and where it stands."""
    defect = found.ledger.array(("certificate", name))
    worst = float(defect.max())
    if np.isnan(worst):
        if np.isnan(defect).all():
            return 0.0, ""
        worst = float(np.nanmax(defect))
    return worst, _point(axes, defect != worst) if worst > 0 else ""


def _certificates(found: Survey, axes: tuple[Axis, ...]) -> Mapping[str, Quantity]:
    names = tuple(axis.name for axis in axes)
    return {
        name: Quantity(name, found.ledger.array(("certificate", name)), names)
        for name in found.sizes
    }


def _diagnostics(template: Template, found: Survey) -> list[Diagnostic]:
    """Notes of the text, of the circuits, and the reason of every marked point."""
    marked = []
    for where, why in found.marks:
        message = why.message
        if template.sweep:
            place = _point(template.sweep, ~where)
            points = f"{int(where.sum())} of {where.size} points"
            message = f"{message}: {points}, first at {place}"
        is_note = why.severity == "note"
        found_there = replace(
            why, message=message, severity="note" if is_note else "warning"
        )
        marked.append(found_there)
    flagged = (
        flags(name, found.ledger.array(("certificate", name)), size)
        for name, size in found.sizes.items()
    )
    lost = [one for one in flagged if one is not None]
    return [*template.notes, *found.notes, *marked, *lost]


def _without_value(
    template: Template, found: Survey, measures: Mapping[str, Quantity]
) -> Iterator[Diagnostic]:
    """Measures without a value where every answer has one: a division by zero."""
    lengths = tuple(len(axis) for axis in template.sweep)
    told = np.zeros(lengths, bool)
    for where, _ in found.marks:
        told |= where
    for measure in template.measures:
        quantity = measures[measure.name]
        lost = ~np.isfinite(quantity.values)
        kept = tuple(axis.name in quantity.axes for axis in template.sweep)
        gone = tuple(k for k, is_kept in enumerate(kept) if not is_kept)
        # without an axis it is reduced over that one, and a mark there spoils it
        fresh = lost & ~told.any(axis=gone)
        if not fresh.any():
            continue
        message = f"measure '{measure.name}' has no finite value"
        if quantity.axes:
            axes = tuple(axis for axis in template.sweep if axis.name in quantity.axes)
            message += f": {int(fresh.sum())} of {fresh.size} points, "
            message += f"first at {_point(axes, ~fresh)}"
        yield Diagnostic(
            "QN621",
            message,
            Label(measure.span),
            why="something is divided by zero there, or is too large",
            severity="warning",
        )
