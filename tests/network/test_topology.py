"""Topologies that equal circuits share, and those that differ in what they read."""

from dataclasses import dataclass

import numpy as np
import pytest
from benchtop import PerChannel, Wire, barrier, junction, wire_up

import qnet
from qnet.circuit import Circuit
from qnet.limits import LIMITS, set_limit
from qnet.network import topology
from qnet.network.sample import compile_circuit

DEVICE = """
T1 a V=1mV
T2 b V=0
B1 a m T={t}
W1 m n phi=0.3
B2 n b T=0.5 N={modes}
.param t=0.5
.meas g G(T1,T2)
"""


def device(T=0.5, names=("B1", "W1", "B2"), **more) -> Circuit:
    return wire_up(
        (barrier(T), (names[0], "T1", "m")),
        (Wire(phi=0.3), (names[1], "m", "n")),
        (barrier(0.2), (names[2], "n", "T2")),
        reservoirs=["T1", "T2"],
        **more,
    )


def test_circuits_that_differ_in_numbers_and_names_share_what_was_planned():
    first = compile_circuit(device())
    second = compile_circuit(device(0.9, names=("B7", "W8", "B9")))
    assert second.topology is first.topology


def test_a_borrowed_topology_calls_nothing_by_the_names_of_its_first_owner():
    compile_circuit(device())
    second = compile_circuit(device(names=("B7", "W8", "B9")))
    (matrix,) = second.smatrix(np.zeros(1))
    assert second.scattering_labels(matrix)[0] == ("T1:B7.a.0", "T2:B9.b.0")


@pytest.mark.parametrize(
    "other",
    [
        device(spin="full"),
        wire_up(
            (barrier(0.5), ("B1", "T1", "m")),
            (Wire(phi=0.3), ("W1", "n", "m")),
            (barrier(0.2), ("B2", "n", "T2")),
            reservoirs=["T1", "T2"],
        ),
        wire_up(
            (barrier(0.5), ("B1", "T1", "m")),
            (Wire(phi=0.3), ("W1", "m", "n")),
            (junction(0.3), ("Y1", "n", "T2", "T3")),
            reservoirs=["T1", "T2", "T3"],
        ),
    ],
    ids=["spin", "a wire turned round", "a junction"],
)
def test_circuits_of_another_structure_are_planned_anew(other):
    first = compile_circuit(device())
    assert compile_circuit(other).topology is not first.topology


def test_channels_that_neighbours_decide_are_looked_at_again():
    one, two, again = (
        qnet.run(DEVICE.replace("{modes}", str(modes))).measures["g"].values
        for modes in (1, 2, 1)
    )
    assert two == pytest.approx(2 * one, rel=1e-12)
    assert again == one


@dataclass(frozen=True, eq=False, kw_only=True)
class Turncoat(PerChannel):
    """Couples its channels by one pattern or another once it knows how many."""

    mixes: bool = False

    @property
    def diagonal(self):
        return self.N != 2 or not self.mixes


def test_models_that_differ_once_their_neighbours_have_told_them_the_channels():
    def between(mixes):
        full = ((0.5, 0.5), (0.5, -0.5))
        return wire_up(
            (barrier(0.5, N=2), ("B1", "T1", "m")),
            (Turncoat(s=full, mixes=mixes), ("S1", "m", "T2")),
            reservoirs=["T1", "T2"],
        )

    apart, mixed, again = (
        compile_circuit(between(mixes)).topology for mixes in (False, True, False)
    )
    assert apart.shapes[0].entering == 2
    assert mixed.shapes[0].entering == 4
    assert again.shapes[0].entering == 2


def test_no_more_topologies_are_kept_than_are_told(monkeypatch):
    monkeypatch.setattr(topology, "REMEMBERED", 2)
    first = compile_circuit(device())
    for points in (2, 3):
        compile_circuit(device(), points=points)
    assert compile_circuit(device()).topology is not first.topology
    assert len(topology._known) == 2


def test_large_circuits_are_not_kept(monkeypatch):
    monkeypatch.setattr(topology, "MODEST", 5)
    first = compile_circuit(device())
    assert compile_circuit(device()).topology is not first.topology


def test_a_limit_that_was_lowered_still_refuses():
    compile_circuit(device())
    before = LIMITS["matrix memory"].value
    try:
        set_limit("matrix memory", 1e-12)
        with pytest.raises(qnet.LimitError):
            compile_circuit(device())
    finally:
        set_limit("matrix memory", before)


def test_what_fails_fails_again_with_the_names_of_its_own_text():
    text = "T1 a V=1mV\nB1 a m T=0.5\n.meas g G(T1,T1)\n"
    for name in ("B1", "B5"):
        with pytest.raises(qnet.NetlistError, match=f"'{name}'"):
            qnet.run(text.replace("B1", name))
