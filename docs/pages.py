"""Write the pages that are made of the registry: models, analyses, gallery."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from markup import documentation
from matplotlib.figure import Figure

import qnet
from qnet.corridor import template
from qnet.diagnostics import AnalysisError
from qnet.discovery import analyses, models
from qnet.explain import SHELVES, Entry
from qnet.pictures.drawing import on_paper
from qnet.pictures.figures import save_figure
from qnet.pictures.sketch import Sea, Sketch, Symbol
from qnet.registry import ModelEntry, ReservoirKind, Scatterer

DOCS = Path(__file__).parent
NETLISTS = DOCS.parent / "netlists"
PICTURES = DOCS / "pictures"
LARGEST = 60_000
"""Bytes of a picture in the repository."""

EXAMPLES = {
    "barrier": ("B1 a b T=0.36", 0.0),
    "boxcar": ("S1 a b boxcar E1=-1meV E2=1meV", 0.0),
    "cavity": ("S1 a b c cavity nch=(1 1 1) beta=2 seed=1", 0.0),
    "delta": ("S1 a b delta Z=0.75", 0.0),
    "diffusive": ("S1 a b diffusive N=2 L=2um l=1um beta=2 seed=1", 0.0),
    "dot": ("D1 a b E0=0.02meV GL=20ueV GR=40ueV", 0.0),
    "eckart": ("S1 a b eckart V0=10meV a=5nm", 0.012),
    "edge": ("E1 a b phase=90deg", 0.0),
    "filter": ("S1 a b filter Tup=1 Tdn=0.36", 0.0),
    "griffith": ("S1 a b c griffith", 0.0),
    "helical": ("H1 a b G=0.36", 0.0),
    "junction": ("Y1 a b c eps=0.4444444444", 0.0),
    "levels": ("S1 a b levels H=[[0.1]] W=[[0.2, 0.1]] unit=1meV", 0.0),
    "majorana": ("S1 a majorana G=20ueV", 0.0),
    "matrix": ("S1 a b matrix S=[[0.6, 0.8j], [0.8j, 0.6]]", 0.0),
    "plaquette": ("S1 a b c d plaquette x=0 phases=(0 0)", 0.0),
    "precession": ("S1 a b precession angle=90deg axis=(0,0,1)", 0.0),
    "probe": ("P1 a b eps=0.36", 0.0),
    "qpc": ("Q1 a b N=1 hwx=1meV hwy=3meV V0=-1.5meV", 0.0),
    "rashba": ("S1 a b rashba alpha={1e-11*1eV*1m} L=200nm", 0.0),
    "rectangular": ("S1 a b rectangular V0=10meV d=5nm", 0.012),
    "splitter": ("B1 a b c d T=0.36", 0.0),
    "step": ("S1 a b step V0=10meV", 0.012),
    "strip": ("S1 a b strip width=2nm length=3nm t=1eV disorder=1eV seed=1", 0.5),
    "wall": ("S1 a wall", 0.0),
    "wire": ("W1 a b phi=90deg", 0.0),
}
"""A card of each model, and an energy in eV, for the matrix that its section shows."""


# --- the gallery


def gallery() -> str:
    """One section for each netlist: citation, circuit, figure, what it asserts."""
    parts = [
        "# Gallery",
        "Each file in `netlists/` is one idea, published by "
        "somebody, and tests itself with `.assert`. Pictures are `qnet draw` and "
        "`qnet plot`, untouched. `make docs` writes this page.",
    ]
    for path in sorted(NETLISTS.glob("*.qnet")):
        parts.append(_section(path))
    return "\n\n".join(parts) + "\n"


def _section(path: Path) -> str:
    text = path.read_text("utf-8")
    said = re.match(r"((?:[*#][^\n]*\n)*)", text).group(1)
    citation = " ".join(line[1:].strip() for line in said.splitlines())
    report = qnet.run(path)
    parts = [f"## {report.title or path.stem}"]
    if citation:
        parts.append(citation)
    shown = [_picture(qnet.draw(path), f"{path.stem}_circuit")]
    with suppress(AnalysisError):  # single numbers are no figure
        shown.append(_picture(qnet.plot(report), f"{path.stem}_answer"))
    parts += [f"![{report.title}](pictures/{name})" for name in shown if name]
    claims = [f"- `{claim.name}`" for claim in report.asserts]
    if claims:
        parts.append("It asserts:\n\n" + "\n".join(claims))
    parts.append(f"[netlists/{path.name}](../netlists/{path.name})")
    return "\n\n".join(parts)


def _picture(figure: Figure, stem: str) -> str:
    """Write a picture as SVG, or as PNG where that is smaller; return its name."""
    for suffix in ("svg", "png"):
        path = PICTURES / f"{stem}.{suffix}"
        save_figure(figure, path)
        if path.stat().st_size < LARGEST:
            return path.name
        path.unlink()
    return ""


def draw_tutorial() -> None:
    """Write the figure of the tutorial's sweep, from the netlist that it shows."""
    page = (DOCS / "tutorial.md").read_text("utf-8")
    netlist = page.split("Write `sweep.qnet`")[1].split("```qnet\n")[1].split("```")[0]
    save_figure(qnet.plot(qnet.run(netlist)), PICTURES / "tutorial_sweep.svg")


# --- models


def catalogue() -> str:
    """Every model: picture, formula, matrix, ports and keys, from the registry."""
    parts = [
        "# Models",
        "What can stand on a card, made of the registry by `make docs`; `qnet explain "
        "NAME` prints the same. Amplitudes are `S[out, in]`, rows and columns in the "
        "order of the pins.",
    ]
    parts += [_model(models()[entry.name], entry) for entry in SHELVES["model"]]
    return "\n\n".join(parts) + "\n"


def _model(known: ModelEntry, entry: Entry) -> str:
    title, text = documentation(known.model)
    pins = " or ".join(map(str, known.pins)) or "any number of"
    ports = getattr(known.model, "ports", ())
    named = f": {', '.join(ports)}" if isinstance(ports, tuple) and ports else ""
    letter = f", letter **{known.letter}**" if known.letter else ""
    parts = [f"## `{entry.name}`", f"{title}  \n{pins} pins{named}{letter}"]
    if entry.name in EXAMPLES:
        card, energy = EXAMPLES[entry.name]
        picture = f"![{entry.name}](pictures/model_{entry.name}.svg)"
        parts += [picture, text, _matrix(card, energy)]
    else:
        parts.append(text)
    parts.append(_keys(entry))
    return "\n\n".join(part for part in parts if part)


def _example(card: str) -> tuple[Scatterer, list[str]]:
    """Model of a card, and its nodes."""
    nodes = [word for word in card.split()[1:] if len(word) == 1]
    sources = "".join(f"T{node} {node} V=0\n" for node in nodes)
    spin = "full" if re.search("filter|precession|rashba", card) else "1"
    text = f".field 1T\n.options spin={spin}\n{sources}{card}\n"
    (group,) = template(text).circuit().groups
    model = group.model
    if any(count is None for pin in model.channels() for count in pin):
        model = model.with_channels(1)
    return model, nodes


def draw_symbols() -> None:
    """Write the symbol of every model."""
    for name, (card, _) in EXAMPLES.items():
        _, nodes = _example(card)
        save_figure(_symbol(name, nodes), PICTURES / f"model_{name}.svg")


def _symbol(look: str, nodes: Sequence[str]) -> Figure:
    """The symbol of a model between its nodes."""
    ends = tuple(
        Sea(node, "terminal", ReservoirKind.NORMAL, None, None) for node in nodes
    )
    sense = 1 if look == "edge" else 0
    symbol = Symbol("", look, tuple(range(len(nodes))), sense)
    return on_paper(Sketch("", ends, (symbol,)))


def _matrix(card: str, energy: float) -> str:
    model, _ = _example(card)
    S = np.asarray(model.smatrix(np.array([energy])))
    S = S.reshape(-1, *S.shape[-2:])[0]
    rows = [" & ".join(map(_amplitude, row)) for row in S.tolist()]
    where = f" at E = {1000 * energy:g} meV" if energy else ""
    body = r" \\ ".join(rows)
    return f"`{card}`{where}:\n\n$$S = \\begin{{pmatrix}} {body} \\end{{pmatrix}}$$"


def _amplitude(value: complex) -> str:
    """An amplitude in three digits."""
    real, imag = (0.0 if abs(x) < 5e-4 else x for x in (value.real, value.imag))
    if not imag:
        return f"{real:.3g}"
    return f"{imag:.3g}i" if not real else f"{real:.3g}{imag:+.3g}i"


def _keys(entry: Entry) -> str:
    if not entry.keys:
        return ""
    rows = ["| key | default | range | meaning |", "|---|---|---|---|"]
    for row in entry.keys:
        cells = (cell.replace("|", "\\|").replace("``", "`") for cell in row)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


# --- analyses


def questions() -> str:
    """Every analysis and every function of an expression, from the registry."""
    parts = [
        "# Analyses",
        "Dot-cards that ask, made of the registry by `make docs`; `qnet explain NAME` "
        "prints the same. Their answers stand in the report, in `--json`, in files, "
        'and in Python as `report["noise"]`.',
    ]
    for entry in SHELVES["analysis"]:
        title, text = documentation(analyses()[entry.name].analysis)
        parts += [f"## `.{entry.name}`", _inline(title), text, _keys(entry)]
    parts += [
        "## Functions",
        "In `.meas`, `.print`, `.plot`, `.assert` and on the command line of `qnet "
        "why`. Arguments name terminals, probes or reservoir nodes.",
        "\n".join(
            [
                "| function | meaning |",
                "|---|---|",
                *(
                    f"| {_call(entry)} | {entry.title} |"
                    for entry in SHELVES["function"]
                ),
            ]
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _call(entry: Entry) -> str:
    return entry.text.partition(";")[0]


def _inline(text: str) -> str:
    return text.replace("``", "`")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.iterdir():
        old.unlink()
    draw_symbols()
    draw_tutorial()
    (DOCS / "models.md").write_text(catalogue(), "utf-8")
    (DOCS / "analyses.md").write_text(questions(), "utf-8")
    (DOCS / "gallery.md").write_text(gallery(), "utf-8")
