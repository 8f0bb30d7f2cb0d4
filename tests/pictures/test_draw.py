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
from qnet.pictures.layout import IN_ROWS, place, ring_order
from qnet.pictures.relaxing import crossings
from qnet.pictures.sketch import sketch
from qnet.pictures.strokes import room_of
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


def laid_out(picture):
    return place(picture.ring, picture.links, room_of(picture))


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
    where = laid_out(picture).where
    at = {sea.name: where[k] for k, sea in enumerate(picture.seas)}
    assert at["T1"][0] == min(where[:6, 0])
    assert at["T4"][0] == max(where[:6, 0])
    middle = at["T1"][1]
    assert min(at["P2"][1], at["P3"][1]) > middle > max(at["P5"][1], at["P6"][1])


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
    where = laid_out(picture).where
    gap = np.linalg.norm(where[:, None] - where, axis=-1) + 9 * np.eye(len(where))
    assert gap.min() > 0.2


def test_a_long_chain_is_folded_into_rows():
    text = (NETLISTS / "06_dephasing_ohm.qnet").read_text("utf-8")
    picture = seen(text.replace("N=10", "N=58"))
    layout = laid_out(picture)
    where = layout.where
    assert layout.in_a_row.all()
    assert np.ptp(where[:, 0]) < 3 * np.ptp(where[:, 1])
    gap = np.linalg.norm(where[:, None] - where, axis=-1) + 9 * np.eye(len(where))
    assert gap.min() == pytest.approx(IN_ROWS)


def test_the_arms_of_a_ring_stand_apart():
    picture = seen(NETLISTS / "04_ring_flux.qnet")
    where = laid_out(picture).where
    at = {s.name: where[2 + k] for k, s in enumerate(picture.symbols)}
    assert np.linalg.norm(at["W1"] - at["W2"]) > 0.7


PLANAR = {
    "two interferometers in a row": """
    .field 5T
    T1 s1 V=10uV
    T2 s2 V=0
    T3 d1 V=0
    T4 d2 V=0
    Ea s1 a1
    Eb s2 a2
    B1 a1 a2 u0 l0 T=0.5
    Eu u0 u1
    El l0 l1
    B2 u1 l1 u2 l2 T=0.5
    Ev u2 u3
    Em l2 l3
    P1 u3 u4 eps=0.3
    Ew u4 u5
    B3 u5 l3 u6 l6 T=0.5
    E1 u6 d1
    E2 l6 d2
    E3 d1 s1
    E4 d2 s2
    """,
    "a constriction in a Hall bar": """
    .field 5T
    T1 c1 V=100uV
    T4 c4 V=0
    P2 c2
    P3 c3
    P5 c5
    P6 c6
    E12 c1 c2
    E2a c2 a
    Ea3 b c3
    E34 c3 c4
    E45 c4 c5
    E5b c5 d
    Eb6 e c6
    E61 c6 c1
    B1 a d b e T=0.7
    """,
    "a measurement chain": """
    V1 in 0 1m
    R1 in a 10k
    C1 a 0 1n
    R2 a s 1k
    Q1 s m Tn=(1 1 0.4)
    P1 m
    Q2 m d Tn=(1 0.2)
    R3 d b 1k
    C3 b 0 1n
    R4 b 0 50
    R5 m p1 1meg
    C4 p1 0 1p
    """,
}


@pytest.mark.parametrize("name", PLANAR)
def test_no_lines_cross_that_need_not(name):
    picture = seen(PLANAR[name])
    assert crossings(laid_out(picture).where, picture.links) == 0


def test_every_touch_of_node_0_has_an_earth_of_its_own():
    picture = seen(PLANAR["a measurement chain"])
    earths = [sea for sea in picture.seas if sea.look == "ground"]
    assert len(earths) == 5
    assert {sea.name for sea in picture.seas if sea.look == "node"} == {
        *("in", "a", "s", "d", "b", "p1")
    }


def test_a_conductor_with_probes_along_it_is_one_line():
    picture = seen("T1 a V=1mV\nT2 b V=0\nH1 a b L=1um lphi=1um slices=3\n")
    assert [(s.name, s.ends, s.leaks) for s in picture.symbols] == [
        ("H1", (0, 1), True)
    ]


def test_islands_that_do_not_touch_stand_below_one_another():
    picture = seen("T1 a V=1mV\nB1 a b T=1\nT2 b V=0\n"
                   "T3 c V=1mV\nB2 c d T=1\nT4 d V=0\n")  # fmt: skip
    layout = laid_out(picture)
    heights = layout.where[picture.ring, 1]
    assert layout.in_a_row.all()
    assert heights[0] == heights[1] > heights[2] == heights[3]


def test_labels_of_thirty_contacts_do_not_cover_one_another():
    cards = [f"E{k} c{k} c{(k + 1) % 30}\n" for k in range(30)]
    others = [f"P{k} c{k}\n" for k in range(30) if k not in (0, 15)]
    ends = ["T0 c0 V=1mV\n", "T15 c15 V=0\n"]
    figure = draw("".join([".field 5T\n", *ends, *others, *cards]))
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts
             if text.get_text()]  # fmt: skip
    areas = [box.width * box.height for box in boxes]
    over = [
        (box.overlaps(other) and box.intersection(box, other))
        for number, box in enumerate(boxes)
        for other in boxes[:number]
    ]
    covered = sum(both.width * both.height for both in over if both)
    assert len(boxes) == 90
    assert covered < 0.01 * sum(areas)


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
