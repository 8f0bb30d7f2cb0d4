"""Files with scattering matrices: what is read, and what is refused unread."""

import io
import os
import zipfile

import numpy as np
import pytest

from qnet.constants import h_eV
from qnet.diagnostics import LimitError, NetlistError
from qnet.limits import LIMITS, set_limit
from qnet.modelling.datafiles import read_table

S2 = np.array([[0.6, 0.8j], [0.8j, 0.6]])


def archive(folder, **arrays):
    file = folder / "table.npz"
    np.savez(file, **arrays)
    return str(file)


def text(folder, name, content):
    file = folder / name
    file.write_text(content, "utf-8")
    return str(file)


def member(folder, data, name="S.npy"):
    """An archive with one member of any bytes."""
    file = folder / "crafted.npz"
    with zipfile.ZipFile(file, "w") as target:
        target.writestr(name, data)
    return str(file)


def npy(array, old=b"", new=b""):
    """Bytes of an array, with something in its header replaced."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue().replace(old, new)


def test_an_archive_with_all_axes(tmp_path):
    S = np.broadcast_to(S2, (3, 2, 2, 2))
    file = archive(tmp_path, S=S, E=[0.0, 1, 3], B=[0, 2.0], nch=[1, 1])
    table = read_table(file)
    assert table.S.shape == (3, 2, 2, 2)
    assert table.E.tolist() == [0, 1, 3]
    assert table.B.tolist() == [0, 2]
    assert table.nch == (1, 1)


@pytest.mark.parametrize("axis", ["E", "B", None])
def test_axes_may_be_left_out(tmp_path, axis):
    arrays = {} if axis is None else {axis: [0.0, 1.0]}
    S = S2 if axis is None else np.stack([S2, S2.conj()])
    table = read_table(archive(tmp_path, S=S, **arrays))
    assert table.S.shape == {"E": (2, 1), "B": (1, 2), None: (1, 1)}[axis] + (2, 2)
    assert (table.E is None) == (axis != "E")


def test_a_prefix_chooses_among_tables(tmp_path):
    file = archive(tmp_path, **{"a/S": S2, "b/S": S2.conj(), "b/P": np.eye(2)})
    assert read_table(file, "b/").S[0, 0, 0, 1] == -0.8j
    with pytest.raises(NetlistError, match="has no array 'c/S'"):
        read_table(file, "c/")


def test_probabilities_alone_are_marked(tmp_path):
    assert read_table(archive(tmp_path, P=np.abs(S2) ** 2)).is_probability


def test_a_file_that_changed_is_read_again(tmp_path):
    file = archive(tmp_path, S=S2)
    assert read_table(file) is read_table(file)
    archive(tmp_path, S=S2.conj())
    os.utime(file, ns=(1, 1))
    assert read_table(file).S[0, 0, 0, 1] == -0.8j


def test_pickles_are_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    data = npy(np.array([[Trap()]], dtype=object))
    with pytest.raises(NetlistError, match=r"QN350.*a type that is no number"):
        read_table(member(tmp_path, data))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"no array at all", "damaged header"),
        (npy(S2)[:-8], "declares 64 bytes"),
        (npy(S2, b"(2, 2)", b"(9, 9)"), "declares 1296 bytes"),
        (npy(S2, b"\x93NUMPY\x01", b"\x93NUMPY\x07"), "damaged header"),
    ],
)
def test_headers_are_held_against_the_bytes_that_are_there(tmp_path, data, fault):
    with pytest.raises(NetlistError, match=f"QN350.*{fault}"):
        read_table(member(tmp_path, data))


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(NetlistError, match="is damaged, or no NumPy archive"):
        read_table(text(tmp_path, "x.npz", "PK?"))


def test_a_damaged_member_is_refused(tmp_path):
    file = tmp_path / "x.npz"
    np.savez_compressed(file, S=np.zeros((40, 40)))
    data = bytearray(file.read_bytes())
    data[60:70] = b"0123456789"
    file.write_bytes(data)
    with pytest.raises(NetlistError, match="QN350"):
        read_table(str(file))


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    file = text(tmp_path, "x.csv", "E,p_1_1\n" + "0,1\n" * 100)
    size = LIMITS["file size"].value
    set_limit("file size", 100)
    try:
        with pytest.raises(LimitError, match="QN801"):
            read_table(file)
    finally:
        set_limit("file size", size)


@pytest.mark.parametrize("name", ["folder.npz", "missing.npz"])
def test_only_regular_files_are_read(tmp_path, name):
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(NetlistError, match="QN350"):
        read_table(str(tmp_path / name))


def test_the_ending_tells_the_format(tmp_path):
    with pytest.raises(NetlistError, match=r"'\.txt', not \.npz, \.csv or \.sNp"):
        read_table(text(tmp_path, "x.txt", "E\n"))


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"S": np.stack([S2] * 3), "E": [0.0, 2.0, 1.0]}, "QN351"),
        ({"S": np.stack([S2] * 3), "E": [0.0, 1.0]}, "QN350"),
        ({"S": np.stack([S2] * 3)}, "QN350"),
        ({"S": S2[:1]}, "QN352"),
        ({"S": S2, "nch": [1, 2]}, "QN352"),
        ({"S": S2, "nch": [3, -1]}, "QN352"),
    ],
)
def test_tables_that_make_no_sense_are_refused(tmp_path, arrays, code):
    with pytest.raises(NetlistError, match=code):
        read_table(archive(tmp_path, **arrays))


def test_csv_lists_a_grid_in_any_order(tmp_path):
    file = text(
        tmp_path,
        "x.csv",
        "# measured\nE, B, re_1_1, im_1_2, im_2_1, re_2_2\n"
        "1,0,1,0,0,1\n0,0,.6,.8,.8,.6\n\n0,5,0,1,1,0\n1,5,.8,.6,.6,.8\n",
    )
    table = read_table(file)
    assert table.E.tolist() == [0, 1]
    assert table.B.tolist() == [0, 5]
    np.testing.assert_allclose(table.S[0, 0], S2)
    np.testing.assert_allclose(table.S[0, 1], [[0, 1j], [1j, 0]])


def test_csv_of_probabilities(tmp_path):
    table = read_table(
        text(tmp_path, "x.csv", "p_1_1,p_1_2,p_2_1,p_2_2\n.3,.7,.7,.3\n")
    )
    assert table.is_probability
    assert table.S[0, 0, 1, 0] == 0.7


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("E,re_1_1\n", "has no header with rows"),
        ("E,T\n0,1\n", "line 1, has a column 'T'"),
        ("E\n0\n", "line 1, has no column re_1_1"),
        ("E,re_1_1\n0,1\n1\n", "line 3, has 1 cells for 2 columns"),
        ("E,re_1_1\n0,1\n1,=1+1\n", "line 3, has '=1\\+1' for a number"),
        ("E,re_1_1\n0,1\n1,nan\n", "line 3, has a number that is not finite"),
        ("E,re_1_1\n0,1\n0,1\n", "has 2 rows for a grid of 1 by 1"),
        ("E,B,re_1_1\n0,0,1\n0,0,1\n1,1,1\n1,0,1\n", "lists a point twice"),
    ],
)
def test_csv_faults_are_told_with_their_line(tmp_path, content, fault):
    with pytest.raises(NetlistError, match=fault):
        read_table(text(tmp_path, "x.csv", content))


def test_text_that_is_none_is_refused(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"E,re_1_1\n\xff\xfe\n")
    with pytest.raises(NetlistError, match="is no UTF-8 text"):
        read_table(str(file))


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("RI", ".6 0  0 .8  .3 0  .1 .2"),
        ("MA", ".6 0  .8 90  .3 0  .22360680 63.434949"),
        ("DB", "-4.4369750 0  -1.9382003 90  -10.4575749 0  -13.0103 63.434949"),
    ],
)
def test_touchstone_two_ports_go_by_columns(tmp_path, form, numbers):
    file = text(
        tmp_path, "x.s2p", f"! made up\n# GHz S {form} R 50\n2 {numbers} ! end\n"
    )
    table = read_table(file)
    np.testing.assert_allclose(
        table.S[0, 0], [[0.6, 0.3], [0.8j, 0.1 + 0.2j]], atol=1e-7
    )
    assert table.E[0] * table.E_unit == pytest.approx(2e9 * h_eV)


def test_touchstone_three_ports_go_by_rows_over_several_lines(tmp_path):
    rows = "1 1 0 2 0 3 0\n 4 0 5 0 6 0\n 7 0 8 0 9 0\n"
    table = read_table(text(tmp_path, "x.s3p", "# kHz S RI\n" + rows))
    np.testing.assert_allclose(table.S[0, 0].real, np.arange(1, 10).reshape(3, 3))
    assert table.E[0] == 1e3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("# GHz Y RI\n1 1 0\n", "line 1, holds Y parameters"),
        ("# GHz S XY\n1 1 0\n", "line 1, has the unknown option 'XY'"),
        ("# GHz S RI\n1 1 0\n2 1\n", "line 3, has not 3 numbers"),
        ("# GHz S RI\n1 x 0\n", "line 2, has 'x' for a number"),
        ("# GHz S RI\n", "has not 3 numbers"),
    ],
)
def test_touchstone_faults_are_told_with_their_line(tmp_path, content, fault):
    with pytest.raises(NetlistError, match=fault):
        read_table(text(tmp_path, "x.s1p", content))
