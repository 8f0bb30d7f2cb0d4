"""Compiled circuits against closed forms, and against an independent dense solve."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from benchtop import (
    Edge,
    Given,
    Levels,
    PerChannel,
    Wire,
    barrier,
    from_groups,
    junction,
    probe,
    random_unitary,
    splitter,
    wire_up,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import collected, dense_smatrix

from qnet.circuit import Group
from qnet.diagnostics import NetlistError
from qnet.network.matrix import Mark
from qnet.network.sample import compile_circuit

AT_ZERO = np.zeros(1)
DATA = Path(__file__).parents[1] / "data"


def transmission(circuit, energy=AT_ZERO):
    """Dense probability matrix (..., to, from) of a small circuit."""
    flows = compile_circuit(circuit).flows(energy)
    P = np.zeros((*flows.values.shape[:-1], flows.size, flows.size))
    P[..., flows.rows, flows.cols] = flows.values
    return P


def phase(*values):
    """Real parameter along (instance, energy)."""
    return np.array(values, float).reshape(-1, 1)


# Closed forms


@pytest.mark.parametrize(
    ("theta", "T"), [(0, 0.8119099), (1, 0.25416628), (np.pi, 0.07697898)]
)
def test_two_barriers_are_a_fabry_perot_resonator(theta, T):
    # theta is the phase of one round trip; rounded to the eight digits quoted.
    circuit = wire_up(
        (barrier(0.3), ("B1", "T1", "x")),
        (Wire(phi=phase(theta / 2)), ("W", "x", "y")),
        (barrier(0.6), ("B2", "y", "T2")),
        reservoirs=["T1", "T2"],
    )
    t1, t2 = 0.3, 0.6
    # Each i sqrt(T) transmits in quadrature; reflections are real and positive.
    airy = t1 * t2 / abs(1 - np.sqrt((1 - t1) * (1 - t2)) * np.exp(1j * theta)) ** 2
    assert transmission(circuit)[0, 1, 0] == pytest.approx(T, abs=6e-9)
    assert transmission(circuit)[0, 1, 0] == pytest.approx(airy, rel=1e-13)


def ring(eps, theta, flux, taps=("T1", "T2")):
    return wire_up(
        (junction(eps), ("Y1", taps[0], "a1", "b1"), ("Y2", taps[1], "a2", "b2")),
        (
            Wire(phi=phase(theta, theta), flux=phase(flux / 2, -flux / 2)),
            ("W1", "a1", "a2"),
            ("W2", "b1", "b2"),
        ),
        reservoirs=list(taps),
    )


@pytest.mark.parametrize(
    ("eps", "phi", "T"),
    [
        (0.5, 0, 1),
        (0.5, 0.7, 0.99579913),
        (0.5, 2.5, 0.31285204),
        (0.25, 0, 0.11865838),
        (0.25, 0.7, 0.13579652),
        (0.25, 2.5, 0.999973),
    ],
)
def test_symmetric_ring_follows_buttiker_imry_azbel(eps, phi, T):
    # Phys. Rev. A 30, 1982 (1984); Gefen, Imry, Azbel, Phys. Rev. Lett. 52, 129 (1984).
    theta = 1.3
    c = np.sqrt(1 - 2 * eps)
    a, b, z = (c - 1) / 2, (c + 1) / 2, np.exp(1j * theta)
    round_trip = 1 - 2 * z**2 * (a**2 + b**2 * np.cos(phi)) + c**2 * z**4
    exact = abs(2 * eps * z * np.cos(phi / 2) * (1 - z**2) / round_trip) ** 2
    found = transmission(ring(eps, theta, phi / (2 * np.pi)))[0, 1, 0]
    assert found == pytest.approx(T, abs=6e-9)
    assert found == pytest.approx(exact, rel=1e-12)


def test_a_decoupled_ring_state_is_marked_and_takes_the_smallest_solution():
    # theta = n pi without flux: the odd state of the ring meets no lead.
    sample = compile_circuit(ring(0.25, np.pi, 0.0))
    (matrix,) = sample.smatrix(AT_ZERO)
    assert matrix.marked.ravel().tolist() == [Mark.SINGULAR]
    near = compile_circuit(ring(0.25, np.pi + 1e-4, 0.0)).smatrix(AT_ZERO)[0]
    np.testing.assert_allclose(matrix.S, near.S, atol=2e-3)
    assert matrix.defect.max() < 1e-13


def test_three_way_junction_gives_its_published_transmissions():
    eps, b = 0.3, (np.sqrt(0.4) + 1) / 2
    T = transmission(
        wire_up((junction(eps), ("Y", "s", "u", "l")), reservoirs=["s", "u", "l"])
    )[0]
    assert T[1, 2] == pytest.approx(b**2, rel=1e-14)
    assert T[1, 0] == pytest.approx(eps, rel=1e-14)
    assert T[1, 2] + eps / 2 == pytest.approx(0.816227766, abs=1e-9)
    third = 2 / 3 - np.eye(3)
    kirchhoff = wire_up(
        (Given(S=third, nch=(1, 1, 1)), ("Y", "s", "u", "l")),
        reservoirs=["s", "u", "l"],
    )
    assert transmission(kirchhoff)[0, 1, 0] == pytest.approx(4 / 9, rel=1e-14)


def mach_zehnder(phi, TA=0.3, TB=0.6):
    return wire_up(
        (Edge(phase=phase(0, 0, phi, 0, 0, 0)),
         ("Ea", "s", "a1"), ("Eb", "s2", "a2"), ("Eu", "u0", "u3"),
         ("El", "l0", "l3"), ("E1", "o1", "d1"), ("E2", "o2", "d2")),
        (Edge(), ("E3", "d1", "s"), ("E4", "d2", "s2")),
        (splitter(TA), ("B1", "a1", "a2", "u0", "l0")),
        (splitter(TB), ("B2", "u3", "l3", "o1", "o2")),
        reservoirs=["s", "s2", "d1", "d2"],
    )  # fmt: skip


@pytest.mark.parametrize("phi", [0.0, 0.9, 2.1, np.pi])
def test_mach_zehnder_interferes_and_its_backward_blocks_vanish(phi):
    # Ji et al., Nature 422, 415 (2003): same-side output in terms of TA, TB.
    TA, TB = 0.3, 0.6
    RA, RB = 1 - TA, 1 - TB
    P = transmission(mach_zehnder(phi))[0]
    same = RA * RB + TA * TB - 2 * np.sqrt(RA * RB * TA * TB) * np.cos(phi)
    assert P[2, 0] == pytest.approx(same, rel=1e-13)
    assert P[3, 0] == pytest.approx(1 - same, rel=1e-13)
    assert P[0, 0] == P[0, 1] == 0
    # One edge channel everywhere: the backward blocks are not counted.
    flows = compile_circuit(mach_zehnder(phi)).flows(AT_ZERO)
    assert flows.fed.tolist() == [[1, 1, 1, 1]]


# Against an independent solver


def random_case(case, b):
    """Circuit of tests/data/random_networks.json: every channel is a port."""
    net = case["net"]
    reservoirs = ["T0", "T1", "T2", "T3"]
    node = {}
    for name, channels in zip(reservoirs, net["terminals"], strict=True):
        node.update({tuple(channel): name for channel in channels})
    elements = []
    for k, ((i, p), (j, q), phi, tau, ab) in enumerate(net["wires"]):
        node[i, p], node[j, q] = f"l{k}", f"r{k}"
        wire = Wire(phi=phase(phi), tau=tau, flux=phase(b * ab / (2 * np.pi)))
        elements.append((wire, (f"W{k}", f"l{k}", f"r{k}")))
    for k, described in enumerate(net["scatterers"]):
        if described["type"] == "const":
            S = np.array(described["S"]) @ [1, 1j]
            model = Given(S=S, nch=(1,) * len(S))
        else:
            H, A, W = (np.array(described[key]) for key in ("H0", "A", "W"))
            model = Levels(H=H + 1j * b * A, W=W)
        size = len(model.ports)
        elements.append((model, (f"S{k}", *(node[k, c] for c in range(size)))))
    circuit = wire_up(*elements, reservoirs=reservoirs)
    first = 2 * len(net["wires"])
    sizes = np.cumsum([0] + [len(e[0].ports) for e in elements[len(net["wires"]) :]])
    labels = [
        (first + int(sizes[k]) + c, 0) for lead in net["terminals"] for k, c in lead
    ]
    return circuit, labels


@pytest.mark.parametrize("number", range(5))
def test_random_networks_agree_with_the_published_matrices(number):
    cases = json.loads((DATA / "random_networks.json").read_text())["cases"]
    for output in cases[number]["outputs"]:
        circuit, labels = random_case(cases[number], output["b"])
        matrices = compile_circuit(circuit).smatrix(np.array([output["E0"]]))
        expected = np.array(output["S"]) @ [1, 1j]
        np.testing.assert_allclose(collected(matrices, labels), expected, atol=1e-9)


@st.composite
def networks(draw):
    """Random unitaries with random joints between ports of equally many channels."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    channels = draw(st.integers(1, 3))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    ends = [(k, p) for k, size in enumerate(sizes) for p in range(size)]
    rng.shuffle(ends)
    # Ends 0 and 1 stay open, so that something is left to ask; others pair up.
    joints = draw(st.integers(0, max(0, (len(ends) - 2) // 2)))
    reservoirs = [f"T{k}" for k in range(3)]
    node = {tuple(end): reservoirs[k % 3] for k, end in enumerate(ends)}
    for j in range(joints):
        for end in (ends[2 + 2 * j], ends[3 + 2 * j]):
            node[tuple(end)] = f"n{j}"
    # An element all of whose pins are joints may lie in a closed piece: refused.
    elements = [
        (
            Given(S=random_unitary(rng, size * channels), nch=(channels,) * size),
            (f"S{k}", *(node[k, p] for p in range(size))),
        )
        for k, size in enumerate(sizes)
    ]
    return wire_up(*elements, reservoirs=reservoirs)


def has_a_closed_piece(circuit):
    graph = nx.Graph()
    for group in circuit.groups:
        for nodes in group.nodes.tolist():
            graph.add_edges_from((group.names[0], node) for node in nodes)
    pieces = nx.connected_components(graph)
    return any(not {0, 1, 2} & piece for piece in pieces)


@settings(deadline=None, max_examples=120)
@given(networks())
def test_random_networks_are_unitary_and_equal_to_the_dense_solve(circuit):
    if has_a_closed_piece(circuit):
        with pytest.raises(NetlistError, match="QN403"):
            compile_circuit(circuit)
        return
    matrices = compile_circuit(circuit).smatrix(AT_ZERO)
    expected, labels, _, condition = dense_smatrix(circuit)
    S = collected(matrices, labels)
    np.testing.assert_allclose(S, expected, atol=1e-12 * condition)
    np.testing.assert_allclose(
        S.conj().T @ S, np.eye(len(S)), atol=1e-12 * min(condition, 1e3)
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.45))
def test_reversing_every_odd_phase_transposes_S(seed, eps):
    rng = np.random.default_rng(seed)
    flux = rng.normal(size=(3, 1))

    def circuit(sense):
        return wire_up(
            (junction(eps), ("Y1", "T1", "a", "b"), ("Y2", "T2", "c", "d"),
             ("Y3", "T3", "e", "f")),
            (Wire(phi=phase(0.4, 1.1, 2.9), flux=sense * flux),
             ("W1", "a", "c"), ("W2", "d", "e"), ("W3", "f", "b")),
            reservoirs=["T1", "T2", "T3"],
        )  # fmt: skip

    (ahead,) = compile_circuit(circuit(1)).smatrix(AT_ZERO)
    (back,) = compile_circuit(circuit(-1)).smatrix(AT_ZERO)
    np.testing.assert_allclose(ahead.S, back.S.swapaxes(-1, -2), atol=1e-11)
    assert not np.allclose(ahead.S, ahead.S.swapaxes(-1, -2), atol=1e-3)


# Batches


def resonators(phi, tau=0.0, T=0.3, shape=()):
    """Two barriers with a wire between, as often as `phi` is long."""
    count = len(phi)
    names = ["T1", "T2", *(f"{k}.{n}" for k in range(count) for n in "xy")]
    left = np.array([[0, 2 + 2 * k] for k in range(count)])
    right = np.array([[3 + 2 * k, 1] for k in range(count)])
    middle = np.array([[2 + 2 * k, 3 + 2 * k] for k in range(count)])
    none = [None] * count
    groups = (
        Group(barrier(T), [f"B{k}" for k in range(count)], left, none),
        Group(Wire(phi=phi, tau=tau), [f"W{k}" for k in range(count)], middle, none),
        Group(barrier(0.6), [f"C{k}" for k in range(count)], right, none),
    )
    return from_groups(groups, names, 2, shape)


def test_equal_islands_are_one_shape_and_equal_those_composed_alone():
    phi = phase(*np.linspace(0, 3, 7))
    (together,) = compile_circuit(resonators(phi)).smatrix(AT_ZERO)
    assert together.S.shape == (7, 1, 2, 2)
    for k in range(7):
        (alone,) = compile_circuit(resonators(phi[k : k + 1])).smatrix(AT_ZERO)
        np.testing.assert_array_equal(together.S[k], alone.S[0])


def test_a_sweep_equals_its_points():
    phi = np.linspace(0, 3, 5).reshape(1, 5, 1, 1) + np.zeros((2, 1, 1, 1))
    tau = np.linspace(1, 2, 3).reshape(1, 1, 3, 1)
    energy = np.linspace(-1, 1, 4).reshape(1, 1, 4)
    (swept,) = compile_circuit(resonators(phi, tau, shape=(5, 3))).smatrix(energy)
    assert swept.S.shape == (2, 5, 3, 4, 2, 2)
    for i, j, k in np.ndindex(5, 3, 4):
        one = resonators(phi[:, i, 0], tau[0, 0, j])
        (alone,) = compile_circuit(one).smatrix(energy[0, 0, k : k + 1])
        np.testing.assert_allclose(swept.S[:, i, j, k], alone.S[:, 0], atol=1e-14)


def test_long_batches_are_cut_without_a_trace():
    energy = np.linspace(0, 5, 20001)
    circuit = resonators(phase(0.1, 0.2), tau=np.ones((1, 1)))
    (matrix,) = compile_circuit(circuit).smatrix(energy)
    for k in (0, 4095, 4096, 8191, 20000):
        (one,) = compile_circuit(circuit).smatrix(energy[k : k + 1])
        np.testing.assert_allclose(matrix.S[:, k], one.S[:, 0], atol=1e-14)


def test_what_does_not_depend_on_the_sweep_keeps_axes_of_length_one():
    circuit = resonators(np.full((1, 1, 1), 0.3), shape=(50,))
    sample = compile_circuit(circuit)
    energy = np.linspace(0, 1, 9)[None]
    (matrix,) = sample.smatrix(energy)
    assert matrix.S.shape == (1, 1, 1, 2, 2)
    assert sample.flows(energy).values.shape[:-1] == (1, 1)


def test_channels_that_do_not_mix_are_islands_of_their_own():
    circuit = wire_up(
        (barrier(0.3, N=4), ("B1", "T1", "x")),
        (barrier(0.6), ("B2", "x", "T2")),
        reservoirs=["T1", "T2"],
    )
    (matrix,) = compile_circuit(circuit).smatrix(AT_ZERO)
    assert matrix.S.shape == (4, 1, 2, 2)
    np.testing.assert_array_equal(matrix.in_channels[:, 0, 1], np.arange(4))
    assert compile_circuit(circuit).flows(AT_ZERO).fed.tolist() == [[4, 4]]


def test_splitting_a_wire_and_renaming_nodes_change_nothing():
    whole = ring(0.25, 1.3, 0.2)
    split = wire_up(
        (junction(0.25), ("Y2", "T2", "z", "m"), ("Y1", "T1", "k", "q")),
        (
            Wire(phi=phase(0.5, 1.3, 0.8), flux=phase(0.03, -0.1, 0.07)),
            ("W1", "k", "h"),
            ("W2", "q", "m"),
            ("W3", "h", "z"),
        ),
        reservoirs=["T2", "T1"],
    )
    one, other = transmission(whole)[0], transmission(split)[0]
    np.testing.assert_allclose(one, other[::-1, ::-1], atol=1e-13)
    amplitude = [compile_circuit(c).smatrix(AT_ZERO)[0].S[0, 0] for c in (whole, split)]
    np.testing.assert_allclose(amplitude[0], amplitude[1][::-1, ::-1], atol=1e-13)


# Spin, lever arms, reuse


def test_full_spin_doubles_every_channel_of_a_model_without_spin():
    elements = (
        (barrier(0.3, N=2), ("B1", "T1", "x")),
        (barrier(0.6), ("B2", "x", "T2")),
    )
    once = wire_up(*elements, reservoirs=["T1", "T2"])
    twice = wire_up(*elements, reservoirs=["T1", "T2"], spin="full")
    np.testing.assert_allclose(transmission(twice), 2 * transmission(once), rtol=1e-14)
    (matrix,) = compile_circuit(twice).smatrix(AT_ZERO)
    assert sorted(matrix.in_channels[:, 0, 1].tolist()) == [0, 1, 2, 3]


def test_a_sample_of_equal_structure_lends_its_plans():
    first = ring(0.25, 1.3, 0.2)
    sample = compile_circuit(wire_up_like(first, "s"))
    again = compile_circuit(wire_up_like(ring(0.25, 0.7, 0.1), "s"), like=sample)
    assert again.topology is sample.topology
    np.testing.assert_array_equal(
        again.smatrix(AT_ZERO)[0].S,
        compile_circuit(ring(0.25, 0.7, 0.1)).smatrix(AT_ZERO)[0].S,
    )
    longer = wire_up_like(resonators(phase(0.1, 0.2)), "t")
    assert compile_circuit(longer, like=sample).topology is not sample.topology


def wire_up_like(circuit, structure):
    from dataclasses import replace

    return replace(circuit, structure=structure)


def test_lever_arms_shift_the_energy_of_their_elements_alone():
    from dataclasses import replace

    from qnet.circuit import Lever

    circuit = resonators(phase(0.1, 0.2), tau=np.full((1, 1), 3.0))
    lever = Lever(np.array([[0, 1], [0, 1]]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    barriers, wires, others = circuit.groups
    circuit = replace(circuit, groups=(barriers, replace(wires, lever=lever), others))
    sample = compile_circuit(circuit)
    (shifted,) = sample.smatrix(AT_ZERO, np.array([0.2, 0.4]))
    for k, energy in enumerate((0.3, 0.2)):
        (plain,) = sample.smatrix(np.array([energy]))
        np.testing.assert_allclose(shifted.S[k], plain.S[k], atol=1e-15)


def test_labels_name_reservoir_port_and_channel():
    sample = compile_circuit(ring(0.25, 1.3, 0.2))
    (matrix,) = sample.smatrix(AT_ZERO)
    assert sample.scattering_labels(matrix) == (("T1:Y1.a.0", "T2:Y2.a.0"),) * 2


# Doubtful numbers


def test_a_model_that_gives_nan_marks_its_points_alone():
    circuit = resonators(np.array([[0.1, np.nan, 0.3]]))
    (matrix,) = compile_circuit(circuit).smatrix(np.zeros(3))
    assert matrix.marked[0].tolist() == [Mark.GOOD, Mark.NOT_FINITE, Mark.GOOD]
    assert np.isfinite(matrix.S[0, [0, 2]]).all()


def test_the_defect_of_a_lossy_scatterer_is_reported_and_not_hidden():
    lossy = PerChannel(s=((0.0, np.sqrt(0.9)), (np.sqrt(0.9), 0.0)))
    circuit = wire_up(
        (barrier(0.5), ("B1", "T1", "x")),
        (lossy, ("S1", "x", "T2")),
        reservoirs=["T1", "T2"],
    )
    (matrix,) = compile_circuit(circuit).smatrix(AT_ZERO)
    assert matrix.defect.max() > 0.05
    assert matrix.marked.max() == Mark.GOOD


def test_an_in_line_probe_takes_what_leaks():
    # Buettiker, Phys. Rev. B 33, 3020 (1986): a wire with one probe, G = 1 - eps/2.
    circuit = wire_up(
        (probe(0.4), ("P1", "T1", "T2", "P", "P")), reservoirs=["T1", "T2", "P"]
    )
    T = transmission(circuit)[0]
    through = T[1, 0] + T[1, 2] * T[2, 0] / (T[2, 0] + T[2, 1])
    assert through == pytest.approx(0.8, rel=1e-14)
