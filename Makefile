# The commands of this project. Each does all the set-up it needs; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo code test test-full ready imported templates bench lint format install lock stop
BIN := .venv/bin
# compiled code is kept, whatever the machine says: a fresh environment has none, and a run starts some hundred processes
TESTING := PRACTICE_MODE=test PYTHONDONTWRITEBYTECODE=
MEMORY := $(if $(PRACTICE_DATA_DIR),,$(shell .ci/memory))
IN_MEMORY := $(TESTING) $(if $(MEMORY),PRACTICE_DATA_DIR=$(MEMORY))
# the tests' database server ends, and its folder in memory goes with it
FORGET := $(IN_MEMORY) $(BIN)/python manage.py database stop$(if $(MEMORY),; rm -rf $(MEMORY))
DEMO := PRACTICE_MODE=demo

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo:  ## a running demo practice on http://127.0.0.1:8000, with sign-ins printed
	@.ci/setup run
	@exec env $(DEMO) $(BIN)/python manage.py serve

code:  ## the demo's second-factor code of this minute
	@$(DEMO) $(BIN)/python manage.py demo_code

test: ready  ## everything that must hold: lint, types, layers, migrations, rules, separation, browser
	@$(IN_MEMORY) $(BIN)/python -m pytest -q -n 3 --dist worksteal; status=$$?; $(FORGET); exit $$status

test-full: ready  ## the same at full sample sizes
	@$(IN_MEMORY) PRACTICE_FULL_SAMPLES=1 $(BIN)/python -m pytest -q -n 3 --dist worksteal; status=$$?; $(FORGET); exit $$status

# what fails in seconds, and beside it what every test begins with
ready:
	@.ci/setup dev
	@$(MAKE) --no-print-directory -j3 lint imported templates || { $(FORGET); exit 1; }

imported:
	@told=$$($(IN_MEMORY) $(BIN)/python -m pytest -qq --collect-only 2>&1) || { printf '%s\n' "$$told" | grep -v '^tests/.*: [0-9]*$$'; exit 1; }

templates:
	@$(IN_MEMORY) $(BIN)/python -m tests.databases

bench:  ## figures on screen and in var/bench.json
	@.ci/setup dev
	@$(TESTING) $(BIN)/python -m tests.bench; status=$$?; $(TESTING) $(BIN)/python manage.py database stop; exit $$status

lint:  ## style and types only
	@.ci/setup dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run: make format"; exit 1; }
	@$(TESTING) $(BIN)/mypy --no-error-summary

format:  ## put the code into its format
	@.ci/setup dev
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

install:  ## the environment of a practice, without test tools
	@.ci/setup run

lock:  ## write both lock files anew from pyproject.toml
	@.ci/setup dev
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group dev -c requirements.lock \
		-o requirements-dev.lock

stop:  ## stop the demo's and the tests' database servers
	@$(DEMO) $(BIN)/python manage.py database stop
	@$(TESTING) $(BIN)/python manage.py database stop
	@$(FORGET)
