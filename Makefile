# Two commands: `make demo` and `make test`. Each sets up its environment. You need Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Two versions of the vendor's SDK, each in its own environment. Tests run their clients against the sandbox.
SDKS := 1.0.7 1.1.0
SDKS_READY := $(SDKS:%=.venv-sdk-%/.ready)

# Every test process would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: ready demo test quick lint docs bench lock vendor clean
.DELETE_ON_ERROR:

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "bracketd needs Python 3.11 or newer; run, for example, make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv-sdk-%/.ready: tests/sdk/requirements-%.lock
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

ready: $(READY) $(SDKS_READY)

demo: $(READY)
	$(BIN)/bracketd demo $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Four tests at a time on two cores: tests spend half of their time waiting for processes.
test: lint $(SDKS_READY)
	$(BIN)/pytest -n 4 --dist worksteal $(ARGS)

# For the edit loop: style, types, contracts, and the tests that start no process and take no seconds.
quick: lint
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not long" tests/core tests/shell $(ARGS)

# Updates the reference pages in docs/.
docs: $(READY)
	$(BIN)/python -m tools.reference

bench: $(READY)
	$(BIN)/python -m bench $(ARGS)

# Pins all versions with hashes, for every platform, without an index URL. Needs uv.
PINNED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade
lock:
	uv pip compile pyproject.toml --extra sandbox --group dev $(PINNED) --output-file requirements.lock
	for sdk in $(SDKS); do \
	  echo "autoenhance==$$sdk" | uv pip compile - $(PINNED) --output-file tests/sdk/requirements-$$sdk.lock || exit; \
	done

# Renews the files from npm packages: the page's front end, and axe-core for its tests. Needs npm.
vendor: $(READY)
	$(BIN)/python -m tools.vendor

clean:
	rm -rf $(VENV) $(dir $(SDKS_READY)) .mypy_cache .ruff_cache .pytest_cache .hypothesis
