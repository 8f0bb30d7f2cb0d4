"""Drawings: who stands where, which way edges run, and that files are written."""

import io
from pathlib import Path

import numpy as np
import pytest

import qnet
from qnet.cli import main
from qnet.corridor import template
from qnet.diagnostics import StorageError
from qnet.network.sample import compile_circuit
from qnet.pictures.drawing import draw
from qnet.pictures.layout import CLOSEST, place, ring_order
from qnet.pictures.sketch import sketch
from qnet.solved import Solved

pytest.importorskip("matplotlib")

NETLISTS = Path(__file__).parents[2] / "netlists"
ALL = sorted(NETLISTS.glob("*.qnet"))
BAR = NETLISTS / "08_hall_bar.qnet"


def seen(source, **given):
    whole = template(source, overrides=given)
    circuit = whole.circuit(whole.first_point(given))
    sample = compile_circuit(circuit)
    return sketch(circuit, Solved(sample, lambda: sample).solution)


def texts(figure):
    return {text.get_text() for text in figure.findobj() if hasattr(text, "get_text")}


def test_a_ring_keeps_neighbours_together():
    # Netlist order T1 T4 P2 P3 P5 P6 of a Hall bar; neighbours are 12, 23, 34 …
    round_the_bar = [0, 2, 3, 1, 4, 5]
    closeness = np.zeros((6, 6))
    for a, b in zip(round_the_bar, np.roll(round_the_bar, 1), strict=True):
        closeness[a, b] = closeness[b, a] = 1.0
    assert ring_order(closeness).tolist() == round_the_bar


def test_a_hall_bar_has_its_source_left_and_its_drain_right():
    picture = seen(BAR)
    where, is_folded = place(picture.size, np.arange(6), picture.links)
    at = {sea.name: where[k] for k, sea in enumerate(picture.seas)}
    assert not is_folded
    assert at["T1"][0] == min(where[:6, 0])
    assert at["T4"][0] == max(where[:6, 0])
    assert at["P2"][1] * at["P3"][1] > 0 > at["P2"][1] * at["P6"][1]


def test_edges_run_the_way_the_field_says():
    forward = {symbol.sense for symbol in seen(BAR).symbols}
    back = {symbol.sense for symbol in seen(BAR, B="-5T").symbols}
    assert (forward, back) == ({1}, {-1})


def test_every_pin_meets_what_its_node_joins():
    picture = seen(NETLISTS / "12_mach_zehnder.qnet")
    first = len(picture.seas)
    names = [sea.name for sea in picture.seas] + [s.name for s in picture.symbols]
    meets = {s.name: [names[end] for end in s.ends] for s in picture.symbols}
    assert meets["B1"] == ["Ea", "Eb", "Eu", "El"]
    assert meets["P1"] == ["Eu", "Ev"]
    assert meets["E3"] == ["T3", "T1"]
    assert all(first <= link[0] for link in picture.links)


def test_an_in_line_probe_shows_its_own_voltage():
    picture = seen(NETLISTS / "06_dephasing_ohm.qnet")
    volts = [symbol.voltage for symbol in picture.symbols]
    assert len(picture.seas) == 2
    assert volts == sorted(volts, reverse=True)
    assert volts[0] + volts[-1] == pytest.approx(10e-6)


@pytest.mark.parametrize("count", [6, 20, 60])
def test_no_two_symbols_stand_on_one_another(count):
    cards = [f"E{k} c{k} c{(k + 1) % count}\n" for k in range(count)]
    terminals = ["T0 c0 V=1mV\n", f"T{count // 2} c{count // 2} V=0\n"]
    probes = [f"P{k} c{k}\n" for k in range(count) if k not in (0, count // 2)]
    picture = seen("".join([".field 5T\n", *terminals, *probes, *cards]))
    where, _ = place(picture.size, np.arange(len(picture.seas)), picture.links)
    gap = np.linalg.norm(where[:, None] - where, axis=-1) + 9 * np.eye(len(where))
    assert gap.min() > 0.3


def test_a_long_chain_is_folded_into_rows():
    text = (NETLISTS / "06_dephasing_ohm.qnet").read_text("utf-8")
    picture = seen(text.replace("N=10", "N=58"))
    where, is_folded = place(picture.size, np.arange(2), picture.links)
    assert is_folded
    assert np.ptp(where[:, 0]) < 3 * np.ptp(where[:, 1])
    gap = np.linalg.norm(where[:, None] - where, axis=-1) + 9 * np.eye(len(where))
    assert gap.min() > CLOSEST


def test_the_arms_of_a_ring_stand_apart():
    picture = seen(NETLISTS / "04_ring_flux.qnet")
    where, _ = place(picture.size, np.arange(2), picture.links)
    at = {s.name: where[2 + k] for k, s in enumerate(picture.symbols)}
    assert np.linalg.norm(at["W1"] - at["W2"]) > 1


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_netlist_can_be_drawn(path):
    figure = draw(path)
    figure.savefig(io.BytesIO(), format="svg")


def test_a_drawing_tells_names_voltages_and_currents():
    told = texts(draw(BAR))
    assert {"T1", "P2", "E12", "100 µV\n7.748 nA", "0 V\n−7.748 nA"} <= told


def test_a_builder_is_drawn_without_a_detour():
    device = qnet.Builder("one barrier")
    device.T("T1", "a", V="1mV").T("T2", "b", V=0).B("B1", "a", "b", T=0.5)
    assert "one barrier" in texts(qnet.draw(device))


def test_what_cannot_be_solved_is_drawn_without_voltages():
    told = texts(draw("T1 a I=1nA\nT2 b I=2nA\nB1 a b T=0.5\n"))
    assert {"T1", "B1"} <= told


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_command_writes_the_same_picture_twice(tmp_path, suffix):
    first, second = (tmp_path / f"{name}.{suffix}" for name in "ab")
    for path in (first, second):
        assert main(["draw", str(BAR), "-o", str(path)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert 1_000 < first.stat().st_size < 120_000


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(StorageError, match="QN710"):
        draw(BAR, tmp_path / "x.docx")
