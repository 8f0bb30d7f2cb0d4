"""Audits of noise, counting and heat: they hold, and they can fail."""

import numpy as np
import pytest

import qnet
from qnet.audits import AUDITS
from qnet.constants import Gq

INTERFEROMETER = """
.temp {kT/kB}
.param kT=0.05meV
.field 2T
T1 s V=0.3mV
T2 d V=0
T3 f V=0.1mV
P4 g
E1 s a
E2 f b
B1 a b c h T=0.4
P1 c c2 eps=0.4 type={KIND}
E3 c2 d
E4 h h2 phase=1
E5 h2 g
E6 d s
E7 g f
R1 g 0 20k
"""


def run(text, kind="voltage"):
    return qnet.run(text.replace("{KIND}", kind))


@pytest.mark.parametrize("response", ["linear", "full"])
@pytest.mark.parametrize("kind", ["voltage", "dephasing", "thermal"])
@pytest.mark.parametrize("resistor", [True, False])
def test_noise_is_audited_with_every_kind_of_probe(kind, response, resistor):
    text = INTERFEROMETER if resistor else INTERFEROMETER.replace("R1", "* R1")
    report = run(f"{text}.noise\n.options response={response}\n", kind)
    defects = {name: float(q.values) for name, q in report.certificates.items()}
    assert defects["fluctuation-dissipation"] < 1e-9
    assert defects["noise conservation"] < 1e-12
    assert defects["noise positivity"] < 1e-12
    assert report.passed


def test_dots_and_contacts_that_vary_with_energy_are_audited():
    report = qnet.run(
        """
.temp 0.5K
.options response=full
T1 s V=0.3mV
T2 d V=-0.1mV temp=0.8K
Q1 s m hwx=0.3meV hwy=1meV V0=-0.5meV
P1 m n eps=0.4 type=thermal
D1 n d E0=0.1meV GL=0.1meV GR=0.2meV
.meas f F(T1)
"""
    )
    defects = {name: float(q.values) for name, q in report.certificates.items()}
    assert defects["fluctuation-dissipation"] < 1e-8
    assert defects["first law"] < 1e-9
    assert report.passed


def test_what_was_not_asked_is_not_audited():
    certificates = run(f"{INTERFEROMETER}.op\n").certificates
    assert "fluctuation-dissipation" not in certificates
    assert "first law" not in certificates
    off = run(f"{INTERFEROMETER}.noise\n.check fdt off\n").certificates
    assert "fluctuation-dissipation" not in off
    assert "noise conservation" in off


def test_counting_is_audited_by_the_fluctuation_theorem():
    report = run(f"{INTERFEROMETER}.fcs T1 order=2\n", "dephasing")
    assert float(report.certificates["fluctuation theorem"].values) < 1e-12
    assert report.passed


def test_data_that_do_not_turn_with_the_field_break_the_fluctuation_theorem():
    """A circulator whose sense the field should turn, and does not."""
    text = """
.temp 1K
.field 1T
T1 a V=0.2mV
T2 b V=0
T3 c V=-0.1mV
S1 a b c matrix S=[[0.6, 0, 0.8], [0.8, 0, -0.6], [0, 1, 0]] reverse={HOW}
.fcs T1
"""
    for how, holds in (("transpose", True), ("same", False)):
        report = qnet.run(text.replace("{HOW}", how))
        defect = float(report.certificates["fluctuation theorem"].values)
        assert (defect < 1e-12) == holds
        assert report.passed == holds


def test_losses_that_are_meant_are_noted_and_not_audited():
    text = """
.temp 1K
T1 a V=1mV
T2 b V=0
S1 a b matrix S=[[0.6, 0.7j], [0.7j, 0.6]] lossy
.meas lost I(T1)+I(T2)
.noise
"""
    report = qnet.run(text)
    assert report.passed
    assert "QN553" in {finding.code for finding in report.diagnostics}
    reasons = {audit.name: audit.unchecked for audit in report.audits}
    assert reasons == {
        "S†S = 1": "'S1' is lossy",
        "all waves match at the joints": "",
        "currents are conserved": "'S1' is lossy",
        "rows and columns of G sum to zero": "'S1' is lossy",
        "energy integrals keep their tolerance": "",
        "G(B) = G(-B)ᵀ": "",
        "noise is positive, and 2kT(G + Gᵀ) without bias": "",
        "energy is conserved and entropy grows": "'S1' is lossy",
    }
    assert all(np.isnan(a.worst) for a in report.audits if a.unchecked)
    assert report.measures["lost"].values == pytest.approx(0.15 * Gq * 1e-3)


def test_the_laws_of_thermodynamics_are_audited_along_a_sweep():
    report = qnet.run(
        """
.temp 0.3K
.options response=full
T1 s V={v} temp=0.6K
T2 d V=0
P1 m type=thermal
D1 s m E0=0.2meV GL=0.05meV GR=0.02meV
B1 m d T=0.5
.param v=0mV
.step v -0.4mV 0.4mV 0.1mV
.op
"""
    )
    assert np.max(report.certificates["first law"].values) < 1e-9
    assert np.max(report.certificates["second law"].values) == 0
    assert report.passed


def test_equilibrium_turns_over_nothing_and_passes():
    text = "T1 s V=0\nT2 d V=0\nQ1 s d hwx=1meV hwy=2meV\n.temp 1K\n"
    report = qnet.run(f"{text}.options response=full\n.op\n.noise\n")
    assert report.passed


@pytest.mark.parametrize("checks", ["", ".check onsager waves off"])
def test_every_audit_has_its_line_and_says_why_it_is_not_made(checks):
    report = qnet.run(f"T1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\n.op\n{checks}")
    assert len(report.audits) == len(AUDITS)
    off = {audit.name for audit in report.audits if "off by" in audit.unchecked}
    assert len(off) == (2 if checks else 0)
    told = {audit.name: audit.unchecked for audit in report.audits}
    assert told["noise is positive, and 2kT(G + Gᵀ) without bias"]
    assert told["energy is conserved and entropy grows"].startswith("linear response")
    assert not told["energy integrals keep their tolerance"]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("", "nothing scatters"),
        (
            ".for k in 0:80\nP{k} n{k} n{k+1} eps=0.1 type=dephasing\n.endfor\n"
            "T8 n0 V=0\nT9 n81 V=0",
            "probabilities without interference, solved as a network",
        ),
        (
            ".for k in 0:1100\nB{k} n{k} n{k+1} T=0.999\n.endfor\n"
            "T8 n0 V=0\nT9 n1101 V=0",
            "every island is too large, more than 2000 waves",
        ),
    ],
)
def test_waves_that_are_not_matched_say_why(cells, why):
    report = qnet.run(f"T1 a V=1mV\nR1 a 0 1k\n{cells}\n.op")
    (audit,) = (a for a in report.audits if a.name == "all waves match at the joints")
    assert audit.passed
    assert audit.unchecked == why
    assert "wave matching" not in report.certificates


def of_excess(excess):
    r = 0.5**0.5 * (1 + excess / 2)
    S = f"[[{r!r}, {r!r}], [{r!r}, {-r!r}]]"
    return f"T1 a V=1mV\nT2 b V=0\nS1 a b matrix S={S}\n.op"


@pytest.mark.parametrize("excess", [0, 1e-10])
def test_an_imported_matrix_is_graded_by_its_unitarity(excess):
    report = qnet.run(of_excess(excess))
    found = float(report.certificates["input unitarity"].values)
    assert found == pytest.approx(excess, abs=1e-14)
    flagged = [one for one in report.diagnostics if "input unitarity" in one.message]
    assert [one.code for one in flagged] == ["QN546"] * bool(excess)


def test_an_imported_matrix_that_is_not_unitary_is_refused():
    with pytest.raises(qnet.QnetError) as refused:
        qnet.run(of_excess(1e-5))
    assert {one.code for one in refused.value.diagnostics} == {"QN521"}


def test_thresholds_survive_the_way_through_every_file(tmp_path):
    text = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\n.op\n"
    ours = qnet.run(text)
    for suffix in (".json", ".nc", ".npz", ".csv", ".raw"):
        path = tmp_path / f"out{suffix}"
        qnet.run(text, output=path)
        report = qnet.load(path)
        assert report.silent == ours.silent
        assert report.audits == ours.audits or np.isnan(report.audits[-1].worst)
        assert [a.unchecked for a in report.audits] == [
            a.unchecked for a in ours.audits
        ]
