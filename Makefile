# The commands of the course. Nothing is needed but make and Python 3.10 to 3.13.
# Windows: see the table in README.md, or run these in Git Bash or WSL.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.DEFAULT_GOAL := help
.PHONY: help lab test unit browser nbval notebooks checkpoints lock lint data doctor clean

help:
	@echo "make lab          open the course in JupyterLab (the first call installs it into $(VENV))"
	@echo "make test         run every test and every notebook"
	@echo "make doctor       check this installation, and print a report for an issue"
	@echo "make data         fetch the real data into the cache, for working without network later"
	@echo "make notebooks    run what changed in notebooks/source/ and write notebooks/*.ipynb (for authors)"
	@echo "make checkpoints  train the models in data/checkpoints/ again (hours)"
	@echo "make lint         check and format the code"
	@echo "make lock         choose new exact versions within the ranges of pyproject.toml"

# uv, installed into the environment itself, downloads in parallel: several times faster than pip.
# The lock holds hashes, so what is installed is what was tested; where uv cannot be had, pip does the same.
$(READY): requirements.lock pyproject.toml tools/jupyterlab/overrides.json
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else \
	  "Python %d.%d is not supported: the course needs 3.10 to 3.13. Try: make PYTHON=python3.12 lab" % v)'
	@echo "Installing the course into $(VENV) (once; about 560 MB to download)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	else \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --no-deps --editable .; \
	fi
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp tools/jupyterlab/overrides.json $(VENV)/share/jupyter/lab/settings/
	@touch $(READY)

lab: $(READY)
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/00_start_here.ipynb

doctor: $(READY)
	@$(BIN)/python -m course_utils.doctor

data: $(READY)
	@$(BIN)/python -m tools.fetch_data

test: unit nbval

unit: $(READY)
	$(BIN)/python -m pytest

# Every notebook from first to last cell in class mode; tagged cells must print what they printed when saved.
nbval: $(READY)
	JUPYTER_PREFER_ENV_PATH=1 COURSE_MODE=class $(BIN)/python -m pytest --nbval-lax --nbval-cell-timeout=240 --nbval-kernel-name=python3 \
	  -p no:cacheprovider -o timeout=900 $(NOTEBOOKS)

notebooks: $(READY)
	@$(BIN)/python -m tools.build_notebooks

checkpoints: $(READY)
	@COURSE_MODE=full $(BIN)/python -m tools.train_checkpoints

lint: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	@$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.10 --generate-hashes \
	  --no-header --no-annotate --upgrade --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info
