"""Result files, read back by other programs than the one that wrote them."""

import json
import struct
import sys

import numpy as np
import pytest

import qnet
from qnet.output.export import write
from qnet.output.formats import read

NETLIST = """
.title A barrier, its matrix and its spectrum
.param g=0.5
.field 0T
T1 a V=1mV
T2 b V=0
B1 a w T={g}
W1 w b phi=0.3 flux={B*1Phi0/1T}
.op
.smatrix
.spectrum -1meV 1meV 5
.step g list 0.2 0.4 0.8
.step B lin 4 0T 0.3T
.meas conductance G(T1,T1)
.meas largest max conductance
.print {I(T1)/V(T1)}
"""


@pytest.fixture(scope="module")
def report():
    return qnet.run(NETLIST)


def test_xarray_names_dimensions_by_the_steps(report):
    found = report.to_xarray()
    assert found.conductance.dims == ("g", "B")
    assert found.conductance.attrs["units"] == "S"
    assert found.g.values.tolist() == [0.2, 0.4, 0.8]
    np.testing.assert_allclose(
        found.conductance.sel(g=0.4, B=0).item(), 0.4 * 7.748091730e-5 / 2, rtol=1e-9
    )
    assert found["op.voltage"].sel(reservoir="T1").dims == ("g", "B")


def test_xarray_carries_what_the_numbers_come_from(report):
    told = report.to_xarray().attrs
    assert told["netlist"] == NETLIST
    assert "S[out, in]" in told["conventions"]
    assert json.loads(told["versions"])["numpy"] == np.__version__
    certificate = report.to_xarray()["certificate.sum rules"]
    assert certificate.attrs["refused"] == 1e-8


def test_netcdf_is_read_by_xarray_to_the_last_bit(report, tmp_path):
    import xarray

    (path,) = write(report, tmp_path / "out.nc")
    with xarray.open_dataset(path, engine="h5netcdf") as held:
        ours = report.to_xarray()
        assert (held.conductance.values == ours.conductance.values).all()
        assert held.reservoir.values.tolist() == ["T1", "T2"]
        S = held["smatrix.S"]
        assert S.dims[-1] == "complex"
        together = S.values[..., 0] + 1j * S.values[..., 1]
        assert (together == ours["smatrix.S"].values).all()
        assert held.attrs["netlist"] == NETLIST


@pytest.mark.parametrize("suffix", [".nc", ".npz"])
def test_files_come_back_as_they_were(report, tmp_path, suffix):
    from qnet.output.dataset import dataset_of

    (path,) = write(report, tmp_path / f"out{suffix}")
    ours, theirs = dataset_of(report), read(path)
    assert list(theirs.dump()) == list(ours.dump())
    assert theirs.checksum() == ours.attributes["checksum"]


def test_npz_opens_without_running_anything(report, tmp_path):
    (path,) = write(report, tmp_path / "out.npz")
    with np.load(path, allow_pickle=False) as held:
        conductance = report.measures["conductance"].values
        assert (held["conductance"] == conductance).all()


def spice_raw(data):
    """Read a raw file as the manual of ngspice describes it; knows nothing of qnet."""
    head, _, body = data.partition(b"Binary:\n")
    if not body:
        head, _, body = data.partition(b"Values:\n")
    lines = head.decode().splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    count, points = int(facts["No. Variables"]), int(facts["No. Points"])
    names = [line.split("\t")[2] for line in lines if line.startswith("\t")]
    assert len(names) == count
    is_complex = facts["Flags"] == "complex"
    width = 2 if is_complex else 1
    if data.find(b"Binary:\n") >= 0:
        numbers = [x[0] for x in struct.iter_unpack("<d", body)]
    else:
        words = body.decode().replace(",", " ").split()
        step = 1 + count * width
        numbers = [
            float(w)
            for k in range(points)
            for w in words[k * step + 1 : (k + 1) * step]
        ]
    table = np.array(numbers).reshape(points, count, width)
    values = table[..., 0] + 1j * table[..., 1] if is_complex else table[..., 0]
    return dict(zip(names, values.T, strict=True))


@pytest.mark.parametrize("name", ["out.raw", "out.ascii.raw"])
def test_raw_files_are_read_by_the_rules_of_ngspice(report, tmp_path, name):
    path, _ = write(report, tmp_path / name)
    columns = spice_raw(path.read_bytes())
    conductance = report.measures["conductance"].values
    assert next(iter(columns)) == "B"
    assert columns["B"][:4].real.tolist() == report.axes[1].values.tolist()
    assert (columns["conductance"].real == conductance.ravel()).all()
    assert columns["op.current[T1]"].real[0] == report["op"]["current"].values[0, 0, 0]


def test_pandas_has_a_row_for_each_point(report):
    table = report.to_pandas()
    assert len(table) == 12
    conductance = report.measures["conductance"].values
    assert (table["conductance (S)"].to_numpy() == conductance.ravel()).all()


def test_parquet_comes_back_with_what_it_comes_from(report, tmp_path):
    import pandas

    path = write(report, tmp_path / "out.parquet")[0]
    held = pandas.read_parquet(path)
    pandas.testing.assert_frame_equal(held, report.to_pandas(), check_exact=True)
    assert held.attrs["netlist"] == NETLIST


def test_parquet_without_its_libraries_is_refused_with_a_reason(
    report, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(qnet.StorageError, match="QN710"):
        write(report, tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_result_is_refused(tmp_path):
    for name in ("out.nc", "out.npz", "out.csv"):
        path = tmp_path / name
        path.write_bytes(b"nothing of the kind")
        with pytest.raises(qnet.StorageError, match="QN705"):
            read(path)
