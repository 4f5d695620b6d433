# make demo: the example film. make test: the tests. make check: the gates. Each sets up .venv first.
PYTHON ?= python3
BIN := .venv/bin
FILM := projects/galapagos/final.mp4

.PHONY: setup demo test check format schemas clean

setup: .venv/ready

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 4; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	$(BIN)/snakemake --cores all $(FILM)
	@$(BIN)/clipwright status galapagos --brief
	@echo "next: source .venv/bin/activate"
	@echo "      clipwright new my_film"
	@echo "      snakemake --cores all projects/my_film/final.mp4"

test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_lint.py
	$(BIN)/python scripts/write_schemas.py --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

schemas: setup
	$(BIN)/python scripts/write_schemas.py

clean:
	rm -rf .snakemake projects/*/.work
