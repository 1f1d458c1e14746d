# Two commands on a fresh machine: `make demo` and `make test`. Each installs all it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
GENERATIONS := $(VENV)/generations
OLD := $(GENERATIONS)/old/.installed
MIDDLE := $(GENERATIONS)/middle/.installed

.PHONY: help install demo test lint clean

help:
	@echo "make demo   run the whole pipeline on the built-in recordings and show the result"
	@echo "make test   run the tests"
	@echo "make lint   style, types and the direction of imports"

install: $(INSTALLED)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $(INSTALLED)

# Earlier generations of the clients, for the tests of releases on the Hub.
$(OLD): CLIENTS := "datasets==2.21.*" "huggingface_hub==0.36.*"
$(MIDDLE): CLIENTS := "datasets==5.0.*" "huggingface_hub==0.36.*"
$(OLD) $(MIDDLE): $(INSTALLED)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -e . $(CLIENTS)
	touch $@

demo: $(INSTALLED)
	rm -rf .demo
	$(BIN)/kodcode demo --out .demo

test: $(INSTALLED) $(OLD) $(MIDDLE)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .demo build dist
