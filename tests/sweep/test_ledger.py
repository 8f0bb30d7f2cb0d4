"""Pieces of a sweep gathered into arrays, whatever order they arrive in."""

import numpy as np

from qnet.results import Quantity, Result
from qnet.sweep.ledger import Ledger


def spectrum(values, energies, *notes):
    found = Quantity("T", np.array(values), ("energy",), labels={"energy": energies})
    return Result("spectrum", {"T": found}, notes)


def mesh(*points):
    return (np.array(points),)


def test_energies_that_one_piece_alone_looked_at_stay_open_elsewhere():
    ledger = Ledger((3,), ("x",))
    ledger.enter_result(0, mesh(0), spectrum([[1.0, 3.0]], (1.0, 3.0), "a", "b"))
    ledger.enter_result(0, mesh(2, 1), spectrum([[2, 9], [4, 7]], (2.0, 3.0), "b", "c"))
    found = ledger.result(0)
    assert found["T"].axes == ("x", "energy")
    assert tuple(found["T"].labels["energy"]) == (1.0, 2.0, 3.0)
    expected = [[1, np.nan, 3], [np.nan, 4, 7], [np.nan, 2, 9]]
    np.testing.assert_array_equal(found["T"].values, expected)
    assert found.notes == ("a", "b", "c")


def test_names_keep_the_order_in_which_they_were_met():
    ledger = Ledger((2,), ("x",))
    ledger.enter_result(0, mesh(0), spectrum([[1.0, 2.0]], ("T9", "T1")))
    ledger.enter_result(0, mesh(1), spectrum([[3.0]], ("P5",)))
    found = ledger.result(0)["T"]
    assert found.labels["energy"] == ("T9", "T1", "P5")
    expected = [[1, 2, np.nan], [np.nan, np.nan, 3]]
    np.testing.assert_array_equal(found.values, expected)


def test_the_head_of_a_sweep_holds_all_answers_to_its_first_points():
    ledger = Ledger((3,), ("x",))
    assert len(ledger) == 3
    ledger.enter("G", mesh(0, 1, 2), np.array([1j, 2, 3]))
    ledger.enter_result(4, mesh(0, 1, 2), spectrum([[1.0], [2.0], [3.0]], (0.0,)))
    head = ledger.head(2)
    assert len(head) == 2
    assert head.array("G").tolist() == [1j, 2]
    assert head.result(4)["T"].values.tolist() == [[1], [2]]
    assert np.isnan(head.array("never entered")).tolist() == [True, True]
    assert head.result(5) is None
    assert len(Ledger((), ())) == 1
