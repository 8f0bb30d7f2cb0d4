"""Where nothing depends on the field, the circuit at -B is not made anew."""

from pathlib import Path

import pytest

from qnet.circuit import scatters_alike
from qnet.corridor import template

NETLISTS = sorted((Path(__file__).parents[2] / "netlists").glob("*.qnet"))

BETWEEN = "T1 a V=1mV\n{}\nT2 b V=0\n.step EF lin 3 1meV 3meV\n.meas g G(T1,T2)\n"


def spread(whole):
    """Some points of the sweep, its ends among them."""
    return {
        name: column[:: max(1, len(column) // 3)].reshape(
            (1,) * k + (-1,) + (1,) * (len(whole.sweep) - k - 1)
        )
        for k, axis in enumerate(whole.sweep)
        for name, column in (
            (axis.name, axis.values),
            *((name, more) for name, more, _ in axis.coordinates),
        )
    }


def turned_alike(whole):
    values = spread(whole)
    return scatters_alike(whole.circuit(values), whole.circuit(values, reverse=True))


def test_what_is_called_even_is_the_same_at_the_reversed_field():
    even = 0
    for path in NETLISTS:
        whole = template(path)
        if whole.example is not None and whole.is_even(whole.example):
            assert turned_alike(whole), path.name
            even += 1
    assert 0 < even < len(NETLISTS)


def test_a_netlist_that_nowhere_names_its_field_is_even():
    whole = template(BETWEEN.format(".field 1T\nW1 a b tau=1ps\n"))
    assert whole.is_even(whole.example)
    assert turned_alike(whole)


@pytest.mark.parametrize(
    "elements",
    [
        # A flux that is zero at the first point, and others that are not.
        "W1 a b flux={EF/1meV-1}\n",
        ".param strength={B/1T}\nW1 a b phi={strength}\n.field 1T\n",
        ".func turn(x) {x*B/1T}\nW1 a b phi={turn(EF/1meV-1)}\n.field 1T\n",
        # In-line probes scatter otherwise at the reversed field.
        "W1 a b N=1 tau=1ps L=1um lphi=2um slices=3\n",
    ],
)
def test_whatever_names_the_field_is_not_even(elements):
    whole = template(BETWEEN.format(elements))
    assert not whole.is_even(whole.example)
