"""Random networks: scatterers of every kind, joints, islands, probes and sources."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.independent import networks as make
from tests.independent.dense import Dense, kB_eV
from tests.independent.networks import Element, Lumped, Network, Reservoir

CONDITION = 1e10
"""Networks with decoupled waves inside are drawn on purpose elsewhere."""

KINDS = ("voltage", "dephasing", "thermal")


class Pencil:
    """Draws one network; every free pin gets a node of its own at first."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.elements: list[Element] = []

    def pick(self, low: int, high: int) -> int:
        """A whole number from low to high."""
        return int(self.random.integers(low, high + 1))

    def angle(self) -> float:
        """A phase."""
        return float(self.random.uniform(0, 2 * np.pi))

    def share(self) -> float:
        """A probability that is neither 0 nor 1."""
        return float(self.random.uniform(0.05, 0.95))

    def free(self, pins: int) -> tuple[str, ...]:
        """Names of pins that hang free as yet."""
        return tuple(f"free{len(self.elements)}_{k}" for k in range(pins))

    def scatterer(self, kinds: tuple[str, ...]) -> None:
        """Add one that reflects: any but edges."""
        kind = kinds[self.pick(0, len(kinds) - 1)]
        N, name = self.pick(1, 2), str(len(self.elements))
        self.elements.append(getattr(self, f"_{kind}")(name, N))

    def _counts(self) -> tuple[int, ...]:
        return tuple(self.pick(1, 2) for _ in range(self.pick(2, 4)))

    def _matrix(self, name: str, N: int) -> Element:
        counts = self._counts()
        S = make.unitary(sum(counts), self.random)
        return make.matrix(name, self.free(len(counts)), counts, S)

    def _levels(self, name: str, N: int) -> Element:
        """Levels some millielectronvolts wide."""
        counts, n = self._counts(), self.pick(1, 3)
        z = self.random.normal(size=(n, n)) + 1j * self.random.normal(size=(n, n))
        H = 4e-3 * (z + z.conj().T)
        shape = (n, sum(counts))
        W = self.random.normal(size=shape) + 1j * self.random.normal(size=shape)
        return make.levels(name, self.free(len(counts)), counts, H, 0.03 * W)

    def _barrier(self, name: str, N: int) -> Element:
        return make.barrier(name, self.free(2), N, self.share(), self.angle())

    def _wire(self, name: str, N: int) -> Element:
        flux = float(self.random.normal())
        return make.wire(name, self.free(2), N, self.angle(), flux)

    def _junction(self, name: str, N: int) -> Element:
        eps = float(self.random.uniform(0.05, 0.5))
        return make.junction(name, self.free(3), N, eps, self.pick(0, 1) * 2 - 1)

    def _griffith(self, name: str, N: int) -> Element:
        return make.griffith(name, self.free(self.pick(3, 4)), N)

    def _wall(self, name: str, N: int) -> Element:
        return make.wall(name, self.free(1), N, self.angle())

    def _splitter(self, name: str, N: int) -> Element:
        return make.splitter(name, self.free(4), N, self.share())

    def _probe(self, name: str, N: int) -> Element:
        kind = KINDS[self.pick(0, self.kinds - 1)]
        forward = bool(self.pick(0, 1))
        return make.probe(name, self.free(2), N, self.share(), kind, forward=forward)

    kinds = 3

    def join(self, reservoirs: list[str], joined: float) -> None:
        """Pair pins of equal channels; the rest ends in reservoirs."""
        pins = [
            (k, pin)
            for k, one in enumerate(self.elements)
            for pin, node in enumerate(one.nodes)
            if node.startswith("free")
        ]
        self.random.shuffle(pins)
        waiting: dict[int, tuple[int, int]] = {}
        for k, pin in map(tuple, pins):
            if self.random.random() > joined:
                self._tie(k, pin, reservoirs[self.pick(0, len(reservoirs) - 1)])
                continue
            width = sum(1 for p, _ in self.elements[k].ins if p == pin)
            if width in waiting:
                node = f"j{k}_{pin}"
                self._tie(k, pin, node)
                self._tie(*waiting.pop(width), node)
            else:
                waiting[width] = (k, pin)
        for k, pin in waiting.values():
            self._tie(k, pin, reservoirs[self.pick(0, len(reservoirs) - 1)])

    def _tie(self, k: int, pin: int, node: str) -> None:
        one = self.elements[k]
        nodes = (*one.nodes[:pin], node, *one.nodes[pin + 1 :])
        self.elements[k] = replace(one, nodes=nodes)

    def edges(self, reservoirs: list[str], sense: int) -> None:
        """Chiral edges through splitters and probes: one in, one out at a contact."""
        nu, first = self.pick(1, 2), len(self.elements)
        splitters = [f"x{first}_{k}" for k in range(self.pick(0, 3))]
        begins = [f"{s}_{k}" for s in splitters for k in (3, 4)]
        ends = [f"{s}_{k}" for s in splitters for k in (1, 2)]
        if sense < 0:
            begins, ends = ends, begins
        for s in splitters:
            nodes = [f"{s}_{k}" for k in (1, 2, 3, 4)]
            name = str(len(self.elements))
            self.elements.append(make.splitter(name, nodes, nu, self.share()))
        sources, sinks = [*begins, *reservoirs], [*ends, *reservoirs]
        self.random.shuffle(sinks)
        for source, sink in zip(sources, sinks, strict=True):
            start = source
            if self.random.random() < 0.3:
                start = f"m{len(self.elements)}"
                self._chiral(source, start, nu, sense)
                middle = f"n{len(self.elements)}"
                name = str(len(self.elements))
                kind = KINDS[self.pick(0, self.kinds - 1)]
                pins = (start, middle) if self.pick(0, 1) else (middle, start)
                self.elements.append(make.probe(name, pins, nu, self.share(), kind))
                start = middle
            self._chiral(start, sink, nu, sense)

    def _chiral(self, source: str, sink: str, nu: int, sense: int) -> None:
        nodes = (source, sink) if sense > 0 else (sink, source)
        flux = float(self.random.normal())
        name = str(len(self.elements))
        self.elements.append(make.edge(name, nodes, nu, sense, self.angle(), flux))


REFLECTING = (
    *("matrix", "matrix", "barrier", "wire", "junction"),
    *("griffith", "wall", "splitter", "probe", "levels"),
)


def cold(seed: int) -> Network:
    """A network at zero temperature with whatever the netlist knows."""
    pencil = Pencil(seed)
    pick, random = pencil.pick, pencil.random
    nodes = [f"r{k}" for k in range(pick(2, 5))]
    sense = pick(0, 1) * 2 - 1
    what = pick(0, 3)
    if what != 0:
        for _ in range(pick(1, 8)):
            pencil.scatterer(REFLECTING)
        pencil.join(nodes, random.uniform(0.4, 0.95))
    if what in (0, 1):
        pencil.edges(nodes, sense)
    reservoirs, lumped = [], []
    for k, node in enumerate(nodes):
        name, given = f"c{k + 1}", pick(0, 3)
        if k == 0 or given == 0:
            held = float(random.uniform(-1e-3, 1e-3))
            reservoirs.append(Reservoir(name, node, voltage=held))
        elif given == 1:
            fed = float(random.uniform(-1e-8, 1e-8))
            reservoirs.append(Reservoir(name, node, current=fed))
        else:
            kind = KINDS[pick(0, 2)]
            reservoirs.append(Reservoir(name, node, kind))
    open_ended = [r.node for r in reservoirs if r.kind == "voltage"]
    if len(open_ended) > 1 and random.random() < 0.4:
        a, b = (str(x) for x in random.choice(open_ended, 2, replace=False))
        lumped.append(Lumped("R1", (a, b), float(random.uniform(1e3, 1e5))))
        lumped.append(Lumped("R2", (b, "0"), float(random.uniform(1e3, 1e5))))
        lumped.append(Lumped("I1", (a, "0"), float(random.uniform(-1e-8, 1e-8))))
    if random.random() < 0.2:
        lumped.append(Lumped("R3", ("line", nodes[0]), 1e3))
        lumped.append(Lumped("V1", ("line", "0"), float(random.uniform(-1, 1) * 1e-3)))
        first = replace(reservoirs[0], voltage=None, current=0.0)
        reservoirs[0] = first
    spin = pick(1, 2)
    return Network(
        tuple(pencil.elements), tuple(reservoirs), tuple(lumped), spin, sense
    )


def warm(seed: int) -> Network:
    """Resonant levels with barriers and probes at a kelvin or so, under bias."""
    pencil = Pencil(seed)
    pencil.kinds = 2
    pick, random = pencil.pick, pencil.random
    nodes = [f"r{k}" for k in range(pick(2, 4))]
    for _ in range(pick(1, 3)):
        pencil.scatterer(("levels", "levels", "barrier", "probe", "matrix"))
    pencil.join(nodes, random.uniform(0.2, 0.6))
    reservoirs = []
    for k, node in enumerate(nodes):
        if k < 2:
            held = float(random.uniform(-1e-3, 1e-3))
            reservoirs.append(Reservoir(f"c{k + 1}", node, voltage=held))
        else:
            reservoirs.append(Reservoir(f"c{k + 1}", node, KINDS[pick(0, 1)]))
    kelvin = float(random.uniform(1, 5))
    assert kB_eV * kelvin > 8e-5
    return Network(
        tuple(pencil.elements),
        tuple(reservoirs),
        spin=pick(1, 2),
        sense=1,
        temperature=kelvin,
        fermi=float(random.normal() * 2e-3),
    )


def is_sound(network: Network) -> bool:
    """Whether every wave and every reservoir is tied to a held voltage."""
    dense = Dense(network)
    S = dense.scatter(np.array([network.fermi]))[0]
    if not dense.lead_out or not _reaches(S, dense) or dense.condition > CONDITION:
        return False
    n = len(dense.places)
    linked = dense.laplacian(np.array([network.fermi]))[0] < -1e-9
    for one in network.lumped:
        if one.name[0] in "RV":
            a, b = (dense.index(node) for node in one.nodes)
            linked[a, b] = linked[b, a] = True
    linked = linked | linked.T
    places = list(dense.places.values())
    known = np.array([p.voltage is not None for p in places])
    for one in network.lumped:
        if one.name[0] == "V":
            known[[dense.index(node) for node in one.nodes]] = True
    for _ in range(n):
        known = known | linked @ known
    used = {node for one in network.elements for node in one.nodes}
    return bool(known.all()) and all(r.node in used for r in network.reservoirs)


def _reaches(S: np.ndarray, dense: Dense) -> bool:
    """Whether every wave comes from a reservoir and gets to one."""
    step = np.abs(S @ dense.carry) > 1e-12
    fed = np.abs(S @ dense.feed).max(axis=1) > 1e-12
    taken = np.isin(np.arange(len(step)), dense.take)
    for _ in range(len(step)):
        fed = fed | step @ fed
        taken = taken | step.T @ taken
    return bool((fed & taken).all())
