PYTHON ?= python3
BIN := .venv/bin
USABLE := .venv/.usable
READY := .venv/.ready
# More than processors: many tests wait for processes and clocks.
WORKERS = $(shell $(BIN)/python -c 'import os; print(3 * (os.cpu_count() or 2) // 2)')
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup sdk sdk-python openapi docs demo serve test test-fast test-integrations test-browser test-long coverage \
	check lint format typecheck mypy mypy-tests pyright derived bench build clean

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with the project and its tools

$(USABLE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cli,local]'
	@touch $@

$(READY): $(USABLE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[full]'
	@touch $@

demo: $(USABLE)  ## Evaluate the example agent on the embedded platform and print its grades
	$(BIN)/python -m examples.quickstart

serve: $(USABLE)  ## Run the embedded platform over HTTP
	$(BIN)/ashr-labs serve

sdk: $(READY)  ## Derive generated/, the synchronous client and parts of the documents
	$(BIN)/python scripts/generate.py
	$(BIN)/python scripts/unasync.py
	$(BIN)/python scripts/document.py

openapi: $(READY)  ## Check the contract, normalise it, and write it as JSON
	$(BIN)/python scripts/generate.py --contract

sdk-python: sdk  ## The same as sdk

# The theme would print an advertisement about the next version of MkDocs.
docs: $(READY)  ## Build the documentation site into build/site; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

test: check test-fast  ## Run every check, and the tests but those of the next three targets

test-fast: $(READY)  ## Run the tests without the checks
	$(PYTEST)

test-integrations: $(READY)  ## Run the tests that need PostgreSQL, Dask, sandboxes or a package index
	$(PYTEST) -m 'integration and not long'

test-browser: $(READY)  ## Run the tests that open pages in Chromium
	$(PYTEST) -m 'browser and not long'

test-long: $(READY)  ## Run the tests that take minutes
	$(BIN)/python -m pytest -m long

coverage: $(READY)  ## Measure the coverage of lines and branches by the tests
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: $(READY)  ## Check style, derived code and types
	@$(MAKE) --no-print-directory --jobs=2 lint derived mypy mypy-tests pyright

typecheck: mypy mypy-tests pyright  ## Check the types of the package (strict) and of the tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

derived: $(READY)
	$(BIN)/python scripts/generate.py --check
	$(BIN)/python scripts/unasync.py --check
	$(BIN)/python scripts/document.py --check

mypy: $(READY)
	$(BIN)/mypy

mypy-tests: $(READY)
	$(BIN)/mypy --config-file tests/mypy.ini tests/*.py tests/support tests/client/*.py tests/client/_async

pyright: $(READY)
	$(BIN)/pyright

format: $(READY)  ## Format the code and repair what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## Run the benchmarks and count the walks through the code
	for name in client sse eval_loop eval_rows size tracing local_platform; do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit; done
	$(BIN)/python scripts/walks.py

build: $(READY)  ## Build the wheel and the source distribution into dist/
	$(BIN)/python -m hatchling build

clean:  ## Remove .venv and what tools left
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
