"""The command: what it prints where, and the code it ends with."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import qnet.corridor
from qnet import cli, verbs
from qnet.cli import main

ROOT = Path(__file__).parents[1]
HALL_BAR = ROOT / "netlists" / "08_hall_bar.qnet"
BARRIER = """\
.title One barrier
.param x=0.25
T1 s V=10uV
T2 d V=0
B1 s d T={2*x}
.op
.meas G G(T1,T1)
.assert G < 0.6*Gq
"""
EDGE = """\
.title An edge that turns round
T1 a V=1mV
T2 b V=0
E1 a b
E2 b a
.step B list -1T 0T 1T
.meas G G(T1,T1)
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def netlist(tmp_path):
    path = tmp_path / "barrier.qnet"
    path.write_text(BARRIER, "utf-8")
    return path


def answer(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_good_run_prints_its_report_and_nothing_else(capsys):
    code, out, err = answer(capsys, "run", HALL_BAR)
    assert code == 0
    assert err == ""
    assert out.startswith("Six-terminal Hall bar")
    assert "12.9064" in out
    assert "1/2" in out
    assert "\x1b" not in out


def test_quiet_prints_no_report(capsys, netlist):
    assert answer(capsys, "run", netlist, "--quiet") == (0, "", "")


def test_a_failed_assert_ends_with_one_and_says_so(capsys, netlist):
    code, out, _ = answer(capsys, "run", netlist, "-D", "x=0.4")
    assert code == 1
    assert "FAILED" in out


def test_a_faulty_netlist_ends_with_two_and_shows_the_place_on_stderr(capsys, netlist):
    netlist.write_text(BARRIER.replace("B1 s d T", "B1 s d S"), "utf-8")
    code, out, err = answer(capsys, "run", netlist)
    assert code == 2
    assert out == ""
    assert f"{netlist}:5:" in err
    assert "^" in err
    assert "Traceback" not in err


def test_json_is_one_object_on_stdout_for_good_and_bad_netlists(capsys, netlist):
    code, out, err = answer(capsys, "run", netlist, "--json")
    told = json.loads(out)
    assert (code, err, told["schema"]) == (0, "", 1)
    assert told["measures"]["G"]["values"] == pytest.approx(0.5 * 3.874045865e-5)
    netlist.write_text("T1 a V=1\n", "utf-8")
    code, out, err = answer(capsys, "run", netlist, "--json")
    (first, *_) = json.loads(out)["diagnostics"]
    assert (code, err) == (2, "")
    assert first["code"].startswith("QN")
    assert first["line"] == 1


def test_an_override_of_the_wrong_form_is_a_usage_error(capsys, netlist):
    with pytest.raises(SystemExit) as left:
        main(["run", str(netlist), "-D", "x"])
    assert left.value.code == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_an_output_is_written_once_and_replaced_only_by_force(capsys, netlist):
    assert answer(capsys, "run", netlist, "-o", "out.csv", "--quiet")[0] == 0
    first = Path("out.csv").read_text("utf-8")
    assert first.startswith("G (S)")
    code, _, err = answer(capsys, "run", netlist, "-o", "out.csv", "-D", "x=0.2")
    assert code == 2
    assert "QN711" in err
    assert Path("out.csv").read_text("utf-8") == first
    code, _, _ = answer(
        capsys, "run", netlist, "-o", "out.csv", "-D", "x=0.2", "--force"
    )
    assert code == 0
    assert Path("out.csv").read_text("utf-8") != first


def test_marked_points_are_good_unless_strict(capsys, tmp_path):
    path = tmp_path / "edge.qnet"
    path.write_text(EDGE, "utf-8")
    code, out, err = answer(capsys, "run", path)
    assert code == 0
    assert "1 of 3 points are marked" in out
    assert "QN510" in err
    assert answer(capsys, "run", path, "--strict")[0] == 1


def test_a_netlist_may_come_from_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(BARRIER))
    code, out, _ = answer(capsys, "run", "-")
    assert code == 0
    assert out.startswith("One barrier")


def test_check_finds_every_netlist_of_a_folder(capsys, tmp_path, netlist):
    inner = tmp_path / "inner"
    inner.mkdir()
    bad = inner / "bad.qnet"
    bad.write_text("B1 a b T=2\n", "utf-8")
    code, out, err = answer(capsys, "check", tmp_path)
    assert code == 2
    assert out.splitlines() == [f"{netlist}: good", f"{bad}: bad"]
    assert "bad.qnet:1:" in err
    code, out, err = answer(capsys, "check", "--json", netlist)
    assert code == 0
    assert json.loads(out)["files"][0]["good"] is True


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("models", "barrier"),
        ("analyses", ".op"),
        ("units", "Ohm"),
        ("functions", "R"),
        ("codes", "QN711"),
    ],
)
def test_list_names_what_netlists_may_use(capsys, kind, word):
    code, out, _ = answer(capsys, "list", kind)
    assert code == 0
    assert word in [line.split()[0] for line in out.splitlines()]
    told = json.loads(answer(capsys, "list", kind, "--json")[1])
    assert word.removeprefix(".") in [entry["name"] for entry in told[kind]]


def test_fmt_is_stable_and_keeps_the_answer(capsys, netlist):
    before = answer(capsys, "run", netlist)[1]
    code, once, _ = answer(capsys, "fmt", netlist)
    assert code == 0
    assert answer(capsys, "fmt", netlist, "--write") == (0, "", "")
    assert netlist.read_text("utf-8") == once
    assert answer(capsys, "fmt", netlist)[1] == once
    assert answer(capsys, "run", netlist)[1] == before


def test_limits_are_printed_and_raised_by_name(capsys, netlist, monkeypatch):
    import qnet.limits

    monkeypatch.setattr(qnet.limits, "LIMITS", dict(qnet.limits.LIMITS))
    assert "sweep points" in answer(capsys, "limits")[1]
    assert json.loads(answer(capsys, "limits", "--json")[1])["limits"]["samples"] > 1
    code, _, err = answer(capsys, "run", netlist, "--limit", "elementz=3")
    assert (code, err) == (
        2, "qnet: unknown limit 'elementz'; did you mean 'elements'?\n",
    )  # fmt: skip


def test_a_missing_file_is_one_line(capsys):
    code, out, err = answer(capsys, "run", "nowhere.qnet")
    assert (code, out) == (2, "")
    assert "nowhere.qnet" in err
    assert "Traceback" not in err


def test_a_defect_is_one_line_and_a_file(capsys, netlist, monkeypatch, tmp_path):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(qnet.corridor, "run", broken)
    code, out, err = answer(capsys, "run", netlist)
    assert (code, out) == (70, "")
    assert len(err.splitlines()) == 1
    (path,) = tmp_path.glob("qnet-defect-*.txt")
    assert path.name in err
    assert "deep inside" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (OSError(28, "No space left on device"), 75),
        (PermissionError(13, "Permission denied"), 2),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_troubles_of_the_machine_have_their_codes(
    capsys, netlist, monkeypatch, fault, expected
):
    def troubled(*_args, **_kwargs):
        raise fault

    monkeypatch.setattr(qnet.corridor, "run", troubled)
    code, out, err = answer(capsys, "run", netlist)
    assert (code, out) == (expected, "")
    assert "Traceback" not in err


def test_a_terminated_run_ends_with_143(netlist, monkeypatch):
    monkeypatch.setattr(
        qnet.corridor, "run", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)
    )
    with pytest.raises(SystemExit) as left:
        main(["run", str(netlist)])
    assert left.value.code == 143


def test_a_reader_that_leaves_early_hears_no_complaint():
    program = "import sys; from qnet.cli import main; sys.exit(main(['limits']))"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as process:  # fmt: skip
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_the_version_is_that_of_the_distribution(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("qnet ")


def test_a_screen_is_given_colour_and_the_same_words(capsys, netlist, monkeypatch):
    plain = answer(capsys, "run", netlist)[1]

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert main(["run", str(netlist)]) == 0
    import re

    coloured = screen.getvalue()
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_the_command_knows_what_its_verbs_know():
    # Usage names them without loading what does the work.
    assert set(cli.KINDS) == set(verbs.KINDS)


def test_usage_is_as_wide_as_the_screen(monkeypatch, capsys):
    for width in (60, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        with pytest.raises(SystemExit):
            main(["run", "--help"])
        longest = max(map(len, capsys.readouterr().out.splitlines()))
        assert width - 20 < longest <= width - 2


def test_status_says_what_is_there_to_people_and_programs(capsys, netlist, tmp_path):
    output = tmp_path / "out.json"
    assert answer(capsys, "status", output)[1] == "out.json: absent\n"
    assert main(["run", str(netlist), "-o", str(output), "--quiet"]) == 0
    assert answer(capsys, "status", output)[1] == "out.json: complete\n"
    told = json.loads(answer(capsys, "status", output, "--json")[1])
    assert told == {
        "schema": 1, "file": "out.json", "state": "complete", "tiles": 0,
        "holder": None,
    }  # fmt: skip


def test_verify_ends_with_one_where_a_file_was_changed(capsys, netlist, tmp_path):
    output = tmp_path / "out.json"
    assert main(["run", str(netlist), "-o", str(output), "--quiet"]) == 0
    assert answer(capsys, "verify", output) == (0, "out.json: sound\n", "")
    output.write_text(output.read_text().replace("One barrier", "Two barriers"))
    code, out, _ = answer(capsys, "verify", output)
    assert code == 1
    fault = "the checksum does not fit: the file was changed or is damaged"
    assert out == f"out.json: {fault}\n"
    code, out, _ = answer(capsys, "verify", output, "--json")
    assert code == 1
    assert json.loads(out)["faults"] == [fault]


def test_an_explanation_lists_the_keys_in_a_table(capsys):
    code, out, _ = answer(capsys, "explain", "B")
    assert code == 0
    assert out.startswith("barrier (model): Barrier of fixed transmission")
    head = next(line for line in out.splitlines() if "default" in line)
    assert head.split() == ["key", "default", "range", "meaning"]


def test_a_report_has_colours_on_a_screen_alone(capsys, monkeypatch, netlist):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    code, out, _ = answer(capsys, "run", netlist)
    assert code == 0
    assert "\x1b[1mOne barrier" in out


def test_a_defect_is_told_even_where_no_file_can_be_written(
    capsys, netlist, monkeypatch
):
    def broken(*_args, **_more):
        raise RuntimeError("the sum of the parts is not the whole")

    def refused(*_args):
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "write_text", refused)
    monkeypatch.setattr(qnet.corridor, "run", broken)
    code, _, err = answer(capsys, "run", netlist)
    assert code == 70
    assert "internal defect (RuntimeError): the sum of the parts" in err
