# The commands of this project. `make` alone prints them; each line of help is the `## ` comment behind its target.
# A folder that brings targets of its own (bench/, demo/, …) has them in <folder>/targets.mk.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

BINARY := build/release/mission-management
PORT ?= 8080
LOG_LEVEL ?= info
DATABASE_URL ?= sqlite:var/missions.db
JOBS ?= $(shell nproc)
DEPS ?= postgres redis kafka clickhouse
export PORT LOG_LEVEL DATABASE_URL JOBS

-include $(wildcard */targets.mk tests/*/targets.mk)

.PHONY: help
help:
	@echo 'Mission Management Service'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-18s %s\n", $$1, $$2 }'
	@echo
	@echo '  Variables: PORT (8080), LOG_LEVEL (info), DATABASE_URL (sqlite:var/missions.db), JOBS (all cores)'

.PHONY: run
run: build ## installs what is missing, builds, serves on http://127.0.0.1:8080 with SQLite in var/
	@scripts/run $(BINARY)

.PHONY: build
build: packages-build ## makes build/release/mission-management, the one binary
	@scripts/build release mission-management

.PHONY: test
test: packages-build packages-test packages-kafka ## everything: builds dev (ASan+UBSan) and release, starts real servers, runs all tests
	@scripts/build dev
	@scripts/build release mission-management
	@scripts/test dev

.PHONY: test-integration
test-integration: packages-build packages-test packages-kafka ## only the tests against real servers
	@scripts/build dev
	@scripts/test dev --label-regex '^(database|integration)$$'

.PHONY: test-tsan
test-tsan: packages-build packages-test ## lanes, timers, drivers and HTTP under the thread sanitizer
	@scripts/build tsan $(TSAN_TARGETS)
	@scripts/test tsan --label-regex '^(unit|database)$$' --exclude-regex must_not_compile

TSAN_TARGETS := lanes_unit http_unit postgres_unit postgres_dbtests contract_dbtests missions_unit missions_dbtests

.PHONY: dev-deps
dev-deps: packages-test ## starts private PostgreSQL, Redis, Kafka, ClickHouse and prints their variables (DEPS="postgres redis" for less)
	@$(if $(filter kafka clickhouse,$(DEPS)),scripts/install-packages outside)
	@scripts/dev-deps start $(DEPS)
	@echo; echo 'Their variables, for your shell:  set -a; . var/dev-deps/env; set +a'
	@scripts/dev-deps env

.PHONY: dev-deps-stop
dev-deps-stop: ## stops them; their data stays in var/dev-deps
	@scripts/dev-deps stop

.PHONY: migrate
migrate: build ## brings the database of DATABASE_URL up to date (serve does so too)
	@mkdir -p var
	@$(BINARY) migrate

.PHONY: check
check: packages-build packages-test ## format, tidy (files changed since main; ALL=1 for every file) and the house's rules
	@scripts/check $(if $(ALL),--all)

.PHONY: format
format: packages-test ## formats every C++ file in place
	@scripts/sources | xargs -r clang-format-19 -i

.PHONY: house
house: packages-build ## writes docs/house.md anew: the rooms and their arrows
	@scripts/build dev --configure
	@python3 scripts/house.py --rooms build/dev/rooms.txt --write

.PHONY: packages
packages: packages-build packages-test ## installs every Debian package that building and testing need
.PHONY: packages-build packages-test packages-kafka
packages-build:
	@scripts/install-packages build
packages-test:
	@scripts/install-packages test
packages-kafka:
	@scripts/install-packages kafka

.PHONY: clean
clean: ## removes build/; var/ with your data stays
	rm -rf build
