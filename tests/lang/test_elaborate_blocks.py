"""Loops, subcircuits, names: blocks that stand for all their repetitions at once."""

import numpy as np
import pytest

from qnet.diagnostics import LimitError
from qnet.limits import LIMITS, set_limit
from tests.lang.elaborated import (
    TWO,
    circuit,
    finding,
    findings,
    group,
    names_of_nodes,
    template,
)

CHAIN = """.param N=4
T1 n0 V=1mV
T2 n{N} V=0
.for k in 1:N
W{k} n{k-1} n{k} phi={k*0.5}
.endfor
"""


def flat(made):
    """Names, nodes and one parameter of a circuit, by element."""
    found = {}
    for each in made.groups:
        model = each.model
        number = getattr(model, "phi", getattr(model, "eps", None))
        for row, name in enumerate(each.names):
            at = min(row, len(number) - 1)
            nodes = names_of_nodes(made, each.nodes[row])
            found[name] = (nodes[:2], float(number[at].flat[0]))
    return found


def test_a_loop_equals_the_cards_written_out():
    by_hand = "T1 n0 V=1mV\nT2 n4 V=0\n" + "\n".join(
        f"W{k} n{k - 1} n{k} phi={0.5 * k}" for k in range(1, 5)
    )
    assert flat(circuit(CHAIN)) == flat(circuit(by_hand))


def test_loops_nest_and_may_depend_on_one_another():
    made = circuit(
        TWO
        + ".for j in 1:3\n.for k in j:3\nW{j}_{k} s d phi={10*j+k}\n.endfor\n.endfor"
    )
    assert flat(made) == {
        f"W{j}_{k}": (["s", "d"], 10.0 * j + k)
        for j in range(1, 4)
        for k in range(j, 4)
    }


def test_a_loop_may_run_over_a_list_or_not_at_all():
    made = circuit(TWO + ".for k in (2 7 3)\nW{k} s d phi={k}\n.endfor\n"
                   ".for k in 5:4\nW{k} s d\n.endfor")  # fmt: skip
    assert {name: phi for name, (_, phi) in flat(made).items()} == {
        "W2": 2.0, "W7": 7.0, "W3": 3.0,
    }  # fmt: skip


def test_a_ring_closes_by_a_remainder():
    made = circuit(
        "T1 c0 V=1mV\n.for k in 1:5\nP{k} c{k}\n.endfor\n.field 1T\n"
        ".for k in 0:5\nE{k} c{k} c{(k+1)%6}\n.endfor"
    )
    (edges,) = made.groups
    assert names_of_nodes(made, edges.nodes)[-1] == ["c5", "c0"]
    assert list(made.reservoirs.names) == ["T1", "P1", "P2", "P3", "P4", "P5"]


def test_terminals_of_a_loop_keep_the_order_of_the_flat_netlist():
    made = circuit(
        "T9 z V=0\n.for k in 1:2\nP{k} p{k}\nT{k} t{k} V=0\nW{k} p{k} t{k}\n.endfor\n"
        "T8 y V=0\nW9 y z"
    )
    assert list(made.reservoirs.names) == ["T9", "P1", "T1", "P2", "T2", "T8"]


def test_parameters_of_a_loop_follow_its_variable():
    made = circuit(
        TWO + ".for k in 1:3\n.param x={k^2} y={x+1}\nW{k} s d phi={y}\n.endfor"
    )
    assert [phi for _, phi in flat(made).values()] == [2, 5, 10]


CELLS = """.param leak=0.3
.subckt cell in out params: eps=0.1 twice={2*eps}
W1 in mid phi={twice}
P1 mid out eps={eps}
.ends
T1 s V=1mV
T2 d V=0
X1 s m cell eps={leak}
X2 m d cell
"""


def test_a_subcircuit_has_pins_nodes_and_arguments_of_its_own():
    found = flat(circuit(CELLS))
    assert found == {
        "X1.W1": (["s", "X1.mid"], 0.6),
        "X2.W1": (["m", "X2.mid"], 0.2),
        "X1.P1": (["X1.mid", "m"], 0.3),
        "X2.P1": (["X2.mid", "d"], 0.1),
    }
    assert "X2.P1" in circuit(CELLS).reservoirs.names


def test_an_argument_is_evaluated_where_the_instance_stands():
    text = (
        ".param x=1\n.subckt inner a b params: x=5\nW1 a b phi={x}\n.ends\n"
        ".subckt outer a b params: x=7\nX1 a m inner x={x*10}\nX2 m b inner\n.ends\n"
        + TWO + "X1 s d outer x={x+1}"
    )  # fmt: skip
    assert {n: phi for n, (_, phi) in flat(circuit(text)).items()} == {
        "X1.X1.W1": 20.0,
        "X1.X2.W1": 5.0,
    }


def test_a_subcircuit_sees_the_parameters_around_its_definition():
    text = (
        ".param x=3\n.subckt cell a b\nW1 a b phi={x}\n.ends\n"
        ".subckt box a b params: x=9\nX1 a b cell\n.ends\n" + TWO + "X1 s d box"
    )
    assert flat(circuit(text))["X1.X1.W1"][1] == 3.0


def test_instances_in_loops_are_elaborated_once_and_equal_the_flat_netlist():
    text = (
        ".subckt cell a b params: v=1\n.for j in 1:2\nW{j} a b phi={10*v+j}\n.endfor\n"
        ".ends\n" + TWO + ".for k in 1:3\nX{k} s d cell v={k}\n.endfor"
    )
    assert flat(circuit(text)) == {
        f"X{k}.W{j}": (["s", "d"], 10.0 * k + j) for k in range(1, 4) for j in (1, 2)
    }


def test_several_instances_in_a_repeated_block_share_one_body():
    text = (
        ".subckt leaf a b params: v=1\nW1 a b phi={v}\n.ends\n"
        ".subckt pair a b params: v=1\nX1 a m leaf v={v}\nX2 m b leaf v={-v}\n.ends\n"
        + TWO + ".for k in 1:2\nX{k} s d pair v={k}\n.endfor"
    )  # fmt: skip
    made = flat(circuit(text))
    assert made["X2.X2.W1"] == (["X2.m", "d"], -2.0)
    assert made["X1.X1.W1"] == (["s", "X1.m"], 1.0)
    assert len(made) == 4
    assert len(template(text).found.batches) == 3  # T, T and one run of leaves


def test_global_nodes_and_ground_have_one_name_everywhere():
    text = (
        ".global bus\n.subckt cell a\nR1 a bus 1k\nR2 a 0 2k\n.ends\n"
        "V1 bus gnd 1m\nX1 n cell"
    )
    made = circuit(text)
    assert set(made.nodes) == {"bus", "0", "n"}


def test_a_model_of_a_subcircuit_is_known_inside_only():
    text = (
        ".subckt cell a b params: t=0.5\n.model half barrier(T={t})\nB1 a b half\n"
        ".ends\n" + TWO + "X1 s d cell t=0.25\nX2 s d cell"
    )
    np.testing.assert_array_equal(group(text).model.T.ravel(), [0.25, 0.5])
    assert finding(text + "\nB1 s d half").code == "QN207"


def test_places_of_instances_name_the_card_that_brought_them_in():
    (wires, *_) = circuit(CELLS).groups
    span = wires.spans[1]
    assert span.line == 3
    assert span.inside.text == "X2 m d cell"


def test_functions_see_the_parameters_of_their_own_block():
    text = (
        ".param a=2\n.func f(x)={a*x}\n.subckt cell p q params: a=100\n"
        "W1 p q phi={f(3)}\n.ends\n" + TWO + "X1 s d cell"
    )
    assert flat(circuit(text))["X1.W1"][1] == 6.0


def test_questions_in_loops_are_written_out():
    questions = ".print V(T1)\n.assert k < 5 && T(T1,T2) > 0\n.endfor"
    made = template(CHAIN.replace(".endfor", questions))
    assert [claim.text.partition("[")[2] for claim in made.asserts] == [
        f"k = {k}]" for k in range(1, 5)
    ]
    assert len(made.prints) == 4


def test_names_in_questions_are_filled_in():
    made = template(".param N=2\nT1 s V=0\nP{N} s2\nW1 s s2\n.print V(P{N})")
    (call,) = made.calls
    assert call.args[0].text == "P2"


# --- faults


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TWO + ".for k in 1:2\nW1 s d\n.endfor", "QN202"),
        (TWO + ".for k in 1:2.5\nW{k} s d\n.endfor", "QN309"),
        (TWO + ".param N=2\n.step N list 1 2\n.for k in 1:N\nW{k} s d\n.endfor",
         "QN311"),
        (TWO + "X1 s d nothing", "QN204"),
        (TWO + ".subckt c a b\nW1 a b\n.ends\nX1 s c", "QN207"),
        (TWO + ".subckt c a b params: v=1\nW1 a b\n.ends\nX1 s d c w=1", "QN206"),
        (TWO + ".subckt c a b\nX1 a b c\n.ends\nX1 s d c", "QN208"),
        (TWO + ".for k in 1:2\nW{k} s d\n.op\n.endfor", "QN217"),
        (TWO + ".subckt c a b\nW1 a b\n.op\n.ends\nX1 s d c", "QN217"),
    ],
)  # fmt: skip
def test_faults_of_blocks_have_their_codes(text, code):
    assert code in findings(text)


def test_a_broken_body_is_told_once_for_all_its_copies():
    text = TWO + ".for k in 1:50\nW{k} s d phi=1mV\n.endfor"
    assert findings(text) == ["QN304"]


def test_what_expands_is_counted_before_it_is_made():
    doubling = "".join(
        f".subckt c{k} a b\nX1 a b c{k + 1}\nX2 a b c{k + 1}\n.ends\n"
        for k in range(40)
    )
    text = doubling + ".subckt c40 a b\nW1 a b\n.ends\n" + TWO + "X1 s d c0"
    with pytest.raises(LimitError) as caught:
        template(text)
    assert caught.value.diagnostics[0].code == "QN810"


def test_a_loop_beyond_the_limit_is_refused_before_it_is_made():
    with pytest.raises(LimitError):
        template(TWO + ".for k in 1:1000000000\nW{k} s d\n.endfor")


def test_the_limit_of_elements_may_be_moved():
    before = LIMITS["elements"].value
    set_limit("elements", 5)
    try:
        with pytest.raises(LimitError):
            template(CHAIN)
    finally:
        set_limit("elements", before)
    assert len(group(CHAIN)) == 4
