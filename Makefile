PYTHON ?= python3
BIN := .venv/bin
USABLE := .venv/.usable
READY := .venv/.ready
# More than processors: many tests wait for processes and clocks.
WORKERS = $(shell $(BIN)/python -c 'import os; print(3 * (os.cpu_count() or 2) // 2)')

.DEFAULT_GOAL := help
.PHONY: help setup sdk demo test test-long check fix serve clean

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the project and its tools

$(USABLE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say which with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cli,local]'
	@touch $@

$(READY): $(USABLE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

sdk: $(READY)  ## Derive generated/, the synchronous client and parts of the documents
	$(BIN)/python scripts/generate.py
	$(BIN)/python scripts/unasync.py
	$(BIN)/python scripts/document.py

demo: $(USABLE)  ## Evaluate the example agent on the embedded platform and print its grades
	$(BIN)/python examples/quickstart.py

check: $(READY)  ## Lint, check types, and compare what is derived with its source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/generate.py --check
	$(BIN)/python scripts/unasync.py --check
	$(BIN)/python scripts/document.py --check
	$(BIN)/mypy
	$(BIN)/pyright

test: check  ## Pass every check and test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

test-long: $(READY)  ## Run the tests that take long
	$(BIN)/python -m pytest -m long

fix: $(READY)  ## Repair what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

serve: $(USABLE)  ## Run the embedded platform over HTTP
	$(BIN)/ashr-labs serve

clean:  ## Remove .venv and what tools left
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
