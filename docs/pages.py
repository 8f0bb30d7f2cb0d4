"""Write docs/gallery.md with its pictures and docs/models.md, from docs/pages.py."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from matplotlib.figure import Figure

import qnet
from qnet.diagnostics import AnalysisError
from qnet.discovery import models
from qnet.explain import SHELVES, Entry
from qnet.pictures.figures import save_figure

DOCS = Path(__file__).parent
NETLISTS = DOCS.parent / "netlists"
PICTURES = DOCS / "pictures"
LARGEST = 60_000
"""Bytes of a picture in the repository."""


def gallery() -> str:
    """One section for each netlist: citation, circuit, figure, what it asserts."""
    parts = [
        "# Gallery",
        "Written by `python docs/pages.py` from [netlists/](../netlists): each file is "
        "one idea, and tests itself with `.assert`. Pictures are `qnet draw` and "
        "`qnet plot`, untouched.",
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


def catalogue() -> str:
    """Every model: what it is, its formula, ports and keys, from the registry."""
    parts = [
        "# Models",
        "Written by `python docs/pages.py` from the registry: what `qnet explain` "
        "prints. Amplitudes are `S[..., out, in]`.",
    ]
    parts += [_model(entry) for entry in SHELVES["model"]]
    return "\n\n".join(parts) + "\n"


def _model(entry: Entry) -> str:
    known = models()[entry.name]
    pins = " or ".join(map(str, known.pins)) or "any number of"
    ports = getattr(known.model, "ports", ())
    named = f": {', '.join(ports)}" if isinstance(ports, tuple) and ports else ""
    letter = f", letter **{known.letter}**" if known.letter else ""
    rows = ["| key | default | range | meaning |", "|---|---|---|---|"]
    for row in entry.keys:
        rows.append("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |")
    parts = [f"## `{entry.name}`", f"{entry.title}  \n{pins} pins{named}{letter}"]
    if entry.text:
        parts.append(f"```\n{entry.text}\n```")
    if entry.keys:
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.iterdir():
        old.unlink()
    (DOCS / "models.md").write_text(catalogue(), "utf-8")
    (DOCS / "gallery.md").write_text(gallery(), "utf-8")
