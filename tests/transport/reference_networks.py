"""Networks composed in a few dense lines, independent of the network room.

`load` gives the random networks of tests/data, whose outputs come from another solver;
its units are e = h = k_B = 1 and its carriers are positive, so that with eV for the
energy unit μ is as given, V = -μ/e, and currents change their sign.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qnet.constants import Gq, e, kB_eV
from qnet.transport.island_noise import Bias, island_heat_noise, island_noise

NOISE_UNIT = Gq * e
"""One (e²/h) eV in A²/Hz."""
CURRENT_UNIT = Gq
"""One (e/h) eV in A."""
KELVIN = 1 / kB_eV
"""Temperature at which k_B T is 1 eV."""

DATA = Path(__file__).parents[1] / "data" / "random_networks.json"


@dataclass(frozen=True, eq=False)
class HandIsland:
    """One island with the reservoir of each channel."""

    S: np.ndarray
    outgoing: np.ndarray
    incoming: np.ndarray


def island(S, reservoirs):
    """An island whose channels end in `reservoirs`, from S (..., out, in)."""
    ends = np.asarray(reservoirs)[None]
    return HandIsland(np.asarray(S, complex)[None], ends, ends)


def constant(S, reservoirs):
    """Islands whose S does not depend on energy."""
    S = np.asarray(S, complex)

    def islands(energy):
        lead = energy.ndim - (S.ndim - 2)
        return [
            island(S.reshape(*S.shape[:-2], *(1,) * lead, *S.shape[-2:]), reservoirs)
        ]

    return islands


def two_terminal(passed):
    """Independent channels of given transmissions between reservoirs 0 and 1."""
    t, r = np.sqrt(passed), np.sqrt(1 - np.asarray(passed))
    S = np.block([[np.diag(r), 1j * np.diag(t)], [1j * np.diag(t), np.diag(r)]])
    return S, [0] * len(t) + [1] * len(t)


def at_bias(islands, mu, temperature, dephasing=(), **how):
    """Islands at a working point, from plain lists."""
    mu = np.asarray(mu, float)
    temperature = np.broadcast_to(temperature, mu.shape).astype(float)
    return Bias(islands, mu, temperature, np.array(dephasing, int), **how)


def noise_of(*working_point, breaks=None, rtol=1e-10, **how):
    return island_noise(at_bias(*working_point, **how), breaks=breaks, rtol=rtol)


def heat_noise_of(*working_point, **how):
    return island_heat_noise(at_bias(*working_point, **how))


def join(S, joints):
    """S between open channels of S (..., n, n) when pairs of channels are joined.

    `joints`: (i, j, forward, backward): what leaves i enters j times `forward`, what
    leaves j enters i times `backward`.
    """
    inner = [k for i, j, *_ in joints for k in (i, j)]
    outer = [k for k in range(S.shape[-1]) if k not in inner]
    batch = np.broadcast_shapes(S.shape[:-2], *[np.shape(f) for *_, f, _ in joints])
    C = np.zeros((*batch, len(inner), len(inner)), complex)
    for k, (_, _, forward, backward) in enumerate(joints):
        C[..., 2 * k + 1, 2 * k] = forward
        C[..., 2 * k, 2 * k + 1] = backward
    at = np.ix_
    See, Sei = S[(..., *at(outer, outer))], S[(..., *at(outer, inner))]
    Sie, Sii = S[(..., *at(inner, outer))], S[(..., *at(inner, inner))]
    arrived = np.linalg.solve(np.eye(len(inner)) - Sii @ C, Sie)
    return See + Sei @ C @ arrived


def block_diagonal(*parts):
    """Scatterers side by side."""
    batch = np.broadcast_shapes(*[p.shape[:-2] for p in parts])
    n = sum(p.shape[-1] for p in parts)
    S = np.zeros((*batch, n, n), complex)
    start = 0
    for p in parts:
        stop = start + p.shape[-1]
        S[..., start:stop, start:stop] = p
        start = stop
    return S


def in_line_probe(leak):
    """Pins left, right and the probe's two channels; each way leaks `leak`."""
    t, r = np.sqrt(1 - leak), np.sqrt(leak)
    return np.array([[0, t, r, 0], [t, 0, 0, r], [r, 0, 0, -t], [0, r, -t, 0]], complex)


def probe_chain(count, leak):
    """A perfect channel with probes in line: S and reservoirs (ends 0, 1; probes 2 …).

    Channels: left end, then two for each probe, then right end.
    """
    S = block_diagonal(*[in_line_probe(leak)] * count)
    if count > 1:
        S = join(S, [(4 * k + 1, 4 * k + 4, 1.0, 1.0) for k in range(count - 1)])
    # open channels keep their order: left pin, probe pairs, right pin of the last one
    if count == 1:
        return S, [0, 1, 2, 2]
    probes = [2 + k for k in range(count) for _ in range(2)]
    return S, [0, *probes[:-2], 1, *probes[-2:]]


@dataclass(frozen=True, eq=False)
class RandomNetwork:
    """One network at one field, and what the other solver says of it."""

    name: str
    net: dict
    answers: dict

    @property
    def reservoirs(self):
        return [t for t, pins in enumerate(self.net["terminals"]) for _ in pins]

    def smatrix(self, energy):
        """S (..., out, in) at energies (...)."""
        E = np.asarray(energy, float)[..., None, None]
        parts = [_scatterer(s, E, self.answers["b"]) for s in self.net["scatterers"]]
        starts = np.cumsum([0, *[p.shape[-1] for p in parts]])
        joints = []
        for (i, k), (j, m), phi, tau, ab in self.net["wires"]:
            common, flux = phi + tau * E[..., 0, 0], self.answers["b"] * ab
            forward, back = np.exp(1j * (common + flux)), np.exp(1j * (common - flux))
            joints.append((starts[i] + k, starts[j] + m, forward, back))
        S = join(block_diagonal(*parts), joints)
        inner = {k for i, j, *_ in joints for k in (i, j)}
        outer = [k for k in range(starts[-1]) if k not in inner]
        pins = [starts[i] + k for t in self.net["terminals"] for i, k in t]
        order = [outer.index(k) for k in pins]
        return S[..., order, :][..., order]

    def islands(self, energy):
        return [island(self.smatrix(energy), self.reservoirs)]

    def constant_islands(self, energy):
        """S taken at E0, with an energy axis of length 1."""
        E0 = np.full((*[1] * energy.ndim,), self.answers["E0"])
        return [island(self.smatrix(E0), self.reservoirs)]


def _scatterer(s, E, b):
    if s["type"] == "const":
        S = np.asarray(s["S"])
        return (S[..., 0] + 1j * S[..., 1]) * np.ones_like(E)
    H = np.asarray(s["H0"]) + 1j * b * np.asarray(s["A"])
    W = np.asarray(s["W"])
    levels = E * np.eye(len(H)) - H + 1j * np.pi * W @ W.T
    return np.eye(W.shape[1]) - 2j * np.pi * W.T @ np.linalg.solve(levels, W + 0j)


def load():
    """All networks at both fields."""
    cases = json.loads(DATA.read_text())["cases"]
    return [
        RandomNetwork(f"{case['id']} b={out['b']:+g}", case["net"], out)
        for case in cases
        for out in case["outputs"]
    ]
