# Two commands need no preparation but Python 3.11+ with pip and venv:
#   make run    serve GitHub, or without credentials a sandbox on this machine
#   make test   every check and every test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SUITES := test-rest test-jobs lint test-stories test-wiring

.PHONY: run test $(SUITES) lock clean

run: $(VENV)/.run
	@$(BIN)/testwarden $(if $(GITHUB_APP_ID)$(GITHUB_CLIENT_ID),serve,sandbox)

# Three at a time, of which one computes and the others mostly wait; each has its output in one piece, where make can do that.
test: $(VENV)/.test
	@$(MAKE) --no-print-directory -j3 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(SUITES)

# Each of jobs, stories and wiring starts the durable engine, of which a process has one.
test-rest: $(VENV)/.test
	$(BIN)/python -m pytest --ignore=tests/jobs --ignore=tests/stories --ignore=tests/wiring
test-jobs test-stories test-wiring: test-%: $(VENV)/.test
	$(BIN)/python -m pytest tests/$*

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/testwarden rules test

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Testwarden needs Python 3.11 or newer: run make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml tests/contract/setup.sh | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-test.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	sh tests/contract/setup.sh
	@touch $@

# The locks hold every file's hash and no address, so that they install from whichever index pip is set up for.
lock: $(VENV)/bin/python
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra test --universal --generate-hashes --no-emit-index-url --no-header -q -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
