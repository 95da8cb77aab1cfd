# Two commands do all the set-up: `make demo` and `make test`. Both need Python 3.11+ and make only.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test attacks lint coverage build clean python

demo: $(VENV)/demo-ready
	@$(BIN)/grader demo --out demo

# One more than there are cores, since many tests wait (make test WORKERS=0: one by one), but for
# the tests that must be alone.
WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))
ALONE := attacks

test: $(VENV)/test-ready
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not ($(ALONE))"
	@$(BIN)/python -m pytest -m "$(ALONE)"

attacks: $(VENV)/test-ready
	@ATTACKS=all $(BIN)/python -m pytest tests/attacks tests/grade/test_killed_runs.py tests/platforms/test_cluster.py

lint: $(VENV)/test-ready
	@$(BIN)/ruff format --check grader tests benchmarks
	@$(BIN)/ruff check grader tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

coverage: $(VENV)/test-ready
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal -m "not ($(ALONE) or kills)"
	@ATTACKS=all $(BIN)/coverage run -m pytest tests/platforms/test_cluster.py
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

build: $(VENV)/demo-ready
	@$(BIN)/grader build

clean:
	rm -rf $(VENV) demo .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Found out first and answered with the one command that mends it.
python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "make: there is no $(PYTHON) here; install Python 3.11 or later, or say: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $(PYTHON) is $$($(PYTHON) -V 2>&1), and 3.11 or later is needed; say: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "make: this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# `pip install` runs again when pyproject.toml has changed. Its few lines are kept to what matters.
$(VENV)/demo-ready: pyproject.toml | python
	@test -x $(BIN)/python || { echo "making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the grader into $(VENV) (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[author,plots]'
	@touch $@

# All that the demo needs is in it.
$(VENV)/test-ready: pyproject.toml | python
	@test -x $(BIN)/python || { echo "making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the grader and what its tests need into $(VENV) (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(VENV)/demo-ready $@
