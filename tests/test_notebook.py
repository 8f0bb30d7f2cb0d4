"""Notebooks, editors, shells: HTML, grammars, scripts, each checked by its reader."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import qnet
from qnet.cli import _parser, main
from qnet.discovery import models
from qnet.editors.completion import verbs_of
from qnet.editors.highlight import patterns, textmate
from qnet.notebook import answer_cell, load_ipython_extension

NETLISTS = Path(__file__).parents[1] / "netlists"
CELL = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\n.meas g G(T1,T1)\n"


class Shell:
    """What the extension asks of IPython, and no more."""

    def __init__(self):
        self.magics, self.names = {}, {}

    def register_magic_function(self, function, kind, name):
        self.magics[kind, name] = function

    def push(self, names):
        self.names.update(names)


def test_the_magic_answers_a_cell_and_leaves_its_report():
    shell = Shell()
    load_ipython_extension(shell)
    page = shell.magics["cell", "qnet"]("", CELL)
    assert float(shell.names["report"].measures["g"]) == pytest.approx(
        1.937e-5, rel=1e-3
    )
    assert "19.3702 µS" in page._repr_html_()


def test_the_magic_shows_a_drawing_and_figures_on_request():
    pytest.importorskip("matplotlib")
    text = CELL + ".step EF 0meV 1meV 0.1meV\n"
    name, report, page = answer_cell("--draw --plot bar", text)
    assert name == "bar"
    assert report.passed
    assert page._repr_html_().count("<svg") == 2


def test_a_refused_cell_shows_its_carets_and_leaves_nothing():
    name, report, page = answer_cell("", "T1 a V=1mV\nB1 a b T=0.5\n")
    assert (name, report) == ("report", None)
    assert "QN401" in page._repr_html_()


@pytest.mark.parametrize("line", ["--fast", "a b", "1x"])
def test_a_line_that_means_nothing_is_refused(line):
    with pytest.raises(ValueError, match=r"usage|variable"):
        answer_cell(line, CELL)


def test_html_escapes_what_a_netlist_says():
    report = qnet.run(".title <script>alert(1)</script>\n" + CELL)
    html = report._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_builder_shows_its_circuit_and_else_its_text():
    pytest.importorskip("matplotlib")
    device = qnet.Builder("one barrier")
    device.T("T1", "a", V="1mV").B("B1", "a", "b", T=0.5)
    assert "B1 a b T=0.5" in device._repr_html_()
    picture = device.T("T2", "b", V=0)._repr_html_()
    assert ET.fromstring(picture).tag.endswith("svg")


def test_errors_and_explanations_show_themselves():
    with pytest.raises(qnet.NetlistError) as caught:
        qnet.run("T1 a V=1mV\nB1 a b T=0.5\n")
    assert "QN401" in caught.value._repr_html_()
    assert "Set by" in qnet.why(CELL, "V(T1)")._repr_html_()


def test_notebooks_need_no_ipython():
    code = "import sys, qnet.notebook; sys.exit('IPython' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_lexer_reads_every_netlist_without_error():
    from pygments.token import Error

    from qnet.editors.lexer import QnetLexer

    for path in NETLISTS.glob("*.qnet"):
        text = path.read_text("utf-8")
        tokens = list(QnetLexer(stripnl=False).get_tokens(text))
        assert "".join(word for _, word in tokens) == text
        assert not [word for kind, word in tokens if kind is Error]


def test_the_lexer_knows_cards_keys_and_quantities():
    from pygments.token import Comment, Keyword, Name, Number

    from qnet.editors.lexer import QnetLexer

    text = "Q1 a b qpc V0=2meV ; saddle\n.step B 0T 1T 0.1T\n.meas g G(T1,T1)\n"
    found = {(kind, word) for kind, word in QnetLexer().get_tokens(text)}
    assert {
        (Name.Label, "Q1"), (Name.Class, "qpc"), (Name.Attribute, "V0"),
        (Number, "2meV"), (Comment.Single, "; saddle"), (Keyword, ".step"),
        (Name.Function, "G"),
    } <= found  # fmt: skip


def test_the_textmate_grammar_is_plain_data_and_knows_every_model():
    grammar = json.loads(json.dumps(textmate()))
    assert grammar["scopeName"] == "source.qnet"
    (model,) = [p for p in grammar["patterns"] if "support.class" in p["name"]]
    for name in models():
        assert re.search(model["match"], f"S1 a b {name} ")
    assert len(grammar["patterns"]) == len(patterns())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_every_verb(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(verb in script for verb in verbs_of(_parser()))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_verbs_and_options(capsys):
    main(["completion", "bash"])
    script = capsys.readouterr().out
    asked = 'COMP_WORDS=(qnet wh); COMP_CWORD=1; _qnet; echo "${COMPREPLY[@]}"\n'
    asked += 'COMP_WORDS=(qnet run --fo); COMP_CWORD=2; _qnet; echo "${COMPREPLY[@]}"\n'
    done = subprocess.run(
        ["bash"], input=script + asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["why", "--force"]


SESSION = """
%load_ext qnet.notebook
shown = get_ipython().run_cell_magic("qnet", "--draw bar", NETLIST)
share = float(bar.measures["G"].values) / 3.874045865e-5
print(shown._repr_html_()[:4], round(share, 6))
import qnet
device = qnet.Builder()
line = "device.Q('Q1', hw"
from IPython.core.completer import provisionalcompleter
with provisionalcompleter():
    offers = get_ipython().Completer.completions(line, len(line))
    print("hwx=" in [offer.text for offer in offers])
print("Saddle-point" in get_ipython().object_inspect_text(oname="device.Q"))
"""


def test_a_shell_runs_the_magic_completes_keys_and_shows_help(tmp_path):
    netlist = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.25\n.meas G G(T1,T1)\n"
    script = tmp_path / "session.ipy"
    script.write_text(f"NETLIST = {netlist!r}{SESSION}", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--quick", str(script)],
        check=False, capture_output=True, text=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, completes, helps = done.stdout.splitlines()[-3:]
    assert first == "<svg 0.25"
    assert (completes, helps) == ("True", "True")
