"""Scatterers to hold the laws to: drawn from what `param` says of each key."""

from dataclasses import replace

import numpy as np

from qnet.discovery import models
from qnet.registry import INFER, parameters

DRAW = object()
"""In a variant: give this optional key, with a drawn value."""

TYPICAL = {
    "eV": 1.0,
    "m": 1e-6,
    "m/s": 1e5,
    "1/m": 1e7,
    "s": 1e-12,
    "T": 1.0,
    "K": 0.1,
    "eV m": 1e-11,
}
"""Size of a drawn value in its unit, where no bound gives one."""

LEVELS = {
    "H": np.array([[0.1, 0.2 + 0.1j], [0.2 - 0.1j, -0.3]]),
    "A": np.array([[0.0, 0.05], [-0.05, 0.0]]),
    "W": np.array([[0.3, 0.2j, 0.1], [0.1, -0.3, 0.4]]),
    "nch": (1, 2),
    "B": 0.7,
}

Z_AXIS = np.array([0.0, 0.0, 1.0])

ROTATION = np.array([[0.6, 0.8j, 0.0], [0.0, 0.0, 1.0], [0.8j, 0.6, 0.0]])

VARIANTS = {
    "wire": [{"k": DRAW, "L": DRAW}, {"v": DRAW, "L": DRAW}],
    "barrier": [{"T": DRAW}, {"R": DRAW}, {"Z": DRAW}, {"Tn": np.array([0.0, 0.3, 1])}],
    "splitter": [{"T": DRAW}, {"R": DRAW}, {"Z": DRAW}, {"Tn": np.array([0.0, 0.3])}],
    "junction": [{"sym": 1}, {"sym": -1}],
    "griffith": [{"pins": 2}, {"pins": 5}],
    "probe": [
        {"mix": mix, "forward": forward, "spin": spin}
        for mix in (0, 1)
        for forward in (False, True)
        for spin in (1, "full")
    ],
    "helical": [{}, {"G": DRAW}],
    "edge": [
        {"nu": 2, "v": DRAW, "L": DRAW},
        {"anomalous": True, "sign_B": 0, "sign_M": -1},
    ],
    "qpc": [
        {"hwx": DRAW, "hwy": DRAW},
        {"hwx": DRAW, "hwy": DRAW, "mass": DRAW, "B": 2.0},
        {"Tn": np.array([0.0, 0.4, 1.0])},
        {"taper": DRAW, "hwy": DRAW},
        {"abrupt": True, "hwy": 0.05, "N": 72, "wide": 1.5},
        {"hwx": DRAW, "hwy": DRAW, "EZ": DRAW, "axis": np.array([1.0, -2.0, 0.5])},
        {"taper": DRAW, "hwy": DRAW, "gfactor": -0.44, "B": 3.0, "axis": Z_AXIS},
    ],
    "dot": [
        {},
        {
            "E0": np.array([-0.3, 0.1, 0.1]),
            "GL": np.array([0.3, 1e-9, 0.2]),
            "GR": np.array([0.1]),
            "signs": np.array([1.0, -1.0, 1.0]),
        },
    ],
    "rectangular": [{"d": 1e-9}, {"V0": -0.5}],
    "eckart": [{"a": 1e-10, "V0": 0.4}, {"V0": -0.5}, {"a": 1e-9, "V0": 0.5}],
    "boxcar": [{}, {"E1": DRAW}, {"E2": DRAW}, {"E1": -0.3, "E2": 0.2}],
    "matrix": [
        {"S": ROTATION, "pins": 2, "nch": (2, 1)},
        {"S": ROTATION, "pins": 3, "zeros": tuple(map(tuple, ROTATION == 0))},
    ],
    "strip": [
        {"width": 4e-9, "length": 5e-9, "disorder": np.array(0.0), "seed": 1.0},
        {"width": 4e-9, "length": 0.0, "disorder": 1.0, "seed": 2.0, "B": 20.0},
        {"width": 4e-9, "length": 5e-9, "disorder": 1.0, "seed": 2.0, "B": 20.0},
    ],
    "plaquette": [
        {"phases": np.array([0.3, 1.7])},
        {"seed": 5.0},
        {"sign_B": -1},
        {"sign_B": 0},
    ],
    "majorana": [{"pins": 1}, {"pins": 2, "G": np.array([0.1, 0.3])}],
    "filter": [{"N": 2, "axis": np.array([1.0, 2.0, -0.5])}],
    "precession": [{"N": 2, "axis": np.array([1.0, 2.0, -0.5])}],
    "rashba": [{"N": 2, "alpha": 1e-11}],
    "cavity": [
        {"nch": (2, 1), "beta": 1, "seed": 3.0},
        {"nch": (2, 1), "beta": 2, "seed": 3.0, "contacts": np.array([0.0, 0.5])},
        {"nch": (2, 1), "beta": 4, "seed": 3.0, "contacts": np.array([1.0, 0.5])},
    ],
    "diffusive": [
        {"N": 3, "beta": beta, "seed": 3.0, "slices": 4} for beta in (1, 2, 4)
    ],
    "levels": [LEVELS, {**LEVELS, "direct": ROTATION}],
}
"""How each model can be written; one that is not here is drawn as its keys stand."""


def specimens(name, rng, batch=()):
    """Models of one name: every variant, real numbers drawn with shape `batch`."""
    return [specimen(name, variant, rng, batch) for variant in VARIANTS.get(name, [{}])]


def specimen(name, variant, rng, batch=()):
    cls = models()[name].model
    values = {}
    for key in parameters(cls):
        given = variant.get(key.name)
        if given is DRAW or (given is None and is_drawn(key)):
            values[key.name] = draw(key, rng, batch)
        elif given is not None:
            values[key.name] = given
    model = cls(**values)
    inferred = any(n is None for port in model.channels() for n in port)
    return model.with_channels(2) if inferred else model


def is_drawn(key):
    """Whether a key is a number that the card always has."""
    if key.state or key.structural or key.kind != "real" or key.default is None:
        return False
    return key.default is not INFER


def draw(key, rng, batch=()):
    low, high = bounds(key)
    shape = (*batch, *(1 for _ in key.axes))
    return low + (high - low) * rng.uniform(0.05, 0.95, shape)


def bounds(key):
    """Finite range to draw from; a missing bound is some typical sizes away."""
    size = TYPICAL.get(key.unit, 1.0)
    floor = key.low if key.low is not None else key.above
    ceiling = key.high if key.high is not None else key.below
    low = floor if floor is not None else -2 * size
    high = ceiling if ceiling is not None else max(low, 0.0) + 2 * size
    return low, high


def turned_round(model):
    """The same scatterer in the reversed field: what elaboration makes of it."""
    changes = {}
    for key in parameters(type(model)):
        value = getattr(model, key.name)
        if value is None:
            continue
        if key.odd or key.state in {"B", "M", "sign B", "sign M"}:
            changes[key.name] = -np.asarray(value) if key.odd else -value
        elif key.state in {"reversed", "opposite"}:
            changes[key.name] = not value
    return replace(model, **changes)
