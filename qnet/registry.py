"""What scatterers and analyses must offer, and where they are found.

A model is a frozen dataclass behind ``@scatterer``; its fields, made by `param`, are
the keys of its card. Nothing to subclass, no list to extend.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import Self

Real = float | NDArray[np.float64]
"""A real parameter: a number, or an array of full batch rank."""
Complexes = complex | NDArray[np.complex128]
"""A complex parameter, likewise."""


class Infer(enum.Enum):
    """Marks a count that the neighbours decide."""

    INFER = "inferred from the neighbours"


INFER: Final = Infer.INFER

State = Literal["B", "M", "EF", "temp", "sign B", "sign M", "spin"]
"""What a model may read of the netlist's global state."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of a card.

    Attributes
    ----------
    kind : str
        ``real``, ``complex``, ``int``, ``text``, ``flag``, ``choice``, ``weights``
        (``ref=(s:0.6 d:0.4)``) or ``file``.
    axes : tuple of str
        The parameter's own axes, e.g. ``("level", "channel")``: a list or a matrix
        in the netlist, trailing axes of the array.
    state : str
        Set from the netlist's state and no key of the card.
    """

    name: str
    kind: str = "real"
    default: Any = dataclasses.MISSING
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    odd: bool = False
    structural: bool = False
    axes: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    state: State | None = None
    doc: str = ""

    @property
    def required(self) -> bool:
        """Whether the card must give it."""
        return self.default is dataclasses.MISSING


def param(
    default: Any = dataclasses.MISSING,  # noqa: ANN401  a default has its field's type
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    odd: bool = False,
    structural: bool = False,
    axes: tuple[str, ...] = (),
    kind: str = "real",
    choices: tuple[str, ...] = (),
    state: State | None = None,
    doc: str = "",
) -> Any:  # noqa: ANN401  dataclass fields are typed by their annotation
    """Field of a model: a key of its card, with unit, bounds and meaning.

    Parameters
    ----------
    default
        Its value when the card is silent; none given: the card must have it.
        `INFER`: the channel count follows from the neighbours. None: "not given",
        which the model tells from any number.
    unit : str
        Internal unit (``eV``, ``Phi0``, ``rad`` …); empty for plain numbers.
    low, high, above, below : float
        Closed and open bounds, in the internal unit.
    odd : bool
        Turns its sign under time reversal.
    structural : bool
        Changes the topology or the number of channels: a sweep is split by it.
    axes : tuple of str
        Names of the parameter's own trailing axes.
    kind : str
        See `Parameter`.
    state : str
        Comes from the netlist's state, not from the card.
    doc : str
        One line for ``qnet explain``.
    """
    described = Parameter(
        "", kind, default, unit, low, high, above, below, odd, structural, axes,
        choices, state, doc,
    )  # fmt: skip
    metadata = {"parameter": described}
    if default is dataclasses.MISSING:
        return field(metadata=metadata, kw_only=True)
    return field(default=default, metadata=metadata, kw_only=True)


def parameters(cls: type) -> tuple[Parameter, ...]:
    """All parameters of a model or an analysis, in the order of declaration."""
    return tuple(
        dataclasses.replace(f.metadata["parameter"], name=f.name)
        for f in dataclasses.fields(cls)
        if "parameter" in f.metadata
    )


Counts = tuple[tuple[int | None, int | None], ...]
"""(in, out) channels of each port; None: whatever the neighbours say."""


class ReservoirKind(enum.IntEnum):
    """What a reservoir's distribution is, and what sets it."""

    NORMAL = 0
    """Fermi sea; its voltage is held, or floats by Kirchhoff's law."""
    THERMAL = 1
    """Floating probe without current and without heat current."""
    DEPHASING = 2
    """Probe without current at each energy."""
    SUPERCONDUCTOR = 3
    """Superconducting condensate."""


@dataclass(frozen=True, slots=True)
class OwnReservoir:
    """A reservoir that lives inside a scatterer: that of an in-line probe.

    `ports` are the port numbers of the scatterer that end in it; `suffix` follows the
    element's name after a dot (empty: the reservoir has the element's name).
    """

    suffix: str
    ports: tuple[int, ...]
    kind: ReservoirKind


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a composite element.

    `nodes` names a port's node: an integer is that pin of the composite, a string a
    node of its own.
    """

    suffix: str
    model: Scatterer
    nodes: tuple[int | str, ...]


@runtime_checkable
class Scatterer(Protocol):
    """What a model is: ports, channels, a pattern, and a matrix.

    All numeric fields are of full batch rank when `smatrix` is called: (instance,
    sweep axes, energy) and then the parameter's own axes, of length 1 where constant.
    Structural fields are plain Python values, the same for all instances.
    """

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the ports, in the order of the card's nodes."""

    @property
    def diagonal(self) -> bool:
        """Whether channel n couples to channel n only, at every port."""

    def channels(self) -> Counts:
        """Give (in, out) channels of each port; None where the neighbours decide."""

    def with_channels(self, n: int) -> Self:
        """Return the same model with its inferable channel count set."""

    def pattern(self) -> NDArray[np.bool_]:
        """Declared couplings [out port, in port]."""

    def smatrix(self, energy: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Amplitudes (instance, sweep axes, energy, out channel, in channel)."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A registered model: name, class, letter of its shorthand, pin count."""

    name: str
    model: type
    letter: str
    pins: int | None
    flags: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AnalysisEntry:
    """A registered analysis: its dot-word and its class."""

    name: str
    analysis: type


@dataclass(frozen=True, slots=True)
class Ask:
    """An answer function of expressions: ``V(n)``, ``G(a, b)``, ``R(i, j, k, l)``.

    `takes` says what its arguments name: ``reservoir`` or ``reservoir or lumped``.
    """

    name: str
    unit: str
    arity: tuple[int, int]
    takes: str
    doc: str


_models: dict[str, ModelEntry] = {}
_analyses: dict[str, AnalysisEntry] = {}

C = TypeVar("C", bound=type)


def scatterer(
    name: str,
    *,
    letter: str = "",
    pins: int | None = 2,
    flags: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[C], C]:
    """Register a model.

    Parameters
    ----------
    name : str
        Its name on S and .model cards.
    letter : str
        Shorthand letter; several models may share one if their pin counts differ.
    pins : int or None
        Nodes on its card; None: any number.
    flags : mapping
        Bare words on the card and the fields they set,
        ``{"abrupt": {"profile": "abrupt"}}``.
    """

    def register(cls: C) -> C:
        _add(_models, name, ModelEntry(name, cls, letter, pins, flags or {}), cls)
        return cls

    return register


def analysis(name: str) -> Callable[[C], C]:
    """Register an analysis under its dot-word, without the dot."""

    def register(cls: C) -> C:
        _add(_analyses, name, AnalysisEntry(name, cls), cls)
        return cls

    return register


E_ = TypeVar("E_", ModelEntry, AnalysisEntry)


def _add(table: dict[str, E_], name: str, entry: E_, cls: type) -> None:
    from qnet.diagnostics import PluginError, refuse

    held = table.get(name)
    if held is not None:
        old = held.model if isinstance(held, ModelEntry) else held.analysis
        if (old.__module__, old.__qualname__) != (cls.__module__, cls.__qualname__):
            raise refuse(
                PluginError,
                "QN901",
                f"two modules register '{name}': "
                f"'{old.__module__}' and '{cls.__module__}'",
            )
    table[name] = entry
