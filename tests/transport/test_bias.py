"""Finite bias against networks of another solver, and closed forms."""

import numpy as np
import pytest
from hand_made import circuit, flows_of_islands
from reference_networks import CURRENT_UNIT, KELVIN, load

from qnet.registry import ReservoirKind
from qnet.transport.bias import solve_bias

NETWORKS = load()
everyone = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
KINDS = {"vprobe": ReservoirKind.NORMAL, "tprobe": ReservoirKind.THERMAL,
         "dephasing": ReservoirKind.DEPHASING}  # fmt: skip
NAMES = ("T0", "T1", "T2", "T3")


def device(network, floating=None):
    """The network at its bias; what floats is a probe of the given kind.

    The file's carriers are positive: V = -μ.
    """
    answers = network.answers
    floating = floating or {}
    terminals = {
        name: {"V": -mu}
        for k, (name, mu) in enumerate(zip(NAMES, answers["mus"], strict=True))
        if k not in floating
    }
    probes = [NAMES[k] for k in floating]
    warm = (
        answers["kT"] * KELVIN
        if floating
        else dict(zip(NAMES, np.array(answers["bias"]["T"]) * KELVIN, strict=True))
    )
    kinds = {NAMES[k]: kind for k, kind in floating.items()}
    return circuit(terminals, probes=probes, kinds=kinds, temperature=warm)


def solved(network, floating=None):
    found = solve_bias(device(network, floating), flows_of_islands(network.islands, 4))
    assert found.working.excess.max() <= 1
    assert found.solution.conservation < 1e-9
    assert not found.solution.marks
    return found.solution


@everyone
def test_currents_and_heat_of_random_networks_at_finite_bias(network):
    found = solved(network)
    expected = network.answers["bias"]
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_voltage_probe_at_finite_bias(network):
    expected = network.answers["vprobe3"]
    found = solved(network, {3: ReservoirKind.NORMAL})
    assert -found.voltage[3] == pytest.approx(expected["mu3"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_thermal_probe_at_finite_bias(network):
    expected = network.answers["tprobe3_thermal"]
    found = solved(network, {3: ReservoirKind.THERMAL})
    assert -found.voltage[3] == pytest.approx(expected["mu3"], abs=1e-9)
    assert found.temperature[3] / KELVIN == pytest.approx(expected["T3"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
    assert found.heat / CURRENT_UNIT == pytest.approx(expected["J"], abs=1e-9)


@everyone
def test_dephasing_probe_at_finite_bias(network):
    found = solved(network, {3: ReservoirKind.DEPHASING})
    expected = network.answers["dephasing3"]["I"]
    assert -found.current / CURRENT_UNIT == pytest.approx(expected, abs=1e-9)


@everyone
def test_voltage_probe_beside_a_dephasing_probe(network):
    kinds = {2: ReservoirKind.NORMAL, 3: ReservoirKind.DEPHASING}
    found = solved(network, kinds)
    expected = network.answers["vprobe2_dephasing3"]
    assert -found.voltage[2] == pytest.approx(expected["mu2"], abs=1e-9)
    assert -found.current / CURRENT_UNIT == pytest.approx(expected["I"], abs=1e-9)
