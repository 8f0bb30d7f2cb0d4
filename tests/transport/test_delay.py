"""The density of states is that of Wigner's delay time."""

import numpy as np
import pytest

from qnet.transport.delay import density_of_states


def level(energy, centre, left, right):
    """Breit-Wigner level between two leads, S[..., E, 2, 2]."""
    half = (left + right) / 2
    w = np.sqrt(np.array([left, right]))
    amplitude = 1 / (energy - centre + 1j * half)
    return np.eye(2) - 1j * np.outer(w, w) * amplitude[..., None, None]


@pytest.mark.parametrize("width", [1.0, 1e-3, 1e-6])
def test_a_level_holds_one_lorentzian(width):
    """Wigner, Phys. Rev. 98, 145 (1955): ν = (Γ/2π) / ((E-ε)² + Γ²/4)."""
    energy = np.linspace(-2, 2, 41)
    centre = 0.1
    found = density_of_states(
        lambda E: [level(E, centre, 0.3 * width, 0.7 * width)[None]], energy
    )
    exact = width / (2 * np.pi) / ((energy - centre) ** 2 + width**2 / 4)
    assert found == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_a_level_holds_one_state():
    angle = (np.arange(200) + 0.5) * np.pi / 200 - np.pi / 2
    energy = np.tan(angle)
    found = density_of_states(lambda E: [level(E, 0.0, 1.0, 1.0)[None]], energy)
    total = np.sum(found / np.cos(angle) ** 2) * np.pi / 200
    assert total == pytest.approx(1, rel=1e-8)


def test_a_wire_has_the_density_of_its_flight_time():
    """Two wires of two directions, each with ν = L/hv at all energies."""
    delay = 7.0
    energy = np.linspace(0, 3, 7)

    def wire(E):
        t = np.exp(1j * delay * E)
        zero = np.zeros_like(t)
        S = np.stack([zero, t, t, zero], -1).reshape(*t.shape, 2, 2)
        return [S[None], S[None]]

    found = density_of_states(wire, energy)
    assert found == pytest.approx(np.full(7, 4 * delay / (2 * np.pi)), rel=1e-8)
