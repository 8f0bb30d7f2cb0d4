"""Short ways from text to templates and circuits, for the tests of elaboration."""

import numpy as np
import pytest

from qnet.answers import ASKS
from qnet.diagnostics import NetlistError
from qnet.discovery import analyses, models
from qnet.lang.elaborate import elaborate
from qnet.lang.parse import parse

TWO = "T1 s V=1mV\nT2 d V=0\n"
"""Two contacts, on nodes s and d."""


def template(text, **overrides):
    """A text elaborated."""
    return elaborate(parse(text), models(), analyses(), ASKS, overrides)


def circuit(text, values=None, **options):
    """A text with its own numbers, or those given."""
    return template(text).circuit(values or {}, **options)


def group(text, values=None, **options):
    """The only group of a circuit."""
    (only,) = circuit(text, values, **options).groups
    return only


def findings(text):
    """Codes of everything that is wrong with a text."""
    with pytest.raises(NetlistError) as caught:
        template(text)
    return [finding.code for finding in caught.value.diagnostics]


def finding(text):
    """The only thing that is wrong with a text."""
    with pytest.raises(NetlistError) as caught:
        template(text)
    (only,) = caught.value.diagnostics
    return only


def notes(text):
    """Codes of what is noted."""
    return [note.code for note in template(text).notes]


def names_of_nodes(circuit, nodes):
    """Display names of node numbers, in the shape of `nodes`."""
    return np.array(circuit.nodes, object)[nodes].tolist()
