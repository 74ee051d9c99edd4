# Two commands do everything on a fresh machine: `make demo` and `make test`.
# They need Python 3.11+, git, make and Node; what else is needed goes into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
REQUIREMENTS := requirements-dev.txt functions/requirements.txt containers/clone/requirements.txt containers/build/requirements.txt
# uv keeps what it fetched in the home folder, and gives up where it cannot.
NO_CACHE = $(shell test -w "$$HOME" || echo --no-cache)

# Entry points outside of pytest import the domain from here.
export PYTHONPATH := functions

.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint format lock audit sbom bench faults contract iam hostile parity images deploy uninstall clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

setup: $(READY) ## Install what the project needs into .venv

$(READY): $(REQUIREMENTS)
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=/path/to/python3")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\]$$/p' containers/build/requirements.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip install -q $(NO_CACHE) --compile-bytecode --require-hashes --python $(BIN)/python -r requirements-dev.txt
	@touch $@

demo: $(READY) ## Deploy one example of each kind on the embedded platform
	@$(BIN)/python -m local demo

up: $(READY) ## Keep the embedded platform running: make up [MIRROR=DIR] [PORT=N] [HOST=ADDRESS]
	@$(BIN)/python -m local up $(if $(MIRROR),--mirror "$(MIRROR)") $(if $(PORT),--port "$(PORT)") $(if $(HOST),--host "$(HOST)")

test: $(READY) ## Run every test that needs no AWS account
	@$(BIN)/python -m pytest -q

lint: $(READY) ## Format check, lint, types, templates and definitions
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/cfn-lint template.yaml

format: $(READY) ## Format the code
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

lock: $(READY) ## Compile every requirements.in to the exact versions and hashes that are installed: make lock [UPGRADE=1]
	@$(BIN)/python -m supply.lock $(if $(filter 1,$(UPGRADE)),--upgrade)

audit: $(READY) ## Look for known vulnerabilities in what ships
	@$(BIN)/python -m supply.audit

sbom: $(READY) ## Write what the bundle and the images are made of, as CycloneDX, into .local/sbom
	@$(BIN)/python -m supply.sbom

bench: $(READY) ## Print what things cost on the embedded platform
	@$(BIN)/python -m tests.benchmarks

faults: $(READY) ## Count the faults that sanity tests notice: make faults [RUNS=10] [STACKS=..] [FAULTS=..] [MIRROR=DIR]
	@$(BIN)/python -m tests.faults $(if $(STACKS),--stacks "$(STACKS)") $(if $(FAULTS),--faults "$(FAULTS)") \
	  $(if $(RUNS),--runs "$(RUNS)") $(if $(EACH),--each "$(EACH)") $(if $(AT_ONCE),--at-once "$(AT_ONCE)") $(if $(MIRROR),--mirror "$(MIRROR)")

contract: $(READY) ## Call the API in every way that its document allows, and in others: make contract [EXAMPLES=50] [SECONDS=300]
	@$(BIN)/python -m tests.contract $(if $(EXAMPLES),--examples "$(EXAMPLES)") $(if $(SECONDS),--seconds "$(SECONDS)")

iam: $(READY) ## Work out what each role may do, and whether that is as it must be: make iam [ROLES="Api WorkerRole"]
	@$(BIN)/python -m tests.iam $(ROLES)

hostile: $(READY) ## Try every attack, and say what came of each: make hostile [ONLY="G11 L3"]
	@$(BIN)/python -m tests.hostile $(ONLY)

parity: $(READY) ## Deploy the same projects with us and with sam: make parity MIRROR=DIR [FOLDERS="a..l"] [EVERY=N] [ROUNDS=2]
	@$(BIN)/python -m tests.parity --mirror "$(MIRROR)" $(if $(REPOSITORY),--repository "$(REPOSITORY)") $(if $(FOLDERS),--folders "$(FOLDERS)") \
	  $(if $(EVERY),--every "$(EVERY)") $(if $(ROUNDS),--rounds "$(ROUNDS)") $(if $(PARAMETERS),--parameters "$(PARAMETERS)") \
	  $(if $(RESULTS),--results "$(RESULTS)") $(if $(filter 0,$(POLLING)),--no-polling) $(if $(filter 1,$(SAME_PYTHON)),--same-python) $(if $(filter 1,$(COMPARE)),--compare) \
	  $(if $(filter 1,$(REPORT)),--report)

INSTALL = --stack $(or $(STACK),github-lambda-deployer) --environment $(or $(ENVIRONMENT),default) \
  --parameters "$(PARAMETERS)" --build-args "$(BUILD_ARGS)" $(if $(filter 1,$(YES)),--yes)

images: $(READY) ## Build both container images and push them to the stack's repositories
	@$(BIN)/python -m install.images $(INSTALL)

deploy: $(READY) ## Install on AWS: make deploy [STACK=name] [ENVIRONMENT=name] [PARAMETERS="Name=value"] [YES=1]
	@$(BIN)/python -m install.deploy $(INSTALL)

uninstall: $(READY) ## Remove from AWS, and say what stays: make uninstall [STACK=name] [YES=1]
	@$(BIN)/python -m install.uninstall $(INSTALL)

clean: ## Remove what make made
	rm -rf $(VENV) .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
