"""What people bring along from SPICE and from textbooks, and what it is called here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from qnet.diagnostics import Near, nearest

_LETTERS: Final = {
    "l": "an inductor is a short to steady currents: leave it out and join its nodes",
    "m": "for a transistor as a gated constriction: `Q1 n1 n2 V0={…} hwx=… hwy=…`",
    "j": "for a transistor as a gated constriction: `Q1 n1 n2 V0={…} hwx=… hwy=…`",
    "z": "for a transistor as a gated constriction: `Q1 n1 n2 V0={…} hwx=… hwy=…`",
    "g": "sources are V and I; their values may be expressions, `I1 n1 n2 {2*x}`",
    "f": "sources are V and I; their values may be expressions, `I1 n1 n2 {2*x}`",
    "k": "nothing here couples inductors: all currents are steady",
    "o": "a coherent line is a wire, `W1 n1 n2 phi=…`; a lossy one `R1 n1 n2 10k`",
    "u": "a coherent line is a wire, `W1 n1 n2 phi=…`; a lossy one `R1 n1 n2 10k`",
    "a": "a scatterer by its model's name: `S1 n1 n2 barrier T=0.5`",
    "n": "a scatterer by its model's name: `S1 n1 n2 barrier T=0.5`",
}
"""SPICE's letters that mean nothing here: what to write instead."""

_MEANINGS: Final = {
    "b": "B is a barrier here; a source is `V1 n1 n2 {…}` or `I1 n1 n2 {…}`",
    "d": "D is a quantum dot here, `D1 n1 n2 E0=0 GL=1ueV GR=1ueV`, and no diode",
    "e": "E is a chiral edge here, `E1 n1 n2 nu=1`; a source is `V1 n1 n2 {…}`",
    "h": "H is a helical pair here, `H1 n1 n2`; a source is `V1 n1 n2 {…}`",
    "q": "Q is a point contact here, `Q1 n1 n2 Tn=(1 0.5)`, and no transistor",
    "t": "T is a terminal here, `T1 node V=1mV`; a line is a wire, `W1 n1 n2 phi=…`",
    "w": "W is a coherent wire here, `W1 n1 n2 phi=…`; a switch is a barrier",
}
"""Letters that mean something else in SPICE, for a card that fits nothing here."""

_KEYS: Final = {
    "Delta": "gap",
    "E0": "e energy eps eps0 epsilon level levels resonance ed",
    "GL": "gamma gammal gamma_l gl g1 gamma1 gleft",
    "GR": "gammar gamma_r g2 gamma2 gright",
    "L": "length len",
    "N": "modes channels nmodes n_modes nch",
    "R": "refl reflection reflectivity reflectance",
    "T": "trans transmission transmissivity transmittance tau d",
    "V": "voltage bias vdc dc u",
    "I": "current idc",
    "V0": "barrier height potential u v u0 ec vg",
    "d": "width thickness length l",
    "eps": "leak epsilon coupling alpha",
    "hwx": "omegax omega_x wx hbarwx hw_x hbaromegax ex",
    "hwy": "omegay omega_y wy hbarwy hw_y hbaromegay ey",
    "k": "kf k_f wavevector",
    "lphi": "lphase l_phi coherence dephasing",
    "leq": "l_eq equilibration",
    "mass": "m mstar meff effmass",
    "nch": "n channels modes",
    "nu": "n filling channels modes fillingfactor",
    "phase": "phi theta angle",
    "phi": "phase theta angle",
    "pol": "p polarization polarisation",
    "temp": "t temperature tel te tbath",
    "v": "vf v_f velocity",
}
"""Other names of keys, in lower case."""

_SAME: Final = frozenset({
    "energy", "transmission", "transmissivity", "transmittance", "reflection",
    "reflectivity", "reflectance", "gammal", "gammar", "gamma_l", "gamma_r", "modes",
    "channels", "nmodes", "n_modes", "length", "thickness", "voltage", "current",
    "temperature", "velocity", "wavevector", "phase", "phi", "omegax", "omega_x",
    "hbarwx", "omegay", "omega_y", "hbarwy", "polarization", "polarisation", "meff",
    "mstar", "effmass", "l_phi", "l_eq", "fillingfactor",
})  # fmt: skip
"""Those of them that mean nothing else: ``gamma`` may be a sum, ``width`` a side."""

_DOTS: Final = {
    "probe": "`.print V(a) I(T1)` tabulates, `.save` keeps",
    "option": "`.options`",
    "opt": "`.options`",
    "width": "tables are as wide as they need to be",
    "tf": "`.gmatrix` gives every conductance, `R(i,j,k,l)` every resistance",
    "measure": "`.meas name expression`",
    "parameters": "`.param name=value`",
    "temperature": "`.temp 50mK`",
    "fermi_energy": "`.fermi 10meV`",
    "magnetic": "`.field 5T`",
    "b": "`.field 5T`",
    "sweep": "`.step X start stop step`",
    "smat": "`.smatrix`",
    "transmission": "`.tmatrix` at the Fermi energy, `.spectrum start stop points`",
    "conductance": "`.gmatrix`",
}
"""Dot-words that are not known here: what does the same."""

_OPTIONS: Final = {
    **dict.fromkeys(("temp", "tnom", "t", "temperature"), "`.temp 50mK`"),
    **dict.fromkeys(("b", "field"), "`.field 5T`"),
    **dict.fromkeys(("ef", "fermi", "mu"), "`.fermi 10meV`"),
    **dict.fromkeys(
        ("reltol", "abstol", "vntol", "chgtol", "gmin"),
        "`tol` is the relative tolerance of integrals over energy",
    ),
}
_ANALYSES: Final = frozenset({"dc", "ac", "tran", "noise", "op"})
_SOURCES: Final = frozenset({"dc", "ac", "sin", "pulse", "pwl", "exp", "sffm"})


def letter_cure(letter: str) -> str:
    """Help for a letter that begins no element here; empty where SPICE has none."""
    return _LETTERS.get(letter.lower(), "")


def meaning(letter: str) -> str:
    """What a letter means here, where SPICE knows it for something else."""
    return _MEANINGS.get(letter.lower(), "")


def dot_cure(word: str) -> str:
    """Help for an unknown dot-word."""
    return _DOTS.get(word.lower(), "")


def nearest_key(word: str, known: Iterable[str]) -> Near:
    """``T`` for ``transmission=``, or for what looks like it."""
    offered = list(known)
    folded = word.casefold()
    meant = [key for key in offered if folded in _KEYS.get(key, "").split()]
    if meant:
        return Near(meant[0], len(meant) == 1 and folded in _SAME)
    return nearest(word, offered)


def option_cure(key: str) -> str:
    """Help for what SPICE sets by ``.options``, and a card of its own does here."""
    return _OPTIONS.get(key.lower(), "")


def name_cure(name: str) -> str:
    """Help for a word of SPICE's ``.print dc v(a)`` and ``.save all``."""
    if name.lower() in _ANALYSES:
        return "a table names quantities alone: `.print V(a) I(T1)`"
    return "`V(*)` and `I(*)` stand for all of them" if name.lower() == "all" else ""


def is_waveform(word: str) -> bool:
    """Whether a word says how a SPICE source goes: ``DC``, ``SIN``."""
    return word.lower() in _SOURCES
