# `make` alone lists the verbs. Needs python3 and make; everything else is fetched, pinned and hashed.
.DEFAULT_GOAL := help
PY ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
DEV := .venv-dev/bin
export PYTHONPATH :=

.PHONY: help run
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

run: .venv/.ok ## start Fieldbook with the real inspection on http://127.0.0.1:8000
	@exec $(RUN)/flask --app wsgi serve

lock: .venv-dev/.ok ## work out the hashed requirement files from requirements/*.in
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/app.in -o requirements.txt
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile -q --python-version 3.11 --generate-hashes --no-header requirements/tools.in -o requirements/tools.txt
