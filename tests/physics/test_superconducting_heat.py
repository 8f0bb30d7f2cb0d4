"""Heat and inelastic probes beside superconductors, against integrals done by hand."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

import qnet
from qnet.constants import Gq, kB_eV

GAP = 180e-6
MEV = 1e-3


def fermi(E, mu, T):
    return 1 / (1 + np.exp(np.clip((E - mu) / (kB_eV * T), -700, 700)))


def piecewise(integrand, reach):
    """∫ over all energies, cut at the edges of the gap."""
    edges = [-reach, -GAP, 0, GAP, reach]
    return sum(
        quad(integrand, a, b, limit=400, epsabs=1e-16, epsrel=1e-9)[0]
        for a, b in pairwise(edges)
    )


def btk(E, Z):
    """A and B of Blonder, Tinkham and Klapwijk, Phys. Rev. B 25, 4515 (1982)."""
    if abs(E) < GAP:
        A = GAP**2 / (E**2 + (GAP**2 - E**2) * (1 + 2 * Z**2) ** 2)
        return A, 1 - A
    s = np.sqrt(E**2 - GAP**2) / abs(E)
    u2, v2 = (1 + s) / 2, (1 - s) / 2
    gamma = u2 + Z**2 * (u2 - v2)
    return u2 * v2 / gamma**2, (u2 - v2) ** 2 * Z**2 * (1 + Z**2) / gamma**2


def measured(text, *names):
    measures = "\n".join(f".meas m{k} {name}" for k, name in enumerate(names))
    report = qnet.run(f"{text}\n{measures}\n")
    assert [audit.name for audit in report.audits if not audit.passed] == []
    return [float(report.measures[f"m{k}"].values) for k in range(len(names))]


CONTACT = """
.options response={response}
.temp {Tn}K
T1 n V={V}V temp={Tn}K
T2 s type=sc V=0 Delta=180ueV temp={Ts}K
B1 n s Z={Z}
"""


@pytest.mark.parametrize(
    ("V", "Tn", "Ts", "Z"),
    [(1e-4, 0.3, 0.3, 0.5), (2.5e-4, 0.5, 0.2, 0.0), (0, 0.8, 0.3, 1.0)],
)
def test_heat_through_a_contact_is_what_quasi_particles_carry(V, Tn, Ts, Z):
    """Bardas and Averin, Phys. Rev. B 52, 12873 (1995).

    J = ∫ [E (1 - A - B) - μ (1 + A - B)] (f_N - f_S) dE/h: below the gap the heat is
    the power alone, which stays in the normal metal.
    """
    text = CONTACT.format(response="full", V=V, Tn=Tn, Ts=Ts, Z=Z)
    current, heat, into_s = measured(text, "I(T1)", "J(T1)", "J(T2)")
    mu, reach = -V, 40 * kB_eV * max(Tn, Ts) + V + GAP

    def moved(E, charge):
        A, B = btk(E, Z)
        step = fermi(E, mu, Tn) - fermi(E, 0, Ts)
        return (1 + A - B if charge else E * (1 - A - B)) * step

    N = piecewise(lambda E: moved(E, True), reach)
    energy = piecewise(lambda E: moved(E, False), reach)
    assert current == pytest.approx(-Gq * N, rel=1e-8, abs=1e-9 * Gq * GAP)
    assert heat == pytest.approx(Gq * (energy - mu * N), rel=1e-8)
    assert into_s == pytest.approx(-Gq * energy, rel=1e-8)


def test_below_the_gap_a_superconductor_takes_no_heat():
    text = CONTACT.format(response="full", V=0.5 * GAP, Tn=0.02, Ts=0.02, Z=0.7)
    current, heat, into_s = measured(text, "I(T1)", "J(T1)", "J(T2)")
    assert heat == pytest.approx(-current * 0.5 * GAP, rel=1e-9)
    assert abs(into_s) < 1e-12 * abs(heat)


@pytest.mark.parametrize("T", [0.1, 0.3, 1.0])
def test_thermal_conductance_of_a_contact_freezes_out(T):
    """Andreev, Sov. Phys. JETP 19, 1228 (1964): κ ∝ ∫ E² (1 - A - B)(-f')."""
    text = CONTACT.format(response="linear", V=0, Tn=T, Ts=T, Z=0.4)
    (kappa,) = measured(text, "kappa(T1,T2)")

    def carried(E):
        x = E / (2 * kB_eV * T)
        return E**2 * (1 - sum(btk(E, 0.4))) / (4 * kB_eV * T * np.cosh(x) ** 2) / T

    expected = Gq * piecewise(carried, 36 * kB_eV * T + GAP)
    assert kappa == pytest.approx(expected, rel=1e-8)


H = np.array([[0.05, 0.03j], [-0.03j, -0.12]])
W = np.array([[0.2, 0.1, 0.15], [-0.05, 0.12, 0.2]])
"""Two levels between T1, the superconductor and the probe, in units of meV."""


def doubled(E):
    """|S|² [out, in] of electrons and holes of T1, probe and quasi-particles."""

    def S(energy):
        inverse = np.linalg.inv(
            (energy / MEV) * np.eye(2) - H + 1j * np.pi * W @ W.conj().T
        )
        return np.eye(3) - 2j * np.pi * W.conj().T @ inverse @ W

    N = np.zeros((6, 6), complex)
    N[:3, :3], N[3:, 3:] = S(E), S(-E).conj()
    x = E / GAP
    if abs(x) < 1:
        alpha, open_ = x - 1j * np.sqrt(1 - x**2), 0.0
    else:
        alpha = x - np.sign(x) * np.sqrt(x**2 - 1)
        open_ = np.sqrt(1 - alpha**2)
    # interface: in from the island (e, h), in from inside (e, h)
    mirror = np.array([[0, alpha], [alpha, 0]])
    sc, rest = [1, 4], [0, 2, 3, 5]  # e and h of the contact; T1, probe, T1, probe
    loop = np.linalg.inv(np.eye(2) - N[np.ix_(sc, sc)] @ mirror)
    out = np.zeros((6, 6), complex)
    A, B = N[np.ix_(rest, sc)], N[np.ix_(sc, rest)]
    out[:4, :4] = N[np.ix_(rest, rest)] + A @ mirror @ loop @ B
    out[:4, 4:] = open_ * A @ (np.eye(2) + mirror @ loop @ N[np.ix_(sc, sc)])
    out[4:, :4] = open_ * loop @ B
    out[4:, 4:] = open_**2 * loop @ N[np.ix_(sc, sc)] - mirror.conj().T * (open_ > 0)
    return np.abs(out) ** 2


def test_a_dephasing_probe_has_electrons_and_holes_of_their_own():
    """Each keeps its distribution: what a probe takes at μ_s + E it gives back there.

    Currents from ½ Σ over electrons and holes, the two occupations of the probe solved
    for at every energy.
    """
    T, V = 0.6, 80e-6
    text = f"""
.options response=full
.temp {T}K
T1 a V={V}V
T2 s type=sc V=0 Delta=180ueV
P1 p type=dephasing
S1 a s p levels unit=1meV H=[[0.05,0.03j],[-0.03j,-0.12]]
+ W=[[0.2,0.1,0.15],[-0.05,0.12,0.2]]
"""
    current, heat, taken, mean = measured(text, "I(T1)", "J(T1)", "J(T2)", "V(P1)")

    def spectral(E):
        P = doubled(E)
        given = np.array([fermi(E, -V, T), fermi(E, V, T), *[fermi(E, 0, T)] * 2])
        sources, probe = [0, 2, 4, 5], [1, 3]
        full = np.eye(2) - P[np.ix_(probe, probe)]
        f = np.empty(6)
        f[sources] = given
        f[probe] = np.linalg.solve(full, P[np.ix_(probe, sources)] @ given)
        fed = np.where(P.sum(0) > 0, 1.0, 0.0)
        flow = fed * f - P @ f
        return flow, f[1] - fermi(E, 0, T)

    reach = 40 * kB_eV * T + GAP
    particles = piecewise(lambda E: (spectral(E)[0][0] - spectral(E)[0][2]) / 2, reach)
    energy = piecewise(lambda E: E * (spectral(E)[0][0] + spectral(E)[0][2]) / 2, reach)
    filled = piecewise(lambda E: spectral(E)[1], reach)
    assert current == pytest.approx(-Gq * particles, rel=1e-7)
    assert heat == pytest.approx(Gq * (energy + V * particles), rel=1e-7)
    assert taken == pytest.approx(-Gq * energy, rel=1e-7)
    assert mean == pytest.approx(-filled, rel=1e-7)


PROBED = """
.options response={response}
.temp 0.6K
.field 1T
T1 a V={V}
T2 s type=sc V={Vs} Delta=180ueV
T3 c V={Vs}
S1 a m s c levels unit=1meV H=[[0.05,0.03],[0.03,-0.12]] A=[[0,0.04],[-0.04,0]]
+ W=[[0.2,0.1,0.15,0.05],[-0.05,0.12,0.2,0.1]] ref=(s:1)
P1 m type={kind}
.reciprocity
"""


@pytest.mark.parametrize("kind", ["voltage", "thermal", "dephasing"])
def test_probes_beside_a_condensate_obey_all_laws(kind):
    """Reciprocity, both laws of thermodynamics, and what each probe must not take."""
    for response in ("linear", "full"):
        text = PROBED.format(response=response, V="50uV", Vs="0", kind=kind)
        current, heat = measured(text, "I(P1)", "J(P1)")
        scale = measured(text, "I(T1)")[0]
        assert abs(current) < 1e-9 * abs(scale)
        if kind == "thermal":
            assert abs(heat) < 1e-9 * abs(scale) * 50e-6


def test_dephased_noise_beside_a_condensate_is_that_of_the_conductance():
    """Electrons and holes dephase apart in noise as in conductance: 4 k_B T G."""
    text = PROBED.format(response="linear", V="0", Vs="0", kind="dephasing")
    report = qnet.run(f"{text}.noise\n")
    assert report.passed
    assert float(report.certificates["fluctuation-dissipation"].values) < 1e-8


@pytest.mark.parametrize("kind", ["voltage", "thermal", "dephasing"])
def test_a_common_voltage_drives_nothing_more(kind):
    """With levels that follow the condensate all potentials may shift together."""
    low, high = (
        measured(
            PROBED.format(response="full", V=V, Vs=Vs, kind=kind),
            "I(T1)", "I(T3)", "J(T1)", "didv(T1,T1)", "didv(T1,T2)", "didv(T3,T1)",
        )
        for V, Vs in (("50uV", "0"), ("1.05mV", "1mV"))
    )  # fmt: skip
    np.testing.assert_allclose(high, low, rtol=1e-7)


def test_derivatives_by_the_voltage_of_a_condensate():
    """The condensate takes the energies of electrons and holes along with it."""
    text = """
.options response=full
.temp 0.6K
T1 a V=50uV
T2 s type=sc V={v}V Delta=180ueV
T3 c V=0
S1 a s c levels unit=1meV H=[[0.05,0.03],[0.03,-0.12]]
+ W=[[0.2,0.1,0.15],[-0.05,0.12,0.2]]
"""
    slopes = measured(text.format(v=0), *(f"didv(T{k},T2)" for k in (1, 2, 3)))
    up, down = (
        measured(text.format(v=v), "I(T1)", "I(T2)", "I(T3)") for v in (1e-7, -1e-7)
    )
    np.testing.assert_allclose(
        slopes, np.subtract(up, down) / 2e-7, rtol=1e-5, atol=1e-6 * Gq
    )


def test_a_condensate_floats_where_no_current_enters_it():
    """Beyond linear response, with levels that stay: I(T2) = 0 at a voltage found."""
    text = """
.options response=full
.temp 0.3K
T1 a V=120uV
T2 s type=sc I=0 Delta=180ueV
T3 c V=0
S1 a s c levels unit=1meV H=[[0.05,0.03],[0.03,-0.12]]
+ W=[[0.2,0.1,0.15],[-0.05,0.12,0.2]]
"""
    voltage, current, scale = measured(text, "V(T2)", "I(T2)", "I(T1)")
    assert 0 < voltage < 120e-6
    assert abs(current) < 1e-9 * abs(scale)
    held = text.replace("I=0", f"V={voltage!r}V")
    assert abs(measured(held, "I(T2)")[0]) < 1e-6 * abs(scale)
