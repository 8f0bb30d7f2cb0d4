"""Elaboration of flat netlists: elements, keys, reservoirs, states."""

import numpy as np
import pytest

from qnet import constants
from qnet.diagnostics import PhysicsError
from qnet.registry import INFER, ReservoirKind
from tests.lang.elaborated import (
    TWO,
    circuit,
    finding,
    findings,
    group,
    names_of_nodes,
    notes,
    template,
)


def test_a_card_becomes_a_model_with_its_numbers():
    barrier = group(TWO + ".param g=0.25\nB1 s d T={g*2} phase=90deg").model
    assert type(barrier).__name__ == "Barrier"
    assert barrier.T.item() == 0.5
    assert barrier.phase.item() == np.pi / 2
    assert barrier.N is INFER
    assert barrier.Z is None


def test_arrays_have_the_rank_of_instance_sweep_and_energy():
    text = TWO + ".param g=0.5\nB1 s d T={g} phase=0.1\nB2 s d T=0.25 phase=0.1"
    model = group(text, {"g": np.linspace(0, 1, 5)}).model
    assert model.T.shape == (2, 5, 1)
    np.testing.assert_array_equal(model.T[:, :, 0], [np.linspace(0, 1, 5), [0.25] * 5])
    assert model.phase.shape == (1, 1, 1)


def test_two_sweep_axes_stay_apart_where_they_are_not_mixed():
    text = TWO + ".param a=0.5 c=0.5\nB1 s d T={a} phase={c}\nW1 s d phi={a*c}"
    values = {"a": np.array([[0.1], [0.2]]), "c": np.array([[1.0, 2.0, 3.0]])}
    made = circuit(text, values)
    barrier, wire = (g.model for g in made.groups)
    assert made.shape == (2, 3)
    assert barrier.T.shape == (1, 2, 1, 1)
    assert barrier.phase.shape == (1, 1, 3, 1)
    np.testing.assert_allclose(wire.phi[0, :, :, 0], values["a"] * values["c"])


def test_a_letter_is_a_shorthand_for_a_model():
    by_letter = group(TWO + "Q1 s d N=2 hwx=1meV hwy=2meV").model
    by_name = group(TWO + "S1 s d qpc N=2 hwx=1meV hwy=2meV").model
    assert type(by_letter) is type(by_name)
    assert by_letter.N == by_name.N == 2
    assert by_letter.hwx.item() == by_name.hwx.item() == 1e-3


def test_the_number_of_nodes_chooses_between_models_of_a_letter():
    made = circuit(TWO + "T3 u V=0\nT4 l V=0\nB1 s d T=0.5\nB2 s d u l T=0.5")
    assert [type(g.model).__name__ for g in made.groups] == ["Barrier", "Splitter"]


def test_a_model_card_gives_keys_that_the_element_may_override():
    text = TWO + ".model sp qpc(N=4 hwx=0.6meV hwy=2meV)\nQ1 s d sp V0=1meV hwx=1meV"
    model = group(text).model
    assert (model.N, model.hwx.item(), model.hwy.item()) == (4, 1e-3, 2e-3)
    assert model.V0.item() == 1e-3


def test_keys_are_found_in_any_case_where_that_is_no_question():
    assert group(TWO + "D1 s d e0=1meV gl=1meV GR=2meV").model.E0.item() == 1e-3


def test_a_flag_sets_a_field():
    assert group(TWO + "P1 s d eps=0.5 forward").model.forward is True
    assert group(TWO + "P1 s d eps=0.5").model.forward is False


def test_lists_become_trailing_axes():
    model = group(TWO + "Q1 s d Tn=(1 1 0.4)").model
    np.testing.assert_array_equal(model.Tn, [[[1, 1, 0.4]]])
    matrix = group(TWO + "S1 s d matrix S=[[0.6, 0.8j], [0.8j, 0.6]]").model
    np.testing.assert_array_equal(matrix.S, [[[[0.6, 0.8j], [0.8j, 0.6]]]])
    assert matrix.S.dtype == complex


def test_only_a_literal_zero_is_a_declared_zero():
    text = TWO + ".param z=0\nS1 s d matrix S=[[0, 1], [1, {z}]]"
    assert group(text).model.zeros == ((True, False), (False, False))


def test_cards_of_different_form_end_in_one_group():
    text = TWO + "W1 s d phi=1\nW2 d s phi={2*pi}\nW3 s d flux=0.5 phi=3\nW4 s d"
    made = group(text)
    assert list(made.names) == ["W1", "W2", "W3", "W4"]
    np.testing.assert_allclose(made.model.phi[:, 0], [1, 2 * np.pi, 3, 0])
    np.testing.assert_allclose(made.model.flux[:, 0], [0, 0, 0.5, 0])
    assert [span.line for span in made.spans] == [3, 4, 5, 6]


def test_cards_that_differ_in_their_numbers_only_are_one_formula():
    text = ".param a=0.1 lever=2\n.func f(x)={x+1}\n" + TWO
    formulas = [f"a*{k}%3+sin({k}.5)-f({k}e-1)*50%+lever*{k}meV/1eV" for k in range(40)]
    cards = [f"W{k} s d phi={{{formula}}}" for k, formula in enumerate(formulas)]
    together = group(text + "\n".join(cards), {"a": np.array([0.1, 0.7])}).model.phi
    for k in (0, 7, 39):
        alone = group(text + cards[k], {"a": np.array([0.1, 0.7])}).model.phi
        np.testing.assert_array_equal(together[k], alone[0])


def test_numbers_of_different_units_stay_apart():
    cards = [f"D{k} s d E0={{2*{k}{'meV' if k % 2 else 'ueV'}}} GL=1meV GR=1meV"
             for k in range(20)]  # fmt: skip
    found = group(TWO + "\n".join(cards)).model.E0.ravel()
    expected = [2 * k * (1e-3 if k % 2 else 1e-6) for k in range(20)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_whole_numbers_split_a_group():
    made = circuit(TWO + "W1 s d N=2\nW2 s d N=3\nW3 d s N=2")
    assert [(g.model.N, list(g.names)) for g in made.groups] == [
        (2, ["W1", "W3"]),
        (3, ["W2"]),
    ]


# --- reservoirs


def test_reservoirs_come_in_the_order_of_the_netlist():
    made = circuit(
        "P7 m\nR1 s x 10k\nT1 s V=1mV\nP1 m d eps=0.2\n"
        "V1 x 0 1m\nT2 d I=1nA\nB1 s m T=1"
    )
    reservoirs = made.reservoirs
    assert list(reservoirs.names) == ["P7", "T1", "T2", "P1", "x", "0"]
    assert names_of_nodes(made, reservoirs.nodes) == ["m", "s", "d", "P1", "x", "0"]
    np.testing.assert_array_equal(reservoirs.held, [0, 1, 0, 0, 0, 1])
    np.testing.assert_array_equal(reservoirs.driven, [0, 0, 1, 0, 0, 0])
    np.testing.assert_array_equal(reservoirs.is_terminal, [0, 1, 1, 0, 0, 0])
    np.testing.assert_allclose(reservoirs.voltage, [0, 1e-3, 0, 0, 0, 0])
    np.testing.assert_allclose(reservoirs.current, [0, 0, 1e-9, 0, 0, 0])


def test_joints_are_no_reservoirs():
    made = circuit(TWO + "B1 s m T=0.5\nB2 m d T=0.5")
    joint = made.nodes.index("m")
    assert made.reservoir_of[joint] == -1
    assert made.reservoir_of[made.nodes.index("d")] == 1


def test_an_in_line_probe_brings_reservoirs_of_its_own():
    made = circuit(TWO + "P1 s d eps=0.3 type=dephasing temp=50mK forward")
    assert list(made.reservoirs.names) == ["T1", "T2", "P1.f", "P1.b"]
    assert made.reservoirs.kind.tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(made.reservoirs.temperature, [0, 0, 0.05, 0.05])
    (probe,) = made.groups
    assert names_of_nodes(made, probe.nodes) == [["s", "d", "P1.f", "P1.b"]]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("voltage", ReservoirKind.NORMAL),
        ("thermal", ReservoirKind.THERMAL),
        ("dephasing", ReservoirKind.DEPHASING),
    ],
)
def test_a_probe_says_what_it_keeps_at_zero(word, kind):
    made = circuit(TWO + f"P1 m type={word}\nB1 s m T=1\nB2 m d T=1")
    assert made.reservoirs.kind[2] == kind
    assert not made.reservoirs.held[2]


def test_a_superconductor_is_held_unless_it_says_otherwise():
    text = "T1 n V=0\nT2 s type=sc Delta=180ueV phase=90deg\nB1 n s T=0.5"
    made = circuit(text)
    assert made.reservoirs.kind[1] == ReservoirKind.SUPERCONDUCTOR
    assert made.reservoirs.held[1]
    assert made.reservoirs.gap[1] == 180e-6
    assert made.reservoirs.phase[1] == np.pi / 2
    assert "QN218" in notes(text)
    assert not circuit(text.replace("type=sc", "type=sc I=0")).reservoirs.held[1]


def test_ferromagnetic_contacts_carry_their_polarisation():
    made = circuit("T1 s V=0 pol=0.5 axis=(1,0,0)\nT2 d V=0 absorb=0.3\nB1 s d T=1")
    np.testing.assert_allclose(made.reservoirs.polarization, [0.5, np.nan])
    np.testing.assert_allclose(made.reservoirs.absorb, [np.nan, 0.3])
    np.testing.assert_allclose(made.reservoirs.axis, [[1, 0, 0], [0, 0, 1]])


def test_temperatures_of_contacts_default_to_the_netlists():
    made = circuit(".temp 50mK\nT1 s V=0 temp=1K\nT2 d V=0\nB1 s d T=1")
    np.testing.assert_allclose(made.reservoirs.temperature, [1, 0.05])


def test_lumped_elements_join_reservoirs():
    made = circuit("V1 in 0 1m\nR1 in s 10k\nB1 s d T=1\nR2 d gnd 50 temp=4K")
    resistors = made.lumped_of("R")
    names = made.reservoirs.names
    assert [[names[k] for k in ends] for ends in resistors.ends] == [
        ["in", "s"],
        ["d", "0"],
    ]
    np.testing.assert_allclose(resistors.value, [1e4, 50])
    np.testing.assert_allclose(resistors.temperature, [0, 4])
    np.testing.assert_allclose(made.lumped_of("V").value, [1e-3])


def test_a_swept_source_runs_along_the_sweep():
    made = circuit(
        ".param v=0\nT1 s V={v*1V}\nT2 d V=0\nB1 s d T=1", {"v": np.array([1, 2, 3])}
    )
    np.testing.assert_allclose(made.reservoirs.voltage, [[1, 0], [2, 0], [3, 0]])
    assert made.reservoirs.temperature.shape == (1, 2)


def test_a_terminal_that_nothing_holds_draws_a_note():
    assert notes("T1 s V=0\nT2 d\nB1 s d T=1") == ["QN218"]
    assert notes("T1 s V=0\nT2 d\nB1 s d T=1\nR1 d 0 1k") == []
    assert notes("T1 s V=0\nP2 d\nB1 s d T=1") == []


# --- states


def test_states_reach_the_circuit_in_internal_units():
    made = circuit(".temp 50mK\n.field {2*1T}\n.fermi 10meV\n" + TWO + "B1 s d T=1")
    assert (made.temperature, made.field, made.fermi, made.magnetization) == (
        0.05,
        2.0,
        0.01,
        1.0,
    )


def test_a_state_may_follow_parameters_and_parameters_states():
    made = circuit(".param B0=1T g={M*0.5}\n.field {2*B0}\n.fermi {muB*B}\n" + TWO
                   + "B1 s d T={g}")  # fmt: skip
    assert made.field == 2.0
    assert made.fermi == constants.muB_eV * 2
    assert made.groups[0].model.T.item() == 0.5


def test_options_reach_the_circuit():
    made = circuit(".options spin=full response=full tol=1e-6\n" + TWO + "B1 s d T=1")
    assert (made.spin, made.response, made.tolerance) == ("full", "full", 1e-6)
    assert circuit(".options spin=2\n" + TWO + "B1 s d T=1").degeneracy == 2


def test_a_flux_may_be_plain_or_a_flux():
    text = TWO + ".param area=1um2\n.field 1mT\n"
    plain = group(text + "W1 s d flux={B*area/Phi0}").model.flux.item()
    tesla = group(text + "W1 s d flux={B*area}").model.flux.item()
    assert plain == pytest.approx(1e-15 / constants.Phi0, rel=1e-15)
    assert tesla == pytest.approx(plain, rel=1e-15)
    assert group(text + "W1 s d flux=0.25").model.flux.item() == 0.25


# --- reversal


RING = (
    TWO
    + """.param area=1um2
.field 1mT
W1 s d flux={B*area/Phi0} phi={B/1T}
W2 s d flux=0.3
"""
)


def test_reversal_turns_odd_keys_and_evaluates_the_others_anew():
    forward, reverse = group(RING), group(RING, reverse=True)
    np.testing.assert_allclose(reverse.model.flux, -forward.model.flux)
    np.testing.assert_allclose(reverse.model.phi[0], -forward.model.phi[0])


def test_an_odd_key_that_does_not_follow_the_field_is_noted():
    noted = template(RING).circuit({}, reverse=True).notes
    assert [(note.code, note.primary.span.text) for note in noted] == [("QN319", "0.3")]
    assert template(RING).circuit({}).notes == ()


def test_reversal_turns_the_sense_of_edges():
    text = ".field 5T\n" + TWO + "E1 s d\nE2 d s"
    assert group(text).model.sign_B == 1
    assert group(text, reverse=True).model.sign_B == -1
    assert circuit(text).structure != circuit(text, reverse=True).structure


def test_given_data_are_for_the_sign_of_the_netlists_own_field():
    text = ".field -2T\n" + TWO + "S1 s d matrix S=[[0, 1], [1, 0]]"
    assert group(text).model.reversed is False
    assert group(text, reverse=True).model.reversed is True
    assert group(text, {"B": 2.0}).model.reversed is True
    assert group(text, {"B": 2.0}, reverse=True).model.reversed is False


def test_an_edge_without_a_field_has_no_sense():
    with pytest.raises(PhysicsError) as caught:
        circuit(TWO + "E1 s d\nE2 d s")
    (why,) = caught.value.diagnostics
    assert why.code == "QN510"
    assert "E1" in why.message
    assert why.primary.span.line == 3


# --- faults


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TWO + "B1 s d T=1.5", "QN309"),
        (TWO + "B1 s d T=0.5 T=0.6", "QN202"),
        (TWO + "B1 s d T=0.5 phaze=1", "QN206"),
        (TWO + "D1 s d E0=1mV GL=1meV GR=1meV", "QN304"),
        (TWO + "B1 s d T=5m", "QN303"),
        (TWO + "B1 s d T=0.5\n.temp 27", "QN304"),
        (TWO + "K1 s d", "QN204"),
        (TWO + "S1 s d barier T=1", "QN204"),
        (TWO + "D1 s d E0=1meV GL=1meV", "QN205"),
        (TWO + "W1 s", "QN207"),
        (TWO + "B1 s d T=1\nB1 s d T=1", "QN202"),
        (TWO + "B1 s d T=1\nb1 s d T=1", "QN202"),
        (TWO + "P1 d\nB1 s d T=1", "QN313"),
        ("T1 s V=1mV I=1nA\nT2 d V=0\nB1 s d T=1", "QN314"),
        ("T1 s V=1mV\nP1 0\nB1 s 0 T=1", "QN314"),
        (TWO + "P1 m type=dephasing\nB1 s m T=1\nR1 m 0 1k", "QN316"),
        (TWO + "H1 s d\nH2 d s\n.options spin=2", "QN315"),
        (".param b=1\n" + TWO + "B1 s d T=1", "QN203"),
        (".param Gq=1\n" + TWO + "B1 s d T=1", "QN203"),
        (".param a={c} c={a}\n" + TWO + "B1 s d T=1", "QN208"),
        (TWO + "B1 s d T=1\n.ac", "QN209"),
        (TWO + "B1 s d T=1\n.meas a V(T9)", "QN214"),
        (TWO + "B1 s d T=1\n.meas a G(T1)", "QN306"),
        (TWO + "B1 s d T=1\n.meas B G(T1,T1)", "QN203"),
        (TWO + "B1 s d T=1\n.meas a c\n.meas c a", "QN208"),
        (TWO + "B1 s d T=1\n.assert nothing > 0", "QN201"),
    ],
)
def test_what_is_wrong_is_told_by_its_code(text, code):
    assert finding(text).code == code


def test_all_faults_are_told_at_once():
    text = TWO + (
        "B1 s d T={levr}\nW1 s d phi=1mV\nD1 s d\n.meas x V(T9)/zero\n.tmep 1K\n"
        ".step vgate 0 1 0.1"
    )
    assert findings(text) == ["QN201", "QN304", "QN205", "QN201", "QN209", "QN201"]


def test_every_card_of_a_form_is_told_its_own_fault():
    told = findings(TWO + "S1 s d barier T=1\nS2 s d bariere T=1\nS3 s d T=1")
    assert told == ["QN204", "QN204", "QN204"]


def test_the_physical_reason_stands_beside_a_wrong_unit():
    told = finding(TWO + "D1 s d E0=1mV GL=1meV GR=1meV")
    assert told.help == "an electron at 1mV has 1meV: write 1meV"
    assert finding(TWO + ".temp 27").help.endswith("write 27K")


def test_a_second_spelling_draws_a_note():
    assert notes("T1 Source V=0\nT2 d V=0\nB1 source d T=1") == ["QN210"]


def test_a_quantity_with_a_blank_is_explained():
    assert "without a blank" in finding("T1 s V=10 mV\nT2 d V=0\nB1 s d T=1").help
