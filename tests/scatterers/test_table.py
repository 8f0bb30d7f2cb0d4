"""Tables as scatterers: grids, reversed fields, probabilities."""

from dataclasses import replace

import numpy as np
import pytest

from qnet.constants import h_eV
from qnet.diagnostics import NetlistError, PhysicsError
from qnet.discovery import models
from qnet.modelling.ensembles import haar

RANDOM = np.random.default_rng(3)
S_OF_E_AND_B = haar(RANDOM, 2, 3, 4)
ENERGIES, FIELDS = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0, 3.0])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "table.npz"
    minus = np.swapaxes(S_OF_E_AND_B, -1, -2) * 1j
    np.savez(
        path,
        S=S_OF_E_AND_B,
        E=ENERGIES,
        B=FIELDS,
        P=np.eye(2),
        **{"minus/S": minus[:, ::-1], "minus/E": ENERGIES, "minus/B": -FIELDS[::-1]},
        **{"still/S": S_OF_E_AND_B[0, 0], "lossy/S": 0.9 * np.eye(2)},
        **{"blocks/S": np.diag([1, 1j])},
    )
    return str(path)


def table(file, **keys):
    return models()["table"].model(file=file, **keys)


def test_amplitudes_are_those_of_the_nearest_point(file):
    S = table(file, B=np.array([[1.2], [2.9]])).smatrix(np.array([[0.4, 1.6]]))
    np.testing.assert_array_equal(S, S_OF_E_AND_B[[0, 2]][:, [1, 3]].swapaxes(0, 1))


def test_units_scale_the_grid(file):
    S = table(file, Eunit=1e-3, Bunit=0.5, B=1.0).smatrix(np.array([2e-3]))
    np.testing.assert_array_equal(S[0], S_OF_E_AND_B[2, 2])


def test_data_for_one_field_serve_the_other_transposed(file):
    S = table(file, B=-1.0).smatrix(np.array([0.0]))
    np.testing.assert_array_equal(S[0], S_OF_E_AND_B[0, 1].T)


def test_fields_of_both_signs_in_one_sweep(file):
    B = np.array([[-2.0], [0.0], [2.0]])
    S = table(file, B=B).smatrix(np.array([[1.0]]))[:, 0]
    expected = [S_OF_E_AND_B[1, 2].T, S_OF_E_AND_B[1, 0], S_OF_E_AND_B[1, 2]]
    np.testing.assert_array_equal(S, expected)


def test_a_table_for_minus_is_read_instead(file):
    S = table(file, minus="minus/", B=-1.0).smatrix(np.array([0.0]))
    np.testing.assert_array_equal(S[0], 1j * S_OF_E_AND_B[0, 1].T)


def test_same_and_refuse_say_what_they_do(file):
    S = table(file, reverse="same", B=-1.0).smatrix(np.array([0.0]))
    np.testing.assert_array_equal(S[0], S_OF_E_AND_B[0, 1])
    with pytest.raises(PhysicsError, match="QN522"):
        table(file, reverse="refuse", B=-1.0).smatrix(np.array([0.0]))


def test_without_a_field_axis_the_audit_turns_it_round(file):
    still = table(file, key="still/")
    S = still.smatrix(np.array([5.0, -7.0]))
    assert S.shape == (1, 2, 2)
    turned = replace(still, reversed=True).smatrix(np.array([5.0]))
    np.testing.assert_array_equal(turned, np.swapaxes(S, -1, -2))
    other = replace(still, minus="blocks/", reversed=True).smatrix(np.array([5.0]))
    np.testing.assert_array_equal(other[0], np.diag([1, 1j]))


def test_probabilities_are_interpolated(file):
    model = table(file, kind="probability", B=0.5)
    assert model.incoherent
    found = np.abs(model.smatrix(np.array([0.25]))) ** 2
    P = np.abs(S_OF_E_AND_B) ** 2
    expected = 0.375 * (P[0, 0] + P[0, 1]) + 0.125 * (P[1, 0] + P[1, 1])
    np.testing.assert_allclose(found[0], expected)


def test_touchstone_energies_are_h_times_frequency(tmp_path):
    file = tmp_path / "x.s1p"
    file.write_text("# GHz S RI\n1 1 0\n2 0 1\n", "utf-8")
    S = table(str(file), pins=1).smatrix(np.array([2e9 * h_eV]))
    assert S[0, 0, 0] == 1j


def test_beyond_the_table_nothing_is_known(file):
    with pytest.raises(PhysicsError, match="QN525"):
        table(file).smatrix(np.array([7.0]))


@pytest.mark.parametrize(
    ("keys", "kind", "code"),
    [
        ({"pins": 3}, NetlistError, "QN345: the table has 2 channels, and 3 pins"),
        ({"nch": (1, 2)}, NetlistError, "QN345"),
        ({"key": "lossy/"}, PhysicsError, "QN521"),
        ({"blocks": ((1,), (2,))}, PhysicsError, "QN524"),
    ],
)
def test_tables_that_do_not_fit_their_card_are_refused(file, keys, kind, code):
    with pytest.raises(kind, match=code):
        table(file, **keys)


def test_a_loss_that_is_meant_is_let_through(file):
    S = table(file, key="lossy/", lossy=True).smatrix(np.array([0.0]))
    np.testing.assert_array_equal(S[0], 0.9 * np.eye(2))


def test_declared_blocks_make_the_pattern(file):
    model = table(file, key="blocks/", blocks=((2,), (1,)))
    assert model.pattern().tolist() == [[True, False], [False, True]]


def test_probabilities_are_no_amplitudes(tmp_path):
    path = tmp_path / "p.npz"
    np.savez(path, P=np.eye(2))
    with pytest.raises(NetlistError, match="QN353"):
        table(str(path))
    assert table(str(path), kind="probability").ports == ("1", "2")
