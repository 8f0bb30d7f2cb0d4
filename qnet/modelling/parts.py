"""Composite elements: pieces of one conductor with probes at their joints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qnet.discovery import models
from qnet.registry import Part, Real, Scatterer


def leak(length: Real, decay: Real, slices: int) -> Real:
    """Probability that one of `slices` probes takes what decays over `decay`.

    Parameters
    ----------
    length, decay : float or array
        Length of the conductor and decay length of the probability, m.
    slices : int
        Number of probes that share the decay.

    Returns
    -------
    float or array
        1 - exp(-length / (slices decay)); 0 for an infinite decay length.
    """
    return -np.expm1(-np.asarray(length) / (slices * np.asarray(decay)))


def with_probes(
    piece: Callable[[float], Any],  # a model: @scatterer gives it its usual methods
    probes: Mapping[str, Mapping[str, Any]],
    slices: int,
) -> tuple[Part, ...]:
    """Cut a conductor into slices, each with in-line probes at its centre.

         ──piece──(P)──piece──(P)──piece──

    Parameters
    ----------
    piece : callable
        Conductor of a given fraction of the whole.
    probes : mapping
        Suffix of a probe and its fields, for all that stand at a centre, in order.
    slices : int
        How many slices.
    """
    model = models()["probe"].model
    # Equal slices share one model each: a wire may have a hundred thousand.
    end, middle = piece(0.5 / slices), piece(1.0 / slices)
    at_centre = {suffix: model(**fields) for suffix, fields in probes.items()}
    chain: list[tuple[str, Scatterer]] = []
    for k in range(1, slices + 1):
        chain.append((f"w{k}", end if k == 1 else middle))
        chain.extend((f"{suffix}{k}", probe) for suffix, probe in at_centre.items())
    chain.append((f"w{slices + 1}", end))
    return _in_series(chain)


def _in_series(chain: Sequence[tuple[str, Scatterer]]) -> tuple[Part, ...]:
    """Two-pin models one after the other, from pin 0 to pin 1 of the composite."""
    joints: list[int | str] = [0, *(f"n{k}" for k in range(1, len(chain))), 1]
    return tuple(
        Part(suffix, model, (joints[k], joints[k + 1]))
        for k, (suffix, model) in enumerate(chain)
    )
