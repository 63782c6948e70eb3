# What a newcomer needs: `make demo` to see it work, `make test` to see that it is right.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
ONCE ?=
export SKIP_MARIADB SKIP_FRONTS SKIP_REDIS SKIP_BROWSER SKIP_CLIENTS
# Where bytecode is not kept, each process that is started compiles all modules anew: that doubles what a start takes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: fronts redis help install demo test check lint bench profile fuzz prove mariadb chromium clients lock openapi reference release

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed  ## create .venv with everything that is locked

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: install  ## sample database, recorded PHP, backend, proxy, report (ONCE=1: stop after the report)
	$(BIN)/parity demo $(if $(ONCE),--once)

test: install mariadb fronts redis chromium clients  ## all tests, on SQLite, a private MariaDB (SKIP_MARIADB=1: without) and Redis (SKIP_REDIS=1), in Chromium (SKIP_BROWSER=1), with a real client (SKIP_CLIENTS=1)
	@$(BIN)/python -m compileall -q backend config diffing proxy  # once, not in each process at the same time
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

lint: install  ## formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test  ## what CI runs

bench: install mariadb fronts  ## benchmarks: each prints ratios measured in one run; build/bench.json has the table with targets
	$(BIN)/python -m tests.benchmarks

profile: install mariadb fronts  ## flame graphs of the proxy's processes and of the backend, in build/profile
	$(BIN)/python -m tests.benchmarks.profiling

mariadb:
	@sh tests/install.sh mariadb

fronts:
	@sh tests/install.sh fronts

redis:
	@sh tests/install.sh redis

chromium:
	@sh tests/install.sh chromium

clients: install
	@[ -n "$(SKIP_CLIENTS)" ] || $(BIN)/python -m tests.clients.environments --one

openapi: install  ## pin the OpenAPI document anew, after a change that is meant
	$(BIN)/openml-backend openapi --write config/openapi.json

reference: install  ## write docs/reference.md anew
	$(BIN)/python -m tests.reference

release: install  ## wheel, source distribution, bill of materials, licences and audit in dist/
	@.ci/release.sh

lock: install  ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --extra dev --extra asyncmy --extra fleet --extra otel --no-emit-index-url --no-emit-find-links \
		--no-header --output-file requirements.lock pyproject.toml

fuzz: install mariadb  ## schemathesis against the running backend, 10,000 requests on each database
	$(BIN)/python -m tests.fuzz --requests 10000

prove: install mariadb fronts redis  ## proofs in full size; writes docs/evidence.md
	$(BIN)/python -m tests.clients.environments
	$(BIN)/python -m tests.prove
