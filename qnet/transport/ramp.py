"""Sources turned up step by step, where Newton's method from afar goes astray.

With weak sources linear response is a good start, and each solution is one for the
sources a little stronger: SPICE's source stepping. A thermal probe behind a narrow
resonance otherwise may set out much too hot, where nothing leads it back.

References
----------
L. W. Nagel, SPICE2, Memorandum ERL-M520, University of California, Berkeley (1975).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qnet.circuit import Circuit, Floats
from qnet.transport.newton import Newton, State

SHARES: Final = (1 / 64, 1 / 16, 1 / 4, 1 / 2, 3 / 4)
"""Strengths of the sources on the way up."""


def turned_up(newton: Newton) -> tuple[Floats, Floats]:
    """Voltages and (kT)² (*sweep, n) near the solution, sources turned up to it.

    Parameters
    ----------
    newton : Newton
        The circuit with all its sources.
    """
    state: State | None = None
    for share in SHARES:
        stage = Newton(_weakened(newton.circuit, share), newton.conductor)
        begin = None if state is None else _carried(stage, state)
        state, _ = stage.without_samples().run(begin)
    assert state is not None
    return _carried(newton, state)


def _weakened(circuit: Circuit, share: float) -> Circuit:
    """A circuit with a share of all voltages, currents and temperature differences."""
    rows = circuit.reservoirs
    base = circuit.temperature[..., None]
    weak = replace(
        rows,
        voltage=share * rows.voltage,
        current=share * rows.current,
        temperature=base + share * (rows.temperature - base),
    )
    lumped = tuple(
        replace(part, value=share * part.value) if part.kind in "VI" else part
        for part in circuit.lumped
    )
    return replace(circuit, reservoirs=weak, lumped=lumped)


def _carried(newton: Newton, state: State) -> tuple[Floats, Floats]:
    """A start from the solution with weaker sources: what floats moves, all else is."""
    shift = (state.voltage - newton.origin)[..., newton.feet]
    voltage = newton.origin + shift @ newton.tree.T
    heat = newton.heat.copy()
    heat[..., newton.thermal] = state.heat[..., newton.thermal]
    return voltage, heat
