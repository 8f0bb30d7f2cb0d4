"""Circuit-style solver for quantum conductors.

Netlists of terminals, quantum scatterers and probes go in; currents, probe voltages,
resistances and a reciprocity verdict come out.

>>> import qnet
>>> report = qnet.run('''
... T1 a V=1mV
... T2 b V=0
... B1 a b T=0.25
... .meas G G(T1,T1)/Gq
... ''')
>>> float(report.measures["G"].values)
0.25
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # that of `typing` would load it
if TYPE_CHECKING:
    from typing import Any

    from qnet.analyses.matrices import ConductanceMatrix as ConductanceMatrix
    from qnet.analyses.matrices import ScatteringMatrix as ScatteringMatrix
    from qnet.analyses.matrices import TransmissionMatrix as TransmissionMatrix
    from qnet.analyses.op import Op as Op
    from qnet.analyses.reciprocity import Reciprocity as Reciprocity
    from qnet.analyses.spectrum import Spectrum as Spectrum
    from qnet.build import Builder as Builder
    from qnet.corridor import check as check
    from qnet.corridor import run as run
    from qnet.corridor import template as template
    from qnet.diagnostics import AnalysisError as AnalysisError
    from qnet.diagnostics import Diagnostic as Diagnostic
    from qnet.diagnostics import LimitError as LimitError
    from qnet.diagnostics import NetlistError as NetlistError
    from qnet.diagnostics import PhysicsError as PhysicsError
    from qnet.diagnostics import PluginError as PluginError
    from qnet.diagnostics import QnetError as QnetError
    from qnet.diagnostics import StorageError as StorageError
    from qnet.interop import from_kwant as from_kwant
    from qnet.lang.parse import parse as parse_netlist  # noqa: F401  by its public name
    from qnet.pictures.drawing import draw as draw
    from qnet.pictures.plotting import plot as plot
    from qnet.reasons.why import why as why
    from qnet.records.custody import load_report as load  # noqa: F401  by its public name
    from qnet.results import Quantity as Quantity
    from qnet.results import Report as Report
    from qnet.results import Result as Result
    from qnet.sweep.processes import Workers as Workers

_HOMES = {
    "AnalysisError": "qnet.diagnostics",
    "Builder": "qnet.build",
    "ConductanceMatrix": "qnet.analyses.matrices",
    "Diagnostic": "qnet.diagnostics",
    "LimitError": "qnet.diagnostics",
    "NetlistError": "qnet.diagnostics",
    "Op": "qnet.analyses.op",
    "PhysicsError": "qnet.diagnostics",
    "PluginError": "qnet.diagnostics",
    "QnetError": "qnet.diagnostics",
    "Quantity": "qnet.results",
    "Reciprocity": "qnet.analyses.reciprocity",
    "Report": "qnet.results",
    "Result": "qnet.results",
    "ScatteringMatrix": "qnet.analyses.matrices",
    "Spectrum": "qnet.analyses.spectrum",
    "StorageError": "qnet.diagnostics",
    "TransmissionMatrix": "qnet.analyses.matrices",
    "Workers": "qnet.sweep.processes",
    "check": "qnet.corridor",
    "draw": "qnet.pictures.drawing",
    "from_kwant": "qnet.interop",
    "load": "qnet.records.custody",
    "parse_netlist": "qnet.lang.parse",
    "plot": "qnet.pictures.plotting",
    "run": "qnet.corridor",
    "template": "qnet.corridor",
    "why": "qnet.reasons.why",
}
"""Where each public name lives: loaded when it is first asked for."""

_RENAMED = {"load": "load_report", "parse_netlist": "parse"}

__all__ = sorted(_HOMES)  # noqa: PLE0605  the table above is the list


def __getattr__(name: str) -> Any:  # noqa: ANN401  whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module 'qnet' has no attribute '{name}'")
    found = getattr(import_module(_HOMES[name]), _RENAMED.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
