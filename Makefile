# `make` explains the targets.

PYTHON ?= python3.11
# uv, with the certificates of the system and the package index that pip is set up with (a hospital's mirror).
UV := .uv/bin/uv
export UV_SYSTEM_CERTS := 1
MIRROR = index=$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$(.uv/bin/python -m pip config get global.index-url 2>/dev/null)}}; \
    if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi;
BIN := .venv/bin

# The variants of the environment: without TensorFlow (default), or with the real one (`make setup TENSORFLOW=1`).
ifdef TENSORFLOW
VARIANT := tensorflow
else
VARIANT := lean
endif
# Once chosen, a variant stays until the other one is set up on purpose.
READY := $(if $(TENSORFLOW),.venv/.tensorflow-ready,$(firstword $(wildcard .venv/.tensorflow-ready) .venv/.lean-ready))
PLACEHOLDER := $(shell find vendor/tensorflow-placeholder -name '*.py' -o -name pyproject.toml)

.DEFAULT_GOAL := help
.PHONY: help setup chat serve train test check evaluate bench lock clean

help: ## explain the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make setup TENSORFLOW=1   the same with the real TensorFlow (2.5 GB), which nothing here needs"

setup: .venv/.$(VARIANT)-ready ## make the environment in .venv (again only when the lock has changed)

chat: $(READY) ## talk to the assistant in this terminal
	@$(BIN)/python -m bot chat

serve: $(READY) ## answer over HTTP on 127.0.0.1:5005 (PORT=n for another port)
	@$(BIN)/python -m bot serve $(if $(PORT),--port $(PORT))

train: $(READY) ## train the model, if anything has changed
	@$(BIN)/python -m bot train

test: $(READY) ## run the tests (ARGS="-k name" for some of them)
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY) ## ruff, mypy, and the validation of the knowledge and Rasa's files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m bot validate

evaluate: $(READY) ## measure how well clinical text is understood (COMPARE=1: beside ConText and DIET, in .bench)
	@$(BIN)/python -m tests.language.evaluate
	$(if $(COMPARE),@$(BIN)/python -m bench.understanding)

bench: $(READY) ## measure this bot beside a stock Rasa bot, in .bench (2.5 GB, ten minutes and more)
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.channels

lock: .uv/.ready ## resolve the requirements anew and write the lock files
	@$(UV) pip compile -q pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header \
	    --upgrade -o requirements.lock
	@$(UV) pip compile -q --no-config pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header \
	    --upgrade --override requirements-tensorflow.override -o requirements-tensorflow.lock
	@$(UV) pip compile -q --no-config bench/requirements-stock.in --python-version 3.10 --generate-hashes --no-header \
	    --upgrade -o bench/requirements-stock.lock
	@$(UV) pip compile -q --no-config bench/understanding/requirements-medspacy.in --python-version 3.11 \
	    --generate-hashes --no-header --upgrade -o bench/understanding/requirements-medspacy.lock

clean: ## remove what was made: environments, models, caches (conversations in var/ stay)
	@rm -rf .venv .uv .bench models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -rf vendor/tensorflow-placeholder/build vendor/tensorflow-placeholder/*.egg-info
	@find bot tests bench vendor -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/.ready: requirements-uv.txt
	@command -v $(PYTHON) >/dev/null && $(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	    || { echo "Python 3.11 is needed, and $(PYTHON) is not it. Install it, or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "1/3 installer (.uv)"
	@rm -rf .uv && $(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

.venv/bin/python: | .uv/.ready
	@$(UV) venv -q --no-python-downloads --python $(PYTHON) --allow-existing .venv

.venv/.lean-ready: requirements.lock $(PLACEHOLDER) .uv/.ready | .venv/bin/python
	@echo "2/3 packages (.venv, 0.6 GB)"
	@$(MIRROR) VIRTUAL_ENV=.venv $(UV) pip sync -q --no-config --require-hashes requirements.lock
	@echo "3/3 placeholder for TensorFlow"
	@# Without --no-config the overrides in pyproject.toml would switch it off.
	@VIRTUAL_ENV=.venv $(UV) pip install -q --no-config --no-deps --no-build-isolation --reinstall ./vendor/tensorflow-placeholder
	@rm -f .venv/.*-ready && touch $@

.venv/.tensorflow-ready: requirements-tensorflow.lock .uv/.ready | .venv/bin/python
	@echo "2/3 packages with TensorFlow (.venv, 2.5 GB)"
	@$(MIRROR) VIRTUAL_ENV=.venv $(UV) pip sync -q --no-config --require-hashes requirements-tensorflow.lock
	@echo "3/3 no placeholder needed"
	@rm -f .venv/.*-ready && touch $@
