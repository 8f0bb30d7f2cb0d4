"""Channel counts spread across joints; where they clash, both ends are shown."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from benchtop import Edge, Given, PerChannel, Wire, barrier, splitter, wire_up
from test_graph import with_text

from qnet.diagnostics import NetlistError
from qnet.network.channels import make_cells
from qnet.network.graph import connect
from qnet.registry import INFER, param


def counts(circuit):
    """Entering channels of the first port of each element, by name."""
    ports = connect(circuit)
    found = {}
    for cell in make_cells(ports):
        names = circuit.groups[cell.group].names
        found.update({names[k]: int(cell.entering[0]) for k in cell.instances})
    return found


def test_counts_spread_through_any_number_of_open_scatterers():
    circuit = wire_up(
        (Wire(), ("W1", "T1", "a"), ("W2", "b", "c"), ("W3", "T1", "T2")),
        (barrier(0.5), ("B1", "a", "b"), ("B3", "T2", "T1")),
        (barrier(0.2, N=3), ("B2", "c", "T2")),
        reservoirs=["T1", "T2"],
    )
    assert counts(circuit) == {"W1": 3, "W2": 3, "B1": 3, "B2": 3, "W3": 1, "B3": 1}


def test_a_group_is_split_by_its_counts_and_keeps_its_numbers():
    phi = np.array([[0.1], [0.2], [0.3]])
    circuit = wire_up(
        (Wire(phi=phi), ("W1", "T1", "a"), ("W2", "T1", "T2"), ("W3", "T1", "b")),
        (barrier(0.5, N=2), ("B1", "a", "T2"), ("B2", "b", "T2")),
        reservoirs=["T1", "T2"],
    )
    ports = connect(circuit)
    cells = [c for c in make_cells(ports) if c.group == 0]
    assert [(c.channels, c.instances.tolist()) for c in cells] == [
        (1, [1]),
        (2, [0, 2]),
    ]
    np.testing.assert_array_equal(cells[1].model(circuit).phi, phi[[0, 2]])


def test_the_very_first_port_tells_its_neighbour():
    circuit = wire_up(
        (barrier(0.2, N=2), ("B1", "a", "T1")),
        (Wire(), ("W1", "a", "T2")),
        reservoirs=["T1", "T2"],
    )
    assert counts(circuit) == {"B1": 2, "W1": 2}


def test_counts_do_not_spread_through_a_scatterer_that_has_its_own():
    narrowing = Given(S=np.eye(3), nch=(2, 1))
    circuit = wire_up(
        (Wire(), ("W1", "T1", "a"), ("W2", "b", "T2")),
        (narrowing, ("X1", "a", "b")),
        reservoirs=["T1", "T2"],
    )
    assert counts(circuit) == {"W1": 2, "W2": 1, "X1": 2}


def test_an_edge_tells_a_splitter_its_count_though_nothing_comes_back():
    circuit = wire_up(
        (Edge(nu=2), ("E1", "T1", "a"), ("E2", "T1", "b"), ("E3", "c", "T2"),
         ("E4", "d", "T2")),
        (splitter(0.5), ("B1", "a", "b", "c", "d")),
        reservoirs=["T1", "T2"],
    )  # fmt: skip
    assert counts(circuit)["B1"] == 2


def test_a_clash_marks_both_ends():
    circuit = wire_up(
        (barrier(0.5, N=2), ("B1", "T1", "a")),
        (barrier(0.5, N=3), ("B2", "a", "T2")),
        reservoirs=["T1", "T2"],
    )
    circuit = with_text(circuit, "B1 T1 a N=2\nB2 a T2 N=3\n")
    with pytest.raises(NetlistError) as caught:
        make_cells(connect(circuit))
    (finding,) = caught.value.diagnostics
    assert finding.code == "QN404"
    assert finding.message == (
        "'B1' carries 2 channels and 'B2' carries 3 channels where they meet "
        "at node 'a'"
    )
    marked = [finding.primary, *finding.others]
    assert sorted(label.text for label in marked) == ["2 channels", "3 channels"]
    assert {label.span.text for label in marked} == {"a"}


def test_who_told_an_inferred_count_is_named_too():
    circuit = wire_up(
        (barrier(0.5, N=2), ("B1", "T1", "a")),
        (Wire(), ("W1", "a", "b"), ("W2", "b", "c")),
        (barrier(0.5, N=3), ("B2", "c", "T2")),
        reservoirs=["T1", "T2"],
    )
    text = "B1 T1 a N=2\nW1 a b\nW2 b c\nB2 c T2 N=3\n"
    with pytest.raises(NetlistError) as caught:
        make_cells(connect(with_text(circuit, text)))
    (finding,) = caught.value.diagnostics
    assert finding.message == (
        "'B1' carries 2 channels and 'W1' carries 3 channels like 'B2' where they meet "
        "at node 'a'"
    )
    assert finding.primary.span.line == 2
    assert sorted(label.span.line for label in finding.others) == [1, 4]


def test_every_clash_is_found_at_once():
    circuit = wire_up(
        (barrier(0.5, N=2), ("B1", "T1", "a"), ("B2", "b", "c")),
        (barrier(0.5, N=3), ("B3", "a", "b"), ("B4", "c", "T1")),
        reservoirs=["T1"],
    )
    with pytest.raises(NetlistError) as caught:
        make_cells(connect(circuit))
    assert [d.code for d in caught.value.diagnostics] == ["QN404"] * 3


@dataclass(frozen=True, eq=False, kw_only=True)
class SpinFilter:
    """A spinful two-port: counts both spins of its N channels itself."""

    N: object = param(INFER, structural=True)
    ports = ("a", "b")
    diagonal = True
    spinful = True

    def channels(self):
        n = None if self.N is INFER else 2 * self.N
        return ((n, n), (n, n))

    def with_channels(self, n):
        return replace(self, N=n)

    def pattern(self):
        return np.ones((2, 2), bool)


def test_models_with_and_without_spin_agree_on_the_number_of_orbital_channels():
    for known, open_ in (
        ((barrier(0.5, N=3), "B1"), (SpinFilter(), "S1")),
        ((SpinFilter(N=3), "S1"), (barrier(0.5), "B1")),
    ):
        circuit = wire_up(
            (known[0], (known[1], "T1", "a")),
            (open_[0], (open_[1], "a", "T2")),
            reservoirs=["T1", "T2"],
            spin="full",
        )
        assert counts(circuit) == {"B1": 6, "S1": 6}


def test_blocks_follow_the_declared_pattern_and_not_the_numbers():
    cells = make_cells(
        connect(
            wire_up(
                (splitter(0.5, N=3), ("B1", "T1", "T1", "T1", "T1")),
                (Given(S=np.eye(4), nch=(2, 2)), ("S1", "T1", "T1")),
                reservoirs=["T1"],
            )
        )
    )
    # A splitter has a forward and a backward block for each channel.
    assert [cell.blocks for cell in cells] == [6, 1]


def test_declared_zeros_between_channels_make_finer_blocks():
    class Crossed(Given):
        def coupling(self):
            return np.kron(np.ones((2, 2)), np.eye(2)).astype(bool)

    (cell,) = make_cells(
        connect(
            wire_up(
                (Crossed(S=np.eye(4), nch=(2, 2)), ("S1", "T1", "T1")),
                reservoirs=["T1"],
            )
        )
    )
    assert cell.blocks == 2
    assert len(cell.out) == 8


def test_ideal_wires_alone_carry_one_channel():
    circuit = wire_up((PerChannel(), ("W1", "T1", "T2")), reservoirs=["T1", "T2"])
    assert counts(circuit) == {"W1": 1}
