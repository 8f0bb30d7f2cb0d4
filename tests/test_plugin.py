"""The package that docs/extending.md shows, installed and run."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(language, holding):
    """The one code block of the page that holds a text."""
    (found,) = (
        text
        for kind, text in BLOCK.findall(PAGE)
        if kind == language and holding in text
    )
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder as an installer leaves it: modules, and what the package offers."""
    folder = tmp_path_factory.mktemp("site")
    package = folder / "qnet_sieve"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "sieve.py").write_text(block("python", '@scatterer("sieve")'), "utf-8")
    (package / "selfconductance.py").write_text(
        block("python", '@analysis("selfconductance")'), "utf-8"
    )
    project = tomllib.loads(block("toml", "entry-points"))["project"]
    record = (
        folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    )
    record.mkdir()
    (record / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\n"
        f"Version: {project['version']}\n",
        "utf-8",
    )
    lines = []
    for group, points in project["entry-points"].items():
        lines.append(f"[{group}]")
        lines += [f"{name} = {module}" for name, module in points.items()]
    (record / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def run(installed, *arguments, **keys):
    """A fresh interpreter that finds the package."""
    path = os.pathsep.join([str(installed), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        **keys,
    )


def test_its_netlist_runs_and_its_claim_holds(installed, tmp_path):
    netlist = tmp_path / "sieve.qnet"
    netlist.write_text(block("", ".selfconductance scale=2"), "utf-8")
    found = run(installed, "-m", "qnet", "run", str(netlist))
    assert found.returncode == 0, found.stderr
    assert "holds   abs(G - 0.75) < 1e-12" in found.stdout
    assert "selfconductance" in found.stdout


def test_it_is_explained_and_listed(installed):
    found = run(installed, "-m", "qnet", "explain", "sieve")
    assert "transmission of the lower channel" in found.stdout
    assert "sieve" in run(installed, "-m", "qnet", "list", "models").stdout


def test_its_model_obeys_the_laws_of_all_models(installed):
    found = run(
        installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
        "-k", "sieve", "tests/test_registry.py",
    )  # fmt: skip
    assert found.returncode == 0, found.stdout
    assert " passed" in found.stdout


def test_without_the_package_its_name_is_unknown(tmp_path):
    netlist = tmp_path / "sieve.qnet"
    netlist.write_text("T1 a V=1mV\nT2 b V=0\nS1 a b sieve T=0.5\n.op\n", "utf-8")
    found = run(tmp_path, "-m", "qnet", "run", str(netlist))
    assert found.returncode != 0
    assert "QN204" in found.stderr
