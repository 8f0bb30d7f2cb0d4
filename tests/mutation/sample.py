"""Plant small faults, and see which of them no test notices.

Which tests run a line is known from a run that records it::

    pytest --cov=qnet --cov-branch --cov-context=test
    python -m tests.mutation.sample .coverage lang network transport --count 300

Faults are drawn by lot from the lines that tests run; each is met by a few of the tests
that run its line, the most particular ones first and then others, in a fork of this
process. Who lives may still be noticed by a test that was not drawn.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import sqlite3
import sys
from collections import Counter, defaultdict
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from random import Random

import pytest

from tests.mutation.operators import mutations

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""Processor time after which a fault has made something endless, and is noticed."""
NOT_MUTATED = {"kernel.py"}
"""Compiled by Numba: each fault would be compiled anew."""


class Planted(MetaPathFinder, Loader):
    """Import one module from a changed tree."""

    def __init__(self, module: str, path: Path, tree: ast.Module) -> None:
        self.module, self.path = module, path
        self.code = compile(tree, str(path), "exec")

    def find_spec(self, name, path=None, target=None):
        if name == self.module:
            return ModuleSpec(name, self, origin=str(self.path))
        return None

    def exec_module(self, module):
        module.__file__ = str(self.path)
        exec(self.code, module.__dict__)


def tests_by_line(data: Path, file: Path, lines: dict[int, list[str]]) -> None:
    """Fill in the tests that run each line of a file."""
    with sqlite3.connect(data) as db:
        name = f"%{file.relative_to(ROOT)}"
        rows = db.execute(
            "select context.context, arc.fromno from arc "
            "join file on file.id = arc.file_id "
            "join context on context.id = arc.context_id where file.path like ?",
            (name,),
        )
        for context, line in set(rows):
            test = context.partition("|")[0]
            if test:
                lines[abs(line)].append(test)


def breadth(data: Path) -> Counter[str]:
    """How many arcs each test runs: few are particular."""
    with sqlite3.connect(data) as db:
        rows = db.execute(
            "select context.context, count(*) from arc join context "
            "on context.id = arc.context_id group by context.id"
        )
        found: Counter[str] = Counter()
        for context, count in rows:
            found[context.partition("|")[0]] += count
    return found


def is_noticed(path: Path, tree: ast.Module, tests: list[str]) -> bool:
    """Whether a test fails once a fault is planted, in a fork."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module = module.removesuffix(".__init__")
    sys.meta_path.insert(0, Planted(module, path, tree))
    try:
        code = pytest.main(
            ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-cov", *tests]
        )
    finally:
        os._exit(int(code) if "code" in locals() else 1)


def run(data: Path, rooms: list[str], count: int, each: int, seed: int) -> int:
    """Plant `count` faults in each room; the number that nobody noticed."""
    width, random, lived = breadth(data), Random(seed), 0
    for room in rooms:
        pool = []
        for path in sorted((ROOT / "qnet" / room).rglob("*.py")):
            if path.name in NOT_MUTATED:
                continue
            lines: dict[int, list[str]] = defaultdict(list)
            tests_by_line(data, path, lines)
            tree = ast.parse(path.read_text("utf-8"))
            pool += [
                (path, tree, mutation, lines[mutation.line])
                for mutation in mutations(tree)
                if mutation.line in lines
            ]
        noticed, chosen = 0, random.sample(pool, min(count, len(pool)))
        for path, tree, mutation, tests in chosen:
            faulty = mutation.plant(tree)
            near = sorted(set(tests), key=lambda t: width[t])
            far = near[each:]
            random.shuffle(far)
            rounds = (near[:each], far[: 4 * each])
            if any(met and is_noticed(path, faulty, met) for met in rounds):
                noticed += 1
                continue
            place = f"{path.relative_to(ROOT)}:{mutation.line}"
            print(f"{place}: {mutation.text}", flush=True)
        print(
            f"{room}: {noticed} of {len(chosen)} noticed, {len(pool)} possible",
            flush=True,
        )
        lived += len(chosen) - noticed
    return lived


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("data", type=Path)
    reader.add_argument("rooms", nargs="+")
    reader.add_argument("--count", type=int, default=100)
    reader.add_argument("--tests", type=int, default=8, help="that meet each fault")
    reader.add_argument("--seed", type=int, default=1)
    said = reader.parse_args()
    run(said.data, said.rooms, said.count, said.tests, said.seed)
