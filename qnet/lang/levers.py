"""Which reservoirs the lever arms ``ref=(s:0.6 d:0.4)`` mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qnet.circuit import Ints
from qnet.diagnostics import suggest
from qnet.lang.cards import Word
from qnet.lang.inventory import Batch, Inventory
from qnet.lang.seas import Seas


def lever_nodes(found: Inventory, seas: Seas) -> dict[int, Ints]:
    """Nodes of the lever arms of each batch that has some, by its identity.

    A name means, in the block of its card, a terminal or probe, a pin, or a node.
    Adds QN214 where it means no reservoir.

    Returns
    -------
    dict of (rows, arms)
    """
    terminals = {
        name.lower(): int(batch.nodes[row, 0])
        for batch in seas.batches
        for row, name in enumerate(batch.names)
    }
    reservoirs = {*seas.nodes.tolist(), *seas.bare.tolist()}
    if seas.ground is not None:
        reservoirs.add(seas.ground)
    return {
        id(batch): np.stack(
            [
                _arm(found, batch, word, terminals, reservoirs)
                for word in batch.said.weights.names
            ],
            1,
        )
        for batch in found.batches
        if batch.said.weights is not None
    }


def _arm(
    found: Inventory,
    batch: Batch,
    word: Word,
    terminals: Mapping[str, int],
    reservoirs: set[int],
) -> Ints:
    """Node of one arm for each row; errors are told once."""
    size = batch.frame.size
    by_turn = [_node(found, batch, word.text, at, terminals) for at in range(size)]
    wrong = [node for node in by_turn if node not in reservoirs]
    if None in wrong:
        offer = [*terminals, *(found.nodes.names[node] for node in reservoirs)]
        message = f"no reservoir is called '{word.text}'{suggest(word.text, offer)}"
        found.findings.error("QN214", message, word.span)
    elif wrong:
        found.findings.error(
            "QN214",
            f"'{word.text}' is a coherent joint and has no voltage",
            word.span,
            help="a lever arm follows a reservoir; add a probe there",
        )
    nodes = np.array([0 if node is None else node for node in by_turn], np.intp)
    return np.tile(nodes, len(batch) // size)


def _node(
    found: Inventory, batch: Batch, name: str, at: int, terminals: Mapping[str, int]
) -> int | None:
    """Node that a name means in one repetition of the card's block."""
    frame, folded = batch.frame, name.lower()
    if folded in frame.pins:
        return int(frame.pins[folded][at])
    prefix = frame.prefixes[at] if frame.prefixes else ""
    for candidate in (prefix + name, name):
        if candidate.lower() in terminals:
            return terminals[candidate.lower()]
        node = found.nodes.find(candidate)
        if node is not None:
            return node
    return None
