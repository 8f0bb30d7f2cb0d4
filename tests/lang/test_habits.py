"""Slips of SPICE users and of physicists: the caret, the reason, and a card that works.

Each slip stands in a netlist that is right once the faulty card is replaced by the one
that the help leads to.
"""

import pytest

import qnet
from qnet.corridor import check
from qnet.diagnostics import QnetError

ENDS = "T1 a V=1mV\nT2 b V=0\n"
BARRIER = "B1 a b T=0.5\n"

TITLE = "My first ring\n"

# what was written, code, what the caret marks, words of the finding, what works
SLIPS = [
    # SPICE
    (TITLE, ENDS + BARRIER, "QN204", "My first ring", "`.title …`",
     ".title My first ring\n"),
    ("V1 a 0 DC 1m\n", "R1 a 0 10k\n" + BARRIER + "T2 b V=0\n", "QN207", "V1 a 0 DC 1m",
     "all sources are steady", "V1 a 0 1m\n"),
    ("V1 a 0 SIN(0 1 1k)\n", "R1 a 0 10k\n" + BARRIER + "T2 b V=0\n", "QN119", "SIN",
     "one value", "V1 a 0 1m\n"),
    ("R1 a 0 1M\n", ENDS + BARRIER, "QN303", "1M", "1m or 1meg", "R1 a 0 1meg\n"),
    ("R1 a 0 10kohm\n", ENDS + BARRIER, "QN302", "10kohm", "'kOhm'", "R1 a 0 10kOhm\n"),
    ("L1 a b 1n\n", ENDS + BARRIER, "QN204", "L1 a b 1n", "short to steady", ""),
    ("M1 a b 0 0 nmos W=1u\n", ENDS, "QN204", "M1 a b 0 0 nmos W=1u", "`Q1 n1 n2 V0=",
     "Q1 a b V0={-1meV} hwx=1meV hwy=3meV\n"),
    ("E1 a 0 c 0 10\n", ENDS + BARRIER, "QN207", "E1 a 0 c 0 10",
     "`V1 n1 n2 {…}`", "R1 a 0 10k\n"),
    ("D1 a b dmod\n", ENDS, "QN207", "D1 a b dmod", "`D1 n1 n2 E0=0",
     "D1 a b E0=0 GL=1ueV GR=1ueV\n"),
    ("Q1 a b 0 npn\n", ENDS, "QN207", "Q1 a b 0 npn", "`Q1 n1 n2 Tn=(1 0.5)`",
     "Q1 a b Tn=(1 0.5)\n"),
    ("T3 a 0 b 0 Z0=50\n", ENDS, "QN207", "T3 a 0 b 0 Z0=50", "`W1 n1 n2 phi=…`",
     "W1 a b phi=1\n"),
    ("G1 a b c d 1m\n", ENDS + BARRIER, "QN204", "G1 a b c d 1m", "`I1 n1 n2 {2*x}`",
     "I1 a b {2*1nA}\n"),
    (".tran 1n 1u\n", ENDS + BARRIER, "QN119", ".tran 1n 1u", "steady state", ".op\n"),
    (".ic v(a)=1\n", ENDS + BARRIER, "QN119", ".ic v(a)=1", "no beginning", ""),
    (".temp 27\n", ENDS + BARRIER, "QN304", "27", "write 27K", ".temp 27K\n"),
    (".temp 27C\n", ENDS + BARRIER, "QN302", "27C", "300.15K", ".temp 300.15K\n"),
    (".options temp=1K\n", ENDS + BARRIER, "QN206", "temp", "`.temp 50mK`",
     ".temp 50mK\n"),
    (".step param x 0 1 0.1\n", ENDS + BARRIER + ".param x=1\n", "QN121", "param",
     "without the word 'param'", ".step x 0 1 0.1\n"),
    (".param x 5\n", ENDS + BARRIER, "QN113", "x", ".param x=", ".param x=5\n"),
    (".meas dc g find I(T1) at=0\n", ENDS + BARRIER + ".param x=0\n.step x 0 1 1\n",
     "QN121", "dc", ".meas g find", ".meas g find I(T1) at=0\n"),
    (".print dc v(a)\n", ENDS + BARRIER, "QN201", "dc", "`.print V(a) I(T1)`",
     ".print V(a) I(T1)\n"),
    (".print V(a,b)\n", ENDS + BARRIER, "QN306", "V(a,b)", "{V(a) - V(b)}",
     ".print {V(a) - V(b)}\n"),
    (".noise v(a) T1\n", ENDS + BARRIER, "QN214", "v(a)", "`.noise T1 T2`",
     ".noise T1 T2\n"),
    (".option spin=2\n", ENDS + BARRIER, "QN209", ".option", "'.options'",
     ".options spin=2\n"),
    (".probe I(T1)\n", ENDS + BARRIER, "QN209", ".probe", "`.print V(a) I(T1)`",
     ".print V(a) I(T1)\n"),
    ("X1 a b foo\n", ENDS + BARRIER, "QN204", "foo", "`.subckt foo p1 p2`",
     ".subckt foo p1 p2\nB1 p1 p2 T=0.5\n.ends\nX1 a b foo\n"),
    # physicists
    ("T3 c 1mV\nB3 c b T=1\n", ENDS + BARRIER, "QN207", "T3 c 1mV", "`T1 n1 V=1mV`",
     "T3 c V=1mV\nB3 c b T=1\n"),
    ("T3 c V=1 mV\nB3 c b T=1\n", ENDS + BARRIER, "QN207", "T3 c V=1 mV",
     "without a blank", "T3 c V=1mV\nB3 c b T=1\n"),
    ("T3 c V=0 T=50mK\nB3 c b T=1\n", ENDS + BARRIER, "QN206", "T", "'temp'",
     "T3 c V=0 temp=50mK\nB3 c b T=1\n"),
    ("B2 a b transmission=0.5\n", ENDS, "QN206", "transmission", "'T'", BARRIER),
    ("B2 a b T=1.5\n", ENDS, "QN309", "1.5", "transmission probability",
     "B2 a b Tn=(1 0.5)\n"),
    ("B2 a b T=0,5\n", ENDS, "QN114", "0,5", "`0.5`", "B2 a b T=0.5\n"),
    ("D1 a b E0=1mV GL=1ueV GR=1ueV\n", ENDS, "QN304", "1mV", "write 1meV",
     "D1 a b E0=1meV GL=1ueV GR=1ueV\n"),
    ("D1 a b energy=1meV gammaL=1ueV gammaR=1ueV\n", ENDS, "QN206", "energy", "'E0'",
     "D1 a b E0=1meV GL=1ueV GR=1ueV\n"),
    ("Q1 a b V0=0 hwx=1 hwy=3meV\n", ENDS, "QN304", "1", "write the unit, 1eV",
     "Q1 a b V0=0 hwx=1eV hwy=3meV\n"),
    (".field 500G\n", ENDS + BARRIER, "QN304", "500G", "a gauss is 0.1mT",
     ".field 50mT\n"),
    (".field 5\n", ENDS + BARRIER, "QN304", "5", "5T", ".field 5T\n"),
    ("W1 a b flux=1mT\n", ENDS, "QN304", "1mT", "{B*area/Phi0}",
     ".param area=1um2\nW1 a b flux={B*area/Phi0}\n"),
    ("W1 a b phase=1\n", ENDS, "QN206", "phase", "'phi'", "W1 a b phi=1\n"),
    (".param x=log(2)\n", ENDS + BARRIER, "QN215", "log(2)", "ln or log10",
     ".param x=ln(2)\n"),
    (".param x=1meV y={x+1mV}\n", ENDS + BARRIER, "QN305", "1mV", "cannot add",
     ".param x=1meV y={x+1meV}\n"),
    ("W1 a m\nW2 m b\nW3 m c\nT3 c V=0\n", ENDS, "QN402", "m", "not an equipotential",
     "W1 a m\nW2 m b\nW3 m c\nT3 c V=0\nP9 m\n"),
    ("W1 a m\n", ENDS + BARRIER, "QN401", "m", "`T9 m`", "W1 a m\nT9 m V=0\n"),
    ("E1 a b\n.field 1T\n", ENDS, "QN406", "T1 a V=1mV", "`E9 n1 a`",
     "E1 a b\n.field 1T\nE9 b a\n"),
    ("E1 a b\nE2 b a\n", ENDS, "QN510", "E1 a b", "`.field 5T`",
     "E1 a b\nE2 b a\n.field 5T\n"),
    ("B1 a m N=2 T=0.5\nB2 m b N=3 T=0.5\n", ENDS, "QN404", "m",
     "every wave that leaves one", "B1 a m N=2 T=0.5\nB2 m b T=0.5\n"),
    ("S1 a b matrix S=[[0.6, 0.8], [0.8, 0.6]]\n", ENDS, "QN521",
     "S1 a b matrix S=[[0.6, 0.8], [0.8, 0.6]]", "current is not conserved",
     "S1 a b matrix S=[[0.6, 0.8j], [0.8j, 0.6]]\n"),
    ("barrier B1 a b T=0.5\n", ENDS, "QN207", "barrier B1 a b T=0.5",
     "`S1 n1 n2 barrier …`", "S1 a b barrier T=0.5\n"),
]  # fmt: skip


def findings(text):
    try:
        return check(qnet.parse_netlist(text)) or qnet.run(text).diagnostics
    except QnetError as refused:
        return refused.diagnostics


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[0].split("\n")[0])
def test_a_slip_is_named_and_its_cure_works(slip):
    wrong, rest, code, caret, words, right = slip
    found = findings(wrong + rest if wrong == TITLE else rest + wrong)
    first = next(one for one in found if one.code == code)
    assert first.severity == "error"
    assert first.primary.span.text == caret
    assert words in " ".join((first.message, first.why, first.help))
    told = findings(rest + right)
    assert [one for one in told if one.severity == "error"] == []


def test_there_are_twenty_slips_of_either_kind():
    assert len(SLIPS) >= 40
    assert len({slip[0] for slip in SLIPS}) == len(SLIPS)
