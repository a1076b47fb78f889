# Each target sets up all it needs. `make demo` and `make test` are the two to know.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready-demo
READY_DEV := $(VENV)/.ready-dev
CHAIRS ?= 6
SEED ?= 1

.PHONY: demo test quick check sim bench soak influxd lock

demo: $(READY)
ifdef INFLUX
	@binary=$$(tools/influxd/find.sh) && exec $(RUN) -m tools.influxd.demo "$$binary" --chairs $(CHAIRS) --seed $(SEED)
else
	@exec $(VENV)/bin/chairside demo --chairs $(CHAIRS) --seed $(SEED)
endif

test: $(READY_DEV) system check
	$(RUN) -m pytest -q -n 2 --dist loadfile tests

quick: $(READY_DEV)
	$(RUN) -m pytest -q tests/unit tests/property tests/sim

check: $(READY_DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	tools/check_pages.sh

sim: $(READY)
	$(VENV)/bin/chairside sim --seed $(SEED) --chairs $(CHAIRS)

bench: $(READY_DEV)
	$(RUN) -m benchmarks.rule_engine
	$(RUN) -m benchmarks.throughput
	$(RUN) -m benchmarks.commit
	$(RUN) -m benchmarks.wire_to_screen

soak: $(READY_DEV) system
	CHAIRSIDE_SOAK=1 $(RUN) -m pytest -q -m soak tests

influxd:
	@tools/influxd/find.sh

.PHONY: system
system:
	@tools/system_packages.sh

$(READY): pyproject.toml requirements/run.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --require-hashes -r requirements/run.txt
	$(RUN) -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): $(READY) requirements/dev.txt
	$(RUN) -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

lock:
	tools/lock.sh
