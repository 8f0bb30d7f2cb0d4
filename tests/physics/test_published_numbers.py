"""Numbers of the literature, asked of netlists as a user would.

Each case is a netlist, the measures it takes, and their published or closed-form values
in units of e²/h, h/e² or e²/h times energy, without spin unless the netlist says so.
"""

import numpy as np
import pytest

import qnet
from qnet.constants import Gq, e

KB = 8.617333262145e-5
"""k_B in eV/K."""


def measured(netlist):
    report = qnet.run(netlist)
    assert [audit for audit in report.audits if not audit.passed] == []
    return {name: np.asarray(q.values) for name, q in report.measures.items()}


def agree(netlist, rel=1e-9, abs=1e-12, **expected):
    found = measured(netlist)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=rel, atol=abs, err_msg=name)


TWO = "T1 a V=1uV\nT2 b V=0\n.meas G G(T1,T1)/Gq\n"


def test_quanta():
    """SI (2019): 2e²/h, h/e², h/2e², κ0/T, k_B/e and the Lorenz number."""
    agree(
        f"""{TWO}
        .options spin=2
        .temp 1K
        B1 a b T=1
        .meas siemens G(T1,T1)
        .meas ohm R(T1,T2,T1,T2)
        .meas kappa kappa(T1,T2)/2
        """,
        siemens=7.748091730e-5,
        ohm=12906.40373,
        kappa=9.464311516e-13,
    )


def test_a_saddle_opens_in_steps():
    """Büttiker, Phys. Rev. B 41, 7906 (1990): ħω_x = 1, ħω_y = 3."""
    agree(
        f"{TWO}Q1 a b N=4 hwx=1eV hwy=3eV\n.step EF list 1.5eV 3eV 4.5eV 6eV 7eV",
        G=[0.5, 1, 1.5, 2, 2.04142368],
        rel=1e-4,
    )


def test_the_width_of_a_step():
    """Büttiker (1990): T rises from .1 to .9 over ln(9)/π = .6994 ħω_x."""
    rise = np.log(9) / (2 * np.pi)
    assert 2 * rise == pytest.approx(0.6994, abs=5e-5)
    agree(
        f"{TWO}Q1 a b N=1 hwx=1eV hwy=3eV\n.step EF list {1.5 - rise}eV {1.5 + rise}eV",
        G=[0.1, 0.9],
        rel=1e-6,
    )


def test_an_adiabatic_taper():
    """Glazman, Lesovik, Khmel'nitskii, Shekhter, JETP Lett. 48, 238 (1988): R/d = 2."""
    agree(
        f"""{TWO}
        .param z=0
        .fermi {{(1+z)^2*1eV}}
        Q1 a b N=1 hwy=1eV taper=2
        .step z list -0.2 0.1 0.3
        """,
        G=[0.018931, 0.87803163, 0.99732669],
        rel=1e-5,
    )


def test_a_delta_barrier():
    """Griffiths, Introduction to Quantum Mechanics, section 2.5."""
    agree(f"{TWO}S1 a b delta Z=1", G=0.5)


@pytest.mark.parametrize(("EF", "d", "T"), [(0.5, 2, 0.07065082), (2, 1, 0.9186877069)])
def test_a_rectangular_barrier(EF, d, T):
    """Merzbacher, Quantum Mechanics, section 6.2: κd = 2 at half the height."""
    length = "hbar/sqrt(2*me*1eV/2)" if EF < 1 else "hbar/sqrt(2*me*1eV)"
    agree(
        f"{TWO}.fermi {EF}eV\nS1 a b rectangular V0=1eV d={{{d}*{length}}}",
        G=T,
        rel=1e-7,
    )


def test_a_rectangular_barrier_of_whole_half_waves_is_not_there():
    """sin qd = 0 at E = 2 V0: nothing is reflected."""
    length = "pi*hbar/sqrt(2*me*1eV)"
    agree(f"{TWO}.fermi 2eV\nS1 a b rectangular V0=1eV d={{{length}}}", G=1, rel=1e-9)


def test_two_barriers_in_and_out_of_phase():
    """Fabry and Perot, T1 = .3, T2 = .6; without phases T1 T2/(1 - R1 R2) = 1/4."""
    agree(
        f"""{TWO}
        .param theta=0
        B1 a m T=0.3
        W1 m n phi={{theta/2}}
        B2 n b T=0.6
        .step theta list 0 1 {{pi}}
        """,
        G=[0.8119099, 0.25416628, 0.07697898],
        rel=1e-6,
    )
    apart = "B1 a m T=0.3\nP1 m n eps=1 type=dephasing forward\nB2 n b T=0.6"
    agree(f"{TWO}{apart}", G=0.25)


def test_a_level():
    """Breit and Wigner, Phys. Rev. 49, 519 (1936): Γ_L = .3, Γ_R = .1."""
    agree(
        f"""{TWO}
        D1 a b E0=0 GL=0.3eV GR=0.1eV
        .step EF list 0 0.05eV 0.2eV 0.5eV
        """,
        G=[0.75, 0.70588235, 0.375, 0.10344828],
        rel=1e-7,
    )


@pytest.mark.parametrize(
    ("kT", "currents"),
    [
        (0, [0.03788314, 0.16607231, 0.34129356, 0.43077519]),
        (0.05, [0.03985015, 0.16335979, 0.33600084, 0.43061644]),
    ],
)
def test_the_current_through_a_level(kT, currents):
    """Jauho, Wingreen and Meir, Phys. Rev. B 50, 5528 (1994): ε = .2, μ = ±V/2."""
    agree(
        f"""
        .options response=full
        .temp {kT / KB}K
        .param v=0.1
        T1 a V={{v*0.5V}}
        T2 b V={{-v*0.5V}}
        D1 a b E0=0.2eV GL=0.3eV GR=0.1eV
        .step v list 0.1 0.4 1 3
        .meas I I(T1)/Gq/1V
        """,
        I=currents,
        rel=1e-6,
    )


@pytest.mark.parametrize(
    ("signs", "middle", "level"), [("(1 1)", 0, 1), ("(1 -1)", 0.47562426, 0.96153846)]
)
def test_two_levels_know_their_parity(signs, middle, level):
    """Lee, PRL 82, 2358 (1999); Silva, Oreg and Gefen, PRB 66, 195316 (2002)."""
    widths = "GL=0.2eV GR=0.2eV"
    found = measured(
        f"""{TWO}
        D1 a b E0=(-0.5eV 0.5eV) {widths} signs={signs}
        .step EF list 0 0.5eV
        """
    )["G"]
    assert found == pytest.approx([middle, level], abs=1e-7)


def test_a_double_dot():
    """t = .3, Γ = .2: unity at ±√(t² - Γ²/4), .36 between."""
    agree(
        f"""{TWO}
        .param w={{sqrt(0.2/(2*pi))}}
        S1 a b levels H=[[0, 0.3], [0.3, 0]] W=[[{{w}}, 0], [0, {{w}}]]
        .step EF list 0 {{sqrt(0.3^2-0.1^2)*1eV}} 0.5eV
        """,
        G=[0.36, 1, 0.11076923],
        rel=1e-7,
    )


def test_a_side_coupled_dot():
    """A level beside a perfect wire, Γ = .4: E²/(E² + Γ²/4), nothing at resonance."""
    agree(
        f"""{TWO}
        .param w={{sqrt(0.2/(2*pi))}}
        S1 a b levels H=[[0]] W=[[{{w}}, {{w}}]] direct=[[0, 1], [1, 0]]
        .step EF list 0 0.2eV 0.6eV
        """,
        G=[0, 0.5, 0.9],
    )


def test_barriers_without_phases_are_resistors():
    """Datta, Electronic Transport in Mesoscopic Systems: R = 1 + Σ (1 - T)/T."""
    agree(
        f"""{TWO}
        B1 a m T=0.9
        P1 m n eps=1 type=dephasing forward
        B2 n o T=0.5
        P2 o p eps=1 type=dephasing forward
        B3 p b T=0.7
        .meas R R(T1,T2,T1,T2)/RK
        """,
        R=2.53968254,
        rel=1e-8,
    )


def test_a_diffusive_wire_between_its_contacts():
    """de Jong, Phys. Rev. B 49, 7778 (1994): R = (h/2e²N)(1 + L/l'), l' = πl/2.

    N = 40, l = .5, L = 10; 1000 slices leave an error of (L/slices lphi)²/12 = 5e-5.
    """
    agree(
        f"""{TWO}
        .options spin=2
        W1 a b N=40 L=10um lphi={{0.5um*pi/4}} slices=1000 randomise
        .meas R R(T1,T2,T1,T2)
        """,
        R=4430.895995,
        rel=6e-5,
    )


@pytest.mark.parametrize(
    ("eps", "values"),
    [
        (0.5, [1, 0.99579913, 0.31285204]),
        (0.25, [0.11865838, 0.13579652, 0.999973]),
    ],
)
def test_a_ring(eps, values):
    """Büttiker, Imry and Azbel, PRA 30, 1982 (1984), θ = 1.3."""
    agree(
        f"""{TWO}
        .param phi=0
        Y1 a u l eps={eps}
        W1 u v phi=1.3 flux={{phi/(4*pi)}}
        W2 l k phi=1.3 flux={{-phi/(4*pi)}}
        Y2 b v k eps={eps}
        .step phi list 0 0.7 2.5
        """,
        G=values,
        rel=1e-6,
    )


MACH_ZEHNDER = """
.field 5T
.param phi=0 TA=0.3 TB=0.6
T1 s V=1mV
T2 s2 V=0
T3 d1 V=0
T4 d2 V=0
Ea s a1
Eb s2 a2
B1 a1 a2 u0 l0 T={TA}
{upper}
Ev u1 u3 phase={phi}
El l0 l3
B2 u3 l3 o1 o2 T={TB}
E1 o1 d1
E2 o2 d2
E3 d1 s
E4 d2 s2
.meas direct -G(T3,T1)/Gq
.meas cross -G(T4,T1)/Gq
"""


def test_an_electronic_mach_zehnder_interferometer():
    """Ji et al., Nature 422, 415 (2003): T_A = .3, T_B = .6."""
    netlist = MACH_ZEHNDER.replace("{upper}", "Eu u0 u1")
    cross = measured(f"{netlist}\n.step phi list 0 {{pi/2}} {{pi}}")
    ends = np.sort([cross["direct"], cross["cross"]], axis=-1)[:, [0, -1]]
    visibility = (ends[:, 1] - ends[:, 0]) / ends.sum(-1)
    assert sorted(visibility) == pytest.approx([0.8314794, 0.9760845], rel=1e-6)
    assert np.min(ends) == pytest.approx(0.01100111, rel=1e-5)
    assert np.max(ends[np.argmax(visibility)]) == pytest.approx(0.90899889, rel=1e-7)


def test_a_dephased_mach_zehnder_interferometer_and_its_noise():
    """Equal splitters and a probe, α = .4, φ = .9: .5 - .5√(1 - α) cos φ."""
    upper = "P1 u0 u1 eps=0.4 type=dephasing"
    found = measured(
        MACH_ZEHNDER.replace("{upper}", upper)
        .replace("phi=0", "phi=0.9")
        .replace("TA=0.3 TB=0.6", "TA=0.5 TB=0.5")
        + ".meas noise S(T3,T3)\n"
    )
    assert min(found["direct"], found["cross"]) == pytest.approx(0.2592514945, rel=1e-9)
    unit = Gq * e * 1e-3
    assert found["noise"] / unit == pytest.approx(0.2840803142, rel=1e-9)


def test_a_spin_hall_bar_of_two_contacts():
    """Roth et al., Science 325, 294 (2009): both edges in parallel, R_2t = 1/2."""
    agree(
        "T1 a V=1mV\nT2 b V=0\nH1 a b\nH2 b a\n.meas R R(T1,T2,T1,T2)/RK",
        R=0.5,
    )


def test_a_gate_across_a_hall_bar():
    """Büttiker, PRB 38, 9375 (1988); Haug et al., Washburn et al., PRL 61 (1988).

    ν = 4, two of the channels reflected.
    """
    agree(
        """
        .field 5T
        T1 c1 V=100uV
        T4 c4 V=0
        P2 c2
        P3 c3
        P5 c5
        P6 c6
        E12 c1 c2 nu=4
        E34 c3 c4 nu=4
        E45 c4 c5 nu=4
        E61 c6 c1 nu=4
        Et c2 c3 nu=2
        Er c2 c6 nu=2
        Eb c5 c6 nu=2
        Es c5 c3 nu=2
        .meas RL R(T1,T4,P2,P3)/RK
        .meas RH R(T1,T4,P2,P6)/RK
        .meas D1 R(T1,T4,P2,P5)/RK
        .meas D2 R(T1,T4,P3,P6)/RK
        .meas R2t R(T1,T4,T1,T4)/RK
        """,
        RL=0.25,
        RH=0.25,
        D1=0.5,
        D2=0,
        R2t=0.5,
    )


def test_tunnelling_into_a_superconductor():
    """Beenakker, Phys. Rev. B 46, 12841 (1992): (4e²/h) T²/(2-T)², and a resonance."""
    netlist = """
        .options spin=2
        T1 a V=1uV
        T2 s type=sc Delta=1meV
        {card}
        .meas G I(T1)/V(T1)/Gq
        """
    agree(
        netlist.replace("{card}", ".param p=1\nB1 a s T={p}\n.step p list 1 0.5 0.1"),
        G=[4, 4 / 9, 0.01108033],
        rel=1e-6,
    )
    agree(
        netlist.replace("{card}", "D1 a s E0=0 GL=0.3eV GR=0.2eV"),
        G=3.408284024,
        rel=1e-9,
    )


def test_delay_in_a_level():
    """Wigner, Phys. Rev. 98, 145 (1955); Smith (1960): the density of states is one.

    ν(E) = Γ/2π/((E - ε)² + Γ²/4) integrates to one state.
    """
    report = qnet.run(
        f"{TWO}D1 a b E0=0.1eV GL=0.03eV GR=0.01eV\n.spectrum -0.5eV 0.7eV 601"
    )
    spectrum = report["spectrum"].quantities["density of states"]
    energy = spectrum.labels["energy"]
    lorentzian = 0.04 / (2 * np.pi) / ((energy - 0.1) ** 2 + 0.02**2)
    np.testing.assert_allclose(np.squeeze(spectrum.values), lorentzian, rtol=1e-8)
    tails = 1 - (np.arctan(0.6 / 0.02) - np.arctan(-0.6 / 0.02)) / np.pi
    inside = np.trapezoid(np.squeeze(spectrum.values), energy)
    assert inside + tails == pytest.approx(1, abs=1e-3)


def test_averages_over_samples_of_a_large_cavity():
    """Beenakker, Rev. Mod. Phys. 69, 731 (1997), N = 50 a lead, β = 1 and 2.

    δG = -.24752 and 0, var G = .12377 and .06251, F = 1/4; samples are drawn by the
    seed and their number alone.
    """
    from qnet.corridor import template
    from qnet.network.sample import compile_circuit

    N, samples = 50, 200
    for beta, shift, variance in [(1, -0.24752, 0.12377), (2, 0.0, 0.06251)]:
        made = template(
            f"T1 a V=1mV\nT2 b V=0\nS1 a b cavity nch=({N} {N}) beta={beta} seed=3"
        )
        circuit = made.circuit({"sample": np.arange(samples)}, seed=1)
        (matrix,) = compile_circuit(circuit).smatrix(np.zeros((1, 1)))
        t = matrix.S[0, :, 0, N:, :N]
        passed = np.linalg.svd(t, compute_uv=False) ** 2
        G, P = passed.sum(-1), (passed * (1 - passed)).sum(-1)
        error = np.sqrt(variance / samples)
        assert np.mean(G) - N / 2 == pytest.approx(shift, abs=5 * error)
        spread = 5 * np.sqrt(2 / samples)
        assert np.var(G) / variance == pytest.approx(1, abs=spread)
        assert np.mean(P) / np.mean(G) == pytest.approx(0.25, abs=0.01)


def test_a_hall_bar_on_its_plateau_has_the_hall_resistance_between_two_contacts():
    """Row QH1: Büttiker, Phys. Rev. B 38, 9375 (1988): R_2t = h/νe²."""
    corners = "".join(f"E{k} c{k} c{k % 6 + 1} nu=2\n" for k in range(1, 7)) + "".join(
        f"P{k} c{k}\n" for k in (2, 3, 5, 6)
    )
    text = f".field 5T\nT1 c1 V=1uV\nT4 c4 V=0\n{corners}.meas R R(T1,T4,T1,T4)/RK\n"
    assert float(qnet.run(text).measures["R"].values) == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize(("left", "right"), [(2, 6), (6, 2), (6, 6)])
def test_a_unipolar_junction_passes_what_both_sides_carry(left, right):
    """Row PN1: Abanin and Levitov, Science 317, 641 (2007): min(|ν1|, |ν2|) e²/h, the
    other channels of the fuller side turning back at the interface."""
    passing = min(left, right)
    full, number = ("a", left) if left > right else ("b", right)
    turning = (
        f"E3 {full} p nu={number - passing}\nE4 p {full} nu={number - passing}\nP1 p\n"
        if number > passing
        else ""
    )
    text = (
        f".field 5T\nT1 a V=1uV\nT2 b V=0\nE1 a b nu={passing}\nE2 b a nu={passing}\n"
        f"{turning}.meas g G(T1,T1)/Gq\n"
    )
    found = float(qnet.run(text).measures["g"].values)
    assert found == pytest.approx(passing, rel=1e-9)
