# Each target sets up all it needs. `make demo` and `make test` are the two to know.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready-demo
READY_DEV := $(VENV)/.ready-dev
CHAIRS ?= 6
SEED ?= 1
PORT ?= 8080
DEMO := --chairs $(CHAIRS) --seed $(SEED) --port $(PORT) $(if $(PAST),--past)
# Each process of a parallel run starts servers and a browser of its own. Half of their time they
# wait, and what waits is handed out beside what computes (tests/order.py).
JOBS ?= 3
# The files with such tests: to look through all for a few takes seconds.
marked = $$(grep -rl --include='test_*.py' 'mark\.$(1)\b' tests)
# What Python has compiled is kept, whatever the shell says: each service that a test starts would
# compile itself anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick check check-python check-pages sim bench bench-large alarm-performance mutation soak influxd lock tools-of-the-system programs

demo: $(READY)
ifdef INFLUX
	@tools/system_packages.sh influxd
	@exec $(RUN) -m tools.influxd.demo $(DEMO)
else
	@exec $(VENV)/bin/chairside demo $(DEMO)
endif

test: tools-of-the-system
	tools/beside.sh "make --no-print-directory check" \
		$(RUN) -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder \
		-m "not timed and not alone" tests
	$(RUN) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m timed $(call marked,timed)
	$(RUN) -m pytest -q -m alone $(call marked,alone)

quick: $(READY_DEV)
	$(RUN) -m pytest -q tests/unit tests/property tests/sim

check: $(READY_DEV)
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-python check-pages

check-python: $(READY_DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -q tests/unit/test_tidy.py

check-pages:
	tools/check_pages.sh

sim: $(READY)
	$(VENV)/bin/chairside sim --seed $(SEED) --chairs $(CHAIRS)

bench: $(READY_DEV)
	$(RUN) -m benchmarks.rule_engine
	$(RUN) -m benchmarks.throughput
	$(RUN) -m benchmarks.commit
	$(RUN) -m benchmarks.review
	$(RUN) -m benchmarks.course
	$(RUN) -m benchmarks.restart
	$(RUN) -m benchmarks.wire_to_screen
	$(RUN) -m benchmarks.alarm_to_screen

bench-large: $(READY_DEV)
	@tools/system_packages.sh influxd
	$(RUN) -m benchmarks.large_history

alarm-performance: $(READY_DEV)
	$(RUN) -m benchmarks.alarm_performance --out docs/alarm-performance.md

soak: tools-of-the-system
	CHAIRSIDE_SOAK=1 $(RUN) -m pytest -q -m soak tests

mutation: $(READY_DEV)
	$(RUN) -m tools.mutation.run
	$(RUN) -m tools.mutation.page > docs/mutation.md

influxd: $(READY)
	@tools/system_packages.sh influxd
	@tools/influxd/find.sh

# Both wait for networks, so they do it side by side. An influxd is built with what they bring.
tools-of-the-system:
	@$(MAKE) --no-print-directory -j2 --output-sync=target $(READY_DEV) programs
	@tools/system_packages.sh influxd || [ "$$CI" != true ]

programs:
	@tools/system_packages.sh tests || [ "$$CI" != true ]

lock: $(READY_DEV)
	tools/lock.sh

$(READY): pyproject.toml requirements/run.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --require-hashes -r requirements/run.txt
	$(RUN) -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# pytest rewrites the assertions of each file once, here: several at once would each do all of it.
# Of the large packages that tests alone import, most is never used and need not be compiled.
$(READY_DEV): $(READY) requirements/dev.txt
	$(RUN) -m pip install -q --no-compile --require-hashes -r requirements/dev.txt
	@touch $@
	@$(RUN) -m pytest -q --collect-only tests >/dev/null || true
