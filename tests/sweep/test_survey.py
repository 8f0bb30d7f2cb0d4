"""A sweep shared among workers: the same bits as in one process."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import qnet
from qnet.corridor import recipe
from qnet.sweep import tile
from qnet.sweep.findings import pack, unpack
from qnet.sweep.tile import Desk, job_of

NETLIST = """
.title Ring with a probe, a barrier and a field that turns
.param phi=0 kL=1 g=0.3
.field 1T
T1 s V=10uV
T2 d V=0
Y1 s u1 l1 eps=0.4444
W1 u1 u2 phi={kL} flux={+0.5*phi*B/1T}
B1 u2 u3 T={g}
W2 l1 l2 phi={kL} flux={-0.5*phi*B/1T}
Y2 d u3 l2 eps=0.4444
P1 p
B2 d p T=0.5
E1 s d
E2 d s
.step B list -1T 0T 1T
.step kL lin 10 0 7
.step phi lin 800 0 1
.op
.gmatrix
.noise
.meas conductance G(T1,T1)
.meas potential V(P1)
.meas top max conductance
"""


def bits(report):
    """Every number of a report, to the bit."""
    found = {f"measure {n}": q for n, q in report.measures.items()}
    found |= {f"certificate {n}": q for n, q in report.certificates.items()}
    for result in report.analyses:
        found |= {f"{result.analysis} {n}": q for n, q in result.quantities.items()}
    return {name: np.asarray(q.values).tobytes() for name, q in found.items()}


@pytest.fixture(scope="module")
def alone():
    return qnet.run(NETLIST)


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_bits(alone, workers):
    shared = qnet.run(NETLIST, workers=workers)
    assert bits(shared) == bits(alone)
    assert shared.settings == alone.settings
    assert [d.message for d in shared.diagnostics] == [
        d.message for d in alone.diagnostics
    ]


def test_an_executor_gives_the_same_bits(alone):
    with ThreadPoolExecutor(2) as executor:
        assert bits(qnet.run(NETLIST, executor=executor)) == bits(alone)


def test_marked_points_stay_marked_wherever_they_were_solved(alone):
    shared = qnet.run(NETLIST, workers=2)
    lost = np.isnan(shared.measures["conductance"].values)
    assert lost[1].all()
    assert not lost[[0, 2]].any()
    reason = next(d for d in shared.diagnostics if d.code == "QN510")
    assert reason.primary.span.source.text == NETLIST


def test_a_tile_does_not_depend_on_the_tiles_before_it(monkeypatch):
    monkeypatch.setattr(tile, "COLD_TILE", 1024)
    ours = recipe(NETLIST)
    desk = Desk(ours.template)
    later = [pack(desk.explore(number), ours.sources) for number in (0, 2, 1)]
    assert pack(Desk(ours.template).explore(1), ours.sources) == later[2]
    assert job_of(ours)(1) == later[2]


def test_findings_come_back_from_bytes_as_they_were():
    ours = recipe(NETLIST)
    packed = pack(Desk(ours.template).explore(1), ours.sources)
    assert pack(unpack(packed, ours.sources), ours.sources) == packed


def test_progress_reaches_the_number_of_points():
    heard = []
    qnet.run(NETLIST, workers=2, progress=lambda done, total: heard.append(done))
    assert heard == sorted(heard)
    assert heard[-1] == 24000
