# `make run` and `make test` need nothing else. The other targets are shortcuts.
PYTHON ?= python3
export PYTHON
BIN := .venv/bin

.PHONY: help run test soak faults bench check audit fmt train assistant clean

help:      ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run:       ## set up, start everything, print how to text it; Ctrl-C stops it
	@scripts/setup run
	@$(BIN)/scrapbook up

test:      ## set up, check style, types and the rooms' rule, run the tests but those of `make soak`
	@scripts/setup test
	@$(MAKE) --no-print-directory --jobs 2 check assistant
	@scripts/test

soak:      ## the tests that take long: killed processes and machines, older releases, floods, every spoken sentence (a quarter of an hour)
	@scripts/setup test
	@scripts/test soak
	$(BIN)/python -m pytest -q tests/e2e/test_killed.py tests/e2e/test_reminders.py tests/integration/voice/test_word_error_rate.py \
		--kill-rounds 10 --thorough

faults:    ## every fault test in full: kills at each step, 10,000 texts at once, 100,000 made-up requests (half an hour)
	@scripts/setup test
	$(BIN)/scrapbook train
	$(BIN)/python -m pytest -q tests/integration/test_fuzzing.py tests/integration/workflows/test_database_restarted.py \
		tests/integration/workflows/test_clock.py tests/e2e/test_faults.py tests/e2e/test_several_apps.py \
		tests/e2e/test_floods.py tests/e2e/test_strangers.py tests/e2e/test_foreign_pages.py \
		tests/e2e/test_private.py tests/integration/ops/test_hostile_backups.py tests/integration/ops/test_up.py \
		tests/integration/links/test_reader.py tests/integration/workflows/test_without_assistant.py \
		--requests 100000 --burst 10000 --thorough --timeout 7200

bench:     ## measure the speed beside a stock Rasa in the same run; BENCH=--quick for a first look
	@scripts/setup test
	@$(BIN)/python -m bench.turns $(BENCH)

check:     ## check style, types and the rooms' rule
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache --no-logo

audit:     ## look for secrets in git, and for known vulnerabilities of the dependencies (needs the network)
	@scripts/setup test
	@scripts/audit

fmt:       ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train:     ## train the assistant if its data has changed
	@scripts/setup run
	@$(BIN)/scrapbook train

assistant: # trained in the environment that is there
	@$(BIN)/scrapbook train

clean:     ## delete environments, models and caches; never the scrapbook itself
	rm -rf .venv bot/.venv .tools models/*.tar.gz models/*.sha256 .pytest_cache .ruff_cache .hypothesis
