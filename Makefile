# The two commands are `make run` and `make test`; both set up what is missing first.
SHELL := /bin/bash
BIN := .venv/bin
LANGUAGES := fr en ar es

.PHONY: run test setup lint format messages bench soak clean

run: setup
	@tools/run

test: setup lint
	@tools/test

setup:
	@tools/setup

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Extract the messages of the code and bring every catalogue up to date.
messages: setup
	@tools/messages

# Each benchmark prints one JSON line a figure.
bench: setup
	@tools/with-display $(BIN)/python -m bench

# Kill, starve and cut off real processes for SOAK_MINUTES (10 by default); all must hold after.
soak: setup
	@tools/soak

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find translations -name '*.mo' -delete
