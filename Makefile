# Needs nothing but Python 3.11 or newer, make and git. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
PYTEST_ARGS ?= -n auto
FUZZ_EXAMPLES ?= 2000
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(LOCK_ARGS)

export XS2A_MODE ?= sandbox
# Containers like to set it; each process of each test would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test test-long fuzz check format bench bench-docs bench-stored docs lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r target text; do printf '%-18s %s\n' "$$target" "$$text"; done

run: $(VENV)/.run ## set up and start everything: XS2A, CMS, online banking (Ctrl-C stops it)
	@$(BIN)/xs2a migrate
	@exec $(BIN)/xs2a serve

demo: $(VENV)/.run ## one payment from POST to its final status, printed step by step
	@$(BIN)/xs2a demo

test: $(VENV)/.dev ## set up and run all tests, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-long: fuzz ## fuzz, and thousands of sequences of TPP, PSU, bank and clock (many minutes)
	@XS2A_MACHINE_EXAMPLES=1500 $(BIN)/python -m pytest -o faulthandler_timeout=0 \
		tests/sca/test_machine.py

fuzz: $(VENV)/.dev ## thousands of random requests and bodies, other ones each time (some minutes)
	@XS2A_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest $(PYTEST_ARGS) \
		-o faulthandler_timeout=0 tests/fuzz

check: $(VENV)/.dev ## lint, format, types, direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix --select I
	@$(BIN)/ruff format

bench: $(VENV)/.dev ## throughput beside the floor; bulks of 1,000 entries; hostile bodies
	@$(BIN)/python -m bench

bench-docs: $(VENV)/.dev ## the same, also written to docs/benchmarks.md
	@$(BIN)/python -m bench --markdown docs/benchmarks.md

bench-stored: $(VENV)/.dev ## with a million stored payments: what the bank's side takes (minutes)
	@$(BIN)/python -m bench.stored --markdown docs/stored-payments.md

docs: $(VENV)/.dev ## renew the generated pages
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m cms.profile_file.reference docs/profile.md

lock: $(VENV)/.dev ## pin all dependencies anew (LOCK_ARGS=--upgrade takes newer ones)
	@$(UV_LOCK) --group build pyproject.toml -o requirements/run.txt
	@$(UV_LOCK) --group build --group dev -c requirements/run.txt pyproject.toml \
		-o requirements/dev.txt

clean: ## remove the environment and all caches, but not var/
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps tell that the environment holds what the lock files say.

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@echo 'Making the environment in $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements/run.txt pyproject.toml
	@echo 'Installing (only when something changed) ...'
	@$(PIP) install --require-hashes -r requirements/run.txt
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo 'Installing the tools for tests and checks ...'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
