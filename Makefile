# Two commands on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
# Everything is installed into .venv; nothing else on the machine is touched.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
            "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
FAST   := tests/architecture tests/unit tests/cases tests/families tests/traps tests/golden tests/negative tests/fuzz \
          tests/mutation tests/service
# Two workers; what is started once (Java, Spark) belongs to one of them (tests/side_by_side.py).
SIDE_BY_SIDE := -n 2 --dist loadfile

.PHONY: help demo demo-server demo-service screenshots check test lint types fast criteria golden bench soak mutate lock clean

help: ## show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.run ## set up, and assess a sample patient
	@$(BIN)/nelm assess sample_bundles/sets-that-disagree/bundle.json --as-of 2026-04-20

demo-service: $(VENV)/.dev ## serve the pages with the sample patients; open the address it prints (PORT=8080)
	@$(BIN)/nelm serve --samples --port $(or $(PORT),8080)

screenshots: $(VENV)/.dev ## write every page to build/screenshots: English and German, desktop and narrow (needs Chromium)
	@$(BIN)/python -m tests.service.screenshots

demo-server: $(VENV)/.dev ## the same at a FHIR server: find patients, judge, write back (needs Java; KEEP=1 leaves it running)
	@$(BIN)/python -m tests.peers.demo

test: $(VENV)/.spark ## set up, and run every test (outside judges where Java and Node are there)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(SIDE_BY_SIDE)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=100

check: lint types criteria fast ## what every commit passes: lint, types, import rules, mappings, fast tests

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy

criteria: $(VENV)/.dev
	$(BIN)/nelm criteria check

fast: $(VENV)/.dev
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "not peer and not slow" $(FAST)

golden: $(VENV)/.dev ## write the expected outputs anew; read their diff before committing
	NELM_UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/golden tests/families tests/docs \
	  tests/unit/evaluator/test_tellings.py

bench: $(VENV)/.bench ## measure speed, memory and start against their goals (ARGS="--quick", "--full", "--row NAME", "--write")
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(VENV)/.dev ## put the service under load for ten minutes: does it hold its memory? (ARGS="--minutes 2")
	$(BIN)/python -m tests.soak $(ARGS)

mutate: $(VENV)/.mutate ## change core and evaluator in small ways: do the tests notice? ONLY= SAMPLE= SEED= SECONDS= FRESH=1
	$(BIN)/python -m tests.mutation $(foreach word,ONLY SAMPLE SEED SECONDS,$(if $($(word)),--$(word) "$($(word))")) \
	  $(if $(FRESH),--FRESH)

lock: $(VENV)/.dev ## write the lock files anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --extra service --extra cloud --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --constraint requirements-dev.lock --extra service pyproject.toml -o requirements-service.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --constraint requirements-dev.lock --extra spark pyproject.toml -o requirements-spark.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --constraint requirements-dev.lock --group mutate pyproject.toml -o requirements-mutate.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --constraint requirements-dev.lock --group bench pyproject.toml -o requirements-bench.lock

clean: ## remove what was set up
	rm -rf $(VENV) build dist .coverage* .mutation .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The environment of a user: locked dependencies and the program.
$(VENV)/.run: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "setting up ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# The environment of a developer: the same and the tools.
$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "setting up the tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The same and Apache Spark.
$(VENV)/.spark: $(VENV)/.dev requirements-spark.lock
	@echo "setting up Apache Spark ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

# The same and what the engine for populations is compared with.
$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	@echo "setting up DuckDB ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

# The same and the tool that makes the mutants.
$(VENV)/.mutate: $(VENV)/.dev requirements-mutate.lock
	@echo "setting up mutmut ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutate.lock
	@touch $@

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
