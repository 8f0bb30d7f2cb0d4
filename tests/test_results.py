"""Labelled answers and their plain form for programs."""

import json

import numpy as np
import pytest

from qnet.circuit import Axis
from qnet.results import Quantity, Verdict, aligned, numeric_axes, plain
from tests.reports import hall_bar, report


def test_a_report_is_the_json_object_of_the_language_reference():
    told = json.loads(json.dumps(hall_bar().to_dict(), allow_nan=False))
    assert told["schema"] == 1
    assert told["title"] == "Hall bar"
    assert told["axes"] == {"B": {"values": [5.0, -5.0], "unit": "T"}}
    assert told["measures"]["Rxy"]["unit"] == "Ohm"
    assert told["measures"]["Rxy"]["axes"] == ["B"]
    op = told["analyses"][0]
    assert op["analysis"] == "op"
    assert op["quantities"]["voltage"]["labels"]["node"] == ["c1", "c4", "c2"]
    assert told["asserts"][0]["text"] == "abs(Rxx) < 1e-6*RK"
    assert told["audits"][1] == {
        "name": "reciprocity",
        "passed": False,
        "worst": 0.002,
        "where": "R(T1,T4,P2,T4)",
    }
    certificate = told["certificates"]["composed unitarity"]
    assert certificate["silent"] < certificate["refused"] == 1e-8
    assert told["diagnostics"][0] == {
        "code": "QN601",
        "severity": "note",
        "message": "a remark",
        "file": "bar.qnet",
        "line": 2,
        "column": 1,
        "length": 5,
        "label": "here",
    }


def test_a_measure_without_axes_is_a_plain_number():
    assert hall_bar().to_dict()["measures"]["visibility"]["values"] == 0.8


def test_marked_points_are_null_and_complex_numbers_are_pairs():
    assert plain(np.array([[1.5, np.nan], [np.inf, 2]])) == [[1.5, None], [None, 2.0]]
    assert plain(np.array([1 + 2j, complex(np.nan, 0)])) == [[1.0, 2.0], None]
    assert plain(np.array([True, False])) == [True, False]


def test_a_zipped_sweep_carries_its_further_coordinates():
    axis = Axis("B", np.array([1.0, 2.0]), "T", (("Vg", np.array([0.1, 0.2]), "V"),))
    told = report(axes=(axis,)).to_dict()["axes"]["B"]
    assert told["coordinates"] == {"Vg": {"values": [0.1, 0.2], "unit": "V"}}


def test_values_align_with_axes_that_they_do_not_depend_on():
    axes = (Axis("B", np.array([1.0, 2.0])), Axis("Vg", np.array([1.0, 2.0, 3.0])))
    quantity = Quantity(
        "V", np.array([[1, 2], [3, 4], [5, 6]]), ("Vg", "t"), "V", {"t": ("a", "b")}
    )
    spread = aligned(quantity, axes, ("t",))
    assert spread.shape == (2, 3, 2)
    np.testing.assert_array_equal(spread[0], quantity.values)
    np.testing.assert_array_equal(spread[1], quantity.values)


def test_energies_are_an_axis_of_numbers_and_terminals_are_not():
    labels = {"energy": np.array([0.0, 1e-3]), "to": ("T1",)}
    quantity = Quantity("T", np.zeros((2, 1)), ("energy", "to"), "", labels)
    (axis,) = numeric_axes(quantity, ())
    assert (axis.name, axis.unit) == ("energy", "eV")


def test_a_report_passes_only_if_every_claim_holds():
    assert not hall_bar().passed
    assert report(asserts=(Verdict("x", True, 0.0),)).passed
    assert not report(asserts=(Verdict("x", False, 1.0),)).passed


def test_answers_are_found_by_the_name_of_their_card():
    bar = hall_bar()
    assert bar["op"]["voltage"].values[0, 0] == 1e-4
    with pytest.raises(KeyError):
        bar["noise"]


def test_a_single_value_is_a_float_and_several_are_not():
    assert float(hall_bar().measures["visibility"]) == 0.8
    with pytest.raises(TypeError, match="2 values"):
        float(hall_bar().measures["Rxy"])
    assert np.asarray(hall_bar().measures["Rxy"]).shape == (2,)


def test_points_count_the_outer_product_of_all_axes():
    axes = (Axis("B", np.zeros(3)), Axis("Vg", np.zeros(5)))
    assert report(axes=axes).points == 15
    assert report().points == 1
