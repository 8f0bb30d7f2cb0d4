"""What `qnet why` tells: shares, ways and changes, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qnet.notation import engineering, in_quanta, number
from qnet.output.columns import Column, draw
from qnet.results import plain

ROUNDING: Final = 1e-9
"""Share of an answer below which a change or a contribution is rounding."""
SHOWN: Final = 12
"""Changes that a text lists; JSON and Python have them all."""
WAYS: Final = 5
"""Origins of electrons that a text lists for one reservoir."""
LONG: Final = 6
"""Scatterers of a way that a text lists."""
OPEN: Final = " fully open"
"""What is said of a scatterer that gives way to a plain joint."""
PHASELESS: Final = " without its phase"
"""The same of one that changes nothing but the phase."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one source gives: `weight` (in `unit`) times `value` is `part`.

    `part` is None where the answer is no sum of such parts.
    """

    source: str
    value: str
    weight: float
    unit: str
    part: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Share of the electrons that a reservoir receives from another, and by what way.

    `through` are the scatterers of the strongest path there, and `beside` those of
    paths nearly as strong, which interfere with it.
    """

    at: str
    origin: str
    share: float
    through: tuple[str, ...]
    beside: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The answer of a circuit that lacks something."""

    what: str
    value: float
    difference: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer is what it is.

    Attributes
    ----------
    question, value, unit
        What was asked, and its answer.
    point : tuple of str
        Values of what the netlist steps.
    shares : tuple of Share
        Of all sources.
    arrivals : tuple of Arrival
    changes : tuple of Change
        The largest first.
    refused : tuple of (str, str)
        What cannot be left out, and why: the code of the finding and its message.
    remarks : tuple of str
    """

    question: str
    value: float
    unit: str
    point: tuple[str, ...]
    shares: tuple[Share, ...]
    arrivals: tuple[Arrival, ...]
    changes: tuple[Change, ...]
    refused: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        shown = {name: getattr(self, name) for name in ("question", "unit")}
        shown["refused"] = dict(self.refused)
        shown["value"] = plain(np.asarray(self.value))
        shown["point"], shown["remarks"] = list(self.point), list(self.remarks)
        for name in ("shares", "arrivals", "changes"):
            shown[name] = [_as_dict(row) for row in getattr(self, name)]
        return shown

    def _repr_html_(self) -> str:
        from qnet.output.html import text_html

        return text_html(str(self))

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def _as_dict(row: Share | Arrival | Change) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in row.__slots__}
    return {
        name: plain(np.asarray(value)) if isinstance(value, float) else value
        for name, value in found.items()
    }


def _lines(told: Explanation) -> Iterator[str]:
    shown = engineering(told.value, told.unit)
    quanta = in_quanta(told.value, told.unit)
    yield f"{told.question} = {shown}" + (f" = {quanta}" if quanta else "")
    if told.point:
        yield f"at {', '.join(told.point)}"
    if told.shares:
        yield ""
        yield "Set by"
        yield from _shares_in_words(told)
    for remark in told.remarks:
        yield f"  {remark}"
    if told.arrivals:
        yield ""
        yield "Electrons arrive at"
        for at in dict.fromkeys(arrival.at for arrival in told.arrivals):
            yield from _arrivals_in_words([a for a in told.arrivals if a.at == at])
    if told.changes or told.refused:
        yield ""
        yield from _changes_in_words(told)


def _arrivals_in_words(arrivals: Sequence[Arrival]) -> Iterator[str]:
    for arrival in arrivals[:WAYS]:
        ways = [_way(way) for way in (arrival.through, *arrival.beside) if way]
        text = f"  {arrival.at}: {100 * arrival.share:.4g} % from {arrival.origin}"
        yield text + (f" through {ways[0]}" if ways else "")
        if ways[1:]:
            yield f"      and, interfering, through {' or through '.join(ways[1:])}"
    if len(arrivals) > WAYS:
        rest = 100 * sum(arrival.share for arrival in arrivals[WAYS:])
        yield f"  {arrivals[0].at}: {rest:.4g} % from {len(arrivals) - WAYS} others"


def _way(elements: Sequence[str]) -> str:
    way = ", ".join(elements[:LONG])
    return f"{way} … {elements[-1]}" if len(elements) > LONG else way


def _shares_in_words(told: Explanation) -> Iterator[str]:
    unit = told.unit
    size = max((abs(s.part) for s in told.shares if s.part is not None), default=0.0)
    weights = max(abs(share.weight) for share in told.shares)
    bound = ROUNDING * weights
    rows = [
        (
            share.source,
            share.value,
            engineering(share.weight, share.unit, bound)
            if share.unit
            else number(share.weight, bound),
            ""
            if share.part is None
            else engineering(share.part, unit, ROUNDING * size),
        )
        for share in told.shares
    ]
    plain_weights = [share.weight for share in told.shares if not share.unit]
    parts = [share.part for share in told.shares]
    if len(parts) > 1 and None not in parts:
        shown = engineering(told.value, unit, ROUNDING * size)
        # Voltages and shares of noise weigh 1 together; conductances do not add up.
        adds_up = told.question.startswith(("V(", "S(")) and plain_weights
        total = number(sum(plain_weights), bound) if adds_up else ""
        rows.append(("together", "", total, shown))
    yield from _table(("source", "at", "weight", "gives"), rows)


def _changes_in_words(told: Explanation) -> Iterator[str]:
    yield "What would change it"
    values = [abs(told.value), *(abs(change.value) for change in told.changes)]
    bound = ROUNDING * max((v for v in values if np.isfinite(v)), default=0.0)
    lost = [change.what for change in told.changes if np.isnan(change.value)]
    moved = [
        change
        for change in told.changes
        if change.difference != 0 and not np.isnan(change.value)
    ]
    rows = [
        (
            change.what,
            engineering(change.value, told.unit, bound),
            engineering(change.difference, told.unit, bound),
        )
        for change in moved[:SHOWN]
    ]
    if rows:
        yield from _table(("circuit", told.question, "change"), rows)
    if len(moved) > SHOWN:
        yield f"  and {len(moved) - SHOWN} smaller changes"
    still = [change.what for change in told.changes if change.difference == 0]
    if still:
        yield f"  no change {_grouped(still)}"
    if lost:
        yield f"  no answer {_grouped(lost)}"
    reasons: dict[str, list[str]] = {}
    for what, reason in told.refused:
        reasons.setdefault(reason, []).append(what)
    for reason, whats in reasons.items():
        yield f"  no circuit {_grouped(whats)} ({reason})"


def _grouped(changes: Sequence[str]) -> str:
    """Several changes in words, those of one manner together."""
    manners = {
        "without {}": [c.removeprefix("without ") for c in changes
                       if c.startswith("without ")],
        "without the phase of {}": [c.removesuffix(PHASELESS) for c in changes
                                    if c.endswith(PHASELESS)],
        "with {} fully open": [c.removesuffix(OPEN) for c in changes
                               if c.endswith(OPEN)],
    }  # fmt: skip
    return "; ".join(
        manner.format(_some(names)) for manner, names in manners.items() if names
    )


def _some(words: Sequence[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    columns = [
        Column(title, [row[k] for row in rows]) for k, title in enumerate(titles)
    ]
    return (line.text for line in draw(columns))
