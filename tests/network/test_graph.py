"""Joints, leads and islands; what a wrong joint is told."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from benchtop import PerChannel, Wire, barrier, junction, wire_up

from qnet.diagnostics import NetlistError, Source, Span, render
from qnet.network.graph import (
    circuit_graph,
    connect,
    element_islands,
    interference_loops,
)


def with_text(circuit, text):
    """The same circuit, each element placed on the line that begins with its name."""
    source = Source("test.qnet", text)
    starts = {
        line.split()[0]: Span(source, at, at + len(line))
        for at, line in zip(source.line_starts, text.splitlines(), strict=False)
        if line
    }
    groups = tuple(
        replace(group, spans=[starts[name] for name in group.names])
        for group in circuit.groups
    )
    return replace(circuit, groups=groups)


def refusal(circuit):
    with pytest.raises(NetlistError) as caught:
        connect(circuit)
    return caught.value.diagnostics


def test_three_pins_at_a_joint_are_shown_one_by_one():
    circuit = wire_up(
        (Wire(), ("W1", "T1", "mid"), ("W2", "mid", "T2"), ("W3", "x.mid", "T2")),
        reservoirs=["T1", "T2"],
    )
    groups = (replace(circuit.groups[0], nodes=np.array([[0, 2], [2, 1], [2, 1]])),)
    circuit = with_text(
        replace(circuit, groups=groups),
        "W1 T1 mid phi=1\nW2 mid T2\nW3 mid T2\n",
    )
    (finding,) = refusal(circuit)
    assert render([finding]) == (
        "test.qnet:3:4: error[QN402]: node 'mid' joins three pins\n"
        "  |\n"
        "1 | W1 T1 mid phi=1\n"
        "  |       --- first\n"
        "2 | W2 mid T2\n"
        "  |    --- second\n"
        "3 | W3 mid T2\n"
        "  |    ^^^ third\n"
        "  = why:  a coherent joint connects exactly two waves; a node is not an "
        "equipotential\n"
        "  = help: a splitter? `Y1 mid n1 n2`   a contact? `T9 mid`   a probe? `P9 mid`"
    )


def test_a_dangling_end_and_a_crowded_joint_are_reported_together():
    circuit = wire_up(
        (Wire(), ("W1", "T1", "end"), ("W2", "T1", "m"), ("W3", "m", "T1"),
         ("W4", "m", "T1")),
        reservoirs=["T1"],
    )  # fmt: skip
    found = refusal(circuit)
    assert [d.code for d in found] == ["QN401", "QN402"]
    assert found[0].message == "dangling end: 'W1' alone touches node 'end'"


def test_a_closed_piece_has_no_reservoir_in_reach():
    circuit = wire_up(
        (Wire(), ("W1", "T1", "T2"), ("W2", "a", "b"), ("W3", "b", "a")),
        reservoirs=["T1", "T2"],
    )
    (finding,) = refusal(circuit)
    assert finding.code == "QN403"
    assert "'W2', 'W3'" in finding.message


def test_pins_in_subcircuits_are_found_by_their_local_name():
    circuit = wire_up((Wire(), ("W1", "T1", "x1.end")), reservoirs=["T1"])
    (finding,) = refusal(with_text(circuit, "W1 in end phi=2\n"))
    assert finding.primary.span.text == "end"


def ring():
    return wire_up(
        (junction(0.3), ("Y1", "T1", "a", "b"), ("Y2", "T2", "c", "d")),
        (Wire(), ("W1", "a", "c"), ("W2", "b", "d"), ("W3", "T1", "T2")),
        reservoirs=["T1", "T2"],
    )


def test_a_ring_has_one_loop_and_keeps_both_arms():
    graph = circuit_graph(ring())
    assert interference_loops(graph) == 1
    assert graph.number_of_edges(("element", "Y1"), ("element", "W1")) == 1
    assert graph.degree(("reservoir", "T1")) == 2
    assert set(graph[("element", "Y1")][("element", "W2")]) == {"b"}


def test_reservoirs_cut_loops():
    circuit = wire_up(
        (barrier(0.5), ("B1", "T1", "T2"), ("B2", "T2", "T1")),
        reservoirs=["T1", "T2"],
    )
    assert interference_loops(circuit_graph(circuit)) == 0


@pytest.mark.parametrize("seed", range(10))
def test_element_islands_are_the_components_without_reservoirs(seed):
    rng = np.random.default_rng(seed)
    count = 12
    node = [f"n{k}" for k in range(count)]
    order = rng.permutation(2 * count)
    ends = [None] * (2 * count)
    for k in range(count // 2):
        ends[order[2 * k]] = ends[order[2 * k + 1]] = node[k]
    names = [e or f"T{k}" for k, e in enumerate(ends)]
    circuit = wire_up(
        (
            PerChannel(),
            *((f"W{k}", names[2 * k], names[2 * k + 1]) for k in range(count)),
        ),
        reservoirs=[name for name in names if name.startswith("T")],
    )
    try:
        labels = element_islands(connect(circuit))
    except NetlistError:
        return
    graph = circuit_graph(circuit)
    inner = graph.subgraph(v for v in graph if v[0] == "element")
    pieces = list(nx.connected_components(inner))
    assert len(pieces) == labels.max() + 1
    for piece in pieces:
        assert len({int(labels[int(name[1:])]) for _, name in piece}) == 1
