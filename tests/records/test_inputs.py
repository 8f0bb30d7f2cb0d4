"""What a run reads, it never replaces; what it echoes, it escapes."""

import pytest

import qnet
from qnet.cli import main
from qnet.diagnostics import StorageError

TABLE = "E,re_1_1,im_1_1,re_1_2,im_1_2,re_2_1,im_2_1,re_2_2,im_2_2\n"
ROWS = "0,0,0,1,0,1,0,0,0\n1,0,0,1,0,1,0,0,0\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data.csv").write_text(TABLE + ROWS)
    (tmp_path / "leads.csv").write_text("T1 a V=1mV\nT2 b V=0\n")
    (tmp_path / "main.csv").write_text(
        '.include "leads.csv"\nS1 a b table file="data.csv"\n.op\n'
    )
    return tmp_path


@pytest.mark.parametrize("name", ["data.csv", "leads.csv", "main.csv"])
@pytest.mark.parametrize("by_link", [False, True])
def test_an_output_never_replaces_an_input(folder, name, by_link):
    before = (folder / name).read_bytes()
    output = folder / name
    if by_link:
        output = folder / "link.csv"
        output.symlink_to(folder / name)
    with pytest.raises(StorageError) as refused:
        qnet.run(folder / "main.csv", output=output, force=True)
    assert {one.code for one in refused.value.diagnostics} == {"QN712"}
    assert (folder / name).read_bytes() == before


def test_what_stands_beside_a_table_replaces_no_input_either(folder):
    (folder / "x.csv.json").write_bytes((folder / "main.csv").read_bytes())
    with pytest.raises(StorageError):
        qnet.run(folder / "x.csv.json", output=folder / "x.csv", force=True)


def test_another_output_is_written(folder):
    qnet.run(folder / "main.csv", output=folder / "out.csv")
    assert (folder / "out.csv").exists()


@pytest.mark.parametrize("verb", ["check", "status", "run", "explain"])
def test_names_of_files_are_escaped_where_they_are_echoed(capsys, verb):
    main([verb, "a\x1b[31m\u202e\nb.nc"])
    told = "".join(capsys.readouterr())
    assert not {"\x1b", "\u202e"} & set(told)
    assert "a\\u001b[31m\\u202e\\u000ab" in told
