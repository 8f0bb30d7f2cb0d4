"""What scatterers and analyses must offer, and where they are found.

A model is a frozen dataclass behind ``@scatterer``; its fields, made by `param`, are
the keys of its card. Nothing to subclass, no list to extend.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    Protocol,
    TypeVar,
    runtime_checkable,
)

import numpy as np
from numpy.typing import NDArray

from qnet.diagnostics import Diagnostic, PluginError, refuse

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

State = Literal[
    "B",
    "M",
    "EF",
    "temp",
    "sign B",
    "sign M",
    "spin",
    "reversed",
    "opposite",
    "pins",
    "zeros",
    "sample",
]
"""What a model may read of the netlist's state and of its own card.

``reversed``: whether the field is turned round (an audit's second look). ``opposite``:
whether the field (M, where B = 0) has the sign opposite to the netlist's own, turned
round or stepped there: data are for the netlist's own. ``pins``: the
number of nodes on the card. ``zeros``: nested tuples, True where the literal ``S=``
says a plain ``0``. These and the signs are structural. ``sample``: index of the
Monte-Carlo sample, 0 without; an array like a swept number.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of a card.

    Attributes
    ----------
    kind : str
        ``real``, ``complex``, ``int``, ``text``, ``flag`` (set by a bare word only),
        ``choice``, ``weights`` (``ref=(s:0.6 d:0.4)``) or ``file`` (a path, found and
        contained by whoever read the card).
    axes : tuple of str
        The parameter's own axes, e.g. ``("level", "channel")``: a list or a matrix
        in the netlist, trailing axes of the array; nested tuples if structural. A
        plain number is a list of one.
    state : str
        Set from the netlist's state and no key of the card.
    """

    name: str
    kind: str
    default: Any
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
    return _parameters(cls)


@cache
def _parameters(cls: type) -> tuple[Parameter, ...]:
    return tuple(
        dataclasses.replace(f.metadata["parameter"], name=f.name)
        for f in dataclasses.fields(cls)
        if "parameter" in f.metadata
    )


Counts = tuple[tuple[int | None, int | None], ...]
"""(in, out) channels of each port; None: whatever the neighbours say."""


def both_ways(n: int | Infer, ports: int) -> Counts:
    """`n` channels in and out at each of `ports` ports; None for `INFER`."""
    count = None if isinstance(n, Infer) else n
    return ((count, count),) * ports


def counted(n: int | Infer, otherwise: int = 1) -> int:
    """`n`, or `otherwise` where it is left to the neighbours."""
    return otherwise if isinstance(n, Infer) else n


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
    `temperature` is in K, None for the netlist's.
    """

    suffix: str
    ports: tuple[int, ...]
    kind: ReservoirKind
    temperature: Real | None = None


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
        """Give the declared couplings [out port, in port]."""

    def smatrix(self, energy: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Amplitudes (instance, sweep axes, energy, out channel, in channel)."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model by name; its class is imported when first asked for.

    Attributes
    ----------
    module : str
        Where ``@scatterer`` stands.
    letter : str
        Shorthand letter; models that share one differ in their pin counts.
    pins : tuple of int
        Possible numbers of nodes on its card; empty: any number.
    flags : mapping
        Bare words on the card and the fields they set.
    trouble : Diagnostic, optional
        Why it cannot be used: a plug-in that fails to import, two of one name.
    """

    name: str
    module: str
    letter: str = ""
    pins: tuple[int, ...] = ()
    flags: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trouble: Diagnostic | None = None

    @property
    def model(self) -> type[Scatterer]:
        """The class itself; raises `PluginError` when there is trouble."""
        return _load(self, _model_classes)


@dataclass(frozen=True, slots=True)
class AnalysisEntry:
    """An analysis by its dot-word; its class is imported when first asked for."""

    name: str
    module: str
    trouble: Diagnostic | None = None

    @property
    def analysis(self) -> type:
        """The class itself; raises `PluginError` when there is trouble."""
        return _load(self, _analysis_classes)


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
_model_classes: dict[str, type] = {}
_analysis_classes: dict[str, type] = {}

C = TypeVar("C", bound=type)
E = TypeVar("E", ModelEntry, AnalysisEntry)


def scatterer(
    name: str,
    *,
    letter: str = "",
    pins: int | tuple[int, ...] = 2,
    flags: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[C], C]:
    """Register a model.

    What a class leaves out is filled in: `pattern` couples every port to every port,
    `diagonal` is False, `with_channels` sets the field ``N``.

    Parameters
    ----------
    name : str
        Its name on S and .model cards.
    letter : str
        Shorthand letter; several models may share one if their pin counts differ.
    pins : int or tuple of int
        Nodes on its card; an empty tuple: any number.
    flags : mapping
        Bare words on the card and the fields they set,
        ``{"abrupt": {"profile": "abrupt"}}``.

    Raises
    ------
    PluginError
        Another module has a model of this name (QN901), or its letter (QN903).
    """
    counts = (pins,) if isinstance(pins, int) else pins

    def register(cls: C) -> C:
        entry = ModelEntry(name, cls.__module__, letter, counts, flags or {})
        refuse_second_owner(entry, _models)
        _models[name], _model_classes[name] = entry, _complete(cls)
        return cls

    return register


def analysis(name: str) -> Callable[[C], C]:
    """Register an analysis under its dot-word, without the dot."""

    def register(cls: C) -> C:
        entry = AnalysisEntry(name, cls.__module__)
        refuse_second_owner(entry, _analyses)
        _analyses[name], _analysis_classes[name] = entry, cls
        return cls

    return register


def registered_models() -> dict[str, ModelEntry]:
    """Return the models whose modules have been imported so far."""
    return dict(_models)


def registered_analyses() -> dict[str, AnalysisEntry]:
    """Return the analyses whose modules have been imported so far."""
    return dict(_analyses)


def _load(entry: ModelEntry | AnalysisEntry, classes: Mapping[str, type]) -> Any:  # noqa: ANN401
    """Class of an entry, its module imported if need be."""
    if entry.trouble is not None:
        raise PluginError((entry.trouble,))
    if entry.name not in classes:
        import_module(entry.module)
    return classes[entry.name]


def refuse_second_owner(entry: E, others: Mapping[str, E]) -> None:
    """Raise when another module has this name, or this letter for as many pins.

    Raises
    ------
    PluginError
        QN901 for a name, QN903 for a letter.
    """
    for other in others.values():
        if other.module == entry.module:
            continue
        modules = f"'{other.module}' and '{entry.module}'"
        if other.name == entry.name:
            message = f"two modules register '{entry.name}': {modules}"
            raise refuse(PluginError, "QN901", message)
        if isinstance(entry, ModelEntry) and isinstance(other, ModelEntry):
            shared = set(entry.pins) & set(other.pins) or not (
                entry.pins and other.pins
            )
            if entry.letter and entry.letter == other.letter and shared:
                message = f"two modules claim the letter {entry.letter}: {modules}"
                raise refuse(PluginError, "QN903", message)


def _complete(cls: type) -> type:
    """Fill in what a model may leave out."""

    def couple_all(self: Scatterer) -> NDArray[np.bool_]:
        """Every port couples to every port."""
        return np.ones((len(self.ports),) * 2, bool)

    def set_count(self: Any, n: int) -> Any:  # noqa: ANN401  any dataclass
        """Return the same model with its channel count N set."""
        return dataclasses.replace(self, N=n)

    usual = {"pattern": couple_all, "with_channels": set_count, "diagonal": False}
    for name, value in usual.items():
        if not hasattr(cls, name):
            setattr(cls, name, value)
    return cls
