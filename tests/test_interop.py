"""Scattering matrices shaped like Kwant's become scatterers of a netlist."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import unitary_group

import qnet


class KwantLike:
    """The attributes and methods of kwant.solvers.common.SMatrix, version 1.5."""

    def __init__(self, data, lead_info, out_leads, in_leads):
        self.data = data
        self.lead_info = lead_info
        self.out_leads, self.in_leads = list(out_leads), list(in_leads)
        self.current_conserving = True
        self.sizes = [len(info.momenta) // 2 for info in lead_info]
        self.out_offsets = np.cumsum([0, *(self.sizes[k] for k in self.out_leads)])
        self.in_offsets = np.cumsum([0, *(self.sizes[k] for k in self.in_leads)])

    def num_propagating(self, lead):
        return self.sizes[lead]

    def submatrix(self, lead_out, lead_in):
        out, in_ = self.out_leads.index(lead_out), self.in_leads.index(lead_in)
        return self.data[
            self.out_offsets[out] : self.out_offsets[out + 1],
            self.in_offsets[in_] : self.in_offsets[in_ + 1],
        ]

    def transmission(self, lead_out, lead_in):
        return np.sum(np.abs(self.submatrix(lead_out, lead_in)) ** 2)


def made(sizes, seed=3, out_leads=None, in_leads=None):
    leads = list(range(len(sizes)))
    info = [SimpleNamespace(momenta=np.zeros(2 * n)) for n in sizes]
    data = unitary_group.rvs(max(sum(sizes), 2), random_state=seed)
    return KwantLike(data, info, out_leads or leads, in_leads or leads)


def terminals(count):
    device = qnet.Builder("a system with leads")
    for k in range(count):
        device.T(f"T{k}", f"n{k}", V=0)
    return device


@pytest.mark.parametrize("order", [None, [2, 0, 1]])
def test_transmissions_between_leads_are_those_of_the_matrix(order):
    system = made([2, 1, 3])
    device = terminals(3)
    nodes = [f"n{k}" for k in range(3)]
    device.S("S1", *nodes, "matrix", **qnet.from_kwant(system, order))
    for a in range(3):
        for b in range(3):
            device.meas(f"t{a}{b}", f"T(T{a},T{b})")
    report = device.run()
    assert report.passed
    leads = order or [0, 1, 2]
    for a in range(3):
        for b in range(3):
            expected = system.transmission(leads[a], leads[b])
            found = float(report.measures[f"t{a}{b}"].values)
            assert found == pytest.approx(expected, rel=1e-12)


def test_a_system_written_as_a_netlist_is_the_same_to_the_last_digit():
    system = made([1, 1])
    device = terminals(2)
    device.S("S1", "n0", "n1", "matrix", **qnet.from_kwant(system))
    again = qnet.parse_netlist(str(device))
    assert qnet.run(again).title == "a system with leads"
    (group,) = qnet.template(again).circuit().groups
    np.testing.assert_array_equal(np.squeeze(group.model.S), system.data)


def test_what_is_done_in_the_reversed_field_is_said():
    assert qnet.from_kwant(made([1, 1]), reverse="refuse")["reverse"] == "refuse"


@pytest.mark.parametrize(
    ("keys", "leads", "message"),
    [
        ({"sizes": [1, 1], "in_leads": [0]}, None, "compute all"),
        ({"sizes": [1, 1]}, [0, 0], "each once"),
        ({"sizes": [2, 0]}, None, "lead 1 carries no mode"),
    ],
)
def test_a_matrix_with_gaps_is_refused(keys, leads, message):
    with pytest.raises(ValueError, match=message):
        qnet.from_kwant(made(**keys), leads)


def test_a_matrix_that_does_not_fit_its_leads_is_refused():
    system = made([1, 1])
    system.num_propagating = lambda lead: 2
    with pytest.raises(ValueError, match=r"S is \(2, 2\), for 4 modes"):
        qnet.from_kwant(system)


def test_a_mode_close_to_its_threshold_is_warned_of():
    system = made([2, 1])
    system.lead_info[0].velocities = np.array([-1.0, -0.01, 1.0, 0.01])
    system.lead_info[1].velocities = np.array([-0.7, 0.7])
    with pytest.warns(UserWarning, match="lead 0 has a mode close to its threshold"):
        qnet.from_kwant(system)
