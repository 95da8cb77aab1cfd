# Two commands do all the set-up: `make demo` and `make test`. Both need Python 3.11+ and make only.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all quick lint coverage build clean python

# The tests start Python thousands of times: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

demo: $(VENV)/demo-ready
	@$(BIN)/grader demo --out demo

# One more than there are cores, since many tests wait (make test WORKERS=0: one by one), but for
# the tests that must be alone. Why a test is skipped is told at the end.
WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))
PYTEST = $(BIN)/python -m pytest -rs

# Every module, and a sample of the attacks: minutes.
test: $(VENV)/test-ready
	@$(PYTEST) -n $(WORKERS) --dist worksteal -m "not (slow or alone)"
	@$(PYTEST) -m "alone and not slow"

# What `make test` leaves out.
test-all: $(VENV)/dev-ready
	@$(PYTEST) -n $(WORKERS) --dist worksteal -m "slow and not alone"
	@$(PYTEST) -m "slow and alone"

# One room of the grader (make quick ROOM=judge), in one process: for a room, no more are quicker.
quick: $(VENV)/test-ready
	@test -n "$(ROOM)" -a -d "tests/$(ROOM)" || { \
	  echo "make: name a room of tests/, as in: make quick ROOM=judge" >&2; exit 1; }
	@$(PYTEST) -q -m "not (slow or alone)" tests/$(ROOM)

lint: $(VENV)/lint-ready
	@$(BIN)/ruff format --check grader tests benchmarks
	@$(BIN)/ruff check grader tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

coverage: $(VENV)/dev-ready
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -rs -n $(WORKERS) --dist worksteal -m "not (alone or kills)" \
	  --ignore tests/attacks
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

# What is installed: for the demo, for `make test`, for `make lint`, for all. `pip install` runs again
# when pyproject.toml has changed, and its few lines are kept to what matters. What holds more serves
# for what needs less.
$(VENV)/demo-ready: EXTRAS = author
$(VENV)/test-ready: EXTRAS = test
$(VENV)/lint-ready: EXTRAS = lint
$(VENV)/dev-ready: EXTRAS = dev

$(VENV)/%-ready: pyproject.toml | python
	@test -x $(BIN)/python || { echo "making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the grader and what this needs into $(VENV) (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $(VENV)/demo-ready $@
	@case $* in dev) touch $(VENV)/lint-ready $(VENV)/test-ready ;; esac
