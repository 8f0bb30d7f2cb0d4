"""The documentation as a site: it names everything, and builds without a warning."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from qnet.discovery import analyses, models

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_contents_name_every_page_once():
    text = (DOCS / "index.md").read_text("utf-8")
    trees = re.findall(r"^```{toctree}\n(.*?)^```$", text, re.M | re.S)
    named = [
        line for tree in trees for line in tree.splitlines()
        if line and not line.startswith(":")
    ]  # fmt: skip
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    assert sorted(named) == sorted(pages)


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("models.md", lambda: [f"## `{name}`" for name in models()]),
        ("analyses.md", lambda: [f"## `.{name}`" for name in analyses()]),
    ],
)
def test_the_registry_is_all_on_its_pages(page, titles):
    lines = (DOCS / page).read_text("utf-8").splitlines()
    missing = [title for title in titles() if title not in lines]
    assert not missing, "run `make docs`"


def test_every_model_shows_its_formula_its_matrix_and_its_keys():
    text = (DOCS / "models.md").read_text("utf-8")
    bare = []
    for section in text.split("\n## `")[1:]:
        name = section.partition("`")[0]
        wants = ["| key | default |"]
        if name != "table":  # its numbers are in a file
            wants += ["$$S = \\begin{pmatrix}", f"pictures/model_{name}"]
        bare += [f"{name}: {want}" for want in wants if want not in section]
    assert not bare


def test_the_site_builds_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, str(DOCS), str(tmp_path / "html")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html" / "models.html").read_text("utf-8")
    assert "math notranslate" in page
    assert (tmp_path / "html" / "python.html").read_text("utf-8").count("<dt") > 20


def test_the_python_of_its_page_runs():
    (program,) = re.findall(
        r"^```python\n(.*?)^```$", (DOCS / "python.md").read_text("utf-8"), re.M | re.S
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[0.5 0.5] S", "('EF',)"]
