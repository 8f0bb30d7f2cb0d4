"""QN4xx: the network: dangling ends, channels that differ, waves that go nowhere."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN401": Code(
        "a dangling end",
        "One pin alone touches a coherent joint: a wave that arrives there has nowhere "
        "to go.",
        "Add a terminal or a probe at the node, or close the end: `S9 n wall`.",
    ),
    "QN402": Code(
        "more than two pins at a joint",
        "A coherent joint connects exactly two waves; a node is not an equipotential, "
        "and a wave cannot split at it.",
        "Use a splitter (`Y1 n a b`, or B with four nodes), or make the node a "
        "reservoir with a terminal T or a probe P.",
    ),
    "QN403": Code(
        "no reservoir in reach",
        "A closed piece of the network touches no terminal and no probe, so nothing "
        "feeds waves into it.",
        "Connect it, or add a terminal or a probe to it.",
    ),
    "QN404": Code(
        "channels differ across a joint",
        "Every wave that leaves one scatterer enters the other, so both ends of a "
        "joint carry the same number of channels.",
        "Give both elements the same N, or leave one of them out: it is inferred.",
    ),
    "QN405": Code(
        "a wave that nothing takes",
        "After blocks without incoming waves are dropped, every channel that leaves a "
        "scatterer at a joint must enter the other. A one-way edge brings a wave in, "
        "but carries none away, so what meets it there may not reflect.",
        "Use a scatterer without reflection (B with four pins), or a reservoir at the "
        "node.",
    ),
    "QN406": Code(
        "channels do not balance at a reservoir",
        "A reservoir that receives more channels than it emits, or fewer, would carry "
        "a current with all voltages equal. An edge channel cannot end in a contact.",
        "Continue the edge on the other side of the contact: `E9 n m`.",
    ),
    "QN408": Code(
        "a polarised terminal without resolved spin",
        "pol= says how much more easily one spin enters than the other; with channels "
        "that have no spin it has no meaning.",
        "Write .options spin=full, or leave out pol=.",
    ),
    "QN409": Code(
        "a leaky contact that joins no two edges",
        "absorb= is the probability that a contact takes up what an edge brings; the "
        "rest passes on to the next edge. That needs exactly two pins at the terminal.",
        "Let two edges meet at the terminal, or leave out absorb=.",
    ),
    "QN410": Code(
        "superconductors at different voltages",
        "Between superconductors at different voltages a Josephson current oscillates "
        "in time, which a stationary scattering matrix cannot describe; and all "
        "energies of a netlist count from one condensate.",
        "Give all the same V=. One with I=0 follows another that a scatterer joins it "
        "with. Circuits that do not meet can stand in netlists of their own.",
    ),
    "QN411": Code(
        "a polarised contact on a chiral edge",
        "pol= makes the contact a barrier that one spin passes more easily than the "
        "other. A barrier reflects, and a chiral edge has no channel that leads back.",
        "Leave out pol=, or choose the spin by a beam splitter before the contact.",
    ),
    "QN412": Code(
        "probabilities where waves meet",
        "A table with kind=probability says how often electrons pass, and not with "
        "which phase. Between reservoirs that is enough; at a joint with another "
        "scatterer, and in front of a superconductor, amplitudes interfere.",
        "Put a dephasing probe between the two, or give amplitudes.",
    ),
}
