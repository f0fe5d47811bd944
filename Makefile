# Two commands matter on a fresh machine: `make run` and `make test`. Both make the environment first.

PYTHON ?= python3
DESK ?= demo-desk

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PINS_VENV := .venv-pins
PIP_TOOLS := pip-tools==7.6.2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint format docs bench kill-table soak pins clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## make the environment and start the demo, a desk in ./demo-desk
	exec $(BIN)/deskbell --dir $(DESK) demo

test: lint ## make the environment, check the code, run every test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

lint: $(READY) ## check style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY) ## put the code into its common form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

kill-table: $(READY) ## kill a desk many times at every fault point and write docs/kill-test.md
	PYTHONPATH=tests $(BIN)/python -m faults.kill_table

# Goes on where it stopped; `make soak SOAK="--mails 50000 --processes 1"` for a part.
soak: $(READY) ## read a million damaged mails and write docs/soak.md
	PYTHONPATH=tests $(BIN)/python -m faults.soak $(SOAK)

docs: $(READY) ## renew the reference pages that are made from the code
	$(BIN)/python docs/build.py

# A few minutes; `make bench BENCH=--quick` for a first look. Needs PostgreSQL, and Postfix for its smtp-sink.
bench: $(READY) ## measure the speed and renew benchmarks/RESULTS.md
	PYTHONPATH=tests $(BIN)/python -m benchmarks $(BENCH)

# The newest of everything that pyproject.toml admits, each file with its hash, no address anywhere. Run it with the
# oldest Python that pyproject.toml admits: what only an old one needs would be missing otherwise.
pins: $(PINS_VENV)/.ready ## renew requirements.txt from pyproject.toml
	$(PINS_VENV)/bin/pip-compile --quiet --upgrade --all-extras --allow-unsafe --generate-hashes --strip-extras \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file requirements.txt pyproject.toml requirements.in
	sed -i '/considered to be unsafe/d' requirements.txt

clean: ## remove what the tools made; a desk stays
	rm -rf $(VENV) $(PINS_VENV) build dist deskbell.egg-info .coverage .coverage.* .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("deskbell needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

$(PINS_VENV)/.ready: Makefile
	$(PYTHON) -m venv $(PINS_VENV)
	$(PINS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_TOOLS)
	@touch $@
