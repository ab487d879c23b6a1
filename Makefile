# Everything a person does here. Each target sets up what it needs: a virtual environment of its own with hash-locked packages.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SPARK := .venv-spark
BENCH := .venv-bench
READY := $(VENV)/.ready
INSTANCE ?= data
REAL ?= $(firstword $(PORTFOLIO_REAL) ../shared/real)

.PHONY: help setup setup-spark setup-bench clients newcomer run ui status test extracts test-spark slow lint types unit real bench sample interface lock clean
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 13

setup: $(READY) ## make the virtual environment

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (a minute or two, once)"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@$(BIN)/python -c "from pipelines.transform.dbt import ensure_manifest; ensure_manifest()"
	@touch $@

setup-spark: $(SPARK)/.ready ## make the environment of Apache Spark (needs Java 17)

$(SPARK)/.ready: requirements-spark.lock pyproject.toml
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17: install openjdk-17-jre-headless."; exit 1; }
	@echo "Setting up $(SPARK) (some minutes, once)"
	$(PYTHON) -m venv --clear $(SPARK)
	$(SPARK)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-spark.lock
	$(SPARK)/bin/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

setup-bench: $(BENCH)/.ready ## make the environment of what benchmarks are held against

$(BENCH)/.ready: requirements-bench.lock
	@echo "Setting up $(BENCH)"
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

clients: ## install what else tests read the marts with, where this machine allows: psql, an ODBC driver, DuckDB for Node, Chromium
	@.ci/clients

run: $(READY) ## run the nightly refresh on the instance (INSTANCE=path, default data)
	@$(BIN)/portfolio --instance $(INSTANCE) refresh

ui: $(READY) ## start the Dagster UI and daemon on 127.0.0.1:3000
	@$(BIN)/portfolio --instance $(INSTANCE) ui

status: $(READY) ## what is current, late, refused
	@$(BIN)/portfolio --instance $(INSTANCE) status

test: lint types ## lint, types and the tests of code, wiring and the sample
	$(BIN)/pytest -n 2 --dist loadfile -m "not real and not slow and not spark"

extracts: $(READY) ## the tests on real public extracts
	$(BIN)/pytest -n 2 --dist loadfile -m "real and not spark"

test-spark: $(READY) ## the same releases from Spark as from DuckDB, where there is Java 17; says so where there is none
	@if ! java -version >/dev/null 2>&1; then echo "No Java: the lane of Spark is left out (install openjdk-17-jre-headless)."; \
	elif ! $(MAKE) --no-print-directory setup-spark; then echo "Spark cannot be installed here: its lane is left out."; \
	else $(BIN)/pytest -m spark; fi

newcomer: ## clone what is committed, `make run` there, and say how long it took to the report
	@.ci/newcomer

slow: $(READY) ## the tests that refresh again and again: days in the past, night after night
	$(BIN)/pytest -n 2 --dist loadfile -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfmt --check --quiet dbt_project/models dbt_project/tests

types: $(READY)
	$(BIN)/mypy

unit: $(READY) ## only the tests that take seconds
	$(BIN)/pytest tests/unit

real: $(READY) ## refresh the instances on real public extracts (REAL=folder) and say where they lie
	$(BIN)/python -m tests.real.land --files $(REAL) --into data/.real --refresh

bench: $(READY) ## print how long refreshes, a large ledger, the models, the audit, many business cases and publishing to PostgreSQL take
	$(BIN)/python -m tests.benchmarks.scale
	$(BIN)/python -m tests.benchmarks.refresh
	$(BIN)/python -m tests.benchmarks.conform
	$(BIN)/python -m tests.benchmarks.transform
	$(BIN)/python -m tests.benchmarks.audit
	$(BIN)/python -m tests.benchmarks.cases
	$(BIN)/python -m tests.benchmarks.publish
	$(BIN)/python -m tests.benchmarks.spark

sample: $(READY) ## write the sample's landing files and truth anew
	$(BIN)/portfolio sample data --truth tests/truth

interface: $(READY) ## take the tables of the current release as the public ones, and raise their version when they differ
	@$(BIN)/python -m pipelines.release.interface $(INSTANCE)/releases/current

lock: ## pin all packages with hashes again (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements.lock
	uv pip compile --group pyproject.toml:spark --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements-spark.lock
	uv pip compile --group pyproject.toml:bench --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements-bench.lock

clean: ## remove the environment and everything runs have made in data/
	rm -rf $(VENV) tests/serving/node/node_modules data/archive data/raw data/rejected data/links data/build data/releases data/.dagster data/.real dbt_project/target
