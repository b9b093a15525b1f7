# Two commands to remember: make demo, make test.
PYTHON ?= python3
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made

.PHONY: setup demo demo-reset test pictures lint bench clauses lock

setup: $(STAMP)

$(STAMP): requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "需要 Python 3.11 或更高版本（Python ≥ 3.11 is needed; set PYTHON=… to choose one）" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "缺少 venv 模块：请先安装（Debian/Ubuntu: apt-get install python3-venv）" >&2; exit 1; }
	@echo "正在准备运行环境 .venv …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-build.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-build-isolation -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup
	@$(BIN)/xinshi demo --port $(PORT)

demo-reset: setup
	@$(BIN)/xinshi demo --port $(PORT) --reset

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q

# The pictures of docs/pictures, taken anew while the story of the first five minutes runs in a browser.
pictures: setup
	@KEEP_PICTURES=1 REQUIRE_BROWSER=1 $(BIN)/python -m pytest -q tests/browser/test_five_minutes.py

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_architecture.py

bench: setup
	@$(BIN)/python -m tests.bench

clauses: setup
	@$(BIN)/python -m tests.clauses

# For maintainers: makes the two lock files anew (needs uv). Names, versions and hashes, no addresses.
lock:
	uv pip compile requirements-build.in --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 -q -o requirements-build.lock
	uv pip compile pyproject.toml --extra dev -c requirements-build.lock --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 -q -o requirements.lock
