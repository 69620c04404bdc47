# The tracker's two commands are `make demo` and `make test`; each sets everything up by itself.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
SEARCH := python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for p in $(SEARCH); do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: help setup demo test test-slow check format bench evidence constraints clean

help: ## show this help
	@echo "Whom does the child look like, month by month?"
	@echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
	@echo
	@echo "Then, with your own photos: $(BIN)/tracker --help"

setup: $(VENV)/.ready ## make the virtual environment in .venv

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or say: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up in $(VENV) with $$($(PYTHON) --version); the first time takes a minute or two."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing; on Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## draw a family, ingest its photos, report (under two minutes)
	@$(BIN)/tracker demo

# A file's tests share what they are about, so a file goes to one process, the long files first.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: setup ## run the tests (seven to eight minutes on two quiet cores)
	@$(PYTEST)

test-slow: setup ## run the tests that take too long for `make test`
	@$(PYTEST) -m slow

check: setup ## style, types and the order of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## put the code into the project's style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## measure speed and memory against the original script
	@$(BIN)/python -m bench

evidence: setup ## measure what the comparison promises, into docs/evidence.md (half an hour)
	@$(BIN)/python -m bench.evidence
	@$(BIN)/python -m pytest -q -m evidence

constraints: setup ## write constraints.txt anew from what is installed
	@{ echo '# Versions that were tested together: names and versions only. Made by `make constraints`.'; \
		$(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' | sed 's/+.*//'; } > constraints.txt

clean: ## remove the virtual environment and caches (never a workspace)
	@rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
