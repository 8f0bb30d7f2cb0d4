"""Netlists to read: those of the repository, and one with a card of every form."""

from pathlib import Path

NETLISTS = {
    file.name: file.read_text("utf-8")
    for file in sorted((Path(__file__).parents[2] / "netlists").glob("*.qnet"))
}

EVERYTHING = """\
.title Every form of card  ; and every kind of comment
# a comment
  * and another
.param a=1+2*3 b={2 % 3} $ after a blank
* between a card and its continuation
+ c='4*(a-1)' // more
  ; only a comment

+ d=-a^2**b e=a<b && !c || d>=3 ? -a : +b
.param empty={max(a, b, along=Vg)}
.func f(x, y)={x*y}
.func g() 2
.func h(x)=-x
.model sp qpc(N=4 hwx=0.6meV, hwy=2meV abrupt)
.model short wire
.model loose wire phi=1 N=2
.subckt slice 1 out params: leak=0.1 k={2*a}
P1 1 out eps={leak} type=dephasing forward
.subckt inner p q
W1 p q phi=3.14
.ends inner
.ends
.subckt bare p q k=2
.ends
.for k in 1:3
X{k} n{k - 1} n{k}_a slice leak={eps}
.for m in (1 2 3)
W{k}_{m} x{k}.p{m} {k}end phi=0
.endfor
.endfor
.for k in a:b
.endfor
.lib narrow
W9 a b phi=1
.endl narrow
T1 s V=-1mV temp=50mK
T2 d type=sc Delta=180ueV axis=(0,0,1) absorb=50%
V1 in 0 -1m
R1 in s {2*r}
Q1 s 7 sp V0={-lever*(Vg+0.5V)/1V} Tn=(1 -0.4 0.3+0.1j)
D1 x1.y.3 d E0=(1meV {-b}) ref=(s:0.6 d:-0.4 n{k}:{w}) ref2=(1:0.5)
S1 a b matrix S=[[0.6, 0.8j], [-0.8j -0.6-0.1j]] nch=(1 1) blocks=((1 2) (3 4))
S2 a b table file="f;//$.npz" Eunit=1e-3eV key=""
E12 c1 c2 nu={nu} anomalous
B1 a b T = 0.5 N =2
C1 a 0 1.5uF z=0.8j w=-0.8j
W3 1{k} 2 L=1um2 M=5Ω D=3µm
.step Vg -0.5V -0.2V 2mV
.step phi lin 21 0 1
.step B list 5T -5T
.step zip(B, Vg) list (1T 0.1V) (2T 0.2V)
.step x file="b.csv"
.meas G I(T1)/(V(T1)-V(T2))
.meas top max G along=Vg
.meas low MIN (G)
.measure diff max -G
.meas at find didv(T1) at=0V
.meas Rall R(*)
.print Vg V(P1) -G(T3,T1)/1 {a ? b : c} 'd'
.plot G {2*G} vs Vg
.save V(n{k}) V(x1.p2) V(7)
.assert abs(G - 0.5*Gq) < 1e-9*Gq "half a quantum"
.options spin=full response=linear tol=1e-9
.temp 50mK
.noise T1 T2 probes=frozen
.check onsager off
.sens G(T1,T1)
.include "other.qnet"
.lib "edges.lib" narrow
.op
.end
* a last comment
""".replace(" -G(T3,T1)/1", " -G(T3,T1)")
