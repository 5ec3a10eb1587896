# Everything is made in .venv, node_modules and var of this folder, by itself, and works as root and as an ordinary user.
# Later starts are quick: a stamp in var/stamps stands for each step, and make compares it with what the step was made from.

.DEFAULT_GOAL := help
.PHONY: help demo test check faults faults-short monkey fuzz properties corpus peers bench mutants pairs wheel translations clean venv frontend compiled

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
STAMPS := var/stamps

# A home folder that cannot be written to (a service account, some containers): the caches come here.
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/var/home
export XDG_CACHE_HOME := $(HOME)/.cache
export UV_CACHE_DIR := $(HOME)/.cache/uv
export PIP_CACHE_DIR := $(HOME)/.cache/pip
export npm_config_cache := $(HOME)/.npm
endif

# A hundred processes start in a run of the tests: where Python was told to write no bytecode, each would compile everything again.
export PYTHONDONTWRITEBYTECODE :=

# A virtual environment knows its own path: made elsewhere, or for a Python that is gone, it is made again.
ifneq ($(shell test "$$(cat .venv/made-for 2>/dev/null)" = "$(CURDIR)" && $(PY) -c '' 2>/dev/null && echo good),good)
$(shell rm -f $(STAMPS)/venv)
endif

FRONTEND := $(shell find mdo_portal/frontend templates -type f 2>/dev/null) tsconfig.json
CATALOGUES := $(shell find mdo_portal/translations -name '*.po' 2>/dev/null)

# A stamp whose result was thrown away says nothing.
$(if $(wildcard node_modules/.package-lock.json),,$(shell rm -f $(STAMPS)/modules))
$(if $(wildcard mdo_portal/static/dist/manifest.json),,$(shell rm -f $(STAMPS)/frontend))
$(if $(filter-out $(wildcard $(CATALOGUES:.po=.mo)),$(CATALOGUES:.po=.mo)),$(shell rm -f $(STAMPS)/translations))

help: ## This list
	@echo "The MDO portal: make TARGET"
	@echo
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | while IFS="$$(printf '\t')" read -r name text; do printf '  %-14s %s\n' "$$name" "$$text"; done

demo: venv frontend compiled ## An invented region on http://127.0.0.1:8000; more words for the command: make demo ARGS="…"
	@$(BIN)/mdo-portal demo $(ARGS)

# One more than two cores: browsers, sockets and letters on their way are mostly waited for. MDO_PICTURES=1: with pictures of the journeys
# in var/pictures.
test: venv frontend compiled ## Every test, the browser included; a part: make test ARGS="tests/domain -k letter"
	$(PY) -m pytest -n 3 --dist loadgroup $(ARGS)

check: venv frontend compiled ## Style, types, who imports whom, migrations, row security, translations, lock files, the page of rights
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mdo-portal db check
	$(PY) scripts/check_translations.py
	$(PY) scripts/check_locks.py
	$(PY) scripts/print_policy.py --check
	scripts/node node_modules/typescript/bin/tsc --noEmit -p tsconfig.json

faults: venv frontend compiled ## Every fault, many rounds; one JSON line each (long)
	$(PY) -m tests.faults $(ARGS)

faults-short: venv frontend compiled ## A sample of each group of faults (at most 8 minutes)
	$(PY) -m tests.faults --short $(ARGS)

monkey: venv frontend compiled ## Three people and a wall screen in the room on bad lines, by chance; more minutes, or seeds: make monkey ARGS="--minutes 60"
	$(PY) -m tests.monkey $(ARGS)

fuzz: venv ## Inputs nobody means; one JSON line per target; one of them for ten minutes: make fuzz ARGS="3 600"
	$(PY) -m tests.fuzz $(ARGS)

properties: venv frontend compiled ## What is left to chance in the tests, twenty times as often; more: make properties TIMES=100
	MDO_CHANCE=$(or $(TIMES),20) $(PY) -m pytest -n 3 --dist loadgroup $$(grep -rl --include='test_*.py' '^from tests.chance import' tests) $(ARGS)

corpus: venv ## Messages nobody here wrote, through the front door; one JSON line per set
	$(PY) -m tests.corpus $(ARGS)

peers: venv frontend compiled ## A FHIR server and client that nobody here wrote, beside ours; one JSON line each
	$(PY) -m tests.peers

bench: venv frontend compiled ## Speed against peers; one JSON line each; one of them: make bench NAME=er7-read
	$(BIN)/mdo-portal bench $(or $(NAME),all) --json $(ARGS)

mutants: venv ## Every small mistake in the policy, and whether its tests notice (minutes); in what keeps the promises: make mutants NAME="telling --every 4"
	$(if $(NAME),$(PY) -m tests.mutants $(NAME),$(PY) -m tests.mutants.policy)

pairs: venv frontend compiled ## Two who act on one patient at the same moment, every pair of acts (half an hour); some: make pairs ARGS="--only signs --with merged"
	$(PY) -m tests.pairs $(ARGS)

wheel: venv frontend compiled ## dist/*.whl, with screens and translations in it
	rm -f dist/mdo_portal-*.whl  # of the version before: pip takes one
	MDO_SKIP_FRONTEND=1 $(PY) -m build --wheel --no-isolation --outdir dist .

translations: venv ## Take new sentences into the catalogues (never guessed: new ones are empty until somebody translates them)
	$(PY) scripts/check_translations.py --update

clean: ## Remove what was made here, the demo's data included
	rm -rf .venv node_modules var dist build mdo_portal/static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find mdo_portal/translations -name '*.mo' -delete
	find mdo_portal integrations tests migrations scripts -name __pycache__ -type d -prune -exec rm -rf {} +

venv: $(STAMPS)/venv
frontend: $(STAMPS)/frontend
compiled: $(STAMPS)/translations

$(STAMPS)/venv: requirements.lock pyproject.toml scripts/venv scripts/uv.txt
	@PYTHON="$(PYTHON)" scripts/venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/modules: package-lock.json .npmrc scripts/node | $(STAMPS)/venv
	@echo "Fetching what the screens are built from (node_modules)…"
	@scripts/node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/modules $(FRONTEND)
	@echo "Building the screens…"
	@scripts/node mdo_portal/frontend/build.mjs
	@touch $@

$(STAMPS)/translations: $(CATALOGUES) | $(STAMPS)/venv
	@if [ -n "$(CATALOGUES)" ]; then $(BIN)/pybabel -q compile -d mdo_portal/translations; fi
	@touch $@
