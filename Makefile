# Two commands are all it takes: `make run` and `make test`. The rest is comfort.
PYTHON ?= python3
export PYTHON
BIN := .venv/bin

.PHONY: help run test soak faults bench check audit fmt train clean

help:      ## say what there is
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run:       ## set up, start everything, say how to text it; Ctrl-C stops it
	@scripts/setup run
	@$(BIN)/scrapbook up

test:      ## set up, check style and types, run every test
	@scripts/setup test
	@$(MAKE) --no-print-directory check
	@scripts/test

soak:      ## the long versions: processes killed ten times over, every sentence heard (about ten minutes)
	@scripts/setup test
	$(BIN)/python -m pytest -q tests/e2e/test_killed.py tests/integration/voice/test_word_error_rate.py \
		--kill-rounds 10 --thorough

faults:    ## every fault in full: kills at each step, 10,000 texts at once, 100,000 made-up requests (about an hour)
	@scripts/setup test
	$(BIN)/scrapbook train
	$(BIN)/python -m pytest -q tests/integration/test_fuzzing.py tests/integration/test_database_restarted.py \
		tests/integration/test_clock.py tests/e2e/test_faults.py tests/e2e/test_several_apps.py \
		--requests 100000 --burst 10000 --thorough --timeout 7200

bench:     ## how fast it is, beside a stock Rasa in the same run; BENCH=--quick for a first look
	@scripts/setup test
	@$(BIN)/python -m bench.turns $(BENCH)

check:     ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

audit:     ## look for secrets in git, and for known vulnerabilities in what is installed (needs the network)
	@scripts/setup test
	@scripts/audit

fmt:       ## put the code in its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train:     ## train the assistant, if its data has changed
	@scripts/setup run
	@$(BIN)/scrapbook train

clean:     ## remove what can be made again; never the scrapbook itself
	rm -rf .venv bot/.venv .tools models/*.tar.gz models/*.sha256 .pytest_cache .ruff_cache .hypothesis
