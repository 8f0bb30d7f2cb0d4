"""Circuits and flows written down by hand, as elaborator and network hand them out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qnet.circuit import Circuit, Lumped, Reservoirs
from qnet.registry import ReservoirKind
from qnet.smatrix import amplitude_witness
from qnet.transport.conductance import Stamp


@dataclass(frozen=True, eq=False)
class HandFlows:
    """Probabilities between vertices in coordinates."""

    rows: np.ndarray
    cols: np.ndarray
    values: np.ndarray
    fed: np.ndarray
    size: int
    inner: int = 0
    witness: np.ndarray | None = None
    excitations: None = None


def flows(T, fed=None, inner=0):
    """Flows of a matrix T[..., to, from]; one energy is added in front of its axes.

    `fed` defaults to the column sums, as unitarity has it.
    """
    T = np.asarray(T, float)
    n = T.shape[-1]
    fed = T.sum(-2) if fed is None else np.asarray(fed, float)
    rows, cols = np.divmod(np.arange(n * n), n)
    values = T.reshape(*T.shape[:-2], 1, n * n)
    return HandFlows(rows, cols, values, fed[..., None, :], n, inner)


def nothing(n):
    """The stamp of n reservoirs without scatterers."""
    empty = np.array([], int)
    return Stamp(empty, empty, np.zeros(0), n)


def circuit(
    terminals, *, probes=(), bare=(), lumped=(), sweep=(), kinds=None, temperature=0.0
):
    """A circuit of reservoirs.

    Parameters
    ----------
    terminals : dict
        Name -> {"V": …} or {"I": …} or {}; numbers or arrays along the sweep.
    probes, bare : sequence of str
        Names of probes, and of nodes without T or P ("0" is held at 0 V).
    lumped : sequence of (letter, name, first, second, value)
    sweep : tuple of int
    kinds : dict
        Name -> ReservoirKind, where not NORMAL.
    temperature : float or dict
        Kelvin, of all or by name (0 elsewhere).
    """
    names = (*terminals, *probes, *bare)
    n = len(names)
    axes = (1,) * len(sweep)

    def column(values):
        arrays = [np.asarray(v, float) for v in values]
        arrays = [a if a.ndim else a.reshape(axes) for a in arrays]
        return np.stack(np.broadcast_arrays(*arrays), -1)

    cards = [terminals.get(name, {}) for name in names]
    warm = temperature if isinstance(temperature, dict) else {}
    base = 0.0 if warm else temperature
    zeros = np.zeros((*axes, n))
    reservoirs = Reservoirs(
        names=names,
        nodes=np.arange(n),
        kind=np.array(
            [(kinds or {}).get(name, ReservoirKind.NORMAL) for name in names], np.int8
        ),
        held=np.array(["V" in c for c in cards]) | np.array([x == "0" for x in names]),
        driven=np.array(["I" in c for c in cards]),
        is_terminal=np.array([name in terminals for name in names]),
        voltage=column([c.get("V", 0.0) for c in cards]),
        current=column([c.get("I", 0.0) for c in cards]),
        temperature=column([warm.get(name, base) for name in names]),
        gap=zeros,
        phase=zeros,
        spans=(None,) * n,
    )
    state = np.zeros(axes)
    return Circuit(
        title="",
        nodes=names,
        reservoir_of=np.arange(n),
        reservoirs=reservoirs,
        lumped=tuple(_letters(lumped, names, column)),
        groups=(),
        shape=tuple(sweep),
        fermi=state,
        temperature=np.full(axes, base),
        field=state,
        magnetization=state + 1,
    )


def _letters(lumped, names, column):
    for letter in "VIRC":
        cards = [card for card in lumped if card[0] == letter]
        if cards:
            ends = [[names.index(card[2]), names.index(card[3])] for card in cards]
            value = column([card[4] for card in cards])
            yield Lumped(
                kind=letter,
                names=[card[1] for card in cards],
                ends=np.array(ends),
                value=value,
                temperature=np.zeros_like(value),
                spans=[None] * len(cards),
            )


def doubly_balanced(rng, n, channels=3):
    """Random T whose rows and columns both sum to the channels, as flux conserves."""
    weights = rng.dirichlet(np.ones(channels * n))[: channels * n]
    total = sum(w * np.eye(n)[rng.permutation(n)] for w in weights)
    return channels * total


def flows_of_islands(islands, reservoirs):
    """Flows at any energy from islands with S (island, ..., out, in)."""

    def flows_at(energy, voltage):
        del voltage
        (island,) = islands(energy)
        S = island.S[0]
        out, into = island.outgoing[0], island.incoming[0]
        rows, cols = (k.ravel() for k in np.meshgrid(out, into, indexing="ij"))
        values = abs(S.reshape(*S.shape[:-2], -1)) ** 2
        fed = np.bincount(into, minlength=reservoirs).astype(float)
        return HandFlows(
            rows,
            cols,
            values,
            fed.reshape(*(1 for _ in values.shape[:-1]), -1),
            reservoirs,
            witness=amplitude_witness(S),
        )

    return flows_at


def constant_flows(T):
    """Flows that do not depend on energy."""
    found = flows(np.asarray(T, float))
    found = replace(found, witness=np.zeros((1, 0), complex))
    return lambda energy, voltage: replace(
        found,
        values=found.values.reshape(*(1,) * energy.ndim, -1),
        fed=found.fed.reshape(*(1,) * energy.ndim, -1),
        witness=found.witness.reshape(*(1,) * energy.ndim, 0),
    )
