"""Monte Carlo: the netlist again and again, with fresh random draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from qnet.circuit import Axis
from qnet.limits import within
from qnet.registry import analysis, param


@analysis("mc")
@dataclass(frozen=True, kw_only=True)
class MonteCarlo:
    """Repeat the netlist with fresh ``gauss``, ``uniform`` and random scatterers.

    ``.mc N seed=1`` adds an axis ``sample`` in front of the steps. Measures, tables
    and asserts are evaluated at every sample; ``mean(x, along=sample)``, ``std`` and
    ``sem`` of expressions reduce over them. The report adds mean, standard deviation,
    standard error, quantiles, histogram and correlations of every measure that differs
    from sample to sample. A sample depends on the seed and its own index alone: it is
    the same at every step, at the reversed field, and in a longer run.

    With ``sem=`` the run ends early, once the standard error of every such measure, or
    of the one that ``of=`` names, is at most this share of its mean, at every step.
    """

    positional: ClassVar[tuple[str, ...]] = ("samples",)

    samples: int = param(kind="int", low=1, doc="how many, at most")
    seed: int = param(
        kind="int", low=0, high=2**29, doc="whole number that fixes all draws"
    )
    sem: float = param(
        0.0, low=0, below=1, doc="wanted standard error over mean; 0: all samples"
    )
    of: str = param("", kind="text", doc="measure whose standard error is meant")

    def __post_init__(self) -> None:
        within("samples", self.samples)

    @property
    def repeats(self) -> tuple[Axis, ...]:
        """The axis of samples."""
        return (Axis("sample", np.arange(float(self.samples))),)
