"""Hand-made reports: what a Hall bar at two fields and a long sweep would give."""

import numpy as np

from qnet.circuit import Axis
from qnet.constants import RK, Gq
from qnet.diagnostics import Diagnostic, Label, Source, Span
from qnet.results import Quantity, Report, Result, Verdict

TERMINALS = ("T1", "T4", "P2")
NODES = ("c1", "c4", "c2")


def report(**given) -> Report:
    """An empty report, but for what is given."""
    fields = {
        "title": "", "axes": (), "measures": {}, "tables": (), "analyses": (),
        "asserts": (), "audits": (), "certificates": {}, "diagnostics": (),
        "settings": {},
    }  # fmt: skip
    return Report(**{**fields, **given})


def quantities(*listed: Quantity) -> dict[str, Quantity]:
    """Quantities by their names."""
    return {quantity.name: quantity for quantity in listed}


def hall_bar() -> Report:
    """Two signs of the field, three reservoirs, every part of a report in use."""
    labels = {"reservoir": TERMINALS, "node": NODES}
    op = quantities(
        Quantity(
            "voltage",
            np.array([[1e-4, 0, 1e-4], [1e-4, 0, 1e-19]]),
            ("B", "reservoir"),
            "V",
            labels,
        ),
        Quantity("temperature", np.zeros(3), ("reservoir",), "K", labels),
    )
    G = np.array([[[2.0, 0, -2], [-2, 2, 0], [0, -2, 2]]])
    matrix = Quantity(
        "G",
        np.concatenate([G, G.transpose(0, 2, 1)]),
        ("B", "to", "from"),
        "Gq",
        {"to": TERMINALS, "from": TERMINALS},
    )
    source = Source("bar.qnet", ".title Hall bar\n.step B list 5T -5T\n")
    note = Diagnostic(
        "QN601", "a remark", Label(Span(source, 16, 21), "here"), severity="note"
    )
    return report(
        title="Hall bar",
        axes=(Axis("B", np.array([5.0, -5.0]), "T"),),
        measures=quantities(
            Quantity("Rxx", np.array([1e-12, -3e-12]), ("B",), "Ohm"),
            Quantity("Rxy", np.array([RK / 2, -RK / 2]), ("B",), "Ohm"),
            Quantity("visibility", np.array(0.8)),
        ),
        tables=(
            quantities(Quantity("I(T1)", np.array([7.5e-9, np.nan]), ("B",), "A")),
        ),
        analyses=(
            Result("op", op, title="Operating point (.op)"),
            Result("gmatrix", quantities(matrix), notes=("in the dark",)),
        ),
        asserts=(Verdict("abs(Rxx) < 1e-6*RK", True, 1e-16),),
        audits=(
            Verdict("unitarity", True, 2e-16),
            Verdict("reciprocity", False, 0.002, "R(T1,T4,P2,T4)"),
        ),
        certificates=quantities(Quantity("composed unitarity", np.array(2e-16))),
        diagnostics=(note,),
        settings={"terminals": "2", "probes": "1", "spin": "1", "response": "linear"},
    )


def gate_sweep(points: int = 151) -> Report:
    """A conductance that rises with a gate voltage, in many points."""
    gate = np.linspace(-0.5, -0.2, points)
    conductance = Quantity("G", Gq * np.linspace(0, 3, points), ("Vg",), "S")
    return report(
        title="Gate sweep",
        axes=(Axis("Vg", gate, "V"),),
        measures=quantities(conductance),
    )
