# Needs python3 (3.11 or newer) with its venv module; everything else goes into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check docs clean

help:
	@echo "make demo    run netlists/08_hall_bar.qnet"
	@echo "make test    run the test suite"
	@echo "make check   formatting, lint, types, layers"
	@echo "make docs    write the generated pages, build the site into docs/_build/html"
	@echo "make clean   remove what the others made"

demo: $(VENV)/.installed
	$(BIN)/qnet run netlists/08_hall_bar.qnet

test: $(VENV)/.installed-dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-dev
	$(BIN)/python -c "from qnet.codes import as_markdown; print(as_markdown(), end='')" > docs/codes.md
	$(BIN)/python -c "from qnet.editors.stubs import stub; print(stub(), end='')" > qnet/words.pyi
	$(BIN)/python docs/pages.py
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

clean:
	rm -rf $(VENV) docs/_build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The marks change when the dependencies do, so that a second run installs nothing.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.installed
