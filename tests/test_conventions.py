"""Each numbered line of docs/conventions.md, on an example that is not symmetric."""

import cmath
import math
import re
from pathlib import Path

import numpy as np
import pytest

import qnet
from qnet.constants import RK, Gq, e, kB
from qnet.network.sample import Sample, compile_circuit
from qnet.transport.bias import solve_bias
from qnet.transport.conductance import dense_conductance
from qnet.transport.island_noise import Bias, island_noise
from qnet.transport.onsager import onsager_stamps

PAGE = Path(__file__).parents[1] / "docs" / "conventions.md"

# A unitary matrix of three channels without any symmetry.
_ROTATION, _ = np.linalg.qr(
    np.random.default_rng(9).normal(size=(3, 3, 2)) @ np.array([1, 1j])
)
S = np.round(_ROTATION, 12)
_TEXT = ", ".join(
    "[" + ", ".join(f"{z.real:.12f}{z.imag:+.12f}j" for z in row) + "]" for row in S
)
THREE = f"""
T1 a V=10uV
T2 b V=0
T3 c V=0
S1 a b c matrix S=[{_TEXT}]
"""
PROBABILITY = abs(S) ** 2


def solve(netlist: str) -> qnet.Report:
    return qnet.run(f".title x\n{netlist}")


def measured(netlist: str, **expressions: str) -> dict[str, np.ndarray]:
    asked = "".join(f".meas {name} {text}\n" for name, text in expressions.items())
    measures = solve(f"{netlist}\n{asked}").measures
    return {name: np.asarray(measures[name]) for name in expressions}


def amplitudes(netlist: str) -> dict[tuple[str, str], complex]:
    """Amplitudes by (terminal out, terminal in)."""
    found = {}
    for quantity in solve(f"{netlist}\n.smatrix")["smatrix"].quantities.values():
        for (j, k), value in np.ndenumerate(quantity.values):
            out, in_ = quantity.labels["out"][j], quantity.labels["in"][k]
            found[out.split(":")[0], in_.split(":")[0]] = complex(value)
    return found


def test_every_line_of_the_page_has_a_test():
    lines = {int(n) for n in re.findall(r"^(\d+)\. ", PAGE.read_text("utf-8"), re.M)}
    tests = {int(n) for n in re.findall(r"def test_(\d+)_", Path(__file__).read_text())}
    assert lines == tests == set(range(1, len(lines) + 1))


def test_01_S_has_rows_out_and_columns_in():
    found = amplitudes(THREE)
    for (out, in_), value in np.ndenumerate(S):
        assert found[f"T{out + 1}", f"T{in_ + 1}"] == pytest.approx(value, abs=1e-9)
    assert abs(S - S.T).max() > 0.1


def test_02_T_of_a_b_is_the_probability_from_b_to_a():
    found = measured(THREE, there="T(T2,T1)", back="T(T1,T2)", stay="T(T1,T1)")
    assert found["there"] == pytest.approx(PROBABILITY[1, 0], abs=1e-9)
    assert found["back"] == pytest.approx(PROBABILITY[0, 1], abs=1e-9)
    assert found["stay"] == pytest.approx(PROBABILITY[0, 0], abs=1e-9)
    assert abs(PROBABILITY[1, 0] - PROBABILITY[0, 1]) > 0.5


def test_03_current_is_positive_into_the_device():
    found = measured(THREE, first="I(T1)", second="I(T2)", third="I(T3)")
    voltage = 10e-6
    assert found["first"] == pytest.approx(Gq * (1 - PROBABILITY[0, 0]) * voltage)
    assert found["second"] == pytest.approx(-Gq * PROBABILITY[1, 0] * voltage)
    assert found["third"] == pytest.approx(-Gq * PROBABILITY[2, 0] * voltage)


@pytest.mark.parametrize(("spin", "factor"), [("1", 1), ("2", 2)])
def test_04_degeneracy_is_what_the_netlist_says(spin, factor):
    found = measured(f".options spin={spin}\n{THREE}", G="G(T1,T1)", quantum="1*Gq")
    assert found["G"] == pytest.approx(factor * Gq * (1 - PROBABILITY[0, 0]))
    assert found["quantum"] == pytest.approx(7.748091730e-5 / 2)


# A filter that only electrons above 1 meV pass; EF is 0.
ABOVE = "T1 a V=0\nT2 b V=0\nS1 a b boxcar N=1 E1=1meV\n"


def compiled(netlist: str) -> Sample:
    return compile_circuit(qnet.template(f".title x\n{netlist}").circuit({}))


@pytest.mark.parametrize(("volts", "window"), [("-3mV", -2e-3), ("3mV", 0.0)])
def test_05_electrons_of_a_reservoir_at_positive_voltage_lie_lower(volts, window):
    # At -3 mV they reach up to +3 meV, and those above 1 meV leave: a current into
    # the device that is negative. At +3 mV no electron on either side gets through.
    sample = compiled(ABOVE.replace("T1 a V=0", f"T1 a V={volts}"))
    current = solve_bias(sample.circuit, sample.flows).solution.current
    assert current[..., 0] == pytest.approx(Gq * window, rel=1e-9, abs=1e-20)


def test_06_heat_leaves_the_reservoir_whose_hot_electrons_leave():
    sample = compiled(f".temp 5K\n{ABOVE}")
    found = onsager_stamps(sample.circuit, sample.flows)
    charge, peltier, thermo, heat = (
        dense_conductance(stamp)[..., 0, 0].item()
        for stamp in (found.charge, found.heat_charge, found.charge_heat, found.heat)
    )
    # A positive voltage draws electrons in, all above EF: they bring heat.
    assert charge > 0
    assert peltier < 0
    assert thermo == pytest.approx(peltier)
    # I = 0 for a warmer T1: V/δT = -thermo/(T charge), and seebeck is minus that.
    seebeck = thermo / (5 * charge)
    assert seebeck < 0
    # Each electron carries more than 1 meV: |S| > 1 meV/eT, and the heat more again.
    assert abs(seebeck) > 1e-3 / 5
    assert heat > 0


def test_07_noise_is_one_sided():
    sample = compiled("T1 a V=0\nT2 b V=0\nB1 a b T=0.01")

    def noise(mu: list[float], kelvin: float) -> np.ndarray:
        none = np.zeros(0, int)
        bias = Bias(sample.smatrix, np.array(mu), np.full(2, kelvin), none)
        return island_noise(bias).charge

    warm = noise([0, 0], 2.0)
    assert warm[0, 0] == pytest.approx(4 * kB * 2.0 * 0.01 * Gq)
    assert warm[0, 1] == pytest.approx(-warm[0, 0])
    cold = noise([-1e-3, 0], 0.0)
    current = 0.01 * Gq * 1e-3
    assert cold[0, 0] == pytest.approx(2 * e * current * (1 - 0.01))


def test_08_a_positive_flux_turns_the_phase_of_waves_from_first_to_second_pin():
    found = amplitudes("T1 a V=1uV\nT2 b V=0\nW1 a b phi=0.3 flux=0.1")
    turn = 2 * math.pi * 0.1
    assert found["T2", "T1"] == pytest.approx(cmath.exp(1j * (0.3 + turn)))
    assert found["T1", "T2"] == pytest.approx(cmath.exp(1j * (0.3 - turn)))


RING = """
.field 1T
T1 a V=10uV
T2 b V=0
T3 c V=0
Y1 a u l eps=0.4
W1 u v phi=0.7 flux={0.13*B/1T}
Y2 b v w eps=0.3
W2 w x phi=1.9
Y3 c x y eps=0.45
W3 y l phi=0.4
.step B list 1T -1T
"""


def test_09_a_reversed_field_transposes_and_does_not_leave_equal():
    found = measured(
        RING, there="G(T2,T1)", back="G(T1,T2)", hall="R(T1,T2,T1,T3)",
        partner="R(T1,T3,T1,T2)",
    )  # fmt: skip
    assert found["there"][0] == pytest.approx(found["back"][1], rel=1e-10)
    assert found["hall"][0] == pytest.approx(found["partner"][1], rel=1e-10)
    assert abs(found["there"][0] - found["there"][1]) > 1e-3 * Gq
    assert abs(found["hall"][0] - found["hall"][1]) > 1e-3 * RK


@pytest.mark.parametrize("kind", ["voltage", "thermal", "dephasing"])
def test_10_a_probe_draws_no_current(kind):
    netlist = THREE.replace("T3 c V=0", f"P3 c type={kind}")
    found = measured(netlist, drawn="I(P3)", passed="I(T1)", level="V(P3)")
    from_1, from_2 = PROBABILITY[2, 0], PROBABILITY[2, 1]
    assert abs(found["drawn"]) < 1e-12 * abs(found["passed"])
    assert found["level"] == pytest.approx(10e-6 * from_1 / (from_1 + from_2))


def test_11_R_divides_the_voltage_of_k_minus_l_by_the_current_from_i_to_j():
    four = """
    T1 c1 V=0
    P2 c2
    T3 c3 V=0
    P4 c4
    E1 c1 c2 nu=3
    E2 c2 c3 nu=2
    E3 c2 c4
    E4 c3 c4 nu=2
    E5 c4 c1 nu=3
    .field 2T
    """
    asked = measured(four, R="R(T1,T3,P2,P4)")
    driven = four.replace("T1 c1 V=0", "T1 c1 I=10nA")
    found = measured(driven, k="V(P2)", l="V(P4)")
    assert asked["R"] == pytest.approx((found["k"] - found["l"]) / 10e-9)
    assert abs(asked["R"]) > 0.05 * RK


def test_12_edges_run_from_their_first_to_their_second_node_for_positive_B():
    triangle = """
    T1 a V=10uV
    T2 b V=0
    T3 c V=0
    E1 a b
    E2 b c
    E3 c a
    .step B list 3T -3T
    """
    found = measured(triangle, onward="T(T2,T1)", backward="T(T1,T2)")
    np.testing.assert_allclose(found["onward"], [1, 0], atol=1e-15)
    np.testing.assert_allclose(found["backward"], [0, 1], atol=1e-15)


def test_13_sources_have_the_signs_of_spice():
    current = measured("I1 a 0 1n\nR1 a 0 1k", level="V(a)")
    assert current["level"] == pytest.approx(-1e-6)
    voltage = measured("V1 a 0 1m\nR1 a 0 1k", given="I(V1)", drawn="I(R1)")
    assert voltage["given"] == pytest.approx(-1e-6)
    assert voltage["drawn"] == pytest.approx(1e-6)
    driven = measured("T1 a I=1nA\nT2 b V=0\nB1 a b T=0.25", level="V(T1)")
    assert driven["level"] == pytest.approx(4 * RK * 1e-9)


def test_14_a_beam_splitter_sends_1_to_3_with_the_root_of_T():
    found = amplitudes("T1 a V=1uV\nT2 b V=0\nT3 c V=0\nT4 d V=0\nB1 a b c d T=0.36")
    assert found["T3", "T1"] == pytest.approx(0.6)
    assert found["T4", "T1"] == pytest.approx(0.8j)
    assert found["T3", "T2"] == pytest.approx(0.8j)
    assert found["T1", "T3"] == pytest.approx(0.6)
    assert found.get(("T1", "T1"), 0) == found.get(("T2", "T1"), 0) == 0


def test_15_sweep_axes_lead_in_the_order_of_their_cards():
    swept = """
    .param p=0.5 q=0
    T1 a V=10uV
    T2 b V=0
    B1 a b T={p}
    .step q list 1 2 3
    .step p list 0.25 0.75
    .gmatrix
    .meas y G(T1,T1)/Gq + q
    """
    report = solve(swept)
    assert report.measures["y"].axes == ("q", "p")
    np.testing.assert_allclose(
        report.measures["y"], [[1.25, 1.75], [2.25, 2.75], [3.25, 3.75]]
    )
    matrix = next(iter(report["gmatrix"].quantities.values()))
    assert matrix.axes == ("q", "p", "to", "from")
    assert matrix.values.shape == (3, 2, 2, 2)
