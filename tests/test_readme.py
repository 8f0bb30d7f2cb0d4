"""What the README and the other pages show is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import qnet
from qnet.answers import ASKS
from qnet.cli import main
from qnet.discovery import analyses, models
from qnet.units import SUFFIXES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


@pytest.fixture
def series(tmp_path, monkeypatch):
    (netlist,) = blocks("README.md", "qnet")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "series.qnet").write_text(netlist, "utf-8")
    return netlist


def test_the_netlist_of_the_readme_prints_what_it_shows(series, capsys):
    assert main(["run", "series.qnet"]) == 0
    shown = capsys.readouterr().out.splitlines()
    (text,) = blocks("README.md", "text")
    expected = text.splitlines()
    audits = expected.index("Audited")
    assert shown[:audits] == expected[:audits]
    # What follows is rounding, which differs from one processor to the next.
    names = [re.split(r"  +", line.strip())[:2] for line in expected[audits:]]
    told = [re.split(r"  +", line.strip())[:2] for line in shown[audits:]]
    certificates = names.index(["certificate", "worst"])
    assert told[:certificates] == names[:certificates]
    assert [row[0] for row in told] == [row[0] for row in names]


def test_the_readme_says_why_as_the_command_does(series, capsys):
    (shown,) = blocks("README.md", "console")
    command, _, expected = shown.partition("\n")
    assert main(shlex.split(command.removeprefix("$ qnet "))) == 0
    assert capsys.readouterr().out == expected


def test_the_python_of_the_readme_runs_and_agrees(series, tmp_path):
    (program,) = blocks("README.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ohm, volts, passed = done.stdout.splitlines()
    assert float(ohm) == pytest.approx(4 * 25812.80746)
    voltages = [float(volt) for volt in volts.strip("[]").split()]
    assert voltages == pytest.approx([1e-5, 0, 1e-5 * 2 / 3])
    assert passed == "True"


def test_the_netlist_of_the_language_page_runs():
    first = blocks("docs/language.md", "")[0]
    # Two equal barriers in phase: T = T²/(1 - R)² = 1.
    assert float(qnet.run(first).measures["G"]) == pytest.approx(3.874045865e-5)


def test_the_extensions_of_the_page_work_as_they_stand(tmp_path):
    scatterer, analysis = blocks("docs/extending.md", "python")[:2]
    (tmp_path / "sieve.py").write_text(scatterer, "utf-8")
    (tmp_path / "selfconductance.py").write_text(analysis, "utf-8")
    program = """
import sieve, selfconductance, qnet
report = qnet.run('''.title x
T1 a V=1mV
T2 b V=0
S1 a b sieve T=0.5
.selfconductance scale=2
''')
print(*report["selfconductance"]["G"].values / 3.874045865e-5)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [float(x) for x in done.stdout.split()] == pytest.approx([1.5, 1.5])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings_that_exist(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        name, _, heading = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", linked.read_text("utf-8"), re.M)
            slugs = {
                re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings
            }
            assert heading in slugs, target


def test_the_language_page_names_everything_a_netlist_may_use():
    text = (ROOT / "docs" / "language.md").read_text("utf-8")
    missing = [name for name in models() if f"`{name}`" not in text]
    named = set(re.findall(r"`\.(\w+)", text))
    missing += [f".{name}" for name in analyses() if name not in named]
    missing += [f"{name}(" for name in ASKS if f"`{name}(" not in text]
    units = text[text.index("| units |") :].splitlines()[0].split("`")[1].split()
    missing += [name for name in SUFFIXES if name not in units and name != "\u2126"]
    assert missing == []
