"""A network described once, for two readers: the dense solver and the netlist.

Every scatterer states its amplitudes by its own formula here; nothing is taken from the
library under test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

Amplitudes = Callable[[np.ndarray], np.ndarray]
"""Energies (nE,) in eV to S (nE, out, in)."""

BOTH = (True, True)


@dataclass(frozen=True)
class Element:
    """A scatterer: its card, its waves (pin, channel), and what couples to what.

    `own` names the reservoirs of an in-line probe: (name, kind).
    """

    name: str
    nodes: tuple[str, ...]
    words: str
    outs: tuple[tuple[int, int], ...]
    ins: tuple[tuple[int, int], ...]
    couples: np.ndarray
    smatrix: Amplitudes
    own: tuple[tuple[str, str], ...] = ()
    pins_on_card: int = 0

    @property
    def card(self) -> str:
        """The netlist's line."""
        shown = self.nodes[: self.pins_on_card or len(self.nodes)]
        return f"{self.name} {' '.join(shown)} {self.words}".rstrip()


@dataclass(frozen=True)
class Reservoir:
    """A terminal (`voltage` or `current` given) or a probe of some `kind`."""

    name: str
    node: str
    kind: str = "voltage"
    voltage: float | None = None
    current: float | None = None

    @property
    def card(self) -> str:
        """The netlist's line."""
        if self.voltage is not None:
            return f"T{self.name} {self.node} V={self.voltage!r}V"
        if self.current is not None:
            return f"T{self.name} {self.node} I={self.current!r}A"
        return f"P{self.name} {self.node} type={self.kind}"

    @property
    def label(self) -> str:
        """What the netlist calls it."""
        is_terminal = self.voltage is not None or self.current is not None
        return ("T" if is_terminal else "P") + self.name


@dataclass(frozen=True)
class Lumped:
    """R, V or I card between reservoir nodes, in Ohm, V or A."""

    name: str
    nodes: tuple[str, str]
    value: float

    @property
    def card(self) -> str:
        """The netlist's line."""
        unit = {"R": "Ohm", "V": "V", "I": "A"}[self.name[0]]
        return f"{self.name} {' '.join(self.nodes)} {self.value!r}{unit}"


@dataclass(frozen=True)
class Network:
    """All of it: what the netlist says, and nothing derived."""

    elements: tuple[Element, ...]
    reservoirs: tuple[Reservoir, ...]
    lumped: tuple[Lumped, ...] = ()
    spin: int = 1
    sense: int = 1
    temperature: float = 0.0
    fermi: float = 0.0
    cards: tuple[str, ...] = field(default=())

    def netlist(self, *questions: str) -> str:
        """As text, ready to run."""
        return "\n".join(
            [
                ".title random network",
                f".options spin={self.spin}",
                f".field {self.sense}T",
                f".temp {self.temperature!r}K",
                f".fermi {self.fermi!r}eV",
                *(one.card for one in self.reservoirs),
                *(one.card for one in self.elements),
                *(one.card for one in self.lumped),
                *self.cards,
                *questions,
                "",
            ]
        )


def number(z: complex) -> str:
    """A complex literal that reads back exactly."""
    return f"{float(z.real)!r}{z.imag:+.17g}j"


def literal(rows: np.ndarray) -> str:
    """A matrix literal."""
    return "[" + ", ".join(f"[{', '.join(map(number, row))}]" for row in rows) + "]"


def waves(counts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """(pin, channel) of all channels, pin after pin."""
    return tuple((pin, n) for pin, count in enumerate(counts) for n in range(count))


def constant(S: np.ndarray) -> Amplitudes:
    """The same S at every energy."""
    return lambda energy: np.broadcast_to(S, (len(energy), *S.shape))


def each_channel(S: np.ndarray, N: int) -> np.ndarray:
    """S of single-channel pins for N channels that do not mix; pin-major order."""
    return np.kron(S, np.eye(N))


def _element(
    name: str,
    nodes: Sequence[str],
    words: str,
    counts: Sequence[int],
    S: np.ndarray,
    couples: np.ndarray | None = None,
) -> Element:
    both = waves(counts)
    mixes = np.ones(S.shape, bool) if couples is None else couples
    return Element(name, tuple(nodes), words, both, both, mixes, constant(S))


def unitary(n: int, random: np.random.Generator) -> np.ndarray:
    """A random unitary, Haar distributed."""
    z = random.normal(size=(n, n)) + 1j * random.normal(size=(n, n))
    q, r = np.linalg.qr(z)
    d = np.diagonal(r)
    return q * (d / np.abs(d))


def matrix(
    name: str, nodes: Sequence[str], counts: Sequence[int], S: np.ndarray
) -> Element:
    """S as it is."""
    words = f"matrix nch=({' '.join(map(str, counts))}) S={literal(S)}"
    return _element(f"S{name}", nodes, words, counts, S)


def levels(
    name: str,
    nodes: Sequence[str],
    counts: Sequence[int],
    H: np.ndarray,
    W: np.ndarray,
) -> Element:
    """Levels H (eV) coupled by W (root eV): S = 1 - 2πi W†(E - H + iπWW†)⁻¹W."""
    words = f"levels nch=({' '.join(map(str, counts))}) H={literal(H)} W={literal(W)}"
    both = waves(counts)

    def smatrix(energy: np.ndarray) -> np.ndarray:
        inside = (
            energy[:, None, None] * np.eye(len(H)) - H + 1j * np.pi * (W @ W.conj().T)
        )
        return np.eye(W.shape[1]) - 2j * np.pi * W.conj().T @ np.linalg.solve(
            inside, np.broadcast_to(W, (len(energy), *W.shape))
        )

    couples = np.ones((len(both),) * 2, bool)
    return Element(f"S{name}", tuple(nodes), words, both, both, couples, smatrix)


def barrier(name: str, nodes: Sequence[str], N: int, T: float, phase: float) -> Element:
    """t = i√T e^{iφ}, r = √(1-T) e^{iφ}."""
    t, r = 1j * np.sqrt(T), np.sqrt(1 - T)
    S = np.exp(1j * phase) * np.array([[r, t], [t, r]])
    words = f"T={T!r} phase={phase!r} N={N}"
    full = each_channel(np.ones((2, 2)), N) > 0
    return _element(f"B{name}", nodes, words, (N, N), each_channel(S, N), full)


def wire(name: str, nodes: Sequence[str], N: int, phi: float, flux: float) -> Element:
    """Forward e^{i(φ+2πΦ)}, backward e^{i(φ-2πΦ)}."""
    onward = np.exp(1j * (phi + 2 * np.pi * flux))
    back = np.exp(1j * (phi - 2 * np.pi * flux))
    S = each_channel(np.array([[0, back], [onward, 0]]), N)
    words = f"phi={phi!r} flux={flux!r} N={N}"
    return _element(f"W{name}", nodes, words, (N, N), S, S != 0)


def junction(name: str, nodes: Sequence[str], N: int, eps: float, sym: int) -> Element:
    """Büttiker, Imry and Azbel: stem, arm, arm."""
    c = sym * np.sqrt(1 - 2 * eps)
    a, b, e = (c - 1) / 2, (c + 1) / 2, np.sqrt(eps)
    S = np.array([[-(a + b), e, e], [e, a, b], [e, b, a]])
    full = each_channel(np.ones((3, 3)), N) > 0
    words = f"eps={eps!r} sym={sym:+d} N={N}"
    return _element(f"Y{name}", nodes, words, (N,) * 3, each_channel(S, N), full)


def griffith(name: str, nodes: Sequence[str], N: int) -> Element:
    """2/n - δ."""
    n = len(nodes)
    S = np.full((n, n), 2 / n) - np.eye(n)
    full = each_channel(np.ones((n, n)), N) > 0
    return _element(
        f"S{name}", nodes, f"griffith N={N}", (N,) * n, each_channel(S, N), full
    )


def wall(name: str, nodes: Sequence[str], N: int, phase: float) -> Element:
    """Total reflection."""
    S = np.exp(1j * phase) * np.eye(N)
    return _element(f"S{name}", nodes, f"wall phase={phase!r} N={N}", (N,), S, S != 0)


def splitter(name: str, nodes: Sequence[str], N: int, T: float) -> Element:
    """1, 2 to 3, 4 and back, without reflection."""
    half = np.array(
        [[np.sqrt(T), 1j * np.sqrt(1 - T)], [1j * np.sqrt(1 - T), np.sqrt(T)]]
    )
    none = np.zeros((2, 2))
    S = each_channel(np.block([[none, half], [half, none]]), N)
    full = each_channel(np.kron(1 - np.eye(2), np.ones((2, 2))), N) > 0
    return _element(f"B{name}", nodes, f"T={T!r} N={N}", (N,) * 4, S, full)


def edge(
    name: str, nodes: Sequence[str], nu: int, sense: int, phase: float, flux: float
) -> Element:
    """Half channels: in at one end, out at the other, by the sign of the field."""
    first, last = (0, 1) if sense > 0 else (1, 0)
    S = np.exp(1j * (phase + sense * 2 * np.pi * flux)) * np.eye(nu)
    return Element(
        f"E{name}",
        tuple(nodes),
        f"nu={nu} phase={phase!r} flux={flux!r}",
        tuple((last, n) for n in range(nu)),
        tuple((first, n) for n in range(nu)),
        np.eye(nu, dtype=bool),
        constant(S),
    )


def probe(
    name: str,
    nodes: Sequence[str],
    N: int,
    eps: float,
    kind: str,
    *,
    forward: bool = False,
) -> Element:
    """In-line probe: each passing channel leaks `eps` (Büttiker 1986)."""
    s, r = np.sqrt(1 - eps), np.sqrt(eps)
    S = np.array([[0, s, 0, r], [s, 0, r, 0], [r, 0, -s, 0], [0, r, 0, -s]])
    onward = np.outer([0, 1, 1, 0], [1, 0, 1, 0]) > 0
    both = waves((N,) * 4)
    own = (f"P{name}.f", f"P{name}.b") if forward else (f"P{name}", f"P{name}")
    return Element(
        f"P{name}",
        (*nodes, *own),
        f"eps={eps!r} N={N} type={kind}" + (" forward" if forward else ""),
        both,
        both,
        each_channel(onward + onward.T, N) > 0,
        constant(each_channel(S.astype(complex), N)),
        tuple((one, kind) for one in dict.fromkeys(own)),
        2,
    )
