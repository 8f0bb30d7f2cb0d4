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


@dataclass(frozen=True)
class Rings:
    """Rings in series: Y, two arms, Y and a wire; arms and wires vary with E."""

    coupling: np.ndarray  # (ring, 2)
    delay: np.ndarray  # (ring, 3) in ps


def rings(scatterers, seed):
    rng = np.random.default_rng(seed)
    n = scatterers // 5
    return Rings(rng.uniform(0.2, 0.48, (n, 2)), rng.uniform(0.5, 2, (n, 3)))


def netlist(network, points):
    cards = [".title rings", "T1 n0 V=1uV"]
    rows = zip(network.coupling.tolist(), network.delay.tolist(), strict=True)
    for k, ((first, second), (up, down, on)) in enumerate(rows):
        cards += [
            f"YL{k} n{2 * k} a{k} b{k} eps={first!r}",
            f"WU{k} a{k} c{k} tau={up!r}ps",
            f"WD{k} b{k} d{k} tau={down!r}ps",
            f"YR{k} n{2 * k + 1} c{k} d{k} eps={second!r}",
            f"WS{k} n{2 * k + 1} n{2 * k + 2} tau={on!r}ps",
        ]
    cards += [
        f"T2 n{2 * len(network.delay)} V=0",
        f".step EF lin {points} {LOW}eV {HIGH}eV",
        ".meas t T(T2,T1)",
    ]
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
        pins = ("in0", "out0", "out1")
        return {(p, q): S[k][m] for k, p in enumerate(pins) for m, q in enumerate(pins)}

    instances, joints, fixed = {}, {}, {}
    for k, (first, second) in enumerate(network.coupling.tolist()):
        for name in ("wu", "wd", "ws"):
            instances[f"{name}{k}"] = "wire"
        instances[f"yl{k}"] = instances[f"yr{k}"] = "fork"
        fixed |= {f"yl{k}": {"eps": first}, f"yr{k}": {"eps": second}}
        joints |= {
            f"yl{k},out0": f"wu{k},in0",
            f"yl{k},out1": f"wd{k},in0",
            f"wu{k},out0": f"yr{k},out0",
            f"wd{k},out0": f"yr{k},out1",
            f"yr{k},in0": f"ws{k},in0",
        }
        if k:
            joints[f"ws{k - 1},out0"] = f"yl{k},in0"
    ends = {"in": "yl0,in0", "out": f"ws{len(network.delay) - 1},out0"}
    circuit, _ = sax.circuit(
        netlist={"instances": instances, "connections": joints, "ports": ends},
        models={"wire": wire, "fork": fork},
    )

    @jax.jit
    def transmission(energy):
        values = dict(fixed)
        for k, delays in enumerate(network.delay.tolist()):
            for name, delay in zip(("wu", "wd", "ws"), delays, strict=True):
                values[f"{name}{k}"] = {"phase": energy * (delay * 1e-12 / hbar_eV)}
        return abs(sax.sdict(circuit(**values))["in", "out"]) ** 2

    return lambda energy: np.asarray(transmission(energy).block_until_ready())


def rf_transmission(network, energy):
    """The same by scikit-rf, whose ports are joined as nodes of a circuit."""
    import skrf
    from skrf.circuit import Circuit

    frequency = skrf.Frequency.from_f(1 + np.arange(len(energy)), unit="hz")

    def part(name, S):
        wide = np.broadcast_to(S, (len(energy), *S.shape[-2:])).astype(complex)
        return skrf.Network(frequency=frequency, s=wide, z0=50, name=name)

    nodes = []
    last = (Circuit.Port(frequency, "in", z0=50), 0)
    for k, delays in enumerate(network.delay.tolist()):
        forks = [part(f"y{k}{m}", junction(network.coupling[k, m])) for m in (0, 1)]
        wires = []
        for m, delay in enumerate(delays):
            S = np.zeros((len(energy), 2, 2), complex)
            S[:, 0, 1] = S[:, 1, 0] = np.exp(1j * energy * delay * 1e-12 / hbar_eV)
            wires.append(part(f"w{k}{m}", S))
        nodes += [
            [last, (forks[0], 0)],
            [(forks[0], 1), (wires[0], 0)],
            [(forks[0], 2), (wires[1], 0)],
            [(wires[0], 1), (forks[1], 1)],
            [(wires[1], 1), (forks[1], 2)],
            [(forks[1], 0), (wires[2], 0)],
        ]
        last = (wires[2], 1)
    nodes.append([last, (Circuit.Port(frequency, "out", z0=50), 0)])
    return abs(Circuit(nodes).s_external[:, 1, 0]) ** 2


def warm(scatterers, points, goal):
    """Both after one run of the same network, and qnet after a long one besides.

    Nothing is loaded or compiled any more on either side.
    """
    by_qnet(netlist(rings(100, 0), LONG))
    energy = np.linspace(LOW, HIGH, points)
    ours, theirs, apart = [], [], []
    for seed in range(SEEDS if scatterers < 1000 else 1):
        network = rings(scatterers, seed)
        text = netlist(network, points)
        by_qnet(text)
        seconds, t = median(lambda text=text: by_qnet(text))
        ours.append(seconds)
        if present("sax") and (seed == 0 or scatterers < 100):
            compute = sax_circuit(network)
            compute(energy)
            seconds, expected = median(lambda compute=compute: compute(energy))
            theirs.append(seconds)
            apart.append(np.abs(t - expected).max())
    work = f"sweep of {points} energies, {scatterers} scatterers, warm"
    return Row(
        work,
        "SAX",
        float(np.median(ours)),
        float(np.median(theirs)) if theirs else None,
        goal,
        agree(max(apart), work) if apart else None,
    )


def cold(scatterers, points, goal):
    """Both from a new process, until the numbers are there."""

    def seconds(who):
        start = processor_seconds()
        command = [sys.executable, __file__, who, str(scatterers), str(points)]
        subprocess.run(command, check=True)
        return processor_seconds() - start

    seconds("qnet")  # fills Numba's cache
    ours = float(np.median([seconds("qnet") for _ in range(3)]))
    theirs = seconds("sax") if present("sax") else None
    work = f"the same, {scatterers} scatterers, from a cold process"
    return Row(work, "SAX", ours, theirs, goal, note="SAX once: it traces and compiles")


def beside_rf(scatterers, points, goal):
    network = rings(scatterers, 0)
    text = netlist(network, points)
    by_qnet(text)
    ours, t = median(lambda: by_qnet(text))
    work = f"{scatterers} scatterers, {points} energies"
    if not present("skrf"):
        return Row(work, "scikit-rf", ours, None, goal)
    energy = np.linspace(LOW, HIGH, points)
    theirs, expected = median(lambda: rf_transmission(network, energy), 1)
    apart = agree(np.abs(t - expected).max(), work)
    return Row(work, "scikit-rf", ours, theirs, goal, apart)


def rows():
    return [
        warm(5, 10_000, 6),
        warm(20, 10_000, 6),
        warm(100, 10_000, 6),
        cold(5, 10_000, 20),
        cold(100, 10_000, 8),
        beside_rf(20, 1000, 100),
    ]


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
        show(rows())
