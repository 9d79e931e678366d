# Inklab's commands. `make help` lists them.

PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test test-processors test-cluster check format lock clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

run: $(VENV)/.installed ## Start Inklab in the browser; PORT=8502 for another port
	@echo "Inklab starts at http://localhost:$(PORT) (Ctrl+C stops it)"
	@exec $(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/.installed-dev ## Run all tests
	@sh .ci/browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-processors: $(VENV)/.installed-dev ## Run the numeric tests with the instructions of older processors
	@sh .ci/processors

test-cluster: $(VENV)/.installed-cluster ## Run the tests of several machines: Dask, an MLflow server
	$(BIN)/python -m pytest tests/cluster

check: $(VENV)/.installed-dev ## Check style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.installed-dev ## Format the code and fix what can be fixed automatically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin the newest allowed versions in constraints.txt
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet \
	  -r requirements-dev.txt -r requirements-cluster.txt
	{ echo "# Every version, pinned. Written by \`make lock\`; do not edit."; \
	  $(VENV)-lock/bin/python -m pip freeze --exclude pip --exclude setuptools; \
	} > constraints.txt
	rm -rf $(VENV)-lock

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) .coverage .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Inklab needs Python 3.11 or newer, but $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.txt constraints.txt
	@echo "Installing the dependencies (about 1.5 GB, only once)"
	$(BIN)/python -m pip install --quiet -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@

$(VENV)/.installed-cluster: $(VENV)/.installed-dev requirements-cluster.txt
	$(BIN)/python -m pip install --quiet -r requirements-cluster.txt -c constraints.txt
	@touch $@
