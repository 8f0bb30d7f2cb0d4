"""Every amplitude of a network as one dense system of equations, by NumPy alone.

With a the waves that enter scatterers and b those that leave them: b = S a, and
a = C b + D f, where C carries b across joints and D feeds from reservoirs. Hence
(1 - S C) b = S D f. No plan, no islands, no elimination order; the same in mpmath where
digits are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import mpmath
import numpy as np

from tests.independent.networks import Network

Gq = 1.602176634e-19**2 / 6.62607015e-34
"""e²/h in siemens, by the SI's exact constants."""

e = 1.602176634e-19
kB = 1.380649e-23  # noqa: N816
kB_eV = kB / e  # noqa: N816  eV/K, the field's name


@dataclass(frozen=True)
class Place:
    """A node where electrons enter and leave; node 0 and bare nodes among them."""

    name: str
    kind: str
    voltage: float | None
    current: float


class Dense:
    """A network and its global wave equations."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.places = self._places()
        self.names = [place.name for place in self._listed]
        self._wire_up()

    def _places(self) -> dict[str, Place]:
        """Reservoir nodes by node name."""
        net = self.network
        found = {
            r.node: Place(r.label, r.kind, r.voltage, r.current or 0.0)
            for r in net.reservoirs
        }
        for one in net.elements:
            for name, kind in one.own:
                found[name] = Place(name, kind, None, 0.0)
        for lumped in net.lumped:
            for node in lumped.nodes:
                found.setdefault(node, Place(node, "voltage", None, 0.0))
        if "0" in found or any("0" in one.nodes for one in net.elements):
            found["0"] = Place("0", "voltage", 0.0, 0.0)
        return found

    @property
    def _listed(self) -> list[Place]:
        return list(self.places.values())

    def index(self, node: str) -> int:
        """Number of a reservoir node."""
        return list(self.places).index(node)

    def _wire_up(self) -> None:
        """Number the waves; drop blocks with a wave that nothing can feed."""
        elements = self.network.elements
        outs = [(k, pin, n) for k, one in enumerate(elements) for pin, n in one.outs]
        ins = [(k, pin, n) for k, one in enumerate(elements) for pin, n in one.ins]
        blocks = _blocks(elements, outs, ins)
        ends = defaultdict(list)
        for k, one in enumerate(elements):
            for pin, node in enumerate(one.nodes):
                if node not in self.places:
                    ends[node].append((k, pin))
        other = {}
        for node, pair in ends.items():
            assert len(pair) == 2, (node, pair)
            other[pair[0]], other[pair[1]] = pair[1], pair[0]

        def across(wave: tuple[int, int, int]) -> tuple[int, int, int] | None:
            k, pin, n = wave
            return (*other[k, pin], n) if (k, pin) in other else None

        dropped: set[int] = set()
        while True:
            kept = {w for w in outs if blocks["out", w] not in dropped}
            starved = {
                blocks["in", w]
                for w in ins
                if (source := across(w)) is not None and source not in kept
            }
            if starved <= dropped:
                break
            dropped |= starved
        self.outs = [w for w in outs if blocks["out", w] not in dropped]
        self.ins = [w for w in ins if blocks["in", w] not in dropped]
        row = {w: k for k, w in enumerate(self.outs)}
        column = {w: k for k, w in enumerate(self.ins)}
        self.carry = np.zeros((len(self.ins), len(self.outs)))
        for w in self.ins:
            if (source := across(w)) is not None:
                self.carry[column[w], row[source]] = 1
        self.lead_out = [w for w in self.outs if w[:2] not in other]
        self.lead_in = [w for w in self.ins if w[:2] not in other]
        self.feed = np.zeros((len(self.ins), len(self.lead_in)))
        for k, w in enumerate(self.lead_in):
            self.feed[column[w], k] = 1
        self.take = [row[w] for w in self.lead_out]
        self.place_out = np.array([self._place(w) for w in self.lead_out], int)
        self.place_in = np.array([self._place(w) for w in self.lead_in], int)

    def _place(self, wave: tuple[int, int, int]) -> int:
        return self.index(self.network.elements[wave[0]].nodes[wave[1]])

    def scatter(self, energy: np.ndarray) -> np.ndarray:
        """All elements side by side: S (nE, out, in)."""
        rows, columns = _by_element(self.outs), _by_element(self.ins)
        S = np.zeros((len(energy), len(self.outs), len(self.ins)), complex)
        for k, one in enumerate(self.network.elements):
            out = [one.outs.index(w[1:]) for w in self.outs if w[0] == k]
            into = [one.ins.index(w[1:]) for w in self.ins if w[0] == k]
            if out and into:
                own = one.smatrix(energy)[:, out][:, :, into]
                S[np.ix_(range(len(energy)), rows[k], columns[k])] = own
        return S

    def amplitudes(self, energy: np.ndarray, digits: int = 0) -> np.ndarray:
        """S between the channels of all reservoirs, (nE, out, in)."""
        S = self.scatter(np.asarray(energy, float))
        joined = np.eye(len(self.outs)) - S @ self.carry
        if digits:
            return np.array(
                [
                    self._precise(a, b)
                    for a, b in zip(joined, S @ self.feed, strict=True)
                ]
            )
        return np.linalg.solve(joined, S @ self.feed)[:, self.take]

    def _precise(self, joined: np.ndarray, fed: np.ndarray) -> np.ndarray:
        with mpmath.workdps(50):
            left = mpmath.matrix(joined.tolist())
            columns = [
                mpmath.lu_solve(left, mpmath.matrix(fed[:, k].tolist()))
                for k in range(fed.shape[1])
            ]
            whole = [[complex(c[i]) for c in columns] for i in range(len(joined))]
        return np.array(whole)[self.take]

    @cached_property
    def condition(self) -> float:
        """Condition of the wave equations at the Fermi energy."""
        S = self.scatter(np.array([self.network.fermi]))[0]
        return float(np.linalg.cond(np.eye(len(self.outs)) - S @ self.carry))

    def transmission(self, energy: np.ndarray, digits: int = 0) -> np.ndarray:
        """T[a, b] from b into a, (nE, n, n)."""
        n = len(self.places)
        P = np.abs(self.amplitudes(energy, digits)) ** 2
        into, out = np.eye(n)[self.place_in], np.eye(n)[self.place_out]
        return out.T @ P @ into

    @cached_property
    def counts(self) -> np.ndarray:
        """Channels that each reservoir emits."""
        return np.bincount(self.place_in, minlength=len(self.places)).astype(float)

    def laplacian(self, energy: np.ndarray, digits: int = 0) -> np.ndarray:
        """N δ - T, (nE, n, n)."""
        return np.diag(self.counts) - self.transmission(energy, digits)

    def of_kind(self, kind: str) -> np.ndarray:
        """Numbers of the reservoirs of one kind that float."""
        return np.array(
            [
                k
                for k, place in enumerate(self._listed)
                if place.kind == kind and place.voltage is None
            ],
            int,
        )


def _blocks(elements, outs, ins):
    """Block of each wave: connected pieces of what each element couples."""
    parent: dict[object, object] = {}

    def root(x):
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for k, one in enumerate(elements):
        for i, out in enumerate(one.outs):
            for j, into in enumerate(one.ins):
                if one.couples[i, j]:
                    parent[root(("out", (k, *out)))] = root(("in", (k, *into)))
    numbers: dict[object, int] = {}
    waves = [("out", w) for w in outs] + [("in", w) for w in ins]
    return {w: numbers.setdefault(root(w), len(numbers)) for w in waves}


def _by_element(waves) -> dict[int, list[int]]:
    found = defaultdict(list)
    for k, wave in enumerate(waves):
        found[wave[0]].append(k)
    return found


def eliminate(K: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """K of those that stay when those `gone` carry nothing; and what fluctuations do.

    Returns K (…, n, n) with zeros at the gone, and M (…, n, n): ΔI → M ΔI.
    """
    n = K.shape[-1]
    M = np.broadcast_to(np.eye(n), K.shape).copy()
    stay = np.setdiff1d(np.arange(n), gone)
    if gone.size == 0:
        return K, M
    left = np.swapaxes(K[..., gone[:, None], gone], -1, -2)
    right = np.swapaxes(K[..., stay[:, None], gone], -1, -2)
    share = -np.swapaxes(np.linalg.solve(left, right), -1, -2)
    M[..., gone, :] = 0
    M[..., stay[:, None], gone] = share
    reduced = np.zeros_like(K)
    reduced[..., stay[:, None], stay] = (
        K[..., stay[:, None], stay] + share @ K[..., gone[:, None], stay]
    )
    return reduced, M
