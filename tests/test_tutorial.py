"""The pages for newcomers: every netlist runs, and prints what the page shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import qnet
from qnet.cli import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"`(\w+\.qnet)`|^```(\w+)\n(.*?)^```$", re.M | re.S)


def told(page):
    """Blocks of a page in order, each netlist with the name it was given."""
    name = ""
    for match in BLOCK.finditer((DOCS / page).read_text("utf-8")):
        named, language, text = match.groups()
        if named:
            name = named
        else:
            yield name, language, text


def pieces(text):
    """Stretches of lines between those that only say …"""
    parts = [[]]
    for line in text.splitlines():
        if line.strip() == "…":
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def agree(shown, printed):
    """Whether each stretch stands in what was printed, in order, ends at the ends."""
    lines = printed.splitlines()
    parts, at = pieces(shown), 0
    for number, part in enumerate(parts):
        found = next(
            (k for k in range(at, len(lines) + 1) if lines[k : k + len(part)] == part),
            None,
        )
        if found is None or (number == 0 and found != 0):
            return False
        at = found + len(part)
    return at == len(lines) or parts[-1] == []


def test_the_tutorial_prints_what_it_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    seen = 0
    for name, language, text in told("tutorial.md"):
        if language == "qnet":
            Path(name).write_text(text, "utf-8")
        elif language == "console":
            command, _, shown = text.partition("\n")
            main(shlex.split(command.removeprefix("$ qnet ")))
            printed = capsys.readouterr().out
            assert len(shown.strip(" …\n")) > 10, command
            assert agree(shown, printed), f"{command}\n{printed}"
            seen += 1
    assert seen >= 6


@pytest.mark.parametrize("page", ["tutorial.md", "from_kwant.md"])
def test_the_python_of_a_page_runs(page, tmp_path):
    program = ""
    for name, language, text in told(page):
        if language == "qnet":
            (tmp_path / name).write_text(text, "utf-8")
        elif language == "python":
            program = text
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = {"tutorial.md": "[ 1. -1.]\nT1\n", "from_kwant.md": "3.5625\n"}[page]
    assert done.stdout == expected


def test_the_netlist_of_the_page_for_spice_users_holds():
    ((_, language, text),) = told("from_spice.md")
    assert language == "qnet"
    assert qnet.run(text).passed


def test_the_pages_of_models_and_analyses_are_what_the_registry_says(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import pages

    for name, written in (("models", pages.catalogue), ("analyses", pages.questions)):
        page = (DOCS / f"{name}.md").read_text("utf-8")
        assert page == written(), "run `make docs`"


def test_the_gallery_has_every_netlist_and_every_picture():
    text = (DOCS / "gallery.md").read_text("utf-8")
    for path in (ROOT / "netlists").glob("*.qnet"):
        assert f"(../netlists/{path.name})" in text, (
            f"run docs/pages.py for {path.name}"
        )
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", text)
    assert all((DOCS / name).stat().st_size < 60_000 for name in pictures)
