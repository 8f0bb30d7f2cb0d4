"""Figures: what a panel shows, in which unit, and that it reaches the file."""

from pathlib import Path

import numpy as np
import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import AnalysisError
from qnet.pictures.panels import Bars, Lines, Map, Matrix, panels_of, scaled
from qnet.pictures.plotting import plot

pytest.importorskip("matplotlib")

NETLISTS = Path(__file__).parents[2] / "netlists"
DOT = """\
T1 s V=5uV
T2 d V=0
D1 s d E0={Vg} GL=20ueV GR=40ueV
.param Vg=0meV
"""
STEP = ".step EF -0.2meV 0.2meV 10ueV\n"
GATE = ".step Vg -0.1meV 0.1meV 10ueV\n"
MEASURE = ".meas cond G(T1,T1)\n"
DRAWN = """\
.param g=0.5 x={gauss(0.5,0.05)}
T1 a V=1mV
T2 b V=0
B1 a b T={x*g}
.step g 0.1 1 0.1
.meas cond G(T1,T1)
.mc 40 seed=3
"""


def test_a_step_becomes_a_line_in_natural_units():
    (panel,) = panels_of(qnet.run(DOT + STEP + MEASURE))
    assert isinstance(panel, Lines)
    assert (panel.x.label, panel.label) == ("EF (µeV)", "cond (e²/h)")
    at_resonance = np.argmin(abs(panel.x.values))
    assert panel.curves[0].values[at_resonance] == pytest.approx(8 / 9)


def test_two_steps_become_a_map_outer_step_upward():
    (panel,) = panels_of(qnet.run(DOT + STEP + GATE + MEASURE))
    assert isinstance(panel, Map)
    assert (panel.x.name, panel.y.name) == ("Vg", "EF")
    assert panel.z.values.shape == (len(panel.y.values), len(panel.x.values))
    rows, columns = np.nonzero(panel.z.values > 0.88)
    assert panel.x.values[columns] == pytest.approx(panel.y.values[rows])


def test_a_short_second_step_becomes_a_family_of_lines():
    (panel,) = panels_of(qnet.run(DOT + ".step Vg list 0meV 0.1meV\n" + STEP + MEASURE))
    assert [curve.name for curve in panel.curves] == ["Vg = 0 eV", "Vg = 100 µeV"]


def test_measures_of_one_unit_share_a_panel_and_others_do_not():
    text = DOT + STEP + MEASURE + ".meas i I(T1)\n.meas j -I(T2)\n"
    first, second = panels_of(qnet.run(text))
    assert [curve.name for curve in first.curves] == ["cond"]
    assert [curve.name for curve in second.curves] == ["i", "j"]
    assert second.label.startswith("I (")


def test_plot_cards_decide_what_is_shown():
    text = DOT + STEP + MEASURE + ".plot {G(T1,T1)/Gq} I(T1) vs EF\n"
    panels = panels_of(qnet.run(text))
    assert len(panels) == 2
    assert {panel.x.name for panel in panels} == {"EF"}


def test_a_plot_may_be_drawn_against_an_answer():
    (panel,) = panels_of(qnet.run(DOT + STEP + MEASURE + ".plot I(T1) vs cond\n"))
    ratio = panel.curves[0].values / panel.x.values
    assert ratio == pytest.approx(ratio[0])


def test_samples_become_a_band_of_one_standard_deviation():
    report = qnet.run(DRAWN)
    (panel,) = panels_of(report)
    (curve,) = panel.curves
    ratio = curve.spread / curve.values
    drawn = report["mc"]
    expected = drawn["std(cond)"].values / drawn["mean(cond)"].values
    assert ratio == pytest.approx(expected)
    assert curve.values == pytest.approx(drawn["mean(cond)"].values / scaled_unit())


def scaled_unit() -> float:
    from qnet.constants import Gq

    return Gq


def test_a_matrix_at_a_point_becomes_a_heat_map():
    panels = panels_of(qnet.run("T1 a V=1mV\nT2 b V=0\nB1 a b T=0.3\n.gmatrix\n"))
    matrix = next(panel for panel in panels if isinstance(panel, Matrix))
    assert matrix.rows == matrix.columns == ("T1", "T2")
    assert matrix.z.values == pytest.approx(np.array([[0.3, -0.3], [-0.3, 0.3]]))
    assert matrix.z.unit == "e²/h"


def test_fano_factors_run_along_the_step():
    panels = panels_of(qnet.run(NETLISTS / "10_shot_noise.qnet"))
    assert any(p.label == "Fano factor" for p in panels if isinstance(p, Lines))


def test_a_spectrum_shows_transmissions_between_terminals():
    text = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.3\n.spectrum -1meV 1meV 11\n"
    panels = panels_of(qnet.run(text))
    names = {curve.name for panel in panels for curve in panel.curves}
    assert {"T(T1,T2)", "T(T2,T1)"} <= names
    assert "T(T1,T1)" not in names


def test_an_operating_point_alone_becomes_bars():
    (panel,) = panels_of(qnet.run("T1 a V=1mV\nT2 b V=0\nB1 a b T=0.3\n.op\n"))
    assert isinstance(panel, Bars)
    assert panel.heights.label == "voltage (mV)"


def test_a_resistance_of_many_quanta_is_told_in_quanta():
    assert scaled("R", np.array([25812.8075]), "Ohm").unit == "h/e²"
    assert scaled("R", np.array([50.0]), "Ohm").unit == "Ω"


def test_the_figure_has_the_labels_of_its_panels():
    figure = plot(qnet.run(DOT + STEP + MEASURE))
    (axes,) = figure.axes
    assert axes.get_xlabel() == "EF (µeV)"
    assert axes.get_ylabel() == "cond (e²/h)"
    assert len(axes.lines) == 1


def test_a_flat_curve_does_not_show_its_rounding():
    text = "T1 a V=1mV\nT2 b V=0\nB1 a b T=0.3\n" + STEP + MEASURE
    (axes,) = plot(qnet.run(text)).axes
    low, high = axes.get_ylim()
    assert high - low > 0.01


def test_numbers_alone_are_no_figure():
    with pytest.raises(AnalysisError, match="QN620"):
        plot(qnet.run("T1 a V=1mV\nT2 b V=0\nB1 a b T=0.3\n" + MEASURE))


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_command_writes_the_figure(tmp_path, suffix):
    out = tmp_path / f"ring.{suffix}"
    assert main(["plot", str(NETLISTS / "04_ring_flux.qnet"), "-o", str(out)]) == 0
    assert 1_000 < out.stat().st_size < 120_000


def test_a_drawn_map_has_the_range_of_its_values():
    figure = plot(qnet.run(DOT + STEP + GATE + MEASURE))
    axes, bar = figure.axes
    (mesh,) = axes.collections
    assert axes.get_xlabel() == "Vg (µeV)"
    assert axes.get_ylabel() == "EF (µeV)"
    assert bar.get_ylabel() == "cond (e²/h)"
    assert mesh.get_clim()[1] == pytest.approx(8 / 9)
    assert mesh.cmap.name == "viridis"


def test_a_matrix_of_both_signs_is_coloured_about_zero_and_tells_its_numbers():
    figure = plot(qnet.run(DOT + ".gmatrix\n"))
    axes = figure.axes[0]
    (image,) = axes.images
    low, high = image.get_clim()
    assert (image.cmap.name, low) == ("RdBu_r", -high)
    assert high == pytest.approx(8 / 9)
    told = [text.get_text() for text in axes.texts]
    assert told == ["0.889", "−0.889", "−0.889", "0.889"]


def test_voltages_of_an_operating_point_are_bars_from_zero():
    figure = plot(qnet.run(DOT + ".op\n"))
    bars = [bar for axes in figure.axes for bar in axes.patches]
    assert {bar.get_y() for bar in bars} == {0.0}
    assert [bar.get_height() for bar in bars] == pytest.approx([5, 0])
    assert figure.axes[0].get_ylabel() == "voltage (µV)"


def test_samples_are_drawn_as_a_band_about_their_mean():
    figure = plot(qnet.run(DRAWN))
    (axes,) = figure.axes
    (band,) = axes.collections
    (line,) = axes.lines
    edges = band.get_paths()[0].vertices
    for x, mean in zip(*line.get_data(), strict=True):
        heights = edges[np.isclose(edges[:, 0], x), 1]
        assert heights.min() < mean < heights.max()


def test_two_points_are_marked_and_not_joined():
    figure = plot(qnet.run(DOT + ".step EF list 0meV 0.1meV\n" + MEASURE))
    (line,) = figure.axes[0].lines
    assert line.get_linestyle() == "None"
    assert line.get_marker() == "o"


def test_panels_of_one_figure_are_lettered():
    figure = plot(qnet.run(DOT + STEP + MEASURE + ".meas i I(T1)\n"))
    assert [axes.get_title("left") for axes in figure.axes] == ["(a)", "(b)"]
