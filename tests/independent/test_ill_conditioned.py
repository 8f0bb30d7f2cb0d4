"""Rings close to a state that no lead reaches: fifty digits against the library.

The library may lose digits in proportion to the condition of the joined waves, and says
so in its certificate; it never loses more.
"""

import numpy as np
import pytest

import qnet
from tests.independent import networks as make
from tests.independent.dense import Dense
from tests.independent.networks import Network, Reservoir

CONTACTS = (Reservoir("1", "s", voltage=1e-3), Reservoir("2", "d", voltage=0.0))


def ring(detuning, eps=0.3):
    """Two equal arms; at phi = π the state odd in the arms meets no lead."""
    phase = float(np.pi + detuning)
    return Network(
        (
            make.junction("1", ("s", "u1", "l1"), 1, eps, 1),
            make.wire("1", ("u1", "u2"), 1, phase, 0.0),
            make.wire("2", ("l1", "l2"), 1, phase, float(detuning / 3)),
            make.junction("2", ("d", "u2", "l2"), 1, eps, 1),
        ),
        CONTACTS,
    )


def cavity(transmission, order=1):
    """A resonance between two barriers that let almost nothing through."""
    barrier = make.barrier("1", ("s", "a"), 1, transmission, 0.0)
    other = make.barrier("2", ("b", "d"), 1, transmission, 0.0)
    return Network(
        (barrier, make.wire("1", ("a", "b"), 1, float(np.pi * order), 0.0), other),
        CONTACTS,
    )


NETWORKS = {
    **{f"ring {d:g}": ring(d) for d in (1e-2, 1e-4, 1e-6, 1e-8)},
    **{f"ring, weakly tied {d:g}": ring(d, 1e-4) for d in (1e-1, 1e-3, 1e-5)},
    **{f"cavity {t:g}": cavity(t) for t in (1e-2, 1e-4, 1e-6)},
}


@pytest.mark.parametrize("transmission", [1e-8, 1e-10])
def test_a_resonance_narrower_than_its_rounding_is_withheld(transmission):
    """The defect of S, ε times the condition 2/T, passes the bound of refusal."""
    with pytest.raises(qnet.PhysicsError, match="QN545"):
        qnet.run(cavity(transmission).netlist(".op"))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_digits_are_lost_only_with_the_condition(network):
    dense = Dense(network)
    expected = dense.transmission(np.zeros(1), digits=50)[0]
    report = qnet.run(network.netlist(".op", ".tmatrix"))
    found = report["tmatrix"]["T"].values
    assert abs(found - expected).max() < 1e-14 * dense.condition


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_certificate_knows_the_condition(network):
    report = qnet.run(network.netlist(".op"))
    claimed = float(report.certificates["loop condition"])
    condition = Dense(network).condition
    assert condition / 30 < claimed < 30 * condition


def test_double_precision_in_one_piece_agrees_with_fifty_digits():
    """The reference itself, where nothing is ill-conditioned."""
    dense = Dense(ring(0.3))
    precise = dense.amplitudes(np.zeros(1), digits=50)
    assert dense.amplitudes(np.zeros(1)) == pytest.approx(precise, abs=1e-14)


@pytest.mark.parametrize("detuning", [0.0, 1e-15])
def test_a_decoupled_state_leaves_a_unitary_answer(detuning):
    """At the exact singularity the leads still see a good S."""
    near = Dense(ring(1e-5)).transmission(np.zeros(1), digits=50)[0]
    report = qnet.run(ring(detuning).netlist(".op", ".tmatrix"))
    found = report["tmatrix"]["T"].values
    assert found == pytest.approx(near, abs=1e-4)
    assert found.sum(0) == pytest.approx(np.ones(2), abs=1e-10)
