"""The house itself: front door, start-up, layers, what is packed, what is written."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import qnet

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "qnet").rglob("*.py"))
TEXTS = [
    path
    for pattern in ("*.md", "*.toml", "docs/*.md", "netlists/*.qnet", "grammar/*.lark",
                    "qnet/**/*.py", "tests/**/*.py", "tests/**/*.qnet", "bench/*.py")
    for path in sorted(ROOT.glob(pattern))
    if path != Path(__file__)
]  # fmt: skip


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(statement: str) -> set[str]:
    program = f"{statement}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    return set(json.loads(run_python(program).splitlines()[-1]))


def test_the_front_door_is_sorted_and_every_name_opens():
    assert qnet.__all__ == sorted(qnet.__all__)
    assert set(qnet.__all__) <= set(dir(qnet))
    for name in qnet.__all__:
        assert getattr(qnet, name) is not None


def test_a_name_that_is_not_at_the_front_door_is_an_attribute_error():
    with pytest.raises(AttributeError, match="simulate"):
        qnet.simulate  # noqa: B018


def test_importing_qnet_loads_nothing_heavy():
    loaded = modules_after("import qnet")
    assert not loaded & {"numpy", "scipy", "networkx", "lark", "matplotlib", "pandas"}


def test_running_a_netlist_loads_neither_matplotlib_nor_pandas():
    netlist = ROOT / "netlists" / "08_hall_bar.qnet"
    loaded = modules_after(f"import qnet; qnet.run({str(netlist)!r})")
    assert "numpy" in loaded
    assert not loaded & {"matplotlib", "pandas", "xarray", "IPython", "dask"}


def test_the_help_of_the_command_loads_no_numpy():
    program = (
        "from qnet.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    )
    loaded = modules_after(program)
    assert not loaded & {"numpy", "lark", "rich", "scipy"}
    # Nor what takes longer to load than all the rest of it.
    assert not loaded & {"dataclasses", "inspect", "shutil", "pathlib", "qnet.verbs"}


def test_rooms_are_entered_in_one_direction_only():
    from importlinter.cli import lint_imports

    assert (
        lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
    )


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_no_file_of_the_library_is_longer_than_one_room(path):
    assert len(path.read_text("utf-8").splitlines()) <= 450


def test_no_module_is_a_drawer():
    drawers = {"utils", "common", "helpers", "core", "misc"}
    assert not drawers & {path.stem for path in SOURCES}


# Written in two halves, so that this file does not speak of them itself.
UNFINISHED = re.compile("NotImplementedError|TODO|FIXME|(?<!_)placeholder")
RUNS_TEXT = re.compile(
    r"(?<![\w.])(ev" r"al|ex" r"ec|comp" r"ile)\(|allow_pickle=T" "rue|pickle\\.lo"
    "ad|shell=T" "rue|symp" "ify"
)  # fmt: skip
MACHINE = re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me|op" r"t)/")
REGISTRY = re.compile(r"https?://[^\s)>\"]*(/sim" r"ple/|\.w" r"hl|\.tar\.gz|\.tgz)")


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (UNFINISHED, SOURCES),
        (RUNS_TEXT, SOURCES),
        (MACHINE, TEXTS),
        (REGISTRY, TEXTS),
    ],
    ids=["unfinished", "runs text", "machine paths", "registry addresses"],
)
def test_words_that_have_no_place_here_do_not_occur(found, where):
    assert where
    hits = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in where
        for match in found.finditer(path.read_text("utf-8"))
    ]
    assert hits == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("dist")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder))
    return Path(built)


def test_the_wheel_holds_the_package_and_its_grammar(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    grammars = sorted((ROOT / "grammar").glob("*.lark"))
    assert grammars
    assert {f"qnet/lang/grammar/{path.name}" for path in grammars} <= names
    assert {"qnet/py.typed", "qnet/cli.py", "qnet/scatterers/index.json"} <= names
    assert not [n for n in names if n.startswith(("tests/", "netlists/", "grammar/"))]


def test_a_netlist_runs_from_an_unpacked_wheel(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import qnet; print(qnet.__file__)\n"
        "netlist = '.title x\\nT1 a V=1mV\\nT2 b V=0\\nB1 a b T=0.5\\n"
        ".assert abs(G(T1,T1) - 0.5*Gq) < 1e-9*Gq\\n'\n"
        "assert qnet.run(netlist).passed"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[0]).is_relative_to(tmp_path)


def test_the_source_distribution_holds_what_a_wheel_needs(tmp_path):
    from hatchling.builders.sdist import SdistBuilder

    (built,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path))
    with tarfile.open(built) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "qnet/cli.py"} <= names
    assert "grammar/qnet.lark" in names
    assert "netlists/08_hall_bar.qnet" in names


def test_the_command_is_declared_and_called_qnet():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"qnet": "qnet.cli:main"}


def test_the_page_of_codes_is_up_to_date():
    from qnet.codes import as_markdown

    page = (ROOT / "docs" / "codes.md").read_text("utf-8")
    assert page == as_markdown(), "run `make docs`"


def test_every_code_that_is_raised_is_explained_and_the_other_way_round():
    from qnet.codes import CODES

    raised = {
        code
        for path in SOURCES
        if path.parent.name != "codes"
        for code in re.findall(r'"(QN\d{3})"', path.read_text("utf-8"))
    }
    assert raised == set(CODES)


def test_the_function_run_opens_whatever_was_imported_before():
    program = (
        "from qnet.cli import main\n"
        "main(['run', 'netlists/01_landauer.qnet', '--quiet'])\n"
        "import qnet; print(qnet.run('netlists/01_landauer.qnet').passed)"
    )
    assert run_python(program).splitlines()[-1] == "True"


def test_no_module_has_the_name_of_something_at_the_front_door():
    # Importing the module would put it in the place of the function.
    modules = {path.stem for path in (ROOT / "qnet").glob("*.py")}
    assert modules & set(qnet.__all__) == set()
