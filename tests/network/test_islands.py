"""Which islands there are, and which are alike."""

import numpy as np
from benchtop import (
    Given,
    PerChannel,
    Wire,
    barrier,
    junction,
    probe,
    random_unitary,
    wire_up,
)

from qnet.network import islands
from qnet.network.channels import make_cells
from qnet.network.graph import connect
from qnet.network.islands import make_shapes
from qnet.network.waves import make_waves
from qnet.registry import ReservoirKind


def shapes(circuit):
    ports = connect(circuit)
    return make_shapes(make_waves(ports, make_cells(ports)))


def test_reservoirs_cut_a_circuit_into_islands_of_one_shape():
    circuit = wire_up(
        (barrier(0.5), ("B1", "T1", "a"), ("B2", "a", "P"), ("B3", "P", "b"),
         ("B4", "b", "T2")),
        reservoirs=["T1", "P", "T2"],
    )  # fmt: skip
    (shape,) = shapes(circuit)
    assert (shape.islands, shape.blocks, shape.internal) == (2, 2, 2)
    assert shape.outgoing.tolist() == [[0, 1], [1, 2]]


def test_islands_wired_differently_differ_in_shape():
    # The same three scatterers: once the junction's stem is outside, once an arm.
    circuit = wire_up(
        (junction(0.3), ("Y1", "T1", "a", "b"), ("Y2", "c", "T1", "d")),
        (Wire(), ("W1", "a", "T2"), ("W2", "b", "T2"), ("W3", "c", "T2"),
         ("W4", "d", "T2")),
        reservoirs=["T1", "T2"],
    )  # fmt: skip
    assert [s.islands for s in shapes(circuit)] == [1, 1]


def test_directions_that_never_meet_are_islands_of_their_own():
    circuit = wire_up(
        (probe(0.3), ("P1", "T1", "a", "P", "P"), ("P2", "a", "T2", "P", "P")),
        reservoirs=["T1", "T2", "P"],
    )
    found = shapes(circuit)
    assert sum(s.islands for s in found) == 2
    assert all(s.internal == 1 and s.is_forest for s in found)


def test_spins_are_islands_of_their_own_and_couple_at_a_superconductor():
    elements = ((barrier(0.5, N=2), ("B1", "T1", "S")),)
    normal = wire_up(*elements, reservoirs=["T1", "S"], spin="full")
    assert [(s.islands, s.entering) for s in shapes(normal)] == [(4, 2)]
    kinds = [ReservoirKind.NORMAL, ReservoirKind.SUPERCONDUCTOR]
    mirror = wire_up(*elements, reservoirs=["T1", "S"], spin="full", kinds=kinds)
    (shape,) = shapes(mirror)
    assert (shape.islands, shape.entering) == (2, 4)
    assert shape.mirrored


def test_both_directions_stay_together_at_a_superconductor():
    elements = ((PerChannel(), ("W1", "T1", "S")),)
    assert [s.islands for s in shapes(wire_up(*elements, reservoirs=["T1", "S"]))] == [
        1, 1,
    ]  # fmt: skip
    kinds = [ReservoirKind.NORMAL, ReservoirKind.SUPERCONDUCTOR]
    (shape,) = shapes(wire_up(*elements, reservoirs=["T1", "S"], kinds=kinds))
    assert (shape.islands, shape.blocks) == (1, 2)
    assert not shape.is_forest


def test_a_closed_wave_without_leads_is_left_out():
    # Wires make two one-way circles; the third element feeds terminals alone.
    S = random_unitary(np.random.default_rng(1), 2)
    circuit = wire_up(
        (PerChannel(s=((0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0))),
         ("X1", "a", "b", "T1", "T1")),
        (Wire(), ("W1", "b", "a")),
        (Given(S=S, nch=(1, 1)), ("S1", "T1", "T1")),
        reservoirs=["T1"],
    )  # fmt: skip
    assert sum(s.islands for s in shapes(circuit)) == 3


def test_long_islands_are_told_apart_like_short_ones(monkeypatch):
    circuit = wire_up(
        (barrier(0.5), ("B1", "T1", "a"), ("B2", "a", "P"), ("B3", "P", "b"),
         ("B4", "b", "T2"), ("B5", "T1", "c"), ("B6", "c", "d"), ("B7", "d", "T2")),
        (Wire(), ("W1", "T1", "e"), ("W2", "e", "P"), ("W3", "T2", "f"),
         ("W4", "f", "P")),
        reservoirs=["T1", "P", "T2"],
    )  # fmt: skip
    short = shapes(circuit)
    monkeypatch.setattr(islands, "LONG", 0)
    long = shapes(circuit)
    assert [s.islands for s in long] == [s.islands for s in short]
    assert max(s.islands for s in long) > 1
    for one, other in zip(short, long, strict=True):
        for name in ("row", "col", "joint", "outgoing", "incoming"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
