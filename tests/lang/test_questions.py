"""Measures, sweeps of sources and asserts, asked from the text of a netlist."""

import numpy as np
import pytest

import qnet
from qnet.constants import RK, Gq

BARRIER = """
.param t=0.5
T1 a V=1mV
T2 b V=0
B1 a b T={t}
"""


def measured(text, **given):
    report = qnet.run(text, **given)
    return {name: np.asarray(q.values) for name, q in report.measures.items()}


def test_a_measure_may_be_called_like_the_element_it_asks_about():
    found = measured(
        "I1 0 a 2n\nB1 a 0 T=0.5\n.meas i1 I(I1)\n.meas v1 V(a)/i1\n.meas g G(a,a)\n"
    )
    assert found["i1"] == pytest.approx(2e-9, rel=1e-14)
    assert found["v1"] == pytest.approx(2 * RK, rel=1e-14)


def test_a_loop_names_its_measures():
    found = measured(
        ".for k in 1:3\nB{k} a n{k} T={k/4}\nP{k} n{k}\nD{k} n{k} b E0=0 GL=1meV"
        " GR=1meV\n.meas v{k} V(n{k})/1mV\n.meas most{k} max V(n{k})\n.endfor\n"
        "T1 a V=1mV\nT2 b V=0\n"
    )
    for k in (1, 2, 3):
        assert found[f"v{k}"] == pytest.approx(k / 4 / (k / 4 + 1), rel=1e-12)
        assert found[f"most{k}"] == pytest.approx(1e-3 * found[f"v{k}"], rel=1e-12)


def test_the_value_of_a_source_card_is_swept_in_the_scales_of_spice():
    text = "V1 a 0 1m\nB1 a 0 T=0.5\n.meas i -I(V1)\n"
    bare = measured(text + ".dc V1 0 1m 250u\n")["i"]
    with_units = measured(text + ".dc V1 0 1mV 250uV\n")["i"]
    assert bare == pytest.approx(0.5 * Gq * np.linspace(0, 1e-3, 5), abs=1e-20)
    np.testing.assert_array_equal(bare, with_units)


def test_the_voltage_of_a_terminal_is_swept_with_its_unit():
    with pytest.raises(qnet.NetlistError, match="swept in V, not over a plain number"):
        qnet.run(BARRIER + ".dc T1 0 1 0.5\n")


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("B,Vg", "1,0.1\n2,0.2"),
        ("B (T), Vg (mV)", "1,100\n2,200"),
        ("Vg[mV],B[mT]", "100,1000\n200,2000"),
        ("B/T,Vg/V", "1,0.1\n2,0.2"),
        ("B,Vg", "1T,100mV\n2T,200mV"),
    ],
)
def test_columns_of_a_file_are_in_the_unit_of_their_head_or_parameter(
    head, rows, tmp_path
):
    (tmp_path / "sweep.csv").write_text(f"{head}\n{rows}\n")
    netlist = tmp_path / "device.qnet"
    netlist.write_text(
        BARRIER + '.param Vg=1mV\n.step zip(B Vg) file="sweep.csv"\n'
        ".meas field B/1T\n.meas gate Vg/1V\n"
    )
    found = measured(netlist)
    assert found["field"] == pytest.approx([1, 2], rel=1e-14)
    assert found["gate"] == pytest.approx([0.1, 0.2], rel=1e-14)


@pytest.mark.parametrize(
    ("claim", "worst", "passed"),
    [
        ("t < 0.9", 0.8, True),
        ("t < 0.5", 0.8, False),
        ("t > 0.1", 0.2, True),
        ("0.5 >= t", 0.5, False),
        ("t == 0.4", 0.8, False),
        ("V(a) <= 2000uV", 1e-3, True),
        ("t < 0.9 && t > 0", np.nan, True),
    ],
)
def test_an_assert_tells_its_left_side_where_it_comes_nearest_to_failing(
    claim, worst, passed
):
    report = qnet.run(BARRIER + f".step t list 0.2 0.8 0.4\n.assert {claim}\n")
    (verdict,) = report.asserts
    assert verdict.passed is passed
    assert verdict.worst == pytest.approx(worst, rel=1e-12, nan_ok=True)


def test_a_measure_that_divides_by_zero_says_where():
    report = qnet.run(BARRIER + ".step t list 0 0.5\n.meas r V(a)/I(T1)\n")
    assert np.isnan(report.measures["r"].values).tolist() == [True, False]
    (found,) = report.diagnostics
    assert found.code == "QN621"
    assert "1 of 2 points, first at t = 0" in found.message


def test_the_audit_of_reciprocity_says_that_it_is_of_linear_response():
    dot = "T1 a V=1mV\nT2 b V=0\nD1 a b E0=1meV GL=1meV GR=2meV\n.reciprocity\n"
    (linear,) = qnet.run(dot).analyses
    (full,) = qnet.run(dot + ".options response=full\n").analyses
    assert not linear.notes
    assert "linear response alone" in full.notes[0]


@pytest.mark.parametrize("kind", ["voltage", "dephasing", "thermal"])
def test_a_probe_whose_voltage_is_swept_is_held_whatever_its_kind(kind):
    found = measured(
        f".temp 1K\nT1 a V=1mV\nT2 b V=0\nP3 c type={kind}\nB1 a c T=0.5\n"
        "B2 c b T=0.5\n.dc P3 0 1mV 0.5mV\n.meas i I(P3)/(Gq*1mV)\n.meas v V(P3)/1mV\n"
    )
    assert found["v"] == pytest.approx([0, 0.5, 1], abs=1e-12)
    assert found["i"] == pytest.approx([-0.5, 0, 0.5], abs=1e-12)


def test_an_override_of_what_is_stepped_is_noted_as_unused():
    text = BARRIER + ".step t list 0.2 0.4\n.meas g G(T1,T1)/Gq\n"
    report = qnet.run(text, overrides={"t": "0.9"})
    assert report.measures["g"].values == pytest.approx([0.2, 0.4], rel=1e-14)
    assert [one.code for one in report.diagnostics] == ["QN220"]


@pytest.mark.parametrize("response", ["linear", "full"])
def test_noise_beside_a_thermal_probe_says_whether_the_bias_heats_it(response):
    report = qnet.run(
        f".options response={response}\n.temp 0.1K\nT1 a V=10mV\nT2 b V=0\n"
        "P3 c type=thermal\nB1 a c T=0.5\nB2 c b T=0.5\n.noise\n"
    )
    (noise,) = report.analyses
    assert len(noise.notes) == (response == "linear")
