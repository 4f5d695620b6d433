# make demo: the example film. make test: the tests. make check: the gates. Each sets up .venv first.
# make slurm-test: films on a real Slurm, whatever happens to it.
PYTHON ?= python3
BIN := .venv/bin
FILM := projects/galapagos/final.mp4

CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))

.PHONY: setup demo test check format schemas browser slurm slurm-test disks clean

setup: .venv/ready

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 4; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	$(BIN)/snakemake --cores all $(FILM)
	@$(BIN)/clipwright status galapagos --brief
	@echo "next: source .venv/bin/activate"
	@echo "      clipwright new my_film"
	@echo "      snakemake --cores all projects/my_film/final.mp4"

# The review page is tested in a real browser. Who is not root, or has no apt, is told what to install.
browser:
	@if test -x "$(CHROMIUM)"; then exit 0; \
	elif command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
		echo "installing chromium, in which the review page is tested"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
		echo "The tests of the review page need Chromium, and will fail without it: install it (Debian, Ubuntu:" >&2; \
		echo "sudo apt-get install chromium), or name one that is here: make test CHROMIUM=/path/to/chrome" >&2; \
	fi

# The cluster profiles are tested on a real Slurm, which each test brings up and takes down; none is left running.
slurm: .venv/slurm/ready
	@if PATH="$$PATH:/usr/sbin:/sbin" command -v slurmctld >/dev/null; then exit 0; \
	elif command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
		echo "installing slurm-wlm and munge, on which the cluster profiles are tested"; \
		sh tests/slurm/install.sh || echo "it could not be had: the tests on Slurm are left out" >&2; \
	else \
		echo "The tests on Slurm are left out: install it (Debian, Ubuntu: sudo apt-get install slurm-wlm munge)" >&2; \
	fi

# Packages that would have every start of Snakemake take longer lie apart, for the tests that need them.
.venv/%/ready: requirements-%.txt .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --upgrade --target $(@D) -r $<
	@touch $@

slurm-test: slurm
	SLURM_TESTS=all $(BIN)/python -m pytest tests/test_slurm.py
	$(BIN)/python benchmarks/slurm_runs.py ordeal

# Two hosts on one disk are tried with a FUSE mount for each; without it those tests are skipped and say so.
disks:
	@if command -v bindfs >/dev/null || ! command -v apt-get >/dev/null || test "$$(id -u)" != 0; then exit 0; fi; \
	echo "installing bindfs, by which two hosts on one disk are tried"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends bindfs fuse3 >/dev/null \
	|| echo "it cannot be installed: those tests are skipped"

test: setup browser slurm disks .venv/publish/ready
	@$(BIN)/python -m compileall -q workflow_lib
	CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest -n 2 --dist worksteal

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
