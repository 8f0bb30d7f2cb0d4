"""Linear response at finite temperature against networks of another solver."""

import numpy as np
import pytest
from hand_made import circuit, flows_of_islands
from reference_networks import KELVIN, load

from qnet.constants import Gq
from qnet.transport.conductance import dense_conductance
from qnet.transport.onsager import onsager_stamps

NETWORKS = load()
FOUR = ("T0", "T1", "T2", "T3")
everyone = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)


def device(network, fermi=0.1, **more):
    kT = network.answers["kT"]
    terminals = {name: {"V": 0.0} for name in FOUR}
    made = circuit(terminals, temperature=kT * KELVIN, **more)
    made.fermi[...] = fermi
    return made


@everyone
def test_onsager_matrices_of_random_networks(network):
    found = onsager_stamps(device(network), flows_of_islands(network.islands, 4))
    answers = network.answers
    for stamp, name, sign in (
        (found.charge, "G_T_mu0.1", 1),
        (found.charge_heat, "L1_mu0.1", -1),
        (found.heat_charge, "L1_mu0.1", -1),
        (found.heat, "L2_mu0.1", 1),
    ):
        L = dense_conductance(stamp) / Gq
        assert pytest.approx(sign * np.array(answers[name]), abs=1e-9) == L
    assert found.error.max() <= 1
