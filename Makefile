.DEFAULT_GOAL := help
.PHONY: help install demo serve monitor test check audit sbom licences types dashboards pictures bench lock clean

# Any Python from 3.11 on that can make an environment; set PYTHON to choose another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# A lock is the whole set: pip looks for nothing beside it, and then says whether all of it fits together.
CHECKED := $(BIN)/python -m pip --disable-pip-version-check check >/dev/null || $(BIN)/python -m pip check
OPTIONS ?=
# Where this is set, each of the hundreds of processes that tests start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 12

install: .venv/dev.stamp ## the environment .venv, every package checked against its hash

demo: .venv/run.stamp ## a rehearsal of every promise through the real server, then a table (OPTIONS="...")
	@$(BIN)/shixian demo $(OPTIONS)

serve: .venv/run.stamp ## server, worker and API over the data directory, until Ctrl-C (OPTIONS="...")
	@$(BIN)/shixian serve $(OPTIONS)

monitor: .venv/run.stamp ## Prometheus, Alertmanager and the rest beside "make serve", until Ctrl-C (OPTIONS="...")
	@$(BIN)/shixian monitor $(OPTIONS)

test: .venv/dev.stamp ## all tests; those of sla/ must cover it whole (OPTIONS="--nightly" for all in its whole size)
	@$(BIN)/python -m api.processes.binaries
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.api.provider
	@$(BIN)/python -m pytest tests/sla --numprocesses 2 --cov --cov-fail-under=100 $(OPTIONS)
	@$(BIN)/python -m pytest --ignore tests/sla --numprocesses 4 --dist loadfile --no-loadscope-reorder $(OPTIONS)

check: .venv/dev.stamp ## format, lint, types, import directions, dependencies, secrets; needs no network
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive sla activities workflows api deploy
	@$(BIN)/python -m deploy.supply.secrets

audit: .venv/dev.stamp ## known faults of every locked package; fails where it could not ask (OPTIONS="--vulnerability-service osv")
	@$(BIN)/python -m deploy.supply.audit $(OPTIONS)

sbom: .venv/dev.stamp ## the bill of materials, CycloneDX, in build/sbom.json
	@$(BIN)/python -m deploy.supply.sbom

licences: .venv/dev.stamp ## docs/licences.md from the locks
	@$(BIN)/python -m deploy.supply.licences

types: .venv/dev.stamp ## the types of the client for utilities, from the description of the API
	@$(BIN)/python -m deploy.client.make_types

dashboards: .venv/dev.stamp ## Grafana's files from their code in deploy/grafana
	@$(BIN)/python -m deploy.grafana

pictures: .venv/dev.stamp ## README's pictures, taken of the demo's city
	@$(BIN)/python -m tests.browser.pictures

bench: .venv/dev.stamp ## the figures, a line each, also in build/bench.json
	@$(BIN)/python -m tests.bench $(OPTIONS)

lock: .venv/dev.stamp ## renew requirements/*.txt from pyproject.toml
	@test -x .tools/uv/bin/uv || { $(PYTHON) -m venv .tools/uv && .tools/uv/bin/python -m pip -q install uv; }
	@for kind in run dev; do \
		groups="--group build"; [ $$kind = run ] || groups="$$groups --group dev"; \
		.tools/uv/bin/uv pip compile pyproject.toml $$groups --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-package pip --quiet \
			--output-file requirements/$$kind.txt; done

clean: ## what was built, but neither the environment nor the Temporal server
	rm -rf build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv and ensurepip was found. Set PYTHON=/path/to/python3." >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)."
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing what runs (about half a minute, once)."
	@$(PIP) --no-deps --require-hashes --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(CHECKED)
	@touch $@

.venv/dev.stamp: requirements/dev.txt deploy/client/pyproject.toml .venv/run.stamp
	@echo "Installing what tests and checks (about half a minute, once)."
	@$(PIP) --no-deps --require-hashes --requirement requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable deploy/client
	@$(CHECKED)
	@touch $@
