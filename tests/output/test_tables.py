"""The report that a person reads."""

import numpy as np
import pytest

from qnet.circuit import Axis
from qnet.constants import RK
from qnet.output.tables import as_text, marked_points, report_lines
from qnet.results import Quantity, Result, Verdict
from tests.reports import TERMINALS, gate_sweep, hall_bar, quantities, report


def text_of(shown) -> str:
    return as_text(report_lines(shown))


def row_of(text: str, start: str) -> list[str]:
    (row,) = [line for line in text.splitlines() if line.split()[:1] == [start]]
    return row.split()


def test_the_report_of_a_hall_bar_reads_like_this():
    assert (
        text_of(hall_bar())
        == """\
Hall bar
========
2 terminals, 1 probe
linear response, conductances count each channel once (spin=1)
sweep of B: 5 T, -5 T

Operating point (.op)
  zero throughout: temperature
  B (T)  reservoir  node  voltage (µV)
      5  T1         c1             100
      5  T4         c4               0
      5  P2         c2             100
     -5  T1         c1             100
     -5  T4         c4               0
     -5  P2         c2               0

.gmatrix
  G (e²/h) at B = 5 T
  to \\ from  T1  T4  P2
  T1          2   0  -2
  T4         -2   2   0
  P2          0  -2   2
  G (e²/h) at B = -5 T
  to \\ from  T1  T4  P2
  T1          2  -2   0
  T4          0   2  -2
  P2         -2   0   2
  in the dark

Measured
  B (T)  Rxx (Ω)  Rxy (kΩ)  (h/e²)
      5        0   12.9064     1/2
     -5        0  -12.9064    -1/2
  visibility  0.8

Printed
  B (T)  I(T1) (nA)
      5         7.5
     -5         –

Asserted
  holds   abs(Rxx) < 1e-6*RK

Audited
  holds   unitarity    worst 2e-16
  FAILED  reciprocity  worst 0.002 at R(T1,T4,P2,T4)

Certified
  certificate           worst  silent up to  refused above
  composed unitarity  2.0e-16       2.2e-13        1.0e-08

1 of 2 points are marked (–): they hold no number; the diagnostics say why
"""
    )


def test_a_long_sweep_shows_its_ends_and_its_range():
    text = text_of(gate_sweep())
    assert "sweep of Vg: -500 mV … -200 mV, 151 points" in text
    assert "G: 0 S … 116.221 µS" in text
    assert text.count("⋮") == 1
    assert "-496" in text
    assert "-494" not in text
    assert "-204" in text


def test_a_sweep_of_a_dozen_points_is_printed_whole():
    text = text_of(gate_sweep(points=12))
    assert "⋮" not in text
    assert len([line for line in text.splitlines() if line.startswith("  ")]) == 13


def test_decimal_points_stand_in_line():
    lines = text_of(gate_sweep(points=4)).splitlines()[-4:]
    places = {line.index(".", 12) for line in lines if "." in line[12:]}
    assert len(places) == 1


def test_a_failed_claim_can_be_told_by_its_style():
    lines = report_lines(report(asserts=(Verdict("G > 0", False, 1.0, "B = 5 T"),)))
    (line,) = [line for line in lines if "G > 0" in line.text]
    assert line.style == "bad"
    assert line.text.endswith("worst 1 at B = 5 T")


def test_a_stated_bound_decides_what_is_zero():
    small = Quantity("I", np.array(1e-15), unit="A")
    rounded = Quantity("J", np.array(1e-15), unit="A", bound=1e-14)
    text = text_of(report(measures=quantities(small, rounded)))
    assert row_of(text, "I") == ["I", "1", "fA"]
    assert row_of(text, "J") == ["J", "0", "A"]


def test_a_resistance_that_is_no_simple_fraction_has_no_column_of_fractions():
    odd = Quantity("R", np.array([RK / 2, RK / np.pi]), ("B",), "Ohm")
    axis = Axis("B", np.array([1.0, 2.0]), "T")
    assert "h/e²" not in text_of(report(axes=(axis,), measures=quantities(odd)))


def test_a_spectrum_runs_along_its_energies():
    energy = np.linspace(-1e-3, 1e-3, 41)
    T = np.broadcast_to(np.linspace(0, 1, 41)[:, None, None], (41, 3, 3))
    labels = {"energy": energy, "to": TERMINALS, "from": TERMINALS}
    result = Result(
        "spectrum",
        quantities(
            Quantity("DOS", 1 / (1 + energy**2), ("energy",), "1/eV", labels),
            Quantity("T", T, ("energy", "to", "from"), "", labels),
        ),
    )
    text = text_of(report(analyses=(result,)))
    assert "energy (meV)" in text
    assert "T at energy = -1 meV" in text
    assert "T at energy = 1 meV" in text


def test_a_thousand_reservoirs_and_their_matrix_are_not_all_printed():
    names = tuple(f"P{k}" for k in range(1000))
    V = Quantity(
        "voltage", np.arange(1000.0), ("reservoir",), "V", {"reservoir": names}
    )
    labels = {"to": names, "from": names}
    G = Quantity("G", np.eye(1000), ("to", "from"), "Gq", labels)
    text = text_of(report(analyses=(Result("op", quantities(V, G)),)))
    assert "P11 " in text
    assert "P500 " not in text
    assert "P999 " in text
    assert text.count("⋮") == 1
    assert "G: 1000 × 1000" in text
    assert len(text) < 3000


def test_complex_amplitudes_are_shown_with_both_parts():
    labels = {"out": ("T1.1", "T2.1"), "in": ("T1.1", "T2.1")}
    S = np.array([[0.6, 0.8j], [0.8j, 0.6]])
    result = Result("smatrix", quantities(Quantity("S", S, ("out", "in"), "", labels)))
    text = text_of(report(analyses=(result,)))
    assert row_of(text, "T1.1") == ["T1.1", "0.6+0j", "0+0.8j"]


def test_a_point_is_marked_once_however_many_columns_lack_a_number():
    axes = (Axis("B", np.zeros(2)), Axis("Vg", np.zeros(3)))
    holes = np.array([0.0, np.nan, 0.0])
    measures = quantities(
        Quantity("a", holes, ("Vg",)), Quantity("b", holes + 0j, ("Vg",))
    )
    assert marked_points(report(axes=axes, measures=measures)) == 2


@pytest.mark.parametrize("values", [[np.nan] * 20, [np.nan, *range(19)]])
def test_marked_points_do_not_spoil_the_range_of_a_sweep(values):
    axis = Axis("x", np.arange(20.0))
    measure = Quantity("y", np.array(values), ("x",))
    text = text_of(report(axes=(axis,), measures=quantities(measure)))
    expected = "y: 0 … 18" if values[1] == 0 else "y: every point is marked"
    assert expected in text


def test_control_characters_of_a_title_never_reach_the_screen():
    assert "\x1b" not in text_of(report(title="evil \x1b[31m title"))
