# The commands of this project. `make demo` and `make test` need nothing set up before them.
SWIFT ?= swift
RELEASE = .build/release/martlet
ARGUMENTS ?=
# More options of the build of the tests, such as `-debug-info-format none` where no debugger will look at them.
TEST_BUILD ?=

.PHONY: help demo test examples bench format lint release docs setup clients

help:            ## say what there is
	@grep -E '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:           ## install the Debian packages and fetch the engines
	scripts/setup

clients:         ## install the Python clients and the servers that tests talk to
	scripts/setup-clients

release: setup   ## build the binary that users run
	$(SWIFT) build -c release --product martlet

demo: release    ## the whole path on generated data; ARGUMENTS=--keep leaves the server running
	$(RELEASE) demo $(ARGUMENTS)

test: setup      ## all tests; those of clients are skipped when the clients cannot be installed
	scripts/setup-clients || test -z "$$MARTLET_REQUIRE_CLIENTS"
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error $(TEST_BUILD)
	SWIFT=$(SWIFT) scripts/test --skip-build --skip IntegrationTests
	SWIFT=$(SWIFT) scripts/test --skip-build --filter IntegrationTests

examples: release ## the pages of Examples/ on the real data sets that MARTLET_DATA names
	scripts/check-docs Examples/*/*.md

bench: release   ## the figures of the README, beside their peers
	Benchmarks/run $(ARGUMENTS)

format:          ## format all Swift
	$(SWIFT) format -i -r Package.swift Sources Tests

lint:            ## the formatter's rules, strictly
	$(SWIFT) format lint --strict -r Package.swift Sources Tests

docs:            ## compile the documentation of every target
	scripts/docs
