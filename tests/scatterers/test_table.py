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


@pytest.mark.parametrize(
    "P",
    [
        np.array([[0.5, 0.4], [0.5, 0.4]]),
        np.array([[0.5, 0.5], [0.4, 0.4]]),
        np.array([[1.1, -0.1], [-0.1, 1.1]]),
    ],
)
def test_probabilities_add_up_to_one_in_rows_and_columns(tmp_path, P):
    path = tmp_path / "p.npz"
    np.savez(path, P=P)
    with pytest.raises(PhysicsError, match="QN521: probabilities"):
        table(str(path), kind="probability")
    assert table(str(path), kind="probability", lossy=True).incoherent


def channel_that_opens():
    """Two pins of two channels; the second of each opens at the middle energy."""
    S = np.zeros((3, 4, 4), complex)
    S[0][np.ix_([0, 2], [0, 2])] = haar(np.random.default_rng(5), 2)
    S[1:] = haar(np.random.default_rng(6), 4)
    return S


def test_a_channel_may_open_inside_a_table(tmp_path):
    path = tmp_path / "open.npz"
    S = channel_that_opens()
    np.savez(path, S=S, E=ENERGIES, nch=np.array([2, 2]))
    model = table(str(path))
    assert model.openings() == (1.0,)
    found = model.smatrix(ENERGIES)
    np.testing.assert_array_equal(found[1:], S[1:])
    np.testing.assert_array_equal(found[0], S[0] + np.diag([0, -1, 0, -1]))


def test_phases_that_follow_the_energy_are_let_pass(tmp_path):
    E = np.linspace(0, 1, 11)
    path = tmp_path / "delay.npz"
    for delay, turned in ((5.0, 0.5), (15.0, 1.5)):
        S = np.exp(1j * delay * E)[:, None, None] * np.array([[0.6, 0.8j], [0.8j, 0.6]])
        np.savez(path, S=S, E=E)
        assert table(str(path)).phase_turn()[0] == pytest.approx(turned)
        assert table(str(path)).roughness()[0] == pytest.approx(0, abs=1e-15)


def netlist(path, card, more=""):
    return f"""
T1 a V=1mV
T2 b V=0
S1 a {card} table file="{path.name}" nch=(2 2)
{more}
.step EF list 0eV 1eV
.meas G {{G(T1,T1)/Gq}}
"""


def test_an_opening_is_counted_and_at_a_joint_warned_of(tmp_path):
    from qnet import run

    path = tmp_path / "open.npz"
    S = channel_that_opens()
    np.savez(path, S=S, E=ENERGIES)
    alone, joined = tmp_path / "alone.qnet", tmp_path / "joined.qnet"
    alone.write_text(netlist(path, "b"), "utf-8")
    joined.write_text(netlist(path, "m", "B1 m b T=0.5"), "utf-8")
    report = run(alone)
    T = [np.sum(np.abs(S[k, 2:, :2]) ** 2) for k in (0, 1)]
    np.testing.assert_allclose(report.measures["G"].values, T, rtol=1e-12)
    assert report.passed
    assert not {"QN554", "QN555"} & {d.code for d in report.diagnostics}
    assert "QN555" in {d.code for d in run(joined).diagnostics}


def test_currents_between_reservoirs_need_no_phases(tmp_path):
    """T rises along a line from 0.3 to 0.8: its thermal mean at the middle is .55."""
    from qnet import run

    path = tmp_path / "p.npz"
    P = np.array([[[0.7, 0.3], [0.3, 0.7]], [[0.2, 0.8], [0.8, 0.2]]])
    np.savez(path, P=P, E=np.array([-1.0, 1.0]))
    text = tmp_path / "p.qnet"
    text.write_text(
        f"""
.temp 5K
T1 a V=1mV
T2 b V=0
P1 c
S1 a c table file="{path.name}" kind=probability
B1 c b T=0.5
.meas R {{R(T1,T2,T1,T2)/RK}}
.thermo T1 T2
""",
        "utf-8",
    )
    report = run(text)
    assert report.passed
    assert report.measures["R"].values == pytest.approx(1 / 0.55 + 2, rel=1e-9)
