"""Laws that change the netlist and not the physics: answers stay, to rounding.

Every law is held on random networks to 1e-12 times the condition of their waves.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qnet
from qnet.constants import Gq
from tests.independent import networks as make
from tests.independent.circuits import cold_conductance, linear
from tests.independent.dense import Dense
from tests.independent.drawn import cold, is_sound
from tests.independent.networks import Network, Reservoir

BOUND = 1e-12
EXAMPLES = settings(max_examples=6, derandomize=True)


def sound(number: int) -> Network:
    """A random network in which everything is tied to a held voltage."""
    return next(cold(s) for s in count(number * 1000) if is_sound(cold(s)))


networks = st.integers(0, 10**6).map(sound)
seeds = st.integers(0, 2**32 - 1)


def answers(network, text=None):
    """G, V and I by the name of the reservoir, in lower case."""
    report = qnet.run(text or network.netlist(".op", ".gmatrix"))
    op, G = report["op"], report["gmatrix"]["all reservoirs"]
    names = [name.lower() for name in op["voltage"].labels["reservoir"]]
    return names, G.values, op["voltage"].values, op["current"].values


def tolerance(network):
    """Bounds of G (Gq) and of voltages (V)."""
    dense = Dense(network)
    G = cold_conductance(dense)
    expected = linear(dense, G * Gq)
    bound = BOUND * dense.condition * max(1.0, abs(G).max())
    volts = bound * expected.condition * (abs(expected.voltage).max() + 1e-12)
    return bound, volts


def assert_equal(network, before, after, rename=lambda name: name):
    """The same numbers at the same reservoirs, whatever they are called now."""
    names, G, V, current = before
    others, G2, V2, current2 = after
    assert len(names) == len(others)
    where = [others.index(rename(name)) for name in names]
    bound, volts = tolerance(network)
    assert abs(G - G2[np.ix_(where, where)]).max() <= bound
    assert abs(V - V2[where]).max() <= volts
    assert abs(current - current2[where]).max() <= 10 * Gq * volts


@EXAMPLES
@given(networks, seeds)
def test_card_order_means_nothing(network, seed):
    text = network.netlist(".op", ".gmatrix")
    head, *cards = text.splitlines()
    np.random.default_rng(seed).shuffle(cards)
    shuffled = "\n".join([head, *cards, ""])
    assert_equal(network, answers(network), answers(network, shuffled))


@EXAMPLES
@given(networks, seeds)
def test_names_of_nodes_and_elements_mean_nothing(network, seed):
    random = np.random.default_rng(seed)
    nodes = sorted({n for one in network.elements for n in one.nodes})
    own = {name for one in network.elements for name, _ in one.own}
    tail = {n: f"z{k}" for n, k in zip(nodes, random.permutation(999), strict=False)}
    word = {}

    def renamed(one):
        name = f"{one.name[0]}q{random.integers(10**9)}_{one.name[1:]}"
        word[one.name.lower()] = name.lower()
        kept = [n if n in own else tail[n] for n in one.nodes]
        return replace(one, name=name, nodes=tuple(kept))

    other = replace(
        network,
        elements=tuple(map(renamed, network.elements)),
        reservoirs=tuple(replace(r, node=tail[r.node]) for r in network.reservoirs),
        lumped=tuple(
            replace(x, nodes=tuple(tail.get(n, n) for n in x.nodes))
            for x in network.lumped
        ),
    )

    def rename(name):
        head, dot, rest = name.partition(".")
        return word.get(head, head) + dot + rest

    assert_equal(network, answers(network), answers(other), rename)


def rejoined(network, flux):
    """A wire at every joint; `flux(k, m)` from element k to element m."""
    held = {r.node for r in network.reservoirs} | {"0", "line"}
    seen: dict[str, int] = {}
    elements, wires = [], []
    for k, one in enumerate(network.elements):
        nodes = list(one.nodes)
        shown = one.pins_on_card or len(nodes)
        for pin, node in enumerate(nodes[:shown]):
            if node in held:
                continue
            if node in seen:
                nodes[pin] = f"{node}_b"
                N = sum(1 for p, _ in (*one.ins, *one.outs) if p == pin)
                N = max(N // 2, sum(1 for p, _ in one.ins if p == pin)) or N
                turn = flux(seen[node], k)
                pins = (node, f"{node}_b")
                wires.append(make.wire(f"g{len(wires)}", pins, N, 0.0, turn))
            else:
                seen[node] = k
        elements.append(replace(one, nodes=tuple(nodes)))
    return replace(network, elements=(*elements, *wires))


@EXAMPLES
@given(networks, seeds)
def test_a_gauge_transformation_changes_nothing(network, seed):
    gauge = np.random.default_rng(seed).normal(size=len(network.elements))
    other = rejoined(network, lambda k, m: float(gauge[m] - gauge[k]))
    assert_equal(network, answers(network), answers(other))


@EXAMPLES
@given(networks)
def test_a_wire_of_no_length_is_nothing(network):
    assert_equal(network, answers(network), answers(rejoined(network, lambda *_: 0.0)))


@EXAMPLES
@given(networks, st.floats(0.1, 0.9))
def test_a_wire_may_be_cut_anywhere(network, share):
    parts = []
    for one in network.elements:
        if one.name[0] != "W":
            parts.append(one)
            continue
        phi, flux = (float(w.split("=")[1]) for w in one.words.split()[:2])
        N = len(one.ins) // 2
        middle = f"{one.name}_cut"
        begin, end = one.nodes
        first = (begin, middle), N, share * phi, share * flux
        last = (middle, end), N, (1 - share) * phi, (1 - share) * flux
        name = one.name[1:]
        parts += [make.wire(f"{name}_1", *first), make.wire(f"{name}_2", *last)]
    other = replace(network, elements=tuple(parts))
    assert_equal(network, answers(network), answers(other))


@EXAMPLES
@given(networks)
def test_a_subcircuit_is_what_it_holds(network):
    pins = [r.node for r in network.reservoirs]
    inner = "\n".join(one.card for one in network.elements)
    outer = replace(network, elements=()).netlist(".op", ".gmatrix")
    text = f"{outer}.subckt all {' '.join(pins)}\n{inner}\n.ends\nX1 "
    text += f"{' '.join(pins)} all\n"
    own = {name.lower() for one in network.elements for name, _ in one.own}
    before, after = answers(network), answers(network, text)
    assert_equal(
        network, before, after, lambda name: f"x1.{name}" if name in own else name
    )


@EXAMPLES
@given(networks, st.floats(-1, 1))
def test_currents_follow_voltage_differences_only(network, shift):
    if network.lumped:
        network = replace(network, lumped=())
        if not is_sound(network):
            return

    def raised(one):
        given = one.voltage
        return one if given is None else replace(one, voltage=given + shift * 1e-3)

    other = replace(network, reservoirs=tuple(map(raised, network.reservoirs)))
    names, G, V, current = answers(network)
    _, G2, V2, current2 = answers(other)
    bound, volts = tolerance(network)
    volts += 10 * bound * abs(shift) * 1e-3 * volts / (abs(V).max() * bound + 1e-30)
    assert abs(G - G2).max() <= bound
    assert abs(V + shift * 1e-3 - V2).max() <= volts, names
    assert abs(current - current2).max() <= 10 * Gq * volts


@EXAMPLES
@given(networks, st.floats(1e-3, 1e3))
def test_answers_scale_with_the_sources(network, factor):
    def scaled(one):
        V, current = one.voltage, one.current
        return replace(
            one,
            voltage=None if V is None else V * factor,
            current=None if current is None else current * factor,
        )

    other = replace(
        network,
        reservoirs=tuple(map(scaled, network.reservoirs)),
        lumped=tuple(
            x if x.name[0] == "R" else replace(x, value=x.value * factor)
            for x in network.lumped
        ),
    )
    _, _, V, current = answers(network)
    _, _, V2, current2 = answers(other)
    _, volts = tolerance(network)
    assert abs(V * factor - V2).max() <= factor * volts
    assert abs(current * factor - current2).max() <= 10 * factor * Gq * volts


@EXAMPLES
@given(networks)
def test_cold_probes_of_all_types_are_alike(network):
    found = []
    for kind in ("voltage", "dephasing", "thermal"):

        def turned(one, kind=kind):
            words = [
                f"type={kind}" if w.startswith("type=") else w
                for w in one.words.split()
            ]
            own = tuple((name, kind) for name, _ in one.own)
            return replace(one, words=" ".join(words), own=own) if own else one

        free = {n for x in network.lumped for n in x.nodes}

        def changed(one, kind=kind, free=free):
            floats = one.voltage is None and one.current is None
            return replace(one, kind=kind) if floats and one.node not in free else one

        other = replace(
            network,
            elements=tuple(map(turned, network.elements)),
            reservoirs=tuple(map(changed, network.reservoirs)),
        )
        found.append(answers(other))
    _, volts = tolerance(network)
    for other in found[1:]:
        assert abs(found[0][2] - other[2]).max() <= volts
        assert abs(found[0][3] - other[3]).max() <= 10 * Gq * volts


@EXAMPLES
@given(networks)
def test_reversal_transposes_the_conductances(network):
    odd = [
        replace(one, words=one.words.replace("flux=", "flux={B/1T*") + "}")
        for one in network.elements
        if one.name[0] == "E"
    ]
    rest = [one for one in network.elements if one.name[0] != "E"]
    odd += [
        replace(
            one,
            words=" ".join(
                f"flux={{{network.sense}*B/1T*({w[5:]})}}"
                if w.startswith("flux=")
                else w
                for w in one.words.split()
            ),
        )
        for one in rest
    ]
    text = replace(network, elements=tuple(odd)).netlist(".op", ".reciprocity")
    report = qnet.run(text)
    bound, _ = tolerance(network)
    scale = abs(cold_conductance(Dense(network))).max()
    assert float(report.certificates["reciprocity"]) * scale <= 10 * bound
    assert report.passed


@EXAMPLES
@given(networks, networks)
def test_a_floating_group_finds_its_own_reference(network, floating):
    """Beside another circuit, without a single held voltage: differences stay."""
    text = network.netlist()
    other = replace(
        floating,
        lumped=(),
        reservoirs=tuple(
            Reservoir(r.name, r.node, current=0.0) for r in floating.reservoirs
        ),
        sense=network.sense,
        spin=network.spin,
    )
    grounded = replace(
        other,
        reservoirs=(
            *other.reservoirs[:-1],
            replace(other.reservoirs[-1], current=None, voltage=0.0),
        ),
    )
    if floating.sense != network.sense or not is_sound(grounded):
        return
    inner = [one.card for one in other.elements]
    pins = " ".join(r.node for r in other.reservoirs)
    far = " ".join(f"far{r.node}" for r in other.reservoirs)
    drive = np.linspace(-1, 1, len(other.reservoirs)) * 1e-9
    cards = [
        f"Tf{r.name} far{r.node} I={float(d)!r}A"
        for r, d in zip(other.reservoirs, drive, strict=True)
    ]
    block = [f".subckt far {pins}", *inner, ".ends", f"Xf {far} far", *cards]
    alone = replace(grounded, reservoirs=()).netlist(
        *(
            Reservoir(r.name, r.node, current=float(d)).card
            if r.voltage is None
            else r.card
            for r, d in zip(grounded.reservoirs, drive, strict=True)
        ),
        ".op",
    )
    op = qnet.run(text + "\n".join([*block, ".op", ""]))["op"]
    names = list(op["voltage"].labels["reservoir"])
    mine = [names.index(f"Tf{r.name}") for r in other.reservoirs]
    lone = qnet.run(alone)["op"]
    order = [
        list(lone["voltage"].labels["reservoir"]).index(f"T{r.name}")
        for r in other.reservoirs
    ]
    V, V2 = op["voltage"].values[mine], lone["voltage"].values[order]
    dense = Dense(grounded)
    G = cold_conductance(dense)
    condition = dense.condition * linear(dense, G * Gq).condition
    bound = BOUND * condition * (abs(V2).max() + 1e-6)
    assert (V - V[-1]) == pytest.approx(V2 - V2[-1], abs=bound)
