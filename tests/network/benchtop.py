"""Small scatterers and a way to wire them up without any netlist."""

from dataclasses import dataclass, field, replace

import numpy as np

from qnet.circuit import Circuit, Group, Reservoirs
from qnet.registry import INFER, ReservoirKind, param

FULL2 = np.ones((2, 2), bool)


@dataclass(frozen=True, eq=False, kw_only=True)
class Given:
    """A constant S (out, in) with `nch` channels a port, in and out alike."""

    S: np.ndarray
    nch: tuple
    declared: np.ndarray | None = None
    diagonal = False

    @property
    def ports(self):
        return tuple(f"p{k}" for k in range(len(self.nch)))

    def channels(self):
        return tuple((n, n) for n in self.nch)

    def pattern(self):
        if self.declared is not None:
            return self.declared
        return np.ones((len(self.nch), len(self.nch)), bool)

    def smatrix(self, energy):
        lead = (1,) * energy.ndim
        return np.asarray(self.S, complex).reshape(*lead, *np.shape(self.S))


@dataclass(frozen=True, eq=False, kw_only=True)
class PerChannel:
    """Amplitudes `s` (out port, in port), the same for each of N channels."""

    s: tuple = field(default=((0.0, 1.0), (1.0, 0.0)))
    N: object = param(INFER, structural=True)
    diagonal = True

    @property
    def ports(self):
        return tuple("abcdefgh"[: len(self.s)])

    def channels(self):
        n = None if self.N is INFER else self.N
        return ((n, n),) * len(self.s)

    def with_channels(self, n):
        return replace(self, N=n)

    def pattern(self):
        return np.asarray(self.s) != 0

    def smatrix(self, energy):
        S = np.kron(np.asarray(self.s, complex), np.eye(self.N))
        return S.reshape((1,) * energy.ndim + S.shape)


@dataclass(frozen=True, eq=False, kw_only=True)
class Wire(PerChannel):
    """Forward exp i(phi + tau E + 2 pi flux), backward with minus the flux."""

    phi: object = param(0.0)
    tau: object = param(0.0)
    flux: object = param(0.0)

    def smatrix(self, energy):
        even = np.asarray(self.phi) + np.asarray(self.tau) * energy
        if not np.any(self.tau):
            even = np.asarray(self.phi, float) + np.zeros((1,) * energy.ndim)
        odd = 2 * np.pi * np.asarray(self.flux)
        ahead, back = np.exp(1j * (even + odd)), np.exp(1j * (even - odd))
        S = np.zeros((*ahead.shape, 2 * self.N, 2 * self.N), complex)
        k = np.arange(self.N)
        S[..., self.N + k, k] = ahead[..., None]
        S[..., k, self.N + k] = back[..., None]
        return S


@dataclass(frozen=True, eq=False, kw_only=True)
class Edge:
    """A chiral edge from the first to the second port."""

    nu: int = param(1, structural=True)
    phase: object = param(0.0)
    ports = ("from", "to")
    diagonal = True

    def channels(self):
        return ((self.nu, 0), (0, self.nu))

    def pattern(self):
        return np.array([[False, False], [True, False]])

    def smatrix(self, energy):
        turn = np.exp(1j * (np.asarray(self.phase) + np.zeros((1,) * energy.ndim)))
        return turn[..., None, None] * np.eye(self.nu)


@dataclass(frozen=True, eq=False, kw_only=True)
class Levels:
    """S(E) = 1 - 2 pi i W^T (E - H + i pi W W^T)^-1 W, a port for each channel."""

    H: np.ndarray
    W: np.ndarray
    diagonal = False

    @property
    def ports(self):
        return tuple(f"p{k}" for k in range(self.W.shape[1]))

    def channels(self):
        return ((1, 1),) * self.W.shape[1]

    def pattern(self):
        return np.ones((self.W.shape[1],) * 2, bool)

    def smatrix(self, energy):
        n, k = self.W.shape
        width = 1j * np.pi * self.W @ self.W.T
        inner = energy[..., None, None] * np.eye(n) - self.H + width
        drive = np.broadcast_to(self.W, (*energy.shape, n, k))
        return np.eye(k) - 2j * np.pi * self.W.T @ np.linalg.solve(inner, drive)


def barrier(T, **kwargs):
    """T transmits with i sqrt(T)."""
    r, t = np.sqrt(1 - T), 1j * np.sqrt(T)
    return PerChannel(s=((r, t), (t, r)), **kwargs)


def splitter(T, **kwargs):
    """Beam splitter 1,2 -> 3,4 and back."""
    t, r = np.sqrt(T), 1j * np.sqrt(1 - T)
    return PerChannel(
        s=((0, 0, t, r), (0, 0, r, t), (t, r, 0, 0), (r, t, 0, 0)), **kwargs
    )


def probe(eps, **kwargs):
    """In-line probe of D'Amato and Pastawski; ports 3 and 4 end in it."""
    t, l = np.sqrt(1 - eps), np.sqrt(eps)
    return PerChannel(
        s=((0, t, l, 0), (t, 0, 0, l), (l, 0, 0, -t), (0, l, -t, 0)), **kwargs
    )


def junction(eps, sign=1):
    """Three-way junction of Buttiker, Imry and Azbel; the stem first."""
    c = sign * np.sqrt(1 - 2 * eps)
    a, b, e = (c - 1) / 2, (c + 1) / 2, np.sqrt(eps)
    return PerChannel(s=((-(a + b), e, e), (e, a, b), (e, b, a)))


def random_unitary(rng, n):
    """Haar-distributed."""
    q, r = np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))
    return q * (np.diag(r) / np.abs(np.diag(r)))


def wire_up(*elements, reservoirs, shape=(), spin=1, kinds=None, structure=None):
    """Circuit from (model, (name, *nodes), (name, *nodes) …) tuples."""
    names = list(reservoirs)
    for _, *instances in elements:
        for _, *nodes in instances:
            names.extend(n for n in nodes if n not in names)
    number = {name: k for k, name in enumerate(names)}
    groups = tuple(
        Group(
            model,
            [name for name, *_ in instances],
            np.array([[number[n] for n in nodes] for _, *nodes in instances]),
            [None] * len(instances),
        )
        for model, *instances in elements
    )
    return from_groups(
        groups,
        names,
        len(reservoirs),
        shape,
        spin=spin,
        kinds=kinds,
        structure=structure,
    )


def from_groups(
    groups, names, reservoirs, shape=(), *, spin=1, kinds=None, structure=None
):
    """Circuit whose first nodes are the reservoirs."""
    n = reservoirs
    lead = (1,) * len(shape)
    zeros = np.zeros((*lead, n))
    reservoir_of = np.full(len(names), -1)
    reservoir_of[:n] = np.arange(n)
    kind = np.full(n, ReservoirKind.NORMAL, np.int8) if kinds is None else kinds
    columns = Reservoirs(
        names[:n],
        np.arange(n),
        np.asarray(kind, np.int8),
        np.zeros(n, bool),
        np.zeros(n, bool),
        np.ones(n, bool),
        zeros,
        zeros,
        zeros,
        zeros,
        zeros,
        [None] * n,
    )
    one = np.zeros(lead)
    return Circuit(
        "",
        names,
        reservoir_of,
        columns,
        (),
        tuple(groups),
        tuple(shape),
        one,
        one,
        one,
        one,
        spin=spin,
        structure=structure,
    )
