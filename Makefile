# `make` alone lists the verbs. Needs python3 and make; everything else is fetched, pinned and hashed.
.DEFAULT_GOAL := help
PY ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
DEV := .venv-dev/bin
export PYTHONPATH :=

.PHONY: help run demo check lint test soak bench format migrate upgrade lock browser postgresql strace clamav ocr
help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# $(1) a virtual environment, $(2) the hashed requirements it holds exactly: by uv where it can be had, else by pip.
define environment
	@if $(PY) -m pip install -q --disable-pip-version-check --root-user-action=ignore --target .tools --upgrade --require-hashes -r requirements/tools.txt; then \
	  $(UV) venv -q --clear --python "$$($(PY) -c 'import sys; print(sys.executable)')" $(1) && \
	  $(UV) pip sync -q --compile-bytecode --python $(1)/bin/python --require-hashes $(2); \
	else \
	  $(PY) -m venv --clear $(1) && $(1)/bin/pip install -q --require-hashes --only-binary :all: -r $(2); \
	fi
	@touch $(1)/.ok
endef

.venv/.ok: requirements.txt requirements/tools.txt
	$(call environment,.venv,requirements.txt)

.venv-dev/.ok: requirements/dev.txt requirements/tools.txt
	$(call environment,.venv-dev,requirements/dev.txt)

# $(1) a command to look for, $(2) what of Debian brings it. Where it cannot be had the tests that need it are skipped.
define debian
	@if ! { $(1); }; then \
	  if [ "$$(id -u)" = 0 ]; then apt="apt-get"; else apt="sudo -n apt-get"; fi; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  $$apt update -qq && $$apt install -y -qq --no-install-recommends $(2) >/dev/null || \
	    echo "*** $(2) could not be installed: THE TESTS THAT NEED IT ARE SKIPPED ***" >&2; \
	fi
endef
HAS_POSTGRESQL := ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1

browser:
	$(call debian,command -v chromium >/dev/null,chromium)

postgresql:
	$(call debian,[ -n "$$TEST_DATABASE_URL" ] || $(HAS_POSTGRESQL),postgresql)

clamav:
	$(call debian,command -v clamd >/dev/null,clamav-daemon)

strace:
	$(call debian,command -v strace >/dev/null,strace)

ocr: ## install Tesseract, by which words in pictures are recognised
	$(call debian,command -v tesseract >/dev/null,tesseract-ocr tesseract-ocr-eng)

run: .venv/.ok ## start Fieldbook with the real inspection on http://127.0.0.1:8000
	@exec $(RUN)/flask --app wsgi serve

# A folder of its own, unless FIELDBOOK_DATA_DIR says which, and a clock that stands where the demonstration's story does.
demo: export FIELDBOOK_DATA_DIR := $(or $(FIELDBOOK_DATA_DIR),instance/demo)
demo: export FIELDBOOK_CLOCK := $(or $(FIELDBOOK_CLOCK),2026-04-16T09:40)
demo: .venv/.ok ## explore a made-up inspection under way, in a data folder of its own (instance/demo)
	@$(RUN)/flask --app wsgi demo load && exec $(RUN)/flask --app wsgi serve

lock: .venv-dev/.ok ## work out the hashed requirement files from requirements/*.in
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/app.in -o requirements.txt
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/tools.in -o requirements/tools.txt
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header bench/taguette.in -o bench/taguette.txt

lint: .venv-dev/.ok
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .
	$(DEV)/mypy
	$(DEV)/lint-imports --no-logo

check: lint ## lint, format, types, floors and the quick tests on SQLite
	$(DEV)/pytest -q -n 2 -m "not browser and not soak and not slow"

# What touches no database, and who may do what and what pages say, is run once; so is the look at every page's markup.
WITHOUT_DATABASE := --ignore=tests/formats --ignore=tests/packs/test_wrong_packs.py --ignore=tests/house/test_laws.py \
  --ignore=tests/inspections/test_gate.py --ignore=tests/audit/test_wording.py --ignore=tests/overview/test_help.py \
  --ignore=tests/packs/test_second_pack.py --ignore=tests/documents/test_closed.py --ignore=tests/house/test_files_page.py
# Of the slow tests, those that are run with PostgreSQL too; the others are in the soak.
HANGS_ON_DATABASE := tests/db tests/jobs tests/soak tests/house/test_migrations.py \
  tests/packs/test_differences.py tests/matrix/test_export.py tests/matrix/test_json.py

test: lint browser postgresql strace clamav ocr ## all that CI runs: the linters, tests on both databases, browser tests
	$(DEV)/pytest -q -n 3 -m "not browser and not soak"
	@if [ -n "$$TEST_DATABASE_URL" ] || $(HAS_POSTGRESQL); then \
	  $(DEV)/pytest -q -n 3 -m "not browser and not soak and not slow" --database postgresql $(WITHOUT_DATABASE) && \
	  $(DEV)/pytest -q -n 3 -m "slow and not soak" --database postgresql $(HANGS_ON_DATABASE); \
	else echo "*** No PostgreSQL: THE TESTS ON IT WERE SKIPPED ***" >&2; fi
	@if command -v chromium >/dev/null; then \
	  $(DEV)/pytest -q -n 3 -m "browser and not soak" || [ $$? = 5 ]; \
	else echo "*** No Chromium: THE BROWSER TESTS WERE SKIPPED ***" >&2; fi

soak: .venv-dev/.ok postgresql strace browser ## long fault and load tests; writes its figures into docs/assurance.md
	$(DEV)/pytest -q -s -m soak
	@if [ -n "$$TEST_DATABASE_URL" ] || $(HAS_POSTGRESQL); then $(DEV)/pytest -q -s -m "(soak or slow) and not browser" --database postgresql; fi

bench: .venv-dev/.ok browser ## measure against the bare views; prints medians and statement counts
	$(DEV)/python bench/run.py

format: .venv-dev/.ok ## put the code into its form
	$(DEV)/ruff check -q --fix-only .
	$(DEV)/ruff format .

migrate: .venv-dev/.ok ## write the migration for changed models: make migrate name="add tag reason" number=012
	@[ -n "$(name)" ] && [ -n "$(number)" ] || { echo 'make migrate name="add tag reason" number=012' >&2; exit 2; }
	$(DEV)/flask --app wsgi db migrate -m "$(name)" --rev-id $(number)

upgrade: .venv/.ok ## bring the database up to date (make run does it as well)
	$(RUN)/flask --app wsgi db upgrade
