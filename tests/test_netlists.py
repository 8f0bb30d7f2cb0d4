"""Every netlist of the gallery runs, and what it claims is true."""

import re
from pathlib import Path

import pytest

import qnet
from qnet.lang.parse import load
from qnet.lang.write import write_deck

FOLDER = Path(__file__).parents[1] / "netlists"
NETLISTS = sorted(FOLDER.glob("*.qnet"))
CITES = re.compile(r"\d+, \d+ \(\d{4}\)|\(\d{4}\)|\d{4}\)")


def test_there_are_netlists_and_their_numbers_are_their_own():
    numbers = [path.name.partition("_")[0] for path in NETLISTS]
    assert len(NETLISTS) >= 15
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("path", NETLISTS, ids=lambda path: path.stem)
class TestNetlist:
    def test_its_claims_and_audits_hold(self, path):
        report = qnet.run(path)
        assert report.asserts
        assert report.audits
        assert [v for v in (*report.asserts, *report.audits) if not v.passed] == []
        assert not [d for d in report.diagnostics if d.severity == "error"]

    def test_it_has_a_title_and_cites_its_paper(self, path):
        text = path.read_text("utf-8")
        assert load(path).title
        comments = [line for line in text.splitlines() if line.startswith("*")]
        assert CITES.search("\n".join(comments))

    def test_its_stable_form_reads_back_as_itself(self, path):
        once = write_deck(load(path))
        assert write_deck(qnet.parse_netlist(once)) == once


@pytest.mark.parametrize(
    ("netlist", "name", "value"),
    [
        ("04_ring_flux", "kL", "7.1"),
        ("06_dephasing_ohm", "eps", "0.3"),
        ("08_hall_bar", "nu", "3"),
        ("12_mach_zehnder", "leak", "0.9"),
        ("14_gated_hall_bar", "nu", "6"),
    ],
)
def test_claims_follow_their_parameters(netlist, name, value):
    assert qnet.run(FOLDER / f"{netlist}.qnet", overrides={name: value}).passed


def test_a_claim_can_fail():
    text = (FOLDER / "08_hall_bar.qnet").read_text("utf-8")
    wrong = text.replace("sign(B)*RK/nu", "RK/nu")
    assert wrong != text
    (failed,) = [v for v in qnet.run(wrong).asserts if not v.passed]
    assert "-5" in failed.where
