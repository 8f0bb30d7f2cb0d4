"""Statistics over random samples: moments, quantiles, histograms, correlations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from qnet.circuit import Bools, Floats
from qnet.results import Quantity, Result

SAMPLE: Final = "sample"
"""Name of the axis of random samples."""

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Probabilities whose quantiles are reported."""

_BINS: Final = (8, 64)
"""Fewest and most bins of a histogram; between them, the root of the samples."""


def statistics(measures: Mapping[str, Quantity]) -> list[Result]:
    """What samples say about every measure that differs from one to the next.

    Marked samples are left out; how many, a note says.

    Parameters
    ----------
    measures : mapping
        Those with an axis of samples are described.

    Returns
    -------
    list of Result
        Moments and correlations (``mc``), ``quantiles``, and a histogram for each
        measure; none without such measures.
    """
    drawn = {
        name: quantity
        for name, quantity in measures.items()
        if SAMPLE in quantity.axes and not np.iscomplexobj(quantity.values)
    }
    if not drawn:
        return []
    return [_moments(drawn), _quantiles(drawn), *map(_histogram, drawn.values())]


def _by_sample(quantity: Quantity) -> tuple[Floats, tuple[str, ...]]:
    """Values with samples first, and the names of the other axes."""
    place = quantity.axes.index(SAMPLE)
    others = tuple(axis for axis in quantity.axes if axis != SAMPLE)
    return np.moveaxis(quantity.values, place, 0), others


def _moments(drawn: Mapping[str, Quantity]) -> Result:
    found: dict[str, Quantity] = {}
    for name, quantity in drawn.items():
        values, others = _by_sample(quantity)
        for title, array in _three(values).items():
            key = f"{title}({name})"
            found[key] = Quantity(key, array, others, quantity.unit)
    together = _correlation(drawn)
    if together is not None:
        found["correlation"] = together
    columns = [_by_sample(quantity)[0] for quantity in drawn.values()]
    samples = max(map(len, columns))
    bad = np.any([_marked(column) for column in columns], axis=0)
    notes = [f"{samples} samples"]
    if bad.any():
        notes.append(f"{int(bad.sum())} of them have marked points, which are left out")
    title = "Monte Carlo (.mc): mean, standard deviation, standard error"
    return Result("mc", found, tuple(notes), title)


def _marked(values: Floats) -> Bools:
    """Whether a sample has a point without value, (sample,)."""
    return np.asarray(np.isnan(values).reshape(len(values), -1).any(1))


def _three(values: Floats) -> dict[str, Floats]:
    """Mean, standard deviation, standard error of the samples that have a value."""
    good = ~np.isnan(values)
    count = good.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(good, values, 0).sum(0) / count
        square = np.where(good, values - mean, 0) ** 2
        deviation = np.sqrt(square.sum(0) / np.maximum(count - 1, 0))
        return {"mean": mean, "std": deviation, "sem": deviation / np.sqrt(count)}


def _quantiles(drawn: Mapping[str, Quantity]) -> Result:
    found = {}
    for name, quantity in drawn.items():
        values, others = _by_sample(quantity)
        full = ~np.isnan(values).all(0)
        array = np.full((*values.shape[1:], len(QUANTILES)), np.nan)
        spread = np.moveaxis(values, 0, -1)[full]
        array[full] = np.nanquantile(spread, QUANTILES, axis=-1).T
        labels = {"probability": np.array(QUANTILES)}
        found[name] = Quantity(
            name, array, (*others, "probability"), quantity.unit, labels
        )
    return Result("quantiles", found, title="Quantiles over the samples")


def _histogram(quantity: Quantity) -> Result:
    """Number of samples in equal bins between the smallest and the largest value."""
    values, others = _by_sample(quantity)
    finite = values[np.isfinite(values)]
    least, most = _BINS
    bins = int(np.clip(round(len(values) ** 0.5), least, most))
    edges = np.histogram_bin_edges(finite if len(finite) else [0.0], bins)
    shape = values.shape[1:]
    counts = np.zeros((*shape, bins))
    for point in np.ndindex(*shape):
        column = values[(slice(None), *point)]
        counts[point] = np.histogram(column[np.isfinite(column)], edges)[0]
    axis = f"{quantity.name} bin"
    labels = {axis: (edges[1:] + edges[:-1]) / 2}
    found = Quantity("samples", counts, (*others, axis), "", labels)
    unit = f", bins in {quantity.unit}" if quantity.unit else ""
    return Result(
        f"histogram of {quantity.name}",
        {"samples": found},
        title=f"Histogram of {quantity.name}{unit}",
    )


def _correlation(drawn: Mapping[str, Quantity]) -> Quantity | None:
    """Pearson correlation between measures that have the same axes; None for one."""
    longest = max((q.axes for q in drawn.values()), key=len)
    chosen = {name: q for name, q in drawn.items() if q.axes == longest}
    if len(chosen) < 2:
        return None
    columns = np.stack([_by_sample(q)[0] for q in chosen.values()], -1)
    columns = np.where(np.isnan(columns).any(-1, keepdims=True), np.nan, columns)
    good = ~np.isnan(columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(good, columns, 0).sum(0) / good.sum(0)
        apart = np.where(good, columns - mean, 0)
        covariance = np.einsum("s...i,s...j->...ij", apart, apart)
        scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
        together = covariance / (scale[..., :, None] * scale[..., None, :])
    names = tuple(chosen)
    axes = (*(axis for axis in longest if axis != SAMPLE), "measure", "with")
    labels = {"measure": names, "with": names}
    return Quantity("correlation", together, axes, "", labels)
