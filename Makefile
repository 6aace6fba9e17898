# Rightcast's front door. `make run` puts a station on air, `make test` proves the house stands.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LISTEN ?= 127.0.0.1:8080
CONSOLE ?= 127.0.0.1:8000
RUNARGS ?=
JOBS ?= 3

.PHONY: chaos run install install-dev test lint bench soak lock clean

run: install
	@$(BIN)/rightcast serve --demo --listen $(LISTEN) --console $(CONSOLE) $(RUNARGS)

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@echo "Creating the virtual environment $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rightcast needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/.installed: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing Rightcast (about a minute the first time) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Installing what the tests need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

test: install-dev
	@scripts/real-parts.sh
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

bench: install-dev
	@scripts/real-parts.sh
	$(BIN)/python -m bench $(BENCHARGS)

# Two hundred channels with a viewer each, for ten minutes.
soak: install-dev
	$(BIN)/python -m bench headend.soak
	RIGHTCAST_SOAK=1 $(BIN)/pytest -q tests/past/test_clock.py

# A station under faults; MINUTES=60 for the hour, SEED for another script.
chaos: install-dev
	$(BIN)/python -m bench.chaos --minutes $(or $(MINUTES),2) --seed $(or $(SEED),1)

# Rewrites both locks from pyproject.toml; uv comes from the package index like everything else.
lock: $(VENV)/bin/python
	@$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --no-annotate --no-header --no-emit-index-url --generate-hashes --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --no-annotate --no-header --no-emit-index-url --generate-hashes --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
