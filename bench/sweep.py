"""Long sweeps of small planar networks, beside SAX and scikit-rf."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import numpy as np
from beside import Row, agree, median, present, processor_seconds, show

import qnet
from qnet.constants import hbar_eV

LOW, HIGH = 0.001, 0.011
"""Energies in eV; at 0 the rings hold decoupled states, and KLU gives up."""

SEEDS = 5

LONG = 30_000
"""Points of a run of 100 scatterers that is worth Numba: its loops serve all later."""


PINS = {"W": ("in0", "out0"), "Y": ("in0", "out0", "out1"), "B": ("in0", "out0")}
"""Wires, forks and barriers, and the names of their pins for SAX."""


@dataclass(frozen=True)
class Network:
    """Scatterers as (card name, nodes, value); a terminal at each of `ends`.

    Values are ps of wires, whose phase varies with E, couplings of forks, and
    transmissions of barriers. From the first end to the second goes what is asked.
    """

    title: str
    parts: list[tuple[str, tuple[str, ...], float]]
    ends: tuple[str, ...]

    def joints(self):
        """Pins (part, number) at each node."""
        found = {}
        for name, nodes, _ in self.parts:
            for pin, node in enumerate(nodes):
                found.setdefault(node, []).append((name, pin))
        return found


def rings(scatterers, seed):
    """Rings in series: Y, two arms, Y and a wire."""
    rng = np.random.default_rng(seed)
    n = scatterers // 5
    coupling, delay = rng.uniform(0.2, 0.48, (n, 2)), rng.uniform(0.5, 2, (n, 3))
    parts = []
    for k in range(n):
        (first, second), (up, down, on) = coupling[k].tolist(), delay[k].tolist()
        parts += [
            (f"YL{k}", (f"n{2 * k}", f"a{k}", f"b{k}"), first),
            (f"WU{k}", (f"a{k}", f"c{k}"), up),
            (f"WD{k}", (f"b{k}", f"d{k}"), down),
            (f"YR{k}", (f"n{2 * k + 1}", f"c{k}", f"d{k}"), second),
            (f"WS{k}", (f"n{2 * k + 1}", f"n{2 * k + 2}"), on),
        ]
    return Network("rings", parts, ("n0", f"n{2 * n}"))


def chain(scatterers, seed):
    """Barriers and wires by turns."""
    rng = np.random.default_rng(seed)
    n = scatterers // 2
    T, delay = rng.uniform(0.9, 1, n).tolist(), rng.uniform(0.5, 2, n).tolist()
    parts = []
    for k in range(n):
        parts += [
            (f"B{k}", (f"n{2 * k}", f"n{2 * k + 1}"), T[k]),
            (f"W{k}", (f"n{2 * k + 1}", f"n{2 * k + 2}"), delay[k]),
        ]
    return Network("a chain", parts, ("n0", f"n{2 * n}"))


def ladder(scatterers, seed):
    """Two rails of forks and wires; a wire from fork to fork is each rung."""
    rng = np.random.default_rng(seed)
    n = scatterers // 5
    coupling, delay = rng.uniform(0.2, 0.48, (n, 2)), rng.uniform(0.5, 2, (n, 3))
    parts = []
    for k in range(n):
        (first, second), (up, down, rung) = coupling[k].tolist(), delay[k].tolist()
        parts += [
            (f"YU{k}", (f"u{k}", f"a{k}", f"r{k}"), first),
            (f"YD{k}", (f"d{k}", f"b{k}", f"s{k}"), second),
            (f"WR{k}", (f"r{k}", f"s{k}"), rung),
            (f"WU{k}", (f"a{k}", f"u{k + 1}"), up),
            (f"WD{k}", (f"b{k}", f"d{k + 1}"), down),
        ]
    return Network("a ladder", parts, ("u0", f"u{n}", "d0", f"d{n}"))


def card(name, nodes, value):
    told = {"W": f"tau={value!r}ps", "Y": f"eps={value!r}", "B": f"T={value!r}"}
    return f"{name} {' '.join(nodes)} {told[name[0]]}"


def netlist(network, points):
    cards = [f".title {network.title}", f"T1 {network.ends[0]} V=1uV"]
    cards += [card(*part) for part in network.parts]
    cards += [f"T{k} {node} V=0" for k, node in enumerate(network.ends[1:], 2)]
    cards += [f".step EF lin {points} {LOW}eV {HIGH}eV", ".meas t T(T2,T1)"]
    return "\n".join(cards) + "\n"


def by_qnet(text):
    return qnet.run(text).measures["t"].values


def junction(eps):
    c = np.sqrt(1 - 2 * eps)
    a, b, s = (c - 1) / 2, (c + 1) / 2, np.sqrt(eps)
    return np.array([[-(a + b), s, s], [s, a, b], [s, b, a]])


def sax_circuit(network):
    """Compiled transmission as a function of the energies."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import sax

    def wire(phase=0.0):
        t = jnp.exp(1j * phase)
        none = 0 * t
        return {
            ("in0", "out0"): t,
            ("out0", "in0"): t,
            ("in0", "in0"): none,
            ("out0", "out0"): none,
        }

    def fork(eps=0.4):
        c = jnp.sqrt(1 - 2 * eps)
        a, b, s = (c - 1) / 2 + 0j, (c + 1) / 2 + 0j, jnp.sqrt(eps) + 0j
        S = [[-(a + b), s, s], [s, a, b], [s, b, a]]
        pins = PINS["Y"]
        return {(p, q): S[k][m] for k, p in enumerate(pins) for m, q in enumerate(pins)}

    def barrier(T=0.5):
        r, t = jnp.sqrt(1 - T) + 0j, 1j * jnp.sqrt(T)
        return {
            ("in0", "in0"): r,
            ("out0", "out0"): r,
            ("in0", "out0"): t,
            ("out0", "in0"): t,
        }

    def pin(name, number):
        return f"{name},{PINS[name[0]][number]}"

    joints = {
        node: [pin(*one) for one in pins] for node, pins in network.joints().items()
    }
    circuit, _ = sax.circuit(
        netlist={
            "instances": {name: name[0] for name, _, _ in network.parts},
            "connections": dict(pins for pins in joints.values() if len(pins) == 2),
            "ports": {f"o{k}": joints[node][0] for k, node in enumerate(network.ends)},
        },
        models={"W": wire, "Y": fork, "B": barrier},
    )
    keys = {"Y": "eps", "B": "T"}
    fixed = {
        name: {keys[name[0]]: value}
        for name, _, value in network.parts
        if name[0] in keys
    }
    delays = {name: value for name, _, value in network.parts if name[0] == "W"}

    @jax.jit
    def transmission(energy):
        phases = {
            name: {"phase": energy * (delay * 1e-12 / hbar_eV)}
            for name, delay in delays.items()
        }
        return abs(sax.sdict(circuit(**fixed, **phases))["o0", "o1"]) ** 2

    return lambda energy: np.asarray(transmission(energy).block_until_ready())


def rf_transmission(network, energy):
    """The same by scikit-rf, whose ports are joined as nodes of a circuit."""
    import skrf
    from skrf.circuit import Circuit

    frequency = skrf.Frequency.from_f(1 + np.arange(len(energy)), unit="hz")

    def matrix(name, value):
        if name[0] == "Y":
            return junction(value)
        S = np.zeros((len(energy), 2, 2), complex)
        if name[0] == "B":
            S[:, 0, 0] = S[:, 1, 1] = np.sqrt(1 - value)
            S[:, 0, 1] = S[:, 1, 0] = 1j * np.sqrt(value)
        else:
            S[:, 0, 1] = S[:, 1, 0] = np.exp(1j * energy * value * 1e-12 / hbar_eV)
        return S

    def part(name, S):
        wide = np.broadcast_to(S, (len(energy), *S.shape[-2:])).astype(complex)
        return skrf.Network(frequency=frequency, s=wide, z0=50, name=name)

    parts = {name: part(name, matrix(name, value)) for name, _, value in network.parts}
    nodes = {
        node: [(parts[name], pin) for name, pin in pins]
        for node, pins in network.joints().items()
    }
    for k, node in enumerate(network.ends):
        nodes[node].append((Circuit.Port(frequency, f"o{k}", z0=50), 0))
    return abs(Circuit(list(nodes.values())).s_external[:, 1, 0]) ** 2


def warm(shape, scatterers, points, goal):
    """Both after one run of the same network, and qnet after a long one besides.

    Nothing is loaded or compiled any more on either side. What SAX takes to trace and
    compile is told where it is much.
    """
    by_qnet(netlist(rings(100, 0), LONG))
    energy = np.linspace(LOW, HIGH, points)
    ours, theirs, apart, note = [], [], [], ""
    for seed in range(SEEDS if scatterers < 1000 else 1):
        network = shape(scatterers, seed)
        text = netlist(network, points)
        by_qnet(text)
        seconds, t = median(lambda text=text: by_qnet(text))
        ours.append(seconds)
        if present("sax") and (seed == 0 or scatterers < 100):
            start = processor_seconds()
            compute = sax_circuit(network)
            compute(energy)
            if scatterers >= 1000:
                note = f"SAX compiles for {processor_seconds() - start:.0f} s"
            seconds, expected = median(lambda compute=compute: compute(energy))
            theirs.append(seconds)
            # T of a thousand rings is 1e-95, so that only a share of it tells
            apart.append(np.abs(t - expected).max() / expected.max())
    work = f"{points} energies, {scatterers} scatterers in {network.title}, warm"
    return Row(
        work,
        "SAX",
        float(np.median(ours)),
        float(np.median(theirs)) if theirs else None,
        goal,
        agree(max(apart), work) if apart else None,
        note,
    )


def cold(scatterers, points, goal):
    """Both from a new process, until the numbers are there."""
    # Installed peers have their bytecode; a checkout writes its own at the first run.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def seconds(who):
        start = processor_seconds()
        command = [sys.executable, __file__, who, str(scatterers), str(points)]
        subprocess.run(command, check=True, env=kept)
        return processor_seconds() - start

    seconds("qnet")  # fills Numba's cache as well
    ours = float(np.median([seconds("qnet") for _ in range(3)]))
    theirs = seconds("sax") if present("sax") else None
    work = f"{points} energies, {scatterers} scatterers in rings, from a cold process"
    return Row(work, "SAX", ours, theirs, goal, note="SAX once: it traces and compiles")


def beside_rf(scatterers, points, goal):
    network = rings(scatterers, 0)
    text = netlist(network, points)
    by_qnet(text)
    ours, t = median(lambda: by_qnet(text))
    work = f"{points} energies, {scatterers} scatterers in rings"
    if not present("skrf"):
        return Row(work, "scikit-rf", ours, None, goal)
    energy = np.linspace(LOW, HIGH, points)
    theirs, expected = median(lambda: rf_transmission(network, energy), 1)
    apart = agree(np.abs(t - expected).max(), work)
    return Row(work, "scikit-rf", ours, theirs, goal, apart)


def rows(*, whole=False):
    """The table, row by row as they are measured; SAX compiles the last for minutes."""
    yield warm(rings, 5, 10_000, 6)
    yield warm(rings, 20, 10_000, 6)
    yield warm(rings, 100, 10_000, 6)
    yield warm(chain, 100, 10_000, 8)
    yield warm(ladder, 100, 10_000, 8)
    yield cold(5, 10_000, 20)
    yield cold(100, 10_000, 8)
    yield beside_rf(20, 1000, 100)
    if whole:
        yield warm(rings, 1000, 100, 3)


def once(who, scatterers, points):
    network = rings(scatterers, 0)
    if who == "qnet":
        by_qnet(netlist(network, points))
    else:
        sax_circuit(network)(np.linspace(LOW, HIGH, points))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        once(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        show(rows(whole="--whole" in sys.argv))
