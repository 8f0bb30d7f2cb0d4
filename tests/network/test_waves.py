"""The block rule, and the balance of reservoirs."""

import numpy as np
import pytest
from benchtop import Edge, PerChannel, barrier, from_groups, probe, splitter, wire_up
from test_graph import with_text

from qnet.circuit import Group
from qnet.diagnostics import NetlistError
from qnet.network.channels import make_cells
from qnet.network.graph import connect
from qnet.network.waves import make_waves


def waves(circuit):
    ports = connect(circuit)
    return make_waves(ports, make_cells(ports))


def refusal(circuit):
    with pytest.raises(NetlistError) as caught:
        waves(circuit)
    return caught.value.diagnostics


def test_a_splitter_between_edges_keeps_its_forward_block_alone():
    circuit = wire_up(
        (splitter(0.5), ("B1", "a", "b", "c", "d")),
        (Edge(), ("E1", "T1", "a"), ("E2", "T1", "b"), ("E3", "c", "T1"),
         ("E4", "d", "T1")),
        reservoirs=["T1"],
    )  # fmt: skip
    found = waves(circuit)
    blocks = found.kept[: found.first_block[1]]
    assert blocks.sum() == 1
    kept_in = found.into.port[found.kept[found.into.block]]
    # Ports 0 and 1 are the splitter's first two pins.
    assert {0, 1} <= set(kept_in.tolist())
    assert not {2, 3} & set(kept_in.tolist())


def test_an_in_line_probe_on_an_edge_loses_its_backward_half():
    circuit = wire_up(
        (Edge(), ("E1", "T1", "a"), ("E2", "b", "T1")),
        (probe(0.3), ("P1", "a", "b", "P", "P")),
        reservoirs=["T1", "P"],
    )
    found = waves(circuit)
    at_probe = circuit.reservoir_of[circuit.groups[1].nodes[0, 2]]
    assert at_probe == 1
    fed = found.kept[found.into.block] & (
        found.ports.reservoir[found.into.port] == at_probe
    )
    # One of the two ports of the probe's reservoir still emits.
    assert fed.sum() == 1


@pytest.mark.parametrize("length", [3, 300])
def test_starvation_runs_down_a_whole_chain(length):
    # Splitters fed by edges: every backward block starves because the next one did.
    names = ["T1"] + [f"n{k}" for k in range(2 * (length + 1))]
    pins = 1 + np.arange(2 * (length + 1)).reshape(-1, 2)
    nodes = np.concatenate([pins[:-1], pins[1:]], axis=1)
    inlet = np.stack([np.zeros(2, int), pins[0]], 1)
    outlet = np.stack([pins[-1], np.zeros(2, int)], 1)
    circuit = from_groups(
        (
            Group(splitter(0.4), [f"B{k}" for k in range(length)], nodes,
                  [None] * length),
            Group(Edge(), ["E1", "E2", "E3", "E4"],
                  np.concatenate([inlet, outlet]), [None] * 4),
        ),
        names,
        1,
    )  # fmt: skip
    found = waves(circuit)
    assert found.kept.sum() == length + 4


def test_an_edge_that_meets_a_mirror_is_refused():
    circuit = wire_up(
        (Edge(), ("Eu", "T1", "u"), ("Ev", "v", "T1")),
        (barrier(0.5), ("B1", "u", "v")),
        reservoirs=["T1"],
    )
    circuit = with_text(circuit, "Eu t1 u\nEv v t1\nB1 u v T=0.5\n")
    (finding,) = [d for d in refusal(circuit) if d.code == "QN405"]
    assert finding.message == (
        "'Eu' brings a wave into 'B1' at node 'u', which sends part of it back, but no "
        "channel leaves there"
    )
    assert finding.primary.span.text == "u"
    assert finding.primary.span.line == 1
    assert [label.span.line for label in finding.others] == [3]


def test_a_splitter_that_lacks_an_input_is_named_with_the_node_it_lacks():
    circuit = wire_up(
        (splitter(0.5), ("B1", "a", "b", "c", "d")),
        (Edge(), ("E1", "T1", "a"), ("E2", "b", "T1"), ("E3", "c", "T1"),
         ("E4", "d", "T1")),
        reservoirs=["T1"],
    )  # fmt: skip
    (finding,) = refusal(circuit)
    assert finding.message == (
        "'E1' brings a wave into 'B1' at node 'a', which lacks the wave that should "
        "enter it at node 'b'"
    )


def test_an_edge_into_the_start_of_nothing_is_refused():
    circuit = wire_up((Edge(), ("E1", "T1", "a"), ("E2", "T1", "a")), reservoirs=["T1"])
    assert {d.message for d in refusal(circuit)} == {
        "'E1' brings a wave into 'E2' at node 'a', which has no channel that enters "
        "there",
        "'E2' brings a wave into 'E1' at node 'a', which has no channel that enters "
        "there",
    }


def test_full_transmission_does_not_change_the_topology():
    # T = 1 sends nothing back, but the model says it may.
    circuit = wire_up(
        (Edge(), ("Eu", "T1", "u"), ("Ev", "v", "T1")),
        (PerChannel(s=((1e-300, 1.0), (1.0, 1e-300))), ("B1", "u", "v")),
        reservoirs=["T1"],
    )
    assert "QN405" in {d.code for d in refusal(circuit)}


def test_an_edge_cannot_end_in_a_contact():
    circuit = wire_up(
        (Edge(nu=2), ("E1", "s", "d1")),
        reservoirs=["s", "d1"],
    )
    found = refusal(circuit)
    assert [d.code for d in found] == ["QN406", "QN406"]
    assert found[0].message == "'s' receives none and emits 2 channels"
    assert found[1].message == "'d1' receives 2 channels and emits none"
    assert "`E9 d1 n1`" in found[1].help


def test_edges_that_close_a_circle_balance():
    circuit = wire_up(
        (Edge(nu=2), ("E1", "a", "b"), ("E2", "b", "c"), ("E3", "c", "a")),
        reservoirs=["a", "b", "c"],
    )
    assert waves(circuit).kept.all()
