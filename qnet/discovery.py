"""Which models and analyses there are: built in, and from other packages.

The names of the built-in ones stand in an index beside their modules, so that a netlist
is read without importing a single model; ``python -m qnet.discovery`` writes it anew,
and a module that it does not know yet is imported to see. Other packages offer theirs
through the entry points ``qnet.scatterers`` and ``qnet.analyses``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic

from qnet.diagnostics import Diagnostic, PluginError
from qnet.registry import (
    AnalysisEntry,
    E,
    ModelEntry,
    refuse_second_owner,
    registered_analyses,
    registered_models,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_SHELVES: Final = ("scatterers", "analyses")


def models() -> Mapping[str, ModelEntry]:
    """Every model by name: built in, of plug-ins, registered in this process.

    Nothing built in is imported for it. A plug-in that cannot be used has an entry
    that says why, and raises only when its class is asked for.
    """
    return _MODELS.entries(_load_others("scatterers"), registered_models())


def analyses() -> Mapping[str, AnalysisEntry]:
    """Every analysis by its dot-word, likewise."""
    return _ANALYSES.entries(_load_others("analyses"), registered_analyses())


Troubled = dict[str, tuple[str, Diagnostic]]
"""Module and reason of what cannot be imported, by its name."""


class _Shelf(Generic[E]):
    """What `models` or `analyses` found last: it stands until more is registered."""

    def __init__(self, make: Callable[[], dict[str, E]], entry: type[E]) -> None:
        self._make: Callable[[], dict[str, E]] = make
        self._entry: type[E] = entry
        self._known: tuple[Troubled, Mapping[str, E], Mapping[str, E]] | None = None

    def entries(
        self, troubled: Troubled, registered: Mapping[str, E]
    ) -> Mapping[str, E]:
        """Built-in ones, those registered, and what cannot be used."""
        known = self._known
        if known is not None and known[0] is troubled and known[1] == registered:
            return known[2]
        found = _without_clashes(self._make(), registered)
        for name, (module, trouble) in troubled.items():
            found[name] = self._entry(name, module, trouble=trouble)
        self._known = (troubled, registered, MappingProxyType(found))
        return self._known[2]


def _built_in_models() -> dict[str, ModelEntry]:
    return {
        name: ModelEntry(
            name,
            module,
            details.get("letter", ""),
            tuple(details.get("pins", ())),
            details.get("flags", {}),
        )
        for name, module, details in _indexed("scatterers")
    }


def _built_in_analyses() -> dict[str, AnalysisEntry]:
    return {
        name: AnalysisEntry(name, module) for name, module, _ in _indexed("analyses")
    }


_MODELS: Final = _Shelf(_built_in_models, ModelEntry)
_ANALYSES: Final = _Shelf(_built_in_analyses, AnalysisEntry)


def index_text(shelf: str) -> str:
    """Index of what the modules of ``qnet/<shelf>/`` register, as JSON."""
    modules = {name: import_module(f"qnet.{shelf}.{name}") for name in _modules(shelf)}
    registered: Mapping[str, Any] = (
        registered_models() if shelf == "scatterers" else registered_analyses()
    )
    index = {
        name: {
            entry.name: {
                key: getattr(entry, key)
                for key in ("letter", "pins", "flags")
                if getattr(entry, key, None)
            }
            for entry in registered.values()
            if entry.module == module.__name__
        }
        for name, module in modules.items()
    }
    return json.dumps(index, indent=1, sort_keys=True) + "\n"


def index_file(shelf: str) -> Path:
    """Return the place of that index."""
    return Path(__file__).parent / shelf / "index.json"


def _modules(shelf: str) -> list[str]:
    files = (Path(__file__).parent / shelf).glob("*.py")
    return sorted(file.stem for file in files if file.stem != "__init__")


@cache
def _read_index(shelf: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Module, then name, then what an entry says besides."""
    file = index_file(shelf)
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def _indexed(shelf: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(name, module, details) of every built-in name."""
    for module, held in _read_index(shelf).items():
        for name, details in held.items():
            yield name, f"qnet.{shelf}.{module}", details


@cache
def _load_others(shelf: str) -> Troubled:
    """Import what the index does not know; name, module and reason of failures."""
    for module in set(_modules(shelf)) - _read_index(shelf).keys():
        import_module(f"qnet.{shelf}.{module}")
    failures = {}
    for point in _offered(shelf):
        try:
            point.load()
        except PluginError as error:
            failures[point.name] = (point.module, error.diagnostics[0])
        except Exception as error:  # a stranger's module may raise anything
            message = (
                f"plug-in '{point.name}' cannot be imported: "
                f"{type(error).__name__}: {error}"
            )
            cure = f"mend or uninstall the package that has '{point.module}'"
            failures[point.name] = (
                point.module,
                Diagnostic("QN902", message, help=cure),
            )
    return failures


def _offered(shelf: str) -> Sequence[EntryPoint]:
    """What other packages offer for a shelf."""
    return _entry_points()[shelf]


@cache
def _entry_points() -> dict[str, tuple[EntryPoint, ...]]:
    """What all installed packages offer for qnet: they are looked through once."""
    from importlib.metadata import entry_points

    every = entry_points()
    return {shelf: tuple(every.select(group=f"qnet.{shelf}")) for shelf in _SHELVES}


@cache
def plug_ins() -> tuple[str, ...]:
    """Distributions whose models or analyses stand beside the built-in ones."""
    points = [point for shelf in _SHELVES for point in _offered(shelf)]
    return tuple(sorted({point.dist.name for point in points if point.dist}))


def _without_clashes(
    built_in: Mapping[str, E], registered: Mapping[str, E]
) -> dict[str, E]:
    """Both, but an entry that claims what a built-in one has says so instead."""
    entries = {**built_in, **registered}
    for name, entry in registered.items():
        try:
            refuse_second_owner(entry, built_in)
        except PluginError as error:
            entries[name] = replace(entry, trouble=error.diagnostics[0])
    return entries


if __name__ == "__main__":
    for name in _SHELVES:
        index_file(name).write_text(index_text(name), "utf-8")
