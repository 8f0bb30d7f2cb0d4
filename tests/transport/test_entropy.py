"""First and second law, on hand-made numbers and on solved networks."""

import numpy as np
import pytest
from hand_made import circuit, flows_of_islands
from reference_networks import KELVIN, load

from qnet.transport.audits import entropy_production, first_law_defect
from qnet.transport.bias import solve_bias

NETWORKS = load()


def test_joule_heat_of_a_resistor_is_what_its_source_gives():
    V, I = np.array([2.0, 0.0]), np.array([3.0, -3.0])
    assert first_law_defect(V, I, np.array([-3.0, -3.0])) == 0
    assert first_law_defect(V, I, np.array([-3.0, -2.0])) == pytest.approx(1 / 11)
    assert first_law_defect(0 * V, 0 * I, 0 * V) == 0


def test_entropy_grows_when_heat_goes_from_hot_to_cold():
    T = np.array([2.0, 1.0])
    assert entropy_production(np.array([1.0, -1.0]), T) == 0.5
    assert entropy_production(np.array([-1.0, 1.0]), T) == -0.5
    assert entropy_production(np.array([1.0, -1.0]), np.array([1.0, 0.0])) == np.inf
    assert entropy_production(np.zeros(2), np.zeros(2)) == 0


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_laws_hold_at_finite_bias_and_different_temperatures(network):
    rng = np.random.default_rng(0)
    terminals = {f"T{k}": {"V": rng.normal(size=5) * 0.2} for k in range(4)}
    warm = {f"T{k}": rng.uniform(0.02, 0.2, 5) * KELVIN for k in range(4)}
    device = circuit(terminals, temperature=warm, sweep=(5,))
    found = solve_bias(device, flows_of_islands(network.islands, 4)).solution
    laws = first_law_defect(found.voltage, found.current, found.heat)
    assert laws.max() < 1e-9
    assert (entropy_production(found.heat, found.temperature) > 0).all()
