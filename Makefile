# Two commands do all the set-up: `make brief` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RESOLVE := $(BIN)/python -m uv pip compile --upgrade --quiet --no-header --universal --generate-hashes \
	--python-version 3.11 --group build pyproject.toml
LOCKED := --require-hashes --disable-pip-version-check --only-binary :all:
.DEFAULT_GOAL := help
.PHONY: help brief quick test spark spark-cluster explore check check-docs check-types \
	check-style check-words bench bench-full docs site wheel sbom recipe lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

brief: $(VENV)/.ready ## Build the environment, write out/brief-RUS.html and print its Figures
	@$(BIN)/entrepot brief RUS --supplier CHN \
		--claims examples/russia-china-dependence.yaml --out out/brief-RUS.html

quick: $(VENV)/.ready-dev ## The tests that take no time: no browser, no Spark, no lake, nobody killed (80 seconds)
	@$(BIN)/python -m pytest -q -n auto -m "unit and not slow and not spark" src tests/unit

test: $(VENV)/.ready-dev ## Build what tests need and run them all (on Spark where it is installed)
	@$(BIN)/python -m pytest -n auto --dist worksteal --durations=40 --durations-min=10

spark: $(VENV)/.ready-spark ## Build Spark into the environment (456 MB) and run the tests on it
	@$(BIN)/python -m pytest -m spark tests

spark-cluster: $(VENV)/.ready-spark ## The same on a cluster here: a master and two workers
	@ENTREPOT_TORTURE=1 $(BIN)/python -m pytest tests/scale/test_spark_cluster.py

explore: $(VENV)/.ready-dev ## New random examples for every property test, 100 times as many (hours)
	@$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=explore $(or $(TESTS),tests)

check: $(VENV)/.ready-dev ## Style, types, direction of imports, generated documentation, words
	@$(MAKE) --no-print-directory -j 2 check-docs check-types check-style check-words

check-docs:
	@$(BIN)/python docs/build.py --check

check-types:
	@$(BIN)/mypy

check-style:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

check-words:
	@$(BIN)/python tools/check_words.py

bench: $(VENV)/.ready-dev ## Measure against raw SQL, side by side, at a small size
	@$(BIN)/python benchmarks/run.py

bench-full: $(VENV)/.ready-dev ## The same at full size (an hour, 12 GB), into benchmarks/RESULTS.md
	@ENTREPOT_BENCH_ROWS=11000000 $(BIN)/python benchmarks/run.py --write

docs: $(VENV)/.ready-dev ## Write the reference pages from the code
	@$(BIN)/python docs/build.py

site: $(VENV)/.ready-dev $(VENV)-docs/.ready ## Build the site of docs into out/site; open out/site/index.html
	@$(BIN)/python docs/site_pages.py out/site-pages
	@NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build --quiet --strict -f out/site-pages/mkdocs.yml
	@$(BIN)/python docs/site_pages.py --finish out/site

wheel: $(VENV)/.ready-dev ## Build wheel and sdist into dist, twice: the same bytes, or it fails
	@$(BIN)/python tools/release.py build

sbom: $(VENV)/.ready-dev ## Write a bill of materials (CycloneDX) with licences into out/sbom.json
	@mkdir -p out && $(BIN)/python -m uv venv --quiet --clear out/sbom-env
	@$(BIN)/python -m uv pip install --quiet --python out/sbom-env/bin/python -r requirements.lock
	@$(BIN)/python -m uv tool run --from 'cyclonedx-bom>=7.5,<8' cyclonedx-py environment \
		out/sbom-env/bin/python --pyproject pyproject.toml --output-reproducible -o out/sbom.json
	@rm -rf out/sbom-env

recipe: $(VENV)/.ready-dev ## Render the recipe of conda with rattler-build, which it fetches
	@$(BIN)/python -m uv run --quiet --no-project --with 'py-rattler-build>=0.73,<1' \
		python tools/release.py recipe

lock: $(VENV)/.ready-dev ## Resolve the locks again, on the newest releases, for every platform and Python
	@$(RESOLVE) -o requirements.lock
	@$(RESOLVE) --extra dev --extra comext --extra excel --extra fetch --extra iceberg --extra mcp \
		--extra office --extra pdf --extra remote --extra serve \
		--extra stata --extra stats -o requirements-dev.lock
	@echo sanction-simulator==0.1.4 | $(BIN)/python -m uv pip compile --upgrade --quiet --no-header \
		--no-deps --generate-hashes - -o requirements-icio.lock
	@echo 'mkdocs-material>=9.8,<10' | $(BIN)/python -m uv pip compile --upgrade --quiet --no-header --universal \
		--python-version 3.11 --generate-hashes - -o requirements-docs.lock
	@echo 'pyspark>=4.1,<4.2' | $(BIN)/python -m uv pip compile --upgrade --quiet --no-header --universal \
		--python-version 3.11 --generate-hashes - -o requirements-spark.lock

clean: ## Remove the environments and what was written
	rm -rf $(VENV) $(VENV)-docs out

# The package with the OECD's table is wanted for that file: its dependencies (a web framework) are not.
$(VENV)/.ready: requirements.lock requirements-icio.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(LOCKED) -r requirements.lock
	$(BIN)/python -m pip install $(LOCKED) --no-deps -r requirements-icio.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(BIN)/python -m pip install $(LOCKED) -r requirements-dev.lock
	@touch $@

# The generator of the site is in an environment of its own: nothing of the program needs it.
$(VENV)-docs/.ready: requirements-docs.lock
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install $(LOCKED) -r requirements-docs.lock
	@touch $@

# Spark (456 MB) is published as source only: it is packed into a wheel here, nothing is compiled.
$(VENV)/.ready-spark: requirements-spark.lock $(VENV)/.ready-dev
	$(BIN)/python -m pip install $(LOCKED) --no-binary pyspark --no-build-isolation \
		-r requirements-spark.lock
	@touch $@
