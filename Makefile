# make demo, make test: all that is needed is Python 3.11 with venv, and Node 20 with npm. No target needs another to be run first.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
ASSETS := src/triptych/pages/assets
WEB := $(shell find web/src -type f 2>/dev/null) web/package.json web/package-lock.json $(wildcard web/vite*.config.ts)

.PHONY: demo test test-slow test-fault test-web check web bench bench-quality bench-growth bench-neighbours bench-encoders bench-student bench-page bench-audit bench-words clean

demo: $(VENV)/base.stamp $(ASSETS)/map.js  ## the whole road on the embedded data
	$(VENV)/bin/triptych demo --out emoji.trip

# Pages are looked at one at a time: how they behave depends on the moments at which the hand moves.
test: $(VENV)/dev.stamp $(ASSETS)/map.js test-web  ## everything that is quick, browser tests included
	$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not slow and not browser"
	$(PY) -m pytest -m "browser and not slow"

test-slow: $(VENV)/dev.stamp $(ASSETS)/map.js  ## what takes minutes, or the peers as reference
	$(PIP) --group slow
	$(PY) -m pytest -m slow

test-fault: $(VENV)/dev.stamp  ## bad data, kills, full disks, power cuts, strangers' runs; prints what was survived
	$(PY) -m pytest -q tests/fault

test-web: web/node_modules/.stamp
	cd web && npm run --silent check && npm test --silent

check: $(VENV)/dev.stamp  ## lint, format, strict types, import direction
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) -m pytest -q tests/contract/test_imports.py

web: $(ASSETS)/map.js  ## build the web assets

bench: $(VENV)/base.stamp $(ASSETS)/map.js  ## ours beside the tutorial's road, in one run
	bash bench/run.sh

bench-quality: $(VENV)/base.stamp  ## layouts and clusters beside the peers' own, three data sets, five seeds
	bash bench/environment.sh
	$(PY) -m bench.quality

bench-growth: $(VENV)/base.stamp $(ASSETS)/map.js  ## seconds and memory of each stage from 10,000 to 100,000 rows
	$(PY) -m bench.growth

bench-neighbours: $(VENV)/base.stamp  ## searches for neighbours beside the peers', 45,000 and 100,000 rows
	bash bench/environment.sh
	$(PY) -m bench.neighbours

bench-encoders: $(VENV)/base.stamp  ## our encoder in 8 bits and in fp32 beside sentence-transformers, three data sets
	bash bench/environment.sh
	$(PY) -m bench.encoders

bench-words: $(VENV)/base.stamp  ## words of topics beside BERTopic's: seconds, and how far they are the same
	bash bench/environment.sh
	$(PY) -m bench.words

bench-student: $(VENV)/base.stamp  ## the student encoder beside its teacher and bags of words, four data sets
	$(PY) -m bench.student

bench-audit: $(VENV)/dev.stamp $(ASSETS)/map.js  ## what the audit says of planted truth, how often it errs, what it costs
	$(PY) -m bench.audit
	$(PY) -m bench.null

bench-page: $(VENV)/dev.stamp $(ASSETS)/map.js  ## the map page beside datamapplot's, written, opened and moved
	bash bench/environment.sh
	$(PY) -m bench.page

clean:
	rm -rf $(VENV) $(ASSETS) web/node_modules build dist emoji.trip src/*.egg-info

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/base.stamp: $(PY) pyproject.toml setup.py constraints.txt $(wildcard src/triptych/kernels/*.[ch])
	$(PIP) --upgrade pip setuptools
	$(PIP) --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/base.stamp
	$(PIP) --group dev
	touch $@

web/node_modules/.stamp: web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund
	touch $@

$(ASSETS)/map.js: web/node_modules/.stamp $(WEB)
	cd web && npm run --silent build
	touch $@
