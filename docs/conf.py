"""The site: `make docs` builds it into docs/_build/html, without a warning."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "qnet"
author = "the qnet authors"
copyright = "2026, the qnet authors"
release = version = metadata.version("qnet-transport")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# What the pages call `qnet` is the netlist language; its lexer comes with the package.
highlight_language = "text"
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
nitpicky = False

html_theme = "furo"
html_title = "qnet"
html_static_path: list[str] = []
