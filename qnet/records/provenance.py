"""Where numbers come from: all that decides them, in words.

It stands in every result file. A run that was cut short goes on only where it is the
same: another netlist, another seed, another library may give other bits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np

from qnet.circuit import Axis
from qnet.diagnostics import StorageError, refuse
from qnet.discovery import plug_ins
from qnet.lang.template import Template
from qnet.sweep.tile import Recipe


class Provenance(Mapping[str, str]):
    """What decides the numbers, by name.

    Digests and versions are looked up when somebody reads them: most short runs end
    without anybody doing so.
    """

    def __init__(self, told: Mapping[str, str | Callable[[], str]]) -> None:
        self._told = dict(told)

    def __getitem__(self, name: str) -> str:
        told = self._told[name]
        if not isinstance(told, str):
            told = self._told[name] = told()
        return told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[Provenance], tuple[dict[str, str]]]:
        return Provenance, (dict(self),)


def provenance_of(recipe: Recipe) -> Provenance:
    """Netlist, includes, overrides, data, seed, limits and versions.

    Nothing in it tells a time or a path.
    """
    template = recipe.template
    texts = [source.text for source in recipe.sources.values()]
    return Provenance(
        {
            "netlist": texts[0],
            "includes": "\n".join(texts[1:]),
            "overrides": partial(json.dumps, dict(sorted(recipe.overrides.items()))),
            "questions": repr(recipe.questions),
            "sweep": partial(_sweep, template.sweep),
            "data": json.dumps(_data(template)),
            "seed": str(template.seed),
            "limits": partial(json.dumps, dict(recipe.limits)),
            "versions": _versions,
        }
    )


def _sweep(axes: tuple[Axis, ...]) -> str:
    """Name, length and SHA-256 of the values of each axis."""
    return json.dumps(
        [
            [axis.name, len(axis), hashlib.sha256(axis.values.tobytes()).hexdigest()]
            for axis in axes
        ]
    )


def _data(template: Template) -> dict[str, str]:
    """SHA-256 of every data file by its name; namesakes are numbered."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(_files(template)):
        name, k = path.name, 1
        while name in found:
            k += 1
            name = f"{path.name} ({k})"
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def refuse_inputs(recipe: Recipe, outputs: Iterable[Path]) -> None:
    """Refuse to write where the netlist or something it reads is, replaced or not.

    Raises
    ------
    StorageError
        QN712.
    """
    inputs = [*map(Path, recipe.sources), *_files(recipe.template)]
    known = {path.resolve() for path in inputs}
    for output in outputs:
        if output.resolve() in known:
            raise refuse(
                StorageError,
                "QN712",
                f"'{output.name}' is an input of this run, and is not replaced",
                help="choose another name for the output",
            )


def _files(template: Template) -> Iterator[Path]:
    for batch in template.found.batches:
        for parameter in batch.parameters:
            if parameter.kind == "file":
                file = batch.said.settings.get(parameter.name)
                if isinstance(file, str):
                    yield Path(file)


@cache
def _versions() -> str:
    """Versions of everything that rounds, and of the processor's linear algebra."""
    import platform
    from importlib import metadata

    from threadpoolctl import threadpool_info

    def version(distribution: str) -> str:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:  # a checkout that is not installed
            return "not installed"

    names = ("qnet-transport", "numba", "scipy", *plug_ins())
    found = {name: version(name) for name in names}
    algebra = {
        f"{each['internal_api']} {each.get('architecture', '')}".strip(): each[
            "version"
        ]
        for each in threadpool_info()
        if each["user_api"] == "blas" and "numpy" in each["filepath"]
    }
    return json.dumps(
        {
            **found,
            "code": _code(),
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            **{name: str(version) for name, version in algebra.items()},
        }
    )


def _code() -> str:
    """Digest of this program: a checkout changes without changing its version."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
