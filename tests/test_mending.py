"""``qnet fmt --fix``: what is beyond doubt is mended, all else is left alone."""

import json

import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import Near, nearest
from qnet.mending import mend
from tests.lang.test_habits import SLIPS, findings

ENDS = "T1 a V=1mV\nT2 b V=0\n"
BARRIER = "B1 a b T=0.5\n"

# what was written, the rest of the netlist, what it becomes
CURED = [
    ("B1 a b transmission=0.5\n", ENDS, BARRIER),
    ("B1 a b T=0,5\n", ENDS, BARRIER),
    ("S1 a b barier T=0.5\n", ENDS, "S1 a b barrier T=0.5\n"),
    (".model m barrir(T=0.5)\nS1 a b m\n", ENDS, ".model m barrier(T=0.5)\nS1 a b m\n"),
    (".smat\n", ENDS + BARRIER, ".smatrix\n"),
    (".option spin=2\n", ENDS + BARRIER, ".options spin=2\n"),
    (".gmatrx\n", ENDS + BARRIER, ".gmatrix\n"),
    (".step param x 0 1 0.5\n", ".param x=1\n" + ENDS + BARRIER, ".step x 0 1 0.5\n"),
    (".assert x = 1\n", ".param x=1\n" + ENDS + BARRIER, ".assert x == 1\n"),
    (".param y={2 \u2212 1}\n", ENDS + BARRIER, ".param y={2 - 1}\n"),
    ("R1 a 0 10kohm\n", ENDS + BARRIER, "R1 a 0 10kOhm\n"),
    (".temp {0.5kelvin}\n", ENDS + BARRIER, ".temp {0.5K}\n"),
    ("D1 a b energy=0eV gammaL=1ueV gammaR=1ueV\n", ENDS,
     "D1 a b E0=0eV GL=1ueV GR=1ueV\n"),
]  # fmt: skip

LEFT_ALONE = [
    "Q1 a b V0=0 hwz=1meV hwy=3meV\n",  # hwx or hwy
    ".xmatrix\n",  # .gmatrix, .smatrix or .tmatrix
    "B1 a b w=0.5\n",
    ".step Vg 0 1,500 1\n",  # one and a half, or a thousand and a half
    "B1 a b T={gama1}\n.param gamma1=0.5\n",  # names are the author's own
    ".subckt left p q\nW1 p q\n.ends\nX1 a b lef\n",
    ".temp 27\n",
    "D1 a b E0=1mev GL=1ueV GR=1ueV\n",  # meV or MeV
    "W1 a b phi=1KDEG\n",  # no unit however it is spelt
    "R1 a 0 1M\n",
    "D1 a b E0=1mV GL=1ueV GR=1ueV\n",
    "D1 a b gamma=1ueV\n",  # of one side, or of both
    "W1 a b \u03c6=1\n",
]


def written(tmp_path, text):
    path = tmp_path / "x.qnet"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(("wrong", "rest", "right"), CURED)
def test_a_slip_is_mended_and_the_netlist_runs(tmp_path, wrong, rest, right):
    path = written(tmp_path, rest + wrong)
    mended = mend(path)
    assert mended.text == rest + right
    assert mended.fixes
    assert not [d for d in mended.left if d.severity == "error"]
    assert qnet.run(mended.text).passed
    again = mend(written(tmp_path, mended.text))
    assert (again.text, again.fixes) == (mended.text, ())


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[0].split("\n")[0])
def test_no_slip_is_mended_by_halves(tmp_path, slip):
    wrong, rest = slip[:2]
    mended = mend(written(tmp_path, rest + wrong))
    if mended.fixes:
        assert [d for d in mended.left if d.severity == "error"] == []
        assert findings(mended.text) == ()


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_could_mean_something_else_is_left_alone(tmp_path, text):
    mended = mend(written(tmp_path, ENDS + text))
    assert mended.fixes == ()
    assert [d for d in mended.left if d.severity == "error"]


def test_one_fault_hides_another_and_comments_stay(tmp_path, capsys):
    path = written(
        tmp_path,
        "* two slips\n" + ENDS + "B1 a m transmision=0,5 ; first\n"
        "S2 m b barier T=0.5 $ second\n.field 5\n",
    )
    before = path.read_text("utf-8")
    code = main(["fmt", str(path), "--fix", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 2  # the field lacks its unit
    assert [(fix["line"], fix["code"], fix["after"]) for fix in told["fixes"]] == [
        (4, "QN114", "0.5"), (5, "QN204", "barrier"),
    ]  # fmt: skip
    assert {d["code"] for d in told["diagnostics"]} == {"QN206", "QN304"}
    assert path.read_text("utf-8") == before
    assert main(["fmt", str(path), "--fix", "--write"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{path}:5: fixed[QN204]: 'barier' is now 'barrier'\n" in err
    assert "error[QN304]" in err
    kept = path.read_text("utf-8")
    assert kept == told["text"]
    assert kept.startswith("* two slips\n")
    assert "; first" in kept
    assert "; second" in kept


def test_what_cannot_be_read_keeps_its_form(tmp_path):
    mended = mend(written(tmp_path, ENDS + "B1  a b T=0,5\nB2  a b T=(1\n"))
    assert mended.text == ENDS + "B1  a b T=0.5\nB2  a b T=(1\n"
    assert [d.code for d in mended.left] == ["QN108"]


def test_an_included_file_is_reported_and_not_written(tmp_path):
    (tmp_path / "inner.qnet").write_text("B1 a b transmission=0.5\n", "utf-8")
    mended = mend(written(tmp_path, ENDS + '.include "inner.qnet"\n'))
    assert mended.fixes == ()
    assert [d.code for d in mended.left] == ["QN206"]


def test_a_sure_name_is_one_slip_away_and_alone():
    known = ["noise", "spectrum", "hwx", "hwy", "hwx2"]
    for word in ("nosie", "nois", "noisee", "noize"):
        assert nearest(word, known) == Near("noise", is_sure=True)
    assert not nearest("spctrm", known).is_sure  # two letters
    assert not nearest("hwz", known).is_sure  # two names
    assert not nearest("hwx3", ["hwx2"]).is_sure  # digits tell names apart
