# run: the demo · ui: the Dagster UI with the demo's sandbox · test: what every change needs · test-all: what a release needs, and a change of what runs, commands or pages do · drill: broken feeds · check: style, types, layers, definitions, companies · soak: every case of what the tests take a tenth of, kills at every boundary and at 200 moments of a sync among them · soak-postgres: runs, reruns and hostile servers with the ledger on PostgreSQL · bench: the figures · profile: where one case of them spends its time (CASE=quiet PEOPLE=10000) · lock: pin what pyproject.toml asks for
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Three workers for two cores, since tests also wait for servers; whole files each, of which tests/conftest.py has the longest first.
WORKERS = -n $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)') --dist loadfile --no-loadscope-reorder
export DAGSTER_DISABLE_TELEMETRY := 1
# What is compiled is kept, whatever an image says: each process that a test starts would compile all of ours again.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: run ui test test-all drill check soak soak-postgres bench profile lock

run: .venv/installed ; @$(BIN)/rollcall demo
ui: .venv/installed ; @$(BIN)/rollcall ui
test: .venv/installed ; @$(BIN)/pytest $(WORKERS) -m "not long"
test-all: .venv/installed ; @$(BIN)/pytest $(WORKERS)
drill: .venv/installed ; @$(BIN)/python -m tests.drill
check: .venv/installed ; @PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/.venv" sh -e -c 'ruff check; ruff format --check; mypy; lint-imports; dg check defs --no-check-yaml; for file in pipelines/*/defs.yaml; do if [ -e "$$file" ]; then dg check yaml "$${file%/*}"; fi; done; rollcall check'
soak: .venv/installed ; @ROLLCALL_SOAK=1 $(BIN)/pytest $(WORKERS) -m exhaustive
# Folder by folder, the shortest first: each says what came of it, whatever becomes of the next.
soak-postgres: .venv/installed ; @worst=0; for part in hostile graph rerun; do ROLLCALL_TEST_LEDGER=postgres $(BIN)/pytest $(WORKERS) "tests/$$part" || worst=1; done; exit $$worst
bench: .venv/installed ; @$(BIN)/python -m benchmarks
profile: .venv/installed ; @$(BIN)/python -m benchmarks.profiling $(or $(CASE),quiet) --people $(or $(PEOPLE),10000)
lock: .venv/installed ; $(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml $(addprefix --extra ,alerts azure celery gcs kubernetes login postgres s3) --constraint requirements.lock --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet -o deploy/requirements.lock

# Every package by hash, uv itself first: pip needs three times as long for the rest.
.venv/installed: requirements.lock pyproject.toml
	@echo "Installing into .venv (once, about a quarter of a minute)"
	@$(PYTHON) -m venv --clear .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock | $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r /dev/stdin
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
