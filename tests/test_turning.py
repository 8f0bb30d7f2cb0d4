"""Odd keys under time reversal, and what is said where one does not follow B."""

import pytest

import qnet

RING = """
.field 1mT
.param area=1um2
T1 a V=1uV
T2 b V=0
Y1 a u l eps=0.4
W1 u v phi=1.3 flux={flux}
W2 l k phi=0.4
Y2 b v k eps=0.4
.meas G G(T1,T1)
"""


def told(netlist):
    return [d.message for d in qnet.run(netlist).diagnostics if d.code == "QN319"]


@pytest.mark.parametrize("flux", ["{B*area/Phi0}", "{B^3*area/1T^2/Phi0}", "0"])
def test_a_flux_that_follows_the_field_is_passed_over(flux):
    assert told(RING.replace("{flux}", flux)) == []


@pytest.mark.parametrize("flux", ["0.2", "{abs(B)*area/Phi0}", "{0.1+B*area/Phi0}"])
def test_a_flux_that_does_not_is_turned_round_and_told(flux):
    (message,) = told(RING.replace("{flux}", flux))
    assert message.startswith("'flux=")
    assert message.endswith(
        "does not follow the field: it is turned round by itself at -B"
    )
    assert qnet.run(RING.replace("{flux}", flux)).passed


def test_phases_of_condensates_and_polarisations_are_told_too():
    condensate = """
        T1 a V=1uV
        T2 s type=sc Delta=1meV phase=0.4
        B1 a s T=0.5
        W1 a s flux=0.1
        .meas G G(T1,T1)
        """
    assert any("phase=0.4" in message for message in told(condensate))
    spins = """
        .options spin=full
        T1 a V=1uV pol=0.4 axis=(1 0 0)
        T2 b V=0 pol=0.5
        B1 a b T=0.5
        .meas G G(T1,T1)
        """
    assert any("axis=" in message for message in told(spins))


def test_without_an_audit_nothing_is_turned():
    assert told(RING.replace("{flux}", "0.2") + ".check onsager off\n") == []
