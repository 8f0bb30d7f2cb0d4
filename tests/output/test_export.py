"""Answers in files: all digits, whole or not at all."""

import csv
import io
import json
import os
import stat

import numpy as np
import pytest

from qnet.circuit import Axis
from qnet.diagnostics import StorageError
from qnet.output.export import as_csv, json_checksum, write
from qnet.results import Quantity, Result
from tests.reports import hall_bar, quantities, report


def table_of(shown, sheet="") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(shown)[sheet])))


def test_every_point_is_a_row_and_every_number_has_its_unit_in_the_header():
    first, second = table_of(hall_bar())
    assert first["B (T)"] == "5.0"
    assert second["B (T)"] == "-5.0"
    assert first["voltage[P2] (V)"] == "0.0001"
    assert second["G[T1,T4] (Gq)"] == "-2.0"
    assert first["visibility"] == second["visibility"] == "0.8"


def test_certificates_stand_beside_the_numbers_with_their_limits():
    (first, *_) = table_of(hall_bar())
    header = "composed unitarity [silent 2.22e-13, refused 1e-08]"
    assert float(first[header]) == 2e-16


def test_numbers_in_csv_read_back_bit_by_bit():
    values = np.random.default_rng(7).standard_normal(50) * 10.0 ** np.arange(-25, 25)
    shown = report(
        axes=(Axis("x", np.arange(50.0)),),
        measures=quantities(Quantity("y", values, ("x",), "A")),
    )
    read = [float(row["y (A)"]) for row in table_of(shown)]
    assert read == values.tolist()


def test_an_outer_product_of_steps_has_all_of_them_as_columns():
    axes = (Axis("B", np.array([1.0, 2.0]), "T"), Axis("Vg", np.arange(3.0), "V"))
    y = Quantity("y", np.arange(6.0).reshape(2, 3), ("B", "Vg"))
    z = Quantity("z", np.array([7.0, 8.0, 9.0]), ("Vg",))
    rows = table_of(report(axes=axes, measures=quantities(y, z)))
    assert [list(row.values()) for row in rows] == [
        ["1.0", "0.0", "0.0", "7.0"],
        ["1.0", "1.0", "1.0", "8.0"],
        ["1.0", "2.0", "2.0", "9.0"],
        ["2.0", "0.0", "3.0", "7.0"],
        ["2.0", "1.0", "4.0", "8.0"],
        ["2.0", "2.0", "5.0", "9.0"],
    ]


def test_a_marked_point_is_an_empty_cell_and_a_complex_number_two_cells():
    y = Quantity("y", np.array([1 + 2j, np.nan]), ("x",))
    axes = (Axis("x", np.arange(2.0)),)
    first, second = table_of(report(axes=axes, measures=quantities(y)))
    assert (first["Re y"], first["Im y"]) == ("1.0", "2.0")
    assert (second["Re y"], second["Im y"]) == ("", "0.0")


@pytest.mark.parametrize("name", ["=cmd|x", "+1", "-1", "@sum"])
def test_no_header_is_a_formula_for_a_spreadsheet(name):
    shown = report(measures=quantities(Quantity(name, np.array(-1.0))))
    header, row = as_csv(shown)[""].splitlines()
    assert header.strip('"').startswith("'" + name)
    assert row == "-1.0"


def test_a_name_never_breaks_a_line():
    shown = report(measures=quantities(Quantity("a\nb", np.array(1.0))))
    assert as_csv(shown)[""] == "a b\n1.0\n"


def test_a_spectrum_has_a_file_of_its_own_with_a_row_for_each_energy(tmp_path):
    labels = {"energy": np.array([0.0, 1e-3, 2e-3]), "to": ("T1", "T2")}
    T = Quantity("T", np.arange(6.0).reshape(3, 2), ("energy", "to"), "", labels)
    shown = report(analyses=(Result("spectrum", quantities(T)),))
    written = write(shown, tmp_path / "out.csv")
    assert [path.name for path in written] == [
        "out.csv", "out.spectrum.csv", "out.csv.json",
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(written[1].read_text("utf-8"))))
    assert [row["energy (eV)"] for row in rows] == ["0.0", "0.001", "0.002"]
    assert [row["T[T2]"] for row in rows] == ["1.0", "3.0", "5.0"]


def test_json_holds_everything(tmp_path):
    (path,) = write(hall_bar(), tmp_path / "out.json")
    held = json.loads(path.read_text("utf-8"))
    assert held.pop("complete") is True
    assert held.pop("checksum") == json_checksum(held)
    assert held == hall_bar().to_dict()


def test_an_existing_file_is_replaced_only_on_request(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("precious")
    with pytest.raises(StorageError, match="QN711"):
        write(hall_bar(), path)
    assert path.read_text() == "precious"
    write(hall_bar(), path, replace=True)
    assert path.read_text("utf-8").startswith("B (T)")


def test_a_name_without_a_known_suffix_is_refused(tmp_path):
    with pytest.raises(StorageError, match="QN710"):
        write(hall_bar(), tmp_path / "out.xls")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path, monkeypatch, call
):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageError, match=r"QN701.*No space left"):
        write(hall_bar(), path, replace=True)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_output_has_the_permissions_of_any_new_file(tmp_path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    path, _ = write(hall_bar(), tmp_path / "out.csv")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
