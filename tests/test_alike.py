"""What a reversed field turns round, and what it leaves alone."""

import pytest

from qnet.circuit import scatters_alike
from qnet.corridor import template

PLAIN = """.title a ring
T1 a V=1uV
Y1 a u d
W1 u uu phi=0.3{flux}
W2 d dd phi=0.1
Y2 b uu dd
T2 b V=0{contact}
R1 a b {ohms}
"""


@pytest.mark.parametrize(
    ("changes", "is_alike"),
    [
        ({}, True),
        ({"flux": " flux=0.1"}, False),
        ({"ohms": "{1k*(2+M)}\n.magnetization 1"}, False),
        ({"contact": " pol=0.3\n.options spin=full"}, False),
    ],
)
def test_circuits_are_alike_where_nothing_depends_on_the_field(changes, is_alike):
    text = PLAIN.format(**{"flux": "", "contact": "", "ohms": "1k", **changes})
    made = template(text)
    found = scatters_alike(made.circuit(), made.circuit(reverse=True))
    assert found is is_alike
