"""Why an answer is what it is: its sources, its ways, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qnet.answers import ASKS
from qnet.circuit import Circuit
from qnet.corridor import template
from qnet.diagnostics import NetlistError, QnetError, refuse, suggest
from qnet.lang.cards import Call, Deck, Name, Number, Print
from qnet.lang.parse import parse
from qnet.lang.template import Template
from qnet.network.sample import compile_circuit
from qnet.notation import engineering, in_quanta
from qnet.reasons.counterfactuals import changes_of, value_of
from qnet.reasons.explanation import ROUNDING, Explanation, Share
from qnet.reasons.pathways import arrivals_at
from qnet.solved import Solved
from qnet.transport.equations import Solution, solve_circuit
from qnet.transport.linear import solve_linear
from qnet.transport.superposition import superpose


def why(
    source: str | Path | Deck,
    question: str,
    *,
    overrides: Mapping[str, str] | None = None,
    include: Sequence[str | Path] = (),
) -> Explanation:
    """Explain one answer: a voltage, a current, a resistance, a noise.

    Parameters
    ----------
    source : str, Path or Deck
        As for `qnet.run`.
    question : str
        One answer function: ``"V(P2)"``, ``"I(T1)"``, ``"R(T1,T4,P2,P3)"``.
    overrides : mapping
        Values as for `qnet.run`; a stepped name is held there. What is stepped and
        not named has the first value of its steps.
    include : sequence of paths
        Further folders from which the netlist may read.

    Returns
    -------
    Explanation

    Raises
    ------
    NetlistError
        QN214, QN306: the question names nothing that is there, or is no single answer.

    Examples
    --------
    >>> told = why('''
    ... T1 a V=1mV
    ... T2 b V=0
    ... P1 m
    ... B1 a m T=0.5
    ... B2 m b T=0.25
    ... ''', "V(P1)")
    >>> [(share.source, round(share.weight, 3)) for share in told.shares]
    [('T1', 0.667), ('T2', 0.333)]
    """
    given = dict(overrides or {})
    whole = template(source, overrides=given, include=include)
    values = whole.first_point(given)
    circuit = whole.circuit(values)
    solved = Solved(
        compile_circuit(circuit),
        lambda: compile_circuit(whole.circuit(values, reverse=True)),
    )
    call = _call(question, circuit)
    name, arguments = call.function, _arguments(call)
    value = value_of(solved, name, arguments)
    ask = {known.casefold(): ask for known, ask in ASKS.items()}[name.casefold()]
    shares, remarks = _shares(solved, ask.name, arguments)
    changes, refused = changes_of(circuit, name, arguments, value)
    return Explanation(
        question=f"{ask.name}({','.join(arguments)})",
        value=value,
        unit=ask.unit,
        point=tuple(_point_in_words(whole, values)),
        shares=tuple(shares),
        arrivals=tuple(arrivals_at(solved, arguments)),
        changes=changes,
        refused=refused,
        remarks=tuple(remarks),
    )


# --- the question


def _point_in_words(
    whole: Template, values: Mapping[str, np.ndarray[Any, Any]]
) -> Iterator[str]:
    for axis in whole.sweep:
        if axis.name in values and axis.name != "sample":
            yield f"{axis.name} = {engineering(float(axis.values[0]), axis.unit)}"


def _call(question: str, circuit: Circuit) -> Call:
    """The question as an answer call about what the circuit has."""
    deck = parse(f".print {question}\n", "<question>")
    (card,) = [card for card in deck.cards if isinstance(card, Print)]
    call = card.items[0]
    folded = {name.casefold(): ask for name, ask in ASKS.items()}
    if (
        len(card.items) != 1
        or not isinstance(call, Call)
        or call.function.casefold() not in folded
    ):
        message = f"'{question}' is not one answer function"
        known = ", ".join(f"{name}()" for name in ASKS)
        raise refuse(NetlistError, "QN306", message, help=f"ask for one of {known}")
    ask = folded[call.function.casefold()]
    least, most = ask.arity
    if not least <= len(call.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        message = f"'{ask.name}' takes {wanted} arguments, not {len(call.args)}"
        raise refuse(NetlistError, "QN306", message, call.span, help=ask.doc)
    known_names = _known(circuit, "lumped" in ask.takes)
    for argument in call.args:
        text = argument.text if isinstance(argument, Name | Number) else ""
        if text.casefold() not in {name.casefold() for name in known_names}:
            message = f"nothing that '{ask.name}' takes is called '{text}'"
            message += suggest(text, known_names)
            raise refuse(NetlistError, "QN214", message, argument.span)
    return call


def _known(circuit: Circuit, with_lumped: bool) -> list[str]:
    names = [*circuit.reservoirs.names, "0", "gnd"]
    names += [circuit.nodes[node] for node in circuit.reservoirs.nodes]
    if with_lumped:
        names += [name for part in circuit.lumped for name in part.names]
    return names


def _arguments(call: Call) -> tuple[str, ...]:
    return tuple(arg.text for arg in call.args if isinstance(arg, Name | Number))


# --- sources


def _shares(
    solved: Solved, name: str, arguments: tuple[str, ...]
) -> tuple[list[Share], list[str]]:
    """Shares of the sources in an answer, and what is to be said of them."""
    if name in {"V", "I"}:
        return _linear_shares(solved, name, arguments[0])
    if name == "R":
        return _resistance_shares(solved, arguments)
    if name == "S":
        return _noise_shares(solved, arguments)
    return [], []


def _linear_shares(
    solved: Solved, name: str, about: str
) -> tuple[list[Share], list[str]]:
    index = solved.locate(about)
    is_lumped = not isinstance(index, int)

    def read(solution: Solution) -> np.ndarray[Any, Any]:
        if isinstance(index, int):
            kind = solution.voltage if name == "V" else solution.current
            return kind[..., index]
        return solution.lumped[index[0]][..., index[1]]

    def solve(circuit: Circuit) -> Solution:
        if solved.is_full:
            return solve_circuit(circuit, solved.biased.differential)
        return solve_linear(circuit, solved.onsager())

    found = superpose(solved.circuit, solved.solution, solve, with_sources=is_lumped)
    weights = read(found.answers)
    unit = {"V": {"V": "", "A": "Ohm"}, "I": {"V": "S", "A": ""}}[name]
    shares = [
        Share(
            source,
            engineering(float(value), its),
            float(weight),
            unit[its],
            None if solved.is_full else float(weight * value),
        )
        for source, its, value, weight in zip(
            found.names, found.units, found.values, weights[:-1], strict=True
        )
    ]
    if solved.is_full:
        return shares, ["beyond linear response: weights are derivatives where it is"]
    warm = float(weights[-1])
    total = sum(abs(share.part or 0.0) for share in shares)
    if abs(warm) > ROUNDING * total and warm != 0:
        shares.append(Share("temperatures", "as given", 1.0, ASKS[name].unit, warm))
    return shares, []


def _resistance_shares(
    solved: Solved, arguments: tuple[str, ...]
) -> tuple[list[Share], list[str]]:
    """Weights of the contacts i and j in the voltages of k and l."""
    i, j, k, l = (solved.find(name) for name in arguments)
    n = len(solved.circuit.reservoirs)
    stamp = solved.response((i, j, k, l))
    circuit = solved.circuit
    held = np.isin(np.arange(n), (i, j))
    rows = replace(
        circuit.reservoirs,
        held=held,
        driven=np.zeros(n, bool),
        voltage=(np.arange(n) == i)[None].astype(float),
    )
    resistors = tuple(part for part in circuit.lumped if part.kind == "R")
    try:
        found = solve_circuit(
            replace(circuit, reservoirs=rows, lumped=resistors), stamp
        )
    except QnetError:
        return [], ["there is no current from the first to the second"]
    two = float(solved.resistance(np.array([[i, j, i, j]])).reshape(-1)[0])
    upper, lower = float(found.voltage[0, k]), float(found.voltage[0, l])
    first = solved.circuit.reservoirs.names[i]
    shares = [
        Share(f"{first} in V({arguments[2]})", "", upper, "", two * upper),
        Share(f"{first} in V({arguments[3]})", "", -lower, "", -two * lower),
    ]
    between = ",".join(arguments[:2] * 2)
    shown = in_quanta(two, "Ohm") or engineering(two, "Ohm")
    return shares, [f"times the two-terminal R({between}) = {shown}"]


def _noise_shares(
    solved: Solved, arguments: tuple[str, ...]
) -> tuple[list[Share], list[str]]:
    """Parts of a noise: that without any bias, and what the bias adds."""
    a, b = (solved.find(name) for name in arguments)
    pair = np.array([a, b])

    def read(of: Solved, *, is_frozen: bool = False) -> float:
        found = of.fluctuations.current(pair, is_frozen=is_frozen)
        return float(found[0, 0, 1])

    sample = compile_circuit(_unbiased(solved.circuit))
    whole, calm = read(solved), read(Solved(sample, lambda: sample))
    parts = {"temperature, no bias": calm, "bias (shot)": whole - calm}
    unit = ASKS["S"].unit
    shares = [
        Share(source, engineering(part, unit), part / whole if whole else 0.0, "", part)
        for source, part in parts.items()
    ]
    held = read(solved, is_frozen=True)
    if abs(whole - held) <= ROUNDING * max(abs(whole), abs(held)):
        return shares, []
    told = f"with floating voltages held it would be {engineering(held, unit)}: "
    return shares, [f"{told}they fluctuate, and answer"]


def _unbiased(circuit: Circuit) -> Circuit:
    """The circuit at its temperatures with every source at zero."""
    rows = circuit.reservoirs
    quiet = tuple(
        replace(part, value=np.zeros_like(part.value)) if part.kind in "VI" else part
        for part in circuit.lumped
    )
    calm = replace(
        rows,
        voltage=np.zeros_like(rows.voltage),
        current=np.zeros_like(rows.current),
    )
    return replace(circuit, reservoirs=calm, lumped=quiet)
