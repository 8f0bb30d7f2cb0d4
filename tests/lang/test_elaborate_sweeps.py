"""Steps, structures, samples, analyses: what a template offers the run."""

import numpy as np
import pytest

import qnet
from qnet.diagnostics import LimitError, NetlistError
from qnet.lang.expressions import evaluate
from qnet.lang.questions import measured
from qnet.lang.values import value
from qnet.units import unit
from tests.lang.elaborated import TWO, circuit, finding, findings, group, template

DEVICE = TWO + ".param Vg=0V n=1 g=0.5\nB1 s d T={g}\n"


def axes(steps):
    """Axes of some .step cards."""
    return template(DEVICE + steps).axes


@pytest.mark.parametrize(
    ("step", "values", "measured_in"),
    [
        (".step Vg -0.5V -0.2V 100mV", [-0.5, -0.4, -0.3, -0.2], "V"),
        (".step B list 5T -5T", [5, -5], "T"),
        (".step B 1T 0T -0.5T", [1, 0.5, 0], "T"),
        (".step g lin 3 0 1", [0, 0.5, 1], ""),
        (".step temp dec 1 10mK 1K", [0.01, 0.1, 1], "K"),
        (".step temp dec 2 1K 10K", [1, 10**0.5, 10], "K"),
        (".step EF oct 1 1meV 8meV", [1e-3, 2e-3, 4e-3, 8e-3], "eV"),
        (".step g 0 1 0.4", [0, 0.4, 0.8], ""),
        (".step M list 1 {-1}", [1, -1], ""),
        (".step Vg list 1mV 2000uV", [1e-3, 2e-3], "V"),
        (".step EF list 1meV 1e-22J", [1e-3, 1e-22 / 1.602176634e-19], "eV"),
    ],
)
def test_a_step_runs_over_its_values(step, values, measured_in):
    (axis,) = axes(step)
    np.testing.assert_allclose(axis.values, values, rtol=1e-14, atol=1e-16)
    assert axis.unit == measured_in


def test_a_long_step_includes_both_ends_exactly():
    (axis,) = axes(".step B -10mT 10mT 0.1mT")
    assert len(axis) == 201
    assert axis.values[0] == -0.01
    assert axis.values[-1] == 0.01
    assert abs(axis.values[100]) < 1e-17


def test_the_first_step_is_the_outermost_axis():
    found = axes(".step B list 1T 2T\n.step g list 0.1 0.2 0.3")
    assert [(axis.name, len(axis)) for axis in found] == [("B", 2), ("g", 3)]


def test_values_in_parallel_share_an_axis():
    (axis,) = axes(".step zip(B Vg) list (1T 0.1V) (2T 0.2V)")
    np.testing.assert_array_equal(axis.values, [1, 2])
    ((name, values, measured_in),) = axis.coordinates
    assert (name, measured_in) == ("Vg", "V")
    np.testing.assert_array_equal(values, [0.1, 0.2])


def test_a_step_may_come_from_a_file(tmp_path):
    from qnet.answers import ASKS
    from qnet.discovery import analyses, models
    from qnet.lang.elaborate import elaborate
    from qnet.lang.parse import parse

    (tmp_path / "b.csv").write_text("B, Vg\n# remark\n1T, 100mV\n\n2T, 0.2V\n")
    (tmp_path / "one.csv").write_text("0.1\n0.2\n0.3\n")
    text = DEVICE + '.step zip(B Vg) file="b.csv"\n.step g file="one.csv"'
    deck = parse(text, str(tmp_path / "device.qnet"))
    both, one = elaborate(deck, models(), analyses(), ASKS).axes
    np.testing.assert_array_equal(both.values, [1, 2])
    np.testing.assert_array_equal(both.coordinates[0][1], [0.1, 0.2])
    np.testing.assert_array_equal(one.values, [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (".step nothing 0 1 0.1", "QN201"),
        (".step g 0 1 0.1\n.step G list 1", "QN202"),
        (".step g 0 1 -0.1", "QN318"),
        (".step g lin 2.5 0 1", "QN318"),
        (".step temp dec 3 0K 1K", "QN318"),
        (".step B list 1T 1mV", "QN305"),
        (".step B list 1 2", "QN305"),
        (".step g 0 {2*g} 0.1", "QN311"),
        (".step zip(B Vg) list (1T 0.1V) (2T)", "QN318"),
        (".step zip(B Vg) lin 3 0 1", "QN318"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step, code):
    assert findings(DEVICE + step) == [code]


def test_sweeps_are_counted_before_they_are_made():
    with pytest.raises(LimitError):
        template(DEVICE + ".step g lin 1000000000 0 1")
    with pytest.raises(LimitError):
        template(DEVICE + ".step g lin 10000 0 1\n.step B lin 10000 0T 1T")


def test_everything_that_follows_a_stepped_name_follows():
    text = TWO + (
        ".param v=0\n.param x={2*v} y={x+1}\n.func f(z)={z*x}\n"
        "W1 s d phi={y}\nW2 s d phi={f(1)}\n.step v list 1 2 3"
    )
    model = group(text, {"v": np.array([1.0, 2, 3])}).model
    np.testing.assert_array_equal(model.phi[..., 0], [[3, 5, 7], [2, 4, 6]])


def test_a_stepped_name_need_not_have_a_value_of_its_own():
    text = TWO + ".param x={1/EF*1eV}\nW1 s d phi={x}\n.step EF list 50meV 200meV"
    phi = group(text, {"EF": np.array([0.05, 0.2])}).model.phi
    np.testing.assert_allclose(phi.ravel(), [20, 5])


def test_what_is_not_given_has_the_netlists_value():
    text = ".field 3T\n" + DEVICE
    made = circuit(text, {"g": np.array([0.1, 0.2])})
    assert made.shape == (2,)
    assert made.field.tolist() == [3.0]


def test_a_name_that_is_no_parameter_is_refused():
    with pytest.raises(KeyError):
        template(DEVICE).circuit({"nothing": 1.0})


# --- structures


def test_the_sense_of_edges_splits_a_sweep():
    made = template(TWO + "E1 s d\nE2 d s\n.step B list -1T 2T 0T -3T 4T")
    found = made.structures({"B": np.array([-1.0, 2, 0, -3, 4])})
    labels = found.labels
    assert labels[0] == labels[3] >= 0
    assert labels[1] == labels[4] >= 0
    assert labels[0] != labels[1]
    assert labels[2] < 0
    assert found.reasons[labels[2]].code == "QN510"


def test_channel_numbers_split_a_sweep_over_the_outer_product():
    made = template(TWO + ".param n=1 f=0\nW1 s d N={n} phi={f}\n"
                    ".step n list 1 2\n.step f list 0 1 2")  # fmt: skip
    found = made.structures({"n": np.array([[1.0], [2.0]]), "f": np.array([[0, 1, 2]])})
    assert found.labels.shape == (2, 3)
    assert (found.labels == found.labels[:, :1]).all()
    assert found.labels[0, 0] != found.labels[1, 0]


def test_columns_of_counts_split_a_sweep_as_a_whole():
    text = TWO + (
        ".param more=0\n.for k in 1:3\nW{k} s d N={k+more}\n.endfor\n"
        ".step more list 0 1 0"
    )
    labels = template(text).structures({"more": np.array([0.0, 1, 0])}).labels
    assert labels[0] == labels[2] != labels[1]
    numbers = [g.model.N for g in circuit(text, {"more": 1.0}).groups]
    assert numbers == [2, 3, 4]


def test_points_out_of_bounds_or_not_finite_are_marked_with_the_reason():
    made = template(TWO + ".param g=0.5\nB1 s d T={g}\nW1 s d phi={1/(g-0.4)}\n"
                    ".step g list 0.4 0.5 1.5")  # fmt: skip
    found = made.structures({"g": np.array([0.4, 0.5, 1.5])})
    assert found.labels[1] == 0
    codes = [found.reasons[label].code for label in found.labels[[0, 2]]]
    assert codes == ["QN307", "QN309"]
    with pytest.raises(NetlistError):
        made.circuit({"g": 1.5})


def test_a_sweep_without_structure_has_one_label():
    made = template(DEVICE + ".step g lin 5 0 1")
    assert made.structures({"g": np.linspace(0, 1, 5)}).labels.tolist() == [0] * 5


def test_equal_structures_have_equal_keys():
    made = template(TWO + ".param n=1 g=0\nW1 s d N={n} phi={g}")
    first, second = made.circuit({"g": 1.0}), made.circuit({"g": np.ones(7)})
    assert first.structure == second.structure
    assert first.structure != made.circuit({"n": 2}).structure


# --- samples


def test_a_sample_depends_on_its_index_and_not_on_its_neighbours():
    text = TWO + (
        ".param w={gauss(0, 1)}\n.for k in 1:3\nW{k} s d phi={uniform(0,1)+w}\n.endfor"
    )
    made = template(text)
    (all_three,) = made.circuit({"sample": np.arange(3)}, seed=7).groups
    (last,) = made.circuit({"sample": np.array([2])}, seed=7).groups
    assert all_three.model.phi.shape == (3, 3, 1)
    np.testing.assert_array_equal(all_three.model.phi[:, 2], last.model.phi[:, 0])
    assert len(np.unique(all_three.model.phi)) == 9


def test_disorder_stays_along_a_sweep_and_under_reversal():
    text = TWO + ".param v=0\nW1 s d phi={gauss(v, 1)} flux={gauss(0, 1)}"
    made = template(text)
    forward = made.circuit({"v": np.array([0.0, 1])}, seed=1).groups[0].model
    np.testing.assert_allclose(np.diff(forward.phi, axis=1), 1)
    reverse = made.circuit({"v": np.array([0.0, 1])}, seed=1, reverse=True).groups[0]
    np.testing.assert_array_equal(reverse.model.phi, forward.phi)
    np.testing.assert_array_equal(reverse.model.flux, -forward.flux)


def test_without_a_seed_every_draw_is_its_mean():
    assert group(TWO + "W1 s d phi={gauss(2, 1)}").model.phi.item() == 2


# --- overrides


def test_the_command_line_overrides_parameters_and_states():
    made = template(".field 1T\n" + DEVICE, g="0.25", B="-2T").circuit()
    assert made.groups[0].model.T.item() == 0.25
    assert made.field == -2


@pytest.mark.parametrize("name", ["nothing", "pi"])
def test_only_what_is_there_can_be_overridden(name):
    with pytest.raises(NetlistError):
        template(DEVICE, **{name: "1"})


# --- lever arms


def test_lever_arms_name_reservoirs_of_their_block():
    text = TWO + (
        ".subckt dot a b\nD1 a b E0=0 GL=1meV GR=1meV ref=(a:0.6 T2:0.4)\n.ends\n"
        "X1 d s dot\nD1 s d E0=0 GL=1meV GR=1meV ref=(s:0.5 d:0.25)"
    )
    made = circuit(text)
    lever = made.groups[0].lever
    by_name = dict(zip(made.groups[0].names, lever.reservoirs.tolist(), strict=True))
    assert by_name == {"D1": [0, 1], "X1.D1": [1, 1]}
    weights = dict(zip(made.groups[0].names, lever.weights.tolist(), strict=True))
    assert weights == {"D1": [0.5, 0.25], "X1.D1": [0.6, 0.4]}


def test_a_lever_arm_of_a_joint_is_refused():
    text = TWO + "B1 s m T=1\nB2 m d T=1\nD1 s d E0=0 GL=1meV GR=1meV ref=(m:1)"
    assert finding(text).code == "QN214"


# --- composites


def test_a_wire_that_dephases_becomes_its_parts():
    made = circuit(TWO + "W1 s d phi=1 L=1um lphi=2um slices=3\nW2 s d phi=5 N=1 L=1um")
    wires, probes = made.groups
    assert len(wires) == 5
    assert wires.model.phi.sum() == pytest.approx(6.0)
    assert len(probes) == 3
    np.testing.assert_allclose(probes.model.eps, 1 - np.exp(-1 / 6))
    assert "W1.p1.1.f" in made.reservoirs.names
    assert len(made.reservoirs) == 2 + 2 * 3


# --- questions


def test_measures_are_sorted_by_what_they_use():
    made = template(DEVICE + ".meas a {2*c}\n.meas c {V(T1)/1V}")
    assert [measure.name for measure in made.measures] == ["c", "a"]


def test_the_scope_of_measures_knows_steps_answers_and_measures():
    made = template(
        DEVICE + ".step g list 0.1 0.2\n.step B list 1T 2T 3T\n"
        ".meas x V(T1)*g/1T*B\n.meas top max x\n.assert top > 0"
    )
    scope = made.scope(lambda call: value(np.full((2, 1), 2.0), unit("V")))
    expected = 2 * np.array([[0.1], [0.2]]) * np.array([[1, 2, 3]])
    x, top = (measured(m, scope) for m in made.measures)
    np.testing.assert_allclose(x.array, expected)
    assert x.unit == unit("V")
    assert top.array.item() == pytest.approx(1.2)
    assert evaluate(made.asserts[0].body, scope).array.item() == 1


def test_each_answer_is_called_for_once():
    made = template(DEVICE + ".meas a V(T1)+V(t1)\n.print V(T1) G(T1,T2)\n.meas r R(*)")
    assert [call.span.text for call in made.calls] == ["V(T1)", "G(T1,T2)"]
    assert [measure.name for measure in made.configurations] == ["r"]


def test_a_star_means_every_reservoir():
    made = template(DEVICE + "P1 m\nB2 s m T=1\n.print V(*)")
    assert [text for text, _ in made.prints[0].items] == ["V(T1)", "V(T2)", "V(P1)"]


def test_audits_are_on_until_they_are_switched_off():
    all_on = template(DEVICE).checks
    assert {"onsager", "kcl", "unitarity", "sumrules", "fdt"} <= all_on
    some = template(DEVICE + ".check onsager kcl off").checks
    assert some == all_on - {"onsager", "kcl"}


def test_analyses_take_positional_values_with_units():
    made = template(DEVICE + ".spectrum -1meV 1meV 11\n.op")
    spectrum, op = made.tasks
    assert (spectrum.analysis.start, spectrum.analysis.stop) == (-1e-3, 1e-3)
    assert spectrum.analysis.points == 11
    assert op.name == "op"


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (".spectrum 1meV", "QN205"),
        (".spectrum 1mV 2meV 3", "QN304"),
        (".spectrum 1meV 2meV 3 4", "QN310"),
        (".spectrum 1meV 2meV point=3", "QN206"),
        (".op 3", "QN310"),
        (".sens R(T1,T2,T1,T2)", "QN209"),
    ],
)
def test_an_analysis_that_cannot_be_understood_is_refused(card, code):
    assert code in findings(DEVICE + card)


def test_points_are_sorted_by_their_own_channels_and_not_by_those_at_reversed_field():
    text = (
        "T1 a V=1mV\nT2 b V=0\nB1 a b T=1 N={B > 1T ? 2 : 1}\n"
        ".step B list 0T 0.5T 2T\n.meas t T(T1,T2)\n"
    )
    assert qnet.run(text).measures["t"].values.tolist() == [1, 1, 2]
