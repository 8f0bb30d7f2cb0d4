"""What a word of the language means: models, analyses, functions, units, codes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING, Any, Final

from qnet.codes import CODES
from qnet.registry import INFER, Parameter, parameters

if TYPE_CHECKING:
    from qnet.registry import AnalysisEntry, Ask, ModelEntry
    from qnet.units import Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a word.

    Attributes
    ----------
    kind : str
        ``card``, ``directive``, ``model``, ``analysis``, ``function``, ``unit``,
        ``constant`` or ``code``.
    title : str
        Its meaning in one line.
    text : str
        Everything else there is to say, as paragraphs.
    keys : tuple
        Keys of its card: (key, default, range, meaning).
    """

    kind: str
    name: str
    title: str
    text: str = ""
    keys: tuple[tuple[str, str, str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        names = ("key", "default", "range", "meaning")
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "text": self.text,
            "keys": [dict(zip(names, row, strict=True)) for row in self.keys],
        }


_CARDS: Final = {
    "T": "terminal `T1 node V= I= temp=`: an ohmic contact; floats without V= and I=",
    "P": "probe `P1 node type=voltage`: a reservoir meant to float; with two nodes it "
    "is in line with a wire and leaks eps of each channel",
    "V": "voltage source `V1 n+ n- 1mV` between reservoirs",
    "I": "current source `I1 n+ n- 1nA`: the current flows from n+ to n- through it",
    "R": "resistor `R1 n1 n2 10k` between reservoirs; temp= for its noise",
    "C": "capacitor `C1 n1 n2 1p` between reservoirs: carries no steady current",
    "S": "any scatterer by its model: `S1 n1 n2 … model key=value`",
    "X": "instance of a subcircuit: `X1 n1 n2 … name key=value`",
}
"""Cards that are no scatterer of their own."""

_DIRECTIVES: Final = {
    "title": "`.title text`: the title, to the end of the line",
    "end": "`.end`: nothing comes after it; may be left out",
    "include": '`.include "file"`: reads a file that lies beside the netlist or below',
    "lib": '`.lib "file" section` … `.endl`: reads one section of a file',
    "param": "`.param a=1 b={2*a}`: values with units, in any order",
    "func": "`.func f(x)={x^2}`: a function for expressions",
    "model": "`.model name kind(key=value …)`: a scatterer with keys, by a name",
    "subckt": "`.subckt name pins… [params:] k=v` … `.ends`: a part, placed by X cards",
    "global": "`.global node…`: nodes that subcircuits share",
    "for": "`.for k in 1:N` … `.endfor`: repeats cards; `{k}` also in names",
    "temp": "`.temp 50mK`: temperature of every reservoir that names none (0 K)",
    "fermi": "`.fermi 10meV`: Fermi energy, EF in expressions (0)",
    "field": "`.field 5T`: magnetic field, B in expressions (0)",
    "magnetization": "`.magnetization 1`: M in expressions, for anomalous edges (1)",
    "options": "`.options spin=1 response=linear`: spin 1, 2 or full; response linear "
    "or full; tolerances",
    "step": "`.step X start stop step`, `lin N start stop`, `dec N`, `list …`, "
    '`file="b.csv"`, `.step zip(X Y) list (…) (…)`: sweeps a parameter or B EF temp M',
    "meas": "`.meas name expression`, `.meas name max expression`, `.meas name find "
    "expression at=value`: a named result with its unit",
    "print": "`.print expression …`: a table",
    "save": "`.save expression …`: what a result file keeps besides measures",
    "plot": "`.plot expression … [vs X]`: a figure, for `qnet plot`",
    "check": "`.check onsager unitarity kcl sumrules fdt waves [off]`: the audits",
    "assert": '`.assert expression ["why"]`: must hold at every point',
}
"""Dot-cards that are no analysis."""

_SYMBOLS: Final = {
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\Gamma": "Γ", r"\delta": "δ",
    r"\epsilon": "ε", r"\varepsilon": "ε", r"\theta": "θ", r"\kappa": "κ",
    r"\lambda": "λ", r"\mu": "µ", r"\pi": "π", r"\sigma": "σ", r"\tau": "τ",
    r"\phi": "ϕ", r"\varphi": "φ", r"\Phi": "Φ", r"\chi": "χ", r"\omega": "ω",
    r"\hbar": "ħ", r"\pm": "±", r"\to": "→", r"\cdot": "·", r"\times": "×",
    r"\infty": "∞", r"\dagger": "†", r"\sum": "Σ", r"\left": "", r"\right": "",
    r"\qquad": "   ", r"\quad": "  ", r"\,": " ", r"\;": " ", r"\ln": "ln",
    r"\cos": "cos", r"\sin": "sin", r"\arg": "arg", r"\tfrac12": "½",
    r"\begin{pmatrix} ": "(", r" \end{pmatrix}": ")", r" &": ",", r" \\": ";",
}  # fmt: skip
"""What a terminal shows for the symbols of formulas."""

_BRACED: Final = (
    (r"\^\{(\w)\}", r"^\1"),
    (r"\^\{([^{}]*)\}", r"^(\1)"),
    (r"_\{([^{}]*)\}", r"_\1"),
    (r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)"),
    (r"\\sqrt\{([^{}]*)\}", r"√(\1)"),
    (r"√\((\w)\)|\\sqrt(\w)", r"√\1\2"),
    (r"\\text\{([^{}]*)\}", r"\1"),
)
"""The same for what stands in braces, which must hold no other braces."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All words of one kind: their names, and how one of them is explained."""

    names: Callable[[], Iterable[str]]
    entry: Callable[[str], Entry]
    is_cased: bool = False

    def find(self, word: str) -> Iterator[Entry]:
        """Meanings of a word on this shelf."""
        folded = word.casefold()
        for name in self.names():
            if name == word or (not self.is_cased and name.casefold() == folded):
                yield self.entry(name)

    def __iter__(self) -> Iterator[Entry]:
        return (self.entry(name) for name in self.names())


def explain(word: str) -> tuple[Entry, ...]:
    """All meanings of a word; units and constants in their case, others in any."""
    is_dotted = word.startswith(".")
    word = word.removeprefix(".")
    kinds = ("directive", "analysis") if is_dotted else tuple(SHELVES)
    found = [entry for kind in kinds for entry in SHELVES[kind].find(word)]
    if is_dotted:
        return tuple(found)
    letters = [n for n, model in _models().items() if model.letter == word.upper()]
    return tuple(found + [_model(name) for name in letters])


def known_words() -> list[str]:
    """Every word that `explain` knows."""
    return [name for shelf in SHELVES.values() for name in shelf.names()]


def letter_of(entry: Entry) -> str:
    """Shorthand letter of a model's entry; empty if it has none."""
    return _models()[entry.name].letter if entry.kind == "model" else ""


def _models() -> Mapping[str, ModelEntry]:
    from qnet.discovery import models

    return models()


def _analyses() -> Mapping[str, AnalysisEntry]:
    from qnet.discovery import analyses

    return analyses()


def _asks() -> Mapping[str, Ask]:
    from qnet.answers import ASKS

    return ASKS


def _suffixes() -> Iterable[str]:
    from qnet.units import SUFFIXES

    return SUFFIXES


def _constants() -> Mapping[str, tuple[float, Unit]]:
    from qnet.units import CONSTANTS

    return CONSTANTS


def _analysis(name: str) -> Entry:
    found = _analyses()[name]
    if found.trouble is not None:
        return Entry("analysis", name, found.trouble.message)
    title, text = _documentation(found.analysis)
    keys = tuple(_key(p) for p in parameters(found.analysis))
    return Entry("analysis", name, title, text, keys)


def _function(name: str) -> Entry:
    ask = _asks()[name]
    least, most = ask.arity
    letters = "ijkl" if most == 4 else "abcd"
    unit = f" in {ask.unit}" if ask.unit else ""
    call = f"`{name}({', '.join(letters[:least])})`{unit}"
    return Entry("function", name, ask.doc, f"{call}; arguments name a {ask.takes}.")


def _unit(name: str) -> Entry:
    from qnet.units import conversion, read_quantity, working_unit

    reading = read_quantity(f"1{name}")
    wanted = working_unit(reading.unit)
    factor = conversion(reading.unit, wanted) or 1.0
    size = f"{reading.value * factor:.10g} {wanted}".rstrip()
    says_nothing = size == f"1 {name}"
    return Entry("unit", name, f"1{name}" if says_nothing else f"1{name} = {size}")


def _constant(name: str) -> Entry:
    value, unit = _constants()[name]
    return Entry("constant", name, f"{value:.10g} {unit}".rstrip())


def _code(name: str) -> Entry:
    code = CODES[name]
    return Entry("code", name, code.title, f"{code.meaning}\n\n{code.cure}")


def _card(name: str) -> Entry:
    from qnet.lang.elements import LUMPED, PROBE, TERMINAL

    fields = {"T": TERMINAL, "P": PROBE}.get(name, LUMPED.get(name.lower(), ()))
    keys = tuple(_key(p) for p in fields if p.kind != "spice")
    return Entry("card", name, _CARDS[name], keys=keys)


def _directive(name: str) -> Entry:
    return Entry("directive", name, _DIRECTIVES[name])


def _model(name: str) -> Entry:
    found = _models()[name]
    if found.trouble is not None:
        return Entry("model", name, found.trouble.message)
    title, text = _documentation(found.model)
    pins = " or ".join(str(n) for n in found.pins) or "any number of"
    card = f"`{found.letter}1` or `S1 … {name}`" if found.letter else f"`S1 … {name}`"
    node = "node" if found.pins == (1,) else "nodes"
    text = f"Card {card} with {pins} {node}.\n\n{text}".rstrip()
    fields = parameters(found.model)
    keys = [_key(p) for p in fields if p.state is None and p.kind != "flag"]
    meanings = {p.name: p.doc for p in fields}
    for word, sets in found.flags.items():
        meaning = ", ".join(meanings[key] for key in sets) or "what it is anyway"
        keys.append((word, "", "flag", meaning))
    return Entry("model", name, title, text, tuple(keys))


def _documentation(thing: type) -> tuple[str, str]:
    """First line of a docstring, and the rest with readable formulas."""
    title, _, rest = inspect.cleandoc(thing.__doc__ or "").partition("\n")
    rest = re.sub(r"\.\. math::\s*", "    ", rest)
    rest = re.sub(r":math:`([^`]*)`", r"\1", rest)
    return title.rstrip("."), _readable(rest).strip("\n")


def _readable(formula: str) -> str:
    r"""TeX as it is said on a terminal.

    >>> _readable(r"t = \frac{1}{\sqrt{1 + e^{-2\pi\epsilon}}}")
    't = (1)/(√(1 + e^(-2πε)))'
    """
    for symbol, sign in _SYMBOLS.items():
        is_word = symbol[-1].isalpha()
        formula = re.sub(re.escape(symbol) + r"(?![a-zA-Z])" * is_word, sign, formula)
    before = ""
    while before != formula:  # from the innermost braces outwards
        before = formula
        for braced, plain in _BRACED:
            formula = re.sub(braced, plain, formula)
    return formula


def _key(parameter: Parameter) -> tuple[str, str, str, str]:
    return (
        parameter.name,
        _default(parameter),
        _bounds(parameter),
        parameter.doc + (" (odd in the field)" if parameter.odd else ""),
    )


def _default(parameter: Parameter) -> str:
    default, unit = parameter.default, parameter.unit
    if default is MISSING:
        return "required"
    if default is INFER:
        return "inferred"
    if default is None or default == "":
        return "none"
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        return f"{default:g} {unit}".rstrip()
    return str(default)


def _bounds(parameter: Parameter) -> str:
    if parameter.choices:
        return " ".join(parameter.choices)
    bounds = [
        f"{sign} {bound:g}"
        for sign, bound in (
            (">=", parameter.low),
            (">", parameter.above),
            ("<=", parameter.high),
            ("<", parameter.below),
        )
        if bound is not None
    ]
    unit = f" {parameter.unit}" if parameter.unit and bounds else parameter.unit
    return (", ".join(bounds) + unit).strip()


SHELVES: Final[dict[str, Shelf]] = {
    "card": Shelf(lambda: _CARDS, _card),
    "directive": Shelf(lambda: _DIRECTIVES, _directive),
    "model": Shelf(lambda: sorted(_models()), _model),
    "analysis": Shelf(lambda: sorted(_analyses()), _analysis),
    "function": Shelf(_asks, _function),
    "unit": Shelf(_suffixes, _unit, is_cased=True),
    "constant": Shelf(_constants, _constant, is_cased=True),
    "code": Shelf(lambda: sorted(CODES), _code),
}
"""Everything that can be explained, by kind."""
